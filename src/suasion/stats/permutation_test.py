"""Rearrangements are counted, or drawn and never taken for none."""

from math import comb
from random import Random

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from suasion.stats.bootstrap import generator
from suasion.stats.permutation import ALL, DRAWS, sign_flip, two_sample
from suasion.stats.sample import Floats

VALUES = st.lists(st.floats(-1e3, 1e3), min_size=6, max_size=9)


def test_few_splits_are_all_counted() -> None:
    # The observed split and its mirror image are the two most extreme of twenty.
    found = two_sample([1, 2, 3], [11, 12, 13])
    assert (found.value, found.exact, found.n, found.method) == (0.1, True, 6, "permutation")


def test_two_samples_are_compared_as_scipy_does() -> None:
    from scipy.stats import permutation_test, ttest_ind

    def welch(left: Floats, right: Floats, axis: int) -> Floats:
        found: Floats = np.abs(ttest_ind(left, right, equal_var=False, axis=axis).statistic)
        return found

    left, right = generator(0).exponential(size=5), generator(1).random(7) * 3
    theirs = permutation_test(
        (left, right), welch, alternative="greater", n_resamples=10**6, vectorized=True
    )
    found = two_sample(left, right)
    assert found.exact
    assert found.value == pytest.approx(theirs.pvalue)


def test_drawn_splits_agree_with_all_of_them(monkeypatch: pytest.MonkeyPatch) -> None:
    left, right = generator(2).random(6), generator(3).random(7) + 0.2
    exact = two_sample(left, right)
    monkeypatch.setattr("suasion.stats.permutation.ALL", 1)
    drawn = two_sample(left, right)
    assert exact.exact
    assert not drawn.exact
    assert exact.value is not None
    error = (exact.value * (1 - exact.value) / DRAWS) ** 0.5
    assert drawn.value == pytest.approx(exact.value, abs=4 * error + 1 / DRAWS)


def test_no_drawn_p_is_nought() -> None:
    far = two_sample(generator(4).random(40), generator(5).random(40) + 9)
    flipped = sign_flip(generator(6).random(40) + 9)
    assert comb(80, 40) > ALL
    for found in (far, flipped):
        assert (found.value, found.exact) == (1 / (DRAWS + 1), False)


def test_samples_without_spread_within_are_as_extreme_as_can_be() -> None:
    assert two_sample([0, 0, 0, 0], [1, 1, 1, 1]).value == 2 / comb(8, 4)


def test_rounding_within_samples_is_no_spread() -> None:
    assert two_sample([0.2] * 3, [0.9] * 3).value == 2 / comb(6, 3)
    assert two_sample([0.66] * 4, [0.39] * 5).value == 1 / comb(9, 4)


def test_means_alike_but_for_rounding_are_no_surprise() -> None:
    # 0.1 + 0.2 - 0.3 is not quite nought.
    assert sign_flip([0.1, 0.2, -0.3, 0.4, -0.1, -0.3]).value == 1.0
    assert two_sample([0.1, 0.2, 0.6, 0.4, 0.2], [0.3, 0.3, 0.3]).value == 1.0


def test_values_all_alike_are_no_surprise() -> None:
    assert two_sample([0.1] * 4, [0.1] * 5).value == 1.0
    assert sign_flip([0.0] * 8).value == 1.0


def test_one_value_on_a_side_has_no_spread_to_compare_with() -> None:
    found = two_sample([1.0], [1.0, 2.0, 3.0, 4.0, 5.0])
    assert (found.value, found.reason) == (None, "one_value_on_a_side")


@pytest.mark.parametrize("sizes", [(0, 0), (2, 3), (5, 0)])
def test_fewer_than_six_clusters_have_no_p_value(sizes: tuple[int, int]) -> None:
    values = np.arange(5.0)
    found = two_sample(values[: sizes[0]], values[: sizes[1]])
    assert (found.value, found.reason, found.n) == (None, "fewer_than_six_clusters", sum(sizes))
    flipped = sign_flip(values[: sizes[0]])
    assert (flipped.value, flipped.reason) == (None, "fewer_than_six_clusters")


def test_few_signs_are_all_counted() -> None:
    found = sign_flip([1, 2, 3, 4, 5, 6])
    assert (found.value, found.exact, found.n, found.method) == (2 / 64, True, 6, "sign_flip")
    # The sum is 17; as far off are only 17, 19 and 21, each with its mirror image.
    assert sign_flip([-2, 1, 3, 4, 5, 6]).value == 6 / 64


def test_sums_that_differ_by_rounding_are_ties() -> None:
    # 0.1 + 0.2 is not quite 0.3: without the allowance some of these would be missed.
    tenths = sign_flip([-0.1, -0.2, 0.3, 0.4, 0.5, 0.6])
    whole = sign_flip([-1, -2, 3, 4, 5, 6])
    assert tenths.value == whole.value


def test_drawn_signs_agree_with_all_of_them(monkeypatch: pytest.MonkeyPatch) -> None:
    values = generator(7).normal(0.3, 1, 13)
    exact = sign_flip(values)
    monkeypatch.setattr("suasion.stats.permutation.ALL", 1)
    drawn = sign_flip(values)
    assert exact.value is not None
    error = (exact.value * (1 - exact.value) / DRAWS) ** 0.5
    assert drawn.value == pytest.approx(exact.value, abs=4 * error + 1 / DRAWS)


def test_means_alike_and_spreads_apart_are_not_called_different() -> None:
    # Six values that vary much beside thirty that vary little: a bare difference of means, taken
    # over splits, would call a third of these different.
    stream, trials = generator(8), 150
    found = [
        two_sample(stream.normal(0, 8, 6), stream.normal(0, 1, 30)).value for _ in range(trials)
    ]
    rejected = sum(value is not None and value < 0.05 for value in found) / trials
    assert rejected < 0.05 + 4 * (0.05 * 0.95 / trials) ** 0.5


def test_another_seed_draws_others_and_the_same_seed_the_same() -> None:
    left, right = generator(9).random(30), generator(10).random(30)
    assert two_sample(left, right, seed=1) == two_sample(left, right, seed=1)
    assert two_sample(left, right, seed=1) != two_sample(left, right, seed=2)
    assert sign_flip(left - right, seed=1) != sign_flip(left - right, seed=2)


def test_the_order_of_values_does_not_matter_to_draws() -> None:
    left, right = generator(11).random(20), generator(12).random(20)
    assert two_sample(left[::-1], np.roll(right, 5)) == two_sample(left, right)
    differences = left - right
    assert sign_flip(np.roll(differences, 5)) == sign_flip(differences)


@settings(deadline=None, max_examples=50)
@given(VALUES, st.floats(-10, 10))
def test_a_p_value_is_a_share_of_all_sign_patterns_and_mirrors_alike(
    values: list[float], null: float
) -> None:
    found = sign_flip(values, null)
    assert found.value is not None
    patterns = found.value * 2 ** len(values)
    assert patterns == round(patterns) >= 2
    assert sign_flip([-value for value in values], -null) == found


@settings(deadline=None, max_examples=50)
@given(VALUES, st.integers(2, 4), st.randoms(use_true_random=False))
def test_neither_sides_nor_order_matter_to_two_samples(
    values: list[float], size: int, random: Random
) -> None:
    left, right = values[:size], values[size:]
    found = two_sample(left, right)
    random.shuffle(left)
    random.shuffle(right)
    assert two_sample(right, left) == found
