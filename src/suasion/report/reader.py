"""One episode as a page: who did what, who was told, and what each seat held."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from itertools import islice
from typing import NamedTuple

from suasion.core.asks import Json
from suasion.core.events import EACH, EVERYONE, SEAT, Event
from suasion.measures.beside import Beside, Glyph, Remark
from suasion.measures.filed import Filed
from suasion.report import answered
from suasion.report.asides import Aside, asides
from suasion.report.cast import FEW, Cast
from suasion.report.columns import Columns, columns, facts
from suasion.report.deliveries import Deliveries, Fate, Rewritten
from suasion.report.lanes import Lanes
from suasion.report.matrix import Line, Said, matrix
from suasion.report.rules import Rules
from suasion.report.text import counted

CHUNK = 25
"""Events a section: laid out only when it comes near the screen."""
PLACE = ("round", "slot", "turn", "step")
"""Data that say when; the page is in that order."""
SEATS = ("beneficiary", "credit", "to", "seat", "target")
"""Data that name a seat by its number, in any environment."""
FREE = "text"
"""The datum that holds free words, in every environment that has some."""


class Cite(NamedTuple):
    """A page whose figure or examples name an event."""

    href: str
    words: str


class Wording(NamedTuple):
    """What some seats were told of an event, word for word."""

    seats: tuple[int, ...]
    words: str
    late: int = 0
    """Steps after it was sent."""


@dataclass(frozen=True)
class Shown:
    """One event as the page shows it."""

    id: int
    event: Event
    glyph: Glyph
    by: int | None
    """The lane of who did it."""
    to: Sequence[int]
    """The lanes it points at."""
    symbol: str
    audience: str
    """Of the seats that are shown those that were told, by number; `*` for all."""
    hearers: str
    """Who was told, in words, where the glyph does not say it."""
    words: str | None
    """For a reader who sees all; None where the heading says everything."""
    quoted: bool
    """Whether those are a seat's own words."""
    hearer: str
    """As whom one reads them, where not all were told."""
    facts: str
    """What the event holds, where no words say it."""
    columns: Columns | None
    aside: Aside | None
    truth: str
    """What no seat was told, whole."""
    meant: str
    """What of it fits on a line."""
    told: Sequence[Wording]
    fates: Sequence[Fate]
    """What channels made of it."""
    rewritten: Sequence[Rewritten]
    remarks: Sequence[Remark]
    settles: Sequence[Remark]
    cites: Sequence[Cite]
    held: str | None
    """What every lane holds after it, where that changed."""

    @property
    def sent(self) -> bool:
        """Whether it went to anybody but its author, so that it can be dropped on its way."""
        to = self.event.data.get(SEAT) if self.event.to == EACH else self.event.to
        return to == EVERYONE or any(seat != self.event.by for seat in to or ())


class Chunk(NamedTuple):
    """A section of events."""

    round: int | None
    """The round that begins here; None where it goes on."""
    size: str
    """A class for its expected height."""
    events: Sequence[Shown]

    @property
    def lines(self) -> Iterator[tuple[Shown, Sequence[Shown]]]:
        """Each event, and the repeats of an aside that stand on its line."""
        start = 0
        while start < len(self.events):
            stop = start + 1
            while stop < len(self.events) and _repeats(self.events[stop]):
                stop += 1
            yield self.events[start], self.events[start + 1 : stop]
            start = stop


def _repeats(shown: Shown) -> bool:
    return shown.aside is not None and shown.aside.repeat


class Brief(NamedTuple):
    """What some seats were told before the first turn, word for word alike."""

    seats: tuple[int, ...]
    """Of those that are shown."""
    text: str


