"""What seats are told follows the settings in force; nothing is told of what is off."""

from __future__ import annotations

from typing import Any

import pytest

from suasion.core.environment import Asked, words
from suasion.core.events import Event
from suasion.core.play import Play
from suasion.environments.terrarium.personas import PERSONAS
from suasion.environments.terrarium.played_test import game, preset, replied
from suasion.environments.terrarium.rules import Terrarium
from suasion.environments.terrarium.tell import LINES


def test_the_brief_states_the_numbers_in_force() -> None:
    told = preset("scarce").brief(1)
    assert PERSONAS["Kip"] in told
    for part in (
        "You are Kip, one of 6 players: Vera, Kip, Sable, Marsh, Dove, Flint.",
        "You start with 740 tokens.",
        "pays 8 tokens",
        "200 rounds",
        "shown for 12 rounds",
        "pays 55 tokens if you contributed alone",
        "gets 40 tokens instead",
        "0.2 for each, rounded down, and at least 1",
        "costs 2 times as much",
        "2 messages in a round",
        "up to 15 words",
        "in this round or the 3 before",
        "the latest 10 public messages",
    ):
        assert part in told, part


MARKS = {
    "self-solving": "solves itself",
    "shout": "SHOUT",
    "trade": "TRADE",
    "rating": "RATE",
    "ear": "private message that other players send",
    "rotation": "Characters change places",
    "kind": "what kind of word",
    "at once": "act at the same time",
}


@pytest.mark.parametrize(
    ("settings", "seat", "on"),
    [
        ({}, 0, {"trade"}),
        ({"trades": False}, 0, set()),
        ({"auto_solve_window": 3}, 0, {"trade", "self-solving"}),
        ({"shout_words": 5}, 0, {"trade", "shout"}),
        ({"reputation": True}, 0, {"trade", "rating"}),
        ({"eavesdropper": "Sable"}, 2, {"trade", "ear"}),
        ({"eavesdropper": "Sable"}, 0, {"trade"}),
        ({"rotation": 9}, 0, {"trade", "rotation"}),
        ({"categories": True}, 0, {"trade", "kind"}),
        ({"order": "simultaneous"}, 0, {"trade", "at once"}),
        ({"messages_per_round": 0, "auto_solve_window": 3}, 0, {"trade"}),
    ],
)
def test_a_mechanism_is_told_where_it_is_on_and_nowhere_else(
    settings: dict[str, Any], seat: int, on: set[str]
) -> None:
    told = Terrarium(**settings).brief(seat)
    assert {name for name, mark in MARKS.items() if mark in told} == on
    assert ("SEND_PUBLIC" in told) is (settings.get("messages_per_round") != 0)


def test_the_no_cooperation_preset_promises_no_puzzle_that_solves_itself() -> None:
    assert "solves itself" in preset("scarce").brief(0)
    assert "solves itself" not in preset("no_cooperation").brief(0)


def test_a_persona_can_be_replaced_added_to_and_given() -> None:
    assert PERSONAS["Kip"] not in preset("adversarial").brief(1)
    assert "plotting against you" in preset("adversarial").brief(1)
    mole = preset("mole").brief(2)
    assert PERSONAS["Sable"] in mole
    assert "2,000 tokens" in mole
    assert "2,000" not in preset("mole").brief(0)
    own = Terrarium(names=("a", "b"), personas=("You are shy.", ""))
    assert own.brief(0).startswith("You are shy.")
    assert own.brief(1).startswith("You are b, one of 2 players: a, b.")


def test_a_turn_tells_the_whole_view_and_no_news() -> None:
    told: list[str] = []

    def says(asked: Asked) -> str:
        env = settings
        told.append(words(env, asked))
        assert asked.news == []
        return "SEND_PRIVATE: Vera: psst\nSHOUT: hello all"

    settings = preset("eavesdropper", rounds=2, reputation=True)
    replied(settings, says)
    second = told[6:]
    assert "Round 2 of 200" not in second[0]
    assert second[0].startswith("Round 2 of 2. You have 731 tokens.")
    assert "Others alive: Kip (731), Sable (731)" in second[0]
    assert "- R1 Kip: psst" in second[0]
    assert "- R1 you: psst" in second[0]
    assert "- R1 Flint: hello all" in second[0]
    assert "Private messages between others:\n- R1 Vera to Vera: psst\n- R1 Kip to" in second[2]
    assert "between others" not in second[0] + second[1]


def test_a_turn_names_the_clues_held_the_partner_and_the_kind_where_it_is_told() -> None:
    play: Play[Any] = Play(preset("default", categories=True), 0)
    event = play.board.events[0]
    one, two = event.data["seat"]
    env, state = play.env, play.state
    state.due = [one]
    [turn] = env.turns(state).values()
    kind, name = event.data["category"], event.data["puzzle"]
    other = env.seats()[two].name
    assert f"- {name} ({kind}): {event.data['clue'][0]}. The other clue: {other}." in env.now(
        turn, one
    )
    state.due = [next(seat for seat in range(6) if seat not in (one, two))]
    [(seat, turn)] = env.turns(state).items()
    told = env.now(turn, seat)
    assert f"Other open puzzles:\n- {name} ({kind})" in told
    assert "The answer is" not in told


def test_every_event_has_words_from_where_a_seat_sits() -> None:
    env = preset("scarce", rounds=50, trades=True, reputation=True, rotation=5)
    episode = game(env, ["random"] * 6)
    for event in episode.events:
        assert event.kind in LINES
        assert env.tell(event, 0).strip()
    hi = Event("private", 0, {"round": 3, "to": 1, "text": "Hi {0}"})
    assert env.tell(hi, 1) == "R3 Vera → you, private: Hi {0}"
    assert env.tell(hi, 0) == "R3 you → Kip, private: Hi {0}"
    assert env.tell(Event("unheard", None, {"x": 1}), 0) == "unheard {'x': 1}"
