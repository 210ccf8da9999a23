"""Reading is total, and every ask is one value for form, check, schema and reader."""

import json
import os
import subprocess
import sys
from dataclasses import dataclass

import pytest
from hypothesis import given
from hypothesis import strategies as st

from suasion.core.asks import (
    DEEPEST,
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
    jsonable,
    same,
)
from suasion.testing.parsers import ANYTHING, is_total

PULL = Record({"to": Choose(("P1", "P2")), "credit": Maybe(Choose(("P1", "P2")))})
ACT = OneOf("action", {"pull": PULL, "message": Record({"text": Text(5)})})
DEAL = Choose(("buy", "walk away"))
ASKS = [
    DEAL,
    Choose(("win", "lose")),
    Choose(("Walk", "walk away", "walks")),
    Number(0, 1),
    Number(-9.5, 9),
    Number(1, 9, whole=True),
    Text(1),
    Text(5),
    Text(5, "clip"),
    Maybe(Number(0, 1)),
    Maybe(Text(3)),
    PULL,
    ACT,
    UpTo(2, ACT),
    UpTo(0, DEAL),
    Record({}),
    Record({"deep": Record({"deeper": UpTo(3, Maybe(Number(0, 5, whole=True)))})}),
]


@pytest.mark.parametrize("ask", ASKS)
def test_any_text_and_any_value_is_an_allowed_answer_or_a_named_forfeit(ask: Ask) -> None:
    is_total(ask)


# --- choices ---


@pytest.mark.parametrize(
    ("text", "answer"),
    [
        ("buy", "buy"),
        ("[Buy]", "buy"),
        ('"buy"', "buy"),
        ("**BUY.**", "buy"),
        ("  walk away\n", "walk away"),
        ("buy or walk away?", Forfeit("several_options")),
        ("buyer", Forfeit("no_option")),
        ("", Forfeit("no_option")),
    ],
)
def test_a_choice_is_read_when_exactly_one_option_is_named(text: str, answer: object) -> None:
    assert DEAL.parse(text) == Parsed(answer)


def test_an_option_named_in_a_longer_reply_is_read_with_a_note() -> None:
    assert DEAL.parse("I will walk away.") == Parsed("walk away", ("named in a longer reply",))


@pytest.mark.parametrize("short", ["walk", "Walk"])
def test_an_option_inside_a_longer_one_is_not_taken_for_it(short: str) -> None:
    either = Choose((short, "walk away"))
    assert either.parse("I will walk away.").answer == "walk away"
    assert either.parse("I will walk.").answer == short
    assert either.parse("Walk, do not walk away").answer == Forfeit("several_options")


def test_an_option_as_it_stands_is_that_option_even_if_another_differs_by_case_only() -> None:
    either = Choose(("us", "US"))
    assert either.parse("US") == Parsed("US")
    assert either.parse(" us ") == Parsed(Forfeit("several_options"))


def test_options_are_taken_literally_and_not_as_patterns() -> None:
    assert Choose(("a.c", "abc")).parse("I say a.c!").answer == "a.c"
    assert Choose((".*",)).parse("anything") == Parsed(Forfeit("no_option"))


# --- numbers ---


@pytest.mark.parametrize(
    ("text", "answer"),
    [
        ("7", 7),
        (" -3 ", -3),
        ("\N{MINUS SIGN}3", -3),
        ("0.25", 0.25),
        (".5", 0.5),
        ("-.5", -0.5),
        ("1e1", 10.0),
        ("1e999", Forfeit("out_of_range")),
        ("9" * 5000, Forfeit("out_of_range")),
        ("11", Forfeit("out_of_range")),
        ("3-4", Forfeit("several_numbers")),
        ("1,000", Forfeit("several_numbers")),
        ("10k", Forfeit("not_a_number")),
        ("P1", Forfeit("not_a_number")),
        ("1.5.2", Forfeit("not_a_number")),
        ("NaN", Forfeit("not_a_number")),
        ("five", Forfeit("not_a_number")),
    ],
)
def test_a_number_is_read_when_exactly_one_stands_by_itself(text: str, answer: object) -> None:
    parsed = Number(-10, 10).parse(text)
    assert same(parsed.answer, answer)
    assert parsed.notes == ()


@pytest.mark.parametrize("text", ["I say 7.", "7%", "+7", "P1 gets 7", "(7)"])
def test_a_number_in_a_longer_reply_is_read_with_a_note(text: str) -> None:
    assert Number(-10, 10).parse(text) == Parsed(7, ("found in a longer reply",))


