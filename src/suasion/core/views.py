"""From event to seat: who is told what, and what is news."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Mapping

from suasion.core.asks import Json
from suasion.core.events import EVERYONE, NOTHING, Event, To
from suasion.core.quick import maker

_event = maker(Event)


class Board:
    """Every event so far, and what each seat has been told and not yet read.

    An event for everyone is kept once, whatever the number of seats.
    """

    def __init__(self, seats: int) -> None:
        self.events: list[Event] = []
        self.meant: dict[int | None, Mapping[str, Json]] = {}
        """What seats meant by the answers that the rules are applying now."""
        self._shared: list[Event] = []
        self._ids: list[int] = []
        """The ids of the shared ones."""
        self._own: list[list[tuple[int, int, Event]]] = [[] for _ in range(seats)]
        """For each seat: how many shared events came before, id, event."""
        self._read = [(0, 0)] * seats

    @property
    def here(self) -> int:
        """The id of the next event."""
        return len(self.events)

    def emit(
        self,
        kind: str,
        by: int | None = None,
        data: Mapping[str, Json] = NOTHING,
        to: To = EVERYONE,
        truth: Mapping[str, Json] = NOTHING,
    ) -> int:
        """Record a fact and send it on its way."""
        at = len(self.events)
        if self.meant and by in self.meant:
            truth = {**truth, "meant": self.meant[by]}
        event = _event((kind, by, data, to, truth))
        self.events.append(event)
        if to == EVERYONE:
            self._shared.append(event.told())
            self._ids.append(at)
        elif isinstance(to, str):
            raise ValueError(f"event {kind!r} goes to {to!r}: expected {EVERYONE!r} or seats")
        else:
            told = (len(self._shared), at, _event((kind, by, data, EVERYONE, NOTHING)))
            for seat in to:
                self._own[seat].append(told)
        return at

    def news(self, seat: int, before: int | None, keep: bool) -> list[Event]:
        """What a seat was told since it last read, up to a horizon; `keep` leaves it unread."""
        shared, own = self._read[seat]
        new, mine = self._shared[shared:], self._own[seat][own:]
        if before is not None:
            new = new[: bisect_left(self._ids, before, shared) - shared]
            mine = [item for item in mine if item[1] < before]
        if not keep:
            self._read[seat] = (shared + len(new), own + len(mine))
        for after, (place, _, event) in enumerate(mine, -shared):
            new.insert(place + after, event)
        return new
