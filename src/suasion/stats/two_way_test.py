"""Facts about means whose values share clusters of two crossed kinds."""

from __future__ import annotations

from fractions import Fraction
from math import sqrt

import numpy as np
import pytest

from suasion.stats.interval import Recipe
from suasion.stats.sample import Floats
from suasion.stats.two_way import (
    BOOTSTRAP,
    CLUSTER_T,
    Crossed,
    differences,
    drawn,
    means,
    spread,
)

KINDS = ("topic", "target")


def crossed(sums: object, weights: object = None, unit: float = 1.0) -> Crossed:
    values = np.asarray(sums, dtype=np.float64)
    given = np.ones_like(values) if weights is None else np.asarray(weights, dtype=np.float64)
    return Crossed(values, given, KINDS[: 2 if values.shape[2] > 1 else 1], unit)


def test_the_variance_is_that_of_both_kinds_less_what_both_count() -> None:
    """By hand: four values in two topics by two targets, mean 4."""
    of = crossed([[[0, 4], [4, 8]]])
    found = spread(of.pulls, of.there, 2)
    topics, targets, cells = 2 * (16 + 16), 2 * (16 + 16), Fraction(4, 3) * 32
    assert found.variance[0] == pytest.approx(float((topics + targets - cells) / 16))
    assert found.freedom.tolist() == [1]
    [(student, _)] = means(of, [4])
    assert (student.value, student.method, student.units) == (4, CLUSTER_T, 2)
    assert student.high is not None
    assert (student.high - 4) / sqrt(found.variance[0]) == pytest.approx(12.7062, abs=1e-4)


def test_it_is_no_less_than_either_kind_alone_makes_it() -> None:
    of = crossed([[[3, 0], [0, 3]]])
    [row] = spread(of.pulls, of.there, 2).variance
    assert row == 0
    uneven = crossed([[[3, 0, 1], [0, 3, 1]]])
    [row] = spread(uneven.pulls, uneven.there, 2).variance
    [alone] = spread(uneven.pulls.sum(axis=1, keepdims=True).swapaxes(1, 2),
                     np.ones((1, 3, 1), np.bool_), 1).variance  # fmt: skip
    assert row >= alone


def test_with_one_kind_it_is_the_cluster_mean_of_the_project() -> None:
    from suasion.stats.cluster import cluster_mean

    chance = np.random.default_rng(3)
    values, labels = chance.normal(size=40), chance.integers(0, 7, 40)
    sums = np.bincount(labels, values).reshape(1, -1, 1)
    of = crossed(sums, np.bincount(labels).reshape(1, -1, 1))
    [(student, _)] = means(of, [40])
    other = cluster_mean(values, labels.tolist(), Recipe(methods=("t",)))[0]
    assert (student.low, student.high) == pytest.approx((other.low, other.high))
    assert student.value == pytest.approx(other.value)


def test_whole_numbers_over_a_unit_are_exact() -> None:
    of = crossed([[[1, 2], [-3, 0]]], unit=3.0)
    assert str(of.means[0]) == "0.0"


@pytest.mark.parametrize(
    ("sums", "weights", "why"),
    [
        ([[[1, 2]]], None, "none: one topic"),
        ([[[1, 0], [2, 0]]], [[[1, 0], [1, 0]]], "none: one target"),
        ([[[1, 1], [1, 1]]], None, "none: no spread"),
        ([[[0, 0], [0, 0]]], [[[0, 0], [0, 0]]], "none: n = 0"),
    ],
)
def test_without_what_it_takes_there_are_no_bounds(sums: object, weights: object, why: str) -> None:
    of = crossed(sums, weights)
    [found] = means(of, [int(of.sizes[0])])
    assert [each.method for each in found] == [why]
    assert found[0].low is None
    assert (found[0].value is None) == (why == "none: n = 0")


def test_a_row_has_the_same_interval_alone_and_beside_others() -> None:
    chance = np.random.default_rng(5)
    sums, there = chance.normal(size=(9, 5, 6)), chance.random((9, 5, 6)) < 0.7
    of = crossed(np.where(there, sums, 0), there)
    counts = of.sizes.astype(int).tolist()
    together = means(of, counts)
    for row in range(9):
        [alone] = means(of.rows([row]), counts[row : row + 1])
        for one, other in zip(alone, together[row], strict=True):
            assert (one.value, one.low, one.high) == pytest.approx(
                (other.value, other.low, other.high), abs=1e-12
            )


