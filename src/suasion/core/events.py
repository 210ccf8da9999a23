"""One fact of an episode, and who is told."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Final, NamedTuple

To = str | tuple[int, ...]
"""An audience: `EVERYONE`, `EACH`, or the seats that are told."""
EVERYONE: Final = "everyone"
EACH: Final = "each"
"""Each seat in the column `seat` is told its row: of every list in the data its own item, and of
everything that is no list the whole."""
NOBODY: Final = ()
SEAT: Final = "seat"
"""The column that says whose the rows are."""

NOTHING: Final[Mapping[str, Any]] = {}


class Event(NamedTuple):
    """One fact. Its id is its place in the episode's list."""

    kind: str
    by: int | None = None
    """Whose doing it was; `None` for chance and for the rules."""
    data: Mapping[str, Any] = NOTHING
    to: To = EVERYONE
    truth: Mapping[str, Any] = NOTHING
    """Facts for measures and readers, told to no seat; under `meant`, what a script meant."""

    def told(self) -> Event:
        """The event as a seat holds it: without who else was told, and without the truth."""
        if self.to == EVERYONE and not self.truth:
            return self
        return Event(self.kind, self.by, self.data)

    def told_to(self, seat: int) -> Event | None:
        """The event as this seat holds it; `None` where it is not told."""
        if self.to == EACH:
            return self.row(seat)
        return self.told() if self.to == EVERYONE or seat in self.to else None

    def reaches(self, seat: int) -> bool:
        """Whether a seat is told."""
        return self.to == EVERYONE or seat in (self.data[SEAT] if self.to == EACH else self.to)

    def audience(self, seats: int) -> Sequence[int]:
        """The seats that are told, of so many."""
        if self.to == EVERYONE:
            return range(seats)
        if self.to == EACH:
            column: list[int] = self.data[SEAT]
            return column
        assert isinstance(self.to, tuple)
        return self.to

    def row(self, seat: int) -> Event | None:
        """A seat's row of an event in columns; `None` where it has none."""
        place = place_of(self.data[SEAT], seat)
        return None if place is None else self.at(place)

    def at(self, place: int) -> Event:
        """The row at a place of an event in columns, as its seat holds it."""
        data = {
            name: value[place] if isinstance(value, list) else value
            for name, value in self.data.items()
        }
        return Event(self.kind, self.by, data)

    def cut(self, seats: Sequence[int]) -> Event | None:
        """The columns of these seats alone, in this order; `None` where none has a row."""
        has = self.data[SEAT]
        if len(has) == len(seats) and has == [*seats]:
            return Event(self.kind, self.by, self.data, EACH)
        places = {seat: place for place, seat in enumerate(has)}
        kept = [places[seat] for seat in seats if seat in places]
        data = {
            name: [value[place] for place in kept] if isinstance(value, list) else value
            for name, value in self.data.items()
        }
        return Event(self.kind, self.by, data, EACH) if kept else None


def place_of(seats: Sequence[int], seat: int) -> int | None:
    """Where a seat stands in a column; at once where the column is 0, 1, 2, …"""
    if seat < len(seats) and seats[seat] == seat:
        return seat
    try:
        return seats.index(seat)
    except ValueError:
        return None


def in_columns(event: Event) -> Event:
    """The event, after a look that it is one in columns.

    Each list is as long as the column `seat`, where no seat stands twice.
    """
    kind, _, data, to, _ = event
    if to != EACH:
        known = f"{EVERYONE!r}, {EACH!r} or seats"
        raise ValueError(f"event {kind!r} goes to {to!r}: expected {known}")
    seats = data.get(SEAT)
    if not isinstance(seats, list) or len(set(seats)) != len(seats):
        raise ValueError(f"event {kind!r} has no column {SEAT!r} of different seats: {seats!r:.80}")
    for name, value in data.items():
        if isinstance(value, list) and len(value) != len(seats):
            raise ValueError(
                f"event {kind!r}: the column {name!r} has {len(value)} rows for {len(seats)} seats"
            )
    return event
