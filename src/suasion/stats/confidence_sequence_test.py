"""Confidence sequences: closed forms, guards, and truth at all times at once."""

from math import inf, log, sqrt

import numpy as np
import pytest
from scipy.stats import norm, t

from suasion.stats.bootstrap import generator
from suasion.stats.confidence_sequence import (
    Bounds,
    Drawn,
    Ranks,
    asymptotic,
    difference,
    differences,
    guarded,
    ranks,
    reach,
)
from suasion.stats.sample import Floats

CHANCE = 0.05


def test_the_bounds_are_those_of_the_paper_with_the_guards_of_the_docstring() -> None:
    values = [0.0, 1.0] * 60
    n, tail = 120, -2 * log(CHANCE)
    rate = (tail + log(tail) + 1) / 100
    s = sqrt((n / 4 + 1) / (n - 1))
    paper = sqrt((n * rate + 1) / (n**2 * rate) * (tail + log(n * rate + 1)))
    far = s / sqrt(n) * -t.ppf(norm.cdf(-paper * sqrt(n)), n - 1)
    assert asymptotic(values) == pytest.approx(Bounds(0.5 - far, 0.5 + far))
    assert far == pytest.approx(s * paper, rel=0.06)


def test_bounds_shrink_around_the_mean_and_are_narrowest_for_their_n_where_tuned() -> None:
    values = generator(1).standard_normal(400)
    widths = [np.ptp(asymptotic(values[:n])) for n in (10, 50, 100, 200, 400)]
    assert widths == sorted(widths, reverse=True)
    at_hundred = {tuned: np.ptp(asymptotic(values[:100], tuned=tuned)) for tuned in (5, 100, 4000)}
    assert min(at_hundred, key=lambda tuned: at_hundred[tuned]) == 100


@pytest.mark.parametrize("values", [[], [1.0], list(range(9)), [0.1 + 0.2, 0.3] * 20])
def test_nothing_is_said_before_the_first_ten_draws_nor_while_all_are_alike(
    values: list[float],
) -> None:
    assert asymptotic(values) == (-inf, inf)
    assert difference(values, [1.0, 2.0] * 10) == (-inf, inf)


def test_a_difference_is_the_other_way_round_when_the_arms_are() -> None:
    one, other = [0.0, 1.0] * 8, [2.0, 3.0, 4.0] * 11
    low, high = difference(one, other)
    assert difference(other, one) == pytest.approx((-high, -low))
    assert low < -2.5 < high


def test_one_pair_is_narrower_than_two_sequences_at_half_the_chance() -> None:
    values = [0.0, 1.0] * 50
    apart = np.ptp(difference(values, values))
    assert apart < 0.9 * 2 * np.ptp(asymptotic(values, level=1 - CHANCE / 2))


def test_bounds_that_hold_together_are_wider_the_more_pairs_there_are() -> None:
    arm = [0.0, 1.0] * 30
    widths = [np.ptp(differences([arm] * arms)[0, 1]) for arms in (2, 5, 15)]
    assert widths == sorted(widths)
    assert differences([arm, arm])[0, 1] == difference(arm, arm)
    assert len(differences([arm] * 5)) == 10
    assert differences([arm]) == {}


def test_ranks_are_what_the_pairs_leave_open() -> None:
    low, high = [0.0, 1.0] * 30, [4.0, 5.0] * 30
    assert ranks([low, high, high]) == [Ranks(3, 3), Ranks(1, 2), Ranks(1, 2)]
    assert [each.settled for each in ranks([low, high])] == [True, True]
    assert ranks([low, high[:5]]) == [Ranks(1, 2), Ranks(1, 2)]
    assert ranks([]) == []


@pytest.mark.parametrize("level", [0.0, 1.0, 95.0])
def test_a_level_is_a_probability(level: float) -> None:
    for of in (lambda: asymptotic([1.0], level), lambda: differences([[1.0]], level)):
        with pytest.raises(ValueError, match="expected a number between 0 and 1"):
            of()


def _sixths(values: Floats) -> Floats:
    return np.clip(np.round(values * 6), -18, 18) / 6


def _draws(kind: str, shape: tuple[int, int]) -> tuple[Floats, float]:
    """Draws and their mean: effects in sixths, some of them against the bound, or rare large."""
    stream = generator(5)
    if kind == "rare":
        return np.where(stream.random(shape) < 0.1, 3.0, 0.0), 0.3
    mean = {"effects": 1.0, "at the bound": 2.7}[kind]
    cells = _sixths(mean + stream.standard_normal(200_000))
    return cells[stream.integers(len(cells), size=shape)], float(cells.mean())


def _ever(values: Floats, mean: float, sequence: bool) -> float:
    """The share of rows whose bounds ever lacked the mean, from the tenth draw on."""
    n = np.arange(1.0, values.shape[1] + 1)
    means = values.cumsum(axis=1) / n
    squares = np.maximum((values**2).cumsum(axis=1) - n * means**2, 0)
    spread = np.maximum.accumulate(values, axis=1) - np.minimum.accumulate(values, axis=1)
    if sequence:
        far = reach([Drawn(n + 0 * means, means, guarded(n, squares, spread))], CHANCE)
    else:
        far = np.sqrt(squares / np.maximum(n - 1, 1) / n) * t.ppf(0.975, np.maximum(n - 1, 1))
    return float(((np.abs(means - mean) > far) & (n >= 10) & (spread > 0)).any(axis=1).mean())


@pytest.mark.parametrize("kind", ["effects", "at the bound", "rare"])
def test_bounds_hold_at_every_draw_in_95_of_100_where_those_for_fixed_n_do_not(kind: str) -> None:
    values, mean = _draws(kind, (1500, 300))
    error = 3 * sqrt(CHANCE * (1 - CHANCE) / len(values))
    assert _ever(values, mean, sequence=True) < CHANCE + error
    assert _ever(values, mean, sequence=False) > 0.25
