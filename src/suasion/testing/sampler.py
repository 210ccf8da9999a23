"""Values that fit a JSON Schema, so that a stand-in for a model can answer whatever is asked."""

from __future__ import annotations

import re
from collections.abc import Mapping
from math import ceil, floor
from random import Random
from typing import NamedTuple

from suasion.core.asks import Json

WORDS = (
    *("pull", "rope", "seven", "trust", "carry", "north", "quiet", "promise", "share", "again"),
    *("perhaps", "boxes", "nobody", "bargain", "clear", "offer", "because", "later", "known", "ok"),
)
"""What texts are made of: printable, and of no language's control tokens."""
USUAL_WORDS = 12
MOST_WORDS = 60
"""Words that are drawn for one text; a longer one says them again."""
SAYING = frozenset(("$ref", "const", "enum", "anyOf", "oneOf", "type", "properties"))
"""Keys of which a schema has one, if it says anything of a value."""
TRIES = 200
"""How often a pattern is drawn from before it is given up."""
DEEPEST = 40


class Unsampled(ValueError):
    """A schema that this sampler cannot answer."""


class Draw(NamedTuple):
    """How values are drawn."""

    random: Random
    size: int | None = None
    """Characters of a text, as far as its bounds allow; None is a short sentence."""
    root: Json = None
    """The whole schema, which references point into."""


def sample(schema: Json, random: Random, size: int | None = None) -> Json:
    """A value that fits `schema`; every field of an object is there.

    What is read: const, enum, anyOf, oneOf, $ref within the schema, and of type object, array,
    string, integer, number, boolean and null their bounds. Errors: `Unsampled`.
    """
    return _value(schema, Draw(random, size, schema))