def test_the_bootstrap_is_that_of_draws_made_one_by_one() -> None:
    chance = np.random.default_rng(7)
    of = crossed(chance.normal(size=(2, 4, 3)))
    recipe = Recipe(draws=200)
    made = drawn(of, recipe)
    assert made.shape == (2, 200)
    spreads = made.std(axis=1)
    slow = _slowly(of.sums[0], 4000)
    assert spreads[0] == pytest.approx(slow, rel=0.2)
    assert np.array_equal(made, drawn(of, recipe))


def _slowly(values: Floats, draws: int) -> float:
    chance = np.random.default_rng(11)
    found = []
    for _ in range(draws):
        topics = chance.integers(0, values.shape[0], values.shape[0])
        targets = chance.integers(0, values.shape[1], values.shape[1])
        found.append(values[np.ix_(topics, targets)].mean())
    return float(np.std(found))


def test_an_error_that_all_share_widens_the_bootstrap_alone() -> None:
    of = crossed(np.random.default_rng(2).normal(size=(1, 6, 6)))
    [(sure, drawn_sure)] = means(of, [36])
    [(same, drawn_wide)] = means(of, [36], shared=np.array([4.0]))
    assert sure == same
    assert None not in (drawn_sure.low, drawn_sure.high, drawn_wide.low, drawn_wide.high)
    assert (drawn_wide.high or 0) - (drawn_wide.low or 0) > 2 * (
        (drawn_sure.high or 0) - (drawn_sure.low or 0)
    )
    assert drawn_wide.method == BOOTSTRAP


def test_a_difference_is_on_common_counterparts_alone() -> None:
    """Row 0 never met target 0, and row 1 never target 1; what they did there does not count."""
    there = np.ones((2, 4, 5))
    there[0, :, 0] = there[1, :, 1] = 0
    sums = np.random.default_rng(4).normal(size=(2, 4, 5)) * there
    wild = sums.copy()
    wild[1, :, 0] += 100
    [one] = differences(crossed(sums, there), [(0, 1)])
    [other] = differences(crossed(wild, there), [(0, 1)])
    assert one == other
    paired = (sums[0] - sums[1])[None, :, 2:]
    [(student, _)] = means(crossed(paired), [12])
    assert (one.value, one.low, one.high) == pytest.approx(
        (student.value, student.low, student.high)
    )
    [back] = differences(crossed(sums, there), [(1, 0)])
    assert back.low == pytest.approx(-(one.high or 0))


def test_without_a_common_counterpart_there_is_no_difference() -> None:
    there = np.zeros((2, 3, 2))
    there[0, :, 0] = there[1, :, 1] = 1
    [found] = differences(crossed(there, there), [(0, 1)])
    assert (found.value, found.reason) == (None, "no_common_counterpart")
    there[1, :, 0] = 1
    [found] = differences(crossed(there * [[[1, 1]], [[2, 2]]], there), [(0, 1)])
    assert (found.value, found.method) == (-1, "none: one target")


def test_shapes_that_do_not_fit_are_refused() -> None:
    with pytest.raises(ValueError, match="differ"):
        Crossed(np.zeros((1, 2, 2)), np.zeros((1, 2, 3)), KINDS)
    with pytest.raises(ValueError, match="one kind"):
        Crossed(np.zeros((1, 2, 2)), np.zeros((1, 2, 2)), ("topic",))


def test_planted_effects_are_covered_where_naive_intervals_are_not() -> None:
    """A few hundred panels of 12 by 12; the long simulation is a benchmark."""
    from suasion.stats.mean import mean

    chance = np.random.default_rng(17)
    panels = 300
    sums = (
        chance.normal(0, 0.5, (panels, 12, 1))
        + chance.normal(0, 0.5, (panels, 1, 12))
        + chance.normal(0, 0.7, (panels, 12, 12))
    )
    found = means(crossed(sums), [144] * panels, methods=(CLUSTER_T,))
    covered = sum((each.low or 0) <= 0 <= (each.high or 0) for [each] in found)
    naive = [mean(panel.ravel(), Recipe(methods=("t",)))[0] for panel in sums]
    assert 0.91 < covered / panels < 0.985
    assert sum((each.low or 0) <= 0 <= (each.high or 0) for each in naive) / panels < 0.75
