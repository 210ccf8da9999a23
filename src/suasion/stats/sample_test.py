"""Values are checked before anything is made of them."""

import numpy as np
import pytest

from suasion.stats.sample import finite, row_means, rows_of, unscaled, varies


@pytest.mark.parametrize("strange", [float("nan"), float("inf"), float("-inf")])
def test_a_value_that_is_not_finite_is_named_by_its_place(strange: float) -> None:
    with pytest.raises(ValueError, match=r"scores\[1\] is .*: expected finite numbers only"):
        finite([1.0, strange], "scores")


def test_a_table_is_no_sample() -> None:
    with pytest.raises(ValueError, match="expected one dimension, got 2"):
        finite([[1.0, 2.0]])


def test_rows_are_sorted_and_scaled_without_loss() -> None:
    samples = [np.array([3.0, -1e300, 0.1]), np.array([5e-324, 0.0, -5e-324])]
    rows = rows_of(samples)
    assert (np.abs(rows.values) <= 1).all()
    assert (np.sort(np.array(samples)) == unscaled(rows.values.T, rows.exponents).T).all()
    assert rows.n == 3


def test_a_difference_in_the_last_place_is_no_spread() -> None:
    rows = np.array([[0.3, 0.1 + 0.2], [0.0, 0.0], [0.3, 0.3 + 1e-12], [0.0, 5e-324]])
    assert varies(rows).tolist() == [False, False, True, True]


def test_a_mean_that_is_nought_but_for_the_rounding_of_its_values_is_nought() -> None:
    thirds = [[2 / 3, 1 / 3, -1.0], [5 / 3, -2 / 3, -1.0], [1e300 / 3, 2e300 / 3, -1e300]]
    assert sum(thirds[0]) / 3 == 0
    assert [str(mean) for mean in row_means(np.array([*thirds, [-0.0, 0.0, 0.0]]))] == ["0.0"] * 4
    small = [[1.0, -1.0, 1e-15], [1e-300, -1e-300, 1e-310], [5e-324, 0.0, 0.0]]
    assert (row_means(np.array(small)) > 0).tolist() == [True, True, False]
