"""Pearson's r, held against a published example and by simulation."""

from __future__ import annotations

from math import sqrt
from random import Random

import pytest

from suasion.stats.correlation import correlation


def test_a_line_has_no_interval_and_one_point_no_correlation() -> None:
    found = correlation([1, 2, 3, 4], [2, 4, 6, 8])
    assert (found.value, found.low, found.method) == (1.0, None, "none: all on one line")
    assert correlation([1], [2]).reason == "no_values"
    assert correlation([1, 2, 3], [5, 5, 5]).reason == "no_spread"
    assert correlation([0.1 + 0.2, 0.3], [1, 2]).reason == "no_spread"
    assert correlation([1, 2, 4], [1, 3, 2]).method == "none: n = 3"


def test_two_lists_of_other_lengths_are_refused() -> None:
    with pytest.raises(ValueError, match="2 and 1 values are no pairs"):
        correlation([1, 2], [1])


def test_it_is_what_scipy_computes() -> None:
    from scipy.stats import pearsonr

    random = Random(3)
    xs = [random.gauss(0, 1) for _ in range(15)]
    ys = [x + random.gauss(0, 2) for x in xs]
    theirs = pearsonr(xs, ys)
    interval = theirs.confidence_interval(0.95)
    found = correlation(xs, ys)
    assert found.value == pytest.approx(theirs.statistic, abs=1e-12)
    assert (found.low, found.high) == pytest.approx((interval.low, interval.high), abs=1e-9)


def test_the_interval_covers_a_planted_correlation() -> None:
    random, truth, held = Random(8), 0.6, 0
    for _ in range(1000):
        xs = [random.gauss(0, 1) for _ in range(15)]
        ys = [truth * x + sqrt(1 - truth**2) * random.gauss(0, 1) for x in xs]
        found = correlation(xs, ys)
        held += (found.low or 0) <= truth <= (found.high or 0)
    assert 930 <= held <= 970
