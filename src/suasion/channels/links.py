"""The links that a delivery chain is made of."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Literal

from suasion.channels.text import TEXT, everywhere, has_words
from suasion.core.asks import Json
from suasion.core.chance import Chance
from suasion.core.views import Delivery


@dataclass(frozen=True)
class Reach:
    """Which copies a link works on."""

    kinds: tuple[str, ...] = ()
    """Kinds of events; none for all that is somebody's doing, since the rules need no channel."""
    seat: int | None = None
    """The seat whose copies; all by default."""

    def covers(self, sent: Delivery) -> bool:
        """Whether a copy is one of them."""
        if self.seat is not None and sent.seat != self.seat:
            return False
        kind, by, *_ = sent.event
        return kind in self.kinds if self.kinds else by is not None


@dataclass(frozen=True)
class Sanitise:
    """Strip control characters and break what looks like a turn of a conversation."""

    reach: Reach

    def __call__(self, sent: Delivery, chance: Chance) -> Iterable[Delivery]:  # noqa: ARG002
        return [_holding(sent, everywhere(sent.event.data))] if self.reach.covers(sent) else [sent]


@dataclass(frozen=True)
class Loss:
    """Lose a copy, each with the same chance."""

    reach: Reach
    rate: float

    def __call__(self, sent: Delivery, chance: Chance) -> Iterable[Delivery]:
        lost = self.reach.covers(sent) and chance.uniform("loss") < self.rate
        return [] if lost else [sent]


@dataclass(frozen=True)
class Delay:
    """Deliver a copy some steps later, each with the same chance."""

    reach: Reach
    steps: int
    rate: float

    def __call__(self, sent: Delivery, chance: Chance) -> Iterable[Delivery]:
        if not self.reach.covers(sent) or chance.uniform("delay") >= self.rate:
            return [sent]
        return [sent._replace(late=sent.late + self.steps)]


@dataclass(frozen=True)
class Eavesdrop:
    """Tell a seat, too, what others tell each other in private; each message once."""

    reach: Reach
    seat: int
    heard: set[int] = field(default_factory=set)
    """Ids of the events that it has."""

    def __call__(self, sent: Delivery, chance: Chance) -> Iterable[Delivery]:  # noqa: ARG002
        told = isinstance(sent.to, str) or self.seat in sent.to or self.seat == sent.event.by
        if told or sent.id in self.heard or not self.reach.covers(sent):
            return [sent]
        self.heard.add(sent.id)
        return [sent, sent._replace(seat=self.seat)]


@dataclass(frozen=True)
class Inject:
    """Add to the words of an event, or put others in their place; only where it has words."""

    reach: Reach
    text: str
    how: Literal["append", "prepend", "replace"]

    def __call__(self, sent: Delivery, chance: Chance) -> Iterable[Delivery]:  # noqa: ARG002
        data = sent.event.data
        if not self.reach.covers(sent) or not has_words(data):
            return [sent]
        own = data[TEXT]
        whole = {
            "append": f"{own} {self.text}",
            "prepend": f"{self.text} {own}",
            "replace": self.text,
        }
        return [_holding(sent, {**data, TEXT: whole[self.how]})]


def _holding(sent: Delivery, data: Json) -> Delivery:
    """The same copy with other data."""
    return sent._replace(event=sent.event._replace(data=data))
