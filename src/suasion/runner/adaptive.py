"""A budget of blocks that is shared between agents as a run goes, until their ranks are settled.

What is estimated of an agent is the mean number of a block over its cells: with whom it sits, under
which values of what is crossed. Its blocks are drawn from these cells at random and with
replacement, the n-th always the same one, so that each is an independent draw with that mean. Only
how many of them an agent gets depends on what came out. That is what confidence sequences allow
for (`suasion.stats.confidence_sequence`): looking after every round, and stopping as soon as all is
settled, leaves their promise as it is.

A round is planned once all that was planned before is over, from nothing but what is on record:
a run that was killed goes on to the same rounds. A block that could not be played whole spends
budget like any other and stays among the draws. Its number may have been anything that the episodes
it lacks could have made of it, and a rank counts as settled only if it is so either way.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from itertools import combinations
from math import isfinite
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from suasion import catalogue
from suasion.core.asks import Json
from suasion.measures.design import Between
from suasion.runner import plan as planning
from suasion.runner.beforehand import BASELINE, with_first
from suasion.runner.cells import Cell, Names, cells, drawn_order
from suasion.runner.seeds import seed_of
from suasion.store.folder import put

if TYPE_CHECKING:
    from suasion.runner.loop import Runner
    from suasion.runner.study import Job, Study
    from suasion.store.planned import Plan

FILE = "allocation.json"
"""What a run's folder says of it: written after every round, and never read to go on."""
FORMAT = 1
SETTLED, SPENT = "settled", "spent"


class OtherDraws(ValueError):
    """What is on record are not the blocks that this study draws."""


class Place(NamedTuple):
    """Where one agent stands."""

    agent: str
    blocks: int
    """Drawn so far, whatever became of them."""
    missing: int
    """Of these, blocks whose number is not known."""
    mean: float | None
    """Of those that are known."""
    low: float
    high: float
    """Its confidence sequence; infinite while nothing can be said."""
    rank: tuple[int, int]
    """The ranks it can have, 1 the highest mean."""

    @property
    def settled(self) -> bool:
        """Whether there is only one."""
        return self.rank[0] == self.rank[1]

    def to_json(self) -> dict[str, Json]:
        """As plain JSON; nothing said is null."""
        bounds = {name: getattr(self, name) for name in ("low", "high")}
        return {
            **self._asdict(),
            "rank": list(self.rank),
            **{name: bound if isfinite(bound) else None for name, bound in bounds.items()},
        }


class Allocated(NamedTuple):
    """How far an allocation is."""

    measure: str
    unit: str
    level: float
    budget: int
    places: Sequence[Place]
    """The highest mean first."""
    ties: Sequence[Sequence[str]]
    """Agents that are not told apart, as far as each is linked to the next."""

    @property
    def spent(self) -> int:
        """Blocks."""
        return sum(place.blocks for place in self.places)

    @property
    def ended(self) -> str | None:
        """Why nothing more is drawn; None while there is more to draw."""
        if all(place.settled for place in self.places):
            return SETTLED
        return SPENT if self.spent >= self.budget else None

    def to_json(self) -> dict[str, Json]:
        """As the run's folder keeps it."""
        return {
            "format": FORMAT,
            **{name: getattr(self, name) for name in ("measure", "unit", "level", "budget")},
            "spent": self.spent,
            "ended": self.ended,
            "agents": [place.to_json() for place in self.places],
            "ties": [list(tie) for tie in self.ties],
        }


def allocated(study: Study, draws: Mapping[str, Sequence[Between]]) -> Allocated:
    """Where agents stand after these numbers of blocks, in the order they were drawn."""
    allocate, shared = study.allocate, catalogue.kit(study.environment).shared
    assert allocate is not None
    assert shared is not None
    apart = told_apart(draws, allocate.level)
    places = [_place(agent, each, apart, draws, allocate.level) for agent, each in draws.items()]
    places.sort(key=lambda place: (place.mean is None, -(place.mean or 0.0), place.agent))
    ties = tied([place.agent for place in places], apart)
    what = shared.measure, shared.unit, allocate.level, allocate.budget
    return Allocated(*what, places, ties)


def told_apart(draws: Mapping[str, Sequence[Between]], level: float) -> set[tuple[str, str]]:
    """Pairs of which the first is above the second, all right together at this level.

    A block that lacks its number is taken at the end that speaks against the pair.
    """
    from suasion.stats.confidence_sequence import difference

    pairs = list(combinations(draws, 2))
    each = 1 - (1 - level) / max(1, len(pairs))
    lows = {agent: [draw.low for draw in of] for agent, of in draws.items()}
    highs = {agent: [draw.high for draw in of] for agent, of in draws.items()}
    return {
        (one, other)
        for pair in pairs
        for one, other in (pair, pair[::-1])
        if difference(lows[one], highs[other], each).low > 0
    }


def _place(
    agent: str,
    draws: Sequence[Between],
    apart: set[tuple[str, str]],
    every: Mapping[str, Sequence[Between]],
    level: float,
) -> Place:
    from suasion.stats.confidence_sequence import asymptotic

    known = [draw.low for draw in draws if draw.low == draw.high]
    low = asymptotic([draw.low for draw in draws], level).low
    high = asymptotic([draw.high for draw in draws], level).high
    above = sum((other, agent) in apart for other in every)
    below = sum((agent, other) in apart for other in every)
    mean = sum(known) / len(known) if known else None
    missing = len(draws) - len(known)
    return Place(agent, len(draws), missing, mean, low, high, (1 + above, len(every) - below))