def test_both_ends_of_a_range_are_in_it() -> None:
    ask = Number(0.5, 2)
    assert [ask.allows(x) for x in (0.49, 0.5, 2, 2.0, 2.01)] == [False, True, True, True, False]


@pytest.mark.parametrize("value", [True, None, "7", [7], float("nan"), float("inf"), 10**400])
def test_what_is_no_finite_number_is_none(value: Json) -> None:
    assert isinstance(Number(-1e308, 1e308).check(value).answer, Forfeit)
    assert not Number(-1e308, 1e308).allows(value)


def test_infinity_is_no_answer_even_where_there_is_no_bound() -> None:
    assert Number(0, float("inf")).check(float("inf")).answer == Forfeit("out_of_range")


def test_a_whole_number_may_be_said_as_a_fraction_and_not_answered_as_one() -> None:
    ask = Number(0, 9, whole=True)
    assert same(ask.check(3.0).answer, 3)
    assert ask.check(3.5).answer == Forfeit("not_whole")
    assert ask.allows(3)
    assert not ask.allows(3.0)


# --- text ---


def test_too_long_is_a_forfeit_or_a_noted_clip() -> None:
    assert Text(5).parse("123456") == Parsed(Forfeit("too_long"))
    assert Text(5, "clip").parse("123456") == Parsed("12345", ("clipped at 5",))
    assert not Text(5, "clip").allows("123456")


def test_the_limit_counts_code_points() -> None:
    assert Text(2).parse("🙂🙂").answer == "🙂🙂"
    assert Text(2).parse("🙂🙂🙂").answer == Forfeit("too_long")
    assert Text(1).parse("e\N{COMBINING ACUTE ACCENT}").answer == Forfeit("too_long")


def test_space_alone_is_no_text_even_when_more_was_clipped_away() -> None:
    assert Text(5).check("   ") == Parsed(Forfeit("empty"))
    assert Text(5, "clip").check("      x") == Parsed(Forfeit("empty"))
    assert Text(5).check(5) == Parsed(Forfeit("not_text"))


def test_lone_surrogates_are_replaced_with_a_note() -> None:
    assert Text(5).parse("a\ud800") == Parsed("a\ufffd", ("lone surrogates replaced",))
    assert Text(1, "clip").parse("\udfffz") == Parsed(
        "\ufffd", ("clipped at 1", "lone surrogates replaced")
    )
    assert not Text(5).allows("a\ud800")
    assert Text(5).allows("日本")


# --- JSON ---


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("", "not_json"),
        ("pull", "not_json"),
        ('{"action": "pull"', "not_json"),
        ('{"action": NaN}', "not_json"),
        ('{"action": -Infinity}', "not_json"),
        ('{"action": "pull", "action": "pull"}', "duplicate_key"),
        ('{"action": "message", "text": {"a": 1, "a": 1}}', "duplicate_key"),
        ("[]", "not_an_object"),
        ("{}", "action:missing"),
        ('{"action": "steal"}', "action:no_option"),
        ('{"action": ["pull"]}', "action:no_option"),
        ('{"action": "pull", "credit": null}', "to:missing"),
        ('{"action": "pull", "to": "P9"}', "to:no_option"),
        ('{"action": "pull", "to": "P1", "credit": "P9"}', "credit:no_option"),
        ('{"action": "message", "text": "123456"}', "text:too_long"),
        ('{"action": "message", "text": null}', "text:not_text"),
    ],
)
def test_a_json_action_names_what_is_wrong_with_it(text: str, reason: str) -> None:
    assert ACT.parse(text) == Parsed(Forfeit(reason))


def test_what_may_be_null_may_be_left_out() -> None:
    assert ACT.parse('{"action": "pull", "to": "P1"}').answer == {
        "action": "pull",
        "to": "P1",
        "credit": None,
    }
    assert not ACT.allows({"action": "pull", "to": "P1"})


def test_unknown_fields_are_ignored_and_the_first_eight_noted() -> None:
    text = json.dumps({"action": "message", "text": "hi", **{f"x{n}": n for n in range(20)}})
    answer, notes = ACT.parse(text)
    assert answer == {"action": "message", "text": "hi"}
    assert notes == tuple(f"ignored 'x{n}'" for n in range(8))


def test_a_note_is_short_and_plain_whatever_the_key() -> None:
    [note] = Record({}).check({"\ud800" + "k" * 1000: 1}).notes
    assert note.isascii()
    assert len(note) < 60


