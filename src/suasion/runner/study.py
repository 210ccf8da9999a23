"""A study: a question, the conditions it is asked under, and every episode that this makes."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from hashlib import sha256
from itertools import repeat
from typing import Annotated, Literal, NamedTuple

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field

from suasion import catalogue
from suasion.core.asks import Json
from suasion.core.environment import settings as settings_of
from suasion.measures.filed import Status
from suasion.runner.study_errors import Keys

FORMAT: Literal[1] = 1
"""Version of the study format; raised whenever a key means something else."""
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
    times: int = Field(
        default=1, ge=1, le=catalogue.LARGEST, description="how many seats in a row are held so"
    )


def _whole_seat(value: object) -> object:
    """An agent's id alone is a seat, and `N*AGENT` is N of them."""
    if not isinstance(value, str):
        return value
    try:
        times, agent = catalogue.times(value)
    except catalogue.Mistake as mistake:
        raise ValueError(str(mistake)) from None
    return {"agent": agent} if times == 1 else {"agent": agent, "times": times}


Seats = list[
    Annotated[StudySeat, BeforeValidator(_whole_seat, json_schema_input_type=str | StudySeat)]
]


class StudyChannel(Part):
    """A link of the delivery chain; every key but its name is a parameter of that channel."""

    model_config = ConfigDict(extra="allow", strict=True, frozen=True)

    name: str = Field(description="a channel's name, such as loss; its parameters stand beside it")


Channels = list[StudyChannel]


class Member(Part):
    """One episode of a block."""

    settings: dict[str, Json] = Field(
        default_factory=dict, description="settings, over those of the study and the condition"
    )


class Condition(Part):
    """What differs in one condition; the rest is the study's own."""

    preset: str | None = Field(default=None, description="named settings, instead of the study's")
    settings: dict[str, Json] = Field(
        default_factory=dict, description="settings, over the study's own"
    )
    seats: Seats | None = Field(default=None, description="a line-up, instead of the study's")
    channels: Channels | None = Field(default=None, description="instead of the study's channels")


class Contrast(Part):
    """A difference that the study set out to test, named before the run."""

    measure: str = Field(description="the id of a measure")
    of: dict[Literal["arm", "model"], str] = Field(
        description="one side: an `arm` (a condition), a `model` (an agent), or both"
    )
    against: dict[Literal["arm", "model"], str] = Field(description="the other side")


