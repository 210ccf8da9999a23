"""Means of values that share clusters of two crossed kinds, such as topics and counterparts.

A model's conversations are about the same topics and with the same counterparts, which are those
of its rivals too. Neither kind of cluster lies within the other, so that the variance of a mean is
what topics make of it, plus what counterparts make of it, less what both count twice (Cameron,
Gelbach and Miller 2011; Cameron and Miller 2015, VII). Coverage in simulations with planted
effects: `docs/explanation/persuasion-intervals.md`.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from math import isfinite

import numpy as np
from numpy.typing import NDArray

from suasion.stats.bootstrap import generator, resamples, tails
from suasion.stats.interval import USUAL, Interval, Recipe, distinct
from suasion.stats.sample import NO_SPREAD, Floats
from suasion.stats.student import reach

CLUSTER_T, BOOTSTRAP = "two_way_cluster_t", "two_way_percentile_bootstrap"
METHODS = (CLUSTER_T, BOOTSTRAP)
"""The default first."""
CHUNK = 2**21
"""Products held at once in a bootstrap: 16 MB."""


@dataclass(frozen=True)
class Crossed:
    """Sums of values by row and by cluster of each kind: (rows, first kind, second kind).

    A row is one mean to be made. With one kind alone the last axis has length 1. Whole numbers
    keep every sum exact: `unit` is what one is divided by to be a value, 3 for thirds.
    """

    sums: Floats
    weights: Floats
    """The weight of all values in each cell: their number, where all weigh alike."""
    kinds: tuple[str, ...]
    """What the clusters are, in words: `topic` and `target`, or `topic` alone."""
    unit: float = 1.0

    def __post_init__(self) -> None:
        if self.sums.shape != self.weights.shape or self.sums.ndim != 3:
            raise ValueError(f"sums {self.sums.shape} and weights {self.weights.shape} differ")
        if len(self.kinds) == 1 and self.sums.shape[2] != 1:
            raise ValueError("one kind of cluster, and a second axis that is not of length 1")

    @property
    def there(self) -> NDArray[np.bool_]:
        """The cells that hold a value."""
        return self.weights > 0

    @property
    def sizes(self) -> Floats:
        """The weight of all values of each row."""
        sizes: Floats = self.weights.sum(axis=(1, 2))
        return sizes

    @property
    def means(self) -> Floats:
        """The mean of each row; NaN for one without values."""
        with np.errstate(invalid="ignore"):
            means: Floats = self.sums.sum(axis=(1, 2)) / (self.sizes * self.unit) + 0.0
        return means

    @property
    def pulls(self) -> Floats:
        """What each cell adds to the error of its row's mean; they sum to nought."""
        sizes = self.sizes[:, None, None]
        with np.errstate(invalid="ignore"):
            middles = self.sums.sum(axis=(1, 2), keepdims=True) / sizes
            pulls = (self.sums - middles * self.weights) / (sizes * self.unit)
        largest = np.abs(self.sums).max(axis=(1, 2), keepdims=True, initial=0)
        with np.errstate(invalid="ignore"):
            rounding = NO_SPREAD * largest / (sizes * self.unit)
        return np.where(np.abs(pulls) <= rounding, 0.0, pulls)

    def rows(self, at: Sequence[int] | slice | NDArray[np.intp]) -> Crossed:
        """Some of the rows."""
        return Crossed(self.sums[at], self.weights[at], self.kinds, self.unit)


@dataclass(frozen=True)
class Spread:
    """The squared standard errors of many means or differences, and what they rest on."""

    variance: Floats
    levels: NDArray[np.intp]
    """The number of clusters of each kind that hold a value: (rows, kinds)."""

    @property
    def freedom(self) -> NDArray[np.intp]:
        """Degrees of freedom: the smallest number of clusters, less one."""
        freedom: NDArray[np.intp] = self.levels.min(axis=1) - 1
        return freedom


def spread(pulls: Floats, there: NDArray[np.bool_], kinds: int) -> Spread:
    """V(first) + V(second) - V(cells), each times G/(G - 1), at least the larger of the first two.

    `pulls` is what each cell adds to the error of an estimate (rows, first, second), `there` which
    cells hold a value. With one kind of cluster it is V(first).
    """
    levels = [there.any(axis=2).sum(axis=1), there.any(axis=1).sum(axis=1)][:kinds]
    ways = [_squares(pulls.sum(axis=3 - at), levels[at - 1]) for at in range(1, kinds + 1)]
    if kinds == 1:
        return Spread(ways[0], np.stack(levels, axis=1))
    cells = _squares(pulls.reshape(len(pulls), -1), there.sum(axis=(1, 2)))
    larger = np.maximum(*ways)
    return Spread(np.maximum(ways[0] + ways[1] - cells, larger), np.stack(levels, axis=1))


