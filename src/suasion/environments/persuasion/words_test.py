"""What seats are told follows the settings in force, and only what they may know."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from suasion.core.environment import Asked, words
from suasion.core.play import Play, drive
from suasion.environments.persuasion.probes import HIGH, LOW
from suasion.environments.persuasion.rules import Persuasion
from suasion.environments.persuasion.words import ANCHORS, LABELS, PERSUADER, TARGET


@pytest.mark.parametrize(
    ("settings", "persuader", "target"),
    [
        (
            {},
            ["8 turns", "You write the first", "4 are yours, 4 the other's"],
            ["A writes the fir"],
        ),
        ({"total_turns": 3}, ["3 turns", "2 are yours, 1 the"], ["1 is yours, 2 the other's"]),
        ({"total_turns": 1}, ["one turn. You write it."], ["one turn. Participant A writes it."]),
        ({}, ["within 300 words", "more than 380 words is cut"], ["within 300 words"]),
        ({"word_cap": 300}, ["within 300 words. What goes beyond that is cut."], ["is cut"]),
        ({"word_cap": 1}, ["within 1 word. What goes beyond"], ["within 1 word."]),
        ({"side": "con"}, ["CON: argue against"], ["respond to what Participant A"]),
        ({"proposition": "Cats are better"}, ["Cats are better"], ["Cats are better"]),
    ],
)
def test_a_rule_and_its_telling_cannot_differ(
    settings: dict[str, Any], persuader: list[str], target: list[str]
) -> None:
    env = Persuasion(**settings)
    for seat, parts in ((PERSUADER, persuader), (TARGET, target)):
        brief = env.brief(seat)
        assert [part for part in parts if part not in brief] == []
        assert brief.startswith(f"You are {LABELS[seat]} in a conversation")


def test_who_never_writes_is_told_to_read_and_of_no_limit() -> None:
    brief = Persuasion(total_turns=1).brief(TARGET)
    assert "You only read." in brief
    assert "word" not in brief


def test_the_target_is_told_nothing_of_sides_or_persuasion() -> None:
    brief = Persuasion().brief(TARGET).lower()
    for word in ("pro:", "con:", "side", "argue", "persua", "convince", "assigned", "task"):
        assert word not in brief


def test_nobody_is_told_of_probes() -> None:
    never = Persuasion(probes=0, probe_before=False, probe_after=False)
    for seat in (PERSUADER, TARGET):
        often = replace(Persuasion(), probe_each_turn=True, probes=9).brief(seat)
        assert often == never.brief(seat)
        assert "probe" not in often.lower()


def heard(env: Persuasion, seat: int) -> list[tuple[str, str]]:
    """The words of a seat, and what they were for."""
    found: list[tuple[str, str]] = []

    def listening(asked: Asked) -> Any:
        if asked.seat == seat:
            found.append((asked.aside, words(env, asked)))
        return 1 if asked.aside else "one two three four"

    drive(Play(env, 1), [listening, listening])
    return found


def test_a_turn_is_told_with_the_label_of_who_wrote_it_and_its_number() -> None:
    told = dict(enumerate(words for _, words in heard(Persuasion(word_cap=2), PERSUADER)))
    assert told[0].endswith("Your side is PRO.\nTurn 1 of 8 is yours: write it.")
    assert told[1] == (
        "Turn 1, Participant A: one two... [your turn was cut after 2 words]\n"
        "Turn 2, Participant B: one two...\n"
        "Turn 3 of 8 is yours: write it."
    )


def test_a_probe_states_the_whole_scale_and_the_proposition() -> None:
    env = Persuasion(total_turns=2, probes=1)
    (name, before), _, (after, later) = heard(env, TARGET)
    assert (name, after) == ("stance_before", "stance_after")
    assert env.text in before
    assert f"from {LOW} to {HIGH}" in before
    assert list(ANCHORS) == list(range(LOW, HIGH + 1))
    assert all(f"{at:+d}: {words}" in before for at, words in ANCHORS.items() if at)
    assert "seen by nobody in it" in before
    assert later.startswith("Turn 2, Participant B: one two three four\nApart from")
    assert later.partition("Apart")[2] == before.partition("Apart")[2]
