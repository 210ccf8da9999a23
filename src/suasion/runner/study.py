"""A study: a question, the conditions it is asked under, and every episode that this makes."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, fields, replace
from hashlib import sha256
from itertools import repeat
from typing import Annotated, Literal, NamedTuple

from pydantic import (
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    PrivateAttr,
    SerializerFunctionWrapHandler,
    TypeAdapter,
    model_serializer,
)

from suasion import catalogue
from suasion.core.asks import Json
from suasion.core.environment import settings as settings_of
from suasion.core.events import NOTHING
from suasion.measures.again import again
from suasion.measures.filed import Status
from suasion.models.settings import Settings
from suasion.runner.study_errors import Keys
from suasion.runner.study_texts import MANY

FORMAT: Literal[1] = 1
"""Version of the study format; raised whenever a key means something else."""
WORD = r"^[A-Za-z0-9][A-Za-z0-9._-]{0,63}$"
"""A name that is safe in a file name."""


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
    limits: Limits = Field(
        default_factory=Limits, description="what models may cost, and how fast they are asked"
    )
    asides: list[Literal["realism", "belief"]] = Field(
        default_factory=list, description="asked aside of every seat that is waited for"
    )
    wording: int = Field(
        default=1,
        ge=1,
        le=100,
        description="how many paraphrases of brief and asks to draw from, evenly over replicates",
    )
    skin: str | None = Field(
        default=None, description="other names for seats, units and actions, as seats see them"
    )
    a_a: bool = Field(
        default=False, description="one more arm, the first again, which should not differ"
    )
    cache: bool = Field(
        default=False, description="whether a request that was answered before is answered so again"
    )

    files: list[str] = Field(
        default_factory=list,
        max_length=MANY,
        description="files below the study's folder; a text of `settings` shows one by"
        " ![ALT TEXT](file:PATH)",
    )
    _shown: Mapping[str, bytes] = PrivateAttr(default_factory=dict)

    @property
    def shown(self) -> Mapping[str, bytes]:
        """The files that its texts show, by SHA-256 in hex."""
        return self._shown

    def showing(self, files: Mapping[str, bytes]) -> Study:
        """The same study with the bytes of its files."""
        with_them = self.model_copy()
        with_them._shown = dict(files)
        return with_them

    def to_json(self) -> Json:
        """The study as plain JSON; `files` stands in it where there are any."""
        return self.model_dump(mode="json", exclude=None if self.files else {"files"})

    @property
    def episodes(self) -> int:
        """How many it makes."""
        return len(self.arms) * self.replicates * len(self.block or "-") * (self.chain or 1)

    @property
    def arms(self) -> Mapping[str, Condition]:
        """The conditions and, behind them, the first again where the study asks for that."""
        if not self.a_a:
            return self.conditions
        first, its = next(iter(self.conditions.items()))
        return {**self.conditions, again(first): its}

    def jobs(self) -> list[Job]:
        """Every episode: replicate by replicate, so that what is stopped early is balanced.

        Errors: `Mistake`, where the catalogue does not have what the study names.
        """
        arms = {
            name: {member: list(self.shifts(name, member)) for member in self.members()}
            for name in self.arms
        }
        return [
            job
            for k in range(self.replicates)
            for arm, of in arms.items()
            for job in self._replicate(
                arm, k, {m: self._worded(k, s[k % len(s)]) for m, s in of.items()}
            )
        ]

    def _replicate(self, arm: str, k: int, played: Mapping[str | None, Played]) -> Iterator[Job]:
        """One replicate of a condition: an episode, a block of them, or a chain."""
        unit, channels, apart = f"{arm}--r{k}", self.delivery(arm), self.seeds_apart(arm)
        if self.chain is not None:
            (the,) = played.values()
            for link in range(self.chain):
                yield Job(
                    *(f"{unit}--{link}", arm, k, self.environment, *the),
                    *(self.link_seed(k, link, apart=apart), channels, None, unit, link),
                )
            return
        seed = self.replicate_seed(k, apart=apart)
        for member, the in played.items():
            block, id_ = (None, unit) if member is None else (unit, f"{unit}--{member}")
            yield Job(id_, arm, k, self.environment, *the, seed, channels, block)

    def members(self) -> Sequence[str | None]:
        """The episodes of a replicate by name; one without a name where there are no blocks."""
        return [None] if self.block is None else list(self.block)

    def replicate_seed(self, replicate: int, *, apart: bool = False) -> int:
        """The episode seed of a replicate: the first 63 bits of SHA-256 of both numbers.

        It is the same in every condition, so that conditions can be compared replicate by
        replicate, and in every member of a block. `apart` is another one.
        """
        return _seed(self.seed, replicate, *(AGAIN if apart else ()))

    def link_seed(self, replicate: int, link: int, *, apart: bool = False) -> int:
        """The same of a link of a chain, which has a number more."""
        return _seed(self.seed, replicate, link, *(AGAIN if apart else ()))

    def seeds_apart(self, arm: str) -> bool:
        """Whether an arm has seeds of its own: the first one again, where only scripts sit.

        Models sample anew in every episode. Scripts draw all they draw from its seed: with the
        same one they would play the same episode again, and nothing would vary.
        """
        again_too = self.a_a and arm not in self.conditions
        return again_too and not any(waited_for(seat.agent) for seat in self.line_up(arm))

    def drawn_wording(self, replicate: int) -> int:
        """Which paraphrase a replicate is told, where the study draws them.

        Every run of `wording` replicates has each once, in an order drawn from the study's seed. It
        is the same in every condition, so that conditions are compared at the same words.
        """
        run, place = divmod(replicate, self.wording)
        drawn = sorted(range(self.wording), key=lambda each: _seed(self.seed, "wording", run, each))
        return drawn[place]

    def _worded(self, replicate: int, played: Played) -> Played:
        """The same with the paraphrase of the replicate; the first one is the usual."""
        settings, seats = played
        drawn = self.drawn_wording(replicate)
        return ({**settings, "wording": drawn} if drawn else settings), seats

    def delivery(self, condition: str) -> tuple[Mapping[str, Json], ...]:
        """The delivery chain of a condition."""
        own = self.arms[condition].channels
        return tuple(each.model_dump() for each in (self.channels if own is None else own))

    def line_up(self, condition: str) -> Seats:
        """Who sits down in a condition, before any shift: an entry a seat."""
        own = self.arms[condition].seats
        listed = self.seats if own is None else own
        return [seat for entry in listed for seat in repeat(entry, entry.times)]

    def given(self, condition: str, member: str | None = None) -> dict[str, Json]:
        """The settings given: the preset's, the study's, the condition's, the block's member's."""
        its = self.arms[condition]
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
            asked = replace(env, asked_aside=self._asked_aside(shifted))
            yield settings_of(asked), tuple(job_seat(seat, self.skin) for seat in shifted)

    def _asked_aside(self, seats: Seats) -> tuple[tuple[str, tuple[int, ...]], ...]:
        """The standard asides, each of the seats that are waited for; scripts are never asked."""
        waited = tuple(at for at, seat in enumerate(seats) if waited_for(seat.agent))
        return tuple((name, waited) for name in dict.fromkeys(self.asides)) if waited else ()

    def _default(self, given: Mapping[str, Json]) -> Mapping[str, Json]:
        return {**catalogue.defaults(catalogue.kit(self.environment)), **given}


