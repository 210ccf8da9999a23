"""Intervals that may be looked at after every draw: they hold at whatever moment one stops.

An interval for a fixed n is right once. A study that goes on until its intervals say something asks
the same question again after every draw, and is misled far more often than one time in twenty. A
confidence sequence holds at all times at once, with the stated probability.

One arm. Draws are independent, of one distribution with a finite variance. The bounds after n are

    mean ± s sqrt((n r + 1) / (n² r) · (2 log(1/a) + log(n r + 1))),

the asymptotic confidence sequence by Gaussian mixtures of Waudby-Smith, Arbour, Sinha, Kennedy and
Ramdas (Time-uniform central limit theory and asymptotic confidence sequences, Annals of Statistics
52, 2024; arXiv 2103.06476, section 2), with s the running standard deviation, a the chance of ever
being wrong, and r their rho², which makes the bounds narrowest near the n they are tuned for. The
promise is asymptotic: the chance that what is said from draw `first` on is ever wrong tends to at
most a as `first` grows. Three guards of our own make early looks safer and vanish as n grows: there
are no bounds before draw `first`, nor while all values are alike; the sum of squares holds one
deviation more, as large as the range of what was seen, since rare large values come late; and the
normal quantile is replaced by Student's of the same tail, since s is estimated.

Two arms. Each has its own independent draws; which arm is drawn next may depend in any way on all
that was seen (a predictable share), what it gives may not. The product of the two arms' mixtures is
then, in the limit, a nonnegative supermartingale along the path of draws, whatever chose that path:
each step multiplies it by a factor whose expectation, given the past, is one. By Ville's inequality
both means m lie at all times at once, with probability 1 - a, in the ellipse

    sum of (mean - m)² / v <= 2 log(1/a) + sum of log(n r + 1),    v = s² (n r + 1) / (n² r),

over which their difference is off by at most sqrt((sum of v) · (right-hand side)). The product is
ours; it needs no more than the theorem does, that each arm is close to a Brownian motion adapted to
its draws. It is narrower than what two sequences at half the chance each would give.

Many arms. Bounds of all K (K - 1) / 2 differences hold together by Bonferroni's inequality, each at
its share of a; so does whatever follows from them, such as ranks. Dropping an arm, drawing more of
the close ones and stopping as soon as all is settled need no further correction. How often all this
held in simulations stands in `docs/explanation/persuasion-intervals.md`.
"""

from __future__ import annotations

from collections.abc import Sequence
from itertools import combinations
from math import inf, log
from typing import NamedTuple

import numpy as np
from numpy.typing import ArrayLike

from suasion.stats.sample import NO_SPREAD, Floats, finite

FIRST = 10
"""Draws of an arm before anything is said of it."""
TUNED = 100
"""Draws of an arm near which the bounds are narrowest."""


class Bounds(NamedTuple):
    """Between what a number lies, at all times at once; infinite where nothing is said yet."""

    low: float
    high: float

    @property
    def sign(self) -> int:
        """1 where all of it is above nought, -1 where all is below, else 0."""
        return int(self.low > 0) - int(self.high < 0)


class Ranks(NamedTuple):
    """The ranks that an arm can have, 1 the highest mean; settled where they are one."""

    low: int
    high: int

    @property
    def settled(self) -> bool:
        """Whether there is only one."""
        return self.low == self.high


def asymptotic(
    values: ArrayLike, level: float = 0.95, first: int = FIRST, tuned: int = TUNED
) -> Bounds:
    """Bounds of the mean of independent draws, valid whenever one stops.

    `values` are all draws so far. Infinite before `first` of them and while they are all alike.
    Errors: a level that is not between 0 and 1, values that are not finite.
    """
    arm = drawn(values)
    return _bounds(arm.mean, reach([arm], 1 - _checked(level), first, tuned))


def difference(
    one: ArrayLike, other: ArrayLike, level: float = 0.95, first: int = FIRST, tuned: int = TUNED
) -> Bounds:
    """Bounds of the mean of `one` less that of `other`, valid whenever one stops.

    How many draws each arm was given may depend on the draws of both.
    """
    return _apart(drawn(one), drawn(other), 1 - _checked(level), first, tuned)


