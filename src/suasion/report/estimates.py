"""From samples to estimates, all of a measure at once, a row for each interval method."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from math import fsum

from suasion.measures.behind import Behind, behind
from suasion.measures.estimate import Estimate, unbounded
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
    several = zip(made, intervals(made, recipe), _behind(made), strict=True)
    return [row for each, found, there in several for row in _rows(measure, each, found, there)]


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


def _rows(
    measure: Measure, sample: Sample, found: Sequence[Interval], there: Behind
) -> Iterator[Estimate]:
    """One row a method; of a measure without intervals one row."""
    low, high = bounds(measure, sample)
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
            bound_low=low,
            bound_high=high,
            bound_reason=unbounded(sample.missing, low, high, measure.id),
            behind=there,
        )


def bounds(measure: Measure, sample: Sample) -> tuple[float | None, float | None]:
    """The mean with every missing value at its lowest, and at its highest."""
    if not sample.missing:
        return None, None
    if measure.left is not None and measure.level == "episode":
        lows, highs = zip(*map(measure.left, sample.lost), strict=True)
        return _mean([*sample.values, *lows]), _mean([*sample.values, *highs])
    return _filled(sample, measure.low), _filled(sample, measure.high)


def _filled(sample: Sample, worst: float | None) -> float | None:
    """The mean with every missing value at its worst."""
    return None if worst is None else _mean([*sample.values, *[worst] * sample.missing])


def _mean(values: Sequence[float]) -> float:
    return fsum(values) / len(values) + 0.0


def _behind(made: Sequence[Sample]) -> list[Behind]:
    """What stands behind each sample; many are of the same episodes."""
    found: dict[tuple[int, ...], Behind] = {}
    keys = [tuple(map(id, sample.filed)) for sample in made]
    for key, sample in zip(keys, made, strict=True):
        if key not in found:
            found[key] = behind(sample.filed)
    return [found[key] for key in keys]
