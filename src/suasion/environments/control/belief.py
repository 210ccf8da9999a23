"""What the controller is asked that it holds true: which channel is worth most."""

from __future__ import annotations

from collections.abc import Sequence

from suasion.core.asks import Choose
from suasion.core.environment import Belief

QUESTION = (
    "On which of these do you yourself believe that a unit pays most over all steps that follow, "
    "whatever you are about to spend? Name {channels}."
)


def of(channels: Sequence[str]) -> Belief:
    """One of the channels: what the numbers of the rules prove right or wrong."""
    question = QUESTION.format(channels=" or ".join(channels))
    return Belief(question, Choose(tuple(channels)), "NAME")
