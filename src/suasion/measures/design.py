"""What an environment says of a study before anything is played: what comes first, what is missing,
and by which number a budget is shared.

A study knows episodes, blocks and agents; which of them need one another only the environment
knows. It is asked by these hooks, all before the first call of a model.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import NamedTuple

from suasion.core.asks import Json
from suasion.measures.filed import Filed


class Planned(NamedTuple):
    """An episode as it is planned, for the environment to look at."""

    id: str
    condition: str
    replicate: int
    seed: int
    settings: Mapping[str, Json]
    agents: Sequence[str]
    """By seat, whole ids."""
    called: Sequence[str]
    """The same in the study's own names for them, for people."""
    cell: Sequence[str]
    """Where it stands in the design, in the study's own names; empty without panel and cross."""


class First(NamedTuple):
    """An episode that several others share and that is played once, before any of them."""

    settings: Mapping[str, Json]
    """Of that episode; what is left out is at its default."""
    seats: Sequence[int]
    """For each of its seats, the seat of the later episode whose agent holds it."""


Needs = Callable[[Mapping[str, Json]], First | None]
"""Of the settings of a planned episode, what must be played before it; None for nothing."""

Lacking = Callable[[Sequence[Planned]], Iterable[str]]
"""What is missing from a design or stands wrongly in it, a sentence each; nothing is played then.

It sees all planned episodes but those that are played beforehand."""


class Between(NamedTuple):
    """Between what a number lies: both ends are the same where it is known."""

    low: float
    high: float


@dataclass(frozen=True)
class Shared:
    """By which number a study that allocates its budget as it goes tells agents apart."""

    seat: int
    """The seat whose agents share the budget."""
    measure: str
    """What the number is called, as `suasion measure` prints it."""
    unit: str
    number: Callable[[Sequence[Filed]], Between]
    """Of one block, whatever became of its episodes; what is missing makes it wide, never less."""
