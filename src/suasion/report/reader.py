"""One episode as a page: who did what, who was told, and what each seat held."""

from __future__ import annotations

import json
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import NamedTuple

from suasion.core.asks import Json
from suasion.core.events import EVERYONE, Event
from suasion.measures.beside import Beside, Glyph, Remark
from suasion.measures.filed import Filed
from suasion.report.lanes import Lanes
from suasion.report.rules import Rules
from suasion.report.text import clean, counted

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


@dataclass(frozen=True)
class Shown:
    """One event as the page shows it."""

    id: int
    event: Event
    glyph: Glyph
    symbol: str
    words: str | None
    """For a reader who sees all; None where the heading says everything."""
    quoted: bool
    """Whether those are a seat's own words."""
    facts: str
    """What the event holds, where no words say it."""
    truth: str
    """What no seat was told, whole."""
    meant: str
    """What of it fits on a line."""
    told: Sequence[Wording]
    remarks: Sequence[Remark]
    settles: Sequence[Remark]
    cites: Sequence[Cite]
    held: str | None
    """What every seat holds after it, where that changed."""

    @property
    def audience(self) -> str:
        """The seats that were told, by number; `*` for all."""
        return "*" if self.event.to == EVERYONE else " ".join(map(str, self.event.to))


class Chunk(NamedTuple):
    """A section of events."""

    round: int | None
    """The round that begins here; None where it goes on."""
    size: str
    """A class for its expected height."""
    events: Sequence[Shown]


class Cell(NamedTuple):
    """One channel: how often a seat spoke to another, and acted on it."""

    said: int
    acted: int
    first: int | None
    """The first event of the channel."""
    heat: int
    """0 to 4, for its shade."""


