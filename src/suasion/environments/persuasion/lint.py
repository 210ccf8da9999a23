"""What may be wrong with the words of a conversation: each a count of turns that show it.

A count is a reason to look, not a verdict: a participant may speak of "the instructions" of a
recipe. Patterns of label echo and of clipping are those that reproduce the published counts; the
others are ours. `setup_leak` leaves out the bare words *benchmark* and *the prompt*, by which the
published one found little but false alarms.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Sequence
from typing import NamedTuple

from suasion.environments.persuasion.words import PERSUADER

PUBLISHED_CAP = 380
"""Words after which the published benchmark cut a turn."""
ELLIPSIS = "..."


class Turn(NamedTuple):
    """One turn of a conversation."""

    seat: int
    text: str


def counted_words(text: str) -> int:
    """Words: what stands between white space."""
    return len(text.split())


def clipped(text: str, cap: int = PUBLISHED_CAP) -> bool:
    """Whether a turn was cut: as many words as the cap, and `...` joined to the last."""
    return text.endswith(ELLIPSIS) and counted_words(text) == cap


_LABEL = re.compile(r"participant [ab]", re.IGNORECASE)
_TOLD = r"(?:asked|told|assigned|instructed|tasked|required|supposed|given the task)"
_ARGUE = (
    r"(?:argue|defend|oppose|support|advocate|persuade|convince|make the case|take (?:the|this))"
)
_AM = r"(?:was|am|were|have been|had been|['\u2019](?:m|ve been))"
_SETUP = re.compile(
    r"\bsystem (?:prompt|message)\b"
    r"|\b(?:my|these|our|your) (?:instructions|prompt)\b"
    r"|\bthe (?:prompt|instructions?) (?:says?|said|asks?|asked|states?|tells?|told|requires?)\b"
    rf"|\bas (?:i|we) {_AM} (?:instructed|prompted)\b"
    r"|\bas (?:an ai|a (?:large )?language model)\b|\bi am an ai\b|\bi['\u2019]m an ai\b"
    r"|\bword (?:count|limit|budget)\b|\(\s*\d{1,4} words\s*\)"
    r"|\b(?:debate|persuasion|role-?play) (?:exercise|simulation|experiment|task)\b",
    re.IGNORECASE,
)
_SIGNS = (
    *("prompt", "instruct", "system message", "an ai", "language model", " words", "word count"),
    *("word limit", "word budget", "exercise", "simulation", "experiment", "task"),
)
"""One of these is in every text that `_SETUP` finds something in; most texts have none, and to look
for these takes a tenth of the time."""
_SIDE = re.compile(
    rf"\bi\s?{_AM} {_TOLD} to {_ARGUE}\b"
    r"|\bmy (?:assigned|given|designated) (?:side|position|stance|role)\b"
    r"|\bmy (?:assignment|side|task) (?:is|was) (?:to\b|pro\b|con\b)"
    r"|\bthe (?:side|position|stance) (?:that )?i (?:was|am|have been) (?:assigned|given)\b",
    re.IGNORECASE,
)
_OTHERS = "\u0400-\u052f\u0590-\u05ff\u0600-\u06ff\u0900-\u097f\u0e00-\u0e7f"
"""Cyrillic, Hebrew, Arabic, Devanagari, Thai."""
_CHINESE = "\u3040-\u30ff\u3400-\u4dbf\u4e00-\u9fff\uac00-\ud7af\uf900-\ufaff"
"""Chinese, Japanese and Korean."""
_FOREIGN = re.compile(f"[{_OTHERS}{_CHINESE}\U00020000-\U0003134f]")
_LATIN = re.compile(r"[A-Za-z]")


def label_echo(turns: Iterable[Turn]) -> int:
    """Turns that name a participant by its label, *Participant A* or *B*."""
    return sum(_LABEL.search(turn.text) is not None for turn in turns)


def setup_leak(turns: Iterable[Turn]) -> int:
    """Turns that speak of instructions, of being a model, or of how many words they have."""
    return sum(_speaks_of_setup(turn.text) for turn in turns)


def _speaks_of_setup(text: str) -> bool:
    lower = text.lower()
    return any(sign in lower for sign in _SIGNS) and _SETUP.search(text) is not None


def side_leak(turns: Iterable[Turn]) -> int:
    """Turns of the persuader that say it was given its side."""
    said = (turn.text for turn in turns if turn.seat == PERSUADER)
    return sum(_SIDE.search(text) is not None for text in said)


def language_switch(turns: Iterable[Turn], proposition: str = "") -> int:
    """Turns with letters of another script than the proposition's.

    Of one in Latin letters (or none that is known), any Chinese, Japanese, Korean, Cyrillic,
    Hebrew, Arabic, Devanagari or Thai letter; of any other, more Latin letters than its own.
    """
    switched = _left if _FOREIGN.search(proposition) else _entered
    return sum(map(switched, (turn.text for turn in turns)))


def _entered(text: str) -> bool:
    return not text.isascii() and _FOREIGN.search(text) is not None


def _left(text: str) -> bool:
    return len(_LATIN.findall(text)) > len(_FOREIGN.findall(text))


def clips(turns: Iterable[Turn], cap: int = PUBLISHED_CAP) -> int:
    """Turns that were cut at a cap of words, told from their text alone."""
    return sum(clipped(turn.text, cap) for turn in turns)


Linter = Callable[[Sequence[Turn]], int]
