"""A script that holds either seat, so that panels of scripts argue as models do."""

from __future__ import annotations

from dataclasses import dataclass, field

from suasion.core.asks import Answer
from suasion.core.environment import Asked, Said
from suasion.environments.persuasion.policies import Persuader, Target
from suasion.environments.persuasion.words import PERSUADER


@dataclass
class Participant:
    """As persuader it argues with `strength`, as target it is moved by `susceptibility`."""

    strength: float = 0.5
    susceptibility: float = 0.4
    start: float = 0.0
    noise: float = 0.7
    drift: float = 0.0
    stubbornness: float = 0.0
    insight: float = 0.0
    persuader: Persuader = field(init=False, repr=False)
    target: Target = field(init=False, repr=False)

    def __post_init__(self) -> None:
        self.persuader = Persuader(self.strength, self.insight)
        self.target = Target(
            *(self.start, self.susceptibility, self.noise, self.drift, self.stubbornness)
        )

    def __call__(self, asked: Asked) -> Answer | Said:
        """What the script of its seat does."""
        return self.persuader(asked) if asked.seat == PERSUADER else self.target(asked)
