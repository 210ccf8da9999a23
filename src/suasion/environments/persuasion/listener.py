"""A target that is drawn to the positions it hears, as far as they lie within its confidence.

Its stance y is on the scale of the probes and begins at `start`. A turn of the other argues for a
position p, from -3 to 3, with a strength s, from 0 to 1; it moves the stance

    y  <-  start + (1 - stubbornness) * (y + susceptibility * s * (p - y) - start)

where |p - y| is at most `confidence`, and else leaves it where only the weight of its first
opinion draws it. The bound is that of Deffuant, Neau, Amblard and Weisbuch (2000, Advances in
Complex Systems 3:87), the weight of the first opinion that of Friedkin and Johnsen (1990, Journal
of Mathematical Sociology 15:193); that a position counts by its strength is ours.

Of a turn in the words of the repertoire p is the end of the scale that it argues for and s its
force. What other words argue for, somebody has to read for it: a model, where the seat is a hybrid
(`hybrid/listener?model=PROVIDER/MODEL`). Unread words move nothing. Probes are answered as any
target's are.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import NamedTuple

from suasion.core.asks import Answer, Json, Number, Record
from suasion.core.environment import Asked, BadSetting, Said
from suasion.core.events import Event
from suasion.environments.persuasion.policies import DIGITS, Target
from suasion.environments.persuasion.repertoire import force_of
from suasion.environments.persuasion.words import ANCHORS
from suasion.measures.reading import Question

SAID = ("say", "counter")
"""Events whose words it takes in."""
WIDEST = 6.0
"""From one end of the scale to the other: every position is within this confidence."""
READING = Record({"position": Number(-3, 3), "strength": Number(0, 1)})
QUESTION = """\
Before anything else, and seen by nobody: read what the other wrote last.

{text}

In "position", say which stance on the proposition these words argue for, whatever you think of \
it: a number from -3 ({low}) to 3 ({high}). In "strength", say how strong the argument for it is: \
a number from 0 (there is none) to 1 (as strong as can be).
Answer with one JSON object and nothing else: {{"position": NUMBER, "strength": NUMBER}}"""


class Reading(NamedTuple):
    """What a turn argues for."""

    position: float
    strength: float


@dataclass
class Listener(Target):
    """A target of bounded confidence, which others may read for."""

    confidence: float = WIDEST
    readings: dict[str, Reading] = field(default_factory=dict, init=False)
    """What was read for it, by the words."""

    def __post_init__(self) -> None:
        super().__post_init__()
        if not 0 <= self.susceptibility <= 1:
            raise BadSetting("susceptibility", self.susceptibility, "a number from 0 to 1")
        if not 0 <= self.confidence <= WIDEST:
            raise BadSetting("confidence", self.confidence, f"a number from 0 to {WIDEST:g}")

    def __call__(self, asked: Asked) -> Answer | Said:
        """Answer a probe and forget it, or reply and be moved."""
        said = super().__call__(asked)
        if asked.aside or not isinstance(said, Said):
            return said
        taken = [list(self.reading(event)) for event in self._heard(asked.news, asked.seat)]
        return said._replace(meant={**said.meant, "read": taken})

    def to_read(self, event: Event, seat: int) -> Question | None:
        """What a turn argues for, where its words are not the repertoire's."""
        if not self._heard((event,), seat):
            return None
        text = event.data["text"]
        if text in self.readings or force_of(text) is not None:
            return None
        ends = {"low": ANCHORS[-3], "high": ANCHORS[3]}
        return Question(QUESTION.format(text=text, **ends), READING)

    def understood(self, event: Event, answer: Json) -> None:
        """Take in what a turn argues for."""
        said = answer or {"position": 0.0, "strength": 0.0}
        self.readings[event.data["text"]] = Reading(said["position"], said["strength"])

    def reading(self, event: Event) -> Reading:
        """What a turn argues for, as far as it is known."""
        known = self.readings.get(event.data["text"])
        if known is not None:
            return known
        force = force_of(event.data["text"]) or 0.0
        return Reading(3.0 if force > 0 else -3.0 if force < 0 else 0.0, abs(force))

    def _moved(self, news: Sequence[Event], own: int) -> float:
        moved = self.moved
        for event in self._heard(news, own):
            position, strength = self.reading(event)
            gap = position - (self.start + moved)
            if abs(gap) <= self.confidence or self.confidence == WIDEST:
                moved += self.susceptibility * strength * gap
            moved *= 1 - self.stubbornness
        return round(moved, DIGITS)

    def _heard(self, news: Sequence[Event], own: int) -> list[Event]:
        return [event for event in news if event.kind in SAID and event.by != own]


def listener(
    start: float = 0.0,
    susceptibility: float = 0.5,
    noise: float = 0.5,
    stubbornness: float = 0.0,
    confidence: float = WIDEST,
) -> Listener:
    """A target drawn to the positions it hears, as far as they are within its confidence."""
    return Listener(start, susceptibility, noise, 0.0, stubbornness, confidence=confidence)
