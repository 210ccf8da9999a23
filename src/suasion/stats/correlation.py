"""How far two numbers of the same things go together: Pearson's r, with Fisher's interval."""

from __future__ import annotations

from collections.abc import Sequence
from math import atanh, fsum, sqrt, tanh
from statistics import NormalDist

from suasion.stats.interval import USUAL, Interval, Recipe, undefined

FISHER = "fisher_z"
LEAST = 4
"""Things below which the interval has no width to speak of."""


def correlation(xs: Sequence[float], ys: Sequence[float], recipe: Recipe = USUAL) -> Interval:
    """Pearson's r of pairs that are independent of one another.

    The interval is that of Fisher's z, whose standard error is 1/sqrt(n - 3) (Fisher 1921). With
    fewer than two pairs, or where one side is all alike, it is undefined (`no_values`,
    `no_spread`); with fewer than four, or all on one line, there are no bounds.
    """
    n = len(xs)
    if n != len(ys):
        raise ValueError(f"{n} and {len(ys)} values are no pairs")
    if n < 2:
        return undefined("no_values", f"n = {n}", n, recipe)
    one, other = _centred(xs), _centred(ys)
    sizes = fsum(x * x for x in one) * fsum(y * y for y in other)
    if not sizes:
        return undefined("no_spread", "no spread", n, recipe)
    r = max(-1.0, min(1.0, fsum(x * y for x, y in zip(one, other, strict=True)) / sqrt(sizes)))
    if n < LEAST or abs(r) >= 1:
        why = f"n = {n}" if n < LEAST else "all on one line"
        return Interval(r, None, None, recipe.level, n, n, f"none: {why}")
    reach = NormalDist().inv_cdf(recipe.chances[1]) / sqrt(n - 3)
    low, high = tanh(atanh(r) - reach), tanh(atanh(r) + reach)
    return Interval(r + 0.0, low, high, recipe.level, n, n, FISHER)


def _centred(values: Sequence[float]) -> list[float]:
    middle = fsum(values) / len(values)
    spread = [value - middle for value in values]
    # What is left of equal numbers by rounding is no spread.
    return spread if max(map(abs, spread)) > 1e-12 * max(map(abs, values)) else [0.0] * len(values)
