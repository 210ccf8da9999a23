"""Tables of conversations, a row each, as the published benchmark's were recovered: read as a run.

Columns: `topic`, `persuader`, `target`, `side` (`pro`, `con`), `outcome` (`completed`,
`moderated_block`), and the same number of probes before and after (`pre1`, … and `post1`, …), in
any order; where there are any, `replicate`, `proposition` (its sentence) and counts of turns
(`cell.COUNTS`). Others are kept as they stand. Nothing is guessed at or dropped in silence: a row
that cannot be read is skipped, with its physical line and why, and the rest stay.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass, field
from hashlib import sha256
from pathlib import Path
from typing import NamedTuple

from suasion.environments.persuasion.cell import Cell, Columns, cell_of
from suasion.environments.persuasion.filing import filed_of
from suasion.measures.imported import BadLine, Imported
from suasion.measures.lines import MOST_BAD, Bad, TooLarge
from suasion.measures.table import Record, cells_of, missing, table


class Row(NamedTuple):
    """A sound row, and where it stands."""

    id: str
    cell: Cell
    file: str
    line: int


@dataclass
class Cells:
    """What has been read so far of all tables; `taken` are ids that the run already has."""

    taken: Collection[str]
    rows: list[Row] = field(default_factory=list)
    skipped: list[BadLine] = field(default_factory=list)
    warnings: list[BadLine] = field(default_factory=list)
    propositions: dict[str, str] = field(default_factory=dict)
    """The sentence of each topic, where a row or a transcript says it."""
    _keys: dict[tuple[str, str, str, str, int | None], Row] = field(default_factory=dict)
    _ids: set[str] = field(default_factory=set)

    def read(self, path: Path) -> None:
        """Read one table. Errors: `Unreadable`, `TooLarge`, `OSError`."""
        plain = Columns.of(())
        found = table(path, plain.wanted)
        columns = Columns.of(found.columns)
        missing(path, found.columns, columns.wanted)
        already = len(self.skipped)
        for record in found.records:
            try:
                self._take(columns, found.columns, record, path)
            except Bad as bad:
                self._skip(path, record, bad, already)

    def _take(self, columns: Columns, names: Sequence[str], record: Record, path: Path) -> None:
        if record.fault:
            raise Bad(record.fault)
        cell = cell_of(columns, cells_of(names, record))
        row = self._add(cell, path, record)
        for doubt in [*cell.doubts, *self.doubts(cell.topic, cell.proposition)]:
            self.warnings.append(BadLine(row.file, row.line, doubt, row.id, record.raw))

    def _add(self, cell: Cell, path: Path, record: Record) -> Row:
        """Take a row. Errors: `Bad` where its conversation is there already."""
        there = self._keys.get(cell.key)
        if there is not None:
            raise Bad("duplicate_key", f"it stands in line {there.line} of {there.file}")
        if cell.name in self.taken:
            raise Bad("duplicate_episode", "the run holds it already")
        row = Row(self._id(cell), cell, str(path), record.line)
        self._keys[cell.key] = row
        self._ids.add(row.id)
        self.rows.append(row)
        return row

    def _id(self, cell: Cell) -> str:
        """The name of a cell, told apart where names with `__` in them make two the same."""
        if cell.name not in self._ids:
            return cell.name
        apart = sha256(repr(cell.key).encode(errors="surrogatepass")).hexdigest()
        return f"{cell.name}--{apart[:8]}"

    def doubts(self, topic: str, proposition: str) -> Iterator[str]:
        """Take the sentence of a topic; a complaint where it has another already."""
        known = self.propositions.setdefault(topic, proposition) if proposition else ""
        if known != proposition:
            yield f"other_proposition: {proposition[:80]!r}; the first of {topic[:80]!r} stands"

    def _skip(self, path: Path, record: Record, bad: Bad, already: int) -> None:
        self.skipped.append(BadLine(str(path), record.line, str(bad), None, record.raw))
        if len(self.skipped) - already > MOST_BAD:
            said = f"more than {MOST_BAD:,} bad rows up to line {record.line:,}"
            raise TooLarge(f"{str(path)!r} has {said}; the last is {bad}")

    def sentence(self, cell: Cell) -> str:
        """What a conversation is about: its topic's sentence, or the topic where none is known."""
        return self.propositions.get(cell.topic, cell.topic)


def read(files: Sequence[Path], taken: Collection[str]) -> Imported:
    """Read tables as one; `taken` are the episode ids that the run already has.

    Errors: `Unreadable` where a file is no such table, `TooLarge`; `OSError`.
    """
    cells = Cells(taken)
    for path in files:
        cells.read(path)
    filed = [filed_of(row.id, row.cell, cells.sentence(row.cell)) for row in cells.rows]
    return Imported(filed, cells.skipped, cells.warnings)
