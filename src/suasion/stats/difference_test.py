"""Differences of means: of independent samples, and of pairs."""

from math import sqrt

import numpy as np
import pytest

from suasion.stats.bootstrap import generator
from suasion.stats.difference import difference, pair_correlation, paired
from suasion.stats.interval import METHODS, Interval, Recipe
from suasion.stats.mean import mean


def bounds(each: Interval) -> tuple[float, float]:
    assert each.low is not None
    assert each.high is not None
    return each.low, each.high


def test_t_is_welch() -> None:
    found = difference([1, 2, 3, 4], [5, 6, 7], Recipe(methods=("t",)))[0]
    low, high = bounds(found)
    assert found.value == -3.5
    assert low + high == pytest.approx(-7)
    # Variances 5/3 over 4 and 1 over 3 make 4.96 degrees of freedom: between the 97.5% quantiles
    # of 5 (2.571) and of 4 (2.776), and nearer to 5.
    assert 2.571 < (high + 3.5) / sqrt(5 / 12 + 1 / 3) < 2.58
    assert (found.n, found.units) == (7, 7)


def test_t_of_scipy_is_ours() -> None:
    from scipy.stats import ttest_ind

    left, right = generator(0).exponential(size=9), generator(1).random(14)
    theirs = ttest_ind(left, right, equal_var=False).confidence_interval()
    ours = difference(left, right, Recipe(methods=("t",)))[0]
    assert bounds(ours) == pytest.approx((theirs.low, theirs.high), rel=1e-12)


def test_each_side_is_resampled_for_itself() -> None:
    left, right = np.sort(generator(2).random(9)), np.sort(generator(3).random(6)) * 3
    stream = generator(0)
    taken = [left[stream.integers(0, 9, size=9)] for _ in range(2000)]
    other = [right[stream.integers(0, 6, size=6)] for _ in range(2000)]
    means = sorted(a.mean() - b.mean() for a, b in zip(taken, other, strict=True))
    error = sqrt(left.var(ddof=1) / 9 + right.var(ddof=1) / 6)
    value = left.mean() - right.mean()
    pivots = sorted(
        (a.mean() - b.mean() - value) / sqrt(a.var(ddof=1) / 9 + b.var(ddof=1) / 6)
        for a, b in zip(taken, other, strict=True)
    )
    _, studentised, percentile = difference(left, right)
    assert bounds(percentile) == pytest.approx((means[49], means[1950]))
    expected = value - pivots[1950] * error, value - pivots[49] * error
    assert bounds(studentised) == pytest.approx(expected)


def test_equal_samples_are_not_taken_for_pairs() -> None:
    # With shared draws the difference of a sample and itself would have no width at all.
    values = generator(4).random(12)
    for each in difference(values, values):
        low, high = bounds(each)
        assert each.value == 0
        assert high - low > 0.2


@pytest.mark.parametrize("sides", [([], []), ([1.0], []), ([], [1.0, 2.0])])
def test_a_side_without_values_leaves_no_difference(
    sides: tuple[list[float], list[float]],
) -> None:
    (only,) = difference(*sides)
    assert (only.value, only.reason, only.method) == (None, "no_values", "none: n = 0 on a side")
    assert only.n == len(sides[0]) + len(sides[1])


def test_one_value_on_a_side_has_no_bounds() -> None:
    (only,) = difference([4.0], [1.0, 2.0])
    assert (only.value, only.method) == (2.5, "none: n = 1 on a side")


def test_spread_on_one_side_is_spread() -> None:
    (only,) = difference([4.0, 4.0], [1.0, 1.0, 1.0])
    assert (only.value, only.method) == (3.0, "none: no spread")
    one_sided = difference([0.0] * 9, generator(5).random(9))
    assert [each.method for each in one_sided] == list(METHODS)


def test_a_difference_beyond_the_largest_number_is_an_error() -> None:
    with pytest.raises(ValueError, match="beyond the largest number"):
        difference([1.7e308], [-1.7e308])
    with pytest.raises(ValueError, match=r"differences\[1\] is inf"):
        paired([0.0, 1.7e308], [0.0, -1.7e308])


def test_paired_differences_are_the_mean_of_rows() -> None:
    left, right = generator(6).random(8), generator(7).random(8)
    assert paired(left, right) == mean(left - right)


def test_pairs_go_by_row_and_need_a_partner() -> None:
    with pytest.raises(ValueError, match="3 values on the left and 2 on the right: no pairs"):
        paired([1, 2, 3], [1, 2])


def test_the_correlation_of_pairs_is_pearsons() -> None:
    left, right = generator(8).random(8), generator(9).random(8)
    assert pair_correlation(left, right) == pytest.approx(np.corrcoef(left, right)[0, 1])
    assert pair_correlation([1, 2, 4], [2, 4, 8]) == 1.0
    assert pair_correlation([1e300, -1e300], [-1e-300, 1e-300]) == -1.0


@pytest.mark.parametrize("sides", [([], []), ([1, 1], [1, 2]), ([1, 2], [3, 3]), ([1], [2])])
def test_without_spread_on_a_side_there_is_no_correlation(
    sides: tuple[list[float], list[float]],
) -> None:
    assert pair_correlation(*sides) is None
