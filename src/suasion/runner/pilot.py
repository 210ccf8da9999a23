"""A few episodes of a study with nobody asked: what models would be sent is measured, not sent.

Models are stood in for behind their own seats, so that briefs, words, memory, asides and inner
calls are those of a run. They answer at random, or as a policy of the environment does. Whoever
else is waited for is stood in for in the same way, and not counted. Scripts play as in a run.
"""

from __future__ import annotations

import asyncio
import json
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from random import Random
from time import monotonic
from typing import TYPE_CHECKING, Any, NamedTuple, cast

from suasion import agents, catalogue, channels
from suasion.agents import language
from suasion.core.asks import Forfeit, Json
from suasion.core.environment import STANDARD, Asked, Group, Live, Policy, Reply, Said
from suasion.core.episode import Episode, Key, canonical
from suasion.core.events import NOTHING
from suasion.core.play import INNER, Play, drive, groups_of
from suasion.measures.filed import Filed, Held
from suasion.measures.kit import Kit
from suasion.measures.policy import made
from suasion.models.form import form
from suasion.models.model import Model
from suasion.models.parts import Files, file, named, weight
from suasion.models.prices import FREE
from suasion.models.request import Client, Completion, Request, Wire
from suasion.runner.episode import drive_async
from suasion.runner.line import Back
from suasion.runner.remake import remake
from suasion.runner.study import Job, JobSeat, Study
from suasion.runner.typical import Size, text, typical

if TYPE_CHECKING:
    from suasion.models.registry import Described, Models

REPLICATES = 40
"""Replicates of a study that are played, at most."""
OF_CELLS = 20
"""Blocks of every condition that are played where there are cells, or more to meet everybody."""
CALLS, DECISIONS = 3_000, 60_000
"""Calls and answers after which no other replicate is begun."""
TIMES = 4
"""Times as many after which none of the one under way is."""
INNER_WORDS = 400
"""Characters of what an inner call says that is held to no form: a draft, a summary."""
CALLING = ("compose", "hybrid")
"""Kinds of agent that call models, beside models themselves."""
SCRIPTED = "scripted"
"""Test models: they answer in this process, some of them slowly, and are stood in for too."""


class Spend(NamedTuple):
    """What one model was sent and said, in calls and bytes."""

    calls: float = 0
    read: float = 0
    reused: float = 0
    """Of what was read, what stood at the beginning of the seat's call before."""
    written: float = 0

    def plus(self, other: Spend, times: float = 1.0) -> Spend:
        """Both."""
        return Spend(*(a + times * b for a, b in zip(self, other, strict=True)))


@dataclass
class Metered:
    """One episode of the pilot."""

    job: Job
    filed: Filed
    spends: Mapping[str, Spend]
    """By the id of a model."""
    others: Mapping[str, int]
    """How often whoever else is waited for was asked, by agent."""
    deep: int
    """Calls that wait for one another: the longest row of them."""
    asides: Mapping[str, Spend] = field(default_factory=dict)
    """Of `spends`, what was asked out of band."""
    moments: int = 0
    """How often something was."""
    by_seat: Mapping[tuple[int, bool], Mapping[str, Spend]] = field(default_factory=dict)
    """`spends` by seat, and whether it was asked out of band."""
    others_by_seat: Mapping[int, int] = field(default_factory=dict)


