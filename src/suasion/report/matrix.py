"""Who spoke to whom, and acted on whom: a row and a column for each lane of the reader."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import NamedTuple

Key = tuple[int, int | str]
"""From a lane to a lane, to all (`public`), or to itself (`own`)."""


class Cell(NamedTuple):
    """One channel: how often a seat spoke to another, and acted on it."""

    said: int
    acted: int
    first: int | None
    """The first event of the channel."""
    heat: int
    """0 to 4, for its shade."""


class Line(NamedTuple):
    """What one lane says: to each other one, to all, and to itself."""

    others: Sequence[Cell | None]
    public: Cell
    own: Cell


class Said(NamedTuple):
    """An event as the matrix counts it."""

    id: int
    by: int | None
    """Its lane."""
    shape: str
    to: Sequence[int]
    """The lanes it points at."""

    @property
    def channels(self) -> list[Key]:
        """Where it is counted."""
        if self.by is None:
            return []
        if self.shape == "public":
            return [(self.by, "public")]
        if self.shape in ("inner", "lost", "aside"):
            return [(self.by, "own")]
        return [(self.by, to) for to in self.to]


def matrix(events: Sequence[Said], lanes: int, alone: Sequence[bool]) -> list[Line]:
    """All channels; a lane of one seat (`alone`) has none to itself but its own."""
    found: dict[Key, list[Said]] = {}
    for said in events:
        for key in said.channels:
            found.setdefault(key, []).append(said)
    most = max(map(len, found.values()), default=1)

    def line(a: int) -> Line:
        others = [None if a == b and alone[a] else _cell(found, (a, b), most) for b in range(lanes)]
        return Line(others, _cell(found, (a, "public"), most), _cell(found, (a, "own"), most))

    return [line(a) for a in range(lanes)]


def _cell(found: Mapping[Key, Sequence[Said]], key: Key, most: int) -> Cell:
    several = found.get(key, ())
    acted = sum(said.shape == "action" for said in several)
    first = several[0].id if several else None
    heat = -(-4 * len(several) // most) if several else 0
    return Cell(len(several) - acted, acted, first, heat)