def differences(
    arms: Sequence[ArrayLike], level: float = 0.95, first: int = FIRST, tuned: int = TUNED
) -> dict[tuple[int, int], Bounds]:
    """Bounds of each arm's mean less that of each later arm, all valid together, at all times."""
    so_far = [drawn(arm) for arm in arms]
    pairs = list(combinations(range(len(arms)), 2))
    each = (1 - _checked(level)) / max(len(pairs), 1)
    return {(a, b): _apart(so_far[a], so_far[b], each, first, tuned) for a, b in pairs}


def ranks(
    arms: Sequence[ArrayLike], level: float = 0.95, first: int = FIRST, tuned: int = TUNED
) -> list[Ranks]:
    """The ranks each arm can have: with probability `level` all are right, at all times at once.

    An arm is above another once the bounds of their difference are. Arms that are alike are hardly
    ever told apart: a tie that stays unsettled is a finding.
    """
    above, below = [0] * len(arms), [0] * len(arms)
    for (a, b), bounds in differences(arms, level, first, tuned).items():
        if bounds.sign:
            high, low = (a, b) if bounds.sign > 0 else (b, a)
            above[low] += 1
            below[high] += 1
    return [Ranks(1 + a, len(arms) - b) for a, b in zip(above, below, strict=True)]


class Drawn(NamedTuple):
    """What was drawn of an arm so far; of many simulated ones where these are arrays."""

    n: Floats
    mean: Floats
    variance: Floats
    """With n - 1 and one deviation more, the range; nought where no two values differ."""


def drawn(values: ArrayLike) -> Drawn:
    """The draws of one arm in brief."""
    column = finite(values)
    if not len(column):
        return Drawn(*np.zeros((3, 1)))
    centre = column.mean(keepdims=True)
    varies = np.ptp(column) > NO_SPREAD * np.abs(column).max()
    spread = np.ptp(column, keepdims=True) * varies
    n = np.array([float(len(column))])
    return Drawn(n, centre, guarded(n, np.square(column - centre).sum(), spread))


def guarded(n: ArrayLike, squares: ArrayLike, spread: ArrayLike) -> Floats:
    """The variance, of the sum of squared deviations and the range of the values (`spread`)."""
    more = np.asarray(squares) + np.square(spread)
    return np.where(np.asarray(spread) > 0, more / np.maximum(np.asarray(n) - 1, 1), 0.0)


def reach(arms: Sequence[Drawn], chance: float, first: int = FIRST, tuned: int = TUNED) -> Floats:
    """How far the mean of one arm, or the difference of two, lies from its estimate at most.

    `chance` is the probability of ever being wrong. Infinite where nothing is said yet.
    """
    rate = _rate(chance, tuned)
    with np.errstate(divide="ignore", invalid="ignore"):
        errors = np.array([arm.variance / arm.n for arm in arms])
        grown = np.array([arm.n * rate for arm in arms])
        wide = (errors * (1 + 1 / grown)).sum(axis=0)
        room = np.log1p(grown).sum(axis=0) - 2 * log(chance)
        error = errors.sum(axis=0)
        # Welch and Satterthwaite's degrees of freedom; of one arm they are n - 1.
        freedom = error**2 / sum(
            each**2 / (arm.n - 1) for each, arm in zip(errors, arms, strict=True)
        )
        far = np.sqrt(error) * _student(np.sqrt(wide * room / error), freedom)
    said = np.logical_and.reduce([(arm.n >= max(first, 2)) & (arm.variance > 0) for arm in arms])
    return np.where(said, far, inf)


def _rate(chance: float, tuned: int) -> float:
    """The mixture's rho² for bounds that are narrowest near `tuned` draws."""
    tail = -2 * log(chance)
    return (tail + log(tail) + 1) / tuned


def _student(normal: Floats, freedom: Floats) -> Floats:
    """Student's quantile where the normal one is `normal`."""
    from scipy.special import ndtr, stdtrit

    return np.asarray(-stdtrit(freedom, ndtr(-normal)), dtype=np.float64)


def _apart(one: Drawn, other: Drawn, chance: float, first: int, tuned: int) -> Bounds:
    return _bounds(one.mean - other.mean, reach([one, other], chance, first, tuned))


def _bounds(value: Floats, far: Floats) -> Bounds:
    return Bounds(float((value - far)[0]), float((value + far)[0]))


def _checked(level: float) -> float:
    if not 0 < level < 1:
        raise ValueError(f"level {level}: expected a number between 0 and 1")
    return level
