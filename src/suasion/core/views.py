"""From event to seat: who is told what, and what is news."""

from __future__ import annotations

from collections.abc import Mapping
from operator import itemgetter

from suasion.core.asks import Json
from suasion.core.events import EVERYONE, NOTHING, Event, To

_PLACE = itemgetter(0)


class Board:
    """Every event so far, and what each seat has been told and not yet read.

    An event for everyone is kept once, whatever the number of seats.
    """

    def __init__(self, seats: int) -> None:
        self.events: list[Event] = []
        self.meant: dict[int | None, Mapping[str, Json]] = {}
        """What seats meant by the answers that the rules are applying now."""
        self._shared: list[tuple[int, Event]] = []
        self._own: list[list[tuple[int, Event]]] = [[] for _ in range(seats)]
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
        event = Event(kind, by, data, to, truth)
        self.events.append(event)
        if to == EVERYONE:
            self._shared.append((at, event.told()))
        elif isinstance(to, str):
            raise ValueError(f"event {kind!r} goes to {to!r}: expected {EVERYONE!r} or seats")
        else:
            told = (at, Event(kind, by, data))
            for seat in to:
                self._own[seat].append(told)
        return at

    def news(self, seat: int, before: int | None, keep: bool) -> list[Event]:
        """What a seat was told since it last read, up to a horizon; `keep` leaves it unread."""
        shared, own = self._read[seat]
        new, mine = self._shared[shared:], self._own[seat][own:]
        if before is not None:
            new = [item for item in new if item[0] < before]
            mine = [item for item in mine if item[0] < before]
        if not keep:
            self._read[seat] = (shared + len(new), own + len(mine))
        if mine:
            new = sorted(new + mine, key=_PLACE) if new else mine
        return [event for _, event in new]
