"""From event to seat: who is told what, through which channels, and what is news."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Callable, Iterable, Mapping, Sequence
from math import inf
from operator import itemgetter
from typing import NamedTuple

from suasion.core.asks import Json
from suasion.core.chance import CHANNEL, Chance, Source
from suasion.core.events import EACH, EVERYONE, NOBODY, NOTHING, Event, To, in_columns
from suasion.core.quick import make

_id = itemgetter(1)


class Delivery(NamedTuple):
    """One event on its way to one seat."""

    id: int
    event: Event
    """As the seat would hold it."""
    seat: int
    step: int = 0
    """When it was sent."""
    late: int = 0
    """How many steps later it arrives."""
    to: To = EVERYONE
    """Whom the event was sent to; the seats themselves are not told."""


Channel = Callable[[Delivery, Chance], Iterable[Delivery]]
"""A link of the chain: nothing is loss, another seat is eavesdropping, other data injection."""


class Board:
    """Every event so far, and what each seat has been told and not yet read.

    An event for everyone, or in columns, is kept once, whatever the number of seats. With
    channels every copy goes its own way.
    """

    def __init__(
        self, seats: int, channels: Sequence[Channel] = (), chance: Chance | None = None
    ) -> None:
        self.events: list[Event] = []
        self.changed: list[Json] = []
        """What channels made of deliveries: [event, seat, [[to, late, data], …]]."""
        self.meant: dict[int | None, Mapping[str, Json]] = {}
        """What seats meant by the answers that the rules are applying now."""
        self._seats, self._channels = range(seats), channels
        self._chance = chance or Chance(Source(), CHANNEL)
        self._shared: list[Event] = []
        self._ids: list[int] = []
        """The ids of the shared ones."""
        self._columns = False
        """Whether any of the shared ones is in columns."""
        self._own: list[list[tuple[int, int, Event]]] = [[] for _ in self._seats]
        """For each seat: how many shared events came before, id, event."""
        self._read = [(0, 0)] * seats
        self._late: list[tuple[int, Delivery]] = []
        self._reached: set[tuple[int, int]] = set()
        self._step = 0

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
        event = make(Event, (kind, by, data, to, truth))
        self.events.append(event)
        if to == NOBODY:
            return at
        if self._channels:
            self._send(at, event)
        elif to == EVERYONE:
            told = make(Event, (kind, by, data, EVERYONE, NOTHING)) if truth else event
            self._shared.append(told)
            self._ids.append(at)
        elif isinstance(to, str):
            self._columns = True
            self._shared.append(in_columns(event))
            self._ids.append(at)
        else:
            own = (len(self._shared), at, make(Event, (kind, by, data, EVERYONE, NOTHING)))
            for seat in to:
                self._own[seat].append(own)
        return at

    def delivered(self, event: int, seat: int) -> bool:
        """Whether an event has reached a seat: it may be lost, late or sent elsewhere."""
        if self._channels:
            return (event, seat) in self._reached
        return self.events[event].reaches(seat)

    @property
    def direct(self) -> bool:
        """Whether every event reaches whom it is told, at once and as it is: no channels."""
        return not self._channels

    def arrived(self, seat: int, since: int) -> list[Event]:
        """What has reached a seat, in its order, but for the first `since`."""
        if self._channels:
            return [event for _, _, event in self._own[seat][since:]]
        return [told for event in self.events if (told := event.told_to(seat)) is not None][since:]

    def tick(self, step: int) -> None:
        """Let what is due by `step` arrive."""
        self._step = step
        if self._late:
            due = [sent for when, sent in self._late if when <= step]
            self._late = [each for each in self._late if each[0] > step]
            for sent in due:
                self._arrive(sent, len(self.events))

    def news(self, seat: int, before: int | None, keep: bool) -> list[Event]:
        """What a seat was told since it last read, up to a horizon; `keep` leaves it unread."""
        if before == 0:
            return []
        start, read = self._read[seat]
        if before is None:
            new, mine = self._shared[start:], self._own[seat][read:]
        else:
            start, end, mine = self._unread(seat, before)
            new = self._shared[start:end]
        if not keep:
            self._read[seat] = (start + len(new), read + len(mine))
        for after, (place, _, event) in enumerate(mine, -start):
            new.insert(place + after, event)
        return self._rows(new, seat) if self._columns else new

    def place(self, seat: int) -> int:
        """How far a seat has read what all are told."""
        return self._read[seat][0]

    def news_of(
        self, seats: Sequence[int], before: int | None, keep: bool
    ) -> tuple[list[Event], dict[int, list[Event]]]:
        """What seats that stand at one `place` were told: shared, in columns, and each its own."""
        own = {}
        start, end, _ = self._unread(seats[0], before)
        for seat in seats:
            read = self._read[seat][1]
            if len(self._own[seat]) > read:  # of most seats of a population nothing
                mine = [event for _, _, event in self._unread(seat, before)[2]]
                read += len(mine)
                if mine:
                    own[seat] = mine
            if not keep:
                self._read[seat] = (end, read)
        new = self._shared[start:end]
        if self._columns:
            cut = (event.cut(seats) if event.to == EACH else event for event in new)
            new = [event for event in cut if event is not None]
        return new, own

    def _unread(
        self, seat: int, before: int | None
    ) -> tuple[int, int, list[tuple[int, int, Event]]]:
        """From where to where the shared events are unread, and a seat's own."""
        start, read = self._read[seat]
        own = self._own[seat]
        if before is None:
            return start, len(self._shared), own[read:]
        till = bisect_left(own, before, read, key=_id)
        return start, bisect_left(self._ids, before, start), own[read:till]

    def _rows(self, events: Iterable[Event], seat: int) -> list[Event]:
        rows = (event.row(seat) if event.to == EACH else event for event in events)
        return [event for event in rows if event is not None]

    def _send(self, at: int, event: Event) -> None:
        if isinstance(event.to, str) and event.to != EVERYONE:
            in_columns(event)
        for seat in event.audience(len(self._seats)):
            told = event.told_to(seat)
            assert told is not None
            sent = Delivery(at, told, seat, self._step, 0, event.to)
            if seat == event.by:  # one's own words do not travel
                self._arrive(sent, at)
                continue
            made = chained(self._channels, sent, self._chance)
            if made != [sent]:
                results = [[each.seat, each.late, dict(each.event.data)] for each in made]
                self.changed.append([at, seat, results])
            for each in made:
                if each.late > 0:
                    self._late.append((self._step + each.late, each))
                else:
                    self._arrive(each, at)
        self._chance.taken()

    def _arrive(self, sent: Delivery, place: int) -> None:
        if sent.seat not in self._seats:
            raise ValueError(f"a channel sends event {sent.id} to seat {sent.seat}: there is none")
        self._own[sent.seat].append((0, place, sent.event))
        self._reached.add((sent.id, sent.seat))


def chained(channels: Iterable[Channel], sent: Delivery, chance: Chance) -> list[Delivery]:
    """What a chain makes of one delivery."""
    made = [sent]
    for channel in channels:
        made = [after for before in made for after in channel(before, chance)]
    return made


def as_recorded(
    changed: Sequence[Json], through: float = inf, then: Sequence[Channel] = ()
) -> Channel:
    """The chain of a record again: what it made of every delivery up to a step, and then `then`.

    The links of `then` run from the start, so that their draws go on where they were.
    """
    results = {(at, seat): made for at, seat, made in changed}

    def channel(sent: Delivery, chance: Chance) -> Iterable[Delivery]:
        made = chained(then, sent, chance)
        if sent.step > through:
            return made
        recorded = results.get((sent.id, sent.seat))
        if recorded is None:
            return [sent]
        return [
            sent._replace(seat=to, late=late, event=sent.event._replace(data=data))
            for to, late, data in recorded
        ]

    return channel
