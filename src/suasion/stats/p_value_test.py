"""The t test of one mean."""

import pytest

from suasion.stats.bootstrap import generator
from suasion.stats.p_value import t_test


def test_t_of_scipy_is_ours() -> None:
    from scipy.stats import ttest_1samp

    values = generator(0).exponential(size=15)
    found = t_test(values, 1.3)
    assert found.value == pytest.approx(ttest_1samp(values, 1.3).pvalue, rel=1e-10)
    assert (found.n, found.method, found.reason) == (15, "t", None)


def test_values_about_the_null_are_no_surprise() -> None:
    assert t_test([1, 2, 3, 5, 6, 7], 4).value == 1.0


@pytest.mark.parametrize("n", range(6))
def test_fewer_than_six_clusters_have_no_p_value(n: int) -> None:
    found = t_test([1.0, 2.0, 3.0, 4.0, 5.0][:n])
    assert (found.value, found.reason, found.n) == (None, "fewer_than_six_clusters", n)


def test_values_all_alike_have_no_t() -> None:
    found = t_test([0.2] * 8)
    assert (found.value, found.reason) == (None, "no_spread")


def test_a_true_null_is_rejected_at_its_rate() -> None:
    stream, trials = generator(1), 2000
    values = [t_test(stream.normal(3, 2, 12), 3).value for _ in range(trials)]
    rejected = sum(value is not None and value < 0.05 for value in values) / trials
    assert abs(rejected - 0.05) < 4 * (0.05 * 0.95 / trials) ** 0.5


def test_a_distance_beyond_the_largest_number_is_an_error() -> None:
    with pytest.raises(ValueError, match=r"values less null\[0\] is inf"):
        t_test([1.7e308] * 6, -1.7e308)
