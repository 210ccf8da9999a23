"""The study's own contrasts."""

from __future__ import annotations

from dataclasses import replace

import pytest

from suasion.environments.influence import KIT
from suasion.report.contrasts import declared
from suasion.report.recorded_test import played
from suasion.report.results import RunResults

GAMES = played(8)
RESULTS = RunResults(KIT, GAMES)
BREAKER, KEEPER = "policy/promise_breaker", "policy/promise_keeper"


def held(arm: str, agent: str) -> list[float]:
    return [
        each.episode.payoffs[[seat.agent for seat in each.seats].index(agent)]
        for each in GAMES
        if each.arm == arm
    ]


def contrast(of: dict[str, str], against: dict[str, str]) -> dict[str, object]:
    return {"measure": "points_received", "of": of, "against": against}


def test_two_agents_of_one_condition_are_compared_within_episodes() -> None:
    sides = {"arm": "talking", "model": BREAKER}, {"arm": "talking", "model": KEEPER}
    [found] = declared(RESULTS, [contrast(*sides)])
    apart = [a - b for a, b in zip(held("talking", BREAKER), held("talking", KEEPER), strict=True)]
    assert found.made.value == pytest.approx(sum(apart) / 8, abs=1e-12)
    assert (found.pairs, found.made.n, found.verdict) == (True, 8, "lower")
    assert (found.of, found.against) == (f"{BREAKER}, talking", f"{KEEPER}, talking")


def test_an_agent_in_two_conditions_is_compared_within_seeds() -> None:
    sides = {"arm": "talking", "model": KEEPER}, {"arm": "silent", "model": KEEPER}
    [found] = declared(RESULTS, [contrast(*sides)])
    apart = [a - b for a, b in zip(held("talking", KEEPER), held("silent", KEEPER), strict=True)]
    assert found.made.value == pytest.approx(sum(apart) / 8, abs=1e-12)
    assert found.pairs


def test_sides_that_share_nothing_are_two_samples() -> None:
    games = [replace(g, replicate=None, episode=replace(g.episode, header=replace(
        g.episode.header, seed=at))) for at, g in enumerate(GAMES)]  # fmt: skip
    sides = {"arm": "talking"}, {"arm": "silent"}
    [found] = declared(RunResults(KIT, games), [contrast(*sides)])
    assert (found.pairs, found.made.n) == (False, 16)


def test_contrasts_are_corrected_together_and_unsettled_where_too_few() -> None:
    sides = {"arm": "talking", "model": BREAKER}, {"arm": "talking", "model": KEEPER}
    [alone] = declared(RESULTS, [contrast(*sides)])
    both = declared(RESULTS, [contrast(*sides), contrast(*sides[::-1])])
    assert alone.p is not None
    assert [each.p for each in both] == [pytest.approx(2 * alone.p)] * 2
    assert [each.verdict for each in both] == ["lower", "higher"]
    [few] = declared(RunResults(KIT, GAMES[:3]), [contrast(*sides)])
    assert (few.p, few.verdict) == (None, "not settled")


def test_a_side_that_nobody_played_is_not_settled() -> None:
    [found] = declared(RESULTS, [contrast({"arm": "none"}, {"arm": "talking"})])
    assert (found.made.value, found.verdict) == (None, "not settled")
