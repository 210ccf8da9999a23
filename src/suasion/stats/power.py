"""The smallest difference that a t test finds with a given power."""

from __future__ import annotations

from math import sqrt

import numpy as np

POWER, ALPHA = 0.8, 0.05
"""How often a difference is found that is there; how often one that is not, two-sided."""
POINTS = 5_000
"""Quantiles that a mean is taken over."""
HALVINGS = 50
"""Of an interval that the number lies in: to the last digit."""


def paired(sd: float, n: int, power: float = POWER, alpha: float = ALPHA) -> float:
    """The smallest mean of `n` differences with that standard deviation that is found.

    Exact for normal differences, by the noncentral t distribution (Cohen 1988, 2.5). `n` is at
    least 2.
    """
    return shift(n - 1.0, power, alpha) * sd / sqrt(n)


def two_sample(
    sds: tuple[float, float], sizes: tuple[int, int], power: float = POWER, alpha: float = ALPHA
) -> float:
    """The smallest difference of two independent means that Welch's t test finds.

    Degrees of freedom by Welch and Satterthwaite at these standard deviations; each size is at
    least 2, and not both standard deviations are nought.
    """
    one, other = (sd**2 / n for sd, n in zip(sds, sizes, strict=True))
    if one + other == 0:
        return 0.0
    freedom = (one + other) ** 2 / (one**2 / (sizes[0] - 1) + other**2 / (sizes[1] - 1))
    return shift(freedom, power, alpha) * sqrt(one + other)


def shift(freedom: float, power: float = POWER, alpha: float = ALPHA) -> float:
    """How many standard errors a difference must be for a two-sided t test to find it.

    The mean over the spread that a sample may show, at evenly spaced quantiles: the noncentral t
    distribution of scipy has no values for few degrees of freedom.
    """
    from scipy.special import chdtri, ndtr, stdtrit

    chances = (np.arange(POINTS) + 0.5) / POINTS
    reach = float(stdtrit(freedom, 1 - alpha / 2)) * np.sqrt(chdtri(freedom, chances) / freedom)

    low, high = 0.0, float(reach.max()) + 10
    for _ in range(HALVINGS):
        errors = (low + high) / 2
        found = np.mean(ndtr(errors - reach) + ndtr(-errors - reach))
        low, high = (errors, high) if found < power else (low, errors)
    return (low + high) / 2