def _squares(pulls: Floats, clusters: NDArray[np.intp]) -> Floats:
    """G/(G - 1) times the sum of the squares of what clusters add, a row each; nought for one."""
    inflation = np.where(clusters > 1, clusters / np.maximum(clusters - 1, 1), 0.0)
    found: Floats = inflation * np.square(pulls).sum(axis=1)
    return found


def means(
    crossed: Crossed,
    counts: Sequence[int],
    recipe: Recipe = USUAL,
    shared: Floats | None = None,
    methods: Sequence[str] = METHODS,
) -> list[tuple[Interval, ...]]:
    """Of each row its mean with the interval of each method.

    `counts` is how many values a row has. `shared`, one a row, is the variance of an error that all
    its values have in common and no resampling of clusters shows twice alike, such as a baseline's:
    the bootstrap draws it too (clusters of the `t` hold it already, since it differs between them).
    Without values the reason is `no_values`; with one cluster of a kind there are no bounds
    (`none: one topic`), nor where no cluster differs (`none: no spread`).
    """
    found = spread(crossed.pulls, crossed.there, len(crossed.kinds))
    values, reasons = crossed.means, _reasons(crossed, found)
    live = np.flatnonzero([not why for why in reasons])
    made = {}
    if CLUSTER_T in methods:
        made[CLUSTER_T] = _students(values[live], found, live, recipe)
    if BOOTSTRAP in methods:
        noise = None if shared is None else shared[live]
        made[BOOTSTRAP] = _percentiles(crossed.rows(live), recipe, noise)
    places = {row: at for at, row in enumerate(live.tolist())}

    def interval(row: int, method: str) -> Interval:
        units = int(found.levels[row].min())
        if row in places:
            low, high = (float(bound[places[row]]) + 0.0 for bound in made[method])
            if isfinite(low) and isfinite(high):
                return _interval(values[row], (low, high), counts[row], units, method, recipe)
        why = reasons[row] or "unbounded"
        return _interval(values[row], None, counts[row], units, f"none: {why}", recipe)

    return [
        distinct([interval(row, method) for method in methods]) for row in range(len(crossed.sums))
    ]


def _interval(
    value: float,
    bounds: tuple[float, float] | None,
    count: int,
    units: int,
    method: str,
    recipe: Recipe,
) -> Interval:
    if not count:
        return Interval(None, None, None, recipe.level, 0, units, "none: n = 0", "no_values")
    low, high = bounds or (None, None)
    return Interval(float(value) + 0.0, low, high, recipe.level, count, units, method)


def _reasons(crossed: Crossed, found: Spread) -> list[str]:
    """Of each row why it has no bounds; empty for one that has."""
    why = []
    for size, levels, variance in zip(
        crossed.sizes.tolist(), found.levels.tolist(), found.variance.tolist(), strict=True
    ):
        alone = [kind for kind, level in zip(crossed.kinds, levels, strict=True) if level == 1]
        if not size:
            why.append("n = 0")
        elif alone:
            why.append(f"one {alone[0]}")
        else:
            why.append("" if variance > 0 else "no spread")
    return why


def _students(
    values: Floats, found: Spread, live: NDArray[np.intp], recipe: Recipe
) -> tuple[Floats, Floats]:
    margin = margins(found, recipe)[live]
    return values - margin, values + margin


def margins(found: Spread, recipe: Recipe = USUAL) -> Floats:
    """How far a t interval reaches to each side; NaN without degrees of freedom."""
    freedom = np.where(found.freedom > 0, found.freedom, np.nan)
    made: Floats = reach(freedom, recipe) * np.sqrt(found.variance)
    return made


# --- differences -------------------------------------------------------------------------------


def differences(
    crossed: Crossed, pairs: Sequence[tuple[int, int]], recipe: Recipe = USUAL
) -> list[Interval]:
    """Of each pair of rows the mean of the first less that of the second, on common counterparts.

    Common are clusters of the second kind in which both have values; others are left out. One row
    is never its own counterpart, so that without this rivals would be held against other panels.
    Without a common one the reason is `no_common_counterpart`.
    """
    if not pairs:
        return []
    left, right = (_paired(crossed, pairs, at) for at in (0, 1))
    met = np.logical_and(left.there.any(axis=1), right.there.any(axis=1))
    common = met.reshape(len(pairs), 1, -1)
    sides = [
        Crossed(
            np.where(common, side.sums, 0.0),
            np.where(common, side.weights, 0.0),
            side.kinds,
            side.unit,
        )
        for side in (left, right)
    ]
    there = sides[0].there | sides[1].there
    values = sides[0].means - sides[1].means
    pulls = np.nan_to_num(sides[0].pulls - sides[1].pulls)
    found = spread(pulls, there, len(crossed.kinds))
    counts = [int(n) for n in sum(side.weights.sum(axis=(1, 2)) for side in sides)]
    every = np.arange(len(pairs))
    with np.errstate(invalid="ignore"):
        lows, highs = _students(values, found, every, recipe)
    return [
        _difference(
            float(values[at]), found, at, (lows[at], highs[at]), counts[at], crossed, recipe
        )
        for at in range(len(pairs))
    ]


