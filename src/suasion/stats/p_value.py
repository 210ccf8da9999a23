"""What a test says, and the t test of one sample's mean."""

from __future__ import annotations

from dataclasses import dataclass
from math import fsum, sqrt

import numpy as np
from numpy.typing import ArrayLike

from suasion.stats.sample import Floats, exponents, finite, varies
from suasion.stats.student import two_sided

FEWEST = 6
"""Units below which no p-value is given: with five pairs no rearrangement reaches 0.05."""


@dataclass(frozen=True, slots=True)
class PValue:
    """How often chance alone would show so much, to either side."""

    value: float | None
    """`None` when undefined; then `reason` says why."""
    n: int
    """Independent units that went in."""
    method: str
    """`permutation`, `sign_flip` or `t`."""
    exact: bool = False
    """Whether all rearrangements were counted."""
    reason: str | None = None
    """`fewer_than_six_clusters`, `one_value_on_a_side` or `no_spread`."""


def t_test(values: ArrayLike, null: float = 0.0) -> PValue:
    """Whether the mean of independent values is `null`, by Student's t, two-sided.

    Give one number for each cluster. With fewer than six there is none
    (`fewer_than_six_clusters`), nor where all are alike (`no_spread`).
    """
    distances = from_null(values, null)
    n = len(distances)
    if n < FEWEST:
        return PValue(None, n, "t", reason="fewer_than_six_clusters")
    if not varies(distances[None, :])[0]:
        return PValue(None, n, "t", reason="no_spread")
    mean = fsum(distances) / n
    error = sqrt(fsum((distances - mean) ** 2) / (n * (n - 1)))
    return PValue(two_sided(mean / error, n - 1), n, "t")


def from_null(values: ArrayLike, null: float) -> Floats:
    """Distances of values from `null`, divided by a power of two that brings them near one."""
    with np.errstate(over="ignore"):
        distances = finite(finite(values) - null, "values less null")
    if not len(distances):
        return distances
    row = np.sort(distances)[None, :]
    scaled: Floats = np.ldexp(row, -exponents(row)[:, None])[0]
    return scaled
