"""Files that a study shows: taken from beside it, and named by their hashes in its texts.

A study may come from anyone. Its files lie under its own folder, are no links, and none is hidden:
no study takes a `.env` or what lies in `.ssh`. What a file is, its own bytes say.
"""

from __future__ import annotations

import os
import re
from collections.abc import Iterator, Mapping
from pathlib import Path as Folder
from typing import NamedTuple

from suasion.core.asks import Json
from suasion.models.parts import ALT, TYPES, hash_of, media_type
from suasion.runner.plain_yaml import Path
from suasion.runner.study_errors import Problem
from suasion.store.files import path_of, plain

KEY, SETTINGS = "files", "settings"
MANY = 1_000
TOGETHER = 256 * 2**20
"""Bytes of all files of a study."""
LOCAL = re.compile(r"!\[([^\]\n]*)\]\(file:([^)\n]*)\)")
"""A file as a text of a study names it: its alt text, and its path from the study's folder."""
_ALT = re.compile(ALT)


class Texts(NamedTuple):
    """A study as its file says it, with hashes for paths."""

    value: Mapping[str, Json]
    files: Mapping[str, bytes]
    """By hash."""
    problems: tuple[Problem, ...]


def resolved(value: Mapping[str, Json], folder: Folder | None) -> Texts:
    """The same study with its files in it; without a folder none can be found.

    What is not of the form that a study has is left to whoever reads it.
    """
    found: list[Problem] = []
    listed = value.get(KEY, [])
    if not isinstance(listed, list) or len(listed) > MANY:
        return Texts(value, {}, ())
    files, by_path = dict[str, bytes](), dict[str, str]()
    for at, name in enumerate(listed):
        if not isinstance(name, str):
            continue
        try:
            data = taken(folder, name)
        except (OSError, ValueError) as error:
            said = error.strerror if isinstance(error, OSError) else None
            found.append(Problem((KEY, at), f"{name[:80]!r}: {said or error}"))
            continue
        by_path[name] = hash_of(data)
        files[by_path[name]] = data
    if sum(map(len, files.values())) > TOGETHER:
        found.append(Problem((KEY,), f"are more than {TOGETHER:,} bytes together"))
    named = _Named(by_path, found)
    changed = {key: named.walked(each, (key,)) for key, each in value.items()}
    if KEY in value:
        whole = len(by_path) == len({*map(str, listed)})
        changed[KEY] = [path_of(each) for each in files] if whole else listed
    return Texts(changed, files, tuple(found))


def taken(folder: Folder | None, name: str) -> bytes:
    """The bytes of a file that a study shows.

    Errors: `OSError`, `ValueError`, which say what was expected.
    """
    data = beside(folder, name)
    if media_type(data) is None:
        raise ValueError(f"its bytes are of no kind that is known: expected {', '.join(TYPES)}")
    return data


def beside(folder: Folder | None, name: str) -> bytes:
    """The bytes of a file below a study's folder.

    Errors: `OSError`, `ValueError`, which say what was expected.
    """
    if folder is None:
        raise ValueError("expected a study that is read from a file, beside which its files lie")
    parts = name.split("/")
    if any(part.startswith(".") or not part or "\0" in part for part in parts):
        raise ValueError(
            "expected a path below the study's folder, such as pictures/chart.png,"
            " with no name in it that begins with a dot"
        )
    at = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        for part in parts[:-1]:
            inner = os.open(part, os.O_RDONLY | os.O_DIRECTORY | os.O_NOFOLLOW, dir_fd=at)
            os.close(at)
            at = inner
        return plain(parts[-1], at)
    finally:
        os.close(at)


class _Named:
    """Names files by their hashes in the settings of a study, and notes what cannot be."""

    def __init__(self, by_path: Mapping[str, str], found: list[Problem]) -> None:
        self._by_path, self._found = by_path, found

    def walked(self, value: Json, path: Path, inside: bool = False) -> Json:
        """A value with the texts of its settings resolved; `inside`: it is within settings."""
        if isinstance(value, str):
            return self._text(value, path) if inside else value
        if isinstance(value, dict):
            return {
                key: self.walked(each, (*path, key), inside or path[-1] == SETTINGS)
                for key, each in value.items()
            }
        if isinstance(value, list):
            return [self.walked(each, (*path, at), inside) for at, each in enumerate(value)]
        return value

    def _text(self, text: str, path: Path) -> str:
        def named(found: re.Match[str]) -> str:
            alt, name = found[1], found[2]
            self._found.extend(Problem(path, said) for said in self._faults(alt, name))
            return f"![{alt}](sha256:{self._by_path.get(name, '')})"

        return LOCAL.sub(named, text)

    def _faults(self, alt: str, name: str) -> Iterator[str]:
        if name not in self._by_path:
            there = ", ".join(self._by_path) or "none"
            yield f"names the file {name[:80]!r}, and `files` lists: {there[:400]}"
        if not alt.strip() or not _ALT.fullmatch(alt):
            yield f"shows {name[:80]!r} without words: expected ![ALT TEXT](file:{name[:80]})"
