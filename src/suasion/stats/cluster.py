"""The mean of values that come in clusters, where only clusters are independent."""

from __future__ import annotations

from collections.abc import Hashable, Iterable, Sequence
from typing import NamedTuple

import numpy as np
from numpy.typing import ArrayLike, NDArray

from suasion.stats.bootstrap import drawn, generator
from suasion.stats.bounds import Estimated, intervals
from suasion.stats.interval import USUAL, Interval, Made, Recipe, undefined
from suasion.stats.sample import NO_SPREAD, Floats, exponents, finite, row_means, unscaled


def codes(labels: Iterable[Hashable]) -> NDArray[np.intp]:
    """Labels as 0, 1, 2, … in the order in which they first come."""
    seen: dict[Hashable, int] = {}
    return np.array([seen.setdefault(label, len(seen)) for label in labels], dtype=np.intp)


def cluster_mean(
    values: ArrayLike, clusters: Sequence[Hashable], recipe: Recipe = USUAL
) -> tuple[Interval, ...]:
    """The mean of all values, each counting alike, with intervals over clusters.

    `clusters` names the cluster of each value. What is resampled, and what the t counts, is whole
    clusters: the mean is the ratio of their sums to their sizes, its standard error that of the
    linearised ratio (Cochran 1977, 2.11) and its degrees of freedom their number less one. With
    clusters of one value each it is `suasion.stats.mean.mean`. Without values the reason is
    `no_values`; with one cluster, or cluster means all alike, there are no bounds
    (`none: one cluster`, `none: no spread`).
    """
    return cluster_means([values], clusters, recipe)[0]


def cluster_means(
    rows: Sequence[ArrayLike], clusters: Sequence[Hashable], recipe: Recipe = USUAL
) -> list[tuple[Interval, ...]]:
    """For each row of values, all in the same clusters, what `cluster_mean` gives for it alone."""
    columns = [finite(row, f"rows[{at}]") for at, row in enumerate(rows)]
    for at, column in enumerate(columns):
        if len(column) != len(clusters):
            raise ValueError(f"rows[{at}]: {len(column)} values for {len(clusters)} clusters named")
    if not len(clusters):
        return [(undefined("no_values", "n = 0", 0, recipe),)] * len(columns)
    if not columns:
        return []
    return _clustered(np.array(columns), codes(clusters), recipe)


class Clusters(NamedTuple):
    """Of each row (first axis) its clusters (second axis), in an order of their own."""

    sizes: Floats
    over_lowest: Floats
    """Sums of value less the row's lowest."""
    above: Floats
    """The row's mean less its lowest value, one a row."""

    @property
    def errors(self) -> Floats:
        """Each cluster's sum less what its size would give at the row's mean."""
        return self.over_lowest - self.above[:, None] * self.sizes

    @property
    def variance(self) -> Floats:
        """The squared standard error of each row's mean."""
        squares = (self.errors**2).sum(axis=1)
        variance: Floats = _inflation(self) * squares / self.sizes.sum(axis=1) ** 2
        return variance

    def draw(self, recipe: Recipe) -> tuple[Floats, Floats]:
        """Of each resample the mean less the lowest value, and its squared standard error."""
        errors = self.errors
        moments = [self.over_lowest, self.sizes, errors**2, errors * self.sizes, self.sizes**2]
        sums, sizes, squares, products, square_sizes = drawn(
            moments, recipe.draws, generator(recipe.seed)
        )
        above = sums / sizes
        offset = above - self.above[:, None]
        left = squares - 2 * offset * products + offset**2 * square_sizes
        return above, _inflation(self) * left / sizes**2


def _inflation(clusters: Clusters) -> float:
    count = int(clusters.sizes.shape[1])
    return count / (count - 1)


def _clustered(
    rows: Floats, clusters: NDArray[np.intp], recipe: Recipe
) -> list[tuple[Interval, ...]]:
    n, units = rows.shape[1], int(clusters.max()) + 1
    powers = exponents(rows)
    scaled = np.ldexp(rows, -powers[:, None])
    made = [Made(value, n, units, recipe) for value in unscaled(row_means(scaled), powers).tolist()]
    if units == 1:
        return [(each.unbounded("one cluster"),) for each in made]
    parts = _parts(scaled, clusters)
    spread = np.flatnonzero(np.abs(parts.errors).max(axis=1) > NO_SPREAD * parts.sizes.max())
    live = Clusters(*(part[spread] for part in parts))
    estimated = Estimated(
        base=scaled.min(axis=1)[spread],
        above=live.above,
        variance=live.variance,
        t=(live.variance, units - 1),
        draw=lambda: live.draw(recipe),
        lowest=scaled.min(axis=1)[spread],
        highest=scaled.max(axis=1)[spread],
    )
    several = intervals(estimated, [made[at] for at in spread], powers[spread], recipe)
    found = dict(zip(spread.tolist(), several, strict=True))
    return [found.get(at, (each.unbounded("no spread"),)) for at, each in enumerate(made)]


def _parts(scaled: Floats, clusters: NDArray[np.intp]) -> Clusters:
    """Sums and sizes of clusters, ordered by both, so that no order of the data matters."""
    over_lowest = scaled - scaled.min(axis=1, keepdims=True)
    labels = np.broadcast_to(clusters, scaled.shape)
    order = np.lexsort((over_lowest, labels))
    sizes = np.bincount(clusters)
    starts = np.cumsum(sizes) - sizes
    sums = np.add.reduceat(np.take_along_axis(over_lowest, order, axis=1), starts, axis=1)
    repeated = np.broadcast_to(sizes.astype(np.float64), sums.shape)
    order = np.lexsort((sums, repeated))
    return Clusters(
        np.take_along_axis(repeated, order, axis=1),
        np.take_along_axis(sums, order, axis=1),
        row_means(over_lowest),
    )
