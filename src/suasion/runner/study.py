"""A study: a question, the conditions it is asked under, and every episode that this makes."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from hashlib import sha256
from typing import Annotated, Literal, NamedTuple

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field

from suasion import catalogue
from suasion.core.asks import Json
from suasion.core.environment import settings as settings_of
from suasion.measures.filed import Status
from suasion.runner.study_errors import Keys

WORD = r"^[A-Za-z0-9][A-Za-z0-9._-]{0,63}$"
"""A name that is safe in a file name."""


class Part(BaseModel):
    """A part of a study file: its keys, and no others."""

    model_config = ConfigDict(extra="forbid", strict=True, frozen=True)


class StudySeat(Part):
    """Who holds a seat."""

    agent: str = Field(description="an agent's id, such as policy/grim, or a name from `agents`")
    role: Literal["", "focal", "background"] = Field(
        default="",
        description="focal: only this seat counts; background: it does not; empty: all count",
    )
    settings: dict[str, Json] = Field(
        default_factory=dict,
        description="settings of this seat alone, such as personas; they move with it",
    )


def _whole_seat(value: object) -> object:
    """An agent's id alone is a seat."""
    return {"agent": value} if isinstance(value, str) else value


Seats = list[Annotated[StudySeat, BeforeValidator(_whole_seat)]]


class Condition(Part):
    """What differs in one condition; the rest is the study's own."""

    preset: str | None = Field(default=None, description="named settings, instead of the study's")
    settings: dict[str, Json] = Field(
        default_factory=dict, description="settings, over the study's own"
    )
    seats: Seats | None = Field(default=None, description="a line-up, instead of the study's")


class Contrast(Part):
    """A difference that the study set out to test, named before the run."""

    measure: str = Field(description="the id of a measure")
    of: dict[Literal["arm", "model"], str] = Field(
        description="one side: an `arm` (a condition), a `model` (an agent), or both"
    )
    against: dict[Literal["arm", "model"], str] = Field(description="the other side")


class Study(Part):
    """A study as its file says it. Keys without a default must be given."""

    name: str = Field(pattern=WORD, description="a word that is safe in a file name")
    title: str = Field(default="", description="a line for people")
    status: Status = Field(
        default="exploratory", description="results of different status never pool"
    )
    question: str = Field(description="what is asked")
    expectation: str = Field(description="what is expected, written before the run")
    environment: str = Field(description="an environment's name")
    preset: str | None = Field(default=None, description="named settings of the environment")
    settings: dict[str, Json] = Field(
        default_factory=dict, description="settings of the environment, over the preset's"
    )
    agents: dict[str, str] = Field(
        default_factory=dict, description="names for agents, to be used in seats and contrasts"
    )
    seats: Seats = Field(
        default_factory=list, description="the line-up: an agent's id, or its keys, for each seat"
    )
    rotate: bool = Field(
        default=False,
        description="replicate k shifts the line-up by k seats, so that all sit everywhere",
    )
    conditions: dict[Annotated[str, Field(pattern=WORD)], Condition] = Field(
        default_factory=lambda: {"main": Condition()},
        min_length=1,
        description="by name, what differs in each; replicate k has one seed in all of them",
    )
    replicates: int = Field(ge=1, le=100_000, description="episodes in each condition")
    seed: int = Field(default=0, ge=0, description="where the seeds of all replicates come from")
    interval: Literal["t", "studentised_bootstrap", "percentile_bootstrap"] = Field(
        default="t", description="the interval method that is shown first"
    )
    measures: list[str] = Field(
        default_factory=list, description="what the study looks at; empty: all measures"
    )
    parameters: dict[str, Json] = Field(
        default_factory=dict, description="what measures are asked with"
    )
    contrasts: list[Contrast] = Field(
        default_factory=list, description="differences the study set out to test"
    )

    def to_json(self) -> Json:
        """The study as plain JSON."""
        return self.model_dump(mode="json")

    def jobs(self) -> list[Job]:
        """Every episode: replicate by replicate, so that what is stopped early is balanced.

        Errors: `Mistake`, where the catalogue does not have what the study names.
        """
        arms = {name: list(self.shifts(name)) for name in self.conditions}
        return [
            Job(f"{arm}--r{k}", arm, k, self.environment, *shifts[k % len(shifts)], seed)
            for k in range(self.replicates)
            for seed in [self.replicate_seed(k)]
            for arm, shifts in arms.items()
        ]

    def replicate_seed(self, replicate: int) -> int:
        """The episode seed of a replicate: the first 63 bits of SHA-256 of both numbers.

        It is the same in every condition, so that conditions can be compared replicate by
        replicate.
        """
        digest = sha256(f"{self.seed}/{replicate}".encode()).digest()
        return int.from_bytes(digest[:8]) >> 1

    def line_up(self, condition: str) -> Seats:
        """Who sits down in a condition, before any shift."""
        own = self.conditions[condition].seats
        return self.seats if own is None else own

    def given(self, condition: str) -> dict[str, Json]:
        """The settings given for a condition: its preset's, the study's, its own."""
        its = self.conditions[condition]
        preset = its.preset if its.preset is not None else self.preset
        named = catalogue.preset_of(catalogue.kit(self.environment), preset)
        return {**named, **self.settings, **its.settings}

    def shifts(self, condition: str) -> Iterator[tuple[dict[str, Json], tuple[JobSeat, ...]]]:
        """Settings and seats of a condition, for each place the line-up can begin at."""
        given, seats = self.given(condition), self.line_up(condition)
        for shift in range(len(seats) if self.rotate else 1):
            shifted = [seats[(at - shift) % len(seats)] for at in range(len(seats))]
            env = catalogue.make(
                self.environment, None, by_seat(given, shifted, self._default(given))
            )
            yield settings_of(env), tuple(JobSeat(seat.agent, seat.role) for seat in shifted)

    def _default(self, given: Mapping[str, Json]) -> Mapping[str, Json]:
        return {**catalogue.defaults(catalogue.kit(self.environment)), **given}


class JobSeat(NamedTuple):
    """Who sits in a seat."""

    agent: str
    role: str


@dataclass(frozen=True)
class Job:
    """One episode of a study."""

    id: str
    arm: str
    replicate: int
    environment: str
    settings: Mapping[str, Json]
    seats: tuple[JobSeat, ...]
    seed: int


def by_seat(given: Mapping[str, Json], seats: Seats, usual: Mapping[str, Json]) -> dict[str, Json]:
    """Settings with those of single seats put into a list, one a seat."""
    names = dict.fromkeys(name for seat in seats for name in seat.settings)
    lists = {name: [seat.settings.get(name, usual.get(name)) for seat in seats] for name in names}
    return {**given, **lists}


def schema() -> Json:
    """The JSON Schema of a study file, for editors and programs."""
    return Study.model_json_schema()


KEYS: Keys = {
    place: {name: field.description or "" for name, field in part.model_fields.items()}
    for place, part in (
        ("", Study),
        ("seats", StudySeat),
        ("conditions", Condition),
        ("contrasts", Contrast),
    )
}
"""The keys of a study and of its parts, and what they mean."""
