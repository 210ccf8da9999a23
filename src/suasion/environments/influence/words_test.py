"""What seats are told follows the settings in force, and only what they may know."""

from __future__ import annotations

from typing import Any

import pytest

from suasion.core.environment import Asked, words
from suasion.core.events import Event
from suasion.core.play import Play
from suasion.environments.influence.rules import Influence


def test_the_brief_states_the_numbers_in_force() -> None:
    brief = Influence(size=3, rounds=1, slots=4, message_limit=77).brief(1)
    assert "You are P2, one of 3 players: P1, P2, P3." in brief
    assert "1 round." in brief
    assert "4 times" in brief
    assert "4 actions" in brief
    assert "at most 77 characters" in brief


@pytest.mark.parametrize(
    ("settings", "words_in", "words_out"),
    [
        ({}, ["credit", "private message", "messages are not"], ["ring", "cut at"]),
        ({"messages": False}, ["credit"], ["message", "ring"]),
        ({"credit": "off"}, ["private message"], ["redit"]),
        ({"topology": "ring"}, ["neighbours on a ring"], []),
        ({"overflow": "clip"}, ["cut at 800 characters"], []),
        ({}, [], ["before this one", "further game"]),
        ({"remember": True}, ["No game was played before", "before any further game"], ["came to"]),
        (
            {"size": 2, "remember": True, "reputation": ((4, 1), (0, 3))},
            ["came to: you 4 and 1; P2 0 and 3.", "before any further game"],
            ["No game was played"],
        ),
        (
            {"size": 2, "reputation": ((4, 1), (0, 3))},
            ["you 4 and 1; P2 0 and 3."],
            ["further game", "No game was played"],
        ),
        ({"personas": "attacker"}, ["Play to win"], []),
        ({"personas": "Be kind to P2."}, ["Be kind to P2."], ["Play to win"]),
    ],
)
def test_a_rule_and_its_telling_cannot_differ(
    settings: dict[str, Any], words_in: list[str], words_out: list[str]
) -> None:
    brief = Influence(**settings).brief(0)
    for part in words_in:
        assert part in brief
    for part in words_out:
        assert part not in brief


def test_each_seat_is_told_its_own_persona() -> None:
    env = Influence(size=3, personas=("neutral", "attacker", "You are shy."))
    assert ["Play to win" in env.brief(seat) for seat in range(3)] == [False, True, False]
    assert ["You are shy." in env.brief(seat) for seat in range(3)] == [False, False, True]


@pytest.mark.parametrize(
    ("event", "seat", "told"),
    [
        (
            Event("pull", 0, {"round": 1, "slot": 2, "beneficiary": 1, "credit": 2}),
            0,
            "R1.2 you → P2: pull, crediting P3",
        ),
        (
            Event("pull", 0, {"round": 1, "slot": 2, "beneficiary": 1, "credit": None}),
            1,
            "R1.2 P1 → you: pull",
        ),
        (
            Event("message", 2, {"round": 3, "slot": 1, "to": 0, "text": "Hi {0}"}),
            0,
            "R3.1 P3 → you, private: Hi {0}",
        ),
        (
            Event("forfeit", 2, {"round": 3, "slot": 1, "reason": "not_json"}),
            2,
            "R3.1 your action was forfeited: not_json",
        ),
    ],
)
def test_an_event_is_told_from_where_the_seat_sits(event: Event, seat: int, told: str) -> None:
    assert Influence().tell(event, seat) == told


def asked_one(play: Play[Any]) -> Asked:
    [asked] = play.asked.values()
    assert isinstance(asked, Asked)
    return asked


def test_a_turn_tells_the_moment_and_whom_one_can_write_to() -> None:
    env = Influence(size=3)
    play: Play[Any] = Play(env, 0)
    asked = asked_one(play)
    others = ", ".join(name for name in env.names if name != env.names[asked.seat])
    told = words(env, asked)
    assert told.startswith("Round 1 of 5, slot 1 of 5. You have 25 actions left. Scores: ")
    assert "you 0" in told
    assert told.endswith(f"You can message {others}.")
    silent = Influence(messages=False)
    asked = asked_one(Play(silent, 0))
    assert "message" not in words(silent, asked)
