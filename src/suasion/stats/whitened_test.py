"""Ridges become round: the same sampler then says much more with as many steps."""

import numpy as np
import pytest

from suasion.stats.convergence import worst
from suasion.stats.hmc import Sampling, sample
from suasion.stats.sample import Floats
from suasion.stats.whitened import whitened

RIDGE = np.array([[1.0, 0.999], [0.999, 1.0]])
INVERSE = np.linalg.inv(RIDGE)
MIDDLE = np.array([3.0, -2.0])


def _ridge(points: Floats) -> tuple[Floats, Floats]:
    off = points - MIDDLE
    slopes = off @ INVERSE
    return 0.5 * (off * slopes).sum(axis=1), slopes


def test_the_top_is_found_and_the_density_is_round_around_it() -> None:
    seen = whitened(_ridge, np.zeros(2))
    assert seen.top == pytest.approx(MIDDLE, abs=1e-3)
    assert seen.axes @ seen.axes.T == pytest.approx(RIDGE, abs=1e-4)
    energy, slopes = seen.seen(_ridge)(np.array([[1.0, 1.0]]))
    assert energy == pytest.approx([1.0], abs=1e-4)
    assert slopes == pytest.approx(np.array([[1.0, 1.0]]), abs=1e-3)


def test_a_sampler_that_creeps_along_a_ridge_does_not_in_these_coordinates() -> None:
    seen, sampling = whitened(_ridge, np.zeros(2)), Sampling(warmup=300, draws=600)
    found = sample(seen.seen(_ridge), np.zeros((4, 2)), sampling)
    points = seen.back(found.points)
    assert worst([points], found.divergences).fault is None
    assert np.cov(points.reshape(-1, 2).T) == pytest.approx(RIDGE, abs=0.15)
    creeping = sample(_ridge, np.zeros((4, 2)), sampling)
    assert found.gradients < creeping.gradients / 2
