"""The published transcripts, read with the table of their conversations into one run.

A file is one conversation, named `TOPIC__PERSUADER__TARGET__SIDE__no_notes.md`: its title, its
proposition, and turns under `## Turn N` with two lines that say who speaks. What is said is free
markdown and may hold anything, headings of turns too. So a turn begins only at a heading with the
number that is due and the two lines that are due under it; whatever else looks like one is words,
and is told as a warning where it has speaker lines of its own.

A file that is not of this form is skipped, as are one without a row in the table and one that
speaks of others than its name does; rows without a file keep their numbers. Words are read once to
see that they are sound and again as they are filed, since all of them at once are too much to hold.
"""

from __future__ import annotations

import os
import re
from collections import Counter, defaultdict
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass, field
from hashlib import sha256
from pathlib import Path
from typing import NamedTuple

from suasion.environments.persuasion.cell import Cell
from suasion.environments.persuasion.cells import Cells, Row
from suasion.environments.persuasion.filing import Spoken, events_of, filed_of, speaker
from suasion.environments.persuasion.propositions import LONGEST
from suasion.measures.filed import Filed
from suasion.measures.imported import BadLine, Companions, Deferred, Imported, Joined, Unreadable
from suasion.measures.lines import LONGEST as MOST_BYTES
from suasion.measures.lines import Bad

SUFFIX = ".md"
CONDITION = "__no_notes"
ROLES = ("persuader", "target")
_BLANK = r"(?:[ \t]*\r?\n)*"
_TITLE = re.compile(r"\s*# Persuasion Transcript[ \t]*\r?\n")
_PROPOSITION, _FIRST = (
    re.compile(rf"^## {heading}[ \t]*\r?$", re.MULTILINE) for heading in ("Proposition", "Turn 1")
)
_HEADING = re.compile(
    rf"## Turn (?P<number>[0-9]{{1,6}})[ \t]*\r?\n{_BLANK}"
    rf"- speaker_role: `(?P<role>[^`\n]*)`[ \t]*\r?\n{_BLANK}"
    r"- speaker_model: `(?P<model>[^\n]*)`[ \t]*\r?(?:\n|\Z)"
)


class Read(NamedTuple):
    """A file that is sound."""

    spoken: Spoken
    doubts: Sequence[tuple[int, str]]
    """Lines that stand though they are odd, and why."""


def parse(text: str, speakers: tuple[str, str]) -> Read:
    """What a transcript of these two holds, the persuader first. Errors: `Bad`."""
    proposition, begin = _proposition(text)
    found = list(_found(text, begin))
    if not found or found[0].start() != begin:
        raise Bad("no_turns", f"{_line(text, begin)}: expected who speaks under '## Turn 1'")
    headings, others = _turns(text, found, speakers)
    ends = [*(heading.start() for heading in headings[1:]), len(text)]
    turns = [_words(text[h.end() : end]) for h, end in zip(headings, ends, strict=True)]
    doubts = [(_at(text, each.start()), _in_words(each)) for each in others]
    return Read(Spoken(proposition, turns), doubts)


def _proposition(text: str) -> tuple[str, int]:
    """The sentence, and where the first turn begins."""
    title = _TITLE.match(text)
    heading = title and _PROPOSITION.search(text, title.end())
    first = heading and _FIRST.search(text, heading.end())
    if not heading or not first:
        expected = "'# Persuasion Transcript', '## Proposition' and '## Turn 1', each on its line"
        raise Bad("no_transcript", f"expected {expected}")
    proposition = " ".join(text[heading.end() : first.start()].split())
    if not proposition or len(proposition) > LONGEST:
        raise Bad("bad_proposition", f"expected a sentence of at most {LONGEST:,} characters")
    return proposition, first.start()


def _found(text: str, begin: int) -> Iterator[re.Match[str]]:
    """All that looks like the heading of a turn, from where the first is looked for."""
    at = begin - 1
    while at >= 0:
        heading = _HEADING.match(text, at + 1)
        if heading is not None:
            yield heading
        at = text.find("\n## Turn ", at + 1)


def _turns(
    text: str, found: Sequence[re.Match[str]], speakers: tuple[str, str]
) -> tuple[list[re.Match[str]], list[re.Match[str]]]:
    """The headings of turns, and what only looks like one."""
    taken, others = list[re.Match[str]](), list[re.Match[str]]()
    for at, heading in enumerate(found):
        due = len(taken) + 1
        if int(heading["number"]) != due:
            others.append(heading)
        elif _speaks(heading, speakers):
            taken.append(heading)
        elif any(int(e["number"]) == due and _speaks(e, speakers) for e in found[at + 1 :]):
            others.append(heading)
        else:
            raise Bad("other_speaker", _disagrees(text, heading, speakers))
    beyond = [each for each in others if int(each["number"]) > len(taken)]
    if beyond:
        said = f"turn {int(beyond[0]['number'])} where turn {len(taken) + 1} is due"
        raise Bad("wrong_turns", f"{_line(text, beyond[0].start())}: {said}")
    return taken, others


def _speaks(heading: re.Match[str], speakers: tuple[str, str]) -> bool:
    seat = speaker(int(heading["number"]))
    return heading["role"] == ROLES[seat] and heading["model"] == speakers[seat]


def _disagrees(text: str, heading: re.Match[str], speakers: tuple[str, str]) -> str:
    seat = speaker(int(heading["number"]))
    said = f"turn {int(heading['number'])} is by {heading['role'][:60]} {heading['model'][:80]!r}"
    expected = f"{ROLES[seat]} {speakers[seat][:80]!r}"
    return f"{_line(text, heading.start())}: {said}; by its name it is by {expected}"