class Study(Part):
    """A study as its file says it. Keys without a default must be given."""

    format: Literal[1] = Field(default=FORMAT, description="version of the study format")
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
    channels: Channels = Field(
        default_factory=list, description="what befalls events on their way to seats, in this order"
    )
    block: dict[Annotated[str, Field(pattern=WORD)], Member] | None = Field(
        default=None,
        min_length=2,
        description="by name, episodes to be compared: each replicate is one of each, of one seed",
    )
    chain: int | None = Field(
        default=None,
        ge=2,
        le=10_000,
        description="each replicate is so many episodes; each inherits what the last one left",
    )
    replicates: int = Field(
        ge=1, le=100_000, description="episodes, blocks or chains in each condition"
    )
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

    @property
    def episodes(self) -> int:
        """How many it makes."""
        return len(self.conditions) * self.replicates * len(self.block or "-") * (self.chain or 1)

    def jobs(self) -> list[Job]:
        """Every episode: replicate by replicate, so that what is stopped early is balanced.

        Errors: `Mistake`, where the catalogue does not have what the study names.
        """
        arms = {
            name: {member: list(self.shifts(name, member)) for member in self.members()}
            for name in self.conditions
        }
        return [
            job
            for k in range(self.replicates)
            for arm, of in arms.items()
            for job in self._replicate(arm, k, {m: s[k % len(s)] for m, s in of.items()})
        ]

    def _replicate(self, arm: str, k: int, played: Mapping[str | None, Played]) -> Iterator[Job]:
        """One replicate of a condition: an episode, a block of them, or a chain."""
        unit, seed, channels = f"{arm}--r{k}", self.replicate_seed(k), self.delivery(arm)
        if self.chain is not None:
            (the,) = played.values()
            for link in range(self.chain):
                yield Job(
                    *(f"{unit}--{link}", arm, k, self.environment, *the),
                    *(self.link_seed(k, link), channels, None, unit, link),
                )
            return
        for member, the in played.items():
            block, id_ = (None, unit) if member is None else (unit, f"{unit}--{member}")
            yield Job(id_, arm, k, self.environment, *the, seed, channels, block)

    def members(self) -> Sequence[str | None]:
        """The episodes of a replicate by name; one without a name where there are no blocks."""
        return [None] if self.block is None else list(self.block)

    def replicate_seed(self, replicate: int) -> int:
        """The episode seed of a replicate: the first 63 bits of SHA-256 of both numbers.

        It is the same in every condition, so that conditions can be compared replicate by
        replicate, and in every member of a block.
        """
        return _seed(self.seed, replicate)

    def link_seed(self, replicate: int, link: int) -> int:
        """The same of a link of a chain, which has a number more."""
        return _seed(self.seed, replicate, link)

    def delivery(self, condition: str) -> tuple[Mapping[str, Json], ...]:
        """The delivery chain of a condition."""
        own = self.conditions[condition].channels
        return tuple(each.model_dump() for each in (self.channels if own is None else own))

    def line_up(self, condition: str) -> Seats:
        """Who sits down in a condition, before any shift: an entry a seat."""
        own = self.conditions[condition].seats
        listed = self.seats if own is None else own
        return [seat for entry in listed for seat in repeat(entry, entry.times)]

    def given(self, condition: str, member: str | None = None) -> dict[str, Json]:
        """The settings given: the preset's, the study's, the condition's, the block's member's."""
        its = self.conditions[condition]
        preset = its.preset if its.preset is not None else self.preset
        named = catalogue.preset_of(catalogue.kit(self.environment), preset)
        last = self.block[member].settings if self.block and member is not None else {}
        return {**named, **self.settings, **its.settings, **last}

    def shifts(self, condition: str, member: str | None = None) -> Iterator[Played]:
        """Settings and seats of a condition, for each place the line-up can begin at."""
        given, seats = self.given(condition, member), self.line_up(condition)
        for shift in range(min(len(seats), self.replicates) if self.rotate else 1):
            shifted = [seats[(at - shift) % len(seats)] for at in range(len(seats))]
            env = catalogue.make(
                self.environment, None, by_seat(given, shifted, self._default(given))
            )
            yield settings_of(env), tuple(JobSeat(seat.agent, seat.role) for seat in shifted)

    def _default(self, given: Mapping[str, Json]) -> Mapping[str, Json]:
        return {**catalogue.defaults(catalogue.kit(self.environment)), **given}


def _seed(*numbers: int) -> int:
    digest = sha256("/".join(map(str, numbers)).encode()).digest()
    return int.from_bytes(digest[:8]) >> 1


class JobSeat(NamedTuple):
    """Who sits in a seat."""

    agent: str
    role: str


Played = tuple[dict[str, Json], tuple[JobSeat, ...]]
"""Settings, and who sits down with them."""


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
    channels: tuple[Mapping[str, Json], ...] = ()
    block: str | None = None
    chain: str | None = None
    link: int | None = None


def by_seat(given: Mapping[str, Json], seats: Seats, usual: Mapping[str, Json]) -> dict[str, Json]:
    """Settings with those of single seats put into a list, one a seat."""
    names = dict.fromkeys(name for seat in seats for name in seat.settings)
    lists = {name: [seat.settings.get(name, usual.get(name)) for seat in seats] for name in names}
    return {**given, **lists}


def schema() -> Json:
    """The JSON Schema of a study file, for editors and programs."""
    made: Json = _closed(Study.model_json_schema())
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        **made,
        "title": f"A Suasion study, format {FORMAT}",
    }


def _closed(made: Json) -> Json:
    """The same schema, in which a name that does not fit the pattern of names is refused."""
    if isinstance(made, list):
        return [_closed(each) for each in made]
    if not isinstance(made, dict):
        return made
    closed = {"additionalProperties": False} if "patternProperties" in made else {}
    return {**{key: _closed(value) for key, value in made.items()}, **closed}


PARTS: Mapping[str, type[Part]] = {
    "": Study,
    "seats": StudySeat,
    "conditions": Condition,
    "channels": StudyChannel,
    "block": Member,
    "contrasts": Contrast,
}
"""What a study file is made of, by the key that it stands under."""
KEYS: Keys = {
    place: {name: field.description or "" for name, field in part.model_fields.items()}
    for place, part in PARTS.items()
}
"""The keys of a study and of its parts, and what they mean."""
