"""The mean's intervals are what their definitions say, alone and among thousands."""

import os
import subprocess
import sys
from itertools import product
from math import factorial, prod, sqrt
from random import Random

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from suasion.stats.bootstrap import generator
from suasion.stats.interval import METHODS, Interval, Recipe
from suasion.stats.mean import BLOCK, mean, means

QUICK = Recipe(draws=200)
WIDE = st.floats(allow_nan=False, allow_infinity=False)
TINY = 1e-270
"""Below this share of the largest value, digits are lost in scaling."""
TAME = st.floats(-1e6, 1e6)
SAMPLES = st.lists(WIDE, min_size=2, max_size=12)


def by(intervals: tuple[Interval, ...], method: str) -> tuple[float, float]:
    """The bounds of the interval by `method`."""
    found = next(each for each in intervals if each.method == method)
    assert found.low is not None
    assert found.high is not None
    return found.low, found.high


def test_without_values_the_mean_is_undefined_with_a_reason() -> None:
    (only,) = mean([])
    assert (only.value, only.reason, only.n) == (None, "no_values", 0)
    assert only.method == "none: n = 0"


def test_one_value_has_no_bounds() -> None:
    (only,) = mean([3.5])
    assert (only.value, only.low, only.method, only.reason) == (3.5, None, "none: n = 1", None)


@pytest.mark.parametrize("values", [[0.0] * 20, [0.1] * 7, [0.3, 0.1 + 0.2, 0.3]])
def test_values_all_alike_have_no_bounds(values: list[float]) -> None:
    (only,) = mean(values)
    assert only.value == pytest.approx(values[0], abs=1e-15)
    assert (only.low, only.method) == (None, "none: no spread")


def test_t_is_the_value_and_so_many_standard_errors() -> None:
    # 3.1824 is the 97.5% quantile with 3 degrees of freedom in any table.
    low, high = by(mean([1, 2, 3, 4]), "t")
    reach = 3.182446305284263 * sqrt(5 / 3 / 4)
    assert (low, high) == pytest.approx((2.5 - reach, 2.5 + reach), rel=1e-12)


def exact_bootstrap(values: list[float]) -> list[tuple[float, float]]:
    """Every resample's mean and probability, by counting."""
    n = len(values)
    found = []
    for parts in product(range(n + 1), repeat=n):
        if sum(parts) == n:
            ways = factorial(n) / prod(factorial(part) for part in parts)
            total = sum(part * value for part, value in zip(parts, values, strict=True))
            found.append((total / n, ways / n**n))
    return sorted(found)


def test_percentile_bounds_are_those_of_all_resamples_within_simulation_error() -> None:
    values = [0.0, 1.0, 3.5, 4.0, 10.0]
    low, high = by(mean(values), "percentile_bootstrap")
    exact = exact_bootstrap(values)
    below = sum(chance for at, chance in exact if at < low)
    at_or_below = sum(chance for at, chance in exact if at <= low)
    error = 4 * sqrt(0.025 * 0.975 / 2000)
    assert below - error <= 0.025 <= at_or_below + error
    below = sum(chance for at, chance in exact if at < high)
    at_or_below = sum(chance for at, chance in exact if at <= high)
    assert below - error <= 0.975 <= at_or_below + error


def test_studentised_bounds_are_those_of_a_plain_loop() -> None:
    values = np.sort(generator(3).exponential(size=9))
    stream, pivots = generator(0), []
    for _ in range(2000):
        sample = values[stream.integers(0, 9, size=9)]
        error = sample.std(ddof=1) / 3
        pivots.append((sample.mean() - values.mean()) / error)
    pivots.sort()
    error = values.std(ddof=1) / 3
    expected = values.mean() - pivots[1950] * error, values.mean() - pivots[49] * error
    assert by(mean(values), "studentised_bootstrap") == pytest.approx(expected, rel=1e-9)


def test_a_studentised_interval_is_unbounded_where_resamples_often_lack_spread() -> None:
    # A resample of three is one value three times in 3 of 27.
    method = {each.method: each for each in mean([1.0, 2.0, 4.0])}
    assert set(method) == {"t", "none: unbounded", "percentile_bootstrap"}
    assert method["none: unbounded"].value == pytest.approx(7 / 3)
    # Of five, one in 5**4 is: too few to reach the bound.
    assert by(mean([1.0, 2.0, 4.0, 5.0, 9.0]), "studentised_bootstrap")


def test_one_event_in_five_episodes_has_no_studentised_interval() -> None:
    # Every third resample holds no event at all: the data do not bound the mean from above.
    assert 0.8**5 > 0.025
    assert [each.method for each in mean([0, 0, 0, 0, 1])] == ["t", "none: unbounded", METHODS[2]]


def test_intervals_come_in_the_order_of_the_recipe() -> None:
    wanted = ("percentile_bootstrap", "t")
    assert tuple(each.method for each in mean([1, 2, 3, 4], Recipe(methods=wanted))) == wanted
    (only,) = mean([1, 2, 3, 4], Recipe(methods=("studentised_bootstrap",)))
    assert only.method in ("studentised_bootstrap", "none: unbounded")


