"""Scripted seats: how likely each is to believe, given what it was told in the morning.

All are groups: one script answers for all seats that it holds. Each also knows how to answer for
one seat that is asked alone. A number is drawn for a seat only where a chance is neither 0 nor 1.
A seat that was told nothing (a message lost on its way) goes by nothing: it met nobody and
believes nothing.

`heeds` is the chance that a seat which reads an official correction doubts that day, whatever its
contacts say.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import NamedTuple

from suasion.core.asks import Answer, Json
from suasion.core.environment import Asked, AskedMany, BadSetting, Group
from suasion.core.events import Event
from suasion.environments.social.opinion import BELIEVE, DOUBT

WORDS = (DOUBT, BELIEVE)
COLUMNS = ("seat", "own", "believed")


class Told(NamedTuple):
    """What seats were told last, an entry a seat."""

    own: Sequence[int]
    """1 for each that believes."""
    believed: Sequence[Sequence[int]]
    """The same of those that each meets."""
    corrected: Sequence[bool]
    """Whether it read a correction."""


Odds = Callable[[int, Sequence[int]], float]
"""How likely a seat is to believe, from its own belief and those of whom it meets."""


def habit(odds: Odds, heeds: float = 0) -> Group:
    """The script of a habit, for many seats and for one."""

    def chances(told: Told) -> list[float]:
        likely = [odds(own, row) for own, row in zip(told.own, told.believed, strict=True)]
        if not heeds or not any(told.corrected):
            return likely
        both = zip(likely, told.corrected, strict=True)
        return [chance * (1 - heeds) if corrected else chance for chance, corrected in both]

    def many(asked: AskedMany) -> Sequence[Json]:
        likely = chances(told_many(asked))
        if {*likely} <= {0, 1}:
            return [WORDS[chance > 0] for chance in likely]
        units = asked.chance.block("belief", len(likely))
        return [WORDS[unit < chance] for unit, chance in zip(units, likely, strict=True)]

    def alone(asked: Asked) -> Answer:
        own, row, corrected = told_one(asked.news)
        [likely] = chances(Told([own], [row], [corrected]))
        return WORDS[likely > 0 if likely in (0, 1) else asked.chance.uniform("belief") < likely]

    return Group(many, alone)


def told_many(asked: AskedMany) -> Told:
    """What the seats of a group were told last: in columns, and each by itself."""
    count = len(asked.seats)
    last = next((event.data for event in reversed(asked.news) if event.kind == "met"), None)
    corrected = [any(event.kind == "correction" for event in asked.news)] * count
    if last is not None and len(last["seat"]) == count and not asked.own:
        return Told(last["own"], last["believed"], corrected)
    own, believed = [0] * count, list[Sequence[int]]([()] * count)
    places = {seat: place for place, seat in enumerate(asked.seats)}
    for seat, mine, row in zip(*(last[name] for name in COLUMNS), strict=True) if last else ():
        own[places[seat]], believed[places[seat]] = mine, row
    for seat, events in asked.own.items():
        place = places[seat]
        if any(event.kind == "met" for event in events):
            own[place], believed[place], _ = told_one(events)
        corrected[place] |= any(event.kind == "correction" for event in events)
    return Told(own, believed, corrected)


def told_one(news: Sequence[Event]) -> tuple[int, Sequence[int], bool]:
    """What one seat was told last: own belief, those it meets, whether it read a correction."""
    last = next((event.data for event in reversed(news) if event.kind == "met"), None)
    corrected = any(event.kind == "correction" for event in news)
    return (0, (), corrected) if last is None else (last["own"], last["believed"], corrected)


def chance(name: str, value: float) -> float:
    """A parameter that is a chance."""
    if not 0 <= value <= 1:
        raise BadSetting(name, value, "a number from 0 to 1")
    return value


def any_contact(keep: bool = False, heeds: float = 0.0) -> Group:
    """Believe if one of those it meets does; with `keep`, also if it believed before."""
    chance("heeds", heeds)
    if keep:
        return habit(lambda own, believed: own or 1 in believed, heeds)
    return habit(lambda _, believed: 1 in believed, heeds)


def most_contacts(heeds: float = 0.0) -> Group:
    """Believe what most of those it meets do; at a tie, what it did before."""

    def odds(own: int, believed: Sequence[int]) -> float:
        twice = 2 * sum(believed)
        return own if twice == len(believed) else twice > len(believed)

    return habit(odds, chance("heeds", heeds))


def contagion(catch: float = 0.5, recover: float = 0.2, heeds: float = 0.0) -> Group:
    """Each believer it meets convinces it with chance `catch`; a believer stops with `recover`."""
    chance("catch", catch)
    chance("recover", recover)

    def odds(own: int, believed: Sequence[int]) -> float:
        return 1 - recover if own else 1 - (1 - catch) ** sum(believed)

    return habit(odds, chance("heeds", heeds))


def believer() -> Group:
    """Believe, whatever it is told: a zealot."""
    return habit(lambda *_: 1)


def doubter() -> Group:
    """Doubt, whatever it is told."""
    return habit(lambda *_: 0)


def random(p: float = 0.5) -> Group:
    """Believe with chance `p`, anew each day and whatever it is told."""
    chance("p", p)
    return habit(lambda *_: p)


POLICIES: Mapping[str, Callable[..., Group]] = {
    "any_contact": any_contact,
    "most_contacts": most_contacts,
    "contagion": contagion,
    "believer": believer,
    "doubter": doubter,
    "random": random,
}
