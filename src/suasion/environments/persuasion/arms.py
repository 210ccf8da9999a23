"""What each arm of Persuasion is made of: phases of turns, one after the other, and who takes them.

An arm is what is done to the target between two times that it is asked where it stands. All but
the conversation itself stays as it is, so that the difference of two arms is what the one has and
the other has not.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Final, Literal, NamedTuple

from suasion.environments.persuasion.words import PERSUADER, TARGET

if TYPE_CHECKING:
    from suasion.environments.persuasion.rules import Persuasion

Arm = Literal[
    "plain",
    "recon_notes",
    "reprobe",
    "off_topic",
    "dose",
    "disclosure",
    "counter",
    "self_play",
    "baseline",
]
TALK, RECON, NOTES, COUNTER, RESTATE = "talk", "recon", "notes", "counter", "restate"
"""Phases: the conversation, the one before it, what the persuader then writes for itself, the round
for the other side, and being asked once more without a conversation.
"""
BY_TURNS: Final = (TALK, RECON, COUNTER)
"""Phases in which seats write to one another."""


class Phase(NamedTuple):
    """Turns of one kind."""

    name: str
    turns: int
    by: tuple[int, ...]
    """The seats that take them, in turn."""


class Act(NamedTuple):
    """One turn."""

    phase: Phase
    number: int
    """Within its phase, from 1."""

    @property
    def seat(self) -> int:
        """Whose it is."""
        return self.phase.by[(self.number - 1) % len(self.phase.by)]

    @property
    def last(self) -> bool:
        """Whether its phase ends with it."""
        return self.number == self.phase.turns


def phases(env: Persuasion, first: int) -> Sequence[Phase]:
    """What an episode is made of, where seat `first` opens."""
    both = (first, 1 - first)
    talk = Phase(TALK, env.total_turns, (PERSUADER,) if env.arm == "dose" else both)
    match env.arm:
        case "baseline":
            return ()
        case "reprobe":
            return (Phase(RESTATE, 1, (TARGET,)),)
        case "recon_notes":
            recon = Phase(RECON, env.recon_turns, (PERSUADER, TARGET))
            return recon, Phase(NOTES, 1, (PERSUADER,)), talk
        case "counter":
            return talk, Phase(COUNTER, env.counter_turns or env.total_turns, both)
    return (talk,)


def act(env: Persuasion, first: int, over: int) -> Act | None:
    """The turn that is due after so many; none at the end."""
    for phase in phases(env, first):
        if over < phase.turns:
            return Act(phase, over + 1)
        over -= phase.turns
    return None


def argues(env: Persuasion) -> bool:
    """Whether the persuader is given a side at all."""
    return env.arm not in ("off_topic", "reprobe", "baseline")