def words(random: Random, size: int | None = None) -> str:
    """Some words, of exactly `size` characters where that is given."""
    if size is None:
        return " ".join(random.choices(WORDS, k=random.randint(1, USUAL_WORDS)))
    drawn = " ".join(random.choices(WORDS, k=min(size // 3 + 1, MOST_WORDS))) + " "
    text = (drawn * (size // len(drawn) + 1))[:size]
    return text if not text.endswith(" ") else f"{text[:-1]}."


def _value(schema: Json, draw: Draw, depth: int = 0) -> Json:
    if depth > DEEPEST:
        raise Unsampled("a schema that nests without end")
    if not isinstance(schema, dict | bool) or schema is False:
        raise Unsampled(f"{schema!r} is no schema that has an answer")
    if schema is True or not SAYING & set(schema):
        return words(draw.random, draw.size)
    if "$ref" in schema:
        return _value(_resolved(schema["$ref"], draw.root), draw, depth + 1)
    if "const" in schema:
        return schema["const"]
    if "enum" in schema:
        return draw.random.choice(schema["enum"])
    for key in ("anyOf", "oneOf"):
        if key in schema:
            return _value(draw.random.choice(schema[key]), draw, depth + 1)
    return _typed(schema, draw, depth)


def _typed(schema: Mapping[str, Json], draw: Draw, depth: int) -> Json:
    kind = schema.get("type", "object" if "properties" in schema else None)
    if isinstance(kind, list):
        kind = draw.random.choice(kind)
    match kind:
        case "object":
            parts = schema.get("properties", {})
            return {name: _value(part, draw, depth + 1) for name, part in parts.items()}
        case "array":
            return _array(schema, draw, depth)
        case "string":
            return _text(schema, draw)
        case "integer" | "number":
            return _number(schema, draw.random, whole=kind == "integer")
        case "boolean":
            return draw.random.random() < 0.5
        case "null":
            return None
    raise Unsampled(f"no answer to a schema of type {kind!r}")


def _resolved(reference: str, root: Json) -> Json:
    if not reference.startswith("#"):
        raise Unsampled(f"{reference!r} points outside the schema")
    found = root
    for part in filter(None, reference.removeprefix("#").split("/")):
        if not isinstance(found, dict) or part not in found:
            raise Unsampled(f"{reference!r} points to nothing")
        found = found[part]
    return found


def _array(schema: Mapping[str, Json], draw: Draw, depth: int) -> list[Json]:
    first = [_value(part, draw, depth + 1) for part in schema.get("prefixItems", ())]
    least = max(schema.get("minItems", 0) - len(first), 0)
    most = max(min(schema.get("maxItems", least + 3), least + 3) - len(first), least)
    many = draw.random.randint(least, most) if schema.get("items", True) is not False else 0
    return [*first, *(_value(schema.get("items", True), draw, depth + 1) for _ in range(many))]


def _number(schema: Mapping[str, Json], random: Random, *, whole: bool) -> float:
    low, high = schema.get("minimum"), schema.get("maximum")
    above, below = schema.get("exclusiveMinimum"), schema.get("exclusiveMaximum")
    step = 1 if whole else 1e-6
    low = above + step if low is None and above is not None else low
    high = below - step if high is None and below is not None else high
    low = (0 if high is None else min(0, high)) if low is None else low
    high = max(low, 100) if high is None else high
    if whole:
        return random.randint(ceil(low), floor(high))
    drawn = round(random.uniform(low, high), 3)
    return min(max(drawn, low), high)


def _text(schema: Mapping[str, Json], draw: Draw) -> str:
    least, most = schema.get("minLength", 0), schema.get("maxLength")
    if "pattern" in schema:
        return _fitting(schema["pattern"], least, most, draw.random)
    size = draw.size
    text = words(draw.random, None if size is None else max(least, min(size, most or size)))
    text = text if most is None else text[:most].strip() or "x"[:most]
    return text if len(text) >= least else text + "." * (least - len(text))


def _fitting(pattern: str, least: int, most: int | None, random: Random) -> str:
    drawn = Pattern(pattern, random)
    for _ in range(TRIES):
        text = drawn.text()
        fits = len(text) >= least and (most is None or len(text) <= most)
        if fits and re.search(pattern, text):
            return text
    raise Unsampled(f"no text of {least} to {most} characters fits the pattern {pattern!r}")


LETTERS = "".join(map(chr, range(ord("a"), ord("z") + 1)))
DIGITS = "0123456789"
PRINTABLE = "".join(map(chr, range(0x20, 0x7F)))
CLASSES = {"d": DIGITS, "w": LETTERS + DIGITS + "_", "s": " "}
CONTROLS = {"n": "\n", "t": "\t", "r": "\r"}
_COUNT = re.compile(r"\{(\d+)(,?)(\d*)\}")


class Pattern:
    """Texts of a simple regular expression: literals, classes, groups, choices and repeats.

    What it draws is checked against the expression, so that what it does not know (look-around,
    references) gives no wrong text.
    """

    def __init__(self, pattern: str, random: Random) -> None:
        self._pattern, self._random, self._at = pattern, random, 0

    def text(self) -> str:
        """One that may fit."""
        self._at = 0
        drawn = self._choice()
        if self._at < len(self._pattern):
            raise Unsampled(f"the pattern {self._pattern!r} is not read beyond {self._at}")
        return drawn

    def _choice(self) -> str:
        drawn = [self._row()]
        while self._next("|"):
            drawn.append(self._row())
        return self._random.choice(drawn)

    def _row(self) -> str:
        drawn = ""
        while self._at < len(self._pattern) and self._pattern[self._at] not in "|)":
            drawn += self._repeated()
        return drawn

    def _repeated(self) -> str:
        begun = self._at
        once = self._piece()
        ended = self._at
        low, high = self._times()
        after = self._at
        many = self._random.randint(low, high)
        drawn = [once] if many else []
        for _ in range(many - 1):
            self._at = begun
            drawn.append(self._piece())
        self._at = max(after, ended)
        return "".join(drawn)

    def _piece(self) -> str:
        char = self._take()
        if char in "^$":
            return ""
        if char == "(":
            if self._next("?") and not self._next(":"):
                raise Unsampled(f"the pattern {self._pattern!r} looks around")
            drawn = self._choice()
            self._at += 1
            return drawn
        if char == "[":
            return self._random.choice(self._set())
        if char == ".":
            return self._random.choice(PRINTABLE)
        return self._random.choice(self._escaped()) if char == "\\" else char

    def _set(self) -> str:
        negated, chars = self._next("^"), ""
        while (char := self._take()) != "]":
            chars += self._escaped() if char == "\\" else char
            if self._peek() == "-" and self._pattern[self._at + 1 : self._at + 2] != "]":
                self._at += 1
                last = self._take()
                last = self._escaped() if last == "\\" else last
                chars += "".join(map(chr, range(ord(chars[-1]) + 1, ord(last) + 1)))
        return "".join(c for c in PRINTABLE if c not in chars) if negated else chars

    def _escaped(self) -> str:
        char = self._take()
        return CLASSES.get(char) or CONTROLS.get(char, char)

    def _times(self) -> tuple[int, int]:
        for mark, bounds in {"*": (0, 8), "+": (1, 8), "?": (0, 1)}.items():
            if self._next(mark):
                return bounds
        found = _COUNT.match(self._pattern, self._at)
        if found is None:
            return 1, 1
        self._at = found.end()
        low = int(found[1])
        high = int(found[3]) if found[3] else low + 8
        return low, high if found[2] else low

    def _peek(self) -> str:
        return self._pattern[self._at : self._at + 1]

    def _take(self) -> str:
        if self._at >= len(self._pattern):
            raise Unsampled(f"the pattern {self._pattern!r} ends too soon")
        self._at += 1
        return self._pattern[self._at - 1]

    def _next(self, char: str) -> bool:
        found = self._peek() == char
        self._at += found
        return found
