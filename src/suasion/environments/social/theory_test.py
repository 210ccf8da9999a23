"""GT-30 and the mean field: the closed forms, and that played games meet them."""

from __future__ import annotations

from itertools import combinations, product
from math import sqrt
from statistics import mean, stdev

import pytest

from suasion.agents import line_up
from suasion.core.episode import Episode
from suasion.core.play import Play, drive, groups_of
from suasion.environments.social import KIT
from suasion.environments.social.measures import days_of, new_believers
from suasion.environments.social.rules import Social
from suasion.environments.social.theory import (
    mean_field,
    mean_field_any,
    meets_one,
    new_on_day_one,
)
from suasion.measures.filed import Filed, Held


def filed(env: Social, agents: list[str], seed: int) -> Filed:
    seats = line_up(agents, KIT)
    episode: Episode = drive(Play(env, seed, groups=groups_of(seats)), seats)
    return Filed(
        f"e{seed}", episode, [Held(f"A{at + 1}", agent) for at, agent in enumerate(agents)]
    )


def test_the_published_chance_and_mean() -> None:
    assert meets_one(2, 29, 3) == pytest.approx(0.199507, abs=5e-7)
    assert new_on_day_one(30, 2, 3) == pytest.approx(5.5862, abs=5e-5)


def test_the_chance_is_the_share_of_all_groups_of_others() -> None:
    groups = list(combinations(range(6), 3))
    for believers in range(5):
        met = sum(any(other < believers for other in group) for group in groups)
        assert meets_one(believers, 6, 3) == pytest.approx(met / len(groups))


def test_the_first_day_of_many_games_has_the_published_mean() -> None:
    env = Social(days=1)
    agents = ["policy/any_contact"] * 28 + ["policy/believer"] * 2
    found = []
    for seed in range(1500):
        new = new_believers(filed(env, agents, seed), {})
        assert isinstance(new, list)
        found.append(new[0])
    error = stdev(found) / sqrt(len(found))
    assert error < 0.06
    assert abs(mean(found) - new_on_day_one(30, 2, 3)) < 4 * error


def test_two_days_of_a_tiny_population_have_the_mean_of_all_meetings() -> None:
    """Every way in which three seats can each meet one other, on both days."""
    choices = list(product((1, 2), (0, 2), (0, 1)))
    ends = []
    for first, then in product(choices, choices):
        belief = [0, 0, 1]
        for met in (first, then):
            belief = [*(belief[other] for other in met[:2]), 1]
        ends.append(sum(belief))
    env = Social(size=3, seeds=1, contact_rate=1, days=2)
    agents = ["policy/any_contact"] * 2 + ["policy/believer"]
    found = [days_of(filed(env, agents, seed))[-1]["infected"] for seed in range(1500)]
    error = stdev(found) / sqrt(len(found))
    assert abs(mean(found) - mean(ends)) < 4 * error


def test_a_large_population_follows_the_mean_field_of_any_contact() -> None:
    env = Social(size=4000, seeds=200, days=8)
    game = filed(env, ["policy/any_contact"] * 4000, 3)
    shares = [day["infected"] / 4000 for day in days_of(game)]
    for share, expected in zip(shares, mean_field_any(0.05, 3, 8), strict=True):
        assert share == pytest.approx(expected, abs=0.03)


def test_a_large_population_follows_the_mean_field_of_contagion() -> None:
    env = Social(size=4000, seeds=200, days=12)
    game = filed(env, ["policy/contagion?catch=0.2&recover=0.3"] * 4000, 4)
    for day, shares in zip(days_of(game), mean_field(0.05, 3, 12, 0.2, 0.3), strict=True):
        names = ("susceptible", "infected", "recovered")
        assert [day[name] / 4000 for name in names] == pytest.approx(shares, abs=0.04)


def test_the_mean_field_keeps_all_shares() -> None:
    for shares in mean_field(0.1, 3, 50, 0.5, 0.2):
        assert sum(shares) == pytest.approx(1)
        assert min(shares) >= 0
