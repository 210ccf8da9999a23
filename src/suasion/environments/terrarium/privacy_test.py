"""Who is told what in Terrarium, and that no leak put into the rules goes unnoticed."""

from __future__ import annotations

from dataclasses import fields
from itertools import combinations
from typing import Any

import pytest

from suasion.core.chance import Recorded, Seeded, Twin
from suasion.core.environment import Asked, Environment
from suasion.core.episode import Episode
from suasion.core.events import EACH, EVERYONE, NOBODY
from suasion.core.fork import steps_of
from suasion.core.play import Play, drive
from suasion.environments.terrarium import words
from suasion.environments.terrarium.bank import BANK
from suasion.environments.terrarium.played_test import game, line_up, of, preset
from suasion.environments.terrarium.rules import Terrarium
from suasion.environments.terrarium.tell import told
from suasion.testing import conforms, hides, survivors
from suasion.testing.hearing import listen, parrots

MIXED = ["random", "published_tit_for_tat", "liar", "cooperator", "random", "honest"]
RICH: dict[str, Any] = {
    "rounds": 8,
    "tokens": 60,
    "trades": True,
    "reputation": True,
    "eavesdropper": "Sable",
    "rotation": 3,
    "lifetime": 4,
    "shout_words": 4,
    "auto_solve_window": 3,
}
ENVIRONMENTS = [
    preset("default", rounds=10),
    Terrarium(**RICH),
    Terrarium(**{**RICH, "order": "simultaneous", "transparent_balances": False}),
    Terrarium(**{**RICH, "categories": True, "tokens": 30}),
]


@pytest.mark.parametrize("env", ENVIRONMENTS)
def test_the_environment_keeps_the_contract_with_scripts_that_reach_deep(env: Terrarium) -> None:
    conforms(env, lambda: line_up(MIXED), episodes=1, twins=8, cuts=3)


def test_the_environment_keeps_the_contract_with_seats_that_answer_anything() -> None:
    conforms(ENVIRONMENTS[1], episodes=1, twins=8, cuts=2)


def played(env: Environment[Any], seed: int) -> Episode:
    return drive(Play(env, seed), line_up(MIXED))


def audiences_are_as_they_should_be(env: Environment[Any]) -> None:
    """A post is for all, a letter for two and the eavesdropper, a clue for its holders."""
    assert isinstance(env, Terrarium)
    for seed in range(2):
        for event in played(env, seed).events:
            pair = {event.by, event.data.get("to")}
            expected: dict[str, Any] = {
                "public": EVERYONE,
                "shout": EVERYONE,
                "puzzle": EACH,
                "private": pair | ({env.ear} - {None}),
                "offer": pair,
            }
            to = set(event.to) if isinstance(event.to, tuple) else event.to
            assert to == expected.get(event.kind, set(NOBODY)), event
            if event.kind == "puzzle":
                assert len(event.data["seat"]) == 2


def words_follow_from_what_is_told(env: Environment[Any]) -> None:
    """Nothing but the event, or the turn, is in its words; the ask is always the same."""
    assert isinstance(env, Terrarium)
    plain = Terrarium(**{each.name: getattr(env, each.name) for each in fields(env)})
    parts = {"round", "tokens", "alive", "puzzles", "clues", "partners", "public", "inbox"}
    parts |= {"balances", "trades", "trust", "persona", "categories", "intercepted"}

    def looking(seat: Any) -> Any:
        def policy(asked: Asked) -> Any:
            assert set(asked.turn.situation) <= parts
            assert env.now(asked.turn, asked.seat) == words.now(plain, asked.turn, asked.seat)
            assert asked.turn.ask.schema() == plain.ask.schema()
            return seat(asked)

        return policy

    play: Play[Any] = Play(env, 0)
    episode = drive(play, [looking(each) for each in line_up(MIXED)])
    for event in episode.events:
        for seat in event.audience(6):
            held = event.told_to(seat)
            assert held is not None
            assert env.tell(held, seat) == told(plain.names, held, seat)


def privacy(env: Environment[Any]) -> None:
    """All that the suite knows of it."""
    audiences_are_as_they_should_be(env)
    words_follow_from_what_is_told(env)
    hides(env, lambda: line_up(MIXED), episodes=1, twins=4)


