"""The table of coverage is what was measured, and measuring again agrees with it."""

import json
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from suasion.stats.bootstrap import generator
from suasion.stats.coverage import DISTRIBUTIONS, SIZES, Cell, measured, page
from suasion.stats.interval import METHODS

DOCS = Path(__file__).parents[3] / "docs" / "reference"
SIMULATIONS = 2_000
OTHER_SEED = 10**6
"""None of the seeds that the recorded figures were drawn with."""


@pytest.fixture(scope="module")
def recorded() -> dict[tuple[str, int, str], Cell]:
    """The recorded cells, by distribution, size and method."""
    cells = [Cell(**each) for each in json.loads((DOCS / "coverage.json").read_text())]
    return {(cell.distribution, cell.n, cell.method): cell for cell in cells}


def apart(one: Cell, other: Cell) -> float:
    """How far two measurements of coverage are apart, in standard errors."""
    return abs(one.covered - other.covered) / float(np.hypot(one.error, other.error))


def test_the_page_is_made_of_the_recorded_figures(
    recorded: dict[tuple[str, int, str], Cell],
) -> None:
    assert (DOCS / "coverage.md").read_text() == page(list(recorded.values()))


def test_every_cell_is_recorded_with_simulations_enough(
    recorded: dict[tuple[str, int, str], Cell],
) -> None:
    grid = {(name, n, method) for name in DISTRIBUTIONS for n in SIZES for method in METHODS}
    assert recorded.keys() == grid
    assert all(cell.simulations >= 2_000 for cell in recorded.values())


@pytest.mark.parametrize(("distribution", "n"), [("normal", 10), ("skewed", 10), ("rare", 20)])
def test_measured_again_coverage_is_as_recorded(
    distribution: str, n: int, recorded: dict[tuple[str, int, str], Cell]
) -> None:
    for cell in measured(distribution, n, SIMULATIONS, OTHER_SEED):
        before = recorded[distribution, n, cell.method]
        assert apart(cell, before) < 4
        assert cell.without == pytest.approx(before.without, abs=0.04)
        assert cell.width == pytest.approx(before.width, rel=0.05)


def test_a_wrong_table_would_not_agree(recorded: dict[tuple[str, int, str], Cell]) -> None:
    cell = measured("skewed", 10, SIMULATIONS, OTHER_SEED, methods=("t",))[0]
    assert apart(cell, recorded["normal", 10, "t"]) > 4
    assert apart(cell, recorded["skewed", 10, "studentised_bootstrap"]) > 4


def test_t_holds_the_mean_of_normal_values_as_often_as_it_says(
    recorded: dict[tuple[str, int, str], Cell],
) -> None:
    for n in SIZES:
        cell = recorded["normal", n, "t"]
        assert abs(cell.covered - 0.95) < 4 * cell.error


def test_what_the_page_says_is_so(recorded: dict[tuple[str, int, str], Cell]) -> None:
    few = [n for n in SIZES if n <= 30]
    for n in few:
        for name in ("normal", "skewed", "ends"):
            percentile = recorded[name, n, "percentile_bootstrap"]
            assert percentile.covered + 2 * percentile.error < 0.95
        skewed = recorded["skewed", n, "t"]
        assert skewed.covered + 2 * skewed.error < 0.95
        assert skewed.too_low > 5 * skewed.too_high
        studentised = recorded["skewed", n, "studentised_bootstrap"]
        assert abs(studentised.covered - 0.95) < abs(skewed.covered - 0.95)
        assert studentised.width > skewed.width
    assert recorded["rare", 5, "t"].covered > 0.99
    assert recorded["rare", 5, "t"].without > 0.2


def test_the_distributions_have_the_means_they_are_held_to() -> None:
    for distribution in DISTRIBUTIONS.values():
        values = distribution.draw(generator(0), (200_000, 1))
        assert values.mean() == pytest.approx(distribution.mean, abs=0.012)


def test_a_cell_tells_its_share_its_error_and_what_is_missing() -> None:
    cell = Cell("normal", 5, "t", simulations=200, given=100, too_low=4, too_high=6, width=1.0)
    assert (cell.covered, cell.without) == (0.9, 0.5)
    assert cell.error == pytest.approx(0.03)
    assert replace(cell, given=200).covered == 0.95
