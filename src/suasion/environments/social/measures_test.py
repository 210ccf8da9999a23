"""Measures of spread: by hand on small games, and undefined where they say nothing."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from itertools import permutations
from statistics import mean
from typing import Any

import pytest

from suasion.agents import line_up
from suasion.core.asks import Answer, Forfeit, Json
from suasion.core.environment import Asked
from suasion.core.play import Play, drive, groups_of
from suasion.environments.social import KIT
from suasion.environments.social.measures import MEASURES, beside, group, meetings
from suasion.environments.social.rules import Social
from suasion.measures.filed import Filed, Held
from suasion.measures.measure import Place, Undefined

BY_ID: dict[str, Any] = {measure.id: measure for measure in MEASURES}


def filed(agents: Sequence[str], seed: int = 0, **settings: Any) -> Filed:
    env = Social(size=len(agents), **settings)
    seats = line_up([f"policy/{agent}" for agent in agents], KIT)
    episode = drive(Play(env, seed, groups=groups_of(seats)), seats)
    held = [Held(f"A{at + 1}", f"policy/{agent}") for at, agent in enumerate(agents)]
    return Filed("e", episode, held)


def scripted(days: Sequence[Sequence[int]], **settings: Any) -> Filed:
    """A game whose seats believe what a table says, a row a day."""
    size = len(days[0])
    env = Social(size=size, days=len(days), contact_rate=1, quiet_days=None, **settings)

    def table(asked: Asked) -> Answer:
        return "believe" if days[asked.step][asked.seat] else "doubt"

    episode = drive(Play(env, 3), [table] * size)
    return Filed("t", episode, [Held(f"A{at + 1}", None) for at in range(size)])


def value(of: Filed, measure: str) -> Json:
    found = [number for _, number in BY_ID[measure].found(of, {})]
    return found if BY_ID[measure].id in SERIES else found[0]


SERIES = {"susceptible", "infected", "recovered", "new_believers"}
TABLE = scripted([[1, 0, 0, 1], [1, 1, 0, 0], [0, 0, 0, 0], [1, 0, 0, 0]], seeds=1)


@pytest.mark.parametrize(
    ("measure", "expected"),
    [
        ("susceptible", [2, 1, 1, 1]),
        ("infected", [2, 2, 0, 1]),
        ("recovered", [0, 1, 3, 2]),
        ("new_believers", [1, 1, 0, 0]),
        ("peak", 0.5),
        ("peak_day", 1),
        ("attack_rate", 2 / 3),
        ("believing", (2 + 2 + 0 + 1) / 16),
        ("spread_per_turn", 2 / 4),
        ("days_played", 4),
    ],
)
def test_a_game_by_hand(measure: str, expected: Json) -> None:
    assert value(TABLE, measure) == pytest.approx(expected)


def test_spread_ends_for_the_rate_when_nobody_is_left() -> None:
    assert value(scripted([[1, 1], [1, 1], [1, 1]], seeds=1), "spread_per_turn") == 1


def test_the_opening_is_the_peak_where_belief_only_falls() -> None:
    falling = scripted([[0, 0, 1], [0, 0, 0]], seeds=2)
    assert (value(falling, "peak"), value(falling, "peak_day")) == (2 / 3, 0)
    assert value(falling, "attack_rate") == 0


def test_a_spread_that_dies_counts_as_it_ended_on_all_days() -> None:
    game = filed(["doubter"] * 6, seeds=3)
    assert value(game, "days_played") == 3
    assert value(game, "believing") == 0
    assert value(game, "peak") == 0.5


@pytest.mark.parametrize("updates", ["sync", "async"])
def test_whoever_meets_a_believer_follows_by_rule_and_nobody_else(updates: str) -> None:
    game = filed(["any_contact"] * 26 + ["believer"] * 4, 5, seeds=4, days=2, updates=updates)
    assert value(game, "uptake") == 1
    assert 0 < value(game, "uptake_shuffled") < 1
    for day in meetings(game):
        assert day.convinced == day.followed == day.exposed <= day.seats


def test_who_believes_at_random_follows_nobody() -> None:
    games = [filed(["random?p=0.3"] * 30, seed) for seed in range(40)]
    apart = [value(game, "uptake") - value(game, "uptake_shuffled") for game in games]
    assert abs(mean(apart)) < 0.01
    assert mean(value(game, "uptake") for game in games) == pytest.approx(0.3, abs=0.02)


def test_the_shuffled_share_is_the_mean_over_all_shuffles() -> None:
    game = filed(["contagion?catch=0.6"] * 4 + ["believer"] * 2, 11, seeds=2, days=1)
    [(_, event)] = game.episode.of("met")
    doubting = [s for s in range(6) if not event.data["own"][s]]
    met = [1 in event.data["believed"][s] for s in doubting]
    then = [int(game.episode.payoffs[s]) for s in doubting]
    assert sum(met) > 0
    shares = [
        mean(now for saw, now in zip(shuffled, then, strict=True) if saw)
        for shuffled in permutations(met)
    ]
    assert value(game, "uptake_shuffled") == pytest.approx(mean(shares))


def test_where_nobody_meets_a_believer_nothing_can_be_followed() -> None:
    game = filed(["doubter"] * 5, seeds=0)
    assert value(game, "uptake").reason.startswith("nobody_exposed")
    assert value(game, "uptake_shuffled").reason.startswith("nobody_exposed")


def test_where_all_believe_at_first_nobody_is_left_to_come_to_it() -> None:
    assert value(filed(["believer"] * 4, seeds=4), "attack_rate").reason.startswith("no_susc")


@pytest.mark.parametrize("cut", [replace(TABLE, finished=False), replace(TABLE, damaged=True)])
def test_what_was_not_played_to_its_end_has_no_value(cut: Filed) -> None:
    for measure in MEASURES:
        assert all(isinstance(number, Undefined) for _, number in measure.found(cut, {}))


def test_the_evidence_of_a_value_is_its_day() -> None:
    days = [at for at, _ in TABLE.episode.of("day")]
    evidence: dict[str, Any] = {measure.id: measure.evidence for measure in MEASURES}
    assert list(evidence["infected"](TABLE, Place(at=2))) == [days[1]]
    assert list(evidence["peak"](TABLE, Place())) == [days[0]]
    assert list(evidence["attack_rate"](TABLE, Place())) == [days[-1]]
    assert list(evidence["believing"](TABLE, Place())) == days
    for at in evidence["uptake"](TABLE, Place()):
        assert TABLE.episode.events[at].kind == "met"


def test_only_like_populations_are_pooled() -> None:
    one, other = filed(["doubter"] * 5), filed(["doubter"] * 4 + ["believer"])
    assert group(one)["line_up"] == "5*policy/doubter"
    assert group(one) != group(other)
    assert group(one) == group(filed(["doubter"] * 5, 9))


@pytest.mark.parametrize("updates", ["sync", "async"])
def test_beside_a_transcript_stands_who_believes(updates: str) -> None:
    game = filed(["any_contact"] * 5, seeds=2, days=3, updates=updates)
    shown = beside(game)
    assert len(shown.held) == len(game.episode.events)
    assert shown.held[0] == [0, 0, 0, 1, 1]
    assert tuple(shown.held[-1]) == game.episode.payoffs


def test_of_a_large_population_no_seat_is_shown() -> None:
    assert beside(filed(["doubter"] * 201, days=1)).held == ()


def test_each_kind_of_event_has_a_shape_and_words() -> None:
    def lost(asked: Asked) -> Answer:
        return Forfeit("asleep") if asked.seat else {"belief": "doubt", "post": "No."}

    env = Social(size=3, contact_rate=2, days=2, seeds=0, correction_day=1)
    found = {event.kind: KIT.glyph(event) for event in drive(Play(env, 0), [lost] * 3).events}
    assert {kind: (glyph.shape, glyph.words) for kind, glyph in found.items()} == {
        "correction": ("public", "correction"),
        "met": ("each", "meetings"),
        "post": ("inner", "post"),
        "forfeit": ("lost", "no answer"),
        "day": ("inner", "end of the day"),
        "read": ("each", "posts read"),
    }
