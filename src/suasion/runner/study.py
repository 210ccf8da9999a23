"""A study: a question, the conditions it is asked under, and every episode that this makes."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import repeat
from typing import Annotated, Literal, NamedTuple

from pydantic import Field, PrivateAttr

from suasion import catalogue
from suasion.core.asks import Json
from suasion.core.environment import settings as settings_of
from suasion.core.episode import canonical
from suasion.core.events import NOTHING
from suasion.measures.again import again
from suasion.measures.filed import Status
from suasion.runner.beforehand import BASELINE, with_first
from suasion.runner.cells import ALL, Cell, cells, drawn_order, many
from suasion.runner.pack import stood_in
from suasion.runner.seeds import seed_of
from suasion.runner.study_errors import Keys
from suasion.runner.study_parts import (
    Allocation,
    Channels,
    Condition,
    Contrast,
    Crossed,
    Limits,
    Member,
    Panel,
    Part,
    Seats,
    Standing,
    StudyChannel,
    StudySeat,
)
from suasion.runner.study_texts import MANY

FORMAT: Literal[1] = 1
"""Version of the study format; raised whenever a key means something else."""
WORD = r"^[A-Za-z0-9][A-Za-z0-9._-]{0,63}$"
"""A name that is safe in a file name."""


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
    panel: Panel | None = Field(
        default=None, description="agents that hold the first seats in every arrangement"
    )
    cross: Crossed | None = Field(
        default=None, description="by setting, values that are each played with all the others"
    )
    sample: int | None = Field(
        default=None,
        ge=1,
        description="only so many cells of each condition, drawn from all by the study's seed",
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
        ge=1,
        le=100_000,
        description="episodes, blocks or chains in each condition, and in each of its cells; with"
        " `allocate`, blocks of each agent before anything is shared",
    )
    allocate: Allocation | None = Field(
        default=None,
        description="a budget of blocks that is shared between agents as the run goes, until every"
        " rank is settled",
    )
    baselines: dict[str, Json] | None = Field(
        default=None,
        description="settings of the episodes that are played once, before those that share them",
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
    pack: Standing = Field(
        default_factory=dict,
        description="a file below the study's folder with what episodes can be about, such as"
        " propositions; or names, and the settings that each stands for",
    )
    _shown: Mapping[str, bytes] = PrivateAttr(default_factory=dict)
    _planned: dict[bytes, list[Job]] = PrivateAttr(default_factory=dict)
    """The jobs of a design with cells, by the study as plain JSON."""
    _made: dict[bytes, dict[str, Json]] = PrivateAttr(default_factory=dict)
    """Settings in force, by what was given: making an environment checks every one of them."""

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
        """The study as plain JSON; the keys of `LATER` stand in it where they are given."""
        left_out = {name for name in LATER if not getattr(self, name)}
        return self.model_dump(mode="json", exclude=left_out)

    @property
    def units(self) -> int:
        """How many episodes, blocks or chains it makes, less what is played beforehand."""
        if self.allocate is not None:
            return self.allocate.budget
        return sum(many(self, arm) for arm in self.arms) * self.replicates

    @property
    def episodes(self) -> int:
        """How many it makes; at most, where a budget is allocated."""
        return self.units * len(self.block or "-") * (self.chain or 1) + len(self.beforehand())

    def beforehand(self) -> list[Job]:
        """What is played once, before all that share it."""
        if catalogue.kit(self.environment).first is None:
            return []
        few = self.model_copy(update={"replicates": min(self.replicates, self.period)})
        return [job for job in few.jobs() if job.arm == BASELINE]

    @property
    def period(self) -> int:
        """Replicates after which settings and line-ups come again, if not in the same order."""
        shifts = max(len(self.line_up(arm)) for arm in self.arms) if self.rotate else 1
        return max(1, shifts) * self.wording

    @property
    def arms(self) -> Mapping[str, Condition]:
        """The conditions and, behind them, the first again where the study asks for that."""
        if not self.a_a:
            return self.conditions
        first, its = next(iter(self.conditions.items()))
        return {**self.conditions, again(first): its}

    def jobs(self) -> list[Job]:
        """Every episode: replicate by replicate, so that what is stopped early is balanced.

        Within one, cells come in an order drawn from the study's seed, each in all conditions.
        What several share is played before them. Where a budget is allocated, these are those that
        could be drawn; each once.

        Errors: `Mistake`, where the catalogue does not have what the study names.
        """
        if not (self.panel or self.cross):
            return with_first(self, self._jobs(), {})
        said = canonical(self.to_json())  # asked for several times, by checks and by plans
        if said not in self._planned:
            self._planned.clear()
            self._planned[said] = with_first(self, self._jobs(), {})
        return list(self._planned[said])

    def _jobs(self) -> Iterator[Job]:
        arms = {arm: {cell.key: cell for cell in cells(self, arm)} for arm in self.arms}
        keys = list(dict.fromkeys(key for of in arms.values() for key in of))
        for k in range(self.replicates if self.allocate is None else 1):
            for key in drawn_order(self.seed, k, keys):
                for arm, of in arms.items():
                    if key in of:
                        yield from self.replicate(arm, k, of[key])

    def replicate(
        self, arm: str, k: int, cell: Cell = ALL, unit: str | None = None
    ) -> Iterator[Job]:
        """One replicate of a cell in a condition: an episode, a block of them, or a chain."""
        unit = unit or "--".join((arm, *cell.names, f"r{k}"))
        channels, apart = self.delivery(arm), self.seeds_apart(arm)
        played = {m: self._played(arm, m, k, cell) for m in self.members()}
        if self.chain is not None:
            (the,) = played.values()
            for link in range(self.chain):
                seed = self.link_seed(k, link, apart=apart, cell=cell)
                yield Job(
                    *(f"{unit}--{link}", arm, k, self.environment, *the),
                    *(seed, channels, None, unit, link, cell.names),
                )
            return
        seed = self.replicate_seed(k, apart=apart, cell=cell)
        for member, the in played.items():
            block, id_ = (None, unit) if member is None else (unit, f"{unit}--{member}")
            its = Job(id_, arm, k, self.environment, *the, seed, channels, block)
            yield replace(its, cell=cell.names)

    def _played(self, arm: str, member: str | None, k: int, cell: Cell) -> Played:
        shifts = list(self.shifts(arm, member, cell))
        return self._worded(k, shifts[k % len(shifts)])

    @property
    def crossed(self) -> tuple[str, ...]:
        """The settings that are crossed, in the study or in a condition."""
        every = (self.cross or {}, *(each.cross or {} for each in self.conditions.values()))
        return tuple(dict.fromkeys(name for each in every for name in each))

    def members(self) -> Sequence[str | None]:
        """The episodes of a replicate by name; one without a name where there are no blocks."""
        return [None] if self.block is None else list(self.block)

    def replicate_seed(self, replicate: int, *, apart: bool = False, cell: Cell = ALL) -> int:
        """The episode seed of a replicate: the first 63 bits of SHA-256 of both numbers.

        It is the same in every condition, so that conditions can be compared replicate by
        replicate, and in every member of a block; every cell has its own. `apart` is another one.
        """
        return seed_of(self.seed, replicate, *cell.seed, *(AGAIN if apart else ()))

    def link_seed(self, replicate: int, link: int, *, apart: bool = False, cell: Cell = ALL) -> int:
        """The same of a link of a chain, which has a number more."""
        return seed_of(self.seed, replicate, link, *cell.seed, *(AGAIN if apart else ()))

    def seeds_apart(self, arm: str) -> bool:
        """Whether an arm has seeds of its own: the first one again, where only scripts sit.

        Models sample anew in every episode. Scripts draw all they draw from its seed: with the
        same one they would play the same episode again, and nothing would vary.
        """
        again_too = self.a_a and arm not in self.conditions
        if not again_too:
            return False
        return not any(waited_for(seat.agent) for seat in self.seated(arm))

    def drawn_wording(self, replicate: int) -> int:
        """Which paraphrase a replicate is told, where the study draws them.

        Every run of `wording` replicates has each once, in an order drawn from the study's seed. It
        is the same in every condition, so that conditions are compared at the same words.
        """
        run, place = divmod(replicate, self.wording)
        drawn = sorted(
            range(self.wording), key=lambda each: seed_of(self.seed, "wording", run, each)
        )
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

    def line_up(self, condition: str, cell: Cell = ALL) -> Seats:
        """Who sits down in a condition, before any shift: an entry a seat."""
        own = self.arms[condition].seats
        listed = self.seats if own is None else own
        return [*cell.seats, *(seat for entry in listed for seat in repeat(entry, entry.times))]

    def seated(self, condition: str) -> Seats:
        """Everybody who sits down in some cell of a condition; the same ones once a cell."""
        return [seat for cell in cells(self, condition) for seat in self.line_up(condition, cell)]

    def given(self, condition: str, member: str | None = None, cell: Cell = ALL) -> dict[str, Json]:
        """The settings given: the preset's, the study's, the condition's, those of the cell, and
        those of the block's member.
        """
        its = self.arms[condition]
        named = self._preset(its.preset if its.preset is not None else self.preset)
        last = self.block[member].settings if self.block and member is not None else {}
        given = {**named, **self.settings, **its.settings, **cell.settings, **last}
        return stood_in(given, catalogue.kit(self.environment), self.pack) if self.pack else given

    def _preset(self, name: str | None) -> Mapping[str, Json]:
        if name is None:
            return NOTHING
        key = canonical([self.environment, name])
        if key not in self._made:
            self._made[key] = dict(catalogue.preset_of(catalogue.kit(self.environment), name))
        return self._made[key]

    def shifts(
        self, condition: str, member: str | None = None, cell: Cell = ALL
    ) -> Iterator[Played]:
        """Settings and seats of a condition, for each place the line-up can begin at."""
        given, seats = self.given(condition, member, cell), self.line_up(condition, cell)
        for shift in range(min(len(seats), self.replicates) if self.rotate else 1):
            shifted = [seats[(at - shift) % len(seats)] for at in range(len(seats))]
            own = any(seat.settings for seat in shifted)
            by = by_seat(given, shifted, self._default(given)) if own else given
            settings = self.in_force(by, self._asked_aside(shifted))
            yield settings, tuple(job_seat(seat, self.skin) for seat in shifted)

    def in_force(
        self, given: Mapping[str, Json], asked: Sequence[tuple[str, tuple[int, ...]]] = ()
    ) -> dict[str, Json]:
        """All settings that an episode is played with, where these are given.

        Errors: `Mistake`.
        """
        key = canonical([self.environment, given, asked])
        if key not in self._made:
            env = catalogue.make(self.environment, None, given)
            self._made[key] = settings_of(replace(env, asked_aside=tuple(asked)))
        return self._made[key]

    def _asked_aside(self, seats: Seats) -> tuple[tuple[str, tuple[int, ...]], ...]:
        """The standard asides, each of the seats that are waited for; scripts are never asked."""
        waited = tuple(at for at, seat in enumerate(seats) if waited_for(seat.agent))
        return tuple((name, waited) for name in dict.fromkeys(self.asides)) if waited else ()

    def _default(self, given: Mapping[str, Json]) -> Mapping[str, Json]:
        return {**catalogue.defaults(catalogue.kit(self.environment)), **given}


LATER = ("files", "panel", "cross", "sample", "allocate", "baselines", "pack")
"""Keys that stand in the JSON of a study only where they are given."""
AGAIN = ("again",)
"""What is added to the numbers that a seed is made of, for seeds apart from the others."""


def waited_for(agent: str) -> bool:
    """Whether a seat with this agent is waited for, by its whole id: a model, and no script."""
    return not agent.startswith(catalogue.POLICY)


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
    cell: tuple[str, ...] = ()
    """Where it stands in the design, in the study's own names."""
    first: str | None = None
    """The id of the episode that must be over before it begins."""


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
    "panel": Panel,
    "allocate": Allocation,
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
