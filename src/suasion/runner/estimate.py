"""What a study would take before it is run: calls, tokens, cost and time, from a pilot."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from math import fsum
from os import cpu_count
from typing import TYPE_CHECKING

from suasion.agents.named import models_in
from suasion.core.asks import Json
from suasion.models.model import BATCH_FACTOR
from suasion.models.providers import TAKE_BATCHES
from suasion.runner.estimate_cells import (
    Lines,
    Place,
    evenly,
    held,
    lines,
    rounds,
    seated,
    sharers,
    unevenly,
)
from suasion.runner.gate import MOST
from suasion.runner.pilot import REPLICATES, Metered, Pilot, Spend, agent_of
from suasion.runner.study import Job, Study
from suasion.runner.study_parts import Limits
from suasion.runner.typical import Size

if TYPE_CHECKING:
    from suasion.models.model import Price
    from suasion.models.registry import Described, Models

BYTES_PER_TOKEN = 4.0
"""Of English text, about; other tongues, numbers and code take more tokens for as many bytes."""
LATENCY = 2.0
"""Seconds that a call takes, where nothing else is said."""
CHARACTERS = 40
"""Characters of a text that a model writes, where nothing else is said: a short sentence."""
HELLO = 40
"""Bytes of the call that asks every model for one token before the first episode."""


@dataclass(frozen=True)
class Assumed:
    """What an estimate rests on beside the pilot."""

    latency: float = LATENCY
    """Seconds a call."""
    characters: int = CHARACTERS
    """Of a text that a model writes, in the mean, as far as it may have so many."""
    bytes_per_token: float = BYTES_PER_TOKEN
    script: str | None = None
    """The policy that answers for models; None: they answer at random."""
    replicates: int = REPLICATES
    """Replicates that the pilot plays, at most."""


@dataclass(frozen=True)
class Amount:
    """What one model would take, in calls, tokens and US dollars."""

    calls: float
    read: float
    reused: float
    """Of those read, what the seat's call before had begun with already."""
    written: float
    cost: float | None
    """At the price of tokens read and written; None where it is unknown."""
    cost_reused: float | None
    """The same where what is reused costs what cached tokens do."""
    batched: float = 0.0
    """Of the calls, those that go by batch."""

    @property
    def tokens(self) -> float:
        """Read and written."""
        return self.read + self.written


@dataclass(frozen=True)
class Arm:
    """What one condition would take."""

    name: str
    seats: tuple[str, ...]
    """Who sits down, as the study says it."""
    episodes: int
    calls: float
    tokens: float


@dataclass(frozen=True)
class Taken:
    """What a study would take."""

    study: Study
    assumed: Assumed
    pilot: Pilot
    arms: tuple[Arm, ...]
    models: Mapping[str, Amount]
    """By id."""
    most: Mapping[str, Amount]
    """The same if every text were as long as it may be."""
    others: Mapping[str, float]
    """How often whoever is waited for and is no model would be asked, by agent."""
    seconds: float
    described: Sequence[Described] = field(default_factory=tuple)
    dearest: Mapping[str, Amount] | None = None
    """The same if all that is shared went to the agent that costs most; None where none is."""
    batches: int = 0
    """How many batches an episode waits for, one after the other; a chain, in all its links."""

    @property
    def batched(self) -> float:
        """Calls that go by batch."""
        return fsum(each.batched for each in self.models.values())

    @property
    def unpriced(self) -> tuple[str, ...]:
        """Models whose price is unknown."""
        return tuple(id_ for id_, amount in self.models.items() if amount.cost is None)


def estimate(study: Study, models: Models, assumed: Assumed = Assumed()) -> Taken:
    """What a study would take; nothing is sent anywhere.

    Errors: `BadModel`, `BadPolicy`, `UnknownAgent`.
    """
    pilot = Pilot(study, models, Size(assumed.characters), assumed.script).play(assumed.replicates)
    long = pilot
    if pilot.stand_ins.described and assumed.script is None:
        long = Pilot(study, models, Size(assumed.characters, longest=10**6)).play(1)
    planned = Planned(study, pilot)
    amounts = planned.amounts(assumed.bytes_per_token)
    most = Planned(study, long, planned.lines).amounts(assumed.bytes_per_token)
    return Taken(
        study,
        assumed,
        pilot,
        tuple(planned.arm(name, assumed.bytes_per_token) for name in planned.arms),
        amounts,
        {id_: larger(most.get(id_), amount) for id_, amount in amounts.items()},
        planned.others(),
        planned.seconds(assumed, amounts),
        tuple(pilot.stand_ins.described.values()),
        planned.dearest(assumed.bytes_per_token) if study.allocate else None,
        planned.batches(amounts),
    )


def _dear(amounts: Mapping[str, Amount]) -> tuple[float, float]:
    each = list(amounts.values())
    return fsum(a.cost or 0.0 for a in each), fsum(a.tokens for a in each)


def larger(one: Amount | None, other: Amount) -> Amount:
    """The one that takes more tokens."""
    return one if one is not None and one.tokens > other.tokens else other


