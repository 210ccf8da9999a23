"""Whatever is printed only shows: nothing in it can move, colour or hide."""

from __future__ import annotations

import json
import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from suasion.cli.terminal import clean, one_line, say_json, say_table


def harmless(text: str) -> bool:
    """Whether a terminal only shows it; joiners may stay, since scripts and emoji need them."""
    kinds = {unicodedata.category(each) for each in text if each not in "\n\t"}
    return not kinds & {"Cc", "Cs", "Zl", "Zp"} and not set(text) & set("\u202e\u2066\u200f\ufeff")


@pytest.mark.parametrize(
    "text",
    [
        "\x1b[2J\x1b[31mred",
        "\x1b]0;title\x07",
        "\x9b31m",
        "a\rb",
        "\u202egnp.exe",
        "\u2066x\u2069",
        "\x00\x08\x7f",
        "\ud800",
        "\u2028",
    ],
)
def test_hostile_text_is_made_visible(text: str) -> None:
    assert not harmless(text)
    assert harmless(clean(text))
    assert harmless(one_line(text))
    assert "\n" not in one_line(text)


@given(st.text())
def test_any_text_is_harmless(text: str) -> None:
    assert harmless(clean(text))


@given(st.text(alphabet=st.characters(categories=["L", "N", "P", "Zs"])))
def test_ordinary_text_stays_as_it_is(text: str) -> None:
    ordinary = "".join(each for each in text if each not in "\u115f\u1160\u3164\uffa0")
    assert clean(ordinary) == ordinary


def test_columns_stand_under_one_another(capsys: pytest.CaptureFixture[str]) -> None:
    say_table([("a", "long cell", "x"), ("bbb", "c", "y\nz")], ("one", "two", "three"))
    assert capsys.readouterr().out.split("\n") == [
        "one  two        three",
        "a    long cell  x",
        "bbb  c          y␤z",
        "",
    ]


@given(st.text())
def test_json_is_ascii_and_comes_back(text: str) -> None:
    with pytest.MonkeyPatch.context() as patch:
        printed: list[str] = []
        patch.setattr("typer.echo", printed.append)
        say_json({"text": text})
    assert printed[0].isascii()
    assert printed[0].isprintable()
    assert json.loads(printed[0]) == {"text": text}
