"""Answers to any ask: legal where they must be, different in what they say they differ in."""

from dataclasses import dataclass

import pytest

from suasion.core.asks import (
    Answer,
    Ask,
    Choose,
    Forfeit,
    Json,
    Maybe,
    Number,
    OneOf,
    Parsed,
    Record,
    Text,
    UpTo,
    same,
)
from suasion.core.chance import Chance, Seeded
from suasion.testing.answers import changed, in_words, reworded, uniform

LETTER = Record({"to": Choose(("a", "b")), "text": Text(20)})
ACT = OneOf("action", {"wait": Record({}), "write": LETTER, "bid": Record({"n": Number(0, 9)})})
ASKS = [
    Choose(("a", "b")),
    Number(-1, 1),
    Number(0.5, 3.5, whole=True),
    Text(1),
    Text(300),
    Maybe(Text(9)),
    LETTER,
    ACT,
    UpTo(3, ACT),
    UpTo(0, ACT),
]


@dataclass(frozen=True)
class Own(Ask):
    """An ask of an environment's own, known by its schema alone."""

    form: Json

    def check(self, value: Json) -> Parsed:
        if value in ("red", "blue", 7, None) or (isinstance(value, str) and "type" in self.form):
            return Parsed(value)
        number = isinstance(value, int | float) and 3 <= value <= 103
        return Parsed(value if number else Forfeit("no"))

    def schema(self) -> Json:
        return self.form


FORMS = [
    {"enum": ["red", "blue", None]},
    {"anyOf": [{"enum": [7]}, {"type": "null"}]},
    {"type": "string", "maxLength": 5},
    {"type": "string"},
    {"type": "number", "minimum": 3},
    {"type": "integer", "minimum": 4, "maximum": 5},
]


@pytest.mark.parametrize("ask", [*ASKS, *map(Own, FORMS)])
def test_a_random_answer_is_legal(ask: Ask) -> None:
    chance = Chance(Seeded(1))
    assert all(ask.allows(uniform(ask, chance)) for _ in range(200))


def test_random_answers_reach_everything_that_there_is() -> None:
    chance = Chance(Seeded(2))
    answers = [uniform(ACT, chance) for _ in range(200)]
    assert {answer["action"] for answer in answers} == {"wait", "write", "bid"}
    assert {answer["to"] for answer in answers if "to" in answer} == {"a", "b"}
    assert {uniform(Number(1, 3, whole=True), chance) for _ in range(100)} == {1, 2, 3}
    assert {len(uniform(UpTo(2, ACT), chance)) for _ in range(100)} == {0, 1, 2}
    assert {type(uniform(Maybe(Text(3)), chance)) for _ in range(100)} == {str, type(None)}


def test_an_ask_that_its_schema_does_not_explain_cannot_be_answered_at_random() -> None:
    odd = Own({"enum": ["green"]})
    with pytest.raises(TypeError, match="give `conforms` seats of your own"):
        uniform(odd, Chance(Seeded(0)))
    assert list(changed(odd, "red", Chance(Seeded(0)))) == [Forfeit("changed")]


@pytest.mark.parametrize("ask", ASKS)
def test_every_legal_answer_can_be_said_and_read(ask: Ask) -> None:
    chance = Chance(Seeded(3))
    for _ in range(100):
        answer = uniform(ask, chance)
        assert same(ask.parse(in_words(ask, answer)).answer, answer)


def test_text_is_said_as_it_is_and_all_else_as_json() -> None:
    assert in_words(Text(9), "hello") == "hello"
    assert in_words(Maybe(Text(9)), "hello") == '"hello"'
    assert in_words(Choose(("a",)), "a") == "a"
    assert in_words(ACT, {"action": "wait"}) == '{"action": "wait"}'


@pytest.mark.parametrize(
    ("ask", "answer", "others"),
    [
        (Text(20), "ab c", ["xx x", "ab c too"]),
        (Text(4), "xx c", ["yy x", "xx"]),
        (Text(1), "x", ["y"]),
        (
            LETTER,
            {"to": "a", "text": "hi"},
            [{"to": "a", "text": "xx"}, {"to": "a", "text": "hi too"}],
        ),
        (
            ACT,
            {"action": "write", "to": "a", "text": "hi"},
            [{"action": "write", "to": "a", "text": t} for t in ("xx", "hi too")],
        ),
        (UpTo(2, Text(9)), ["a", "b"], [["x", "x"], ["a too", "b too"]]),
        (Maybe(Text(9)), None, []),
        (Maybe(Text(9)), "a", ["x", "a too"]),
        (ACT, {"action": "wait"}, []),
        (Number(0, 1), 0.5, []),
        (LETTER, Forfeit("asleep"), [Forfeit("not_asleep")]),
    ],
)
def test_only_free_words_and_reasons_are_reworded(
    ask: Ask, answer: Answer, others: list[Answer]
) -> None:
    assert list(reworded(ask, answer)) == others


def differences(one: Json, other: Json) -> int:
    if isinstance(one, dict) and isinstance(other, dict) and one.keys() == other.keys():
        return sum(differences(one[key], other[key]) for key in one)
    return int(not same(one, other))


def test_a_changed_answer_is_legal_and_differs_in_one_thing() -> None:
    chance = Chance(Seeded(5))
    answer = {"to": "a", "text": "hi"}
    others = list(changed(LETTER, answer, chance))
    assert others[0] == Forfeit("changed")
    assert [differences(answer, other) for other in others[1:]] == [1, 1]
    assert all(LETTER.allows(other) for other in others[1:])


def test_every_part_and_every_kind_of_answer_is_changed() -> None:
    chance = Chance(Seeded(6))
    acts: list[Json] = list(changed(ACT, {"action": "write", "to": "a", "text": "hi"}, chance))[1:]
    assert [act["action"] for act in acts] == ["write", "write", "wait", "bid"]
    [_, *lists] = changed(UpTo(2, Choose(("a", "b"))), ["a", "a"], chance)
    assert lists == [["b", "a"]]
    [_, some] = changed(UpTo(2, Choose(("a",))), [], chance)
    assert some == ["a"]
    [_, nothing, something] = changed(Maybe(Choose(("a", "b"))), "a", chance)
    assert (nothing, something) == (None, "b")
    [_, some] = changed(Maybe(Choose(("a",))), None, chance)
    assert some == "a"
    assert list(changed(Choose(("a",)), "a", chance)) == [Forfeit("changed")]
    assert list(changed(ACT, Forfeit("asleep"), chance)) == []
