"""An interval is whole, and a recipe can be followed."""

from dataclasses import replace

import pytest

from suasion.stats.interval import METHODS, USUAL, Interval, Made, Recipe, distinct, undefined

SOUND = Interval(0.5, 0.4, 0.6, 0.95, 12, 12, "t")


def test_the_usual_recipe_leaves_fifty_draws_at_and_beyond_each_bound() -> None:
    assert USUAL.tail == 50
    assert USUAL.methods == METHODS
    assert USUAL.chances == pytest.approx((0.025, 0.975))
    assert Recipe(level=0.9, draws=100).tail == 5


@pytest.mark.parametrize("level", [0.0, 1.0, -0.5, 95, float("nan")])
def test_a_level_is_between_nought_and_one(level: float) -> None:
    with pytest.raises(ValueError, match="expected a number between 0 and 1"):
        Recipe(level=level)


def test_a_recipe_has_draws_enough_for_its_tails() -> None:
    assert Recipe(draws=40).tail == 1
    with pytest.raises(ValueError, match="draws 39: expected enough draws"):
        Recipe(draws=39)


def test_an_unknown_method_is_an_error_that_names_the_methods() -> None:
    with pytest.raises(ValueError, match=r"no interval method 'bca'; there are: t, studentised_b"):
        Recipe(methods=("t", "bca"))


@pytest.mark.parametrize(
    "fault",
    [
        {"value": None},
        {"reason": "no_values"},
        {"low": None},
        {"low": None, "high": None},
        {"method": "none: n = 1"},
        {"high": float("inf")},
        {"value": float("nan")},
    ],
)
def test_an_interval_is_not_made_with_a_part_amiss(fault: dict[str, float | str | None]) -> None:
    with pytest.raises(ValueError):
        replace(SOUND, **fault)  # type: ignore[arg-type]  # wrong on purpose


def test_what_is_undefined_has_a_reason_and_no_numbers() -> None:
    made = undefined("no_values", "n = 0", 0, USUAL)
    assert (made.value, made.low, made.high) == (None, None, None)
    assert (made.reason, made.method, made.n) == ("no_values", "none: n = 0", 0)


def test_bounds_that_are_not_finite_are_no_bounds() -> None:
    made = Made(1.0, 5, 5, USUAL).bounded("t", float("-inf"), 3.0)
    assert (made.value, made.low, made.high, made.method) == (1.0, None, None, "none: unbounded")


def test_no_number_is_a_negative_zero() -> None:
    made = Made(-0.0, 5, 5, USUAL)
    bounded = made.bounded("t", -0.0, -0.0)
    assert "-0.0" not in repr(bounded)
    assert "-0.0" not in repr(made.unbounded("n = 1"))


def test_a_value_beyond_the_largest_number_is_an_error() -> None:
    with pytest.raises(ValueError, match="beyond the largest number"):
        Made(float("inf"), 2, 2, USUAL)


def test_methods_that_fail_alike_are_said_once_and_in_order() -> None:
    none = Made(1.0, 1, 1, USUAL).unbounded("n = 1")
    assert distinct([SOUND, none, none, SOUND]) == (SOUND, none)
