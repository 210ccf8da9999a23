"""Scripted controllers, written once on arrays; each sees what any seat is told and no more.

`optimal` and `myopic` are the clairvoyants of the paper, so they need to be told the gains
(`known`); where they are not, they decline. `fixed` needs to be told nothing. Learners are not
among them yet.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import TYPE_CHECKING

from suasion.batch.policy import ArrayPolicy, Rows, alone
from suasion.core.environment import BadSetting, Policy
from suasion.environments.control.theory import Model, best

if TYPE_CHECKING:
    from suasion.batch.rules import Array


def uniform(rows: Rows) -> Array:
    """Spend the whole budget, as much on one channel as on any other."""
    channels = len(rows.dials)
    return same(rows, [min(1.0, rows.turn.situation["budget"] / channels)] * channels)


def spend_random(rows: Rows) -> Array:
    """Spend on each channel an amount drawn evenly from 0 to 1; the rules scale it down."""
    return rows.chance.block("spend", len(rows.dials))


def optimal(rows: Rows) -> Array:
    """The best steady spending, by what a unit is worth over time; declines where not told."""
    return by_worth(rows, lambda model: model.worth)


def myopic(rows: Rows) -> Array:
    """The best spending if only rewards at once counted; declines where not told."""
    return by_worth(rows, lambda model: model.d)


def fixed(first: float = 1.0, second: float = 0.5, third: float = 0.0) -> ArrayPolicy:
    """The same amounts at every step, by default the best steady ones of preset `dlb`.

    They go to the channels in their order; to a fourth goes nothing. Raises BadSetting for an
    amount that is no number from 0 to 1.
    """
    for name, amount in (("first", first), ("second", second), ("third", third)):
        if not 0 <= amount <= 1:
            raise BadSetting(name, amount, "a number from 0 to 1")

    def spend(rows: Rows) -> Array:
        """The same amounts at every step, by default the best steady ones of preset `dlb`."""
        amounts = [first, second, third, *[0.0] * len(rows.dials)]
        return same(rows, amounts[: len(rows.dials)])

    return spend


def same(rows: Rows, spending: Sequence[float]) -> Array:
    """The same spending in every episode."""
    from numpy import tile

    return tile(spending, (rows.episodes, 1))


def by_worth(rows: Rows, worth: Callable[[Model], Sequence[float]]) -> Array:
    """The spending within the budget that is worth most, or a forfeit where gains are not told."""
    from numpy import nan

    seen = rows.turn.situation
    if "gains" not in seen:
        return same(rows, [nan] * len(rows.dials))
    return same(rows, best(worth(Model(**seen["gains"])), seen["budget"]))


ON_ARRAYS: Mapping[str, Callable[..., ArrayPolicy]] = {
    "uniform": lambda: uniform,
    "random": lambda: spend_random,
    "fixed": fixed,
    "optimal": lambda: optimal,
    "myopic": lambda: myopic,
}
"""Makers, as `suasion.batch.play_many` takes what they make."""


def fixed_alone(first: float = 1.0, second: float = 0.5, third: float = 0.0) -> Policy:
    """The same amounts at every step, by default the best steady ones of preset `dlb`."""
    return alone(fixed(first, second, third))


POLICIES: Mapping[str, Callable[..., Policy]] = {
    "uniform": lambda: alone(uniform),
    "random": lambda: alone(spend_random),
    "fixed": fixed_alone,
    "optimal": lambda: alone(optimal),
    "myopic": lambda: alone(myopic),
}
"""The same at one seat of one episode."""
