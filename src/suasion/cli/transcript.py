"""An episode in words: every event, who was told, and as whom one reads it."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from suasion.cli.errors import Failed
from suasion.cli.terminal import say, say_table
from suasion.core.events import EACH, EVERYONE, Event
from suasion.measures.filed import Held
from suasion.report import answered
from suasion.report.asides import Aside, asides
from suasion.report.cast import FEW, Cast
from suasion.report.columns import columns, facts
from suasion.report.deliveries import Deliveries

if TYPE_CHECKING:
    from suasion.core.episode import Episode
    from suasion.report.rules import Rules

ROWS = 3
"""Rows of an event in columns that are told; the others are counted."""
_SECOND_PERSON = re.compile(r"\byou(?:r|rs)?\b", re.IGNORECASE)

Row = tuple[str, str, str]


def tell(rules: Rules, names: Sequence[str], episode: Episode, viewpoint: str | None) -> None:
    """Print what happened; with a viewpoint, exactly what that seat was told."""
    told = Told(rules, names, episode)
    if viewpoint is not None:
        return told.to(number(names, viewpoint))
    say_table(told.rows(), ("event", "told to", "in words"))
    moments = answered.moments(episode.decisions, told.cast)
    if moments:
        say()
        say_table([(m.words, f"{m.seats:,}", m.answers) for m in moments], ("asked", "seats", ""))
    return None


def number(names: Sequence[str], name: str) -> int:
    """Which seat is called so."""
    if name not in names:
        raise Failed(f"no seat {name[:80]!r}; there are: {some_of(names)}", "list", "settings")
    return list(names).index(name)


def some_of(names: Sequence[str]) -> str:
    """The names of all seats; of a crowd the first few and the last."""
    few = len(names) <= FEW
    return ", ".join(names) if few else f"{', '.join(names[:5])}, … {names[-1]} ({len(names):,})"


@dataclass(frozen=True, init=False)
class Told:
    """What was told in one episode."""

    rules: Rules
    episode: Episode
    cast: Cast
    ways: Deliveries

    def __init__(self, rules: Rules, names: Sequence[str], episode: Episode) -> None:
        known = {"rules": rules, "episode": episode, "ways": rules.deliveries(episode)}
        known["cast"] = Cast([Held(name, None) for name in names])
        for name, value in known.items():
            object.__setattr__(self, name, value)

    def to(self, seat: int) -> None:
        """Print what one seat was told, and what it answered within a group."""
        if self.rules.env is not None:
            say(self.rules.env.brief(seat) + "\n")
        for at in range(len(self.episode.events)):
            for words in self.words(at, seat):
                say(words)
        own = answered.own(self.episode.decisions, seat)
        if own:
            say(f"\n{self.cast.name(seat)} answered:")
            say_table(own)

    def words(self, at: int, seat: int) -> list[str]:
        """What a seat was told of an event: nothing, its words, or those of every copy."""
        copies = self.ways.copies(at, seat)
        return [self._in_words(copy.held, seat) + _late(copy.late) for copy in copies]

    def known(self, at: int, seat: int) -> str | None:
        """The same for programs; None where nobody has words for it."""
        told = [self.rules.tell(copy.held, seat) for copy in self.ways.copies(at, seat)]
        return "\n".join(words for words in told if words is not None) or None

    def _in_words(self, held: Event, seat: int) -> str:
        return self.rules.tell(held, seat) or bare(held)

    def rows(self) -> list[Row]:
        """Every event as a line, and what became of it on its way."""
        out_of_band = asides(self.episode.events)
        return [
            row
            for at in range(len(self.episode.events))
            for row in self._rows(at, out_of_band.get(at))
        ]

    def _rows(self, at: int, aside: Aside | None) -> Iterator[Row]:
        if aside is not None:
            if not aside.repeat:
                yield self._aside(at, aside)
            return
        yield self.line(at)
        if self.episode.events[at].to == EACH:
            yield from self._first(at)
        for fate in self.ways.fates(at, self.cast):
            yield "", "", f"  on its way to {self.cast.names(fate.seats)}: {fate.words}"
        for copy in self.ways.rewritten(at, self.rules.tell) if self.ways.changed(at) else ():
            yield "", "", f"  as told to {self.cast.name(copy.seat)}: {copy.told}"

    def _aside(self, at: int, aside: Aside) -> Row:
        which = f"{at}-{aside.last}" if aside.last > at else str(at)
        by = self.cast.name(self.episode.events[at].by)
        said = aside.several or aside.answer
        return which, "nobody", f"{by} was asked aside, {aside.name}: {said}"

    def _first(self, at: int) -> Iterator[Row]:
        """The first rows of an event in columns, as they were told."""
        event = self.episode.events[at]
        seats = event.data.get("seat")
        for seat in seats[:ROWS] if isinstance(seats, list) else ():
            for words in self.words(at, seat):
                yield "", "", f"  {self.cast.name(seat)}: {words}"
        left = len(seats) - ROWS if isinstance(seats, list) else 0
        if left > 0:
            yield "", "", f"  and {left:,} more rows"

    def line(self, at: int) -> Row:
        """One event: its id, who was told, and the words; whose, where they speak to somebody."""
        event = self.episode.events[at]
        table = columns(event, self.cast)
        if table is not None:
            words = "; ".join(filter(None, (table.common, table.summary)))
            return str(at), f"{table.size:,} seats, a row each", f"{event.kind} {words}"
        told = self._hearers(event)
        who = "everyone" if event.to == EVERYONE else self.cast.names(told)
        groups: dict[str, list[int]] = {}
        for seat in told[:FEW]:
            heard = self.rules.tell(event.told(), seat)
            if heard is not None:
                groups.setdefault(heard, []).append(seat)
        if not groups:
            return str(at), who or "nobody", bare(event)
        words = min(groups, key=lambda each: _partial(each, groups[each], event))
        spoken = len(groups) > 1 and len(groups[words]) == 1
        as_told = f"  (as told to {self.cast.name(groups[words][0])})" if spoken else ""
        return str(at), who, words + as_told

    def _hearers(self, event: Event) -> Sequence[int]:
        if event.to == EVERYONE:
            return range(len(self.cast.seats))
        return [] if isinstance(event.to, str) else event.to


def _late(steps: int) -> str:
    return f"  ({steps} step{'' if steps == 1 else 's'} late)" if steps else ""


def _partial(words: str, seats: Sequence[int], event: Event) -> tuple[int, int, bool]:
    """How much words depend on who hears them: an onlooker's least."""
    return len(_SECOND_PERSON.findall(words)), -len(seats), event.by in seats


def bare(event: Event) -> str:
    """An event nobody has words for."""
    text = json.dumps(dict(event.data))
    return f"{event.kind} {text if len(text) <= LONG else facts(event.data)}"


LONG = 2000
"""Characters of data that are printed whole."""
