"""Text and numbers on pages."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from markupsafe import Markup

from suasion.report.text import cell, clean, counted, number, shown

ANY = st.text(st.characters(codec=None, categories=("L", "N", "P", "S", "Z", "C")))


@pytest.mark.parametrize(
    ("hidden", "seen"),
    [
        ("a\x00b", "a\u2400b"),
        ("\x1b[31m", "\u241b[31m"),
        ("\x7f", "\u2421"),
        ("\x85", "\u27e6U+0085\u27e7"),
        ("\u202egnp", "\u27e6U+202E\u27e7gnp"),
        ("a\u200bb", "a\u27e6U+200B\u27e7b"),
        ("\u2028", "\u27e6U+2028\u27e7"),
        ("\ufeff", "\u27e6U+FEFF\u27e7"),
        ("\U000e0041", "\u27e6U+E0041\u27e7"),
        ("\ud800", "\ufffd"),
        ("a\r\nb\tc", "a\nb\tc"),
        ("a\rb", "a\u240db"),
        ("<b>é 漢", "<b>é 漢"),
    ],
)
def test_what_could_hide_is_made_visible(hidden: str, seen: str) -> None:
    assert clean(hidden) == seen


@given(ANY)
def test_any_text_can_be_written_and_cleaning_it_twice_changes_nothing(text: str) -> None:
    once = clean(text)
    once.encode()
    assert clean(once) == once


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (None, "—"),
        (0, "0"),
        (-0.0, "0"),
        (0.004, "0.004"),
        (-9.95, "\N{MINUS SIGN}9.95"),
        (123456, "123456"),
        (1234.5, "1234"),
        (0.26817, "0.268"),
        (float("nan"), "—"),
        (float("inf"), "—"),
    ],
)
def test_a_number_has_three_digits_and_a_real_minus(value: float | None, text: str) -> None:
    assert number(value) == text


def test_shares_are_percentages() -> None:
    assert number(0.857, percent=True) == "86%"
    assert number(-0.001, percent=True) == "0%"


def test_missing_is_a_dash_and_nought_is_not() -> None:
    assert (shown(None), shown(0), shown(False), shown("")) == ("—", "0", "no", "")
    assert shown(Markup("<b>")) == Markup("<b>")


@pytest.mark.parametrize("start", ["=", "+", "-", "@", "\t", "\r", "\n", "\0", "\uff1d", "\uff20"])
def test_a_cell_that_a_spreadsheet_could_run_is_quoted(start: str) -> None:
    assert str(cell(f"{start}1+1")).startswith(f"'{start}")


def test_other_cells_are_as_they_were() -> None:
    assert [cell("a=1"), cell(-1.5), cell(None), cell("\ud800")] == ["a=1", -1.5, "", "\ufffd"]


def test_nouns_agree_with_their_number() -> None:
    assert [counted(1, "row"), counted(2000, "row")] == ["1 row", "2,000 rows"]
