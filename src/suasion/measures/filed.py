"""An episode as a run files it: what was played, and what the run knows of it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import Literal

from suasion.core.asks import Forfeit, Json
from suasion.core.episode import Episode

Status = Literal["confirmatory", "exploratory", "calibration", "smoke"]
SCRIPT = "policy/"
"""How the ids of agents begin that nobody waits for."""
FORFEITED = ("malformed", "wrong_schema", "empty", "truncated", "refused")
"""The names of forfeits that seats do not choose: what they said did not come out as an answer."""
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
    asked_with: Mapping[str, Json] = field(default_factory=dict)
    """Of a model: how it was asked, as the study said it."""


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
    lost: str = ""
    """Of one that is missing, why: the name of what blocked it, or its state."""
    retried: bool = False
    """Whether some seat had to be asked again for one answer."""

    @property
    def focal(self) -> int | None:
        """The focal seat; `None` in a line-up."""
        return next((at for at, seat in enumerate(self.seats) if seat.role == "focal"), None)

    @cached_property
    def answers(self) -> Counter[str]:
        """Acts of seats that are waited for: how many were lost, by `FORFEITED`; the rest as ""."""
        waited = {at for at, seat in enumerate(self.seats) if not _script(seat.agent)}
        found = Counter[str]()
        for each in self.episode.decisions if waited else ():
            if not each.aside and each.seat in waited:
                lost = each.answer.reason if isinstance(each.answer, Forfeit) else ""
                found[lost if lost in FORFEITED else ""] += 1
        return found


def _script(agent: str | None) -> bool:
    return agent is None or agent.startswith(SCRIPT)
