"""Closed forms of the dynamical linear bandit: what spending is worth, and the best of it.

Source: Mussi, Metelli and Restelli 2023; here with diagonal matrices, so that each channel stands
alone. Plain arithmetic in a written order: the same bits on every machine.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from fractions import Fraction
from math import comb, factorial
from typing import NamedTuple

Gains = Sequence[float]


class Model(NamedTuple):
    """The numbers of the bandit, one of each a channel."""

    a: Gains
    b: Gains
    c: Gains
    d: Gains

    @property
    def later(self) -> list[float]:
        """Reward that a unit spent brings over all steps that follow: b c / (1 - a)."""
        each = zip(self.a, self.b, self.c, strict=True)
        return [b * c / (1 - a) for a, b, c in each]

    @property
    def worth(self) -> list[float]:
        """Reward that a unit spent brings in all: h, the cumulative Markov vector."""
        return [now + later for now, later in zip(self.d, self.later, strict=True)]


def best(worth: Gains, budget: float) -> list[float]:
    """The spending, at most 1 a channel, that is worth most within a budget; of ties the first.

    With `Model.worth` it is the best steady one, with `Model.d` the myopic one.
    """
    spending, left = [0.0] * len(worth), budget
    for channel in sorted(range(len(worth)), key=lambda channel: -worth[channel]):
        if worth[channel] > 0:
            spending[channel] = min(1.0, left)
            left = left - spending[channel]
    return spending


def steady(worth: Gains, spending: Gains) -> float:
    """J: the mean reward a step that spending brings in the long run."""
    total = 0.0
    for gain, amount in zip(worth, spending, strict=True):
        total = total + gain * amount
    return total


def rewards(model: Model, spending: Gains, steps: int) -> Iterator[float]:
    """The rewards without noise of the same spending at every step, from states of nought.

    They are also the mean rewards of any spending that is drawn afresh at each step with these
    means, since rewards are linear in what is spent.
    """
    state = [0.0] * len(spending)
    for _ in range(steps):
        yield steady(model.d, spending) + steady(model.c, state)
        each = zip(model.a, state, model.b, spending, strict=True)
        state = [a * x + b * u for a, x, b, u in each]


def mean_random(channels: int, budget: float) -> float:
    """What spending at random spends on a channel, on average.

    Random is uniform on [0, 1] for each channel, scaled down to the budget: the mean of the lesser
    of the budget and a sum of uniform numbers (Irwin 1927, Hall 1927), shared alike.
    """
    limit, tail = Fraction(budget), Fraction(0)
    for k in range(channels + 1):
        tail += (-1) ** k * comb(channels, k) * max(limit - k, Fraction(0)) ** (channels + 1)
    return float((limit - tail / factorial(channels + 1)) / channels)


def epoch_length(number: int, radius: float) -> int:
    """How many steps DynLin-UCB holds its action in epoch `number`, counted from 1.

    1 + floor(ln m / ln(1 / radius)), where `radius` bounds the share of a state that stays; by
    repeated division, since a quotient of logarithms can fall short of a whole number.
    """
    if not 0 <= radius < 1:
        raise ValueError(f"radius {radius}: expected a number from 0 up, below 1")
    length, left = 1, number * radius
    while left >= 1:
        length, left = length + 1, left * radius
    return length
