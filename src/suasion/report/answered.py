"""What many seats answered at once: counted, and of the seats that are shown each its own."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from suasion.core.asks import Forfeit, Json
from suasion.core.episode import Decision
from suasion.core.events import place_of
from suasion.report.cast import Cast
from suasion.report.columns import fact, tally

MOMENTS = 400
"""Moments in a table; more are counted."""


class Moment(NamedTuple):
    """One time at which many were asked together."""

    words: str
    seats: int
    who: str
    answers: str
    """How many answered what."""


def moments(decisions: Sequence[Decision], cast: Cast) -> list[Moment]:
    """Every answer of a group, counted."""
    return [
        Moment(when(decision), len(decision.seats), _who(decision, cast), _counted(decision))
        for decision in decisions
        if decision.seats
    ]


def when(decision: Decision) -> str:
    """A moment in words: `step 3`, `step 3, aside stance 0`."""
    aside = f", aside {decision.aside} {decision.repeat}" if decision.aside else ""
    return f"step {decision.step}{aside}"


def _who(decision: Decision, cast: Cast) -> str:
    """Who holds the seats that answered."""
    held = {cast.lane(seat): None for seat in decision.seats}
    return ", ".join(cast.agents[lane] for lane in held if lane is not None)


def _counted(decision: Decision) -> str:
    answers = [answer for _, answer in pairs(decision)]
    return tally(answers) if answers else "nothing"


def pairs(decision: Decision) -> list[tuple[int, Json]]:
    """Each seat and its answer; none of a record that makes no sense."""
    try:
        return list(decision.each())
    except (TypeError, ValueError):
        return []


def own(decisions: Sequence[Decision], seat: int) -> list[tuple[str, str]]:
    """What a seat answered within groups: when, and what."""
    found = []
    for decision in decisions:
        at = place_of(decision.seats, seat)
        if at is not None:
            found.append((when(decision), _said(decision.answer, at)))
    return found


def _said(answers: Json, at: int) -> str:
    if not isinstance(answers, list) or at >= len(answers):
        return "not on record"
    answer = answers[at]
    return f"forfeit ({answer.reason})" if isinstance(answer, Forfeit) else fact(answer)
