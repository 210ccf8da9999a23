"""The interval of a share of yes among independent trials."""

from __future__ import annotations

from math import sqrt
from statistics import NormalDist

from suasion.stats.interval import USUAL, Interval, Made, Recipe, undefined


def wilson(successes: int, trials: int, recipe: Recipe = USUAL) -> Interval:
    """A share with Wilson's score interval, which holds up where all or none succeed.

    Trials are independent; shares of an episode are numbers and go to `suasion.stats.mean`.
    Without trials the reason is `no_values`. Source: Wilson 1927; why not the normal interval:
    Brown, Cai and DasGupta 2001.
    """
    if not 0 <= successes <= trials:
        raise ValueError(f"{successes} of {trials}: expected 0 <= successes <= trials")
    if not trials:
        return undefined("no_values", "n = 0", 0, recipe)
    z = NormalDist().inv_cdf(recipe.chances[1])
    share, weight = successes / trials, z * z / trials
    middle = (share + weight / 2) / (1 + weight)
    reach = z * sqrt(share * (1 - share) / trials + weight / (4 * trials)) / (1 + weight)
    # At none and at all the bound is the end itself, which rounding would miss.
    low = 0.0 if successes == 0 else middle - reach
    high = 1.0 if successes == trials else middle + reach
    return Made(share, trials, trials, recipe).bounded("wilson", low, high)
