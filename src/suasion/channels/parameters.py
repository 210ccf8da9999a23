"""What a channel can be asked with: read from JSON, as in a study, or from words."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from math import isfinite
from typing import NamedTuple

from suasion.core.asks import Json

Names = Sequence[str]
"""What the seats of a game are called, in their order."""


class Parameter(NamedTuple):
    """One parameter of a channel."""

    name: str
    expected: str
    read: Callable[[Json, Names], Json]
    """The value that the channel is made with; ValueError where it is none."""
    of_text: Callable[[str], Json]
    """The JSON value that words on a command line stand for."""
    example: Json
    default: Json = None
    required: bool = False

    def __str__(self) -> str:
        default = "needed" if self.required else f"by default {shown(self.default)}"
        return f"{self.name} ({self.expected}; {default})"


def shown(value: Json) -> str:
    """A value as it is written on a command line."""
    if isinstance(value, list):
        return ",".join(map(str, value)) or "all"
    if value is None:
        return "all"
    return str(value)


def _number(text: str) -> Json:
    if re.fullmatch(r"[+-]?[0-9]{1,15}", text):
        return int(text)
    try:
        return float(text)
    except ValueError:
        return text


def _share(value: Json, names: Names) -> float:  # noqa: ARG001 - one form for all
    if isinstance(value, bool) or not isinstance(value, int | float) or not isfinite(value):
        raise ValueError
    if not 0 <= value <= 1:
        raise ValueError
    return float(value)


def _steps(value: Json, names: Names) -> int:  # noqa: ARG001
    if isinstance(value, bool) or not isinstance(value, int) or not 1 <= value <= MOST_STEPS:
        raise ValueError
    return value


def _kinds(value: Json, names: Names) -> tuple[str, ...]:  # noqa: ARG001
    one = [value] if isinstance(value, str) else value
    if not isinstance(one, list) or not all(isinstance(each, str) and each for each in one):
        raise ValueError
    return tuple(one)


def _seat(value: Json, names: Names) -> int | None:
    if value is None:
        return None
    if not isinstance(value, str):
        raise TypeError
    return list(names).index(value)


def _words(value: Json, names: Names) -> str:  # noqa: ARG001
    if not isinstance(value, str) or not value:
        raise ValueError
    return value


def _how(value: Json, names: Names) -> str:  # noqa: ARG001
    if value not in HOWS:
        raise ValueError
    return str(value)


MOST_STEPS = 10**9
HOWS = ("append", "prepend", "replace")
KINDS = Parameter(
    "kinds",
    "kinds of events; without any, all that seats do and say",
    _kinds,
    lambda text: text.split(","),
    ["message"],
    [],
)
SEAT = Parameter("seat", "the name of a seat", _seat, str, None)
RATE = Parameter("rate", "a number from 0 to 1", _share, _number, 0.1, 1, required=True)
STEPS = Parameter("steps", "a whole number from 1 up", _steps, _number, 1, required=True)
WORDS = Parameter("text", "some text", _words, str, "Trust nobody.", required=True)
HOW = Parameter("how", " or ".join(HOWS), _how, str, HOWS[0], HOWS[0])
