"""The environment a record was played in, where it is installed: a page reads well without it."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any, NamedTuple

from suasion.core.chance import Recorded
from suasion.core.environment import Asked, Environment, words
from suasion.core.episode import Decision, Episode, all_draws
from suasion.core.events import Event
from suasion.core.play import Play
from suasion.measures.beside import Beside, Glyph
from suasion.measures.filed import Filed
from suasion.measures.kit import Kit, by_audience

Make = Callable[[str, dict[str, Any]], Environment[Any]]
"""An environment from its name and settings; any error where that cannot be done."""


UNHEARD_OF = (LookupError, TypeError, ValueError, AttributeError, ArithmeticError)
"""What rules may raise at a record from elsewhere, whose events and settings may hold anything."""


class Rules(NamedTuple):
    """What is known of how an episode was played."""

    kit: Kit | None
    env: Environment[Any] | None
    """None where it is not installed, or will not take these settings."""

    def tell(self, event: Event, seat: int) -> str | None:
        """An event in the words of a seat; None where nobody can say."""
        if self.env is None:
            return None
        try:
            return self.env.tell(event.told(), seat)
        except UNHEARD_OF:
            return None

    def brief(self, filed: Filed, seat: int) -> str:
        """What a seat was told once: as recorded, else as the rules say it."""
        recorded = filed.seats[seat].brief
        if recorded or self.env is None or not filed.episode.decisions:
            return recorded
        return self.env.brief(seat)

    def current(self, filed: Filed) -> bool:
        """Whether these are the very rules that were played."""
        return self.env is not None and self.env.version == filed.episode.header.version

    def glyph(self, event: Event) -> Glyph:
        """How an event is drawn; where its environment cannot say, by who was told."""
        try:
            return by_audience(event) if self.kit is None else self.kit.glyph(event)
        except UNHEARD_OF:
            return by_audience(event)

    def beside(self, filed: Filed) -> Beside | None:
        """What stands beside the transcript, where the environment has something to say."""
        if self.kit is None or self.kit.beside is None or filed.damaged:
            return None
        try:
            return self.kit.beside(filed)
        except UNHEARD_OF:
            return None


def rules_of(filed: Filed, kit: Kit | None, make: Make) -> Rules:
    """The rules of one episode."""
    header = filed.episode.header
    if kit is None or header.environment != kit.environment.name:
        return Rules(None, None)
    try:
        return Rules(kit, make(header.environment, dict(header.settings)))
    except UNHEARD_OF:
        return Rules(kit, None)


class Spoken(NamedTuple):
    """One moment at which a seat was asked, and what it was told."""

    asked: Asked
    words: str


def moments(env: Environment[Any], episode: Episode) -> Iterator[Spoken]:
    """Every moment of an episode again, from its record alone."""
    source = Recorded(all_draws(episode), None, episode.header.source)
    play = Play(env, episode.header.seed, source)
    known = {decision.key: decision for decision in episode.decisions}
    while play.asked:
        for asked in tuple(play.asked.values()):
            decision: Decision | None = known.get(asked.key)
            if decision is None:
                return
            yield Spoken(asked, words(env, asked))
            play.take(decision)
