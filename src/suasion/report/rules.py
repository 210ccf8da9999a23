"""The environment a record was played in, where it is installed: a page reads well without it."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import fields
from typing import Any, NamedTuple

from suasion.agents.skinned import worn
from suasion.core.environment import Asked, AskedMany, Environment, words
from suasion.core.episode import Episode
from suasion.core.events import Event
from suasion.core.fork import steps_of
from suasion.core.replay import replaying
from suasion.measures.beside import Beside, Glyph
from suasion.measures.filed import Filed
from suasion.measures.kit import Kit, by_audience
from suasion.measures.skin import Skin
from suasion.report.asides import ASIDE, is_aside
from suasion.report.deliveries import UNHEARD_OF, Deliveries

Make = Callable[[str, dict[str, Any]], Environment[Any]]
"""An environment from its name and settings; any error where that cannot be done."""


class Rules(NamedTuple):
    """What is known of how an episode was played."""

    kit: Kit | None
    env: Environment[Any] | None
    """None where it is not installed, or will not take these settings."""

    def tell(self, held: Event, seat: int) -> str | None:
        """An event, as a seat holds it, in that seat's words; None where nobody can say."""
        if self.env is None:
            return None
        try:
            return self.env.tell(held, seat)
        except UNHEARD_OF:
            return None

    def deliveries(self, episode: Episode) -> Deliveries:
        """The ways of its events; whether the late ones arrived is said by these very rules."""
        steps = None
        if self.env is not None and episode.changed:
            # Rules may raise anything at a record that is not of them.
            with suppress(Exception):
                steps = steps_of(self.env, episode)
        return Deliveries(episode, steps)

    def brief(self, filed: Filed, seat: int) -> str:
        """What a seat was told once: as recorded, else as the rules say it."""
        recorded = filed.seats[seat].brief
        if recorded or self.env is None or not filed.episode.decisions:
            return recorded
        return self.env.brief(seat)

    def worn(self, filed: Filed, seat: int) -> Skin | None:
        """The skin that a seat wore; None for none, and for one that is not installed."""
        if self.kit is None:
            return None
        try:
            return worn(filed.seats[seat].asked_with, self.kit)
        except LookupError:
            return None

    def current(self, filed: Filed) -> bool:
        """Whether these are the very rules that were played."""
        return self.env is not None and self.env.version == filed.episode.header.version

    def glyph(self, event: Event) -> Glyph:
        """How an event is drawn; where its environment cannot say, by who was told."""
        if is_aside(event):
            return Glyph("aside", (), ASIDE)
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
        return Rules(kit, make(header.environment, _settings(filed, kit)))
    except UNHEARD_OF:
        return Rules(kit, None)


def _settings(filed: Filed, kit: Kit) -> dict[str, Any]:
    """The settings of an episode; of one that others recorded, those that these rules know."""
    header = filed.episode.header
    if header.source != "recorded":
        return dict(header.settings)
    known = {field.name for field in fields(kit.environment)}
    return {name: value for name, value in header.settings.items() if name in known}


class Spoken(NamedTuple):
    """One moment at which a seat was asked, and what it was told."""

    asked: Asked
    words: str


def moments(env: Environment[Any], episode: Episode) -> Iterator[Spoken]:
    """Every moment of an episode again, from its record alone; of a group its first seat's."""
    play = replaying(env, episode)
    known = {decision.key: decision for decision in episode.decisions}
    while play.asked:
        for asked in tuple(play.asked.values()):
            decision = known.get(asked.key)
            if decision is None:
                return
            one = _first(asked)
            yield Spoken(one, words(env, one))
            play.take(decision)


def _first(asked: Asked | AskedMany) -> Asked:
    """What the first seat of a group is given."""
    if isinstance(asked, Asked):
        return asked
    seat = asked.seat
    shared = (event.told_to(seat) for event in asked.news)
    news = [event for event in shared if event is not None]
    news += asked.own.get(seat, ())
    return Asked(*asked[:5], news, asked.chance)
