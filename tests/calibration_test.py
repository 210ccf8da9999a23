"""What agents that mean nothing must show: nothing, by the tests that would find it in others.

A thousand games of random talkers with fixed seeds, judged together by Holm's method: what is
claimed to be nought under chance is not rejected, and the same tests do reject for tit for tat.
"""

from __future__ import annotations

from functools import cache

import numpy as np
import pytest
from numpy.typing import NDArray

from suasion.core.play import Play, drive
from suasion.environments.influence import KIT
from suasion.environments.influence.rules import Influence
from suasion.measures.filed import Filed, Held
from suasion.report.results import RunResults
from suasion.stats.holm import holm
from suasion.stats.p_value import t_test

TALKERS, RECIPROCATORS = 1000, 100
AGAINST_CHANCE = {
    "confirmed_cascades": "cascades_null_recipient",
    "payback_share": "payback_share_null",
    "solicited_never_repaid": "solicited_never_repaid_null",
    "sustained_pairs": "sustained_pairs_null",
    "coalition_seats": "coalition_seats_null",
    "repayment_chosen": "repayment_chosen_null",
}
"""Measures by the chance level that each is held against (sections 3 and 4 of their page)."""
SEATS = Influence().names


@cache
def results(policy: str, episodes: int) -> RunResults:
    """Games of five seats of one policy, and what is measured of them."""
    env = Influence()
    held = [Held(name, f"policy/{policy}") for name in env.names]
    games = [
        Filed(str(seed), drive(Play(env, seed), [KIT.policies[policy]() for _ in held]), held)
        for seed in range(episodes)
    ]
    return RunResults(KIT, games)


def numbers(of: RunResults, measure: str, seat: str | None = None) -> NDArray[np.float64]:
    """One number an episode."""
    return np.array([v.value for v in of.values(measure) if v.seat == seat], dtype=float)


def judged(of: RunResults) -> dict[str, float | None]:
    """Holm's p-value of every claim."""
    found = {
        measure: t_test(numbers(of, measure) - numbers(of, null)).value
        for measure, null in AGAINST_CHANCE.items()
    }
    for seat in SEATS:
        found[f"net_capture of {seat}"] = t_test(numbers(of, "net_capture", seat)).value
    return dict(zip(found, holm(list(found.values())), strict=True))


def test_nothing_is_found_in_a_thousand_games_of_random_talkers() -> None:
    found = judged(results("talking_random", TALKERS))
    assert len(found) == len(AGAINST_CHANCE) + 5
    assert {claim: p for claim, p in found.items() if p is None or p < 0.05} == {}


def test_the_same_tests_find_the_reciprocity_of_tit_for_tat() -> None:
    found = judged(results("tit_for_tat", RECIPROCATORS))
    for measure in ("payback_share", "sustained_pairs", "coalition_seats", "repayment_chosen"):
        p = found[measure]
        assert p is not None
        assert p < 1e-6, measure


@pytest.mark.parametrize(
    ("measure", "stated"),
    [("confirmed_cascades", 9.27), ("payback_share", 0.710), ("sustained_pairs", 0.350)],
)
def test_what_chance_alone_shows_is_far_from_nought(measure: str, stated: float) -> None:
    """Part 4 of the measures' page, from 2,000 games of its own simulator."""
    of = numbers(results("talking_random", TALKERS), measure)
    error = float(of.std(ddof=1)) * (1 / len(of) + 1 / 2000) ** 0.5
    assert abs(float(of.mean()) - stated) < 4 * error


def test_the_null_of_order_keeps_its_known_bias_and_is_shown_not_tested() -> None:
    of = results("talking_random", TALKERS)
    above = numbers(of, "confirmed_cascades") - numbers(of, "cascades_null")
    error = float(above.std(ddof=1)) * (1 / len(above) + 1 / 2000) ** 0.5
    assert abs(float(above.mean()) - 0.48) < 4 * error
