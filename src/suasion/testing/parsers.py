"""Reading is total: any text and any JSON value is an answer or a named reason why not.

Held by Hypothesis, which this module alone needs: replies of any kind, replies that broke readers
before, and near misses made from legal answers.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import Any

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from jsonschema import Draft202012Validator

from suasion.core.asks import Answer, Ask, Forfeit, Json, Parsed, jsonable, same
from suasion.core.chance import Chance, Seeded
from suasion.testing.answers import HOSTILE, in_words, uniform

SAMPLES = 10
PLAIN = (
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats(allow_nan=False, allow_infinity=False)
    | st.text(max_size=20)
)
FLAT = PLAIN | st.lists(PLAIN, max_size=3) | st.dictionaries(st.text(max_size=5), PLAIN, max_size=3)
ANYTHING = (
    FLAT | st.lists(FLAT, max_size=2) | st.dictionaries(st.text(max_size=5), FLAT, max_size=2)
)


def is_total(ask: Ask, examples: int = 60, samples: Sequence[Json] = ()) -> None:
    """Fail unless `ask` reads whatever it is given; `samples` are legal answers to begin with."""
    legal = [*samples, *_legal(ask)]
    _schema_accepts(ask, legal)
    quick = settings(
        max_examples=examples,
        derandomize=True,
        database=None,
        deadline=None,
        suppress_health_check=list(HealthCheck),
    )

    @quick
    @given(_texts(ask, legal))
    def reads_any_text(text: str) -> None:
        parsed = ask.parse(text)
        _is_read(ask, parsed, text)
        if ask.parse(text) != parsed:
            raise AssertionError(f"{ask} reads {text[:40]!r} once so and once otherwise")

    @quick
    @given(_values(legal))
    def reads_any_value(value: Json) -> None:
        parsed = ask.check(value)
        _is_read(ask, parsed, value)
        as_it_stands = not parsed.notes and _same(parsed.answer, value)
        if ask.allows(value) != as_it_stands:
            raise AssertionError(f"{ask} allows {value!r}, which it reads as {parsed}")

    for text in HOSTILE:
        _is_read(ask, ask.parse(text), text)
    for answer in legal:
        _can_be_said(ask, answer)
    reads_any_text()
    reads_any_value()


def _legal(ask: Ask) -> list[Json]:
    try:
        return [uniform(ask, Chance(Seeded(seed))) for seed in range(SAMPLES)]
    except TypeError:  # an ask of a kind that only its own environment can answer
        return []


def _schema_accepts(ask: Ask, legal: list[Json]) -> None:
    schema = ask.schema()
    if not jsonable(schema):
        raise AssertionError(f"the schema of {ask} does not survive JSON")
    Draft202012Validator.check_schema(schema)
    for answer in legal:
        if not Draft202012Validator(schema).is_valid(answer):
            raise AssertionError(f"{ask} allows {answer!r}, and its schema does not")


def _can_be_said(ask: Ask, answer: Json) -> None:
    """What a script answers, a model can say."""
    if not _same(ask.parse(in_words(ask, answer)).answer, answer):
        raise AssertionError(f"{ask} allows {answer!r}, and no reply is read as that")


def _is_read(ask: Ask, parsed: Parsed, given: Json) -> None:
    answer, notes = parsed
    if isinstance(answer, Forfeit):
        if not (isinstance(answer.reason, str) and answer.reason.strip()):
            raise AssertionError(f"{ask} gives no reason for not reading {given!r:.80}")
    elif not (ask.allows(answer) and jsonable(answer)):
        raise AssertionError(f"{ask} reads {given!r:.80} as {answer!r}, which it does not allow")
    if not all(isinstance(note, str) for note in notes):
        raise AssertionError(f"{ask} notes {notes!r}, which are not texts")


def _same(answer: Answer, value: Json) -> bool:
    return not isinstance(answer, Forfeit) and same(answer, value)


def _texts(ask: Ask, legal: list[Json]) -> st.SearchStrategy[str]:
    """Any text; a legal answer with a piece cut out and another put in; any JSON, said."""
    said = [*(in_words(ask, each) for each in legal), *(json.dumps(each) for each in legal)]
    near = st.builds(_cut, st.sampled_from(said or [""]), st.integers(0, 99), st.integers(0, 9))
    return st.one_of(
        st.text(),
        st.text(st.characters(categories=None, codec=None)),
        near.flatmap(lambda parts: st.text(max_size=3).map(parts.__add__)),
        st.builds(_into, st.sampled_from(said or [""]), st.integers(0, 99), st.text(max_size=3)),
        _values(legal).map(json.dumps),
    )


def _cut(text: str, at: int, many: int) -> str:
    return text[:at] + text[at + many :]


def _into(text: str, at: int, piece: str) -> str:
    return text[:at] + piece + text[at:]


def _values(legal: list[Json]) -> st.SearchStrategy[Json]:
    """Any JSON value, and legal answers with one thing replaced, added or left out."""
    known = st.sampled_from(legal) if legal else st.none()
    return st.one_of(ANYTHING, known, st.builds(_spoilt, known, st.integers(0, 99), ANYTHING))


def _spoilt(answer: Any, at: int, other: Json) -> Json:
    if isinstance(answer, dict):
        names = [*answer, "further"]
        name = names[at % len(names)]
        if at % 2:
            return {**answer, name: _spoilt(answer.get(name), at // 2, other)}
        return {key: value for key, value in answer.items() if key != name}
    if isinstance(answer, list) and answer:
        place = at % len(answer)
        return [*answer[:place], _spoilt(answer[place], at // 2, other), *answer[place:]]
    return other
