"""What an estimate is made of: like pooled only with like, a sample for each group and model.

Source of the rules: section 5 of the definitions of Delegated Influence's measures, stated here
for any environment. A pool is all episodes of one status and one group (`Kit.group`), and again
those of one study condition in it (`arm`); a sample is what one estimate is made of. Where
episodes stand in blocks or chains, whole blocks or chains are resampled (`suasion.measures.units`).
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from math import fsum
from typing import NamedTuple

from suasion.core.asks import Json
from suasion.core.episode import canonical
from suasion.measures.filed import Filed
from suasion.measures.measure import Measure, OfPair, OfSeries, Value
from suasion.measures.units import independent, unit_of

Group = Callable[[Filed], Mapping[str, Json]]
OfEpisodes = Mapping[str, Sequence[Value]]
"""Values of one measure by episode id."""


class Pool(NamedTuple):
    """Episodes that may stand in one estimate."""

    status: str
    by: Mapping[str, Json]
    filed: Sequence[Filed]


@dataclass(frozen=True)
class Sample:
    """What one estimate is made of."""

    status: str
    by: Mapping[str, Json]
    values: Sequence[float]
    clusters: Sequence[int]
    """Which of the resampled units each value belongs to."""
    unit: str
    """What is resampled: `episode`, `block`, `chain` or `ordered pair`."""
    filed: Sequence[Filed] = ()
    """The episodes behind it; missing are those that were cut short or whose record is damaged."""
    missing: int = 0
    """Values that are missing with them."""

    @property
    def lost(self) -> list[Filed]:
        """Episodes that are missing from it."""
        return [each for each in self.filed if not whole(each)]

    @property
    def blocked(self) -> int:
        """How many these are."""
        return len(self.lost)

    @property
    def n(self) -> int:
        """How many blocks or chains it is made of; in other designs, how many values."""
        return len(set(self.clusters) if self.unit in ("block", "chain") else self.values)


def whole(filed: Filed) -> bool:
    """Whether an episode may stand in an estimate."""
    return filed.finished and not filed.damaged


def counted(filed: Filed) -> dict[str, list[int]]:
    """The seats that count for each model: the focal one if there is one, else all it holds."""
    seats: dict[str, list[int]] = {}
    for at in range(len(filed.seats)) if filed.focal is None else [filed.focal]:
        agent = filed.seats[at].agent
        if agent is not None:
            seats.setdefault(agent, []).append(at)
    return seats


def pools(filed: Sequence[Filed], group: Group) -> list[Pool]:
    """Every pool of a run: without the study's conditions, then with them."""
    plain = _split(filed, group)
    if all(each.arm is None for each in filed) or all("arm" in pool.by for pool in plain):
        return plain
    return plain + _split(filed, lambda each: {**group(each), "arm": each.arm})


def _split(filed: Sequence[Filed], group: Group) -> list[Pool]:
    found: dict[bytes, Pool] = {}
    members: dict[bytes, list[Filed]] = defaultdict(list)
    for each in filed:
        by = group(each)
        key = canonical([each.status, by])
        members[key].append(each)
        found.setdefault(key, Pool(each.status, by, members[key]))
    return list(found.values())


def models(pool: Pool) -> dict[str, list[Filed]]:
    """The models with a counted seat in a pool, and the episodes they have one in."""
    found: dict[str, list[Filed]] = {}
    for each in pool.filed:
        for model in counted(each):
            found.setdefault(model, []).append(each)
    return dict(sorted(found.items()))


def samples(measure: Measure, pool: Pool, values: OfEpisodes) -> Iterator[Sample]:
    """What the estimates of one measure in one pool are made of."""
    if isinstance(measure, OfSeries):
        return _of_series(measure, pool, values)
    if isinstance(measure, OfPair):
        return _of_pairs(pool, values)
    if measure.level == "block":
        return _of_blocks(pool, values)
    return _of_seats(pool, values) if measure.level == "seat" else _of_episodes(pool, values)


def _of_episodes(pool: Pool, values: OfEpisodes) -> Iterator[Sample]:
    """One number an episode; of events, their mean in it."""
    ones = [(each, _mean(_numbers(values[each.id]))) for each in pool.filed if whole(each)]
    yield _by_episode(pool, pool.by, ones, pool.filed)


def _of_blocks(pool: Pool, values: OfEpisodes) -> Iterator[Sample]:
    """One number a block; missing are those of blocks that lost an episode."""
    found = [(each, value) for each in pool.filed for value in values[each.id]]
    ones = [(each, v.value) for each, v in found if isinstance(v.value, int | float)]
    lost = not all(map(whole, pool.filed))
    yield Sample(
        pool.status,
        pool.by,
        [number for _, number in ones],
        independent(each for each, _ in ones),
        "chain" if unit_of(pool.filed) == "chain" else "block",
        pool.filed,
        len(found) - len(ones) if lost else 0,
    )


