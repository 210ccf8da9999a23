"""A command that is printed is the command that runs."""

from __future__ import annotations

import subprocess

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from suasion.catalogue import Mistake
from suasion.cli.errors import Failed, foreseen, quoted, report


def through_bash(word: str) -> bytes:
    return subprocess.run(
        ["bash", "-c", f"printf %s {quoted(word)}"], capture_output=True, check=True
    ).stdout


@pytest.mark.parametrize(
    "word",
    [
        "plain",
        "two words",
        "it's",
        "$HOME `x`",
        "new\nline",
        "\x1b[31m",
        "\u202ex",
        "a\\b\n'",
        "é\x07",
    ],
)
def test_a_word_comes_out_of_a_shell_as_it_went_in(word: str) -> None:
    assert through_bash(word) == word.encode()


@settings(max_examples=20, deadline=None)
@given(st.text(alphabet=st.characters(exclude_characters="\x00", exclude_categories=["Cs"])))
def test_any_word_does(word: str) -> None:
    assert through_bash(word) == word.encode()
    assert quoted(word).isprintable()


def test_an_error_is_told_line_by_line_with_its_command(capsys: pytest.CaptureFixture[str]) -> None:
    code = report(Failed("one\ntwo \x1b[2J", "list", "two words", code=3))
    printed = capsys.readouterr()
    lines = printed.err.split("\n")
    assert code == 3
    assert printed.out == ""
    assert lines[0] == "Error: one"
    assert lines[1].startswith("Error: two")
    assert "\x1b" not in printed.err
    assert lines[2].startswith("  ")
    assert lines[2].endswith(" list 'two words'")


def test_errors_of_the_machine_are_foreseen_and_faults_of_ours_are_not() -> None:
    told = foreseen(PermissionError(13, "Permission denied", "/file"))
    assert told is not None
    assert str(told) == "/file: Permission denied"
    assert foreseen(Mistake("preset", "x", "no preset")) is not None
    assert foreseen(KeyError("x")) is None
    assert foreseen(ValueError("x")) is None
