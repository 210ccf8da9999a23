"""Slopes: of rows, of clusters measured at one x, and of clusters measured at every x."""

import numpy as np
import pytest

from suasion.stats.bootstrap import generator
from suasion.stats.interval import METHODS, Interval, Recipe
from suasion.stats.slope import slope

T = Recipe(methods=("t",))


def bounds(each: Interval) -> tuple[float, float]:
    assert each.low is not None
    assert each.high is not None
    return each.low, each.high


def test_the_slope_is_least_squares() -> None:
    # Shares .1, .3, .8 at payoffs 0, .5, 1.
    found = slope([0, 0.5, 1], [0.1, 0.3, 0.8])
    assert all(each.value == pytest.approx(0.7) for each in found)
    assert found[0].n == 3


def test_t_of_rows_is_that_of_a_regression() -> None:
    from scipy.stats import linregress, t

    x, y = generator(0).random(9), generator(1).random(9)
    fit = linregress(x, y)
    reach = t.ppf(0.975, 7) * fit.stderr
    found = slope(x, y, recipe=T)[0]
    assert found.value == pytest.approx(fit.slope)
    assert bounds(found) == pytest.approx((fit.slope - reach, fit.slope + reach))


def test_where_x_is_fixed_within_clusters_t_is_that_of_their_means() -> None:
    means = np.array([0.1, 0.3, 0.2, 0.8, 0.7])
    x = np.array([0.0, 0.0, 0.5, 1.0, 1.0])
    noise = np.tile([-0.1, 0.1], 5)
    clusters = np.repeat(np.arange(5), 2).tolist()
    of_rows = slope(np.repeat(x, 2), np.repeat(means, 2) + noise, clusters, T)[0]
    of_means = slope(x, means, recipe=T)[0]
    assert bounds(of_rows) == pytest.approx(bounds(of_means))
    assert (of_rows.n, of_rows.units) == (10, 5)


def test_where_clusters_hold_the_same_xs_t_is_that_of_their_own_slopes() -> None:
    from scipy.stats import sem, t

    table = generator(2).random((6, 4))
    own = [np.polyfit([1, 2, 3, 4], row, 1)[0] for row in table]
    expected = t.interval(0.95, 5, np.mean(own), sem(own))
    clusters = np.repeat(np.arange(6), 4).tolist()
    found = slope(np.tile([1, 2, 3, 4], 6), table.ravel(), clusters, T)[0]
    assert bounds(found) == pytest.approx(expected)


@pytest.mark.parametrize(
    ("x", "clusters", "why"),
    [
        ([0, 1, 0, 1, 1], "aabbb", "unequal clusters"),
        ([0, 1, 0, 2, 0, 1], "aabbcc", "unequal clusters"),
        ([0, 0, 1, 1], "aabb", "no spread"),
    ],
)
def test_elsewhere_there_is_no_t(x: list[float], clusters: str, why: str) -> None:
    y = generator(3).random(len(x))
    assert slope(x, y, clusters, T)[0].method == f"none: {why}"


def test_bootstraps_are_those_of_a_plain_loop_over_clusters() -> None:
    stream = generator(4)
    sizes = np.array([2, 3, 3, 4, 5, 5, 6])
    clusters = [(stream.random(size), stream.random(size)) for size in sizes]
    x, y = (np.concatenate(side) for side in zip(*clusters, strict=True))
    # The order of clusters in which they are drawn: by size, then by sum of centred x.
    clusters.sort(key=lambda each: (len(each[0]), (each[0] - x.mean()).sum()))

    def fit(taken: list[int]) -> tuple[float, float]:
        x, y = (np.concatenate([clusters[at][side] for at in taken]) for side in (0, 1))
        slope, height = np.polyfit(x, y, 1)
        middle = x.mean()
        scores = [
            (
                (clusters[at][0] - middle) * (clusters[at][1] - height - slope * clusters[at][0])
            ).sum()
            for at in taken
        ]
        wide = ((x - middle) ** 2).sum()
        return slope, np.sqrt(7 / 6 * np.square(scores).sum()) / wide

    value, error = fit(list(range(7)))
    stream = generator(0)
    fits = [fit(stream.integers(0, 7, size=7).tolist()) for _ in range(2000)]
    slopes = sorted(each for each, _ in fits)
    pivots = sorted((each - value) / width for each, width in fits)
    _, studentised, percentile = slope(x, y, np.repeat(np.arange(7), sizes).tolist())
    assert percentile.value == pytest.approx(value)
    assert bounds(percentile) == pytest.approx((slopes[49], slopes[1950]))
    expected = value - pivots[1950] * error, value - pivots[49] * error
    assert bounds(studentised) == pytest.approx(expected)


def test_resamples_with_one_x_count_beyond_both_bounds() -> None:
    # Two of four clusters at each x: one resample in eight has one x only.
    found = slope([0, 0, 1, 1], [0.1, 0.2, 0.6, 0.8])
    assert [each.method for each in found] == ["t", "none: unbounded"]
    # The same where the sums of x are rounded.
    rounded = slope([0.73, 0.73, 0.73, 0.18, 0.18], [0.1, 0.2, 0.7, 0.6, 0.8])
    assert [each.method for each in rounded] == ["t", "none: unbounded"]
    # Eight at each: one in 2**15.
    x = np.repeat([0, 1], 8)
    assert [each.method for each in slope(x, x + generator(5).random(16))] == list(METHODS)


def test_without_rows_there_is_no_slope() -> None:
    (only,) = slope([], [])
    assert (only.value, only.reason) == (None, "no_values")


def test_one_x_has_no_slope() -> None:
    (only,) = slope([0.5, 0.5, 0.5], [1, 2, 3], ["a", "a", "b"])
    assert (only.value, only.reason, only.method) == (None, "one_x_only", "none: one x only")
    assert only.n == 3


def test_one_cluster_has_no_bounds() -> None:
    (only,) = slope([0, 1, 2], [0, 1, 5], ["a", "a", "a"])
    assert (only.value, only.method, only.units) == (2.5, "none: one cluster", 1)


def test_a_perfect_line_has_no_bounds() -> None:
    x = np.arange(1, 11) / 10
    (only,) = slope(x, 0.3 * x + 0.1)
    assert only.value == pytest.approx(0.3)
    assert only.method == "none: no spread"


def test_each_x_needs_its_y_and_its_cluster() -> None:
    with pytest.raises(ValueError, match="got 2 of x, 3 of y, 2 clusters named"):
        slope([1, 2], [1, 2, 3])
    with pytest.raises(ValueError, match="got 2 of x, 2 of y, 1 clusters named"):
        slope([1, 2], [1, 2], ["a"])


def test_neither_order_nor_unit_matters() -> None:
    stream = generator(6)
    x, y, clusters = stream.integers(0, 4, 20), stream.random(20), stream.integers(0, 6, 20)
    found = slope(x, y, clusters.tolist())
    order = stream.permutation(20)
    assert slope(x[order], y[order], clusters[order].tolist()) == found
    larger = slope(x * 2.0**-30, y * 2.0**40, clusters.tolist())
    for one, other in zip(found, larger, strict=True):
        assert one.value is not None
        assert other.value == one.value * 2.0**70
        assert other.low == (None if one.low is None else one.low * 2.0**70)
