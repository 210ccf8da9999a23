"""Numbers as models write them: `+2`, `1,500`, `70%`, `3/4`, `two`; one, or none."""

from __future__ import annotations

import re
from typing import NamedTuple

from suasion.core.asks import TOO_MANY_DIGITS, Number

_WORDS = (*("zero", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten"),)
_SIGNS = str.maketrans({"\u2212": "-", "\u2013": "-", "\ufe63": "-", "\uff0d": "-", "\uff0b": "+"})
_PLAIN = r"(?:\d++(?:\.\d*+)?+|\.\d++)(?:[eE][-+]?\d++)?+"
_GROUPED = r"\d{1,3}+(?:[,\u202f\u00a0' _]\d{3})++(?!\d)(?:\.\d++)?+"
_NUMERAL = re.compile(
    rf"(?<![\w.,/^])(?<!\w[-+])(?P<sign>[-+]?+)(?P<gap>\s?)(?P<digits>{_GROUPED}|{_PLAIN})"
    rf"(?P<rest>\s?%|\s?percent\b|\s?(?:/|out of)\s?(?P<whole>{_PLAIN}))?(?!\w|[.,/]\d)",
    re.ASCII,
)
_COMMA = re.compile(r"[-+]?\d++,\d++", re.ASCII)
_WORD = re.compile(rf"(?:(minus|negative|plus|positive)\s)?({'|'.join(_WORDS)})", re.IGNORECASE)


class Numeral(NamedTuple):
    """A number in a text, and where it stands."""

    value: float | None
    """As the ask takes it; None for a share of something else."""
    start: int
    end: int


def numerals(text: str, ask: Number) -> list[Numeral]:
    """Every number that stands by itself in a text that `plain` has made."""
    return [Numeral(_value(each, ask), *each.span()) for each in _NUMERAL.finditer(text)]


def plain(text: str, ask: Number) -> str:
    """A text with signs as ASCII has them, and without the scale itself, as `from -3 to 3`."""
    return _without_scale(text.translate(_SIGNS), ask)


def alone(text: str, ask: Number) -> float | None:
    """The number that a text is, and nothing but a number."""
    said = text.translate(_SIGNS).strip()
    if (word := _WORD.fullmatch(said)) is not None:
        size = _WORDS.index(word[2].lower())
        return -size if (word[1] or "").lower() in ("minus", "negative") else size
    if _COMMA.fullmatch(said) and not _NUMERAL.fullmatch(said):
        return float(said.replace(",", "."))
    found = _NUMERAL.fullmatch(said)
    return None if found is None else _value(found, ask)


def _value(found: re.Match[str], ask: Number) -> float | None:
    """What a numeral says: a share is taken as the ask's scale takes it, or not at all."""
    digits = re.sub(r"[^\d.eE+-]", "", found["digits"])
    whole = digits.isdigit() and len(digits) < TOO_MANY_DIGITS
    value: float = int(digits) if whole else float(digits)
    if found["sign"] == "-" and found["gap"]:
        return None if ask.low < 0 else value  # a dash, or a sign: nobody can tell
    if found["sign"] == "-":
        value = -value
    rest = (found["rest"] or "").strip()
    if not rest:
        return value
    if found["whole"] is None:
        return _share(value, 100, ask)
    return _share(value, float(found["whole"]), ask)


def _share(value: float, of: float, ask: Number) -> float | None:
    """`70%` is 70 of 100, and 0.7 of 1; a part of anything else is not on the scale."""
    if of == ask.high and of > 1:
        return value
    if ask.high <= 1 and of > 0 and not ask.whole:
        return value / of
    return None


def _without_scale(text: str, ask: Number) -> str:
    """Without a mention of the scale itself, such as `from -3 to 3`."""
    low, high = (re.escape(f"{end:g}") for end in (ask.low, ask.high))
    scale = rf"\(?\b(?:from|between|scale(?: of)?:?|range(?: of)?:?)?\s?(?<![\d.]){low}(?![\d.])\s?"
    scale += rf"(?:to|and|through|-|\.\.\.?|…)\s?\+?{high}(?![\d.]*\d)\)?"
    return re.sub(scale, " ", text, flags=re.IGNORECASE)