def _paired(crossed: Crossed, pairs: Sequence[tuple[int, int]], side: int) -> Crossed:
    return crossed.rows(np.array([pair[side] for pair in pairs], dtype=np.intp))


def _difference(
    value: float,
    found: Spread,
    at: int,
    bounds: tuple[float, float],
    count: int,
    crossed: Crossed,
    recipe: Recipe,
) -> Interval:
    units = int(found.levels[at].min())
    if not isfinite(value):
        why = "no_common_counterpart"
        return Interval(None, None, None, recipe.level, count, units, f"none: {why}", why)
    alone = [
        kind for kind, level in zip(crossed.kinds, found.levels[at], strict=True) if level == 1
    ]
    if alone or not found.variance[at] > 0:
        why = f"one {alone[0]}" if alone else "no spread"
        return _interval(value, None, count, units, f"none: {why}", recipe)
    low, high = (float(bound) + 0.0 for bound in bounds)
    return _interval(value, (low, high), count, units, CLUSTER_T, recipe)


# --- resampling --------------------------------------------------------------------------------


def _percentiles(crossed: Crossed, recipe: Recipe, shared: Floats | None) -> tuple[Floats, Floats]:
    """The bounds of each row, from draws of its own clusters; rows with as many share the draws."""
    lows, highs = np.empty(len(crossed.sums)), np.empty(len(crossed.sums))
    noise = None if shared is None else _noise(recipe)
    for rows, cells in _alike(crossed):
        draws = drawn(cells, recipe)
        if shared is not None and noise is not None:
            draws = draws + np.sqrt(shared[rows])[:, None] * noise
        lows[rows], highs[rows] = tails(draws, recipe)
    return lows, highs


def _noise(recipe: Recipe) -> Floats:
    """Standard normal draws of an error that is shared, in a stream of their own."""
    noise: Floats = np.random.Generator(np.random.PCG64([recipe.seed, 1])).standard_normal(
        recipe.draws
    )
    return noise


def _alike(crossed: Crossed) -> Iterator[tuple[NDArray[np.intp], Crossed]]:
    """Rows with equally many clusters of each kind, those clusters alone, some rows at a time."""
    first = np.asarray(crossed.there.any(axis=2))
    second = np.asarray(crossed.there.any(axis=1))
    keys = np.stack([first.sum(axis=1), second.sum(axis=1)], axis=1)
    for key in np.unique(keys, axis=0):
        places = np.flatnonzero((keys == key).all(axis=1))
        for rows in np.array_split(places, -(-len(places) // 64)):
            one = np.nonzero(first[rows])[1].reshape(len(rows), -1)
            other = np.nonzero(second[rows])[1].reshape(len(rows), -1)
            at = rows[:, None, None], one[:, :, None], other[:, None, :]
            yield (
                rows,
                Crossed(crossed.sums[at], crossed.weights[at], crossed.kinds, crossed.unit),
            )


def drawn(crossed: Crossed, recipe: Recipe = USUAL) -> Floats:
    """The mean of each row in each draw of clusters of both kinds: (rows, draws).

    All rows share the draws, so that their means may be compared draw by draw. NaN where a draw
    holds no value of a row.
    """
    stream = generator(recipe.seed)
    _, first, second = crossed.sums.shape
    taken = _counts(first, recipe, stream)
    if len(crossed.kinds) == 1:
        return _ratio(
            crossed.sums[:, :, 0] @ taken.T, crossed.weights[:, :, 0] @ taken.T, crossed.unit
        )
    others = _counts(second, recipe, stream)
    found = np.empty((len(crossed.sums), recipe.draws))
    step = max(1, CHUNK // (recipe.draws * second))
    for start in range(0, len(found), step):
        part = slice(start, start + step)
        found[part] = _ratio(
            _totals(crossed.sums[part], taken, others),
            _totals(crossed.weights[part], taken, others),
            crossed.unit,
        )
    return found


def _counts(clusters: int, recipe: Recipe, stream: np.random.Generator) -> Floats:
    """How often each cluster is drawn, (draws, clusters)."""
    return np.concatenate(list(resamples(clusters, recipe.draws, stream)))


def _totals(cells: Floats, taken: Floats, others: Floats) -> Floats:
    """Of each row and draw the sum over cells, each as often as both its clusters were drawn."""
    rows: Floats = np.einsum("kdc,dc->kd", taken[None] @ cells, others)
    return rows


def _ratio(sums: Floats, weights: Floats, unit: float) -> Floats:
    with np.errstate(invalid="ignore", divide="ignore"):
        return np.where(weights > 0, sums / (weights * unit), np.nan)