AGAIN = ("again",)
"""What is added to the numbers that a seed is made of, for seeds apart from the others."""


def waited_for(agent: str) -> bool:
    """Whether a seat with this agent is waited for, by its whole id: a model, and no script."""
    return not agent.startswith(catalogue.POLICY)


def _seed(*numbers: int | str) -> int:
    digest = sha256("/".join(map(str, numbers)).encode()).digest()
    return int.from_bytes(digest[:8]) >> 1


class JobSeat(NamedTuple):
    """Who sits in a seat."""

    agent: str
    role: str
    asked_with: Mapping[str, Json] = NOTHING
    """Of a model: how it is asked."""


def job_seat(seat: StudySeat, skin: str | None = None) -> JobSeat:
    """A seat of a study as a job has it; only one that is waited for has a skin."""
    worn = {"skin": skin} if skin is not None and waited_for(seat.agent) else {}
    return JobSeat(seat.agent, seat.role, {**seat.asked_with, **worn})


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
    "limits": Limits,
    "block": Member,
    "contrasts": Contrast,
}
"""What a study file is made of, by the key that it stands under."""
KEYS: Keys = {
    place: {name: field.description or "" for name, field in part.model_fields.items()}
    for place, part in PARTS.items()
}
"""The keys of a study and of its parts, and what they mean."""
