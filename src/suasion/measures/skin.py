"""A skin: other words for seats, units and actions, so that a seat cannot know them by heart.

A published game may stand in what a model was trained on, with its names. A skin swaps words for
others and back: the same swap, applied twice, is no swap, in any text. So a seat that wears one
reads and writes in its own words while rules and record keep theirs.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property

from suasion.core.asks import Json

ANY_NUMBER = "#"
"""At the end of both words of a pair: the word with any digits behind it, such as `p#` for P7."""
TWO = 2


class BadSkin(ValueError):
    """Pairs of words that would not be swapped back."""


@dataclass(frozen=True)
class Skin:
    """Pairs of words that are swapped for one another: whole words, in lower case, in Title case
    and in UPPER case; all other words and cases stay, inflected ones too.
    """

    pairs: tuple[tuple[str, str], ...]
    """Lower-case letters, in parts of two and more where there are underscores. Both words of a
    pair, or neither, are one letter, hold underscores, or end with `#`, which stands for digits. No
    word stands twice."""

    def __post_init__(self) -> None:
        each = [word for pair in self.pairs for word in pair]
        for word in each:
            if not _WORD.fullmatch(word):
                raise BadSkin(f"{word!r}: expected lower-case letters, parted by underscores")
            if each.count(word) > 1:
                raise BadSkin(f"{word!r} stands twice, so that it could not be swapped back")
        for one, other in self.pairs:
            if _shape(one) != _shape(other):
                said = "one letter or several, underscores or none, # or none"
                raise BadSkin(f"{one!r} and {other!r} cannot be told apart in every case: {said}")

    @classmethod
    def of(cls, text: str) -> Skin:
        """Pairs as they are easily written: `one other`, parted by commas.

        Errors: `BadSkin`.
        """
        pairs = [tuple(each.split()) for each in text.split(",")]
        for pair in pairs:
            if len(pair) != TWO:
                raise BadSkin(
                    f"{' '.join(pair)!r}: expected two words, parted from others by commas"
                )
        return cls(tuple((one, other) for one, other in pairs))

    def words(self, text: str) -> str:
        """A text with the words of every pair swapped; twice is the text again."""
        return _WHOLE.sub(self._swapped, text)

    def json(self, value: Json) -> Json:
        """The same of every text in a JSON value, names of fields included."""
        if isinstance(value, str):
            return self.words(value)
        if isinstance(value, Mapping):
            return {self.words(name): self.json(each) for name, each in value.items()}
        return [self.json(each) for each in value] if isinstance(value, list | tuple) else value

    def _swapped(self, found: re.Match[str]) -> str:
        letters, digits = found[1], found[2]
        other = self._table.get(letters + (ANY_NUMBER if digits else ""))
        return found[0] if other is None else other + digits

    @cached_property
    def _table(self) -> Mapping[str, str]:
        """Every word in every case, with `#` for digits behind it, and the letters of its other."""
        both = [pair for one, other in self.pairs for pair in ((one, other), (other, one))]
        return {
            case(word): case(other).rstrip(ANY_NUMBER)
            for case in (str.upper, _parts, str.capitalize, str.lower)
            for word, other in both
        }


_WORD = re.compile(r"([a-z]|[a-z]{2,}(_[a-z]{2,})*)#?")
_WHOLE = re.compile(r"(?<!\w)([A-Za-z][A-Za-z_]*)([0-9]*)(?!\w)")
"""What stands between characters that are no part of a word: letters, and digits behind them."""


def _shape(word: str) -> tuple[bool, bool, bool]:
    letters = word.rstrip(ANY_NUMBER)
    return len(letters) > 1, "_" in letters, letters != word


def _parts(word: str) -> str:
    return "_".join(part.capitalize() for part in word.split("_"))