class Pilot:
    """Some replicates of a study."""

    def __init__(self, study: Study, models: Models, size: Size, script: str | None = None) -> None:
        """`script` is the policy that answers for models; none: they answer at random.

        Errors: `BadPolicy`.
        """
        self.study, self.size, self.script = study, size, script
        self.played = study
        """The same, with as many replicates as are played at most: how numbers spread is seen even
        where few are planned."""
        files = ((name, file(data)) for name, data in study.shown.items())
        self._shown = {name: each for name, each in files if each is not None}
        self.kit: Kit = catalogue.kit(study.environment)
        if script is not None:
            made(self.kit, script)
        self.stand_ins = StandIns(models, self._complete)
        self.episodes: list[Metered] = []
        self.replicates = 0
        """Those that were played whole."""
        self.seconds = 0.0
        """What it took."""
        self._meter: Meter | None = None

    def play(self, most: int = REPLICATES) -> Pilot:
        """Play replicates until enough is known of them, or it is enough work."""
        began = monotonic()
        self.played = self.study.model_copy(update={"replicates": most})
        left: Episode | None = None
        for job in few(self.played, most):
            if job.replicate > self.replicates:
                self.replicates = job.replicate
                if self._worked((self.replicates + 1) / self.replicates):
                    break
            elif self.episodes and self._worked(1 / TIMES) and not self.played.panel:
                break
            left = self._episode(job, left if job.link else None)
        else:
            self.replicates = most
        self.seconds = monotonic() - began
        return self

    def _worked(self, times: float) -> bool:
        """Whether so many times what was done is enough work."""
        calls = sum(each.calls for one in self.episodes for each in one.spends.values())
        answers = sum(len(one.filed.episode.decisions) for one in self.episodes)
        return times * calls > CALLS or times * answers > DECISIONS

    def _episode(self, job: Job, before: Episode | None) -> Episode:
        """One episode; a link of a chain inherits from the one before."""
        inherited = before.carry if before is not None and before.carry else {}
        env = remake(job.environment, {**job.settings, **inherited})
        names = [seat.name for seat in env.seats()]
        holders = Holders(job, self)
        seats = holders.held
        chain = channels.chain(job.channels, names)
        play = Play(env, job.seed, channels=chain, named=job.channels, groups=groups_of(seats))
        meter = self._meter = Meter(play, job, holders.scripts, self._files(job))
        if any(isinstance(seat, Live) for seat in seats):
            episode = asyncio.run(drive_async(play, seats, (), meter))
        else:
            episode = drive(play, seats)
        held = [
            Held(name, seat.agent, seat.role, env.brief(at), seat.asked_with)
            for at, (name, seat) in enumerate(zip(names, job.seats, strict=True))
        ]
        filed = Filed(
            *(job.id, episode, held, job.arm, job.replicate, self.study.status),
            block=job.block,
            chain=job.chain,
            link=job.link,
        )
        spends, others = dict(meter.spends), dict(holders.others)
        beside = dict(meter.asides), meter.moments, meter.by_seat, dict(holders.asked)
        self.episodes.append(Metered(job, filed, spends, others, meter.deep, *beside))
        return episode

    def _files(self, job: Job) -> Files:
        """Those that briefs of an episode may show."""
        return {name: self._shown[name] for name in named(job.settings) if name in self._shown}

    def _complete(self, request: Request) -> Completion:
        assert self._meter is not None
        return Completion(self._meter.said(request, self.size))


def few(study: Study, most: int) -> Sequence[Job]:
    """What a pilot plays of a study: all of it, but where there are cells a part of them.

    So many blocks of every condition, and more until every agent has sat in every one of its
    seats. Cells come in the order the study draws, so that they are a sample of all; first those
    that most conditions have, which are compared.
    """
    if not (study.panel or study.cross):
        return study.jobs()
    most = min(most, OF_CELLS)
    taken: dict[str, Counter[str]] = {}
    seen, found = set[object](), []
    jobs = study.model_copy(update={"replicates": 1}).jobs()
    arms: dict[tuple[str, ...], set[str]] = {}
    for job in jobs:
        arms.setdefault(job.cell, set()).add(job.arm)
    for job in sorted(jobs, key=lambda job: -len(arms[job.cell])):
        unit = job.block or job.chain or job.id
        units = taken.setdefault(job.arm, Counter())
        sits = {(job.arm, at, agent_of(seat)) for at, seat in enumerate(job.seats)}
        new = (job.arm in study.arms and len(units) < most) or not sits <= seen
        if unit in units or new:
            units[unit] += 1
            seen |= sits
            found.append(job)
    return found


def agent_of(seat: JobSeat) -> tuple[str, bytes]:
    """Who sits there, and how a model is asked."""
    return seat.agent, canonical(seat.asked_with)


