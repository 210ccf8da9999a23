"""What a declared difference could be, whatever the episodes that are missing would have given."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from math import fsum
from typing import NamedTuple

from suasion.core.asks import Json
from suasion.measures.behind import Behind, behind
from suasion.measures.estimate import unbounded
from suasion.measures.filed import Filed
from suasion.measures.measure import Measure, Value
from suasion.measures.pooling import counted, whole
from suasion.measures.units import belongs, unit_means
from suasion.report.contrasts import Counted, Key, Side, known, place_of
from suasion.report.results import RunResults


class Bounded(NamedTuple):
    """A difference with every missing value at its worst for it, and at its best."""

    low: float | None
    high: float | None
    reason: str | None
    """Why one of them is absent, where something is missing."""
    behind: Behind
    """The episodes of both sides."""


class Gap(NamedTuple):
    """A number that is not known."""

    low: float | None
    high: float | None


def bounded(results: RunResults, contrast: Mapping[str, Json]) -> Bounded:
    """The worst cases of one contrast; without bounds where nothing is missing."""
    of, against = contrast["of"], contrast["against"]
    measure = results.measure(contrast["measure"])
    played = [each for each in results.filed if _in(each, of) or _in(each, against)]
    there = behind(played)
    if not there.blocked:
        return Bounded(None, None, None, there)
    by_seed = of.get("arm") != against.get("arm")
    values = results.values(measure.id)
    one, other = (known(results.filed, values, side, by_seed) for side in (of, against))
    lacking = _lacking(results.filed, measure, values)
    gaps = [_gaps(lacking, measure, side, by_seed) for side in (of, against)]
    paired = any(key in other for key in one)
    found = _of_pairs if paired else _of_samples
    low, high = found((one, gaps[0]), (other, gaps[1]))
    return Bounded(low, high, unbounded(there.blocked, low, high, measure.id), there)


Known = tuple[Mapping[Key, Counted], Mapping[Key, tuple[Filed, Gap]]]
"""The numbers of a side, and those that are missing from it."""


def _in(filed: Filed, side: Side) -> bool:
    """Whether an episode has, or would have, a number on a side."""
    held = "model" not in side or side["model"] in counted(filed)
    return held and filed.arm == side.get("arm", filed.arm)


def _gaps(
    lacking: Sequence[Filed], measure: Measure, side: Side, by_seed: bool
) -> dict[Key, tuple[Filed, Gap]]:
    left = measure.left if measure.level == "episode" else None
    return {
        place_of(each, by_seed): (each, Gap(*(left(each) if left else (measure.low, measure.high))))
        for each in lacking
        if _in(each, side)
    }


def _lacking(filed: Sequence[Filed], measure: Measure, values: Sequence[Value]) -> list[Filed]:
    """The episodes whose number is missing: of blocks, that of a block which lost one."""
    lost = [each for each in filed if not whole(each)]
    if measure.level != "block":
        return lost
    units, without = set(map(belongs, lost)), {v.episode for v in values if v.value is None}
    return [each for each in filed if each.id in without and belongs(each) in units]


def _of_pairs(of: Known, against: Known) -> tuple[float | None, float | None]:
    """Of pairs: the mean difference over those that are there, and those that would be."""
    one, other = _ends(of), _ends(against)
    both = [key for key in one if key in other]
    lows = [_less(one[key].low, other[key].high) for key in both]
    highs = [_less(one[key].high, other[key].low) for key in both]
    return _mean(lows), _mean(highs)


def _ends(side: Known) -> dict[Key, Gap]:
    """Between what each number of a side lies; one that is known lies where it is."""
    numbers, gaps = side
    return {
        **{key: gap for key, (_, gap) in gaps.items()},
        **{key: Gap(each.number, each.number) for key, each in numbers.items()},
    }


def _of_samples(of: Known, against: Known) -> tuple[float | None, float | None]:
    """Of two samples: the difference of the means of their episodes, blocks or chains."""
    low = _less(_least(of), _most(against))
    return low, _less(_most(of), _least(against))


def _least(side: Known) -> float | None:
    return _of_units(side, lambda gap: gap.low)


def _most(side: Known) -> float | None:
    return _of_units(side, lambda gap: gap.high)


def _of_units(side: Known, end: Callable[[Gap], float | None]) -> float | None:
    numbers, gaps = side
    found = [(end(gap), belongs(filed)) for filed, gap in gaps.values()]
    values = [each.number for each in numbers.values()]
    units = [each.unit for each in numbers.values()]
    for value, unit in found:
        if value is None:
            return None
        values.append(value)
        units.append(unit)
    return _mean(unit_means(values, units))


def _less(one: float | None, other: float | None) -> float | None:
    return None if one is None or other is None else one - other


def _mean(numbers: Sequence[float | None]) -> float | None:
    sound = [number for number in numbers if number is not None]
    if not sound or len(sound) < len(numbers):
        return None
    return fsum(sound) / len(sound) + 0.0