@dataclass(frozen=True)
class Reader:
    """One episode, ready for its template."""

    filed: Filed
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
    def agents(self) -> Sequence[str]:
        """Who holds each seat: the last part of an id where that tells them apart."""
        ids = [seat.agent or "" for seat in self.filed.seats]
        short = {id_: id_.rpartition("/")[2] for id_ in ids}
        return [short[id_] if len(set(short.values())) == len(short) else id_ for id_ in ids]

    def names_of(self, seats: Sequence[int]) -> str:
        """Some seats, in words."""
        return ", ".join(self.filed.seats[seat].name for seat in seats)

    @property
    def final(self) -> Sequence[float]:
        """What each seat holds at the end."""
        if self.beside is not None and self.beside.held:
            return self.beside.held[-1]
        return self.filed.episode.payoffs

    @property
    def most(self) -> float:
        """The most any seat holds at any time, for the bars."""
        return max([1.0, *self.final])

    @property
    def briefs(self) -> Iterator[tuple[int, str]]:
        """What each seat was told before the first turn."""
        for seat in range(len(self.filed.seats)):
            text = self.rules.brief(self.filed, seat)
            if text:
                yield seat, text

    @property
    def promises(self) -> Sequence[Remark]:
        """Remarks in the order of their events."""
        return sorted(self.beside.remarks) if self.beside else ()

    @property
    def matrix(self) -> Sequence[tuple[Sequence[Cell | None], Cell, Cell]]:
        """A row for each seat: its channels to each other one, to all, and to itself."""
        seats = range(len(self.filed.seats))
        found: dict[tuple[int, int | str], list[Shown]] = {}
        for shown in self.events:
            for key in _channels(shown):
                found.setdefault(key, []).append(shown)
        most = max((len(several) for several in found.values()), default=1)

        def cell(key: tuple[int, int | str]) -> Cell:
            several = found.get(key, [])
            acted = sum(s.glyph.shape == "action" for s in several)
            first = several[0].id if several else None
            heat = -(-4 * len(several) // most) if several else 0
            return Cell(len(several) - acted, acted, first, heat)

        return [
            (
                [None if a == b else cell((a, b)) for b in seats],
                cell((a, "public")),
                cell((a, "own")),
            )
            for a in seats
        ]

    @property
    def has(self) -> set[str]:
        """The shapes that occur."""
        return {shown.glyph.shape for shown in self.events}


def _channels(shown: Shown) -> list[tuple[int, int | str]]:
    by, shape = shown.event.by, shown.glyph.shape
    if by is None:
        return []
    if shape == "public":
        return [(by, "public")]
    if shape in ("inner", "lost"):
        return [(by, "own")]
    return [(by, to) for to in shown.glyph.to]


def round_of(event: Event) -> int | None:
    """The round an event says it was in."""
    number = event.data.get("round")
    return number if isinstance(number, int) and not isinstance(number, bool) else None


def read(
    filed: Filed,
    rules: Rules,
    cites: Mapping[int, Sequence[Cite]],
    told: Mapping[tuple[int, int, str, int], str],
) -> Reader:
    """One episode, with what is known beside its record."""
    beside = rules.beside(filed)
    lanes = Lanes([seat.name for seat in filed.seats])
    remarks = beside.remarks if beside else ()
    on: dict[int, list[Remark]] = {}
    settled: dict[int, list[Remark]] = {}
    for remark in remarks:
        on.setdefault(remark.event, []).append(remark)
        if remark.settled_by is not None:
            settled.setdefault(remark.settled_by, []).append(remark)
    sent, names = _sent(told), [seat.name for seat in filed.seats]
    hushed = frozenset() if rules.current(filed) else frozenset(sent)
    events = []
    for at, event in enumerate(filed.episode.events):
        glyph = rules.glyph(event)
        text, quoted = _words(event, glyph, rules, len(filed.seats))
        wordings = _wordings(event, rules, range(len(filed.seats)), hushed)
        events.append(
            Shown(
                at,
                event,
                glyph,
                lanes.symbol(event.by, glyph),
                text,
                quoted,
                "" if text is not None else facts(_own(event, glyph, names)),
                facts(event.truth),
                facts(_scalars(event.truth)),
                wordings,
                on.get(at, ()),
                settled.get(at, ()),
                cites.get(at, ()),
                _held(beside, at),
            )
        )
    return Reader(filed, events, lanes, rules, beside, sent)


def _held(beside: Beside | None, at: int) -> str | None:
    """What seats hold after an event, where it differs from before."""
    if beside is None or not beside.held:
        return None
    now = beside.held[at]
    if at and now == beside.held[at - 1]:
        return None
    return " ".join(f"{held:g}" for held in now)


def _words(event: Event, glyph: Glyph, rules: Rules, seats: int) -> tuple[str | None, bool]:
    """An event for a reader who sees all: a seat's own words, or what a bystander was told."""
    text = event.data.get(FREE)
    if isinstance(text, str):
        return text, True
    told = [seat for seat in range(seats) if event.reaches(seat)]
    first = [seat for seat in told if seat != event.by and seat not in glyph.to]
    other = [seat for seat in told if seat != event.by]
    for seat in (first or other or told)[:1]:
        return rules.tell(event, seat), False
    return None, False


def _wordings(
    event: Event, rules: Rules, seats: Sequence[int], hushed: Collection[int]
) -> Sequence[Wording]:
    """What each seat was told, equal words once.

    `hushed` are seats whose words are on record, and that other rules than ours told them: only
    the record speaks for them.
    """
    by_words: dict[str, list[int]] = {}
    for seat in seats:
        if event.reaches(seat) and seat not in hushed:
            words = rules.tell(event, seat)
            if words is not None:
                by_words.setdefault(words, []).append(seat)
    return [Wording(tuple(told), words) for words, told in by_words.items()]


def _sent(told: Mapping[tuple[int, int, str, int], str]) -> dict[int, list[tuple[str, str]]]:
    """The recorded words of seats that were waited for, in order."""
    sent: dict[int, list[tuple[str, str]]] = {}
    for step, seat, aside, repeat in sorted(told):
        moment = f"step {step}" + (f", {aside} {repeat}" if aside else "")
        sent.setdefault(seat, []).append((moment, told[step, seat, aside, repeat]))
    return sent


def _own(event: Event, glyph: Glyph, names: Sequence[str]) -> dict[str, Json]:
    """What the heading of an event does not say yet, seats by their names."""
    said = [names[seat] for seat in glyph.to]
    data = {key: value for key, value in event.data.items() if key not in PLACE}
    named = {key: _named(value, names) if key in SEATS else value for key, value in data.items()}
    return {key: value for key, value in named.items() if value not in (None, *said)}


def _named(value: Json, names: Sequence[str]) -> Json:
    whole = isinstance(value, int) and not isinstance(value, bool)
    return names[value] if whole and 0 <= value < len(names) else value


def _scalars(truth: Mapping[str, Json]) -> dict[str, Json]:
    """The plain values of a truth, and of what was meant."""
    meant = truth.get("meant")
    inner = meant if isinstance(meant, Mapping) else {}
    every = {**truth, **inner}
    return {k: v for k, v in every.items() if isinstance(v, str | int | float) and len(str(v)) < 80}


def facts(data: Mapping[str, Json]) -> str:
    """A mapping as words: `reason too_long, slot 2`."""
    return ", ".join(f"{key} {_fact(value)}" for key, value in data.items())


def _fact(value: Json) -> str:
    if isinstance(value, str):
        return value
    if isinstance(value, Mapping):
        return f"({facts(value)})"
    if isinstance(value, list | tuple):
        return ", ".join(map(_fact, value)) or "none"
    return "none" if value is None else json.dumps(value)


def transcript(reader: Reader) -> str:
    """The episode as plain text, as a reader sees it who sees all."""
    names = [clean(f"{seat.name} ({seat.agent or 'unknown'})") for seat in reader.filed.seats]
    lines = [f"# {clean(reader.filed.id)}", "", f"Seats: {', '.join(names)}.", ""]
    for chunk in reader.chunks:
        if chunk.round is not None:
            lines += [f"## Round {chunk.round}", ""]
        lines += [_line(shown, reader) for shown in chunk.events] + [""]
    lines.append(f"End: {counted(len(reader.events), 'event')}.")
    return "\n".join(lines) + "\n"


def _line(shown: Shown, reader: Reader) -> str:
    names = [seat.name for seat in reader.filed.seats]
    by = "the rules" if shown.event.by is None else names[shown.event.by]
    to = ", ".join(names[seat] for seat in shown.glyph.to)
    head = f"{by} to {to}" if to else by
    said = shown.words if shown.words is not None else shown.facts
    flat = clean(said).replace("\n", "\n    ")
    return clean(f"- #{shown.id} {head}, {shown.glyph.words}: ") + flat
