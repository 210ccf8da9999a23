"""What is measured of a spread: who believes on each day, how far it goes, who follows whom.

All of it is read from the counts at the end of each day and from what seats were told.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from itertools import pairwise
from math import fsum
from typing import NamedTuple, cast

from suasion.core.asks import Json
from suasion.core.events import EACH, Event
from suasion.measures.beside import Beside, Glyph
from suasion.measures.filed import Filed
from suasion.measures.kit import by_audience
from suasion.measures.measure import (
    Measure,
    Number,
    OfEpisode,
    OfEpisodeSeries,
    Parameters,
    Place,
    Undefined,
)

CUT = Undefined("cut_short: a spread that was not played to its end is another one")
LARGEST = 200
"""Seats up to which each is shown with its belief beside the transcript."""

Days = Sequence[Mapping[str, int]]


def days_of(filed: Filed) -> Days:
    """The counts at the end of each day."""
    return [event.data for _, event in filed.episode.of("day")]


def _defined(of: Callable[[Filed], Number]) -> Callable[[Filed, Parameters], Number]:
    """A measure of a whole episode."""

    def measure(filed: Filed, _: Parameters) -> Number:
        return of(filed) if _whole(filed) else CUT

    measure.__doc__ = of.__doc__
    return measure


def _whole(filed: Filed) -> bool:
    return filed.finished and not filed.damaged and bool(days_of(filed))


def _size(filed: Filed) -> int:
    size: int = filed.episode.header.settings["size"]
    return size


def _seeds(filed: Filed) -> int:
    seeds: int = filed.episode.header.settings["seeds"]
    return seeds


def _series(name: str, meaning: str) -> OfEpisodeSeries:
    def by_day(filed: Filed, _: Parameters) -> Sequence[Number] | Undefined:
        return [day[name] for day in days_of(filed)] if _whole(filed) else CUT

    by_day.__doc__ = meaning
    return OfEpisodeSeries(name, "seats", by_day, "day", low=0, evidence=_day)


def new_believers(filed: Filed, _: Parameters) -> Sequence[Number] | Undefined:
    """Seats that believe for the first time, by day. The seeds of the opening are not counted."""
    return _new(filed) if _whole(filed) else CUT


def _new(filed: Filed) -> list[int]:
    left = [_size(filed) - _seeds(filed), *(day["susceptible"] for day in days_of(filed))]
    return [before - after for before, after in pairwise(left)]


@_defined
def peak(filed: Filed) -> Number:
    """The largest share of seats that believe at the end of a day, the opening included."""
    return max([_seeds(filed), *(day["infected"] for day in days_of(filed))]) / _size(filed)


@_defined
def peak_day(filed: Filed) -> Number:
    """The first day that ends with the largest number of believers; 0 is the opening."""
    counts = [_seeds(filed), *(day["infected"] for day in days_of(filed))]
    return counts.index(max(counts))


@_defined
def attack_rate(filed: Filed) -> Number:
    """Of the seats that did not believe at first, the share that came to believe at some time."""
    open_to_it = _size(filed) - _seeds(filed)
    if not open_to_it:
        return Undefined("no_susceptible: every seat believes at first")
    return 1 - days_of(filed)[-1]["susceptible"] / float(open_to_it)


@_defined
def believing(filed: Filed) -> Number:
    """The share of seats that believe at the end of a day, averaged over all days of the settings.

    What is over early stays as it ended, so that short spreads can be compared with long ones.
    """
    counts = [day["infected"] for day in days_of(filed)]
    days: int = filed.episode.header.settings["days"]
    counts += [counts[-1]] * (days - len(counts))
    return fsum(counts) / len(counts) / _size(filed)


@_defined
def spread_per_turn(filed: Filed) -> Number:
    """Seats that come to believe for the first time, a day: until none is left that never did."""
    new, left = _new(filed), [day["susceptible"] for day in days_of(filed)]
    until = left.index(0) + 1 if 0 in left else len(left)
    return fsum(new[:until]) / until


@_defined
def days_played(filed: Filed) -> Number:
    """Days until it was over."""
    return len(days_of(filed))


class Met(NamedTuple):
    """The seats that did not believe on some day before they were asked."""

    seats: int
    convinced: int
    """Of them, those that then believed."""
    exposed: int
    """Of them, those that met a believer."""
    followed: int
    """Those that met one and then believed."""


def meetings(filed: Filed) -> Iterator[Met]:
    """What those without belief met, and what became of it, day by day."""
    mornings = list(_mornings(filed))
    after = [dict(zip(seats, own, strict=True)) for seats, own, _ in mornings[1:]]
    after.append(dict(enumerate(map(int, filed.episode.payoffs))))
    for (seats, own, believed), then in zip(mornings, after, strict=True):
        each = [
            (1 in row, then[seat])
            for seat, belief, row in zip(seats, own, believed, strict=True)
            if not belief
        ]
        yield Met(
            len(each),
            sum(now for _, now in each),
            sum(exposed for exposed, _ in each),
            sum(now for exposed, now in each if exposed),
        )


Morning = tuple[list[int], list[int], list[list[int]]]


def _mornings(filed: Filed) -> Iterator[Morning]:
    """Of each day the columns seat, own belief, beliefs of those met; however they were told."""
    days: dict[int, Morning] = {}
    for _, event in filed.episode.of("met"):
        rows = days.setdefault(event.data["day"], ([], [], []))
        for column, name in zip(rows, ("seat", "own", "believed"), strict=True):
            more = event.data[name]
            cast("list[Json]", column).extend(more if event.to == EACH else [more])
    return iter(days.values())


@_defined
def uptake(filed: Filed) -> Number:
    """Of seats without belief that met a believer on a day, the share that believed that day.

    Undefined: `nobody_exposed`. It must be held against `uptake_shuffled`: seats may come to
    believe whomever they meet.
    """
    days = list(meetings(filed))
    exposed = sum(day.exposed for day in days)
    return sum(day.followed for day in days) / exposed if exposed else NOBODY


@_defined
def uptake_shuffled(filed: Filed) -> Number:
    """The same where the meetings of a day are shuffled among the seats without belief.

    It is the exact mean over all shuffles: each exposed seat then stands for the share of all
    that came to believe on its day.
    """
    days = [day for day in meetings(filed) if day.exposed]
    exposed = sum(day.exposed for day in days)
    by_chance = fsum(day.exposed * day.convinced / day.seats for day in days)
    return by_chance / exposed if exposed else NOBODY


NOBODY = Undefined("nobody_exposed: no seat without belief met a believer")


def _day(filed: Filed, place: Place) -> list[int]:
    ids = [at for at, _ in filed.episode.of("day")]
    return ids if place.at is None else ids[place.at - 1 : place.at]


def _last(filed: Filed, _: Place) -> list[int]:
    return _day(filed, Place())[-1:]


def _peak(filed: Filed, _: Place) -> list[int]:
    at = peak_day(filed, {})
    return _day(filed, Place(at=max(at, 1))) if isinstance(at, int) else []


def _met(filed: Filed, _: Place) -> list[int]:
    return [at for at, _ in filed.episode.of("met")]


MEASURES: Sequence[Measure] = (
    _series("susceptible", "Seats that never believed, by day."),
    _series("infected", "Seats that believe, by day."),
    _series("recovered", "Seats that believed and no longer do, by day; they may again."),
    OfEpisodeSeries("new_believers", "seats", new_believers, "day", low=0, evidence=_day),
    OfEpisode("peak", "share", peak, low=0, high=1, evidence=_peak),
    OfEpisode("peak_day", "day", peak_day, low=0, evidence=_peak),
    OfEpisode("attack_rate", "share", attack_rate, low=0, high=1, evidence=_last),
    OfEpisode("believing", "share", believing, low=0, high=1, evidence=_day),
    OfEpisode("spread_per_turn", "seats a day", spread_per_turn, low=0, evidence=_day),
    OfEpisode("days_played", "days", days_played, low=0, evidence=_last),
    OfEpisode(
        "uptake", "share", uptake, low=0, high=1, null="uptake_shuffled", evidence=_met
    ),
    OfEpisode("uptake_shuffled", "share", uptake_shuffled, low=0, high=1, interval=False),
)  # fmt: skip


def group(filed: Filed) -> Mapping[str, Json]:
    """The keys under which an estimate may pool an episode: its rules, and who sat there."""
    settings = filed.episode.header.settings
    names = (
        *("size", "seeds", "contact_rate", "days", "updates", "quiet_days"),
        *("correction_day", "correction_every"),
    )
    return {**{name: settings[name] for name in names}, "line_up": line_up(filed)}


def line_up(filed: Filed) -> str:
    """Who sat there, in any order: `28*policy/any_contact,2*policy/believer`."""
    counts = Counter(str(seat.agent) for seat in filed.seats)
    return ",".join(f"{many}*{agent}" for agent, many in sorted(counts.items()))


def glyph(event: Event) -> Glyph:
    """How the reader draws an event."""
    if event.kind == "forfeit":
        return Glyph("lost", (), "no answer")
    words = {"met": "meetings", "read": "posts read", "day": "end of the day"}.get(event.kind)
    usual = by_audience(event)
    return usual if words is None else usual._replace(words=words)


def beside(filed: Filed) -> Beside:
    """What each seat believes after each event, as far as seats were told; of small populations."""
    size, seeds = _size(filed), _seeds(filed)
    if size > LARGEST:
        return Beside("belief", (), ends=(0, 1))
    own, held = [0] * (size - seeds) + [1] * seeds, []
    for event in filed.episode.events:
        if event.kind == "met":
            seats, beliefs = event.data["seat"], event.data["own"]
            both = zip(seats, beliefs, strict=True) if event.to == EACH else [(seats, beliefs)]
            for seat, belief in both:
                own[seat] = belief
        held.append(list(map(float, own)))
    held[-1:] = [list(filed.episode.payoffs)]
    return Beside("belief", held, ends=(0, 1))
