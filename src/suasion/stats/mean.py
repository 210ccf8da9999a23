"""The mean of independent values, with its intervals, for one sample or thousands at once."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Sequence
from typing import NamedTuple

import numpy as np
from numpy.typing import ArrayLike

from suasion.stats.bootstrap import drawn, generator
from suasion.stats.bounds import Estimated, intervals
from suasion.stats.interval import USUAL, Interval, Made, Recipe, undefined
from suasion.stats.sample import Floats, Rows, finite, row_means, rows_of, unscaled, varies

BLOCK = 256
"""Samples worked on at once: with 2,000 draws, 4 MB an array."""


def mean(values: ArrayLike, recipe: Recipe = USUAL) -> tuple[Interval, ...]:
    """The mean of independent values, with one interval for each method of `recipe`.

    `values` holds one number for each independent unit, such as an episode. Without values there
    is one interval with the reason `no_values`; with one value, or values all alike, one without
    bounds (`none: n = 1`, `none: no spread`): that all were alike does not show that the next
    will be. A studentised interval is `none: unbounded` where too many resamples have no spread.
    Source: Efron and Tibshirani 1993, chapters 12 and 13; measured coverage in
    `docs/reference/coverage.md`.
    """
    return means([values], recipe)[0]


def means(samples: Sequence[ArrayLike], recipe: Recipe = USUAL) -> list[tuple[Interval, ...]]:
    """For each sample what `mean` gives for it alone, to the last bit, but much faster.

    Samples of one size share their resamples. Each interval is as good as on its own; but their
    simulation errors go together, which matters only to who would average over the bounds.
    """
    columns = [finite(sample, f"samples[{at}]") for at, sample in enumerate(samples)]
    made: list[tuple[Interval, ...]] = [()] * len(columns)
    for places in _blocks(columns):
        for place, several in zip(
            places, _alike([columns[at] for at in places], recipe), strict=True
        ):
            made[place] = several
    return made


def _blocks(columns: Sequence[Floats]) -> Iterator[list[int]]:
    """Places of columns of one size, `BLOCK` at a time."""
    sizes: dict[int, list[int]] = defaultdict(list)
    for at, column in enumerate(columns):
        sizes[len(column)].append(at)
    for places in sizes.values():
        for start in range(0, len(places), BLOCK):
            yield places[start : start + BLOCK]


def _alike(samples: list[Floats], recipe: Recipe) -> list[tuple[Interval, ...]]:
    """The intervals of samples of one size."""
    n = len(samples[0])
    if n == 0:
        return [(undefined("no_values", "n = 0", 0, recipe),)] * len(samples)
    rows = rows_of(samples)
    values = unscaled(rows.means, rows.exponents).tolist()
    made = [Made(value, n, n, recipe) for value in values]
    if n == 1:
        return [(each.unbounded("n = 1"),) for each in made]
    spread = np.flatnonzero(varies(rows.values))
    live = Rows(rows.values[spread], rows.exponents[spread], rows.means[spread])
    several = intervals(
        _estimated(live, recipe), [made[at] for at in spread], live.exponents, recipe
    )
    found = dict(zip(spread.tolist(), several, strict=True))
    return [found.get(at, (each.unbounded("no spread"),)) for at, each in enumerate(made)]


class Centred(NamedTuple):
    """Rows as deviations: from the lowest value, which keeps whole numbers whole, and squared."""

    over_lowest: Floats
    above: Floats
    """The mean less the lowest value."""
    squares: Floats
    """Squared deviations from the mean."""

    @property
    def variance(self) -> Floats:
        """The squared standard error of each mean."""
        n = self.squares.shape[1]
        variance: Floats = self.squares.sum(axis=1) / (n * (n - 1))
        return variance

    def draw(self, recipe: Recipe, stream: np.random.Generator) -> tuple[Floats, Floats]:
        """Of each resample the mean less the lowest value, and its squared standard error."""
        n = self.squares.shape[1]
        first, second = drawn([self.over_lowest, self.squares], recipe.draws, stream)
        above = first / n
        offset = above - self.above[:, None]
        return above, (second / n - offset**2) / (n - 1)


def centred(rows: Rows) -> Centred:
    """The deviations of rows."""
    over_lowest = rows.values - rows.lowest[:, None]
    above = row_means(over_lowest)
    return Centred(over_lowest, above, (over_lowest - above[:, None]) ** 2)


def _estimated(rows: Rows, recipe: Recipe) -> Estimated:
    parts = centred(rows)
    return Estimated(
        base=rows.lowest,
        above=parts.above,
        variance=parts.variance,
        t=(parts.variance, rows.n - 1),
        draw=lambda: parts.draw(recipe, generator(recipe.seed)),
        lowest=rows.lowest,
        highest=rows.highest,
    )
