"""A pack: material in a file of anybody's, read whole or refused with every fault by its line.

It is YAML (or JSON, which YAML reads), with the entries under the name of the material, or CSV with
their keys in the first row. A study holds those of its names that it uses, with what they stand
for: what was run can be run again without the file.
"""

from __future__ import annotations

import csv
import io
import os
import stat
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import NamedTuple

from suasion import catalogue
from suasion.core.asks import Json
from suasion.measures.kit import Kit
from suasion.measures.material import Entry, Fault, Faulty, Item, Material
from suasion.runner import plain_yaml
from suasion.runner.study_errors import Problem
from suasion.runner.study_texts import beside

KEY = "pack"
"""The key of a study."""
LARGEST = 2**19
"""Bytes of a pack."""
MOST = 1_000
"""Entries of a pack."""
NODES = 50 * MOST
"""Values in a pack, keys among them."""
MOST_FAULTS = 20
"""Faults that are named; of the others, how many there are."""
_TABLE, _TREE = (".csv",), (".yaml", ".yml", ".json")
Standing = Mapping[str, Mapping[str, Json]]
"""The settings that each name of a pack stands for."""


class BadPack(ValueError):
    """A pack that is not read: every fault on a line of its own."""


class Pack(NamedTuple):
    """The entries of a pack, and where they are from."""

    where: str
    setting: str
    entries: Sequence[Entry]

    @property
    def standing(self) -> Standing:
        """The settings that each of its names stands for."""
        return {each.name: each.settings for each in self.entries}


def material_of(kit: Kit) -> Material:
    """What an environment can be played about.

    Errors: `BadPack`, where there is no such thing.
    """
    if kit.material is None:
        raise BadPack(f"{kit.environment.name} is played about nothing that a pack could hold")
    return kit.material


def load(path: Path | str, kit: Kit) -> Pack:
    """Read a pack from its file.

    Errors: `BadPack`.
    """
    material, where = material_of(kit), str(path)
    try:
        data = _bytes(Path(path))
    except (OSError, ValueError) as error:
        said = error.strerror if isinstance(error, OSError) else None
        raise BadPack(f"{where}: {said or error}") from None
    return read(data, where, material)


def read(data: bytes, where: str, material: Material) -> Pack:
    """Read a pack from the bytes of a file; what it is, the end of its name says.

    Errors: `BadPack`.
    """
    kind = Path(where).suffix.lower()
    if kind not in (*_TABLE, *_TREE):
        raise BadPack(f"{where}: expected a name that ends in {', '.join((*_TREE, *_TABLE))}")
    if len(data) > LARGEST:
        raise BadPack(f"{where}: expected at most {LARGEST:,} bytes")
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = data[: error.start].count(b"\n") + 1
        raise BadPack(f"{where}, line {line}: not UTF-8: {error.reason}") from None
    items = list((_table if kind in _TABLE else _tree)(text, where, material))
    if not items:
        raise BadPack(f"{where}: has no {material.name}: expected one entry or more")
    try:
        return Pack(where, material.setting, material.read(items))
    except Faulty as faulty:
        raise BadPack(_told(faulty.faults, items, where)) from None


def _bytes(path: Path) -> bytes:
    """The start of a plain file; a pipe or a device is not waited for."""
    descriptor = os.open(path, os.O_RDONLY | os.O_NONBLOCK)
    with os.fdopen(descriptor, "rb") as file:
        if not stat.S_ISREG(os.fstat(descriptor).st_mode):
            raise ValueError("not a plain file")
        return file.read(LARGEST + 1)


def _told(faults: Sequence[Fault], items: Sequence[Item], where: str) -> str:
    lines = [_sentence(each, items[each.item], where) for each in faults[:MOST_FAULTS]]
    more = len(faults) - len(lines)
    return "\n".join([*lines, *([f"{where}: and {more:,} more"] if more else [])])


def _sentence(fault: Fault, item: Item, where: str) -> str:
    line = item.lines.get(fault.key, item.line)
    key = f"{fault.key[:80]!r} " if fault.key else ""
    return f"{where}, line {line}, entry {fault.item + 1}: {key}{fault.said}"


def _too_many(where: str, line: int) -> BadPack:
    return BadPack(f"{where}, line {line}: more than {MOST:,} entries")


# --- as a tree -----------------------------------------------------------------------------------


def _tree(text: str, where: str, material: Material) -> Iterator[Item]:
    try:
        found = plain_yaml.read(text, LARGEST, NODES)
    except plain_yaml.BadYaml as bad:
        spot = f", line {bad.line}" if bad.line else ""
        raise BadPack(f"{where}{spot}: {bad.said}") from None
    listed = found.value.get(material.name) if isinstance(found.value, dict) else None
    if not isinstance(found.value, dict) or len(found.value) != 1 or not isinstance(listed, list):
        expected = f"expected one key, {material.name}, with a list of entries"
        raise BadPack(f"{where}, line 1: {expected}")
    for at, values in enumerate(listed):
        place = (material.name, at)
        line = found.lines[place]
        if at == MOST:
            raise _too_many(where, line)
        if not isinstance(values, dict):
            expected = f"expected keys with their values, such as {', '.join(material.keys)}"
            raise BadPack(f"{where}, line {line}, entry {at + 1}: {expected}")
        yield Item(line, values, {key: found.lines[*place, key] for key in values})