@dataclass(frozen=True)
class Reader:
    """One episode, ready for its template."""

    filed: Filed
    cast: Cast
    events: Sequence[Shown]
    lanes: Lanes
    rules: Rules
    beside: Beside | None
    sent: Mapping[int, Sequence[tuple[str, str]]]
    """By seat that was waited for: (moment, the very words it was sent)."""

    @property
    def chunks(self) -> Iterator[Chunk]:
        """Sections of at most `CHUNK` events, a new one for each round."""
        start, before = 0, object()
        while start < len(self.events):
            now = round_of(self.events[start].event)
            stop = start + 1
            while stop < min(start + CHUNK, len(self.events)) and now == round_of(
                self.events[stop].event
            ):
                stop += 1
            size = f"n{-(-(stop - start) // 5) * 5}"
            yield Chunk(now if now != before else None, size, self.events[start:stop])
            start, before = stop, now

    @cached_property
    def final(self) -> Sequence[float | None]:
        """What each lane holds at the end; of several seats their mean."""
        held: Sequence[float | None] = self.filed.episode.payoffs
        if self.beside is not None and self.beside.held:
            held = self.beside.held[-1]
        return by_lane(self.cast, held)

    @property
    def ends(self) -> tuple[float, float]:
        """Between what the bars run."""
        if self.beside is not None and self.beside.ends is not None:
            return self.beside.ends
        return 0.0, max([1.0, *(held for held in self.final if held is not None)])

    @property
    def briefs(self) -> Sequence[Brief]:
        """What seats were told before the first turn, equal words once."""
        found: dict[str, list[int]] = {}
        for seat in self.cast.shown:
            found.setdefault(self.rules.brief(self.filed, seat), []).append(seat)
        return [Brief(tuple(seats), text) for text, seats in found.items() if text]

    @cached_property
    def answers(self) -> Sequence[answered.Moment]:
        """What groups answered, counted."""
        return answered.moments(self.filed.episode.decisions, self.cast)

    @property
    def own(self) -> Iterator[tuple[int, Sequence[tuple[str, str]]]]:
        """What each seat that is shown answered within a group."""
        for seat in self.cast.shown if self.answers else ():
            own = answered.own(self.filed.episode.decisions, seat)
            if own:
                yield seat, own

    def heard_by(self, shown: Shown, wording: Wording) -> str:
        """Who was told these words; of a crowd all, where all that are shown were."""
        whole = shown.audience == "*" and len(wording.seats) == len(self.cast.shown)
        return "everyone" if whole and self.cast.crowd else self.cast.names(wording.seats)

    @property
    def promises(self) -> Sequence[Remark]:
        """Remarks in the order of their events."""
        return sorted(self.beside.remarks) if self.beside else ()

    @property
    def matrix(self) -> Sequence[Line]:
        """A row for each lane: its channels to each other one, to all, and to itself."""
        said = [Said(each.id, each.by, each.glyph.shape, each.to) for each in self.events]
        alone = [len(lane.seats) == 1 for lane in self.cast.lanes]
        return matrix(said, len(self.cast.lanes), alone)

    @property
    def has(self) -> set[str]:
        """The shapes that occur."""
        return {shown.glyph.shape for shown in self.events}


def round_of(event: Event) -> int | None:
    """The round an event says it was in."""
    number = event.data.get("round")
    return number if isinstance(number, int) and not isinstance(number, bool) else None


@dataclass(frozen=True)
class Told:
    """What each seat of one episode was told, as far as a page shows it."""

    filed: Filed
    cast: Cast
    rules: Rules
    ways: Deliveries
    hushed: Collection[int] = frozenset()
    """Seats whose words are on record, and that other rules than these told them: only the record
    speaks for them."""

    def wordings(self, at: int) -> Sequence[Wording]:
        """What the seats that are shown were told of an event, equal words once."""
        found: dict[tuple[str, int], list[int]] = {}
        for seat in self.cast.shown:
            for copy in self.ways.copies(at, seat) if seat not in self.hushed else ():
                words = self._words(at, copy.held, seat)
                if words is not None:
                    found.setdefault((words, copy.late), []).append(seat)
        return [Wording(tuple(seats), words, late) for (words, late), seats in found.items()]

    def _words(self, at: int, held: Event, seat: int) -> str | None:
        """In the words of the rules; a row of columns is at least named."""
        words = self.rules.tell(held, seat)
        columnar = self.filed.episode.events[at].to == EACH
        return facts(held.data) if words is None and columnar else words

    def audience(self, at: int) -> str:
        """Of the seats that are shown those that got the event."""
        if self.ways.straight(at):
            return "*"
        return " ".join(str(seat) for seat in self.cast.shown if self.ways.copies(at, seat))

    def bystander(self, at: int, glyph: Glyph) -> tuple[str | None, int]:
        """An event in the words of one who was told, and who: rather not who did it or is meant."""
        event = self.filed.episode.events[at]
        told = [seat for seat in self._witnesses(event) if _reaches(event, seat)]
        first = [seat for seat in told if seat != event.by and seat not in glyph.to]
        other = [seat for seat in told if seat != event.by]
        for seat in (first or other or told)[:1]:
            return self.rules.tell(event.told(), seat), seat
        return None, 0

    def _witnesses(self, event: Event) -> Iterable[int]:
        """Of a crowd those that are shown, and the first few that were told."""
        if not self.cast.crowd or isinstance(event.to, str):
            return self.cast.shown
        return dict.fromkeys((*self.cast.shown, *filter(self.cast.has, event.to[:FEW])))


def _reaches(event: Event, seat: int) -> bool:
    return event.to == EVERYONE or (event.to != EACH and seat in event.to)


