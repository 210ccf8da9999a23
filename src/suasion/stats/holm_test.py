"""Holm's correction."""

from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from suasion.stats.holm import holm

PROBABILITIES = st.lists(st.floats(0, 1))


def test_the_smallest_is_multiplied_by_all_and_the_next_by_one_less() -> None:
    assert holm([0.01, 0.04, 0.03, 0.005]) == pytest.approx([0.03, 0.06, 0.06, 0.02])


def test_a_test_that_could_not_be_made_passes_through_uncounted() -> None:
    assert holm([None, 0.01, None, 0.02]) == [None, 0.02, None, 0.02]
    assert holm([None]) == [None]
    assert holm([]) == []


@pytest.mark.parametrize("strange", [-0.1, 1.1, float("nan")])
def test_what_is_no_probability_is_an_error(strange: float) -> None:
    with pytest.raises(ValueError, match="is no probability"):
        holm([0.5, strange])


@given(PROBABILITIES)
def test_adjusted_values_are_monotone_and_never_smaller(values: list[float]) -> None:
    adjusted = [each for each in holm(values) if each is not None]
    assert len(adjusted) == len(values)
    pairs = sorted(zip(values, adjusted, strict=True))
    assert [each for _, each in pairs] == sorted(adjusted)
    for value, each in pairs:
        assert value <= each <= min(1.0, len(values) * value + 1e-12)


@given(st.lists(st.floats(0, 1) | st.none()), st.randoms(use_true_random=False))
def test_each_value_is_adjusted_alike_wherever_it_stands(
    values: list[float | None], random: Random
) -> None:
    by = list(zip(values, holm(values), strict=True))
    random.shuffle(values)
    again = list(zip(values, holm(values), strict=True))
    assert sorted(by, key=repr) == sorted(again, key=repr)


def test_a_family_of_true_nulls_is_rarely_rejected() -> None:
    random, families = Random(0), 4000
    wrong = sum(
        any(p is not None and p < 0.05 for p in holm([random.random() for _ in range(8)]))
        for _ in range(families)
    )
    assert abs(wrong / families - 0.05) < 4 * (0.05 * 0.95 / families) ** 0.5