def _in_words(heading: re.Match[str]) -> str:
    return f"heading_in_words: '## Turn {int(heading['number'])}' is not due here; taken as words"


def _words(text: str) -> str:
    return text.replace("\r\n", "\n").strip()


def _at(text: str, place: int) -> int:
    return text.count("\n", 0, place) + 1


def _line(text: str, place: int) -> str:
    return f"line {_at(text, place)}"


def text_of(raw: bytes) -> str:
    """The text of a file. Errors: `Bad`."""
    try:
        return raw.removeprefix(b"\xef\xbb\xbf").decode()
    except UnicodeDecodeError as error:
        raise Bad("not_utf8", f"byte {error.start + 1} of the file") from None


class Sound(NamedTuple):
    """A file that was read, and what must still be so when it is read again."""

    path: Path
    hash: bytes
    turns: int


@dataclass
class Transcripts:
    """What has been read so far of all files."""

    cells: Cells
    of: dict[str, Sound] = field(default_factory=dict)
    """By episode."""
    skipped: list[BadLine] = field(default_factory=list)
    warnings: list[BadLine] = field(default_factory=list)

    def __post_init__(self) -> None:
        self._named: defaultdict[str, list[Row]] = defaultdict(list)
        for row in self.cells.rows:
            self._named[row.cell.name].append(row)

    def read(self, path: Path) -> None:
        """Read one file."""
        try:
            self._take(path)
        except Bad as bad:
            self.skipped.append(BadLine(str(path), 1, str(bad), None))

    def _take(self, path: Path) -> None:
        rows = self._rows(path)
        raw = _bytes(path)
        row, read = _first(rows, text_of(raw))
        if row.id in self.of:
            raise Bad("duplicate_transcript", f"{self.of[row.id].path} is of this conversation too")
        self.of[row.id] = Sound(path, sha256(raw).digest(), len(read.spoken.turns))
        said = self.cells.doubts(row.cell.topic, read.spoken.proposition)
        for line, doubt in [*read.doubts, *((1, each) for each in said)]:
            self.warnings.append(BadLine(str(path), line, doubt, row.id))

    def _rows(self, path: Path) -> Sequence[Row]:
        """The rows that a file is named after. Errors: `Bad`."""
        name = path.name.removesuffix(SUFFIX)
        if name == path.name or not name.endswith(CONDITION):
            expected = f"TOPIC__PERSUADER__TARGET__SIDE{CONDITION}{SUFFIX}"
            raise Bad("bad_name", f"expected {expected}")
        name = name.removesuffix(CONDITION)
        if name in self.cells.taken:
            raise Bad("duplicate_episode", "the run holds its conversation already")
        rows = self._named.get(name)
        if not rows:
            raise Bad("no_cell", f"no row of the table is {name[:120]!r}")
        return rows

    def uneven(self) -> Iterator[BadLine]:
        """A warning for each file with other turns than most."""
        lengths = Counter(sound.turns for sound in self.of.values())
        usual = lengths.most_common(1)[0][0] if lengths else 0
        for id_, sound in self.of.items():
            if sound.turns != usual:
                said = f"other_length: {sound.turns} turns, where most have {usual}"
                yield BadLine(str(sound.path), 1, said, id_)

    def filed(self, row: Row) -> Filed:
        """The episode of a row, its words read again. Errors: `Unreadable` if they changed."""
        sentence = self.cells.sentence(row.cell)
        sound = self.of.get(row.id)
        if sound is None:
            return filed_of(row.id, row.cell, sentence)
        raw = _bytes(sound.path)
        if sha256(raw).digest() != sound.hash:
            raise Unreadable(f"{str(sound.path)!r} changed while it was read")
        spoken = parse(text_of(raw), _speakers(row.cell)).spoken
        return filed_of(row.id, row.cell, sentence, spoken)


def _bytes(path: Path) -> bytes:
    with path.open("rb") as file:
        size = os.fstat(file.fileno()).st_size
        if size > MOST_BYTES:
            raise Bad("too_long", f"a file of {size:,} bytes, at most {MOST_BYTES:,}")
        return file.read(size + 1)


def _speakers(cell: Cell) -> tuple[str, str]:
    return cell.persuader, cell.target


def _first(rows: Sequence[Row], text: str) -> tuple[Row, Read]:
    """Of rows that share a name, the first whose speakers these are. Errors: `Bad`."""
    for row in rows[:-1]:
        try:
            return row, parse(text, _speakers(row.cell))
        except Bad:
            continue
    return rows[-1], parse(text, _speakers(rows[-1].cell))


def _read(files: Sequence[Path], taken: Collection[str], companions: Companions) -> Imported:
    cells = Cells(taken)
    cells.read(companions["cells"])
    found = Transcripts(cells)
    for path in files:
        found.read(path)
    rows = cells.rows
    turns = [found.of[row.id].turns if row.id in found.of else 0 for row in rows]
    events = sum(events_of(row.cell, n) for row, n in zip(rows, turns, strict=True))
    filed = Deferred([row.id for row in rows], events, lambda at: found.filed(rows[at]))
    warnings = [*cells.warnings, *found.warnings, *found.uneven()]
    return Imported(filed, [*cells.skipped, *found.skipped], warnings)


read = Joined(_read, {"cells": "the table with a row for each conversation"}, SUFFIX)
"""Reads transcripts, and the table that says how their conversations ended."""