class Holders:
    """Who sits down in one episode of the pilot."""

    def __init__(self, job: Job, pilot: Pilot) -> None:
        self.scripts: dict[int, Policy] = {}
        """The policies that answer for models, by seat."""
        self.others = Counter[str]()
        self.asked = Counter[int]()
        """How often whoever is waited for and is no model was asked, by seat."""
        self._job, self._pilot = job, pilot
        groups: dict[str, Group] = {}
        self.held = [self._holder(at, seat, groups) for at, seat in enumerate(job.seats)]

    def _holder(
        self, at: int, seat: JobSeat, groups: dict[str, Group]
    ) -> Policy | Live | Group | None:
        pilot, kind = self._pilot, seat.agent.partition("/")[0]
        if kind == "policy":
            holder = groups.get(seat.agent) or agents.hold(seat.agent, pilot.kit)
            if isinstance(holder, Group):
                groups[seat.agent] = holder
            return holder
        if pilot.script is not None:
            script = made(pilot.kit, pilot.script)
            alone = script.alone if isinstance(script, Group) else script
            if alone is not None:
                self.scripts[at] = alone
        made_of = cast("Callable[[], Models]", lambda: pilot.stand_ins)
        if kind == SCRIPTED:
            return language.seat(seat.agent, seat.asked_with, made_of)
        if kind in CALLING or agents.is_model(seat.agent):
            return agents.hold(seat.agent, pilot.kit, seat.asked_with, made_of)
        return Live(self._someone(at, seat))

    def _someone(self, at: int, seat: JobSeat) -> Callable[..., Any]:
        """Whoever else is waited for."""

        async def ask(asked: Asked, _: object) -> Reply:
            self.others[seat.agent] += 1
            self.asked[at] += 1
            draws = drawn(self._job, asked.key)
            answer = answered(asked, self.scripts.get(at), draws, self._pilot.size)
            return Reply(answer if isinstance(answer, str) else json.dumps(answer))

        return ask


class Meter:
    """What the calls of one episode weigh."""

    deadline = 1e9

    def __init__(
        self, play: Play[Any], job: Job, scripts: Mapping[int, Policy], files: Files = NOTHING
    ) -> None:
        self.episode, self.files = job.id, files
        self.spends: dict[str, Spend] = {}
        self.asides: dict[str, Spend] = {}
        self.by_seat: dict[tuple[int, bool], dict[str, Spend]] = {}
        self._play, self._job, self._scripts = play, job, scripts
        self._keys: dict[int, Key] = {}
        self._models: dict[Key, str] = {}
        self._last: dict[int, Sequence[Wire]] = {}
        self._rows: dict[tuple[int, bool], Counter[tuple[int, str, int]]] = {}

    @property
    def deep(self) -> int:
        """Calls that wait for one another: what is asked at one time does not."""
        return sum(max(row.values()) for row in self._rows.values())

    def patience(self, key: Key, request: Request) -> float:  # noqa: ARG002
        """As for any other."""
        return self.deadline

    @property
    def moments(self) -> int:
        """How often models were asked out of band."""
        return sum(aside for _, aside in self._rows)

    async def leaving(self, key: Key, told: str, request: Request | None) -> None:  # noqa: ARG002
        """A call would be made now."""
        if request is None:
            return
        step, seat, aside, repeat = key
        outer = aside.partition(INNER)[0]
        self._keys[id(request)], self._models[key] = key, request.model.id
        self._rows.setdefault((step, outer != ""), Counter())[seat, outer, repeat] += 1
        sent = request.messages
        again = same_bytes(sent, self._last.get(seat, ()))
        self._last[seat] = sent
        read = sum(map(weight, sent)) + len(sent) + 1
        self._add(request.model.id, Spend(1, read, again), seat, outer)

    def client(self, key: Key, request: Request) -> Client:  # noqa: ARG002
        """Who answers in the model's place."""
        return request.model.client

    def landed(self, key: Key, back: Back) -> None:
        """A reply came."""
        if back.completion is not None and key in self._models:
            said = len(back.completion.text.encode("utf-8", "surrogatepass"))
            outer = key[2].partition(INNER)[0]
            self._add(self._models.pop(key), Spend(written=said), key[1], outer)

    def failed(self, key: Key, back: Back) -> None:
        """An empty reply, which is asked for again."""
        self.landed(key, back)

    def became(self, key: Key, inner: Key, outcome: str) -> None:
        """Nothing is kept."""

    def _add(self, model: str, spend: Spend, seat: int, aside: str) -> None:
        its = self.by_seat.setdefault((seat, aside != ""), {})
        for sums in (self.spends, its, self.asides) if aside else (self.spends, its):
            sums[model] = sums.get(model, Spend()).plus(spend)

    def said(self, request: Request, size: Size) -> str:
        """What a stand-in answers to a call."""
        step, seat, aside, repeat = key = self._keys.pop(id(request))
        outer, inner, _ = aside.partition(INNER)
        if size.longest is not None:
            size = Size(size.usual, min(size.longest, 4 * request.max_tokens))
        if inner:
            return inner_words(request, drawn(self._job, key), size)
        asked = cast("Asked", self._play.asked[step, seat, outer, repeat])
        answer = answered(asked, self._scripts.get(seat), drawn(self._job, key), size)
        asked_with = self._job.seats[seat].asked_with
        shape = form(asked.turn.ask, asked_with.get("structured", "auto"), request.model.provider)
        if isinstance(answer, str) and shape.mode == "off":
            return answer
        return json.dumps({"answer": answer} if shape.wrapped else answer, ensure_ascii=False)


