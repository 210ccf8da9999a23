"""Answers out of band: which repeat one another, and what they come to."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from suasion.core.asks import Json
from suasion.core.events import NOBODY, Event
from suasion.report.columns import fact, tally

ASIDE = "aside"
"""The kind of such an event, in every environment."""


class Aside(NamedTuple):
    """An answer out of band."""

    name: str
    answer: str
    last: int
    """The last event of those that repeat one another."""
    repeat: bool
    """Whether it repeats the aside just before it."""
    several: str
    """Of a first one, all its repeats in short; empty where there is only one."""


def is_aside(event: Event) -> bool:
    """Whether an event is an answer out of band, which no seat is told."""
    return event.kind == ASIDE and event.to == NOBODY


def asides(events: Sequence[Event]) -> dict[int, Aside]:
    """Answers out of band by event; repeats that follow one another have one summary."""
    found: dict[int, Aside] = {}
    for group in _groups(events):
        answers = [_answer(events[at]) for at in group]
        words = f"{len(group)} answers: {tally(answers)}" if len(group) > 1 else ""
        for place, at in enumerate(group):
            name = str(events[at].data.get("name", ""))
            said = fact(answers[place])
            found[at] = Aside(name, said, group[-1], place > 0, "" if place else words)
    return found


def _groups(events: Sequence[Event]) -> list[list[int]]:
    """The asides, those together that ask the same again right after."""
    groups: list[list[int]] = []
    for at, event in enumerate(events):
        if not is_aside(event):
            continue
        if groups and groups[-1][-1] == at - 1 and _same(events[at - 1], event):
            groups[-1].append(at)
        else:
            groups.append([at])
    return groups


def _same(one: Event, other: Event) -> bool:
    """Whether the second asks again what the first did."""
    return one.by == other.by and one.data.get("name") == other.data.get("name")


def _answer(event: Event) -> Json:
    lost = event.data.get("forfeit")
    return event.data.get("answer") if lost is None else f"forfeit ({fact(lost)})"
