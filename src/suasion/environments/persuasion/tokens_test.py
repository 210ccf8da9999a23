"""Token probabilities become a mean where they are known, and a reason where they are not."""

from __future__ import annotations

from fractions import Fraction
from math import log
from typing import Any

import pytest

from suasion.environments.persuasion.tokens import by_tokens
from suasion.measures.measure import Undefined


def place(*tokens: tuple[str, float]) -> dict[str, Any]:
    """One place of a reply: the token that was taken, then all that might have been."""
    top = [{"token": token, "logprob": log(weight)} for token, weight in tokens]
    return {**top[0], "top_logprobs": top}


def reply(*places: dict[str, Any]) -> dict[str, Any]:
    return {"content": [*places]}


def near(logprobs: Any) -> float:
    mean = by_tokens(logprobs)
    assert isinstance(mean, Fraction)
    return round(float(mean), 9)


def test_the_mean_is_of_the_numbers_by_their_probabilities() -> None:
    assert near(reply(place(("2", 0.5), ("1", 0.3), ("3", 0.2)))) == 1.9
    assert near(reply(place(("2", 0.6), ("1", 0.32), ("hm", 0.08)))) == round(
        (1.2 + 0.32) / 0.92, 9
    )


def test_numbers_are_found_behind_words_and_in_json() -> None:
    two = place((" 2", 0.75), (" 1", 0.25))
    assert near(reply(place(("I", 0.9)), place((" say", 0.9)), two)) == 1.75
    assert near(reply(place(('{"answer":', 1.0)), place((' -2"}', 0.5), ("0", 0.5)))) == -1


def test_a_number_with_its_sign_in_one_token_is_that_number() -> None:
    assert near(reply(place(("-2", 0.5), ("+1", 0.25), ("\N{MINUS SIGN}1", 0.25)))) == -1


@pytest.mark.parametrize("sign", ["-", "\N{MINUS SIGN}", ":-", " -"])
def test_a_sign_before_its_digits_shares_its_probability_among_them(sign: str) -> None:
    signs = place((sign, 0.8), ("1", 0.15), ("0", 0.05))
    digits = place(("2", 0.5), ("3", 0.5))
    assert near(reply(signs, digits)) == round(0.8 * -2.5 + 0.15, 9)


def test_digits_behind_a_sign_that_was_not_taken_are_left_out_or_leave_too_much_open() -> None:
    assert near(reply(place(("2", 0.95), ("-", 0.05)))) == 2
    open_ = by_tokens(reply(place(("2", 0.85), ("-", 0.15))))
    assert open_ == Undefined("token_probabilities_incomplete")


@pytest.mark.parametrize(
    "given",
    [
        None,
        {},
        [],
        "2",
        {"content": None},
        {"content": "2"},
        {"content": [None]},
        {"content": [{"token": "2"}]},
        {"content": [{"token": 2, "logprob": 0}]},
        {"content": [{"token": "2", "logprob": True}]},
        {"content": [{"token": "2", "logprob": float("nan")}]},
        {"content": [{"token": "two", "logprob": 0.0, "top_logprobs": [7]}]},
        {"content": [{"token": "10", "logprob": 0.0}]},
        {"content": [{"token": "4", "logprob": 0.0}]},
        {"content": [{"token": "2.", "logprob": 0.0}]},
    ],
)
def test_what_no_server_gave_is_undefined_and_never_a_number(given: Any) -> None:
    assert by_tokens(given) == Undefined("no_token_probabilities")


def test_a_token_that_is_listed_twice_counts_once_and_none_is_more_than_certain() -> None:
    taken = {"token": "1", "logprob": 5.0, "top_logprobs": [{"token": "1", "logprob": 0.0}]}
    assert near({"content": [taken]}) == 1
