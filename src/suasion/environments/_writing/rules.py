"""The rules of Writing: a source, a text, once more if it is too long, then a cut."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import ClassVar, NamedTuple

from suasion.core.asks import Answer, Forfeit, Text
from suasion.core.chance import Chance
from suasion.core.environment import BadSetting, Environment, Out, Seat, Turn
from suasion.core.events import Event

WRITER = 0
CHARACTERS = 100_000
"""The longest text that is taken in at all."""
ASKED = 2
"""How often a text is asked for: once, and once more where it is too long."""
MOST_WORDS = 10_000
_END = re.compile(r"[.!?\u2026][\"'\u201d\u2019\xbb)\]*_]*(?=\s|$)|\n")
"""The end of a sentence, its closing marks included, or of a line."""


@dataclass
class State:
    """Changed in place."""

    asked: int = 0
    over: bool = False


class Cut(NamedTuple):
    """A text as it is kept."""

    text: str
    words: int
    """Before it was cut."""
    cut: bool


def cut(text: str, cap: int) -> Cut:
    """The longest start of a text that is no longer than `cap` words and ends with a sentence.

    Where its first sentence alone is longer, the text ends after its `cap`-th word.
    """
    ends = [found.end() for found in re.finditer(r"\S+", text)]
    if len(ends) <= cap:
        return Cut(text, len(ends), False)
    head = text[: ends[cap - 1]]
    sentences = [found.end() for found in _END.finditer(head)]
    kept = head[: sentences[-1]] if sentences else head
    return Cut(kept.rstrip(), len(ends), True)


@dataclass(frozen=True)
class Writing(Environment[State]):
    """One text to be written."""

    subject: str = "example"
    """What it is about, for those who look for it; the writer is not told."""
    task: str = "Say in your own words what the text below says."
    """What the writer is told once."""
    given: str = "Nobody has written anything yet."
    """What it is written from."""
    word_cap: int = 500
    """Words that the text may have."""

    name: ClassVar[str] = "writing"
    version: ClassVar[str] = "1"

    def __post_init__(self) -> None:
        if not 1 <= self.word_cap <= MOST_WORDS:
            raise BadSetting("word_cap", self.word_cap, f"from 1 to {MOST_WORDS:,}")

    def seats(self) -> Sequence[Seat]:
        return [Seat("writer", "writer")]

    def open(self, chance: Chance, out: Out) -> State:  # noqa: ARG002 - nothing is drawn
        out.emit("source", None, {"text": self.given})
        return State()

    def turns(self, state: State) -> Mapping[int, Turn]:
        if state.over:
            return {}
        situation = {"word_cap": self.word_cap, "again": state.asked > 0}
        return {WRITER: Turn(Text(CHARACTERS, "clip"), situation)}

    def step(
        self,
        state: State,
        answers: Mapping[int, Answer],
        chance: Chance,  # noqa: ARG002 - nothing is drawn
        out: Out,
    ) -> State:
        answer = answers[WRITER]
        state.asked += 1
        if isinstance(answer, Forfeit):
            out.emit("forfeit", WRITER, {"reason": answer.reason})
            state.over = True
            return state
        kept = cut(answer, self.word_cap)
        state.over = not kept.cut or state.asked == ASKED
        if state.over:
            said = {"text": kept.text, "words": kept.words, "cut": kept.cut, "asked": state.asked}
            out.emit("written", WRITER, said)
        else:
            out.emit("too_long", WRITER, {"words": kept.words})
        return state

    def payoffs(self, state: State) -> Sequence[float]:  # noqa: ARG002 - it pays nothing
        return [0.0]

    def brief(self, seat: int) -> str:  # noqa: ARG002 - there is one
        return f"{self.task}\n\nWrite no more than {counted(self.word_cap)}."

    def tell(self, event: Event, seat: int) -> str:  # noqa: ARG002 - there is one
        if event.kind == "source":
            return str(event.data["text"])
        if event.kind == "too_long":
            return (
                f"That has {counted(event.data['words'])}, and may have no more than "
                f"{self.word_cap:,}. Write the whole text once more, shorter."
            )
        return "Nothing was written." if event.kind == "forfeit" else "The text is kept."

    def now(self, turn: Turn, seat: int) -> str:  # noqa: ARG002 - there is one
        return "" if turn.situation["again"] else "Write the text now, and nothing else."


def counted(words: int) -> str:
    """`1 word`, `500 words`."""
    return f"{words:,} word{'' if words == 1 else 's'}"
