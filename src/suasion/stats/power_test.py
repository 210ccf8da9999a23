"""The smallest difference that is found with a given power: published figures, and simulation."""

from collections.abc import Sequence

import numpy as np
import pytest

from suasion.stats.difference import difference
from suasion.stats.interval import Interval, Recipe
from suasion.stats.mean import mean
from suasion.stats.power import paired, shift, two_sample

T = Recipe(methods=("t",))
RUNS = 4000
ERROR = 4 * (0.8 * 0.2 / RUNS) ** 0.5
"""Four standard errors of a power of 0.8 over so many runs."""


@pytest.mark.parametrize(("d", "n"), [(0.2, 199), (0.5, 34), (0.8, 15), (1.0, 10)])
def test_pairs_that_the_literature_asks_for_find_its_effects(d: float, n: int) -> None:
    """One-sample t at power 0.8, as G*Power 3.1 gives the sizes (Faul et al. 2007)."""
    assert paired(1.0, n) <= d < paired(1.0, n - 1)


@pytest.mark.parametrize(("d", "n"), [(0.2, 394), (0.5, 64), (0.8, 26)])
def test_samples_that_the_literature_asks_for_find_its_effects(d: float, n: int) -> None:
    """Two samples a side (Cohen 1988, table 2.4.1)."""
    assert two_sample((1.0, 1.0), (n, n)) <= d < two_sample((1.0, 1.0), (n - 1, n - 1))


def test_with_many_degrees_of_freedom_it_is_the_normal_one() -> None:
    assert shift(1e7) == pytest.approx(1.959964 + 0.841621, abs=1e-4)


def test_with_one_degree_of_freedom_there_is_still_a_number() -> None:
    assert shift(1.0) == pytest.approx(16.334, abs=0.01)


def test_what_does_not_vary_is_found_however_small() -> None:
    assert paired(0.0, 5) == 0.0
    assert two_sample((0.0, 0.0), (5, 5)) == 0.0


@pytest.mark.parametrize("n", [3, 8, 40])
def test_a_paired_difference_of_that_size_is_found_four_times_in_five(n: int) -> None:
    stream, size = np.random.default_rng(n), paired(1.5, n)
    found = [mean(stream.normal(size, 1.5, n), T)[0] for _ in range(RUNS)]
    assert _share(found) == pytest.approx(0.8, abs=ERROR)


@pytest.mark.parametrize("sizes", [(4, 4), (10, 30)])
def test_a_difference_of_two_samples_of_that_size_is_found_four_times_in_five(
    sizes: tuple[int, int],
) -> None:
    stream, sds = np.random.default_rng(7), (1.0, 2.0)
    size = two_sample(sds, sizes)
    found = [
        difference(stream.normal(size, sds[0], sizes[0]), stream.normal(0, sds[1], sizes[1]), T)[0]
        for _ in range(RUNS)
    ]
    # With four a side Welch's degrees of freedom, seen in samples, lie below the true ones.
    assert _share(found) == pytest.approx(0.8, abs=ERROR + (0.04 if sizes == (4, 4) else 0.01))


def _share(found: Sequence[Interval]) -> float:
    """How often the interval leaves nought out."""
    settled = [
        each.low is not None and each.high is not None and each.low * each.high > 0
        for each in found
    ]
    return sum(settled) / len(found)