def read(
    filed: Filed,
    rules: Rules,
    cites: Mapping[int, Sequence[Cite]],
    told: Mapping[tuple[int, int, str, int], str],
) -> Reader:
    """One episode, with what is known beside its record."""
    beside, cast, sent = rules.beside(filed), Cast(filed.seats), _sent(told)
    lanes = Lanes([lane.name for lane in cast.lanes])
    hushed = frozenset() if rules.current(filed) else frozenset(sent)
    heard = Told(filed, cast, rules, rules.deliveries(filed.episode), hushed)
    on, settled = _remarks(beside)
    out_of_band = asides(filed.episode.events)
    events = []
    for at, event in enumerate(filed.episode.events):
        glyph = rules.glyph(event)
        by, to = cast.lane(event.by), pointed(event, glyph, cast)
        table = columns(event, cast, PLACE)
        text, quoted, hearer = _words(heard, at, glyph) if table is None else (None, False, "")
        left = facts(_own(event, glyph, cast)) if table is None and at not in out_of_band else ""
        ways = heard.ways
        events.append(
            Shown(
                id=at,
                event=event,
                glyph=glyph,
                by=by,
                to=to,
                symbol=lanes.symbol(by, glyph._replace(to=to)),
                audience=heard.audience(at),
                hearers=_hearers(event, glyph),
                words=text,
                quoted=quoted,
                hearer=hearer,
                facts=left,
                columns=table,
                aside=out_of_band.get(at),
                truth=facts(event.truth),
                meant=facts(_scalars(event.truth)),
                told=heard.wordings(at),
                fates=ways.fates(at, cast),
                rewritten=ways.rewritten(at, rules.tell) if ways.changed(at) else (),
                remarks=on.get(at, ()),
                settles=settled.get(at, ()),
                cites=cites.get(at, ()),
                held=_held(beside, at, cast),
            )
        )
    few = {seat: sent[seat] for seat in islice(sent, FEW)}
    return Reader(filed, cast, events, lanes, rules, beside, few)


def _remarks(beside: Beside | None) -> tuple[dict[int, list[Remark]], dict[int, list[Remark]]]:
    """Remarks by the event they are on, and by the one that settled them."""
    on: dict[int, list[Remark]] = {}
    settled: dict[int, list[Remark]] = {}
    for remark in beside.remarks if beside else ():
        on.setdefault(remark.event, []).append(remark)
        if remark.settled_by is not None:
            settled.setdefault(remark.settled_by, []).append(remark)
    return on, settled


def pointed(event: Event, glyph: Glyph, cast: Cast) -> tuple[int, ...]:
    """The lanes that an event points at."""
    seats = event.data.get(SEAT) if event.to == EACH and not glyph.to else glyph.to
    lanes = {cast.lane(seat) for seat in seats} if isinstance(seats, list | tuple) else set()
    return tuple(sorted(lane for lane in lanes if lane is not None))


def _hearers(event: Event, glyph: Glyph) -> str:
    """Of an event in columns, how many have a row."""
    seats = event.data.get(SEAT) if event.to == EACH else None
    if not isinstance(seats, list) or glyph.to:
        return ""
    return f"{counted(len(seats), 'seat')}, a row each,"


def by_lane(cast: Cast, held: Sequence[float | None]) -> list[float | None]:
    """What each lane holds; of several seats their mean, of nothing None."""
    found: list[float | None] = []
    for lane in cast.lanes:
        some = [held[seat] for seat in lane.seats if seat < len(held)]
        known = [value for value in some if value is not None]
        found.append(sum(known) / len(known) if known else None)
    return found


def _held(beside: Beside | None, at: int, cast: Cast) -> str | None:
    """What lanes hold after an event, where it differs from before."""
    if beside is None or not beside.held:
        return None
    now = beside.held[at]
    if at and now == beside.held[at - 1]:
        return None
    held = by_lane(cast, now)
    return " ".join("\N{EM DASH}" if value is None else f"{value:g}" for value in held)


def _words(heard: Told, at: int, glyph: Glyph) -> tuple[str | None, bool, str]:
    """An event for a reader who sees all: a seat's own words, or what a bystander was told."""
    event = heard.filed.episode.events[at]
    text = event.data.get(FREE)
    if isinstance(text, str):
        return text, True, ""
    words, seat = heard.bystander(at, glyph)
    return words, False, "" if event.to == EVERYONE else heard.cast.name(seat)


def _sent(told: Mapping[tuple[int, int, str, int], str]) -> dict[int, list[tuple[str, str]]]:
    """The recorded words of seats that were waited for, in order."""
    sent: dict[int, list[tuple[str, str]]] = {}
    for step, seat, aside, repeat in sorted(told):
        moment = f"step {step}" + (f", {aside} {repeat}" if aside else "")
        sent.setdefault(seat, []).append((moment, told[step, seat, aside, repeat]))
    return sent


def _own(event: Event, glyph: Glyph, cast: Cast) -> dict[str, Json]:
    """What the heading of an event does not say yet, seats by their names."""
    said = [cast.name(seat) for seat in glyph.to[:FEW]]
    data = {key: value for key, value in event.data.items() if key not in PLACE}
    named = {
        key: cast.name(value) if key in SEATS and cast.has(value) else value
        for key, value in data.items()
    }
    return {key: value for key, value in named.items() if value not in (None, *said)}


def _scalars(truth: Mapping[str, Json]) -> dict[str, Json]:
    """The plain values of a truth, and of what was meant."""
    meant = truth.get("meant")
    inner = meant if isinstance(meant, Mapping) else {}
    every = {**truth, **inner}
    return {k: v for k, v in every.items() if isinstance(v, str | int | float) and len(str(v)) < 80}
