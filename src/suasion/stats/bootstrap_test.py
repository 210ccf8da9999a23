"""Resamples are drawn evenly, summed exactly, and judged by what lies in their tails."""

from fractions import Fraction

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from suasion.stats import bootstrap
from suasion.stats.bootstrap import drawn, generator, pivots, resamples, tails, totals
from suasion.stats.interval import Recipe
from suasion.stats.sample import Floats

RECIPE = Recipe(draws=200)
ODD = st.floats(-1, 1) | st.sampled_from([0.1, 1 / 3, 1e-12, -1e-300, 0.0])


def counts(n: int, draws: int, seed: int = 0) -> Floats:
    return np.concatenate(list(resamples(n, draws, generator(seed))))


def test_a_resample_draws_as_many_as_there_are() -> None:
    assert (counts(7, 300).sum(axis=1) == 7).all()


def test_every_unit_is_drawn_once_in_the_mean() -> None:
    found = counts(10, 20_000).mean(axis=0)
    assert found == pytest.approx(np.ones(10), abs=5 * np.sqrt(0.9 / 20_000))


def test_resamples_do_not_depend_on_how_many_are_held_at_once(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    whole = counts(7, 50)
    monkeypatch.setattr(bootstrap, "CHUNK", 20)
    assert len(list(resamples(7, 50, generator(0)))) == 25
    assert (counts(7, 50) == whole).all()


def test_totals_of_parts_fall_into_their_places(monkeypatch: pytest.MonkeyPatch) -> None:
    rows = generator(1).random((2, 7))
    whole = drawn([rows], 50, generator(0))[0]
    monkeypatch.setattr(bootstrap, "CHUNK", 20)
    assert (drawn([rows], 50, generator(0))[0] == whole).all()


@settings(deadline=None, max_examples=60)
@given(st.lists(ODD, min_size=2, max_size=40))
def test_totals_are_right_to_the_last_places(values: list[float]) -> None:
    drawn_counts = counts(len(values), 30)
    found = totals(np.array([values]), drawn_counts)[0]
    for total, row in zip(found, drawn_counts, strict=True):
        exact = sum(Fraction(v) * int(c) for v, c in zip(values, row, strict=True))
        scale = max(abs(v) for v in values) * len(values)
        assert abs(Fraction(float(total)) - exact) <= Fraction(scale) * Fraction(2) ** -52


@settings(deadline=None, max_examples=40)
@given(st.lists(ODD, min_size=3, max_size=40))
def test_totals_are_the_same_in_any_order_of_summing(values: list[float]) -> None:
    drawn_counts = counts(len(values), 20)
    order = generator(len(values)).permutation(len(values))
    rows = np.array([values])
    assert (totals(rows, drawn_counts) == totals(rows[:, order], drawn_counts[:, order])).all()


def test_totals_of_whole_numbers_are_whole() -> None:
    found = totals(np.array([[0.0, 1.0, 3.0, 1000.0]]), counts(4, 100))
    assert (found == np.rint(found)).all()


def test_the_bounds_of_two_thousand_draws_are_the_fiftieth_from_either_end() -> None:
    low, high = tails(generator(0).permutation(np.arange(1.0, 2001.0))[None, :], Recipe())
    assert (low[0], high[0]) == (50, 1951)


def test_an_undefined_draw_counts_beyond_both_bounds() -> None:
    values = np.arange(200.0)[None, :]
    values[0, 100:103] = np.nan
    low, high = tails(values, RECIPE)
    assert (low[0], high[0]) == (1, 198)
    values[0, 100:106] = np.nan
    low, high = tails(values, RECIPE)
    assert (low[0], high[0]) == (-np.inf, np.inf)


def test_a_resample_without_spread_is_infinitely_far_off_and_never_dropped() -> None:
    offsets, variances = np.array([[[1.0, -1.0, 0.0, 2.0]], [[0.0, 1e-30, 0.0, 4.0]]])
    found = pivots(offsets, variances, np.ones(1))
    assert found[0][:2].tolist() == [np.inf, -np.inf]
    assert np.isnan(found[0][2])
    assert found[0][3] == 1.0


def test_an_offset_of_rounding_is_none() -> None:
    found = pivots(np.array([[1e-17, -1e-17]]), np.array([[0.0, -1e-20]]), np.ones(1))
    assert np.isnan(found).all()
