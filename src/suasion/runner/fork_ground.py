"""An episode that can be forked: its rules as installed, and which step made each event."""

from __future__ import annotations

from bisect import bisect_left
from contextlib import suppress
from dataclasses import dataclass
from typing import Any

from suasion import catalogue
from suasion.agents import UnknownAgent, known
from suasion.core.asks import Ask
from suasion.core.environment import Environment
from suasion.core.episode import Decision, Episode
from suasion.core.fork import steps_of
from suasion.core.play import drive
from suasion.core.replay import OtherRules, replaying, same_rules
from suasion.measures.filed import Filed
from suasion.runner.fork_past import Drawn, answered, counted, drawn
from suasion.runner.remake import remake
from suasion.store.run import Run


class Unforkable(ValueError):
    """A fork that cannot be made, and the nearest one that can."""

    def __init__(self, said: str, *instead: str) -> None:
        super().__init__(said)
        self.instead = instead
        """Options of `suasion fork` for this episode; empty where none would do."""


@dataclass(frozen=True)
class Ground:
    """What a fork branches off."""

    filed: Filed
    env: Environment[Any]
    steps: list[int]
    """For each event, the step whose rules made it."""

    @property
    def episode(self) -> Episode:
        """The original."""
        return self.filed.episode

    @property
    def names(self) -> list[str]:
        """Of the seats, in their order."""
        return [seat.name for seat in self.env.seats()]

    def step_of(self, event: int) -> int:
        """The step that made an event: the last that stands.

        Errors: `Unforkable`, where there is no such event.
        """
        if 0 <= event < len(self.steps):
            return self.steps[event]
        count = len(self.steps)
        there = f"there are: 0 to {count - 1}" if count else "it has none"
        last = ("--at", str(count - 1)) if count else ()
        raise Unforkable(f"no event {event} in {self.filed.id[:80]!r}; {there}", *last)

    def seat(self, name: str, *instead: str) -> int:
        """The number of a seat."""
        if name in self.names:
            return self.names.index(name)
        there = ", ".join(self.names)
        raise Unforkable(f"no seat {name[:80]!r} in this episode; there are: {there}", *instead)

    def copies(self, event: int) -> list[int]:
        """The seats that were sent a copy of an event, but for who made it, in order.

        Copies that channels made for others are among them, and those that they lost are not.
        """
        made = {seat: results for at, seat, results in self.episode.changed if at == event}
        found = self.episode.events[event]
        by, to = found.by, found.audience(len(self.names))
        sent = {seat: made.get(seat, [[seat]]) for seat in to if seat != by}
        return sorted({each[0] for results in sent.values() for each in results})

    def answered(self, step: int) -> dict[int, Decision]:
        """By seat, the turns whose answers made a step: none for what was there at first."""
        return answered(self.episode, step)

    def ask(self, decision: Decision) -> Ask:
        """What a seat was asked when it decided."""
        step = decision.step
        known = (d for d in self.episode.decisions if d.step < step or (d.step == step and d.aside))
        play = replaying(self.env, self.episode)
        with suppress(LookupError):  # the record ends here, as it should
            drive(play, [None] * play.seats, list(known))
        return play.asked[decision.key].turn.ask

    def drawn(self, event: int) -> dict[str, Drawn]:
        """The draws that led to an event, since the step that made the one before, by name."""
        step = self.step_of(event)
        since = max((each for each in self.steps if each < step), default=-1)
        return drawn(self.episode, since, step)

    def events_after(self, name: str) -> list[int]:
        """The first event that followed each of the draws of a name."""
        steps = [each.through for each in counted(self.episode) if each.name == name]
        first = (bisect_left(self.steps, step) for step in steps)
        return sorted({at for at in first if at < len(self.steps)})


def ground(run: Run, name: str) -> Ground:
    """The episode of a run, ready to be forked.

    Errors: `Unforkable` says why it cannot be; `UnknownEpisode` where there is none of that name.
    """
    filed = run.filed(name)
    _whole(run.row(name).state, filed)
    env = _rules(filed)
    try:
        steps = steps_of(env, filed.episode)
    except Exception as error:  # whatever rules do with a record that they did not make
        said = f"{type(error).__name__}: {error}"
        raise Unforkable(f"{name[:80]!r} cannot be played again from its record: {said}") from None
    if len(steps) != len(filed.episode.events):
        raise Unforkable(f"{name[:80]!r}, played again from its record, goes otherwise")
    return Ground(filed, env, steps)


def _whole(state: str, filed: Filed) -> None:
    name, again = repr(filed.id[:80]), "only a whole episode can be forked"
    if filed.damaged:
        raise Unforkable(f"{name} is damaged: it is not what was recorded, and {again}")
    if state != "whole":
        raise Unforkable(f"{name} is {state}: {again}")
    if not filed.finished:
        raise Unforkable(f"{name} is unfinished: it was cut short, and {again}")
    if not filed.episode.decisions:
        raise Unforkable(
            f"{name} is from a log of events: it holds no decisions, and without what seats"
            " were asked and answered it cannot be played on"
        )


def _rules(filed: Filed) -> Environment[Any]:
    """The rules that an episode was played by, as they are now, and seats that can be held."""
    header = filed.episode.header
    try:
        kit = catalogue.kit(header.environment)
        if kit.environment.version != header.version:
            raise OtherRules(
                f"the record is of {header.environment}, rules version {header.version}; these"
                f" rules are version {kit.environment.version}"
            )
        env = remake(header.environment, header.settings)
        same_rules(env, filed.episode)
        if unknown := [seat.name for seat in filed.seats if seat.agent is None]:
            raise UnknownAgent(f"the record does not say who held {', '.join(unknown)}")
        for agent, asked_with in {repr(s): (s.agent, s.asked_with) for s in filed.seats}.values():
            known(agent or "", kit, asked_with)
    except (catalogue.Mistake, OtherRules, UnknownAgent) as error:
        raise Unforkable(f"{filed.id[:80]!r} cannot be played on: {error}") from None
    return env
