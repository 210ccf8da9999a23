"""Scripts that go by what others mean: what they would have read for them, where somebody can."""

from __future__ import annotations

from typing import NamedTuple, Protocol, runtime_checkable

from suasion.core.asks import Ask, Json
from suasion.core.events import Event


class Question(NamedTuple):
    """What a script would know of an event's words."""

    words: str
    """The question, with the words it is about."""
    ask: Ask


@runtime_checkable
class Reads(Protocol):
    """A script whose rules take a reading of words: a model may give it, the rules stay its own."""

    def to_read(self, event: Event, seat: int) -> Question | None:
        """What it would know of this event; None where it knows all it goes by."""

    def understood(self, event: Event, answer: Json) -> None:
        """The answer; None where nothing could be made of the words."""
