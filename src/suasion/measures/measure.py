"""A measure: a number of an episode, seat, pair, event or block, with a unit, or a reason."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import KW_ONLY, dataclass
from itertools import combinations
from typing import Any, ClassVar, Literal, NamedTuple

from suasion.core.asks import Json
from suasion.measures.filed import Filed


class Undefined(NamedTuple):
    """Why there is no number: not 0, not NaN, and not dropped."""

    reason: str
    """A code such as `no_pulls`, alone or followed by a colon and words."""


Number = float | int | str | Undefined
"""A number, a category, or why there is none."""
CATEGORY = "category"
"""The unit of what is no number, and has no mean."""
Series = Sequence[Number] | Mapping[int, Number] | Undefined
Parameters = Mapping[str, Json]
"""The values in force of everything a measure can be asked with, such as `capture.window`."""
Level = Literal["episode", "seat", "pair", "event", "block"]


@dataclass(frozen=True)
class Parameter:
    """Something that measures can be asked with."""

    name: str
    default: Json
    read: Callable[[Json], Json]
    """The value in force; raises ValueError saying what was expected."""
    meaning: str


class Value(NamedTuple):
    """One measured value, as `suasion measure` prints it."""

    measure: str
    episode: str
    seat: str | None
    other: str | None
    event: int | None
    value: float | int | str | None
    unit: str
    reason: str | None
    series: tuple[str, int | None] | None = None
    """The name of the index of a series, and the place in it."""

    def row(self) -> dict[str, Json]:
        """The value as one JSON object."""
        row = self._asdict()
        del row["series"]
        return row if self.series is None else {**row, self.series[0]: self.series[1]}


class Place(NamedTuple):
    """What of an episode a number belongs to."""

    seat: int | None = None
    other: int | None = None
    event: int | None = None
    at: int | None = None


@dataclass(frozen=True)
class Measure(ABC):
    """What is counted, and what it must be held against. One class for each level."""

    id: str
    """Named for what it counts, not for what it may mean."""
    unit: str
    of: Callable[..., Any]
    """What computes it, total over any filed episode; each class says of what and to what. Its
    docstring says what the measure means and where it is from."""
    _: KW_ONLY
    low: float | None = None
    high: float | None = None
    """The range that it cannot leave, for worst-case bounds; `None` where there is none."""
    left: Callable[[Filed], tuple[float, float]] | None = None
    """Of one number an episode: between what it must lie in an episode that is missing, where what
    came before the end leaves less open than `low` and `high`."""
    null: str | None = None
    """The measure that is its chance level."""
    evidence: Callable[[Filed, Place], Iterable[int]] | None = None
    """The ids of the events that a value was counted from."""
    interval: bool = True
    """Whether its estimates carry one; a null that is itself a mean of redraws may do without."""
    pooled: bool = True
    """Whether episodes are pooled into estimates of it; else an estimator of the kit does that."""

    level: ClassVar[Level]

    @abstractmethod
    def found(self, filed: Filed, parameters: Parameters) -> Iterator[tuple[Place, Number]]:
        """Every number of one episode and its place; undefined ones with their reason."""

    @property
    def meaning(self) -> str:
        """What it means, and where it is from."""
        return (self.of.__doc__ or "").strip()

    def values(self, filed: Filed, parameters: Parameters) -> Iterator[Value]:
        """Every value of one episode."""
        for place, number in self.found(filed, parameters):
            yield self._value(filed, place, number)

    def _value(self, filed: Filed, place: Place, number: Number) -> Value:
        seats = filed.seats
        return Value(
            self.id,
            filed.id,
            None if place.seat is None else seats[place.seat].name,
            None if place.other is None else seats[place.other].name,
            place.event,
            None if isinstance(number, Undefined) else number,
            self.unit,
            number.reason if isinstance(number, Undefined) else None,
            self._series(place),
        )

    def _series(self, place: Place) -> tuple[str, int | None] | None:  # noqa: ARG002
        return None


@dataclass(frozen=True)
class OfEpisode(Measure):
    """One number an episode."""

    of: Callable[[Filed, Parameters], Number]
    level = "episode"

    def found(self, filed: Filed, parameters: Parameters) -> Iterator[tuple[Place, Number]]:
        yield Place(), self.of(filed, parameters)


@dataclass(frozen=True)
class OfRun(Measure):
    """One number an episode that takes others of its run to tell, by the id of the episode.

    `of` is given every episode at once; one that it does not name has no value at all.
    """

    of: Callable[[Sequence[Filed], Parameters], Mapping[str, Number]]
    level: ClassVar[Level] = "episode"

    def found(self, filed: Filed, parameters: Parameters) -> Iterator[tuple[Place, Number]]:
        """Of a run of this episode alone."""
        return ((Place(), number) for number in self.of([filed], parameters).values())

    def of_run(self, run: Sequence[Filed], parameters: Parameters) -> Iterator[Value]:
        """Every value of a run, in its order."""
        numbers = self.of(run, parameters)
        for filed in run:
            if filed.id in numbers:
                yield self._value(filed, Place(), numbers[filed.id])


@dataclass(frozen=True)
class OfBlock(OfRun):
    """One number a block, which is episodes compared with one another: given to one of them.

    What an estimate of it resamples is blocks.
    """

    level = "block"


@dataclass(frozen=True)
class OfSeat(Measure):
    """One number a seat: a list in seat order, or one `Undefined` for all."""

    of: Callable[[Filed, Parameters], Sequence[Number] | Undefined]
    level = "seat"

    def found(self, filed: Filed, parameters: Parameters) -> Iterator[tuple[Place, Number]]:
        numbers = self.of(filed, parameters)
        for seat in range(len(filed.seats)):
            yield Place(seat), numbers if isinstance(numbers, Undefined) else numbers[seat]


@dataclass(frozen=True)
class OfPair(Measure):
    """One number an ordered pair: by (seat, other), or one `Undefined` for all."""

    of: Callable[[Filed, Parameters], Mapping[tuple[int, int], Number] | Undefined]
    level = "pair"

    def found(self, filed: Filed, parameters: Parameters) -> Iterator[tuple[Place, Number]]:
        numbers, seats = self.of(filed, parameters), range(len(filed.seats))
        for seat, other in ((i, j) for i in seats for j in seats if i != j):
            found = numbers if isinstance(numbers, Undefined) else numbers[seat, other]
            yield Place(seat, other), found


@dataclass(frozen=True)
class OfUnordered(Measure):
    """One number an unordered pair, given to the first by seat order: by (seat, other)."""

    of: Callable[[Filed, Parameters], Mapping[tuple[int, int], Number] | Undefined]
    level = "pair"

    def found(self, filed: Filed, parameters: Parameters) -> Iterator[tuple[Place, Number]]:
        numbers = self.of(filed, parameters)
        for seat, other in combinations(range(len(filed.seats)), 2):
            found = numbers if isinstance(numbers, Undefined) else numbers[seat, other]
            yield Place(seat, other), found


@dataclass(frozen=True)
class OfEvent(Measure):
    """One number an event that has one: by event id."""

    of: Callable[[Filed, Parameters], Mapping[int, Number]]
    level = "event"

    def found(self, filed: Filed, parameters: Parameters) -> Iterator[tuple[Place, Number]]:
        for event, number in self.of(filed, parameters).items():
            yield Place(event=event), number


@dataclass(frozen=True)
class OfSeries(Measure):
    """A series of numbers a seat, counted from 1; or one `Undefined` for all.

    A series with gaps is a mapping from place to number, and one that a seat should have and has
    not is `Undefined`.
    """

    of: Callable[[Filed, Parameters], Sequence[Series] | Undefined]
    index: str
    length: Callable[[Filed], int] | None = None
    """How many places it has, so that they have estimates even where no episode has a value."""
    level = "seat"

    def found(self, filed: Filed, parameters: Parameters) -> Iterator[tuple[Place, Number]]:
        series = self.of(filed, parameters)
        for seat in range(len(filed.seats)):
            own = series if isinstance(series, Undefined) else series[seat]
            if isinstance(own, Undefined):
                yield Place(seat), own
                continue
            each = own.items() if isinstance(own, Mapping) else enumerate(own, 1)
            yield from ((Place(seat, at=at), number) for at, number in each)

    def _series(self, place: Place) -> tuple[str, int | None] | None:
        return self.index, place.at


@dataclass(frozen=True)
class OfEpisodeSeries(Measure):
    """A series of numbers an episode, counted from 1, such as one a round; or `Undefined`.

    Its estimates are of an episode's mean over the series.
    """

    of: Callable[[Filed, Parameters], Sequence[Number] | Undefined]
    index: str
    level = "episode"

    def found(self, filed: Filed, parameters: Parameters) -> Iterator[tuple[Place, Number]]:
        series = self.of(filed, parameters)
        if isinstance(series, Undefined):
            yield Place(), series
        else:
            yield from ((Place(at=at), number) for at, number in enumerate(series, 1))

    def _series(self, place: Place) -> tuple[str, int | None] | None:
        return self.index, place.at
