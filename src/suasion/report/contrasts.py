"""The differences a study set out to test, named before the run and judged together."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from math import fsum
from typing import NamedTuple

from suasion.core.asks import Json
from suasion.measures.filed import Filed
from suasion.measures.measure import Value
from suasion.measures.pooling import counted, whole
from suasion.measures.units import Unit, belongs, unit_means, within
from suasion.report.results import RunResults
from suasion.stats.cluster import cluster_mean
from suasion.stats.difference import difference
from suasion.stats.holm import holm
from suasion.stats.interval import Interval, Recipe
from suasion.stats.mean import mean
from suasion.stats.p_value import PValue
from suasion.stats.permutation import sign_flip, two_sample

SETTLED = 0.05
Side = Mapping[str, str]
"""An `arm`, a `model`, or both."""


class Declared(NamedTuple):
    """One contrast, judged."""

    measure: str
    of: str
    against: str
    made: Interval
    pairs: bool
    """Whether sides were compared within episodes or seeds; else as two samples of units."""
    p: float | None
    """Corrected by Holm over the study's contrasts."""

    @property
    def verdict(self) -> str:
        """The only place where a difference is called one."""
        if self.p is None or self.p >= SETTLED or not self.made.value:
            return "not settled"
        return "higher" if self.made.value > 0 else "lower"


def declared(results: RunResults, contrasts: Sequence[Mapping[str, Json]]) -> list[Declared]:
    """Every contrast of the study, in its order."""
    several = [compared(results, each) for each in contrasts]
    ps = holm([test().value for _, _, test in several])
    return [
        Declared(each["measure"], in_words(each["of"]), in_words(each["against"]), made, pairs, p)
        for each, (made, pairs, _), p in zip(contrasts, several, ps, strict=True)
    ]


class Sides(NamedTuple):
    """The numbers of both sides of a contrast."""

    of: list[Counted]
    against: list[Counted]
    pairs: bool
    """Whether they stand pair by pair, within episodes or seeds; else they are two samples."""


def sides(results: RunResults, contrast: Mapping[str, Json]) -> Sides:
    """Both sides of a contrast; where they share anything, only what they share."""
    of, against = contrast["of"], contrast["against"]
    values = results.values(contrast["measure"])
    by_seed = of.get("arm") != against.get("arm")
    one, other = (known(results.filed, values, side, by_seed) for side in (of, against))
    shared = [key for key in one if key in other]
    if shared:
        return Sides([one[key] for key in shared], [other[key] for key in shared], pairs=True)
    return Sides(list(one.values()), list(other.values()), pairs=False)


class Compared(NamedTuple):
    """One contrast by itself."""

    made: Interval
    pairs: bool
    test: Callable[[], PValue]
    """Of no difference; it takes longer than the interval."""


def compared(results: RunResults, contrast: Mapping[str, Json]) -> Compared:
    """One contrast by itself, corrected for nothing."""
    one, other, pairs = sides(results, contrast)
    recipe = Recipe(methods=(results.methods[0],))
    if pairs:
        apart = [of.number - against.number for of, against in zip(one, other, strict=True)]
        units = [each.unit for each in one]
        made = _clustered(apart, units, recipe)
        return Compared(made, True, lambda: sign_flip(unit_means(apart, units)))
    left, right = by_unit(one), by_unit(other)
    return Compared(difference(left, right, recipe)[0], False, lambda: two_sample(left, right))


def by_unit(side: Sequence[Counted]) -> list[float]:
    """The mean of each episode, block or chain of a side."""
    return unit_means([each.number for each in side], [each.unit for each in side])


def _clustered(values: Sequence[float], units: Sequence[Unit], recipe: Recipe) -> Interval:
    """The mean of all values, with whole blocks or chains as what is independent."""
    if len(set(units)) == len(units):
        return mean(values, recipe)[0]
    return cluster_mean(values, units, recipe)[0]


Key = tuple[Json, ...]


class Counted(NamedTuple):
    """The number of one episode, and the block or chain it depends on."""

    number: float
    unit: Unit


def known(
    filed: Sequence[Filed], values: Sequence[Value], side: Side, by_seed: bool
) -> dict[Key, Counted]:
    """One number for each episode of a side, by what it may share with the other side."""
    of: dict[str, list[Value]] = {}
    for value in values:
        of.setdefault(value.episode, []).append(value)
    found: dict[Key, Counted] = {}
    for each in filed:
        number = _number(each, of.get(each.id, []), side) if whole(each) else None
        if number is not None:
            found[place_of(each, by_seed)] = Counted(number, belongs(each))
    return found


def place_of(filed: Filed, by_seed: bool) -> Key:
    """What an episode may share with one of another side."""
    if by_seed:
        return filed.status, filed.replicate, filed.episode.header.seed, within(filed)
    return filed.status, filed.id


def _number(filed: Filed, values: Sequence[Value], side: Side) -> float | None:
    if "arm" in side and filed.arm != side["arm"]:
        return None
    if "model" in side:
        names = {filed.seats[at].name for at in counted(filed).get(side["model"], ())}
        values = [value for value in values if value.seat is None or value.seat in names]
        if not names:
            return None
    numbers = [v.value for v in values if isinstance(v.value, int | float)]
    return fsum(numbers) / len(numbers) if numbers else None


def in_words(side: Side) -> str:
    """A side as it is named on pages."""
    return ", ".join(side[key] for key in ("model", "arm") if key in side)
