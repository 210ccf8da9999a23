"""A table of comma-separated values: total over any bytes, and told by physical lines.

Only LF (or CR and LF) ends a line; quoted fields may hold commas, doubled quotes and line ends,
of which blank lines are left out. A record that cannot be read is a bad one, with the line it
begins on; only what makes the whole file unreadable, such as a heading that is missing or another
separator, refuses it (`Unreadable`). Bounds on lines and files are those of
`suasion.measures.lines`; gzip is known by its first bytes.
"""

from __future__ import annotations

import csv
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import NamedTuple

from suasion.measures.imported import Unreadable
from suasion.measures.lines import Line, lines

LONGEST_FIELD = 2**17
"""Characters of one field; the standard reader's own bound."""
MOST_COLUMNS = 1000
SEPARATORS = {";": "semicolons", "\t": "tabs", "|": "bars"}
NOT_TEXT = {
    b"PK\x03\x04": "a spreadsheet or an archive",
    b"\xff\xfe": "UTF-16 text",
    b"\xfe\xff": "UTF-16 text",
    b"PAR1": "a Parquet file",
}
"""What files begin with that people take for such tables."""


class Record(NamedTuple):
    """One record: a field for each column of the heading, or why it has not."""

    line: int
    """The physical line it begins on, from 1."""
    fields: Sequence[str]
    raw: bytes
    fault: str = ""
    """A code, alone or followed by a colon and words."""


@dataclass(frozen=True)
class Table:
    """A file whose heading has been read."""

    columns: Sequence[str]
    records: Iterator[Record]


def table(path: Path, expected: Sequence[str]) -> Table:
    """A table; `expected` are columns by which another separator would be told.

    Errors: `Unreadable`, `suasion.measures.lines.TooLarge`, `OSError`.
    """
    records = _records(path)
    heading = next(records, None)
    if heading is None:
        raise Unreadable(f"{_named(path)} is empty: expected a heading with {listed(expected)}")
    columns = _columns(path, heading, expected)
    return Table(columns, (_whole(record, columns) for record in records))


def _columns(path: Path, heading: Record, expected: Sequence[str]) -> list[str]:
    for mark, what in NOT_TEXT.items():
        if heading.raw.startswith(mark):
            raise Unreadable(f"{_named(path)} is {what}: expected comma-separated UTF-8 text")
    _separated(path, heading.raw.decode(errors="replace"), expected)
    if heading.fault:
        said = f"line {heading.line} of {_named(path)} is no heading ({heading.fault})"
        raise Unreadable(f"{said}: expected UTF-8 text with {listed(expected)}")
    columns = [name.strip() for name in heading.fields]
    twice = [name for name, times in Counter(columns).items() if times > 1 and name]
    if twice:
        raise Unreadable(f"{_named(path)} has several columns {listed(twice)}: expected one each")
    if len(columns) > MOST_COLUMNS:
        said = f"{_named(path)} has {len(columns):,} columns"
        raise Unreadable(f"{said}: expected {MOST_COLUMNS:,} at most")
    return columns


def _separated(path: Path, heading: str, expected: Sequence[str]) -> None:
    """Refuse a heading whose columns are set apart by something else than commas."""

    def known(separator: str) -> int:
        names = {name.strip(' "\r') for name in heading.split(separator)}
        return len(names.intersection(expected))

    for separator, what in SEPARATORS.items():
        if known(separator) > max(1, known(",")):
            said = f"the columns of {_named(path)} are set apart by {what}"
            raise Unreadable(f"{said}: expected commas")


def missing(path: Path, columns: Sequence[str], wanted: Sequence[str]) -> None:
    """Refuse a table without all of some columns, naming every one that is not there."""
    absent = [name for name in wanted if name not in columns]
    if absent:
        noun = "column" if len(absent) == 1 else "columns"
        said = f"{_named(path)} has no {noun} {listed(absent)}: expected {listed(wanted)}"
        raise Unreadable(f"{said}; there are: {listed(columns)}")


def listed(names: Iterable[str]) -> str:
    """Names as an error tells them, the first forty of them."""
    every = [name if name.isidentifier() else repr(name[:60]) for name in names]
    more = f" and {len(every) - 40:,} more" if len(every) > 40 else ""
    return ", ".join(every[:40]) + more


def _named(path: Path) -> str:
    return repr(str(path)[:200])


def _whole(record: Record, columns: Sequence[str]) -> Record:
    """The record, or why its fields are not those of the heading."""
    if record.fault or len(record.fields) == len(columns):
        return record
    said = f"wrong_fields: {len(record.fields)} fields under {len(columns)} columns"
    return record._replace(fields=(), fault=said)


class _Feed:
    """Lines as the standard reader wants them, and those that the current record is made of."""

    def __init__(self, path: Path) -> None:
        self._lines = lines(path)
        self.taken: list[Line] = []

    def __iter__(self) -> Iterator[str]:
        return self

    def __next__(self) -> str:
        line = next(self._lines)
        self.taken.append(line)
        if line.fault:
            words = line.fault.partition(": ")[2]
            raise _Fault("too_long" if "more than" in words else "damaged", words)
        try:
            return line.raw.removesuffix(b"\r").decode() + "\n"
        except UnicodeDecodeError as error:
            raise _Fault("not_utf8", f"byte {error.start + 1} of the line") from None


class _Fault(Exception):
    """What is wrong with a line."""


def _records(path: Path) -> Iterator[Record]:
    feed = _Feed(path)
    reader = csv.reader(feed, strict=True)
    while True:
        feed.taken = []
        fault, fields = "", list[str]()
        try:
            fields = next(reader)
        except StopIteration:
            return
        except _Fault as error:
            fault = ": ".join(error.args)
        except csv.Error as error:
            fault = _in_words(str(error), feed.taken)
        yield Record(feed.taken[0].number, fields, b"\n".join(t.raw for t in feed.taken), fault)


def _in_words(error: str, taken: Sequence[Line]) -> str:
    """What the standard reader holds against a record."""
    if "field larger" in error:
        return f"too_long: a field of more than {LONGEST_FIELD:,} characters"
    if "unexpected end" in error:
        return f"bad_quotes: a field is quoted here and not closed up to line {taken[-1].number}"
    if "new-line character" in error:
        return "bad_line_end: a CR without its LF outside quotes"
    return f"bad_quotes: {error}"


def cells_of(columns: Sequence[str], record: Record) -> Mapping[str, str]:
    """The fields of a sound record by their columns; columns without a name are left out."""
    return {name: field for name, field in zip(columns, record.fields, strict=True) if name}