def test_a_code_fence_is_removed_with_a_note() -> None:
    fenced = '```json\n{"action": "message", "text": "hi"}\n```\n'
    assert ACT.parse(fenced) == Parsed({"action": "message", "text": "hi"}, ("code fence removed",))


def test_only_as_deep_as_every_python_reads_is_read() -> None:
    nested = Nested()
    assert isinstance(nested.parse("[" * DEEPEST + "]" * DEEPEST).answer, list)
    for deep in (DEEPEST + 1, 900, 100_000):
        assert nested.parse("[" * deep + "]" * deep) == Parsed(Forfeit("too_deep"))
        assert nested.parse("[" * deep) == Parsed(Forfeit("too_deep"))
        assert nested.parse('{"a":' * deep) == Parsed(Forfeit("too_deep"))


def test_what_lies_side_by_side_or_in_strings_is_not_deep() -> None:
    nested = Nested()
    assert isinstance(nested.parse("[" + "[]," * 200 + "[]]").answer, list)
    assert nested.parse(json.dumps(["[" * 200, '\\"{' * 200])).answer == ["[" * 200, '\\"{' * 200]


@dataclass(frozen=True)
class Nested(Ask):
    """An ask that takes any JSON, as it is."""

    def check(self, value: Json) -> Parsed:
        return Parsed(value)

    def schema(self) -> Json:
        return {}


DIGITS = """
from suasion.core.asks import Number, Record
ask = Record({"n": Number(0, 9)})
print([ask.parse('{"n": %s}' % ("9" * many)).answer for many in (1, 309, 310, 5000)])
"""


@pytest.mark.parametrize("limit", ["0", "640", "100000"])
def test_how_many_digits_the_machine_reads_makes_no_difference(limit: str) -> None:
    settings = {**os.environ, "PYTHONINTMAXSTRDIGITS": limit}
    command = [sys.executable, "-c", DIGITS]
    found = subprocess.run(command, env=settings, capture_output=True, text=True, check=True)
    lost = "Forfeit(reason='n:out_of_range')"
    assert found.stdout == f"[{{'n': 9}}, {lost}, {lost}, {lost}]\n"


def test_the_first_good_items_of_a_list_are_kept_and_the_rest_noted() -> None:
    ask = UpTo(2, Choose(("a", "b")))
    assert ask.parse('["a", "x", "b", "a"]') == Parsed(
        ["a", "b"], ("item 1: dropped: no_option", "1 surplus items dropped")
    )
    assert ask.check("a") == Parsed(Forfeit("not_a_list"))
    assert ask.allows(["a", "b"])
    assert not ask.allows(["a", "b", "a"])
    assert not ask.allows(["a", "x"])


def test_an_action_with_anything_more_or_less_is_not_as_it_stands() -> None:
    whole = {"action": "pull", "to": "P1", "credit": None}
    assert ACT.allows(whole)
    assert not ACT.allows({**whole, "why": 1})
    assert not ACT.allows({**whole, "to": "P3"})
    assert not ACT.allows({"action": "pull", "to": "P1", "text": "x"})
    assert not ACT.allows({"action": [], "to": "P1"})
    assert not ACT.allows([])
    assert not PULL.allows([])
    assert not PULL.allows({"to": "P1", "other": None})


# --- JSON values ---


@given(ANYTHING)
def test_a_json_value_is_jsonable_and_the_same_as_itself_after_the_trip(value: Json) -> None:
    assert jsonable(value)
    assert same(json.loads(json.dumps(value)), value)


@pytest.mark.parametrize(
    "value", [(1,), {1: 2}, float("nan"), float("inf"), {1}, b"", object(), [(1,)]]
)
def test_what_json_would_change_is_not_jsonable(value: object) -> None:
    assert not jsonable(value)


def test_more_digits_than_python_reads_are_not_jsonable() -> None:
    assert not jsonable(10**5000)


def test_what_never_ends_is_not_jsonable() -> None:
    endless: list[Json] = []
    endless.append(endless)
    assert not jsonable(endless)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        (1, 1.0),
        (1, True),
        (0, False),
        ([1], [1.0]),
        ({"a": 1}, {"a": True}),
        ([1], [1, 2]),
        ({"a": 1}, {"b": 1}),
        ("1", 1),
        (None, False),
    ],
)
def test_equal_is_not_the_same(one: Json, other: Json) -> None:
    assert not same(one, other)
    assert not same(other, one)


@given(st.text())
def test_parsing_a_choice_by_its_own_name_gives_it(option: str) -> None:
    assert Choose((option, option + "x")).parse(option) == Parsed(option)
