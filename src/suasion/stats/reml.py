"""Variance components of values with crossed random effects, by restricted maximum likelihood.

y = mean + the sum of one draw for each factor's level + residual. Every value belongs to one level
of every factor; factors may be crossed, nested and unbalanced. Only how often levels meet is needed
(Henderson's mixed-model equations, `suasion.stats.levels`), so that a step costs what levels cost,
not values. Steps are those of average information (Gilmour, Thompson and Cullis 1995); where one
would lower the likelihood it is shortened, and EM's, which never does, is the last resort. A
variance that the likelihood would have below nought is nought.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import cached_property
from math import inf, log
from typing import NamedTuple

import numpy as np
from numpy.typing import ArrayLike, NDArray

from suasion.stats.levels import Arrow, Solved, arrow
from suasion.stats.sample import Floats, finite

STEPS = 200
HALVINGS = 12
CLOSE = 1e-8
"""How little a step may still change, as a share of all variance, for the search to be over."""
LEAST = 1e-7
"""The share of all variance at which a component that the likelihood lowers is held in the search,
and called nought in the end."""


class NoMaximum(ArithmeticError):
    """The search did not come to an end."""


class Components(NamedTuple):
    """Variances."""

    factors: tuple[float, ...]
    """In the order in which factors were given; nought at the boundary."""
    residual: float
    steps: int


def components(values: ArrayLike, factors: Sequence[Sequence[int]]) -> Components:
    """The variance of each factor and of the residual.

    `factors` has for each factor the level of each value, as whole numbers. A factor with a level
    for each value is the residual, and one that splits the values as another does is that other:
    no likelihood tells them apart. Errors: `ValueError` for those, `NoMaximum`.
    """
    column = finite(values)
    codes = checked(column, factors)
    scale = float(np.var(column))
    if not scale > 0:
        return Components((0.0,) * len(factors), 0.0, 0)
    kept, steps = list(range(len(codes))), 0
    while True:
        data = Data(column / np.sqrt(scale), arrow([codes[at] for at in kept], len(column)))
        found, more = _search(data)
        steps += more
        above = found[:-1] > 2 * LEAST * found.sum()
        if above.all():
            break
        # Without those at the boundary the rest is where it is when these are nought in earnest.
        kept = [at for at, stays in zip(kept, above, strict=True) if stays]
    variances = dict(zip(kept, (scale * found).tolist(), strict=False))
    factors_found = tuple(variances.get(at, 0.0) for at in range(len(codes)))
    residual = float(scale * found[-1]) if found[-1] > 2 * LEAST * found.sum() else 0.0
    return Components(factors_found, residual, steps)


def checked(values: Floats, factors: Sequence[Sequence[int]]) -> list[NDArray[np.intp]]:
    """The levels of each factor as 0, 1, 2, …, in the order in which they first come."""
    codes, seen = [], dict[bytes, int]()
    for at, factor in enumerate(factors):
        if len(factor) != len(values):
            raise ValueError(f"factors[{at}]: {len(factor)} levels for {len(values)} values")
        code = split(factor)
        if len(code) and code.max() + 1 == len(values):
            raise ValueError(f"factors[{at}]: a level for each value is the residual")
        other = seen.setdefault(code.tobytes(), at)
        if other != at:
            raise ValueError(f"factors[{at}] splits the values as factors[{other}] does")
        codes.append(code)
    return codes


def split(factor: Sequence[int]) -> NDArray[np.intp]:
    """Levels as 0, 1, 2, … in the order in which they first come: equal for equal splits."""
    _, first, code = np.unique(np.asarray(factor), return_index=True, return_inverse=True)
    order = np.empty(len(first), dtype=np.intp)
    order[np.argsort(first)] = np.arange(len(first))
    return order[code]


class Data(NamedTuple):
    """Values, and the levels they belong to."""

    values: Floats
    levels: Arrow


class Point:
    """The restricted likelihood at some variances, and what it takes to go on from there.

    V = residual (I + Z S M^-1 S Z') inverted by M = I + S Z'Z S / residual, with S the root of each
    level's variance; P is V^-1 less its part along the mean.
    """

    def __init__(self, data: Data, variances: Floats) -> None:
        self.values, self.levels, self.variances = data.values, data.levels, variances
        self.residual = float(variances[-1])
        self.roots = np.sqrt(variances[:-1])[self.levels.owners]
        self.inner = Solved(self.levels, self.roots, self.residual)

    def solved(self, numbers: Floats) -> Floats:
        """V^-1 v."""
        inner = self.roots * self.inner.solve(self.roots * self.levels.totals(numbers))
        found: Floats = (numbers - self.levels.spread(inner) / self.residual) / self.residual
        return found

    @cached_property
    def ones(self) -> Floats:
        """V^-1 1."""
        return self.solved(np.ones(len(self.values)))

    @cached_property
    def errors(self) -> Floats:
        """P y."""
        return self.projected(self.values)

    def projected(self, numbers: Floats) -> Floats:
        """P v."""
        solved = self.solved(numbers)
        apart: Floats = solved - self.ones * (solved.sum() / self.ones.sum())
        return apart

    @cached_property
    def likelihood(self) -> float:
        """The restricted log-likelihood, less a constant; the least where rounding ate the mean."""
        if not self.ones.sum() > 0:
            return -inf
        logs = self.inner.log_determinant
        logs += len(self.values) * log(self.residual) + log(float(self.ones.sum()))
        return -(logs + float(self.values @ self.errors)) / 2

    @cached_property
    def gradient(self) -> Floats:
        """Its slope along each variance: (|Z'Py|^2 - tr Z'PZ) / 2, the residual with Z = I."""
        sums = self._by_factor(self.levels.totals(self.errors) ** 2)
        along = self._by_factor(self.levels.totals(self.ones) ** 2)
        lost = self._by_factor(1.0 - self.inner.diagonal)
        traces = lost / self.variances[:-1] - along / self.ones.sum()
        free = (len(self.values) - lost.sum()) / self.residual
        free -= self.ones @ self.ones / self.ones.sum()
        return np.append(sums - traces, self.errors @ self.errors - free) / 2

    def _by_factor(self, numbers: Floats) -> Floats:
        """Sums of a number a level over the levels of each factor."""
        found = np.bincount(self.levels.owners, numbers, len(self.variances) - 1)
        return found.astype(np.float64)

    @cached_property
    def information(self) -> Floats:
        """The average of the observed and the expected information."""
        pulls = self.levels.totals(self.errors)
        along = [*self.levels.parts(pulls), self.errors]
        through = [self.projected(each) for each in along]
        return np.array([[one @ other for other in through] for one in along]) / 2


def _search(data: Data) -> tuple[Floats, int]:
    """Uphill from equal shares until nothing changes: the variances, and after how many steps."""
    factors = int(data.levels.owners.max(initial=-1)) + 1
    at = Point(data, np.full(factors + 1, 1.0 / (factors + 1)))
    for step in range(1, STEPS + 1):
        new = _better(data, at)
        moved = float(np.abs(new.variances - at.variances).max())
        if moved <= CLOSE * float(new.variances.sum()):
            return new.variances, step
        at = new
    raise NoMaximum(f"no maximum of the restricted likelihood in {STEPS} steps")


def _better(data: Data, at: Point) -> Point:
    """A point that is no less likely; the same one where none is found."""
    direction = _direction(at)
    for halving in range(HALVINGS):
        found = Point(data, _bounded(at.variances + direction / 2**halving, at))
        if found.likelihood >= at.likelihood:
            return found
    found = Point(data, _bounded(_em(at), at))
    return found if found.likelihood > at.likelihood else at


def _direction(at: Point) -> Floats:
    """Newton's step among the variances that are free: not held down at the boundary."""
    held = (at.variances <= LEAST * at.variances.sum()) & (at.gradient <= 0)
    among = np.flatnonzero(~held)
    information = at.information[np.ix_(among, among)]
    ridge = 1e-12 * np.trace(information) * np.eye(len(among))
    step: Floats = np.zeros(len(held))
    step[among] = np.linalg.solve(information + ridge, at.gradient[among])
    return step


def _bounded(variances: Floats, at: Point) -> Floats:
    """None below the boundary, and the residual no less than a tenth of what it was.

    The residual has a boundary too: where levels explain every value the likelihood has no maximum.
    """
    least = LEAST * float(at.variances.sum())
    new: Floats = np.maximum(variances, least / 2)
    new[-1] = max(float(variances[-1]), float(at.variances[-1]) / 10, least)
    return new


def _em(at: Point) -> Floats:
    """The step of expectation and maximisation."""
    sizes = np.append(np.bincount(at.levels.owners), len(at.values))
    em: Floats = at.variances + 2 * at.variances**2 * at.gradient / sizes
    return em
