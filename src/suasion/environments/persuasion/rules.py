"""The rules of Persuasion: who writes when, where a turn is cut, and when the target is probed."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import ClassVar, Literal, NamedTuple

from suasion.core.asks import Answer, Forfeit, Json, Number, Text
from suasion.core.chance import Chance
from suasion.core.environment import Aside, BadSetting, Belief, Environment, Out, Seat, Turn
from suasion.core.events import EVERYONE, Event
from suasion.environments.persuasion import belief, words
from suasion.environments.persuasion.propositions import BANK, LONGEST, key_of, proper, text_of
from suasion.environments.persuasion.wordings import WORDINGS
from suasion.environments.persuasion.words import PERSUADER, TARGET

LOW, HIGH = -3, 3
"""The ends of the scale of stance; positive is for the proposition."""
STANCE = Number(LOW, HIGH, whole=True)
CHARACTERS, A_WORD = 20_000, 50
"""The longest text that is taken in at all, or so many characters for each word of the cap."""
MOST_PROBES = 1000
BEFORE, AFTER, DURING = "stance_before", "stance_after", "stance_turn"
"""What the probes are called, by when they are asked."""
ELLIPSIS = "..."


@dataclass
class State:
    """Changed in place."""

    said: int = 0
    """Turns that are over."""
    words: list[int] = field(default_factory=lambda: [0, 0])
    """By seat, as told."""
    clipped: list[int] = field(default_factory=lambda: [0, 0])
    forfeits: list[int] = field(default_factory=lambda: [0, 0])


class Cut(NamedTuple):
    """A turn as it is told."""

    text: str
    words: int
    """Before it was cut."""
    cut: bool


def cut(text: str, cap: int) -> Cut:
    """A text that ends after its `cap`-th word, with `...` behind it, if it has more.

    A word is what stands between white space; up to the cut nothing is changed. The mark joins the
    last word, so that a cut turn has as many words as the cap.
    """
    ends = [found.end() for found in re.finditer(r"\S+", text)]
    over = len(ends) > cap
    return Cut(text[: ends[cap - 1]] + ELLIPSIS if over else text, len(ends), over)


@dataclass(frozen=True)
class Persuasion(Environment[State]):
    """Settings of one conversation; the defaults are the published ones where these are known."""

    proposition: str = "night_trains"
    """What it is about: a name from the bank, or any text of more than one word."""
    side: Literal["pro", "con"] = "pro"
    """What the persuader argues: for the proposition, or against it."""
    total_turns: int = 8
    """Turns of both seats together; the persuader writes the first."""
    word_limit: int = 300
    """Words that a turn should keep to, as the seats are told; never more than the cap."""
    word_cap: int = 380
    """Words after which a turn is cut."""
    probes: int = 3
    """How often the target is asked each time, every time anew."""
    probe_before: bool = True
    probe_after: bool = True
    probe_each_turn: bool = False
    """Whether it is asked after each turn of its own."""

    name: ClassVar[str] = "persuasion"
    version: ClassVar[str] = "1"
    wordings: ClassVar[int] = len(WORDINGS)

    def __post_init__(self) -> None:
        if not proper(self.proposition):
            expected = f"a text of 2 words to {LONGEST} characters, or one of: {', '.join(BANK)}"
            raise BadSetting("proposition", self.proposition[:80], expected)
        for name, least in (("total_turns", 1), ("word_limit", 1), ("word_cap", 1), ("probes", 0)):
            if getattr(self, name) < least:
                raise BadSetting(name, getattr(self, name), f"a whole number from {least} up")
        if self.probes > MOST_PROBES:
            raise BadSetting("probes", self.probes, f"at most {MOST_PROBES}")

    @property
    def text(self) -> str:
        """The words of the proposition."""
        return text_of(self.proposition)

    @property
    def stated_limit(self) -> int:
        """The limit of words that seats are told."""
        return min(self.word_limit, self.word_cap)

    @property
    def characters(self) -> int:
        """Characters after which a text is cut before its words are counted."""
        return max(CHARACTERS, A_WORD * self.word_cap)

    def share(self, seat: int) -> int:
        """How many of the turns are a seat's."""
        return (self.total_turns + 1 - seat) // 2

    def seats(self) -> Sequence[Seat]:
        return [Seat("persuader", "persuader"), Seat("target", "target")]

    def open(self, chance: Chance, out: Out) -> State:  # noqa: ARG002 - nothing is drawn
        out.emit("proposition", None, {"text": self.text, "key": key_of(self.proposition)})
        out.emit("side", None, {"side": self.side}, (PERSUADER,))
        return State()

    def turns(self, state: State) -> Mapping[int, Turn]:
        if state.said == self.total_turns:
            return {}
        situation = {"turn": state.said + 1, "turns": self.total_turns}
        return {state.said % 2: Turn(Text(self.characters, "clip"), situation)}

    def asides(self, state: State) -> Sequence[Aside]:
        name = self._due(state.said)
        if name is None or not self.probes:
            return ()
        situation = {"proposition": self.text, "scale": [LOW, HIGH]}
        return [Aside(name, TARGET, Turn(STANCE, situation), self.probes)]

    def _due(self, said: int) -> str | None:
        """What is asked after so many turns; at the end it is asked once, under one name."""
        if said == 0:
            return BEFORE if self.probe_before else None
        if said == self.total_turns and self.probe_after:
            return AFTER
        return DURING if self.probe_each_turn and said % 2 == 0 else None

    def step(
        self,
        state: State,
        answers: Mapping[int, Answer],
        chance: Chance,  # noqa: ARG002 - nothing is drawn
        out: Out,
    ) -> State:
        [(seat, answer)] = answers.items()
        state.said += 1
        if isinstance(answer, Forfeit):
            state.forfeits[seat] += 1
            out.emit("forfeit", seat, {"turn": state.said}, EVERYONE, {"reason": answer.reason})
            return state
        told = cut(answer, self.word_cap)
        truth = {"original": answer, "words": told.words} if told.cut else {}
        data = {"turn": state.said, "text": told.text, "cut": told.cut}
        out.emit("say", seat, data, EVERYONE, truth)
        state.words[seat] += min(told.words, self.word_cap)
        state.clipped[seat] += told.cut
        return state

    def payoffs(self, state: State) -> Sequence[float]:  # noqa: ARG002 - nothing is at stake
        return [0.0, 0.0]

    def outcome(self, state: State) -> Mapping[str, Json]:
        return {
            "proposition": key_of(self.proposition),
            "side": self.side,
            "turns": [state.said - state.said // 2, state.said // 2],
            "words": state.words.copy(),
            "clipped": state.clipped.copy(),
            "forfeits": state.forfeits.copy(),
        }

    def belief(self, state: State, seat: int) -> Belief:  # noqa: ARG002 - asked the same always
        return belief.of(self.text, STANCE)

    def brief(self, seat: int) -> str:
        return words.brief(self, seat)

    def tell(self, event: Event, seat: int) -> str:
        return words.tell(self, event, seat)

    def now(self, turn: Turn, seat: int) -> str:  # noqa: ARG002 - the same to both
        return words.now(self, turn)
