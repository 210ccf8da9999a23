"""The cells of a design: who of a panel sits down, and which values of crossed settings hold.

A study without panel and cross has one cell without a name, so that its episodes are called, and
drawn, as they always were.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from functools import cached_property
from itertools import permutations, product
from math import perm, prod
from typing import TYPE_CHECKING, NamedTuple

from suasion import catalogue
from suasion.core.asks import Json
from suasion.core.episode import canonical
from suasion.core.events import NOTHING
from suasion.runner.seeds import seed_of

if TYPE_CHECKING:
    from suasion.runner.study import Study
    from suasion.runner.study_parts import LineUps, StudySeat

LONGEST = 40
"""Characters of a name within the id of an episode."""
_SAFE = re.compile(rf"[A-Za-z0-9][A-Za-z0-9._-]{{0,{LONGEST - 1}}}")


class Cell(NamedTuple):
    """One place of a design."""

    names: tuple[str, ...] = ()
    """Its agents and its values, in words that are safe in a file name."""
    seats: tuple[StudySeat, ...] = ()
    """Who of the panel sits down."""
    settings: Mapping[str, Json] = NOTHING
    """The values of what is crossed."""
    key: str = ""
    """The same for the same agents and values, in every condition; empty for the only cell."""

    @property
    def seed(self) -> tuple[str, ...]:
        """What its seeds are made of beside those of the study."""
        return ("cell", self.key) if self.key else ()


ALL = Cell()
"""The only one, where nothing is arranged or crossed."""


def cells(study: Study, condition: str) -> list[Cell]:
    """Every cell of a condition, in the order the study says them.

    A condition with seats of its own is played by these and not by the panel.
    """
    its = study.arms[condition]
    crossed = {**(study.cross or {}), **(its.cross or {})}
    line_ups: list[tuple[StudySeat, ...]] = [()]
    if study.panel is not None and its.seats is None:
        how = its.line_ups or study.panel.line_ups
        line_ups = list(arranged(study.panel.agents, study.panel.seats, how))
    names = Names(study)
    values = [dict(zip(crossed, each, strict=True)) for each in product(*crossed.values())]
    every = [_cell(seats, settings, names) for seats in line_ups for settings in values]
    if study.sample is None:
        return every
    drawn = drawn_order(study.seed, 0, [cell.key for cell in every])[: study.sample]
    return [cell for cell in every if cell.key in drawn]


def many(study: Study, condition: str) -> int:
    """How many cells a condition has, without making them."""
    its, panel = study.arms[condition], study.panel
    found = prod(map(len, {**(study.cross or {}), **(its.cross or {})}.values()))
    if panel is not None and its.seats is None:
        how, n = its.line_ups or panel.line_ups, len(panel.agents)
        found *= {"same": n, "all": n**panel.seats, "different": perm(n, panel.seats)}[how]
    return found if study.sample is None else min(found, study.sample)


def _cell(seats: tuple[StudySeat, ...], settings: Mapping[str, Json], names: Names) -> Cell:
    if not seats and not settings:
        return ALL
    called = (*map(names.seat, seats), *(names.value(*each) for each in settings.items()))
    who = [[seat.agent, seat.asked_with, seat.settings] for seat in seats]
    return Cell(called, seats, settings, canonical([who, settings]).decode())


def arranged(
    agents: Sequence[StudySeat], seats: int, how: LineUps
) -> Iterator[tuple[StudySeat, ...]]:
    """Every ordered choice of agents for so many seats."""
    if how == "same":
        yield from ((each,) * seats for each in agents)
    elif how == "all":
        yield from product(agents, repeat=seats)
    else:
        yield from permutations(agents, seats)


def drawn_order(seed: int, replicate: int, keys: Sequence[str]) -> list[str]:
    """Cells in an order drawn anew for each replicate, so that none is always played last."""
    if len(keys) < 2:
        return list(keys)
    return sorted(keys, key=lambda key: seed_of(seed, "order", replicate, key))


class Names:
    """What agents and values are called within the ids of a study's episodes."""

    def __init__(self, study: Study) -> None:
        self._study = study
        self._taken = dict[str, str]()
        self._agents = dict[str, str]()

    @cached_property
    def _given(self) -> dict[str, str]:
        """The study's own names, by whole id."""
        return {self._whole(agent): name for name, agent in self._study.agents.items()}

    def _whole(self, agent: str) -> str:
        """The whole id of an agent; one that is unknown is refused elsewhere."""
        try:
            return catalogue.agent(catalogue.kit(self._study.environment), agent)
        except catalogue.Mistake:
            return agent

    def seat(self, seat: StudySeat) -> str:
        """The study's name of an agent, or the end of its id."""
        return self.agent(seat.agent)

    def agent(self, agent: str) -> str:
        """The same of an agent by its whole id, or by a name of the study."""
        if agent not in self._agents:
            whole = self._whole(self._study.agents.get(agent, agent))
            name = self._given.get(whole, whole.rpartition("/")[2])
            self._agents[agent] = self._alone(slug(name), whole)
        return self._agents[agent]

    def value(self, setting: str, value: Json) -> str:
        """A word as it is, and whatever else by its place among the values of its setting."""
        if isinstance(value, str) and _SAFE.fullmatch(value):
            return value
        if isinstance(value, bool | int | float):
            return slug(f"{setting}-{str(value).lower()}")
        its = canonical(value).decode()
        return self._alone(slug(value if isinstance(value, str) else setting), f"{setting} {its}")

    def _alone(self, name: str, what: str) -> str:
        """A name that nothing else has: with a number, where it is taken."""
        called, number = name, 1
        while self._taken.setdefault(called, what) != what:
            number += 1
            called = f"{name}-{number}"
        return called


def slug(text: str) -> str:
    """Letters, digits, dots, dashes and underscores of a text, not too many of them."""
    words = re.sub(r"[^A-Za-z0-9._]+", "-", text).strip("-._")
    return words[:LONGEST].rstrip("-._") or "it"
