"""An episode as a run files it: what was played, and what the run knows of it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Literal

from suasion.core.asks import Json
from suasion.core.episode import Episode

Status = Literal["confirmatory", "exploratory", "calibration", "smoke"]
STATUSES: tuple[Status, ...] = ("confirmatory", "exploratory", "calibration", "smoke")


@dataclass(frozen=True)
class Held:
    """A seat, and who held it."""

    name: str
    agent: str | None
    """The agent's id, such as `policy/grim` or a model's; `None` where a log does not say."""
    role: str = ""
    """`focal`, `background`, or empty: in a line-up every seat counts."""
    brief: str = ""
    """What the seat was told once, before the first turn; empty where a log does not hold it."""


@dataclass(frozen=True, eq=False)
class Filed:
    """An episode of a run. Two are the same when they are the same object."""

    id: str
    """Any text; unique in its run; never a path."""
    episode: Episode
    seats: Sequence[Held]
    arm: str | None = None
    """The study's condition it was played under; `None` for an import."""
    replicate: int | None = None
    status: Status = "exploratory"
    finished: bool = True
    """False for a game that was cut short or is still being played."""
    damaged: bool = False
    """True where an import found a bad line: readable, but nothing is measured."""
    block: str | None = None
    """The block it is compared within: both sides of a topic, say; `None` where it is in none."""
    chain: str | None = None
    """The chain it is a link of: each inherits what the one before left."""
    link: int | None = None
    """Its place in the chain, from 0."""
    origin: Mapping[str, Json] | None = None
    """Of a fork: the run and the episode it branched off, where, and what was changed."""
    kept: Mapping[str, Json] = field(default_factory=dict)
    """What an import keeps beside: its header, unknown fields, bad lines."""

    @property
    def focal(self) -> int | None:
        """The focal seat; `None` in a line-up."""
        return next((at for at, seat in enumerate(self.seats) if seat.role == "focal"), None)
