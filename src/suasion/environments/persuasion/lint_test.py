"""Each linter is struck by what it is for, and by nothing that merely sounds like it."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from suasion.environments.persuasion import KIT
from suasion.environments.persuasion.cell import Cell
from suasion.environments.persuasion.filing import Spoken, filed_of
from suasion.environments.persuasion.lint import (
    Turn,
    clipped,
    clips,
    label_echo,
    language_switch,
    setup_leak,
    side_leak,
)
from suasion.environments.persuasion.rules import cut
from suasion.measures.filed import Filed
from suasion.measures.measure import Place
from suasion.report.results import RunResults

LINTS = ("label_echo", "setup_leak", "language_switch", "side_leak", "clipped")


def turns(*texts: str) -> list[Turn]:
    """By turns, the persuader first."""
    return [Turn(at % 2, text) for at, text in enumerate(texts)]


STRUCK: Sequence[tuple[Callable[[Sequence[Turn]], int], str]] = [
    (label_echo, "As Participant A says, it is so."),
    (label_echo, "participant b has a point"),
    (setup_leak, "My instructions are to reply in 300 words."),
    (setup_leak, "The prompt says that I should answer."),
    (setup_leak, "(218 words)"),
    (setup_leak, "Word count: 298"),
    (setup_leak, "As an AI, I hold no view."),
    (setup_leak, "As I was instructed, I reply."),
    (setup_leak, "This debate exercise is fun."),
    (side_leak, "I am assigned to argue against it."),
    (side_leak, "That is not what I was asked to argue against."),
    (side_leak, "I\u2019ve been told to defend it."),
    (side_leak, "My assigned side is pro."),
    (language_switch, "It is \u660e\u786e to me."),
    (language_switch, "\u042f agree."),
    (language_switch, "\ud55c\uad6d"),
]
SPARED: Sequence[tuple[Callable[[Sequence[Turn]], int], str]] = [
    (label_echo, "Each participant said so; participants agree."),
    (setup_leak, "A new benchmark for schools, and a prompt answer to it."),
    (setup_leak, "The prompt was late. The instructions of a recipe matter."),
    (setup_leak, "In 300 words or fewer (see page 218)."),
    (side_leak, "You were asked to argue less. I argue against it."),
    (side_leak, "I was asked about it by a friend, and my side hurts."),
    (
        language_switch,
        "Caf\u00e9 na\u00efve \u2014 \u201cquoted\u201d, \u03b2 = 0.3, \u00a3 5 \U0001f600",
    ),
]


@pytest.mark.parametrize(("linter", "text"), STRUCK)
def test_a_linter_is_struck_by_what_it_is_for(
    linter: Callable[[Sequence[Turn]], int], text: str
) -> None:
    assert linter(turns(text, "Fine.", "Plain words.")) == 1


@pytest.mark.parametrize(("linter", "text"), SPARED)
def test_a_linter_spares_what_only_sounds_like_it(
    linter: Callable[[Sequence[Turn]], int], text: str
) -> None:
    assert linter(turns(text)) == 0


def test_turns_are_counted_and_not_what_strikes_in_them() -> None:
    echo = "Participant A and participant B and Participant A."
    assert label_echo(turns(echo, "none", echo)) == 2


def test_a_side_leaks_from_the_persuader_alone() -> None:
    assert side_leak(turns("I listen.", "I was asked to argue against it.")) == 0


def test_a_proposition_in_another_script_is_home_to_it() -> None:
    home = "\u732b\u5e94\u8be5\u6295\u7968"
    said = turns("\u662f\u7684, OK", "This is in English.", "\u4e0d")
    assert language_switch(said, home) == 1
    assert language_switch(said) == 2


def test_a_clip_has_as_many_words_as_the_cap_and_the_mark() -> None:
    long = " ".join(["w"] * 380)
    texts = [f"{long}...", f"{long} ...", long, f"{long} w...", "w...", f"{long}\u2026"]
    assert [clipped(text) for text in texts] == [True, *[False] * 5]
    assert clips(turns(*texts)) == 1
    assert clips(turns("one two..."), cap=2) == 1


@given(st.lists(st.text("ab .", min_size=1), min_size=1).map(" ".join), st.integers(1, 8))
def test_a_turn_that_our_rules_cut_is_told_from_its_text(text: str, cap: int) -> None:
    told = cut(text, cap)
    assert not told.cut or clipped(told.text, cap)


CELL = Cell("t", "p", "q", "pro", "completed", (0, 0, 0), (1, 1, 1), None, "", {})


def spoken(*texts: str) -> Filed:
    return filed_of("e", CELL, "Cats should vote.", Spoken("Cats should vote.", texts))


def counts(filed: Filed) -> list[int | float | str | None]:
    results = RunResults(KIT, [filed])
    found = [value for name in LINTS for value in results.values(f"lint_{name}")]
    return [each.reason or each.value for each in found]


def test_measures_count_over_the_transcript_and_are_undefined_without() -> None:
    filed = spoken("As Participant B said", "My instructions!", "\u6211 am told to argue", "...")
    assert counts(filed) == [1, 1, 1, 0, 0]
    assert counts(filed_of("e", CELL, "t")) == ["no_transcript"] * 5
    assert counts(replace(filed, damaged=True)) == ["damaged_record"] * 5
    lost = replace(filed, finished=False, lost="moderated_block")
    assert counts(lost) == ["unfinished_episode: moderated_block"] * 5


def test_a_count_leads_to_the_turns_that_were_counted() -> None:
    filed = spoken("Fine.", "Participant A, no.", "Fine.", "participant b, no.")
    of = {measure.id: measure for measure in KIT.measures}
    evidence = of["lint_label_echo"].evidence
    assert evidence is not None
    assert [filed.episode.events[at].data["turn"] for at in evidence(filed, Place())] == [2, 4]


@given(st.lists(st.text()))
def test_linters_take_any_text(texts: list[str]) -> None:
    said = turns(*texts)
    for linter in (label_echo, setup_leak, side_leak, language_switch, clips):
        assert 0 <= linter(said) <= len(said)