@pytest.mark.parametrize("env", ENVIRONMENTS[1:2])
def test_no_leak_goes_unnoticed(env: Terrarium) -> None:
    assert survivors(env, privacy) == []


def one_word_changed(episode: Episode, number: int) -> Twin:
    """The same episode with the word of one puzzle exchanged for one that is never dealt."""
    base = Recorded(episode.draws, Seeded(0))
    order = list(next(draw for draw in episode.draws if draw.name == "pool").value)
    kinds = [BANK[at].category for at in order]
    spare = next(at for at in range(39, number, -1) if kinds[at] == kinds[number])
    order[number], order[spare] = order[spare], order[number]
    return Twin(base, {("pool", 0): order})


@pytest.mark.parametrize("number", range(0, 12, 3))
@pytest.mark.parametrize("categories", [True, False])
def test_a_word_shows_to_its_holders_alone_until_the_puzzle_is_solved(
    number: int, categories: bool
) -> None:
    """What the contract cannot hold, since one shuffle deals all words: each of them by itself."""
    env = preset("default", rounds=14, categories=categories)
    episode = game(env, ["cooperator", "honest", "random", "liar", "random", "honest"], 5)
    event = of(episode, "puzzle")[number]
    usual = listen(Play(env, 5, Recorded(episode.draws, Seeded(0))), parrots(episode))
    twin = listen(Play(env, 5, one_word_changed(episode, number)), parrots(episode))
    solved = (at for at, e in episode.of("solved") if e.data["puzzle"] == event.data["puzzle"])
    until = min((steps_of(env, episode)[at] for at in solved), default=14 * 6)
    noticed = {
        seat
        for seat, (mine, theirs) in enumerate(zip(usual.by_seat, twin.by_seat, strict=True))
        for one, two in zip(mine, theirs, strict=False)
        if one.step < until and one.told() != two.told()
    }
    assert noticed <= set(event.data["seat"])
    assert noticed or until <= 6 * number + 6


def test_a_persona_and_a_swap_show_to_their_seat_alone() -> None:
    """Two other personas exchanged between other seats leave a third seat's words as they were."""
    env = preset("rotating", rounds=6, rotation=2)
    episode = game(env, ["cooperator"] * 6)
    tries = [draw for draw in episode.draws if draw.name == "rotation"]
    number = max(at for at, draw in enumerate(tries) if draw.step == tries[0].step)
    drawn = list(tries[number].value)
    one, two = next((a, b) for a, b in combinations(range(6), 2) if drawn[a] != b and drawn[b] != a)
    drawn[one], drawn[two] = drawn[two], drawn[one]
    twin = Twin(Recorded(episode.draws, Seeded(0)), {("rotation", number): drawn})
    usual = listen(Play(env, 0, Recorded(episode.draws, Seeded(0))), parrots(episode))
    other = listen(Play(env, 0, twin), parrots(episode))
    differ = {
        seat
        for seat in range(6)
        for mine, theirs in list(zip(usual.by_seat[seat], other.by_seat[seat], strict=True))[:3]
        if mine.told() != theirs.told()
    }
    assert differ == {one, two}


def test_a_letter_in_other_words_shows_to_its_reader_alone() -> None:
    """Of the same length and about nothing, so that the rules make nothing of it."""

    def saying(text: str) -> Any:
        def policy(asked: Asked) -> Any:
            heard.append((asked.seat, env.now(asked.turn, asked.seat)))
            once = asked.seat == 0 and asked.turn.situation["round"] == 1
            letter = {"action": "private", "to": "Kip", "text": text}
            return [letter if once else {"action": "pass"}]

        return policy

    env = preset("default", rounds=3)
    told_: list[list[tuple[int, str]]] = []
    for text in ("good morning", "evil evening"):
        heard: list[tuple[int, str]] = []
        drive(Play(env, 0), [saying(text)] * 6)
        told_.append(heard)
    one, two = told_
    assert {seat for (seat, a), (_, b) in zip(one, two, strict=True) if a != b} == {1}