# --- as a table ----------------------------------------------------------------------------------


def _table(text: str, where: str, material: Material) -> Iterator[Item]:
    rows = _rows(text, where)
    head = next(rows, (1, []))[1]
    _see_head(head, where, material)
    for at, (line, row) in enumerate(rows):
        if at == MOST:
            raise _too_many(where, line)
        if len(row) != len(head):
            said = f"{len(row)} cells: expected {len(head)}, as the first row has"
            raise BadPack(f"{where}, line {line}, entry {at + 1}: {said}")
        given = {key: _cell(cell) for key, cell in zip(head, row, strict=True) if cell}
        yield Item(line, given, dict.fromkeys(given, line))


def _see_head(head: Sequence[str], where: str, material: Material) -> None:
    unknown = [key for key in head if key not in material.keys]
    there = f"there are: {', '.join(material.keys)}"
    if unknown or not head:
        said = f"no such key {unknown[0][:80]!r}" if unknown else "no first row with keys"
        raise BadPack(f"{where}, line 1: {said}; {there}")
    if len(set(head)) < len(head):
        twice = next(key for key in head if head.count(key) > 1)
        raise BadPack(f"{where}, line 1: {twice!r} stands twice")


def _rows(text: str, where: str) -> Iterator[tuple[int, list[str]]]:
    """Rows with the line that each begins at; empty lines are none."""
    reader, before = csv.reader(io.StringIO(text, newline=""), strict=True), 0
    try:
        for row in reader:
            if row:
                yield before + 1, row
            before = reader.line_num
    except csv.Error as error:
        raise BadPack(f"{where}, line {before + 1}: not CSV: {error}") from None


def _cell(cell: str) -> Json:
    """A cell: a truth value where it is written like one, else text."""
    return {"true": True, "false": False}.get(cell.lower(), cell)


# --- in a study ----------------------------------------------------------------------------------


def stood_in(settings: Mapping[str, Json], kit: Kit, standing: Standing) -> dict[str, Json]:
    """Settings with what a name stands for in its place, over whatever else is given."""
    setting = kit.material.setting if kit.material else ""
    name = settings.get(setting)
    if not isinstance(name, str) or name not in standing:
        return dict(settings)
    rest = {key: value for key, value in settings.items() if key != setting}
    return {**rest, **standing[name]}


class Packed(NamedTuple):
    """A study with its pack in it."""

    value: Mapping[str, Json]
    problems: tuple[Problem, ...] = ()


def packed(value: Mapping[str, Json], folder: Path | None, own: Path | None = None) -> Packed:
    """A study with the names it uses of its pack, or of one that is given instead, written out.

    What is not of the form that a study has is left to whoever reads it.
    """
    named = value.get(KEY)
    if own is None and (not named or not isinstance(named, str | dict)):
        return Packed(value)
    rest = {key: each for key, each in value.items() if key != KEY}
    try:
        kit = catalogue.kit(str(value.get("environment")))
    except catalogue.Mistake:
        return Packed(rest)
    try:
        if own is None and isinstance(named, dict):
            return Packed(value, _clashing(named, material_of(kit)))
        pack = load(own, kit) if own is not None else _beside(folder, str(named), kit)
    except BadPack as bad:
        return Packed(value, tuple(Problem((KEY,), said) for said in str(bad).split("\n")))
    used = set(_words(rest))
    standing = {name: dict(its) for name, its in pack.standing.items() if name in used}
    return Packed({**rest, KEY: standing})


def _clashing(named: Mapping[str, Json], material: Material) -> tuple[Problem, ...]:
    """Names that a study writes out itself, and that mean something already."""
    taken = {each.name for each in material.bank()}
    said = "is in the bank: expected a name of its own"
    return tuple(Problem((KEY, name), said) for name in named if name in taken)


def _beside(folder: Path | None, name: str, kit: Kit) -> Pack:
    material = material_of(kit)
    try:
        data = beside(folder, name)
    except (OSError, ValueError) as error:
        said = error.strerror if isinstance(error, OSError) else None
        raise BadPack(f"{name[:80]!r}: {said or error}") from None
    return read(data, name, material)


def _words(value: Json) -> Iterator[str]:
    """Every text in a value."""
    if isinstance(value, str):
        yield value
    elif isinstance(value, dict):
        yield from (word for each in value.values() for word in _words(each))
    elif isinstance(value, list):
        yield from (word for each in value for word in _words(each))
