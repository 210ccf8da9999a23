"""Answers to any ask: at random, none at all, one thing changed, in words, and hostile replies."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from itertools import islice
from math import ceil, floor
from typing import Any

from suasion.core.asks import (
    Answer,
    Ask,
    Choose,
    Forfeit,
    Json,
    Maybe,
    Number,
    OneOf,
    Record,
    Text,
    UpTo,
    same,
)
from suasion.core.chance import Chance
from suasion.core.environment import Asked

HOSTILE = (
    *("", " ", "\n", "{", '{"action":', "null", "NaN", "-Infinity", "1e999", "\ud800", "a\x00b"),
    *("buy walk", "I w\u0131n", "\u202egnol", "<script>alert(1)</script>", "' OR 1=1 --"),
    *("[" * 9000, "[" * 900 + "]" * 900, '{"a":' * 900, "9" * 5000, "-" * 5000, "x" * 5000),
    *('{"a": 1, "a": 2}', "```json\n{}\n```", "```\n```", "```" * 2000, "[1, {}]", '"\\ud800"'),
    *("[" + "9" * 5000 + "]", "\\" * 5000, '"\\"' * 3000, " " * 5000 + "x", "\u2212.5", "\ufeff1"),
)
"""Replies that have broken readers."""

WORDS = ("pull", "for me", "Ünï", "日本", "it's 50%", '"no"', "{}", "\\n", "a\nb", "🙂", "nobody")


def uniform(ask: Ask, chance: Chance) -> Json:
    """A legal answer at random, to every kind of ask; to one of your own, from its schema.

    Raises TypeError when its schema does not tell how to answer it.
    """
    match ask:
        case Choose(options):
            return chance.pick("option", options)
        case Number(low, high, whole):
            return _number(low, high, whole, chance)
        case Text(limit):
            many = range(chance.pick("many", range(1, 6)))
            return " ".join(chance.pick("word", WORDS) for _ in many)[:limit].strip()
        case Maybe(of):
            return uniform(of, chance) if chance.uniform("maybe") < 0.5 else None
        case Record(fields):
            return {name: uniform(part, chance) for name, part in fields.items()}
        case OneOf(tag, options):
            name = chance.pick("tag", list(options))
            return {tag: name, **uniform(options[name], chance)}
        case UpTo(limit, of):
            many = range(chance.pick("many", range(min(limit, 5) + 1)))
            return [uniform(of, chance) for _ in many]
    answer = _by_schema(ask.schema(), chance)
    if not ask.allows(answer):
        raise TypeError(f"no random answer to {ask!r}: give `conforms` seats of your own")
    return answer


def _number(low: float, high: float, whole: bool, chance: Chance) -> float:
    if whole:
        return chance.pick("number", range(ceil(low), floor(high) + 1))
    return min(high, low + chance.uniform("number") * (high - low))


def _by_schema(schema: Mapping[str, Json], chance: Chance) -> Json:
    """A value of a schema that lists its values or is text, a number, a list or an object.

    One that gives examples is answered with one of them: what it does not say they keep to.
    """
    if "examples" in schema:
        return chance.pick("value", schema["examples"])
    if "enum" in schema:
        return chance.pick("value", schema["enum"])
    if "anyOf" in schema:
        return _by_schema(chance.pick("any", schema["anyOf"]), chance)
    if schema.get("type") == "string":
        return uniform(Text(schema.get("maxLength", 50)), chance)
    if schema.get("type") == "array":
        least, most = schema.get("minItems", 0), schema.get("maxItems", 5)
        many = range(chance.pick("many", range(least, max(least, min(most, 5)) + 1)))
        return [_by_schema(schema["items"], chance) for _ in many]
    if schema.get("type") == "object":
        parts = schema["properties"]
        return {name: _by_schema(part, chance) for name, part in parts.items()}
    if schema.get("type") in ("number", "integer"):
        low = schema.get("minimum", 0)
        whole = schema["type"] == "integer"
        return _number(low, schema.get("maximum", low + 100), whole, chance)
    return None


def anyone(asked: Asked) -> Answer:
    """A seat that answers at random, and now and then not at all."""
    if asked.chance.uniform("forfeit") < 0.05:
        return Forfeit("at_random")
    answer: Answer = uniform(asked.turn.ask, asked.chance)
    return answer


def nobody(asked: Asked) -> Answer:  # noqa: ARG001 - whatever is asked
    """A seat that never answers."""
    return Forfeit("asleep")


def in_words(ask: Ask, answer: Json) -> str:
    """An answer as a model would say it: text as it is where that is read, all else as JSON."""
    if isinstance(answer, str) and same(ask.parse(answer).answer, answer):
        return answer
    return json.dumps(answer)


def reworded(ask: Ask, answer: Answer) -> Iterator[Answer]:
    """The same answer in other free words, or a forfeit for another reason; all legal.

    One has words of the same lengths, so that what depends only on these stays; one has not.
    """
    if isinstance(answer, Forfeit):
        yield Forfeit(f"not_{answer.reason}")
        return
    for rewrite in (_same_lengths, _other_length):
        other = _rewritten(ask, answer, rewrite)
        if not same(other, answer) and ask.allows(other):
            yield other


def _rewritten(ask: Ask, answer: Json, rewrite: Any) -> Json:
    """The answer with every free text in it rewritten."""
    match ask:
        case Text(limit):
            return rewrite(answer, limit)
        case Maybe(of):
            return None if answer is None else _rewritten(of, answer, rewrite)
        case Record(fields):
            return {k: _rewritten(fields[k], v, rewrite) for k, v in answer.items()}
        case OneOf(tag, options):
            fields = {tag: Choose((answer[tag],)), **options[answer[tag]].fields}
            return _rewritten(Record(fields), answer, rewrite)
        case UpTo(_, of):
            return [_rewritten(of, item, rewrite) for item in answer]
    return answer


def _same_lengths(text: str, limit: int) -> str:  # noqa: ARG001 - called like the next
    return "".join(c if c.isspace() else "y" if c == "x" else "x" for c in text)


def _other_length(text: str, limit: int) -> str:
    return f"{text} too" if len(text) + 4 <= limit else text[: max(1, len(text) // 2)]


def changed(ask: Ask, answer: Answer, chance: Chance) -> Iterator[Answer]:
    """Legal answers that differ in one thing only, one for each thing that can be changed."""
    if not isinstance(answer, Forfeit):
        yield Forfeit("changed")
        yield from (other for other in _one_thing(ask, answer, chance) if ask.allows(other))


def _one_thing(ask: Ask, answer: Json, chance: Chance) -> Iterator[Json]:
    match ask:
        case Record(fields):
            for name, part in fields.items():
                yield from ({**answer, name: v} for v in _one_thing(part, answer[name], chance))
        case OneOf(tag, options):
            name = answer[tag]
            parts = {key: part for key, part in answer.items() if key != tag}
            yield from ({tag: name, **v} for v in _one_thing(options[name], parts, chance))
            for other in (k for k in options if k != name):
                yield from ({tag: other, **v} for v in _some(options[other], chance, 1))
        case UpTo(_, of):
            first = _one_thing(of, answer[0], chance) if answer else _some(of, chance, 1)
            yield from ([item, *answer[1:]] for item in first)
        case Maybe(of) if answer is not None:
            yield None
            yield from _one_thing(of, answer, chance)
        case _:
            others = (other for other in _some(ask, chance, 20) if not same(other, answer))
            yield from islice(others, 1)


def _some(ask: Ask, chance: Chance, many: int) -> list[Json]:
    """So many random answers; none to an ask that only its own environment can answer."""
    try:
        return [uniform(ask, chance) for _ in range(many)]
    except TypeError:
        return []
