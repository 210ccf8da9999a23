"""Policies on arrays: one function for many episodes, and for one of them at an ordinary seat."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, NamedTuple

from suasion.batch.rules import Array, Columns
from suasion.core.asks import Answer, Forfeit, Record
from suasion.core.environment import Asked, Policy, Turn
from suasion.core.events import NOBODY, NOTHING

if TYPE_CHECKING:
    from suasion.batch.numbers import Numbers

DECLINED = Forfeit("declined")


class Rows(NamedTuple):
    """What a policy on arrays is given: what any seat is asked and told, a row an episode."""

    turn: Turn
    """The same in every episode."""
    told: Columns
    """What it was told since it last answered; nothing at first."""
    chance: Numbers
    """Its own."""

    @property
    def dials(self) -> tuple[str, ...]:
        """The names of the numbers of an action, in order."""
        return dials_of(self.turn)

    @property
    def episodes(self) -> int:
        """How many rows there are."""
        return self.chance.episodes


ArrayPolicy = Callable[[Rows], Array]
"""Actions of shape (episodes, dials); a row that is not a number (NaN) throughout is a forfeit.

One that remembers is a class, made fresh for every batch. It keeps to the arithmetic that rules
keep to (`Batch`), so that a row depends on no other.
"""


def dials_of(turn: Turn) -> tuple[str, ...]:
    """The names of the numbers that a turn of a batch asks for."""
    if not isinstance(turn.ask, Record):
        raise TypeError(f"a policy on arrays was asked {turn.ask}: expected a record of numbers")
    return tuple(turn.ask.fields)


def alone(policy: ArrayPolicy) -> Policy:
    """A policy on arrays at one seat of one episode, drawing from the seat's own chance."""

    def answer(asked: Asked) -> Answer:
        """What the policy does with a batch of one."""
        import numpy as np

        from suasion.batch.numbers import One

        told = {
            name: np.array([value])
            for event in asked.news[-1:]
            for name, value in event.data.items()
        }
        action = policy(Rows(asked.turn, told or NOTHING, One(asked.chance, NOBODY)))[0]
        if np.isnan(action).all():
            return DECLINED
        return dict(zip(dials_of(asked.turn), action.tolist(), strict=True))

    answer.__doc__ = policy.__doc__
    return answer
