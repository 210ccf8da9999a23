"""JSON as models write it: strict where it is, and mended in ways that leave no second reading.

Mended are quotes, commas, comments, Python's literals, keys without quotes and raw line breaks in
strings. Never mended is what ends too early, or says one key twice.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import NamedTuple, NoReturn

from suasion.core.asks import DEEPEST, TOO_MANY_DIGITS, Ask, Forfeit, Json, Parsed


class _Anything(Ask):
    """Any JSON value, read as the core reads JSON."""

    def check(self, value: Json) -> Parsed:
        return Parsed(value)

    def schema(self) -> Json:
        return True


_ANYTHING = _Anything()


def strict(text: str) -> Parsed:
    """One JSON value, fenced or not; or the reason why not: `not_json`, `duplicate_key`, …"""
    return _ANYTHING.parse(text)


def loose(text: str) -> Parsed:
    """One JSON value, mended where that needs to be, with a note for each kind of mending."""
    exact = strict(text)
    if not isinstance(exact.answer, Forfeit) or exact.answer.reason != "not_json":
        return exact
    reader = _Reader(text)
    try:
        value, at = reader.value(reader.space(0), 0)
    except _Broken as broken:
        return Parsed(Forfeit(str(broken)))
    if reader.space(at) < len(text):
        return Parsed(Forfeit("not_json"))
    return Parsed(value, tuple(sorted(reader.notes)))


def values(text: str, where: Spans) -> Parsed:
    """Several JSON objects or lists with nothing between them but space and commas, as one list."""
    found: list[Json] = []
    at = 0
    for span in where.whole:
        between, at = text[at : span.start], span.end
        read = loose(text[span.start : span.end])
        if between.strip(" \t\r\n,") or isinstance(read.answer, Forfeit):
            return Parsed(Forfeit("not_json"))
        found.append(read.answer)
    if text[at:].strip(" \t\r\n,") or len(found) < 2:
        return Parsed(Forfeit("not_json"))
    return Parsed(found, ("several values read as a list",))


# --- where in a text values stand ---


class Span(NamedTuple):
    """A stretch that opens and closes one bracket, and those within it."""

    start: int
    end: int
    inner: tuple[Span, ...]


class Spans(NamedTuple):
    """The balanced brackets of a text that are in no others, and whether a value is cut short."""

    whole: tuple[Span, ...]
    cut: bool = False
    """Whether a value opens that never closes."""
    crowded: bool = False
    """Whether there are more than anybody would look through."""


_MARKS = re.compile(r'[][{}"]')
_BEGINS = re.compile(r"[\[{]")
_STRING = re.compile(r'"(?:[^"\\]|\\.)*+"', re.DOTALL)
_OPENS = re.compile(r'\s*+(?:["{[\'\u201c]|\w++["\']?\s*+:|//|$)')
_CLOSES = {"}": "{", "]": "["}


def spans(text: str) -> Spans:
    """The balanced brackets of a text, in one pass; strings hold none."""
    stack: list[tuple[int, list[Span]]] = []
    top: list[Span] = []
    lone = False
    at = 0
    while len(top) <= MOST_VALUES:
        # outside of brackets a quote is prose, and a bracket that closes closes nothing
        mark = (_MARKS if stack else _BEGINS).search(text, at)
        if mark is None:
            break
        at = mark.end()
        if mark[0] == '"':
            string = None if lone else _STRING.match(text, mark.start())
            lone = lone or string is None
            at = string.end() if string is not None else at
        elif mark[0] in _CLOSES:
            _close(text, stack, top, mark.start())
        else:
            stack.append((mark.start(), []))
    for _, inner in stack:
        top += inner
    cut = any(_like_json(text, start) for start, _ in stack)
    return Spans(tuple(top), cut, len(top) > MOST_VALUES)


def _close(text: str, stack: list[tuple[int, list[Span]]], top: list[Span], at: int) -> None:
    """Close the innermost bracket of this kind; brackets of another kind in it were prose."""
    if not any(text[start] == _CLOSES[text[at]] for start, _ in stack[-DEEPEST:]):
        return
    loose_inner: list[Span] = []
    while True:
        start, inner = stack.pop()
        inner += loose_inner
        if text[start] == _CLOSES[text[at]]:
            break
        loose_inner = inner
    (stack[-1][1] if stack else top).append(Span(start, at + 1, tuple(inner)))


def _like_json(text: str, start: int) -> bool:
    """Whether what opens here reads as a value, and not as prose in brackets."""
    return _OPENS.match(text, start + 1) is not None


MOST_VALUES, DEEPEST_INNER = 100, 3


class Found(NamedTuple):
    """A value in a text, or what looks like one, and where it starts."""

    start: int
    parsed: Parsed


def found(text: str, where: Spans) -> Iterator[Found]:
    """Every value in a text that stands in no other, read; those in brackets of prose too."""
    yield from _found(text, where.whole, DEEPEST_INNER)


def _found(text: str, where: tuple[Span, ...], deeper: int) -> Iterator[Found]:
    for span in where:
        read = loose(text[span.start : span.end])
        if not isinstance(read.answer, Forfeit) or _like_json(text, span.start):
            yield Found(span.start, read)
        elif deeper:
            yield from _found(text, span.inner, deeper - 1)


# --- the mending reader ---


class _Broken(ValueError):
    """No JSON value, by any mending done here."""


_SPACE = re.compile(r"(?:\s++|//[^\n]*+|#[^\n]*+|/\*(?:[^*]|\*(?!/))*+\*/)*+")
_NUMBER = re.compile(r"[-+]?+(?:[0-9]++(?:\.[0-9]*+)?+|\.[0-9]++)(?:[eE][-+]?+[0-9]++)?+")
_WORD = re.compile(r"[A-Za-z_$][\w$-]*+")
_LITERALS: dict[str, Json] = {
    "true": True,
    "false": False,
    "null": None,
    "True": True,
    "False": False,
    "None": None,
    "undefined": None,
}
_QUOTES = {'"': '"', "'": "'", "\u201c": '\u201d\u201c"', "\u2018": "\u2019\u2018'"}
"""What opens a string, and what may close it."""
_PLAIN = {opens: re.compile(rf"[^\\\n\r{closes}]++") for opens, closes in _QUOTES.items()}
_ESCAPES_OF_CODES = re.compile(r"(?:\\u[0-9a-fA-F]{4})++")
_AFTER = re.compile(r"\s*+(?:[,:}\]]|$|//|/\*|#)")
MOST_LOOSE_QUOTES = 100
_ESCAPES = {"n": "\n", "t": "\t", "r": "\r", "b": "\b", "f": "\f"}


@dataclass
class _Reader:
    """Reads values of one text; a note for each kind of mending."""

    text: str
    notes: set[str] = field(default_factory=set)
    loose_quotes: int = 0

    def space(self, at: int) -> int:
        found = _SPACE.match(self.text, at)
        end = found.end() if found else at
        if end > at and not self.text[at:end].isspace():
            self.notes.add("comments removed")
        return end

    def value(self, at: int, depth: int) -> tuple[Json, int]:
        if depth > DEEPEST:
            self.broken("too_deep")
        opens = self.text[at : at + 1]
        if opens == "{":
            return self.mapping(at + 1, depth)
        if opens == "[":
            return self.sequence(at + 1, depth)
        if opens and opens in _QUOTES:
            return self.string(at)
        return self.scalar(at)

    def mapping(self, at: int, depth: int) -> tuple[Json, int]:
        read: dict[str, Json] = {}
        at = self.space(at)
        while self.text[at : at + 1] != "}":
            key, at = self.key(at)
            at = self.space(at)
            if self.text[at : at + 1] != ":":
                self.broken()
            value, at = self.value(self.space(at + 1), depth + 1)
            if key in read:
                self.broken("duplicate_key")
            read[key] = value
            at = self.comma(at, "}")
        return read, at + 1

    def sequence(self, at: int, depth: int) -> tuple[Json, int]:
        read: list[Json] = []
        at = self.space(at)
        while self.text[at : at + 1] != "]":
            value, at = self.value(at, depth + 1)
            read.append(value)
            at = self.comma(at, "]")
        return read, at + 1

    def comma(self, at: int, closes: str) -> int:
        """What follows a part: a comma, or the end."""
        at = self.space(at)
        mark = self.text[at : at + 1]
        if mark == ",":
            at = self.space(at + 1)
            if self.text[at : at + 1] == closes:
                self.notes.add("trailing comma removed")
        elif mark != closes:
            self.broken()
        return at

    def key(self, at: int) -> tuple[str, int]:
        if self.text[at : at + 1] in _QUOTES:
            return self.string(at)
        word = _WORD.match(self.text, at)
        if word is None:
            self.broken()
        self.notes.add("keys without quotes")
        return word[0], word.end()

    def scalar(self, at: int) -> tuple[Json, int]:
        number = _NUMBER.match(self.text, at)
        if number is not None:
            return self.number(number[0]), number.end()
        word = _WORD.match(self.text, at)
        if word is None or word[0] not in _LITERALS:
            self.broken()
        if word[0] not in ("true", "false", "null"):
            self.notes.add("Python literals")
        return _LITERALS[word[0]], word.end()

    def number(self, text: str) -> float:
        if text[0] == "+":
            self.notes.add("plus sign removed")
        whole = text.lstrip("+-").isdigit() and len(text) < TOO_MANY_DIGITS
        value = int(text) if whole else float(text)
        if value in (float("inf"), float("-inf")):
            self.broken("number_too_large")
        return value

    def string(self, at: int) -> tuple[str, int]:
        """A string that closes where its quote is followed by what can follow a string."""
        opens = self.text[at]
        if opens != '"':
            self.notes.add("quotes mended")
        plain = _PLAIN[opens]
        parts: list[str] = []
        at += 1
        while True:
            if (run := plain.match(self.text, at)) is not None:
                parts.append(run[0])
                at = run.end()
            mark = self.text[at : at + 1]
            if not mark:
                self.broken("cut")
            at += 1
            if mark == "\\":
                at = self.escape(at, parts)
            elif mark in "\n\r":
                self.notes.add("line breaks in a string")
                parts.append(mark)
            elif _AFTER.match(self.text, at):
                return "".join(parts), at
            else:
                self.note_quote()
                parts.append(mark)

    def note_quote(self) -> None:
        """A quote that closes nothing; many of them are no string that anybody meant."""
        self.notes.add("quotes in a string")
        self.loose_quotes += 1
        if self.loose_quotes > MOST_LOOSE_QUOTES:
            self.broken()

    def escape(self, at: int, parts: list[str]) -> int:
        mark = self.text[at : at + 1]
        if not mark:
            self.broken("cut")
        if mark == "u" and (codes := _ESCAPES_OF_CODES.match(self.text, at - 1)) is not None:
            units = bytes.fromhex(codes[0].replace("\\u", ""))
            parts.append(units.decode("utf-16-be", "surrogatepass"))
            return codes.end()
        parts.append(_ESCAPES.get(mark, mark if mark in "\"'\\/`" else f"\\{mark}"))
        return at + 1

    def broken(self, reason: str = "not_json") -> NoReturn:
        raise _Broken(reason)