class Planned:
    """The episodes of a study, each taken for the mean of those of the pilot that are like it."""

    def __init__(self, study: Study, pilot: Pilot, of: Lines | None = None) -> None:
        self.study, self.pilot = study, pilot
        self.lines = lines(study) if of is None else of
        self.counts = evenly(study, self.lines) if self.lines else dict(places(study))
        self._held = held(pilot) if self.lines else {}
        self._like = like(pilot.played, pilot.episodes)
        self._hellos = hellos(study, pilot)
        self._means: dict[tuple[Place, bool], dict[str, Spend]] = {}

    def dearest(self, bytes_per_token: float) -> dict[str, Amount]:
        """What each model would take if all that is shared went to the agent that costs most."""
        every = (unevenly(self.study, self.lines, agent) for agent in sharers(self.study))
        return max((self.amounts(bytes_per_token, each) for each in every), key=_dear)

    def amounts(
        self, bytes_per_token: float, counts: Mapping[Place, float] | None = None
    ) -> dict[str, Amount]:
        """What each model would take, with the call that looks whether it is there."""
        counts = self.counts if counts is None else counts
        sums = self._spent(counts)
        described = self.pilot.stand_ins.described.values()
        prices = {each.id: each.price for each in described}
        offered = {each.id for each in described if each.provider in TAKE_BATCHES}
        asides = self._spent(counts, aside=True) if self.study.limits.batch else {}
        found: dict[str, Amount] = {}
        for id_, spend in sums.items():
            hellos = self._hellos[id_]
            spend = spend.plus(Spend(1, HELLO, 0, bytes_per_token), hellos)
            read, reused, written = (part / bytes_per_token for part in spend[1:])
            price = prices.get(id_)
            batched = asides.get(id_, Spend()) if id_ in offered else Spend()
            cost = less = None
            if id_ not in prices:  # a test model in this process
                cost = less = 0.0
            elif price is not None:
                halves = spend.plus(batched, BATCH_FACTOR - 1)
                cost, less = (each / bytes_per_token for each in costs(price, halves))
            found[id_] = Amount(spend.calls, read, reused, written, cost, less, batched.calls)
        return found

    @property
    def arms(self) -> list[str]:
        """Conditions, and what is played beforehand."""
        return list(dict.fromkeys((*self.study.arms, *(place.arm for place in self.counts))))

    def batches(self, amounts: Mapping[str, Amount]) -> int:
        """How many batches one unit waits for, one after the other."""
        if not any(amount.batched for amount in amounts.values()):
            return 0
        units = map(self.those, longest_unit(self.study, self.counts))
        return sum(max((each.moments for each in those), default=0) for those in units)

    def arm(self, name: str, bytes_per_token: float) -> Arm:
        """What one condition would take."""
        counts = {place: many for place, many in self.counts.items() if place.arm == name}
        spends = self._spent(counts).values()
        calls = fsum(each.calls for each in spends)
        tokens = fsum(each.read + each.written for each in spends) / bytes_per_token
        return Arm(name, seated(self.study, name), round(sum(counts.values())), calls, tokens)

    def others(self) -> dict[str, float]:
        """How often whoever else is waited for would be asked."""
        sums = Counter[str]()
        for place, many in self.counts.items():
            if self.lines:
                for at, seat in enumerate(self.lines[place].seats):
                    alike = self.sat(place, at)
                    asked = fsum(each.others_by_seat.get(at, 0) for each in alike)
                    if asked:
                        sums[seat.agent] += many * asked / len(alike)  # type: ignore[assignment]
                continue
            those = self.those(place)
            for each in those:
                for agent, asked in each.others.items():
                    sums[agent] += many * asked / len(those)  # type: ignore[assignment]
        return dict(sums)

    def seconds(self, assumed: Assumed, amounts: Mapping[str, Amount]) -> float:
        """How long it would take: what is longest of the rows of calls, the limits and the play."""
        rows = fsum(
            fsum(each.deep for each in those) / len(those)
            for those in map(self.those, longest_unit(self.study, self.counts))
        )
        limits, lanes = self.study.limits, self._by_lane(amounts)
        waits = [by_limits(amount, limits, assumed.latency) for amount in lanes]
        played = sum(1 for _ in self.pilot.episodes)
        play = self.pilot.seconds / max(1, played) * self.study.episodes / (cpu_count() or 1)
        rows *= 1 + rounds(self.study)
        return max(rows * assumed.latency, play, *waits, 0.0)

    def those(self, place: Place) -> Sequence[Metered]:
        """Episodes of the pilot that are like the planned ones of a place, as far as there are."""
        found = self._like.get(place) or self._like.get(place._replace(shift=-1))
        return found or self._like.get(Place(place.arm, None, -1)) or self.pilot.episodes

    def sat(self, place: Place, at: int) -> Sequence[Metered]:
        """Episodes of the pilot in which a seat was held as it is in this place."""
        seat = agent_of(self.lines[place].seats[at])
        alike = self._held.get((place.arm, place.within, at, seat))
        return alike or self._held.get((place.arm, None, at, seat)) or self.pilot.episodes

    def _of_line(self, place: Place, *, aside: bool) -> dict[str, Spend]:
        """What one episode of a line-up takes: what each seat took where it was held so."""
        key = place, aside
        if key not in self._means:
            sums: dict[str, Spend] = {}
            for at in range(len(self.lines[place].seats)):
                alike = self.sat(place, at)
                for each in alike:
                    for out_of_band in (True,) if aside else (True, False):
                        its = each.by_seat.get((at, out_of_band), {})
                        for id_, spend in its.items():
                            sums[id_] = sums.get(id_, Spend()).plus(spend, 1 / len(alike))
            self._means[key] = sums
        return self._means[key]

    def _spent(self, counts: Mapping[Place, float], *, aside: bool = False) -> dict[str, Spend]:
        sums: dict[str, Spend] = {}
        for place, many in counts.items():
            if self.lines:
                for id_, spend in self._of_line(place, aside=aside).items():
                    sums[id_] = sums.get(id_, Spend()).plus(spend, many)
                continue
            those = self.those(place)
            for each in those:
                for id_, spend in (each.asides if aside else each.spends).items():
                    sums[id_] = sums.get(id_, Spend()).plus(spend, many / len(those))
        return sums

    def _by_lane(self, amounts: Mapping[str, Amount]) -> Iterable[Spend]:
        """Calls and tokens of each endpoint and key."""
        lanes: dict[object, Spend] = {}
        for each in self.pilot.stand_ins.described.values():
            amount = amounts.get(each.id)
            if amount is not None:
                lane = each.provider, each.host, each.variable
                more = Spend(amount.calls, amount.read, amount.reused, amount.written)
                lanes[lane] = lanes.get(lane, Spend()).plus(more)
        return lanes.values()


