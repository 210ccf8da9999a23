"""Where a game of Terrarium stands: changed in place, and never shown.

What a view shows by reference (`seen`, `alive`, `clues`, `partners`, `incoming`, `trust`) is
replaced when it changes and never changed, so that views can share it.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import NamedTuple

from suasion.core.asks import Json
from suasion.environments.terrarium.bank import BANK, Entry

Message = list[int | str]
"""Round, sender, text: as a view shows it."""


@dataclass(slots=True)
class Puzzle:
    """A word in two halves; holder i has clue i."""

    id: str
    entry: Entry
    made: int
    holders: tuple[int, int]


class Letter(NamedTuple):
    """A private message, as long as a puzzle can solve itself by it."""

    round: int
    by: int
    to: int
    text: str


class Offer(NamedTuple):
    """Tokens that one seat would give another; nothing is set aside for it."""

    by: int
    to: int
    tokens: int
    ask: str
    made: int


@dataclass(slots=True)
class Windows:
    """The messages that one seat has in view; the latest few are shown."""

    public: list[Message]
    """One list for all seats, where every message reaches everyone."""
    inbox: list[Message] = field(default_factory=list)
    caught: list[Message] = field(default_factory=list)
    """Round, sender, text and recipient of what the eavesdropper intercepted."""
    read: int = 0
    """How many deliveries were put in here, where a channel decides what arrives."""


@dataclass(slots=True)
class State:
    """One game; seats by their numbers."""

    tokens: list[int]
    personas: list[int]
    """Whose persona each seat has now."""
    windows: list[Windows]
    direct: bool
    """Whether every event reaches whom it is told, at once."""
    alive: list[int]
    round: int = 0
    now: Mapping[str, int] = field(default_factory=dict)
    """What every pass of this round says, once: most of what happens is that nothing does."""
    due: list[int] = field(default_factory=list)
    """Who still acts in this round; sequential order asks the first alone."""
    over: bool = False
    pool: list[Entry] = field(default_factory=lambda: list(BANK))
    drawn: int = field(default=len(BANK))
    """How many words of the pool are used; all of them calls for a shuffle."""
    hinted: set[int] = field(default_factory=set)
    """Who was dealt a clue since the pool was shuffled."""
    pool_shows: bool = False
    """Whether its order has shown to all since then, by a puzzle that was solved."""
    puzzles: dict[str, Puzzle] = field(default_factory=dict)
    """The active ones, the oldest first."""
    seen: list[str] = field(default_factory=list)
    """The ids in view: one round less than a puzzle can be solved."""
    clues: list[dict[str, str]] = field(default_factory=list)
    partners: list[dict[str, list[int]]] = field(default_factory=list)
    """The living co-holders of each puzzle that a seat holds and sees, the oldest first."""
    named: list[dict[str, int]] = field(default_factory=list)
    """For each seat, the ids it wrote about and in which round it last did."""
    letters: deque[Letter] = field(default_factory=deque)
    offers: dict[str, Offer] = field(default_factory=dict)
    incoming: list[list[Json]] = field(default_factory=list)
    """The offers to each seat as its view shows them: id, seat, tokens, what is asked."""
    offered: int = 0
    ratings: dict[tuple[int, int], int] = field(default_factory=dict)
    """What each rater last said of another: 1, 0 or -1."""
    trust: list[float | None] = field(default_factory=list)
    """The mean rating of each seat, `None` for the unrated; empty until somebody rates."""
    shouted: set[int] = field(default_factory=set)
    """Who shouted in this round."""
    died: list[int | None] = field(default_factory=list)
    solved: int = 0
    expired: int = 0
