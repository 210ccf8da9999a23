"""The words that puzzles ask for, and the two clues of each: the published bank (§1.4).

A word is given by how many letters its first clue shows; the clues follow from that. Two words
have a first clue one character too long, as published, so that no script ever completes them.
"""

from __future__ import annotations

import re
from functools import lru_cache
from typing import NamedTuple

PHRASE = "The answer is "
"""What every clue begins with."""
OVERLONG = frozenset({"KANGAROO", "COMPUTER"})
"""Words whose first clue is published with a blank too many."""

_WORDS = {
    "color": "BLUE 2 RED 1 GREEN 2 YELLOW 3 PURPLE 3 ORANGE 2 WHITE 2 BLACK 2 PINK 2 GOLD 2",
    "animal": "DOG 1 CAT 1 BIRD 2 FISH 2 SPIDER 2 TURTLE 3 ZEBRA 2 ELEPHANT 3 KANGAROO 3 LION 2",
    "number": "SEVEN 2 DOZEN 2 THREE 2 HUNDRED 3 THIRTEEN 4 SIX 1 EIGHT 2 TWENTY 3 FIVE 2 ONE 1",
    "object": "KETTLE 3 BOOK 2 CLOCK 2 PIANO 2 CUP 1 KNIFE 2 CHAIR 2 COMPUTER 3 GUITAR 3 SINK 2",
}


class Entry(NamedTuple):
    """A word, what kind of thing it is, and the texts of its two clues."""

    word: str
    category: str
    clues: tuple[str, str]


def clues(word: str, shown: int) -> tuple[str, str]:
    """The two halves of a word: `shown` letters and blanks, and the other way round."""
    blanks = len(word) - shown + (word in OVERLONG)
    return f"{PHRASE}{word[:shown]}{'_' * blanks}", f"{PHRASE}{'_' * shown}{word[shown:]}"


def _entries() -> tuple[Entry, ...]:
    found = []
    for category, line in _WORDS.items():
        parts = line.split()
        for word, shown in zip(parts[::2], parts[1::2], strict=True):
            found.append(Entry(word, category, clues(word, int(shown))))
    return tuple(found)


BANK = _entries()
"""In the published order, which the first shuffle starts from."""

LETTERS = "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
"""The first character of a puzzle's id, drawn anew for each; the number after it counts them."""
_ID = re.compile(r"[A-Z]-[0-9]{1,9}")
_SHORTEST = len("A-1")


@lru_cache(4096)
def mentioned(text: str) -> frozenset[str]:
    """Every id of a puzzle that stands in a text, as the published substring search finds them.

    `A-12` holds `A-1` too, as it does there (§8.2).
    """
    found = _ID.findall(text)
    return frozenset([name[:end] for name in found for end in range(_SHORTEST, len(name) + 1)])


def fragment(clue: str) -> str:
    """What counts as having passed a clue on: its pattern without the blanks at its end (§1.6)."""
    return clue.removeprefix(PHRASE).rstrip("_")
