"""Student's t distribution, by scipy, which is loaded when first asked."""

from __future__ import annotations

import numpy as np

from suasion.stats.interval import Recipe
from suasion.stats.sample import Floats


def reach(freedom: Floats | float, recipe: Recipe) -> Floats:
    """Standard errors to each side of a value, by degrees of freedom."""
    from scipy.special import stdtrit

    return np.asarray(stdtrit(freedom, recipe.chances[1]), dtype=np.float64)


def two_sided(statistic: float, freedom: float) -> float:
    """The probability of a t at least so far from nought."""
    from scipy.special import stdtr

    return float(2 * stdtr(freedom, -abs(statistic)))
