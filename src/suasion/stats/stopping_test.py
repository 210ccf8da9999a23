"""Studies that stop when they like what they see: sequences hold, fixed intervals do not."""

import numpy as np
import pytest

from suasion.stats.bootstrap import generator
from suasion.stats.sample import Floats
from suasion.stats.stopping import Rule, stopped

BUDGET = Rule(budget=400)


def _sixths(means: list[float]) -> Floats:
    values = np.array(means)[:, None] + generator(3).standard_normal((1, 600))
    sixths: Floats = np.clip(np.round(values * 6), -18, 18) / 6
    return sixths


RARE = np.array([[0.0] * 9 + [3.0]] * 2)


@pytest.mark.parametrize("alike", [_sixths([1.0, 1.0]), RARE], ids=["effects", "rare"])
def test_arms_that_are_alike_are_told_apart_by_fixed_intervals_and_not_by_sequences(
    alike: Floats,
) -> None:
    sequence, fixed = (stopped(alike, BUDGET, 400, 1, each) for each in ("sequence", "fixed n"))
    assert sequence.covered >= 0.95
    assert fixed.covered < 0.8
    assert fixed.settled == fixed.missed == fixed.reversed > 80
    assert fixed.draws < sequence.draws <= BUDGET.budget


def test_all_bounds_of_a_panel_hold_together_at_the_stop() -> None:
    found = stopped(_sixths([1.7, 1.6, 1.2, 0.8, 0.2]), Rule(1000, every=2), 200, 2, "sequence")
    assert found.covered >= 0.95
    assert found.arms_missed <= 0.05
    assert found.reversed == 0


def test_a_study_stops_early_where_its_arms_lie_far_apart() -> None:
    found = stopped(_sixths([-2.0, 0.0, 2.0]), Rule(3000), 100, 4, "sequence")
    assert found.settled == 100
    assert found.draws < 150
    assert found.error == 0 == found.missed
