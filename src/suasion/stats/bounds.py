"""From a statistic and its resamples to bounds: what the three interval methods have in common.

With value v, standard error s in the sample, and v* and s* those of a resample:

- `t`: v ± s times the quantile of Student's t;
- `studentised_bootstrap`: from v - s q(97.5%) to v - s q(2.5%), with q the quantiles of
  (v* - v) / s* (the bootstrap-t of Efron and Tibshirani 1993, 12.5);
- `percentile_bootstrap`: from the 2.5% to the 97.5% quantile of v* (the same, 13.3).
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from suasion.stats.bootstrap import pivots, tails
from suasion.stats.interval import Interval, Made, Recipe, distinct
from suasion.stats.sample import Floats, unscaled
from suasion.stats.student import reach


@dataclass(frozen=True)
class Estimated:
    """Many estimates of one kind, one a row, in scaled units."""

    base: Floats
    """What the statistic is measured from, so that whole numbers stay whole."""
    above: Floats
    """The statistic less its base."""
    variance: Floats
    """Its squared standard error; never nought."""
    t: tuple[Floats, Floats | float] | str
    """The squared standard error and degrees of freedom of its t; or why none is sound."""
    draw: Callable[[], tuple[Floats, Floats]]
    """Of each resample: the statistic less the base, and its squared standard error, (rows, draws).
    NaN where a resample has no statistic."""
    lowest: Floats
    highest: Floats
    """Between which the statistic of any resample lies: beyond is rounding."""


def intervals(
    estimated: Estimated, made: Sequence[Made], powers: NDArray[np.intc], recipe: Recipe
) -> list[tuple[Interval, ...]]:
    """For each estimate its intervals, in the order of `recipe`, in the units of `powers`."""
    found = {
        method: [unscaled(bound, powers).tolist() for bound in both]
        for method, both in _bounds(estimated, recipe).items()
    }

    def named(method: str, at: int) -> Interval:
        if method not in found:
            return made[at].unbounded(str(estimated.t))
        low, high = found[method]
        return made[at].bounded(method, low[at], high[at])

    return [distinct([named(method, at) for method in recipe.methods]) for at in range(len(made))]


def _bounds(estimated: Estimated, recipe: Recipe) -> dict[str, tuple[Floats, Floats]]:
    """Low and high bounds, one a row, by each method that is sound here."""
    made = {}
    error = np.sqrt(estimated.variance)
    value = estimated.base + estimated.above
    if "t" in recipe.methods and not isinstance(estimated.t, str):
        variance, freedom = estimated.t
        margin = reach(freedom, recipe) * np.sqrt(variance)
        made["t"] = value - margin, value + margin
    if set(recipe.methods) <= {"t"}:
        return made
    above, variances = estimated.draw()
    if "percentile_bootstrap" in recipe.methods:
        low, high = tails(above, recipe)
        made["percentile_bootstrap"] = _within(low, estimated), _within(high, estimated)
    if "studentised_bootstrap" in recipe.methods:
        offsets = above - estimated.above[:, None]
        low, high = tails(pivots(offsets, variances, estimated.variance), recipe)
        made["studentised_bootstrap"] = value - high * error, value - low * error
    return made


def _within(above: Floats, estimated: Estimated) -> Floats:
    """A bound from its distance to the base; what passes the last value by rounding is cut."""
    bound = estimated.base + above
    clipped = np.clip(bound, estimated.lowest, estimated.highest)
    return np.where(np.isfinite(bound), clipped, bound)
