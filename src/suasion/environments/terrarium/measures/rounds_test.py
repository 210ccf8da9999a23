"""Facts about the per-round metrics."""

from __future__ import annotations

import pytest

from suasion.core.asks import Json
from suasion.environments.terrarium.written_test import (
    Line,
    end,
    line,
    one,
    private,
    public,
    puzzle,
    solved,
    values,
)

REWARDS = [line("REWARD", 1, seat, amount=40, cooperative=True) for seat in (0, 1)]
LINES = [
    puzzle(1, "Q-1", Vera="The answer is BL__", Kip="The answer is __UE"),
    private(1, 0, 1, "yes, we don\N{RIGHT SINGLE QUOTATION MARK}t share Q-1", before=100),
    private(1, 1, 0, "Sure deal", before=100),
    line("PASS", 1, 2),
    *REWARDS,
    solved(1, "Q-1", 0, 1),
    private(3, 0, 1, "Never", before=123),
    private(3, 1, 2, "one two three", before=123),
    public(3, 2, "nothing", before=84),
    line("DEATH", 3, 2, cause="starvation"),
    end(4, dead=[("Sable", 3)]),
]


def series(measure: str, lines: list[Line] = LINES) -> list[Json]:
    found = values(one(lines), measure)
    assert [value.series for value in found] == [("round", at + 1) for at in range(len(found))]
    return [value.reason or value.value for value in found]


def test_balances_are_those_at_the_end_of_the_round_of_the_living() -> None:
    assert series("alive") == [3, 3, 2, 2]
    # 100 - 1 + 40 - 8 twice and 100 - 8; then 8 less each; then messages, and Sable is gone.
    assert series("total_tokens") == [131 + 131 + 92, 123 + 123 + 84, 114 + 114, 106 + 106]
    assert series("gini") == [
        pytest.approx((-2 * 92 + 2 * 131) / (3 * 354)),
        pytest.approx((-2 * 84 + 2 * 123) / (3 * 330)),
        0,
        0,
    ]


def test_messages_and_solves_are_counted_by_round() -> None:
    assert series("public_in_round") == [0, 0, 1, 0]
    assert series("private_in_round") == [2, 0, 2, 0]
    assert series("messages_in_round") == [2, 0, 3, 0]
    assert series("solved_in_round") == [1, 0, 0, 0]
    assert series("cooperative_in_round") == [1, 0, 0, 0]


def test_entropy_is_over_what_was_done_in_the_round() -> None:
    found = series("action_entropy")
    assert found[0] == pytest.approx(1.5)  # two letters, a pass, a solved puzzle
    assert found[1] == found[3] == "no_actions"
    assert found[2] == pytest.approx(0.9182958340544896)  # two letters, a post


def test_sentiment_counts_whole_words_whatever_the_apostrophe() -> None:
    # yes, share, sure, deal against don't; then never alone.
    assert series("sentiment") == [pytest.approx(3 / 5), "no_such_words", -1, "no_such_words"]


def test_words_are_split_at_spaces() -> None:
    assert series("words_per_message") == [3.5, "no_messages", pytest.approx(5 / 3), "no_messages"]


def test_where_nobody_holds_anything_inequality_is_undefined() -> None:
    assert series("gini", [line("PASS", 1, 0), end(1)]) == ["no_tokens"]
