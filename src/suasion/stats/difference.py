"""The difference of two means, of independent samples or of pairs."""

from __future__ import annotations

from math import fsum, sqrt

import numpy as np
from numpy.typing import ArrayLike

from suasion.stats.bootstrap import generator
from suasion.stats.bounds import Estimated, intervals
from suasion.stats.interval import USUAL, Interval, Made, Recipe, undefined
from suasion.stats.mean import centred, mean
from suasion.stats.sample import (
    Floats,
    Rows,
    exponents,
    finite,
    row_means,
    rows_of,
    unscaled,
    varies,
)


def difference(left: ArrayLike, right: ArrayLike, recipe: Recipe = USUAL) -> tuple[Interval, ...]:
    """Mean of `left` less mean of `right`, two independent samples, with intervals.

    t is Welch's, which lets the samples differ in spread (Welch 1947); both bootstraps resample
    each sample for itself. n counts both. With no value on a side the reason is `no_values`; with
    one value on a side there are no bounds (`none: n = 1 on a side`); without spread on both,
    `none: no spread`. A single side without spread adds nothing to the width, which is too little
    where that side could have shown a rare event and did not.
    """
    sides = finite(left, "left"), finite(right, "right")
    sizes = [len(side) for side in sides]
    if min(sizes) == 0:
        return (undefined("no_values", "n = 0 on a side", sum(sizes), recipe),)
    powers = exponents(np.concatenate(sides)[None, :])
    one, other = (rows_of([side], powers) for side in sides)
    value = float(unscaled(one.means - other.means, powers)[0])
    made = Made(value, sum(sizes), sum(sizes), recipe)
    if min(sizes) == 1:
        return (made.unbounded("n = 1 on a side"),)
    if not (varies(one.values)[0] or varies(other.values)[0]):
        return (made.unbounded("no spread"),)
    return intervals(_estimated(one, other, recipe), [made], powers, recipe)[0]


def _estimated(one: Rows, other: Rows, recipe: Recipe) -> Estimated:
    sides = centred(one), centred(other)
    variances = sides[0].variance, sides[1].variance

    def draw() -> tuple[Floats, Floats]:
        stream = generator(recipe.seed)
        # One stream after the other: shared draws would pair samples that are independent.
        (above, variance), (above_other, variance_other) = (
            side.draw(recipe, stream) for side in sides
        )
        return above - above_other, variance + variance_other

    return Estimated(
        base=one.lowest - other.lowest,
        above=sides[0].above - sides[1].above,
        variance=variances[0] + variances[1],
        t=(variances[0] + variances[1], _welch(variances, (one.n, other.n))),
        draw=draw,
        lowest=one.lowest - other.highest,
        highest=one.highest - other.lowest,
    )


def _welch(variances: tuple[Floats, Floats], sizes: tuple[int, int]) -> Floats:
    """Degrees of freedom by Welch and Satterthwaite."""
    one, other = (variance / (variances[0] + variances[1]) for variance in variances)
    return 1 / (one**2 / (sizes[0] - 1) + other**2 / (sizes[1] - 1))


def paired(left: ArrayLike, right: ArrayLike, recipe: Recipe = USUAL) -> tuple[Interval, ...]:
    """The mean of `left` less `right`, pair by pair, with the intervals of a mean.

    Row i of both belongs to one unit (one seed in two conditions). n counts pairs.
    Errors: sides of unequal length.
    """
    return mean(differences(left, right), recipe)


def differences(left: ArrayLike, right: ArrayLike) -> Floats:
    """`left` less `right`, pair by pair."""
    one, other = _pairs(left, right)
    with np.errstate(over="ignore"):
        return finite(one - other, "differences")


def pair_correlation(left: ArrayLike, right: ArrayLike) -> float | None:
    """Pearson's correlation within pairs: what pairing gained. None without spread on a side."""
    one, other = (_deviations(side) for side in _pairs(left, right))
    if one is None or other is None:
        return None
    together = fsum(one * other) / sqrt(fsum(one**2) * fsum(other**2))
    return min(1.0, max(-1.0, together))


def _deviations(values: Floats) -> Floats | None:
    """Scaled deviations from the mean; None without spread."""
    if not len(values):
        return None
    row = values[None, :]
    scaled = np.ldexp(row, -exponents(row)[:, None])
    return scaled[0] - row_means(scaled)[0] if varies(scaled)[0] else None


def _pairs(left: ArrayLike, right: ArrayLike) -> tuple[Floats, Floats]:
    one, other = finite(left, "left"), finite(right, "right")
    if len(one) != len(other):
        raise ValueError(f"{len(one)} values on the left and {len(other)} on the right: no pairs")
    return one, other
