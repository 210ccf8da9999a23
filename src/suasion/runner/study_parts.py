"""What a study file is made of below its own keys: seats, conditions, limits and the like."""

from __future__ import annotations

from dataclasses import fields
from typing import Annotated, Literal

from pydantic import (
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    SerializerFunctionWrapHandler,
    TypeAdapter,
    model_serializer,
)

from suasion import catalogue
from suasion.core.asks import Json
from suasion.models.settings import Settings


class Part(BaseModel):
    """A part of a study file: its keys, and no others."""

    model_config = ConfigDict(extra="forbid", strict=True, frozen=True)


def _alternatives(value: object) -> object:
    """Whether to keep log-probabilities is also a number of alternatives."""
    if isinstance(value, bool):
        return 0 if value else None
    return value


class StudySeat(Part):
    """Who holds a seat."""

    agent: str = Field(
        default="",
        description="an agent's id, such as policy/grim, or a name from `agents`",
    )
    model: str | None = Field(
        default=None, description="a model's id, PROVIDER/MODEL, in place of `agent`"
    )
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
    base_url: str | None = Field(default=None, description="where a model is asked")
    temperature: float | None = Field(default=None, ge=0, le=10, description="of sampling")
    top_p: float | None = Field(default=None, gt=0, le=1, description="of sampling")
    seed: int | None = Field(
        default=None, ge=0, description="of sampling; mixed with the episode and the decision"
    )
    max_tokens: int | None = Field(
        default=None, ge=1, le=10**6, description="the most tokens of one reply"
    )
    reasoning_effort: str | None = Field(default=None, description="in the provider's own words")
    extra_body: dict[str, Json] | None = Field(
        default=None, description="sent as it stands, beside the rest of a request"
    )
    logprobs: Annotated[
        int | None, BeforeValidator(_alternatives, json_schema_input_type=int | bool | None)
    ] = Field(
        default=None,
        ge=0,
        le=20,
        description="keep log-probabilities, of so many alternatives a token; `true` is of none",
    )
    memory: Literal["full", "window", "summary", "none"] | None = Field(
        default=None, description="what a model is sent of what it was told before"
    )
    window: int | None = Field(
        default=None, ge=0, le=10_000, description="turns that `window` and `summary` keep as said"
    )
    repair: Literal[0, 1] | None = Field(
        default=None, description="how often an answer that cannot be read is asked for again"
    )
    structured: Literal["auto", "schema", "tools", "off"] | None = Field(
        default=None, description="how a model is held to the form of an answer"
    )
    pictures: bool | None = Field(
        default=None,
        description="whether a model is sent the pictures of its brief, or their alt text alone;"
        " by default what its provider takes",
    )

    @model_serializer(mode="wrap")
    def _given(self, dumped: SerializerFunctionWrapHandler) -> dict[str, Json]:
        """What is said of it, and nothing of what is not."""
        return {name: value for name, value in dumped(self).items() if value is not None}

    @property
    def asked_with(self) -> dict[str, Json]:
        """How the model is asked: the keys of `suasion.models.settings.Settings` that are given."""
        given = {name: getattr(self, name) for name in ASKED_WITH}
        return {name: value for name, value in given.items() if value is not None}


def _whole_seat(value: object) -> object:
    """An agent's id alone is a seat, `N*AGENT` is N of them, and a model is an agent by its id."""
    if isinstance(value, dict) and "model" in value:
        if "agent" in value:
            raise ValueError("a seat is held by an agent or a model: give only one of both keys")
        return {"agent" if key == "model" else key: each for key, each in value.items()}
    if isinstance(value, dict) and "agent" not in value:
        raise ValueError("nobody holds this seat: give agent or model")
    if not isinstance(value, str):
        return value
    try:
        times, agent = catalogue.times(value)
    except catalogue.Mistake as mistake:
        raise ValueError(str(mistake)) from None
    return {"agent": agent} if times == 1 else {"agent": agent, "times": times}


OneSeat: TypeAdapter[StudySeat] = TypeAdapter(Annotated[StudySeat, BeforeValidator(_whole_seat)])
"""Reads one seat."""
Seats = list[
    Annotated[StudySeat, BeforeValidator(_whole_seat, json_schema_input_type=str | StudySeat)]
]


ASKED_WITH = tuple(field.name for field in fields(Settings))
"""The keys of a seat that say how a model is asked."""


class StudyChannel(Part):
    """A link of the delivery chain; every key but its name is a parameter of that channel."""

    model_config = ConfigDict(extra="allow", strict=True, frozen=True)

    name: str = Field(description="a channel's name, such as loss; its parameters stand beside it")


Channels = list[StudyChannel]


LineUps = Literal["different", "same", "all"]


class Panel(Part):
    """Agents that hold the first seats in every arrangement."""

    agents: Seats = Field(min_length=1, description="who is in it, each as in `seats`")
    seats: int = Field(
        default=2, ge=1, le=4, description="how many of the first seats they hold; `seats` follow"
    )
    line_ups: LineUps = Field(
        default="different",
        description="different: every ordered choice of different agents; same: each agent in all"
        " of these seats; all: both",
    )


Crossed = dict[str, Annotated[list[Json], Field(min_length=1)]]
"""By setting, the values that are each played with each of the others."""


def _as_it_is(value: object) -> object:
    return value


Standing = Annotated[
    dict[str, dict[str, Json]],
    BeforeValidator(_as_it_is, json_schema_input_type=str | dict[str, dict[str, Json]]),
]
"""By name, the settings that it stands for; the file of a study may name another file instead."""


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
    line_ups: LineUps | None = Field(default=None, description="instead of the panel's")
    cross: Crossed | None = Field(
        default=None, description="by setting, values instead of the study's"
    )

    @model_serializer(mode="wrap")
    def _given(self, dumped: SerializerFunctionWrapHandler) -> dict[str, Json]:
        """All keys, but those of panels only where they are given."""
        later = ("line_ups", "cross")
        every = dumped(self).items()
        return {name: value for name, value in every if value is not None or name not in later}


class Allocation(Part):
    """Blocks that are shared between agents as the run goes."""

    budget: int = Field(ge=2, le=1_000_000, description="blocks that are played at most, in all")
    each: int = Field(
        default=4, ge=1, le=1000, description="blocks of every unsettled agent in one round"
    )
    level: float = Field(
        default=0.95,
        gt=0.5,
        lt=1,
        description="the probability that all ranks said to be settled are right",
    )


class Limits(Part):
    """What a run may cost, and how fast it may ask."""

    max_cost: float | None = Field(default=None, gt=0, description="US dollars, for the whole run")
    max_tokens: int | None = Field(
        default=None, ge=1, description="tokens read and written, for the whole run"
    )
    concurrency: int | None = Field(
        default=None, ge=1, le=10_000, description="calls in flight to one endpoint with one key"
    )
    requests_per_minute: float | None = Field(default=None, gt=0, description="the same, a minute")
    tokens_per_minute: float | None = Field(default=None, gt=0, description="the same, a minute")
    deadline_s: float = Field(
        default=600.0, gt=0, le=86_400, description="seconds that one decision may take in all"
    )
    batch: bool = Field(
        default=False,
        description="asides and probes of models go by batch where their provider takes batches:"
        " half the price, up to a day's wait",
    )


class Contrast(Part):
    """A difference that the study set out to test, named before the run."""

    measure: str = Field(description="the id of a measure")
    of: dict[Literal["arm", "model"], str] = Field(
        description="one side: an `arm` (a condition), a `model` (an agent), or both"
    )
    against: dict[Literal["arm", "model"], str] = Field(description="the other side")
