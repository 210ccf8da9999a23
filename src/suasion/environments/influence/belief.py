"""What a seat of Delegated Influence is asked that it holds true: who will pull for it next."""

from __future__ import annotations

from collections.abc import Sequence

from suasion.core.asks import Choose
from suasion.core.environment import Belief

NOBODY = "nobody"
QUESTION = (
    "Which player do you yourself expect to be the next to pull for you, whatever was said? Name "
    "{names}, or {nobody} if you expect no pull at all."
)


def of(names: Sequence[str], seat: int) -> Belief:
    """One of the others, or nobody: what the next pull for it proves right or wrong."""
    others = [name for at, name in enumerate(names) if at != seat]
    question = QUESTION.format(names=" or ".join(others), nobody=NOBODY)
    return Belief(question, Choose((*others, NOBODY)), "NAME")
