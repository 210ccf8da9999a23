"""A density seen in coordinates in which it is round, as far as its curvature at its top tells.

Effects that only their sum is known of well make a long thin ridge, along which a sampler creeps.
Turned and scaled by the curvature at its highest point it is nearly a ball.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from suasion.stats.hmc import Density
from suasion.stats.sample import Floats

NEARLY_FLAT = 0.05
"""The least curvature: along flatter directions nothing is stretched further."""
APART = 1e-4
"""Between points whose gradients are compared."""


@dataclass(frozen=True)
class Whitened:
    """Coordinates around a point."""

    top: Floats
    axes: Floats
    """What a step along each coordinate is, a column each."""

    def back(self, points: Floats) -> Floats:
        """The points (…, dimensions) themselves."""
        found: Floats = self.top + points @ self.axes.T
        return found

    def seen(self, density: Density) -> Density:
        """The density in these coordinates."""

        def of(points: Floats) -> tuple[Floats, Floats]:
            energy, slopes = density(self.back(points))
            return energy, slopes @ self.axes

        return of


def whitened(density: Density, start: Floats, tries: int = 500) -> Whitened:
    """Coordinates around the top of a density, looked for from `start` (dimensions)."""
    from scipy.optimize import minimize

    def of(point: Floats) -> tuple[float, Floats]:
        energy, slopes = density(point[None])
        return float(energy[0]), slopes[0]

    top = minimize(of, start, jac=True, method="L-BFGS-B", options={"maxiter": tries}).x
    curvature = np.array([_bend(density, top, at) for at in range(len(top))])
    values, vectors = np.linalg.eigh((curvature + curvature.T) / 2)
    return Whitened(top, vectors / np.sqrt(np.maximum(np.abs(values), NEARLY_FLAT)))


def _bend(density: Density, top: Floats, at: int) -> Floats:
    """How the gradient changes along one coordinate."""
    step = np.zeros(len(top))
    step[at] = APART
    _, slopes = density(np.stack([top - step, top + step]))
    found: Floats = (slopes[1] - slopes[0]) / (2 * APART)
    return found
