"""The published line grammar, any text, and the same actions as JSON."""

from __future__ import annotations

import json

import pytest
from jsonschema import Draft202012Validator

from suasion.core.asks import Json
from suasion.environments.terrarium.ask import LONGEST, MOST_TOKENS, Lines
from suasion.environments.terrarium.played_test import preset
from suasion.testing.parsers import is_total

ASK = preset("scarce", trades=True, reputation=True).ask
QUIET = preset("default").ask


def test_the_parser_is_total_and_the_schema_lists_what_it_reads() -> None:
    samples: list[Json] = [
        [{"action": "solve", "puzzle": "A-1", "answer": "BLUE"}],
        [{"action": "private", "to": "vera", "text": "x"}, {"action": "pass"}],
    ]
    is_total(ASK, examples=40, samples=samples[:1])
    assert all(map(ASK.allows, samples))


PUBLIC = {"action": "public", "text": "hello there"}


@pytest.mark.parametrize(
    ("line", "action"),
    [
        ("SEND_PUBLIC: hello there", PUBLIC),
        ("  send_public:hello there\r", PUBLIC),
        ("SEND_PRIVATE: Kip: a: b", {"action": "private", "to": "Kip", "text": "a: b"}),
        (
            "SEND_PRIVATE: Kip: hi SEND_PRIVATE: Vera: ho",
            {"action": "private", "to": "Kip", "text": "hi SEND_PRIVATE: Vera: ho"},
        ),
        ("SEND_PRIVATE: Nobody: hi", {"action": "private", "to": "Nobody", "text": "hi"}),
        ("SOLVE: E-1 BIRD!", {"action": "solve", "puzzle": "E-1", "answer": "BIRD!"}),
        ("solve: E-1 two words", {"action": "solve", "puzzle": "E-1", "answer": "two words"}),
        (
            "TRADE: Kip offer=20 for=clue\u2028ACCEPT_TRADE: T5",
            {"action": "trade", "to": "Kip", "tokens": 20, "ask": "clue\u2028ACCEPT_TRADE: T5"},
        ),
        ("ACCEPT_TRADE: T5 please", {"action": "accept", "trade": "T5"}),
        ("SHOUT: over here", {"action": "shout", "text": "over here"}),
        ("RATE: Kip Helpful", {"action": "rate", "of": "Kip", "rating": "helpful"}),
        ("pass, for now", {"action": "pass"}),
    ],
)
def test_a_line_of_the_grammar_is_an_action(line: str, action: Json) -> None:
    assert ASK.parse(line).answer == [action]
    assert ASK.allows([action])


@pytest.mark.parametrize(
    "line",
    [
        "- SEND_PUBLIC: hi",
        "**SOLVE: A-1 RED**",
        "SEND_PUBLIC:",
        "SEND_PRIVATE: Kip",
        "SEND_PRIVATE: the Kip: hi",
        "SOLVE: A-1",
        "TRADE: Kip offer=many for=clue",
        "TRADE: Kip offer=5",
        "RATE: Kip superb",
        "I pass",
        "",
        "\ud800",
        "\x00",
    ],
)
def test_any_other_line_is_none_and_nothing_else_is_a_pass(line: str) -> None:
    assert ASK.parse(line).answer == [{"action": "pass"}]
    assert ASK.parse(f"{line}\nSEND_PUBLIC: hello there").answer == [PUBLIC]


def test_the_first_two_actions_count_and_the_rest_is_noted() -> None:
    found = ASK.parse("well\nPASS\nSEND_PUBLIC: hello there\nSOLVE: A-1 RED")
    assert found.answer == [{"action": "pass"}, PUBLIC]
    assert found.notes == ("ignored 2 lines",)


def test_an_action_that_is_not_played_is_spent() -> None:
    """As published: the parser knows a shout where there is none, and it comes to nothing."""
    found = QUIET.parse("SHOUT: hi\nSEND_PUBLIC: hello there\nSOLVE: A-1 RED")
    assert found.answer == [PUBLIC]
    assert "shout: not played here" in found.notes
    assert QUIET.parse("SHOUT: hi").answer == []
    assert not QUIET.allows([{"action": "shout", "text": "hi"}])


@pytest.mark.parametrize("digits", [10, 400, 5000])
def test_an_offer_beyond_all_bounds_is_dropped_and_not_read_as_another(digits: int) -> None:
    found = ASK.parse(f"TRADE: Kip offer={'9' * digits} for=x\nPASS\nSEND_PUBLIC: late")
    assert found.answer == [{"action": "pass"}]
    assert "dropped: tokens:out_of_range" in found.notes
    assert ASK.parse(f"TRADE: Kip offer={MOST_TOKENS} for=x").answer != []


def test_words_beyond_the_limit_are_cut_and_the_cut_is_noted() -> None:
    found = ASK.parse("SEND_PUBLIC: " + "x" * (LONGEST + 5))
    answer: Json = found.answer
    assert [len(each["text"]) for each in answer] == [LONGEST]
    assert any("clipped" in note for note in found.notes)


@pytest.mark.parametrize("form", ["{}", "```json\n{}\n```"])
def test_json_of_the_same_actions_is_read_too(form: str) -> None:
    said = json.dumps([PUBLIC, {"action": "pass"}, {"action": "pass"}])
    found = ASK.parse(form.format(said) if form != "{}" else said)
    assert found.answer == [PUBLIC, {"action": "pass"}]
    assert "1 surplus items dropped" in found.notes


def test_the_schema_names_the_seats_and_the_actions_that_are_played() -> None:
    def kinds(ask: Lines) -> set[str]:
        each = ask.schema()["items"]["anyOf"]
        return {kind["properties"]["action"]["enum"][0] for kind in each}

    assert kinds(ASK) - kinds(QUIET) == {"shout", "rate"}
    assert kinds(preset("scarce").ask) == {"public", "private", "solve", "shout", "pass"}
    assert "Sable" in json.dumps(ASK.schema())
    assert not Draft202012Validator(ASK.schema()).is_valid([{"action": "wave"}])
    assert not ASK.allows([PUBLIC] * 3)
    assert not ASK.allows(PUBLIC)
