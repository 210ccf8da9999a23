"""What led to a step of an episode: the answers that were applied in it, and what was drawn."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from itertools import chain

from suasion.core.chance import Draw
from suasion.core.episode import Decision, Episode
from suasion.core.play import INNER


@dataclass(frozen=True)
class Drawn:
    """A draw that was made in a step."""

    name: str
    """As it is written on the command line: with `#` and its place where there are several."""
    draw: Draw
    number: int
    """Which of its name in the whole episode, from 0."""
    decision: Decision | None = None
    """The decision that it was made for; `None` for one of the rules."""

    @property
    def through(self) -> int:
        """The last step that stands where it is changed: the one that it is, or leads to."""
        return self.draw.step if self.decision is None else self.decision.step + 1


def answered(episode: Episode, step: int) -> dict[int, Decision]:
    """By seat, the turns whose answers made a step: none for what was there at first."""
    turns = (d for d in episode.decisions if d.step == step - 1 and not d.aside)
    return {seat: decision for decision in turns for seat, _ in decision.each()}


def counted(episode: Episode) -> list[Drawn]:
    """Every draw of an episode, with its number among those of its name."""
    turns = (d for d in episode.decisions if INNER not in d.aside)
    own = ((draw, decision) for decision in turns for draw in decision.draws)
    every = chain(((draw, None) for draw in episode.draws), own)
    seen: dict[str, int] = {}
    found = []
    for draw, decision in every:
        if draw.value is not None:  # else it only reveals others
            number = seen[draw.name] = seen.get(draw.name, -1) + 1
            found.append(Drawn(draw.name, draw, number, decision))
    return found


def drawn(episode: Episode, since: int, step: int) -> dict[str, Drawn]:
    """The draws that led to a step, after another: by the rules, and by those who answered."""
    return _named(each for each in counted(episode) if since < each.through <= step)


def _named(draws: Iterable[Drawn]) -> dict[str, Drawn]:
    """By name, with their places where there are several of one name."""
    by: dict[str, list[Drawn]] = {}
    for each in draws:
        by.setdefault(each.name, []).append(each)
    found = {}
    for plain, several in by.items():
        for place, each in enumerate(several):
            name = plain if len(several) == 1 else f"{plain}#{place}"
            found[name] = replace(each, name=name)
    return found
