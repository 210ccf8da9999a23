"""Means of what moved, by who argued, who listened and what it was about."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from math import fsum
from typing import NamedTuple

from suasion.core.asks import Json
from suasion.environments.persuasion.conversation import holder, topic
from suasion.environments.persuasion.words import PERSUADER, TARGET
from suasion.measures.estimate import Estimate
from suasion.measures.filed import Filed
from suasion.measures.pooling import whole
from suasion.measures.question import Results
from suasion.measures.units import independent, unit_of

GROUPINGS: Sequence[Sequence[str]] = (
    ("persuader",),
    ("target",),
    ("topic",),
    ("persuader", "target"),
)
BOUNDS: Mapping[str, tuple[float, float]] = {
    "signed_shift": (-6, 6),
    "paired_effect": (-3, 3),
    "paired_drift": (-6, 6),
}
"""What has these estimates, and the worst that a missing value could be."""


class Part(NamedTuple):
    """The conversations of one persuader, target or topic."""

    status: str
    by: Mapping[str, Json]
    filed: Sequence[Filed]


def by_part(results: Results) -> Iterator[Estimate]:
    """The mean of each by persuader (`signed_shift`: its published strength), target and topic.

    Conversations of one block are resampled together. [stated]
    """
    for measure in BOUNDS:
        of = {value.episode: value.value for value in results.values(measure)}
        for grouping in GROUPINGS:
            for part in _parts(results, grouping):
                yield from _means(results, measure, part, of)


def _parts(results: Results, grouping: Sequence[str]) -> Iterator[Part]:
    """The conversations whose parts in a grouping are known, by what these are."""
    groups: defaultdict[tuple[str, ...], list[Filed]] = defaultdict(list)
    for each in results.filed:
        parts = {
            "persuader": holder(each, PERSUADER),
            "target": holder(each, TARGET),
            "topic": topic(each),
        }
        names = [part for name in grouping if (part := parts[name]) is not None]
        if len(names) == len(grouping):
            groups[each.status, *names].append(each)
    for (status, *names), filed in sorted(groups.items()):
        yield Part(status, dict(zip(grouping, names, strict=True)), filed)


def _means(
    results: Results, measure: str, part: Part, of: Mapping[str, float | int | str | None]
) -> Iterator[Estimate]:
    """The mean of one part, a row a method; bounds where a lost conversation left a gap."""
    from suasion.stats.cluster import cluster_mean
    from suasion.stats.interval import Recipe

    asked = [each for each in part.filed if each.id in of]
    found = [each for each in asked if of[each.id] is not None]
    numbers = [float(of[each.id] or 0) for each in found]
    lost = sum(not whole(each) for each in part.filed)
    missing = len(asked) - len(found) if lost else 0
    clusters, unit = independent(found), unit_of(part.filed)
    unit = "block" if unit == "episode" and measure.startswith("paired") else unit
    low, high = (_worst(numbers, missing, each) for each in BOUNDS[measure])
    for each in cluster_mean(numbers, clusters, Recipe(methods=tuple(results.methods))):
        yield Estimate(
            measure=measure,
            by=part.by,
            statistic="mean",
            value=each.value,
            low=each.low,
            high=each.high,
            n=len(numbers) if unit == "episode" else len(set(clusters)),
            unit_of_resampling=unit,
            method=each.method,
            status=part.status,
            reason=each.reason,
            level=each.level,
            blocked=lost,
            bound_low=low,
            bound_high=high,
        )


def _worst(numbers: Sequence[float], missing: int, worst: float) -> float | None:
    """The mean with every missing value at its worst."""
    if not missing:
        return None
    return fsum([*numbers, *[worst] * missing]) / (len(numbers) + missing) + 0.0


ESTIMATORS = (by_part,)
