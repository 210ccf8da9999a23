"""Means of what moved, by who argued, who listened and what it was about."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from math import fsum
from typing import NamedTuple

from suasion.core.asks import Json
from suasion.environments.persuasion.conversation import holder, topic
from suasion.environments.persuasion.measures import shift_left
from suasion.environments.persuasion.words import PERSUADER, TARGET
from suasion.measures.behind import behind
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
    there = behind(part.filed)
    low, high = _bounds(measure, part, numbers, len(asked) - len(found))
    clusters, unit = independent(found), unit_of(part.filed)
    unit = "block" if unit == "episode" and measure.startswith("paired") else unit
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
            bound_low=low,
            bound_high=high,
            behind=there,
        )


def _bounds(
    measure: str, part: Part, numbers: Sequence[float], undefined: int
) -> tuple[float, float] | tuple[None, None]:
    """The mean with every missing value at its least, and at its greatest.

    A shift is missing where its conversation is; a number of a pair, where either of its two is.
    """
    lost = [each for each in part.filed if not whole(each)]
    if measure == "signed_shift":
        gaps = [shift_left(each) for each in lost]
    else:
        gaps = [BOUNDS[measure]] * undefined if lost else []
    if not gaps:
        return None, None
    lows, highs = zip(*gaps, strict=True)
    return _mean([*numbers, *lows]), _mean([*numbers, *highs])


def _mean(numbers: Sequence[float]) -> float:
    return fsum(numbers) / len(numbers) + 0.0


ESTIMATORS = (by_part,)
