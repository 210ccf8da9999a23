"""JSON from strangers, read so that whatever is wrong with it has a name and costs little."""

from __future__ import annotations

import json
import re
from itertools import accumulate
from math import isfinite
from typing import NamedTuple, NoReturn

from suasion.core.asks import Json

DEEPEST = 100
"""Levels; no reply in use comes near it."""
DIGITS = 310
"""Of a whole number; past a float's range is no number that anyone means."""


class NotJson(ValueError):
    """Bytes that are no JSON; says why."""


class OddJson(ValueError):
    """JSON whose meaning is open: nested deeper than is read here, or with a key said twice."""


class Foreign(NamedTuple):
    """A value, and whether lone surrogates in it were replaced."""

    value: Json
    mended: bool = False


def foreign(body: bytes | bytearray) -> Foreign:
    """The value of a body.

    Half of a surrogate pair, which JSON can spell and text cannot hold, is read as U+FFFD: a reply
    may be cut in the middle of an emoji.

    Errors: `NotJson`, also for what JSON itself rules out (NaN, an endless number, bytes that are
    no UTF-8); `OddJson`.
    """
    try:
        text = body.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise NotJson(f"no UTF-8: {error.reason} at byte {error.start}") from None
    if _depth(text) > DEEPEST:
        raise OddJson("nested too deeply")
    mended = _ESCAPE.sub(_whole_escape, text) if _HALF.search(text) else text
    try:
        return Foreign(_DECODER.decode(mended), mended != text)
    except json.JSONDecodeError as error:
        raise NotJson(f"{error.msg} at character {error.pos}") from None


def _depth(text: str) -> int:
    """How deep brackets nest; what stands in strings nests nothing."""
    if text.count("[") + text.count("{") <= DEEPEST:
        return 0
    return max(accumulate(_SHIFT.get(mark, 0) for mark in _MARKS.findall(text)))


_MARKS = re.compile(r'"(?:[^"\\]|\\.)*"?|[][{}]', re.DOTALL)
_SHIFT = {"[": 1, "{": 1, "]": -1, "}": -1}

_HALF = re.compile(r"\\u[dD][89a-fA-F]")
_ESCAPE = re.compile(
    r"\\(?:u[dD][89abAB][0-9a-fA-F]{2}\\u[dD][c-fC-F][0-9a-fA-F]{2}"
    r"|(?P<half>u[dD][89a-fA-F][0-9a-fA-F]{2})|.)",
    re.DOTALL,
)


def _whole_escape(escape: re.Match[str]) -> str:
    return r"\ufffd" if escape["half"] else escape[0]


def _no_constant(name: str) -> NoReturn:
    raise NotJson(f"{name} is no number in JSON")


def _finite(text: str) -> float:
    number = float(text)
    return number if isfinite(number) else _no_constant(text[:20])


def _whole(text: str) -> int | float:
    return int(text) if len(text) < DIGITS else _finite(text)


def _once(pairs: list[tuple[str, Json]]) -> dict[str, Json]:
    once = dict(pairs)
    if len(once) < len(pairs):
        raise OddJson("one key stands twice in an object")
    return once


_DECODER = json.JSONDecoder(
    parse_int=_whole, parse_float=_finite, parse_constant=_no_constant, object_pairs_hook=_once
)