def tied(agents: Sequence[str], apart: set[tuple[str, str]]) -> list[list[str]]:
    """Those that stand next to one another and are not told apart, more than one of them."""
    groups: list[list[str]] = []
    for agent in agents:
        near = [g for g in groups if any({(agent, o), (o, agent)}.isdisjoint(apart) for o in g)]
        groups = [g for g in groups if g not in near]
        groups.append([*(each for g in near for each in g), agent])
    return [group for group in groups if len(group) > 1]


class Allocating:
    """The blocks of a study that allocates its budget: those on record, and the next ones."""

    def __init__(self, study: Study) -> None:
        self.study = study
        kit = catalogue.kit(study.environment)
        assert kit.shared is not None
        assert study.allocate is not None
        self.shared, self.budget, self.each = kit.shared, study.allocate.budget, study.allocate.each
        (self._arm,) = study.arms
        self._cells = dict[str, list[Cell]]()
        for cell in cells(study, self._arm):
            self._cells.setdefault(cell.seats[self.shared.seat].agent, []).append(cell)
        self._blocks: dict[str, list[list[int]]] = {agent: [] for agent in self._cells}
        """By agent, the numbers of the episodes of its blocks."""
        self._numbers = 0
        self._known = dict[bytes, str]()
        self._names = Names(study)
        self._whole = dict[int, Between]()
        """Of blocks that are whole, by their first episode: they do not change any more."""

    @property
    def agents(self) -> list[str]:
        """Who shares the budget."""
        return list(self._cells)

    def block(self, agent: str, draw: int) -> list[Job]:
        """One draw of an agent, from 0: always the same cell, and the same seed."""
        of = self._cells[agent]
        cell = of[seed_of(self.study.seed, "draw", agent, draw) % len(of)]
        return list(self.study.replicate(self._arm, draw, cell))

    def first(self) -> list[Plan]:
        """The first round: as many blocks of every agent as the study has replicates."""
        each = dict.fromkeys(self.agents, self.study.replicates)
        return self._drawn(self._in_turn(each)[: self.budget])

    def recorded(self, ids: Sequence[str]) -> list[Plan]:
        """The same plans again, from the ids of the episodes in their order.

        Errors: `OtherDraws`.
        """
        plans: list[Plan] = []
        while len(plans) < len(ids):
            its = next((id_ for id_ in ids[len(plans) :] if not _beforehand(id_)), None)
            agent = next((a for a in self.agents if self._next(a)[0].id == its), None)
            if agent is None:
                raise OtherDraws(f"{its or ids[-1]} is none that this study draws here")
            plans += self._drawn([agent])
        return plans

    def further(self, runner: Runner) -> list[Plan]:
        """The next round, from what is on record; nothing once all is settled or spent."""
        found = self.standing(runner)
        put(runner.writer.folder / FILE, _bytes(found))
        if found.ended:
            return []
        many = {place.agent: self.each for place in found.places if not place.settled}
        return self._drawn(self._in_turn(many)[: self.budget - found.spent])

    def standing(self, runner: Runner) -> Allocated:
        """Where agents stand by what is on record."""
        draws = {agent: [self._number(b, runner) for b in of] for agent, of in self._blocks.items()}
        return allocated(self.study, draws)

    def _number(self, block: Sequence[int], runner: Runner) -> Between:
        known = self._whole.get(block[0])
        if known is not None:
            return known
        number = self.shared.number([runner.writer.filed(each) for each in block])
        if all(runner.states[each] == "whole" for each in block):
            self._whole[block[0]] = number
        return number

    def _in_turn(self, many: Mapping[str, int]) -> list[str]:
        """Agents in turn, in an order that is drawn anew for each turn, each so many times."""
        turns = range(max(many.values(), default=0))
        seed, begun = self.study.seed, self._numbers
        return [
            agent
            for turn in turns
            for agent in drawn_order(seed, begun + turn, [a for a, n in many.items() if turn < n])
        ]

    def _next(self, agent: str) -> list[Job]:
        return self.block(agent, len(self._blocks[agent]))

    def _drawn(self, agents: Sequence[str]) -> list[Plan]:
        """Take the next block of each of these, with what must be played before it."""
        jobs: list[Job] = []
        for agent in agents:
            new = with_first(self.study, self._next(agent), self._known, self._names)
            numbers = range(self._numbers + 1, self._numbers + 1 + len(new))
            its = [n for n, job in zip(numbers, new, strict=True) if job.arm != BASELINE]
            self._blocks[agent].append(its)
            self._numbers += len(new)
            jobs += new
        return list(planning.plans(jobs, self.study.status))


def _beforehand(id_: str) -> bool:
    return id_.startswith(f"{BASELINE}--")


def _bytes(found: Allocated) -> bytes:
    return json.dumps(found.to_json(), indent=1, allow_nan=False).encode() + b"\n"


def read(folder: Path) -> dict[str, Json] | None:
    """What a run's folder says of its allocation; None where it says nothing that can be read."""
    from suasion.store.folder import get

    try:
        found = json.loads(get(folder / FILE))
        places = [Place(**{**each, "rank": tuple(each["rank"])}) for each in found["agents"]]
        whole = bool(places) and all(_sound(place) for place in places)
        return found if whole and found["format"] == FORMAT else None
    except (OSError, ValueError, TypeError, KeyError, RecursionError):
        return None


def _sound(place: Place) -> bool:
    counts = (place.blocks, place.missing, *place.rank)
    numbers = (place.mean, place.low, place.high)
    return (
        isinstance(place.agent, str)
        and all(type(each) is int for each in counts)
        and all(each is None or isinstance(each, int | float) for each in numbers)
    )