def costs(price: Price, spend: Spend) -> tuple[float, float]:
    """What bytes would cost if each were a token, in US dollars; then where what is reused costs
    what cached tokens do.
    """
    cached = price.read if price.cached is None else price.cached
    cost = (spend.read * price.read + spend.written * price.written) / 1e6
    return cost, cost - spend.reused * (price.read - cached) / 1e6


def hellos(study: Study, pilot: Pilot) -> Counter[str]:
    """Calls for one token before the first episode: one for each model and endpoint."""
    ways: dict[tuple[str, Json], Mapping[str, Json]] = {}
    for arm in study.arms:
        for seat in study.seated(arm):
            for model in models_in(seat.agent):
                ways.setdefault((model, seat.asked_with.get("base_url")), seat.asked_with)
    return Counter(pilot.stand_ins.model(model, asked).id for (model, _), asked in ways.items())


def by_limits(spend: Spend, limits: Limits, latency: float) -> float:
    """Seconds that one lane takes at the least, by the limits that it is held to."""
    at_once = limits.concurrency or MOST
    seconds = [spend.calls * latency / at_once]
    if limits.requests_per_minute is not None:
        seconds.append(60 * spend.calls / limits.requests_per_minute)
    if limits.tokens_per_minute is not None:
        seconds.append(60 * (spend.read + spend.written) / limits.tokens_per_minute)
    return max(seconds)


def places(study: Study) -> Iterable[tuple[Place, int]]:
    """How many episodes of a study are planned alike."""
    members = [None] if study.chain is None else [str(link) for link in range(study.chain)]
    for arm in study.arms:
        many = shifts(study, arm)
        for within in study.members() if study.chain is None else members:
            for shift in range(many):
                yield Place(arm, within, shift), len(range(shift, study.replicates, many))


def shifts(study: Study, arm: str) -> int:
    """How many places the line-up of a condition begins at."""
    return min(len(study.line_up(arm)), study.replicates) if study.rotate else 1


def place_of(study: Study, job: Job) -> Place:
    """The place of an episode of the pilot."""
    within = None
    if job.link is not None:
        within = str(job.link)
    elif job.block is not None:
        within = job.id.removeprefix(f"{job.block}--")
    return Place(job.arm, within, job.replicate % shifts(study, job.arm))


def like(study: Study, episodes: Iterable[Metered]) -> dict[Place, list[Metered]]:
    """Episodes of a pilot by their place, and by wider ones: any shift, and all of a condition."""
    found: dict[Place, list[Metered]] = {}
    for each in episodes:
        own = place_of(study, each.job)
        wider = dict.fromkeys((own, own._replace(shift=-1), Place(own.arm, None, -1)))
        for place in wider:
            found.setdefault(place, []).append(each)
    return found


def longest_unit(study: Study, counts: Mapping[Place, float]) -> list[Place]:
    """What must be played one after the other: the links of a chain, or one episode."""
    arm = next(iter(study.arms))
    if study.chain is None:
        return [next((place for place in counts if place.arm == arm), next(iter(counts)))]
    return [Place(arm, str(link), 0) for link in range(study.chain)]
