"""What the published scripts do, and what a planted lie changes."""

from __future__ import annotations

import pytest

from suasion.core.asks import Json
from suasion.core.chance import Chance, Seeded
from suasion.core.environment import Asked, Said, Turn
from suasion.core.episode import Episode
from suasion.core.play import Play, drive
from suasion.environments.terrarium import KIT
from suasion.environments.terrarium.bank import BANK
from suasion.environments.terrarium.played_test import game, line_up, of, preset
from suasion.environments.terrarium.policies import overlay
from suasion.environments.terrarium.rules import Terrarium


@pytest.mark.parametrize(
    ("clue", "said", "word"),
    [
        ("The answer is BL__", "the answer is __UE.", "BLUE"),
        ("The answer is BL__", "I hold the answer is BL__", ""),
        ("The answer is BL__", "nothing", ""),
        ("The answer is B__", "The answer is ZZ___", ""),
        ("The answer is _ED", "The answer is ZZ_", "ZZD"),
        ("The answer is BL__", "The answer is __UE The answer is X___", "XLUE"),
        ("nothing", "nothing", ""),
    ],
)
def test_patterns_are_laid_over_one_another(clue: str, said: str, word: str) -> None:
    assert overlay(clue, said) == word


def test_scripts_complete_every_word_but_the_two_with_a_blank_too_many() -> None:
    failing = {e.word for e in BANK if overlay(*e.clues) != e.word}
    assert failing == {"KANGAROO", "COMPUTER"}


def asked(policy: str, view: dict[str, Json]) -> Json:
    """What a fresh script answers to a view."""
    empty: dict[str, Json] = {"clues": {}, "partners": {}, "puzzles": [], "public": [], "inbox": []}
    turn = Turn(Terrarium().ask, {"round": 5, **empty, **view})
    said = line_up([policy])[0](Asked(0, 0, "", 0, turn, [], Chance(Seeded(1))))
    return said.answer if isinstance(said, Said) else said


HELD = {"clues": {"A-1": "The answer is R__"}, "partners": {"A-1": [1]}, "puzzles": ["A-1"]}
REST = "The answer is _ED"
SOLVE = {"action": "solve", "puzzle": "A-1", "answer": "RED"}


def test_the_cooperator_solves_from_any_letter_of_the_round_and_shares_with_all() -> None:
    now = asked("C", {**HELD, "inbox": [[5, 2, REST]]})
    assert now[0] == SOLVE
    assert (
        now[1]["text"] == "I have a clue for A-1: The answer is R__. Anyone want to work together?"
    )
    assert asked("C", {**HELD, "inbox": [[4, 2, REST]]})[0]["action"] == "public"
    assert asked("C", {**HELD, "public": [[3, 2, f"A-1: {REST}"]]})[1] == SOLVE
    assert len(asked("C", {**HELD, "public": [[2, 2, f"A-1: {REST}"]]})) == 1


def test_the_cooperator_keeps_a_clue_of_a_puzzle_it_no_longer_sees() -> None:
    assert asked("C", {"clues": HELD["clues"]}) == [{"action": "pass"}]


def test_the_defector_solves_and_never_shares_a_true_clue() -> None:
    assert asked("D", {**HELD, "inbox": [[1, 2, f"A-1: {REST}"]]})[0] == SOLVE
    assert asked("D", {**HELD, "inbox": [[5, 2, REST]]})[0]["action"] != "solve"
    said = [e.data["text"] for e in of(game(preset("default", rounds=80), "DDDDDD"), "public")]
    assert said
    assert all(text.split(" is ")[1] in ("ZZ___", "__XXX", "QQ__", "___WW") for text in said)


def test_published_tit_for_tat_tells_each_seat_once_and_itself_too() -> None:
    episode = game(preset("default"), "CTTCDT", 1)
    pairs = [(event.by, event.data["to"]) for event in of(episode, "private")]
    assert len(pairs) == len(set(pairs))
    assert any(by == to for by, to in pairs)
    early = [e.data["round"] for e in of(game(preset("default"), "TTTTTT"), "public")]
    assert max(early) <= 10


@pytest.mark.parametrize("name", sorted(KIT.policies))
def test_every_policy_plays_under_every_preset(name: str) -> None:
    for each in KIT.presets:
        assert game(preset(each, rounds=4), [name] * 6).outcome["rounds"] == 4


def test_random_seats_reach_every_mechanism() -> None:
    settings = {"trades": True, "reputation": True, "eavesdropper": "Sable", "rotation": 5}
    episode = game(preset("scarce", rounds=60, **settings), ["random"] * 6)
    assert {event.kind for event in episode.events} >= {
        *("public", "private", "shout", "offer", "trade", "accepted", "exploit", "rated"),
        *("wrong_solve", "solved", "expired", "reward", "persona", "pass"),
    }


def test_partners_who_lie_to_each_other_are_paid_where_puzzles_solve_themselves() -> None:
    """As published: what a letter says does not matter there, so that a lie costs nothing."""
    liars = game(preset("scarce", rounds=20), ["liar"] * 6)
    assert {event.data["auto"] for event in of(liars, "solved")} == {True}
    assert of(game(preset("no_cooperation", rounds=20), ["liar"] * 6), "solved") == []


# --- a planted lie ---


def twins(rounds: int = 6) -> tuple[Episode, Episode]:
    """Vera honest, and Vera lying; all others alike."""
    env = preset("default", rounds=rounds)
    others = ["honest"] * 5
    return game(env, ["honest", *others]), game(env, ["liar", *others])


def test_a_planted_lie_changes_nothing_before_it_and_then_what_it_should() -> None:
    true, false = twins()
    first = next(at for at, e in enumerate(false.events) if e.truth.get("meant") and not e.by)
    assert true.events[:first] == false.events[:first]
    here, there = true.events[first], false.events[first]
    assert (here.kind, here.by, here.to) == (there.kind, 0, there.to)
    assert here.data["text"].rsplit(" ", 1)[0] == there.data["text"].rsplit(" ", 1)[0]
    assert here.truth["meant"]["claim"]["true"]
    assert not there.truth["meant"]["claim"]["true"]
    assert (here.truth["cost"], here.truth["after"]) == (there.truth["cost"], there.truth["after"])
    partner, puzzle = here.data["to"], here.truth["meant"]["claim"]["puzzle"]
    helped, misled = (
        [e.by for e in of(each, "solved") if e.data["puzzle"] == puzzle] for each in (true, false)
    )
    assert helped == [partner]
    assert misled != [partner]


def test_what_a_script_meant_is_recorded_and_told_to_nobody() -> None:
    heard: list[Asked] = []

    def listening(asked: Asked) -> Json:
        heard.append(asked)
        return [{"action": "pass"}]

    env = preset("default", rounds=6)
    episode = drive(Play(env, 0), [*line_up(["liar"]), *[listening] * 5])
    assert any(decision.meant for decision in episode.decisions)
    assert "meant" not in str([asked.turn.situation for asked in heard])
    assert "claim" not in "".join(env.now(asked.turn, asked.seat) for asked in heard)
