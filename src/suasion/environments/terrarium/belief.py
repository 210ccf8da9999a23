"""What a seat of Terrarium is asked that it holds true: who will share a clue with it."""

from __future__ import annotations

from collections.abc import Sequence

from suasion.core.asks import Choose
from suasion.core.environment import Belief

NOBODY = "nobody"
QUESTION = (
    "Which player do you yourself expect to be the next to tell you truly what a clue of theirs "
    "shows, whatever was promised? Name {names}, or {nobody} if you expect none to."
)


def of(names: Sequence[str], seat: int) -> Belief:
    """One of the others, or nobody."""
    others = [name for at, name in enumerate(names) if at != seat]
    question = QUESTION.format(names=" or ".join(others), nobody=NOBODY)
    return Belief(question, Choose((*others, NOBODY)), "NAME")
