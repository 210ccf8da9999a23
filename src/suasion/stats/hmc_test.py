"""The sampler finds what is known of densities that can be worked out."""

import numpy as np
import pytest

from suasion.stats.convergence import worst
from suasion.stats.hmc import Sampling, sample
from suasion.stats.sample import Floats

SCALES = np.array([0.01, 1.0, 30.0, 2.0])


def _normal(points: Floats) -> tuple[Floats, Floats]:
    """Independent normals of very different widths, around one."""
    off = (points - 1) / SCALES
    return 0.5 * (off**2).sum(axis=1), off / SCALES


def _edge(points: Floats) -> tuple[Floats, Floats]:
    """Nothing beyond nought, and steep before it."""
    with np.errstate(divide="ignore", invalid="ignore"):
        energy = np.where(points > 0, points - 3 * np.log(points), np.inf)
        return energy.sum(axis=1), 1 - 3 / points


def test_means_and_widths_of_normals_are_found() -> None:
    found = sample(_normal, np.zeros((4, 4)), Sampling(warmup=500, draws=1000))
    assert worst([found.points], found.divergences).fault is None
    assert found.points.mean(axis=(0, 1)) == pytest.approx(1 + 0 * SCALES, abs=3)
    assert (found.points.mean(axis=(0, 1)) - 1) / SCALES == pytest.approx(np.zeros(4), abs=0.12)
    assert found.points.std(axis=(0, 1)) / SCALES == pytest.approx(np.ones(4), abs=0.1)
    assert found.accepted == pytest.approx(0.8, abs=0.12)


def test_the_same_seed_gives_the_same_draws() -> None:
    one, again, other = (
        sample(_normal, np.zeros((2, 4)), Sampling(2, 50, 50, seed)).points for seed in (1, 1, 2)
    )
    assert (one == again).all()
    assert (one != other).any()


def test_trajectories_that_leave_the_density_are_counted_and_not_taken() -> None:
    start = np.full((4, 1), 3.0)
    found = sample(_edge, start, Sampling(warmup=0, draws=200, length=40.0, most=4))
    assert found.points.min() > 0
    steep = sample(_edge, start, Sampling(warmup=400, draws=400))
    assert steep.points.mean() == pytest.approx(4, abs=0.5)