def answered(asked: Asked, script: Policy | None, random: Random, size: Size) -> Json:
    """An answer: of the policy that answers for this seat, or at random."""
    if script is not None and asked.aside not in STANDARD:
        said = script(asked)
        answer = said.answer if isinstance(said, Said) else said
        return None if isinstance(answer, Forfeit) else answer
    return typical(asked.turn.ask.schema(), random, size)


def inner_words(request: Request, random: Random, size: Size) -> str:
    """What a stand-in says to itself: by the form it is held to, or some words."""
    held = json.loads(request.frame).get("response_format", {}).get("json_schema", {})
    if "schema" in held:
        return json.dumps(typical(held["schema"], random, size))
    return text(random, Size(INNER_WORDS, size.longest), most=4 * request.max_tokens)


def drawn(job: Job, key: Key) -> Random:
    """Where the draws of one answer come from: of the episode, as a model samples anew in each."""
    return Random(f"{job.id}/{key}")  # noqa: S311 - no secret


def same_bytes(sent: Sequence[Wire], before: Sequence[Wire]) -> int:
    """Bytes at the beginning of a prompt that were the beginning of the one before."""
    same = 0
    for one, other in zip(sent, before, strict=False):
        if one != other:
            break
        same += weight(one) + 1
    return same


@dataclass
class StandIns:
    """Models by their ids that answer here, and what each leads to; in place of `Models`."""

    models: Models
    complete: Callable[[Request], Completion]
    described: dict[tuple[str, str], Described] = field(default_factory=dict)

    def model(self, id: str, settings: Mapping[str, Json]) -> Model:  # noqa: A002
        """One that stands in for a model. Errors: `BadModel`."""
        client = StandIn(self.complete)
        if id.startswith(f"{SCRIPTED}/"):
            return Model(id, id, SCRIPTED, "", None, client, FREE)
        found = self.models.describe(id, settings)
        self.described[found.id, found.host] = found
        return Model(
            *(found.id, found.name, found.provider, found.host, found.variable, client, found.price)
        )


class StandIn(NamedTuple):
    """Speaks to nobody."""

    answer: Callable[[Request], Completion]

    async def complete(self, request: Request, seconds: float) -> Completion:  # noqa: ARG002
        """What the pilot says."""
        return self.answer(request)

    async def close(self) -> None:
        """There is nothing to let go of."""
