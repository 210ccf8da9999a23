"""Skins: a swap of words that undoes itself, in any text."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from suasion.measures.skin import BadSkin, Skin

SKIN = Skin.of("p# g#, pull toll, pulls tolls, points shells, send_private tell_quiet, a b")
PARTS = ("P1", "g12", "p", "pull", "PULL", "Pull", "pUll", "tolls", "points", "SEND_PRIVATE", "_",
         "Send_Private", "tell_quiet", "a", "B", "A1", "é", "7", "\n", "\\n", '"', " ", "\u017f",
         "pull_", "_toll", "pulling", "\ud800", "日本", "-", "'")  # fmt: skip


@given(st.text() | st.lists(st.sampled_from(PARTS)).map("".join))
def test_swapped_twice_any_text_is_itself(text: str) -> None:
    assert SKIN.words(SKIN.words(text)) == text


@pytest.mark.parametrize(
    ("text", "swapped"),
    [
        ("P1 pulls for p22: Pull! PULL?", "G1 tolls for g22: Toll! TOLL?"),
        ("SEND_PRIVATE: Send_Private send_private", "TELL_QUIET: Tell_Quiet tell_quiet"),
        ("a pulley; pull_it; pulling; P; p1x; 1p; pUll",
         "b pulley; pull_it; pulling; P; p1x; 1p; pUll"),
        ("pull-pull, “pull”… (pull)", "toll-toll, “toll”… (toll)"),
        ("pullé Épull", "pullé Épull"),
    ],
)  # fmt: skip
def test_whole_words_are_swapped_in_three_cases(text: str, swapped: str) -> None:
    assert SKIN.words(text) == swapped


def test_every_text_of_a_value_is_swapped_names_of_fields_included() -> None:
    value = {"pull": ["P1", 1, None, True, {"points": "g2"}], "x": 0.5}
    swapped = {"toll": ["G1", 1, None, True, {"shells": "p2"}], "x": 0.5}
    assert SKIN.json(value) == swapped
    assert SKIN.json(swapped) == value


@pytest.mark.parametrize(
    "pairs",
    ["pull toll, pull bell", "pull pull", "Pull toll", "p12 toll", "p# toll#", "p# guild", "a bc",
     "send_private note", "a_b cd_ef", "pull toll bell", "pull", ""],
)  # fmt: skip
def test_pairs_that_could_not_be_swapped_back_are_refused(pairs: str) -> None:
    with pytest.raises(BadSkin):
        Skin.of(pairs)
