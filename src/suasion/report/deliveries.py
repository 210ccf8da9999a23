"""What became of events on their way: channels may lose, delay, reroute, copy and rewrite them."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import NamedTuple

from suasion.core.asks import Json
from suasion.core.episode import Episode
from suasion.core.events import EVERYONE, Event
from suasion.report.cast import Cast
from suasion.report.columns import facts
from suasion.report.text import counted

TEXTS = 10
"""Rewritten copies of one event that are shown with both texts."""
UNHEARD_OF = (LookupError, TypeError, ValueError, AttributeError, ArithmeticError)
"""What a record from elsewhere may raise, whose events and settings may hold anything."""

InWords = Callable[[Event, int], str | None]
"""An event as a seat holds it, in that seat's words."""


class Made(NamedTuple):
    """What channels made of one delivery: one of its results."""

    to: int
    late: int
    data: Mapping[str, Json]


class Copy(NamedTuple):
    """One copy of an event that reached a seat."""

    held: Event
    """As the seat holds it."""
    late: int = 0
    """Steps after it was sent."""


class Fate(NamedTuple):
    """What became of some seats' copies."""

    words: str
    """`lost`, `2 steps late`, `sent to P4 instead`."""
    seats: Sequence[int]


class Rewritten(NamedTuple):
    """A copy that says something else than was sent."""

    seat: int
    """Who was told."""
    sent: str
    told: str


class Deliveries:
    """The ways of all events of one episode."""

    def __init__(self, episode: Episode, steps: Sequence[int] | None = None) -> None:
        """`steps` are those at which events were made, where that is known."""
        self._events, self._steps = episode.events, steps
        turns = (decision.step for decision in episode.decisions if not decision.aside)
        self._last = 1 + max(turns, default=-1)
        self._changed: dict[int, dict[int, list[Made]]] = {}
        self._arriving: dict[tuple[int, int], list[Made]] = {}
        """By event and who is told."""
        for row in episode.changed:
            self._read(row)

    def _read(self, row: Json) -> None:
        """One row of the record; one that is none says nothing."""
        try:
            at, seat, results = row
            made = [Made(to, int(late), dict(data)) for to, late, data in results]
            self._changed.setdefault(at, {})[seat] = made
            for each in made:
                self._arriving.setdefault((at, each.to), []).append(each)
        except UNHEARD_OF:
            return

    def __bool__(self) -> bool:
        return bool(self._changed)

    def changed(self, at: int) -> bool:
        """Whether anything became of an event."""
        return at in self._changed

    def made(self, at: int) -> list[tuple[int, list[Json]]]:
        """What channels made of an event's deliveries: seat, [[to, late, data], …]."""
        changed = self._changed.get(at, {})
        return [
            (seat, [[m.to, m.late, dict(m.data)] for m in made]) for seat, made in changed.items()
        ]

    def straight(self, at: int) -> bool:
        """Whether everybody was told, just as it is."""
        return at not in self._changed and self._events[at].to == EVERYONE

    def copies(self, at: int, seat: int) -> list[Copy]:
        """What a seat got of an event, in words of the record: nothing, one copy, or more."""
        event, found = self._events[at], []
        if seat not in self._changed.get(at, ()):
            held = _held(event, seat)
            found = [] if held is None else [Copy(held)]
        for made in self._arriving.get((at, seat), ()):
            if self._arrived(at, made.late):
                found.append(Copy(Event(event.kind, event.by, made.data), made.late))
        return found

    def _arrived(self, at: int, late: int) -> bool:
        """Whether the episode lasted until then; yes where nobody can say."""
        return not late or self._steps is None or self._steps[at] + late <= self._last

    def fates(self, at: int, cast: Cast) -> list[Fate]:
        """What became of an event, the same fate once."""
        found: dict[str, list[int]] = {}
        for seat, made in self._changed.get(at, {}).items():
            found.setdefault(self._words(at, seat, made, cast), []).append(seat)
        return [Fate(words, seats) for words, seats in found.items()]

    def _words(self, at: int, seat: int, made: Sequence[Made], cast: Cast) -> str:
        kept = [each for each in made if each.to == seat]
        others = [each.to for each in made if each.to != seat]
        sent = _held(self._events[at], seat)
        words = [part for each in kept for part in self._own(at, each, sent)]
        if others:
            words.append(("also to " if kept else "sent to ") + cast.names(others))
        if others and not kept:
            words[-1] += " instead"
        if len(kept) > 1:
            words.append(f"{len(kept)} copies")
        return ", ".join(words) or ("as sent" if made else "lost")

    def _own(self, at: int, made: Made, sent: Event | None) -> Iterator[str]:
        if made.late:
            lost = "" if self._arrived(at, made.late) else ", which the episode did not last"
            yield f"{counted(made.late, 'step')} late{lost}"
        if sent is not None and made.data != sent.data:
            yield "rewritten"

    def rewritten(self, at: int, tell: InWords) -> list[Rewritten]:
        """The copies that say something else than was sent, with both texts; the first of them."""
        event, found = self._events[at], []
        for seat, several in self._changed.get(at, {}).items():
            sent = _held(event, seat)
            for made in several:
                if sent is None or made.data == sent.data:
                    continue
                told = Event(event.kind, event.by, made.data)
                found.append(
                    Rewritten(made.to, _said(sent, seat, tell), _said(told, made.to, tell))
                )
                if len(found) == TEXTS:
                    return found
        return found


def _held(event: Event, seat: int) -> Event | None:
    """An event as a seat holds it; None where it is not told, or the record makes no sense."""
    try:
        return event.told_to(seat)
    except UNHEARD_OF:
        return None


def _said(held: Event, seat: int, tell: InWords) -> str:
    words = tell(held, seat)
    return facts(held.data) if words is None else words
