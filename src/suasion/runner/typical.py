"""Answers of a usual size to any ask, for a pilot in which no model answers."""

from __future__ import annotations

from collections.abc import Mapping
from math import ceil, floor
from random import Random
from typing import NamedTuple

from suasion.core.asks import Json

WORDS = "what one says here is of no account but of the usual size and reads as words do "
ITEMS = 3
"""Entries of a list beyond the least, at most."""
UNBOUNDED = 100
"""The range of a number that has no bound on one side."""


class Size(NamedTuple):
    """How long the texts of an answer are."""

    usual: int
    """Characters of a text in the mean, as far as it may have so many."""
    longest: int | None = None
    """Where it is given, every text is as long as it may be, but for so many characters."""


def typical(schema: Mapping[str, Json], random: Random, size: Size) -> Json:
    """A value that fits a JSON Schema of an ask, drawn at random; every field is there."""
    if "const" in schema:
        return schema["const"]
    if "enum" in schema:
        return random.choice(schema["enum"])
    if "anyOf" in schema:
        return _one_of(schema["anyOf"], random, size)
    match schema.get("type"):
        case "object":
            parts = schema.get("properties", {})
            return {name: typical(part, random, size) for name, part in parts.items()}
        case "array":
            return _list(schema, random, size)
        case "integer" | "number" as kind:
            return _number(schema, random, whole=kind == "integer")
        case "boolean":
            return random.random() < 0.5
        case "null":
            return None
    return text(random, size, schema.get("minLength", 1), schema.get("maxLength"))


def text(random: Random, size: Size, least: int = 1, most: int | None = None) -> str:
    """A text: of the usual length in the mean, or as long as it may be."""
    many = random.randint(1, max(1, 2 * size.usual - 1))
    if size.longest is not None:
        many = size.longest
    many = max(least, min(many, many if most is None else most))
    words = (WORDS * (many // len(WORDS) + 1))[:many]
    return words if not words.endswith(" ") else f"{words[:-1]}."


def _one_of(options: list[Mapping[str, Json]], random: Random, size: Size) -> Json:
    """Any of them; where answers are to be long, not none."""
    said = [option for option in options if option.get("type") != "null"]
    return typical(random.choice(said if size.longest and said else options), random, size)


def _list(schema: Mapping[str, Json], random: Random, size: Size) -> list[Json]:
    least = schema.get("minItems", 0)
    most = min(schema.get("maxItems", least + ITEMS), least + ITEMS)
    many = most if size.longest is not None else random.randint(least, most)
    return [typical(schema.get("items", {}), random, size) for _ in range(many)]


def _number(schema: Mapping[str, Json], random: Random, *, whole: bool) -> float:
    low, high = schema.get("minimum"), schema.get("maximum")
    if low is None:
        low = 0 if high is None or high >= 0 else high - UNBOUNDED
    if high is None:
        high = low + UNBOUNDED
    if whole:
        return random.randint(ceil(low), floor(high))
    return min(max(round(random.uniform(low, high), 3), low), high)
