"""The published engine's outcomes, exactly, and the published tables as far as they are quick."""

from __future__ import annotations

import json
from collections import Counter
from pathlib import Path
from statistics import fmean
from typing import Any

import pytest

from suasion.core.episode import Episode
from suasion.core.play import Play, drive
from suasion.core.replay import replay
from suasion.environments.terrarium.played_test import game, line_up, preset


@pytest.fixture
def published(reference: Path) -> Any:
    """What the published engine came to."""
    return json.loads((reference / "terrarium" / "oracle.json").read_text())


def balances(episode: Episode) -> Any:
    return episode.outcome["balances"]


def test_default_games_end_as_published_and_with_as_many_events(published: Any) -> None:
    found = published["default"]
    names = tuple(found["names"])
    for row in found["rows"]:
        episode = game(preset("default", names=names), found["seats"].split(","), row["seed"])
        died = zip(names, episode.outcome["death_rounds"], strict=True)
        assert balances(episode) == row["balances"]
        assert {name: at for name, at in died if at is not None} == row["deaths"]
        ended = episode.outcome["solved"], episode.outcome["expired"], len(episode.events)
        assert ended == (row["solved"], row["expired"], row["events"])


def test_scarce_games_end_as_published_bonus_and_all(published: Any) -> None:
    found = published["scarce"]
    assert preset("scarce").bonus == found["bonus"]
    for row in found["rows"]:
        episode = game(preset("scarce"), found["seats"].split(","), row["seed"])
        assert balances(episode) == row["balances"]
        assert episode.outcome["solved"] == row["solved"]


def test_names_change_no_outcome() -> None:
    usual = game(preset("default", rounds=60), "CTTCDT", 3)
    other = game(preset("default", rounds=60, names=tuple("abcdef")), "CTTCDT", 3)
    assert usual.outcome == other.outcome


SURVIVAL = {"C": 1.0, "T": 0.4, "D": 0.8}
"""Of 5 games of the published balance test, by script (specs 4.5)."""
TOKENS = {"C": 674, "T": 377, "D": 285}


def test_five_games_give_the_published_balance_table() -> None:
    """Survival, survivors' tokens, puzzles solved and expired, all to the printed digit."""
    env, seats = preset("default"), "CTTCDT"
    games = [game(env, seats, seed) for seed in range(5)]
    held: dict[str, list[int]] = {each: [] for each in SURVIVAL}
    for episode in games:
        for script, tokens, died in zip(
            seats, balances(episode), episode.outcome["death_rounds"], strict=True
        ):
            if died is None:
                held[script].append(tokens)
    count = Counter(seats)
    assert {each: round(len(held[each]) / 5 / count[each], 3) for each in held} == SURVIVAL
    assert {each: round(fmean(held[each])) for each in held} == TOKENS
    assert fmean(episode.outcome["solved"] for episode in games) == 136.4
    assert fmean(episode.outcome["expired"] for episode in games) == 60.4
    assert {episode.outcome["rounds"] for episode in games} == {200}


@pytest.mark.parametrize(("preset_", "round_"), [("default", 73), ("scarce", 93)])
def test_six_silent_seats_starve_in_the_published_round(preset_: str, round_: int) -> None:
    episode = drive(Play(preset(preset_), 0), [lambda asked: []] * 6)
    assert episode.outcome["death_rounds"] == [round_] * 6
    assert balances(episode) == [0] * 6


def test_a_game_is_replayed_from_its_record_alone_and_scripts_repeat_their_answers() -> None:
    env = preset("scarce", rounds=60)
    episode = game(env, "TCTDCD", 7)
    assert episode.header.source == "shared"
    assert replay(env, episode) == episode
    assert replay(env, episode, line_up("TCTDCD")).digest() == episode.digest()


def test_two_survivors_are_dealt_clues_by_the_same_draw_as_six() -> None:
    """A sample of all is no shuffle: in this game two are left, and published games go on."""
    episode = game(preset("default"), "CTTCDT", 58)
    alive = episode.outcome["death_rounds"].count(None)
    dealt = (draw for draw in episode.draws if draw.name.startswith("holders/"))
    last = [draw.of for draw in dealt if draw.value is not None][-1]
    assert (episode.outcome["rounds"], alive, last) == (200, 2, 2)
