"""Intervals of a persuasion panel hold what was planted; those that pool everything do not.

The figures at full size stand in `docs/explanation/persuasion-intervals.md`.
"""

from __future__ import annotations

from functools import cache

import numpy as np
import pytest
from scipy.special import stdtrit

from suasion.stats.bootstrap import generator
from suasion.stats.planted_panel import (
    NAIVE,
    Held,
    Plan,
    coverage,
    crossed,
    nothing,
    panels,
)
from suasion.stats.sample import Floats
from suasion.stats.two_way import BOOTSTRAP, CLUSTER_T, differences, means

PANELS = 250


@cache
def _held(noise: float) -> dict[tuple[str, str], Held]:
    return {(each.of, each.form): each for each in coverage(Plan(noise=noise), PANELS, 11, 1)}


@pytest.mark.parametrize("noise", [0.0, 0.35], ids=["exact stances", "whole numbers"])
@pytest.mark.parametrize("of", ["persuaders", "differences"])
def test_default_intervals_hold_the_planted_effects_in_93_to_97_of_100(
    of: str, noise: float
) -> None:
    found = _held(noise)[of, CLUSTER_T]
    # At 15 by 15 they hold it in about 95.5 of 100; the slack is what 250 panels leave open.
    assert 0.93 - found.error <= found.covered <= 0.97 + found.error


def test_default_intervals_of_targets_hold_too() -> None:
    found = _held(0.0)["targets", CLUSTER_T]
    assert 0.93 - found.error <= found.covered <= 0.97 + found.error


def test_intervals_of_pooled_conversations_hold_it_in_little_more_than_half() -> None:
    assert _held(0.0)["persuaders", NAIVE].covered <= 0.55
    assert _held(0.0)["targets", NAIVE].covered <= 0.65
    assert _held(0.0)["differences", NAIVE].covered <= 0.91


def test_percentiles_hold_means_as_often_and_differences_too_often() -> None:
    assert _held(0.0)["persuaders", BOOTSTRAP].covered == pytest.approx(0.945, abs=0.04)
    assert _held(0.0)["differences", BOOTSTRAP].covered >= 0.955


@pytest.mark.parametrize("noise", [0.0, 0.35], ids=["exact stances", "whole numbers"])
def test_only_the_pair_sees_that_a_persuader_who_drifts_with_its_targets_does_nothing(
    noise: float,
) -> None:
    found = nothing(Plan(drift=1.2, noise=noise), 60, 12)
    assert 0.92 <= found.paired_held <= 0.98
    assert found.both_sides_missed >= 0.8
    without = nothing(Plan(drift=0.0, noise=noise), 60, 12)
    assert without.both_sides_missed < 0.1


def test_planted_variances_are_those_asked_for() -> None:
    plan = Plan(models=60, topics=60)
    found = panels(plan, 4, generator(5))
    effects = found.effects
    by_target = effects.mean(axis=(1, 3)).var(axis=1).mean()
    assert by_target == pytest.approx(plan.variances["target"], rel=0.25)
    assert found.truth.var(axis=1).mean() == pytest.approx(plan.variances["persuader"], rel=0.25)
    assert effects.mean() == pytest.approx(plan.mean, abs=0.3)
    around = effects - effects.mean(axis=1, keepdims=True)
    around -= around.mean(axis=2, keepdims=True)
    assert around.var() > plan.variances["residual"]


# --- the same intervals, written out once more from their definition ---------------------------


def _plain(values: Floats, met: Floats) -> tuple[float, float]:
    """The default interval of a weighted mean of cells (targets, topics), step by step."""
    n = met.sum()
    mean = (values * met).sum() / n
    errors = (values - mean) * met / n
    there = met > 0
    variances, levels = [], []
    for axis in (0, 1):
        used = there.any(axis=axis)
        levels.append(int(used.sum()))
        variances.append(levels[-1] / (levels[-1] - 1) * (errors.sum(axis=axis) ** 2).sum())
    cells = int(there.sum())
    both = cells / (cells - 1) * (errors**2).sum()
    variance = max(sum(variances) - both, *variances)
    far = float(stdtrit(min(levels) - 1, 0.975)) * variance**0.5
    return float(mean) - far, float(mean) + far


def test_the_intervals_are_those_of_their_definition() -> None:
    effects = panels(Plan(models=6, topics=4), 1, generator(8)).effects
    rows = crossed(effects)
    made = means(rows, [20] * 6, methods=[CLUSTER_T])
    gaps = differences(rows, [(0, 1), (2, 5)])
    for p in range(6):
        met = np.ones((6, 4))
        met[p] = 0
        assert (made[p][0].low, made[p][0].high) == pytest.approx(_plain(effects[0, p], met))
    for (one, other), gap in zip([(0, 1), (2, 5)], gaps, strict=True):
        common = np.ones((6, 4))
        common[[one, other]] = 0
        apart = effects[0, one] - effects[0, other]
        assert (gap.low, gap.high) == pytest.approx(_plain(apart, common))