def test_a_higher_level_is_wider() -> None:
    values = generator(5).random(20)
    for method in METHODS:
        (low, high), (lower, higher) = (
            by(mean(values, Recipe(level=level)), method) for level in (0.8, 0.99)
        )
        assert lower < low < high < higher


def test_another_seed_gives_other_resamples() -> None:
    values = generator(5).random(20)
    one, other = mean(values, Recipe(seed=1)), mean(values, Recipe(seed=2))
    assert by(one, "t") == by(other, "t")
    for method in METHODS[1:]:
        assert by(one, method) != by(other, method)
        assert by(one, method) == pytest.approx(by(other, method), abs=0.05)


def test_whole_numbers_have_percentile_bounds_to_the_last_place() -> None:
    assert by(mean([0, 0, 0, 0, 1]), "percentile_bootstrap") == (0.0, 0.6)
    assert by(mean([7, 7, 7, 7, 8]), "percentile_bootstrap") == (7.0, 7.6)


PRINT = """
from suasion.stats.bootstrap import generator
from suasion.stats.mean import means
print(means(list(generator(11).random((40, 50)))))
"""


def test_bounds_are_the_same_on_every_processor() -> None:
    # Nehalem has neither fused nor wide arithmetic: a plain product of these matrices made for it
    # differs in its last places from one made for a processor of today.
    old = {**os.environ, "OPENBLAS_CORETYPE": "Nehalem"}
    told = subprocess.check_output([sys.executable, "-c", PRINT], env=old, text=True)
    assert told == f"{means(list(generator(11).random((40, 50))))}\n"


def test_a_sample_among_many_has_the_bounds_it_has_alone() -> None:
    stream = generator(2)
    samples = [stream.random(size) * 10.0**size for size in (5, 0, 9, 1, 5, 9, 5)]
    assert means(samples, QUICK) == [mean(sample, QUICK) for sample in samples]


def test_more_samples_than_a_block_are_each_in_their_place() -> None:
    samples = generator(4).random((BLOCK + 3, 6))
    found = means(list(samples), QUICK)
    assert [each[0].value for each in found] == pytest.approx(samples.mean(axis=1).tolist())
    assert found[-1] == mean(samples[-1], QUICK)


def test_no_samples_have_no_means() -> None:
    assert means([]) == []


@settings(deadline=None, max_examples=60)
@given(SAMPLES, st.randoms(use_true_random=False))
def test_the_order_of_values_does_not_matter(values: list[float], random: Random) -> None:
    shuffled = values.copy()
    random.shuffle(shuffled)
    assert mean(shuffled, QUICK) == mean(values, QUICK)


@settings(deadline=None, max_examples=100)
@given(SAMPLES)
def test_percentile_bounds_and_the_mean_lie_within_the_data(values: list[float]) -> None:
    for each in mean(values, QUICK):
        assert each.value is not None
        slack = 1e-15 * max(abs(value) for value in values)
        assert min(values) - slack <= each.value <= max(values) + slack
        if each.method == "percentile_bootstrap":
            assert each.low is not None
            assert each.high is not None
            assert min(values) - TINY * slack <= each.low <= each.high <= max(values) + TINY * slack


@settings(deadline=None, max_examples=60)
@given(st.lists(st.integers(-1000, 1000), min_size=2, max_size=12), st.integers(-20, 20))
def test_bounds_scale_with_the_unit(values: list[int], power: int) -> None:
    plain = mean(values, QUICK)
    scaled = mean([value * 2.0**power for value in values], QUICK)
    for one, other in zip(plain, scaled, strict=True):
        assert one.method == other.method
        for part in ("value", "low", "high"):
            number = getattr(one, part)
            assert getattr(other, part) == (None if number is None else number * 2.0**power)


@settings(deadline=None, max_examples=60)
@given(st.lists(TAME, min_size=2, max_size=12))
def test_mirrored_values_have_a_mirrored_t(values: list[float]) -> None:
    one, other = (mean(side, Recipe(methods=("t",)))[0] for side in (values, [-v for v in values]))
    assert one.method == other.method
    if one.low is not None and one.high is not None:
        assert (other.low, other.high) == pytest.approx((-one.high, -one.low), abs=1e-9)


@pytest.mark.parametrize("huge", [1e300, 1.7e308])
def test_the_largest_numbers_do_not_overflow(huge: float) -> None:
    found = mean([huge, -huge, huge / 2, 0.0])
    assert found[0].value == pytest.approx(huge / 8)
    assert by(found, "percentile_bootstrap") == pytest.approx((-huge, huge), rel=1.0)


def test_the_cost_of_a_run_is_a_matter_of_seconds() -> None:
    # In processor time, and ten times what it takes: a loop over draws would take minutes.
    from time import process_time

    samples = list(generator(6).random((500, 1000)))
    begun = process_time()
    assert len(means(samples)) == 500
    assert process_time() - begun < 8
