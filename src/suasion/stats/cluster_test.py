"""A mean over clusters counts clusters, whatever their sizes."""

from random import Random

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from suasion.stats.bootstrap import generator
from suasion.stats.cluster import cluster_mean, cluster_means
from suasion.stats.interval import Recipe
from suasion.stats.mean import mean

QUICK = Recipe(draws=200)


def test_clusters_of_one_are_independent_values() -> None:
    values = generator(0).exponential(size=11)
    for one, other in zip(mean(values), cluster_mean(values, range(11)), strict=True):
        assert (one.method, one.n, one.units) == (other.method, other.n, other.units)
        assert (one.value, one.low, one.high) == pytest.approx((other.value, other.low, other.high))


def test_copies_of_a_value_add_nothing() -> None:
    values = generator(1).random(8)
    thrice = cluster_mean(np.repeat(values, 3), np.repeat(np.arange(8), 3).tolist())
    for one, other in zip(mean(values), thrice, strict=True):
        assert (one.method, other.n, other.units) == (other.method, 24, 8)
        assert (one.value, one.low, one.high) == pytest.approx((other.value, other.low, other.high))


def test_t_of_unequal_clusters_is_that_of_the_linearised_ratio() -> None:
    values, clusters = [1.0, 2.0, 6.0, 3.0, 3.0, 9.0], ["a", "b", "b", "c", "c", "c"]
    # Mean 4; sums less size times mean: a -3, b 0, c 3; so 3/2 * 18 / 36 = 0.75.
    found = cluster_mean(values, clusters, Recipe(methods=("t",)))[0]
    reach = 4.302652729911275 * 0.75**0.5
    assert (found.value, found.low, found.high) == pytest.approx((4, 4 - reach, 4 + reach))
    assert (found.n, found.units) == (6, 3)


def test_bootstraps_are_those_of_a_plain_loop_over_clusters() -> None:
    sizes, stream = np.array([1, 1, 2, 3, 3, 4, 5, 6]), generator(2)
    clusters = [stream.exponential(size=size) for size in sizes]
    clusters.sort(key=lambda each: (len(each), each.sum()))
    value = np.concatenate(clusters).mean()

    def error(taken: list[np.ndarray[tuple[int], np.dtype[np.float64]]]) -> float:
        mean = np.concatenate(taken).mean()
        errors = [(each - mean).sum() for each in taken]
        return float(np.sqrt(8 / 7 * np.square(errors).sum()) / sum(map(len, taken)))

    stream, found, pivots = generator(0), [], []
    for _ in range(2000):
        taken = [clusters[at] for at in stream.integers(0, 8, size=8)]
        found.append(np.concatenate(taken).mean())
        pivots.append((found[-1] - value) / error(taken))
    found.sort()
    pivots.sort()
    _, studentised, percentile = cluster_mean(
        np.concatenate(clusters), np.repeat(np.arange(8), sizes).tolist()
    )
    assert (percentile.low, percentile.high) == pytest.approx((found[49], found[1950]))
    whole = error(clusters)
    expected = value - pivots[1950] * whole, value - pivots[49] * whole
    assert (studentised.low, studentised.high) == pytest.approx(expected)


def test_values_that_go_together_are_counted_as_the_clusters_they_are() -> None:
    # Twelve episodes of ten seats which share most of what happens to them.
    covered = {"values": 0, "clusters": 0}
    stream, trials = generator(3), 400
    for _ in range(trials):
        values = stream.normal(size=(12, 1)) + 0.3 * stream.normal(size=(12, 10))
        labels = np.repeat(np.arange(12), 10).tolist()
        plain = mean(values.ravel(), Recipe(methods=("t",)))[0]
        clustered = cluster_mean(values.ravel(), labels, Recipe(methods=("t",)))[0]
        for name, each in (("values", plain), ("clusters", clustered)):
            assert each.low is not None
            assert each.high is not None
            covered[name] += each.low <= 0 <= each.high
    assert covered["values"] / trials < 0.6
    assert abs(covered["clusters"] / trials - 0.95) < 4 * (0.95 * 0.05 / trials) ** 0.5


def test_one_cluster_has_no_bounds() -> None:
    (only,) = cluster_mean([1.0, 2.0, 4.0], ["e", "e", "e"])
    assert (only.method, only.n, only.units) == ("none: one cluster", 3, 1)
    assert only.value == pytest.approx(7 / 3)


def test_cluster_means_all_alike_have_no_bounds() -> None:
    rows = [[1.0, 3.0, 2.0, 2.0], [1.0, 2.0, 3.0, 4.0]]
    alike, differ = cluster_means(rows, [0, 0, 1, 1])
    assert [each.method for each in alike] == ["none: no spread"]
    assert differ == cluster_mean(rows[1], [0, 0, 1, 1])


def test_cluster_means_that_differ_by_rounding_are_alike() -> None:
    (only,) = cluster_mean([0.3, 0.1, 0.2, 0.2, 0.25, 0.15], "aaabcc")
    assert only.method == "none: no spread"


def test_without_values_there_is_a_reason() -> None:
    (only,) = cluster_mean([], [])
    assert (only.value, only.reason) == (None, "no_values")
    assert cluster_means([], [1, 2]) == []


def test_a_value_without_a_cluster_is_an_error() -> None:
    with pytest.raises(ValueError, match=r"rows\[0\]: 2 values for 1 clusters named"):
        cluster_mean([1.0, 2.0], ["e"])


@settings(deadline=None, max_examples=60)
@given(
    st.lists(st.tuples(st.floats(-1e300, 1e300), st.integers(0, 4)), min_size=1, max_size=14),
    st.randoms(use_true_random=False),
)
def test_neither_order_nor_names_matter_and_bounds_lie_within_the_data(
    pairs: list[tuple[float, int]], random: Random
) -> None:
    values = [value for value, _ in pairs]
    found = cluster_mean(values, [label for _, label in pairs], QUICK)
    random.shuffle(pairs)
    again = cluster_mean([value for value, _ in pairs], [f"e{label}" for _, label in pairs], QUICK)
    assert found == again
    for each in found:
        if each.method == "percentile_bootstrap":
            assert each.low is not None
            assert each.high is not None
            slack = 1e-285 * max(map(abs, values))
            assert min(values) - slack <= each.low <= each.high <= max(values) + slack