def _of_seats(pool: Pool, values: OfEpisodes) -> Iterator[Sample]:
    """The mean over a model's counted seats, one number an episode."""
    for model, filed in models(pool).items():
        ones = []
        for each in filter(whole, filed):
            names = {each.seats[at].name for at in counted(each)[model]}
            ones.append((each, _mean(_numbers(v for v in values[each.id] if v.seat in names))))
        yield _by_episode(pool, {**pool.by, "model": model}, ones, filed)


def _by_episode(
    pool: Pool,
    by: Mapping[str, Json],
    ones: Sequence[tuple[Filed, float | None]],
    filed: Sequence[Filed],
) -> Sample:
    """One number an episode; those of one chain, or of one block, are resampled together."""
    found = [(each, number) for each, number in ones if number is not None]
    numbers = [number for _, number in found]
    clusters = independent(each for each, _ in found)
    lost = sum(not whole(each) for each in filed)
    return Sample(pool.status, by, numbers, clusters, unit_of(pool.filed), filed, lost)


def _of_pairs(pool: Pool, values: OfEpisodes) -> Iterator[Sample]:
    """Every ordered pair of every episode, each a unit of its own outside chains and blocks."""
    found = [
        (each, number) for each in pool.filed if whole(each) for number in _numbers(values[each.id])
    ]
    numbers, unit = [number for _, number in found], unit_of(pool.filed)
    alone = unit == "episode"
    clusters = range(len(found)) if alone else independent(each for each, _ in found)
    seats = [len(each.seats) for each in pool.filed if not whole(each)]
    lost = sum(number * (number - 1) for number in seats)
    unit = "ordered pair" if alone else unit
    yield Sample(pool.status, pool.by, numbers, clusters, unit, pool.filed, lost)


def _of_series(measure: OfSeries, pool: Pool, values: OfEpisodes) -> Iterator[Sample]:
    """Each place of the series, over all seats of the models that have a counted one here."""
    places = _places(measure, pool, values)
    held: dict[str, dict[int, list[tuple[int, float]]]] = {m: {} for m in models(pool)}
    filed: dict[str, dict[str, Filed]] = {model: {} for model in held}
    lost = Counter[str]()
    for cluster, each in zip(independent(pool.filed), pool.filed, strict=True):
        of_seat = _series_by_seat(values[each.id]) if whole(each) else {}
        for seat in each.seats:
            if seat.agent not in held:
                continue
            filed[seat.agent][each.id] = each
            lost[seat.agent] += not whole(each)
            for at, number in of_seat.get(seat.name, ()):
                held[seat.agent].setdefault(at, []).append((cluster, number))
    for model, by_place in held.items():
        for at in places if by_place or measure.length is not None else ():
            pairs = by_place.get(at, [])
            by = {**pool.by, "model": model, measure.index: at}
            yield Sample(
                pool.status,
                by,
                [number for _, number in pairs],
                [cluster for cluster, _ in pairs],
                unit_of(pool.filed),
                list(filed[model].values()),
                lost[model],
            )


def _places(measure: OfSeries, pool: Pool, values: OfEpisodes) -> Iterable[int]:
    """The places of a series in this pool: all that it is said to have, or that anything has."""
    if measure.length is not None:
        return range(1, max(map(measure.length, pool.filed), default=0) + 1)
    each = (v.series[1] for f in pool.filed for v in values[f.id] if v.series is not None)
    return sorted({at for at in each if at is not None})


def _series_by_seat(values: Sequence[Value]) -> dict[str | None, list[tuple[int, float]]]:
    found: dict[str | None, list[tuple[int, float]]] = {}
    for value in values:
        if value.series is not None and value.series[1] is not None:
            for number in _numbers([value]):
                found.setdefault(value.seat, []).append((value.series[1], number))
    return found


def _numbers(values: Sequence[Value] | Iterator[Value]) -> list[float]:
    """The numbers among values; categories and undefined ones are none."""
    return [v.value for v in values if isinstance(v.value, int | float)]


def _mean(numbers: Sequence[float]) -> float | None:
    return fsum(numbers) / len(numbers) if numbers else None


def of_episodes(filed: Sequence[Filed], values: Sequence[Value]) -> OfEpisodes:
    """Values by the id of their episode."""
    of: dict[str, list[Value]] = {each.id: [] for each in filed}
    for value in values:
        of[value.episode].append(value)
    return of
