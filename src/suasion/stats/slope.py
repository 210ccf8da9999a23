"""The least-squares slope of one thing on another, where rows come in clusters."""

from __future__ import annotations

from collections.abc import Hashable, Sequence
from typing import NamedTuple

import numpy as np
from numpy.typing import ArrayLike, NDArray

from suasion.stats.bootstrap import generator, resamples, totals
from suasion.stats.bounds import Estimated, intervals
from suasion.stats.cluster import codes
from suasion.stats.interval import USUAL, Interval, Made, Recipe, undefined
from suasion.stats.sample import NO_SPREAD, Floats, exponents, finite, row_means, unscaled, varies

NO_DESIGN = 1e-12
"""A resample with less than this share of the sample's spread of x holds one x only."""


def slope(
    x: ArrayLike,
    y: ArrayLike,
    clusters: Sequence[Hashable] | None = None,
    recipe: Recipe = USUAL,
) -> tuple[Interval, ...]:
    """The slope of y on x by least squares over all rows, with intervals over clusters.

    `clusters` names the cluster of each row; without it each row stands for itself. Unit: y's per
    x's. n counts rows. The bootstraps draw whole clusters, x with y; a resample with one x only
    has no slope and counts beyond both bounds. The standard error is that of Liang and Zeger 1986
    with G / (G - 1). t is given where it is exact under normal errors: where x is fixed within
    clusters of one size (the regression on their means, G - 2 degrees of freedom), and where every
    cluster holds the same x's (the mean of its own slopes, G - 1); elsewhere it would be an
    approximation that is too narrow for few clusters, and is `none: unequal clusters`.
    Undefined: `no_values`; `one_x_only`. Without bounds: `none: one cluster`; `none: no spread`
    (a perfect line).
    """
    across, up = finite(x, "x"), finite(y, "y")
    labels = codes(range(len(across)) if clusters is None else clusters)
    if not len(across) == len(up) == len(labels):
        sizes = f"{len(across)} of x, {len(up)} of y, {len(labels)} clusters named"
        raise ValueError(f"expected one y and one cluster for each x, got {sizes}")
    if not len(across):
        return (undefined("no_values", "n = 0", 0, recipe),)
    if not varies(across[None, :])[0]:
        return (undefined("one_x_only", "one x only", len(across), recipe),)
    return _sloping(across, up, labels, recipe)


class Moments(NamedTuple):
    """Of each cluster its rows, and sums of x, y, xx and xy (both centred)."""

    rows: Floats
    x: Floats
    y: Floats
    xx: Floats
    xy: Floats


class Fit(NamedTuple):
    """Slopes, one for each row of counts (draws)."""

    slope: Floats
    """NaN where there is one x only."""
    xx: Floats
    """Sum of squared deviations of x; NaN likewise."""
    variance: Floats
    """Squared standard error."""
    scores: Floats
    """Of each cluster, its part in the slope's error times `xx`: (draws, clusters)."""


def _sloping(
    x: Floats, y: Floats, labels: NDArray[np.intp], recipe: Recipe
) -> tuple[Interval, ...]:
    (across, wide), (up, high) = _centred(x), _centred(y)
    order = np.lexsort((up, across, labels))
    sizes = np.bincount(labels)
    moments = _moments(across[order], up[order], np.cumsum(sizes) - sizes, sizes)
    fit = _fit(moments, np.ones((1, len(sizes))), 0.0)
    powers = high - wide
    made = Made(float(unscaled(fit.slope, powers)[0]), len(x), len(sizes), recipe)
    if made.units == 1:
        return (made.unbounded("one cluster"),)
    if np.abs(fit.scores).max() <= NO_SPREAD * sizes.max() * np.abs(across).max():
        return (made.unbounded("no spread"),)
    estimated = Estimated(
        base=np.zeros(1),
        above=fit.slope,
        variance=fit.variance,
        t=_student(across[order], sizes, moments, fit),
        draw=lambda: _draw(moments, NO_DESIGN * float(fit.xx[0]), recipe),
        lowest=np.full(1, -np.inf),
        highest=np.full(1, np.inf),
    )
    return intervals(estimated, [made], powers, recipe)[0]


def _centred(values: Floats) -> tuple[Floats, NDArray[np.intc]]:
    """Values divided by a power of two, less their mean; and the power."""
    powers = exponents(values[None, :])
    scaled = np.ldexp(values, -powers[0])
    return scaled - row_means(scaled[None, :])[0], powers


def _moments(x: Floats, y: Floats, starts: NDArray[np.intp], sizes: NDArray[np.intp]) -> Moments:
    sums = [np.add.reduceat(part, starts) for part in (x, y, x * x, x * y)]
    made = np.array([sizes.astype(np.float64), *sums])
    return Moments(*made[:, np.lexsort(made[::-1])])


def _fit(moments: Moments, counts: Floats, least: float) -> Fit:
    """The slopes of resamples (draws, clusters); without one where `xx` is not above `least`."""
    rows, x, y, xx, xy = totals(np.array(moments), counts)
    middle, height = x / rows, y / rows
    wide = xx - x * middle
    wide = np.where(wide > least, wide, np.nan)
    slope = (xy - x * height) / wide
    at, up, tilt = middle[:, None], height[:, None], slope[:, None]
    scores = (moments.xy - at * moments.y - up * moments.x + at * up * moments.rows) - tilt * (
        moments.xx - 2 * at * moments.x + at**2 * moments.rows
    )
    units = counts.shape[1]
    variance = units / max(1, units - 1) * (counts * scores**2).sum(axis=1) / wide**2
    return Fit(slope, wide, variance, scores)


def _draw(moments: Moments, least: float, recipe: Recipe) -> tuple[Floats, Floats]:
    """Slopes and their squared standard errors in all resamples, (1, draws)."""
    stream = generator(recipe.seed)
    parts = []
    for counts in resamples(len(moments.rows), recipe.draws, stream):
        fit = _fit(moments, counts, least)
        parts.append(np.array([fit.slope, fit.variance]))
    slopes, variances = np.concatenate(parts, axis=1)
    return slopes[None, :], variances[None, :]


def _student(
    x: Floats, sizes: NDArray[np.intp], moments: Moments, fit: Fit
) -> tuple[Floats, float] | str:
    """The squared standard error of an exact t and its degrees of freedom, or why there is none."""
    units = len(sizes)
    if np.ptp(sizes):
        return "unequal clusters"
    table = x.reshape(units, -1)
    if (table == table[0]).all():
        return fit.variance, units - 1
    # Two clusters of one x each lie on their line: rounding alone could bring them here.
    if units == 2 or (table != table[:, :1]).any():
        return "unequal clusters"
    across, up = moments.x / moments.rows, moments.y / moments.rows
    left = up - fit.slope * across
    return np.array([(left**2).sum() / ((units - 2) * (across**2).sum())]), units - 2
