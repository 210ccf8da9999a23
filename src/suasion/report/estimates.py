"""From samples to estimates, all of a measure at once, a row for each interval method."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from math import fsum

from suasion.measures.estimate import Estimate
from suasion.measures.filed import Filed
from suasion.measures.measure import CATEGORY, Measure, Value
from suasion.measures.pooling import Group, Sample, of_episodes, pools, samples
from suasion.stats.cluster import cluster_means
from suasion.stats.interval import Interval, Recipe
from suasion.stats.mean import means


def estimates(
    measure: Measure,
    filed: Sequence[Filed],
    values: Sequence[Value],
    group: Group,
    recipe: Recipe,
) -> list[Estimate]:
    """Every general estimate of one measure; none of a category."""
    if measure.unit == CATEGORY:
        return []
    of = of_episodes(filed, values)
    made = [sample for pool in pools(filed, group) for sample in samples(measure, pool, of)]
    found = intervals(made, recipe)
    return [row for s, each in zip(made, found, strict=True) for row in _rows(measure, s, each)]


def intervals(made: Sequence[Sample], recipe: Recipe) -> list[tuple[Interval, ...]]:
    """The intervals of all samples at once, which is far cheaper than one by one."""
    found: dict[int, tuple[Interval, ...]] = {}
    for clusters, places in _by_clusters(made).items():
        rows = [made[at].values for at in places]
        several = means(rows, recipe) if clusters is None else cluster_means(rows, clusters, recipe)
        found |= zip(places, several, strict=True)
    return [found[at] for at in range(len(made))]


def _by_clusters(made: Sequence[Sample]) -> dict[tuple[int, ...] | None, list[int]]:
    """Places of samples by their clusters; None where each value is a unit of its own."""
    places: dict[tuple[int, ...] | None, list[int]] = {}
    for at, sample in enumerate(made):
        clusters = tuple(sample.clusters)
        alone = len(set(clusters)) == len(clusters)
        places.setdefault(None if alone else clusters, []).append(at)
    return places


def _rows(measure: Measure, sample: Sample, found: Sequence[Interval]) -> Iterator[Estimate]:
    """One row a method; of a measure without intervals one row."""
    for each in found if measure.interval else found[:1]:
        bare = not measure.interval and each.value is not None
        yield Estimate(
            measure=measure.id,
            by=sample.by,
            statistic="mean",
            value=each.value,
            low=None if bare else each.low,
            high=None if bare else each.high,
            n=sample.n,
            unit_of_resampling=sample.unit,
            method="none: a mean of redraws" if bare else each.method,
            status=sample.status,
            reason=each.reason,
            level=each.level,
            blocked=sample.blocked,
            bound_low=_bound(sample, measure.low),
            bound_high=_bound(sample, measure.high),
        )


def _bound(sample: Sample, worst: float | None) -> float | None:
    """The mean with every missing value at its worst."""
    if not sample.missing or worst is None:
        return None
    total = fsum(sample.values) + sample.missing * worst
    return total / (len(sample.values) + sample.missing) + 0.0
