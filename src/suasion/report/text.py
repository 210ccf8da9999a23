"""Text and numbers as pages show them: what could hide or mislead is made visible."""

from __future__ import annotations

import re
from math import isfinite

from markupsafe import Markup

NONE = "\N{EM DASH}"
"""What is missing; nought is `0`, and the two are never mixed."""
MINUS = "\N{MINUS SIGN}"

_HIDDEN = re.compile(
    "[\x00-\x08\x0b-\x1f\x7f-\x9f\xad\u034f\u061c\u115f\u1160\u17b4\u17b5\u180b-\u180f"
    "\u200b-\u200f\u2028-\u202e\u2060-\u206f\u3164\ufeff\uffa0\ufff9-\ufffb"
    "\U000e0000-\U000e0fff\ud800-\udfff]"
)


def clean(text: str) -> str:
    """Any text, so that it can be written and what it holds can be seen.

    Controls become their symbols, characters that turn or hide text their code in brackets, and
    a surrogate that stands alone the replacement character. Line ends and tabs stay.
    """
    return _HIDDEN.sub(_visible, text.replace("\r\n", "\n"))


def _visible(found: re.Match[str]) -> str:
    code = ord(found[0])
    if code < 0x20:
        return chr(0x2400 + code)
    if code == 0x7F:
        return "\N{SYMBOL FOR DELETE}"
    if 0xD800 <= code <= 0xDFFF:
        return "\N{REPLACEMENT CHARACTER}"
    return f"\u27e6U+{code:04X}\u27e7"


def shown(value: object) -> object:
    """What a template prints of a value: cleaned text, signed numbers, a dash for nothing."""
    if isinstance(value, Markup):
        return value
    if value is None:
        return NONE
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, int | float):
        return number(value)
    return clean(str(value))


def number(value: float | None, percent: bool = False) -> str:
    """A number for people: three digits that count, a real minus, no exponent in common ranges."""
    if value is None or not isfinite(value):
        return NONE
    if percent:
        return _signed(f"{100 * value:.0f}") + "%"
    if isinstance(value, int) or value == int(value):
        return _signed(f"{value:.0f}" if abs(value) < 1e15 else f"{value:.3g}")
    digits = f"{value:.3g}"
    if "e" in digits:
        digits = f"{value:.0f}" if 1 <= abs(value) < 1e15 else digits
    return _signed(digits)


def two(value: float) -> str:
    """With two decimals, so that a column can be read down; a real minus, and no sign of nought."""
    return _signed(f"{value:.2f}") if round(value, 2) else "0.00"


def _signed(digits: str) -> str:
    return "0" if float(digits) == 0 else digits.replace("-", MINUS)


def counted(count: int, noun: str, plural: str = "") -> str:
    """`1 episode`, `2 episodes`."""
    return f"{count:,} {noun if count == 1 else plural or noun + 's'}"


_FORMULA = re.compile("[=+\\-@\t\r\n\x00\uff1d\uff0b\uff0d\uff20]")


def cell(value: object) -> object:
    """A CSV cell that a spreadsheet will not run: text that starts like a formula gets a quote."""
    if not isinstance(value, str):
        return "" if value is None else value
    text = re.sub("[\ud800-\udfff]", "\N{REPLACEMENT CHARACTER}", value)
    return f"'{text}" if _FORMULA.match(text) else text
