"""Hamiltonian Monte Carlo for several chains at once, around a compiled density.

Compiling a whole sampler takes minutes on a small machine, compiling a density seconds; so the
loop is here and the density in the compiler. Trajectories have random lengths, so that none comes
round to where it began. Steps and the scale of each coordinate are adapted while warming up, from
all chains together, and then left alone. Source: Neal 2011 (MCMC using Hamiltonian dynamics);
steps by dual averaging as in Hoffman and Gelman 2014.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from math import exp, log, sqrt
from typing import NamedTuple

import numpy as np

from suasion.stats.sample import Floats

Density = Callable[[Floats], tuple[Floats, Floats]]
"""Of points (chains, dimensions) minus the log density (chains), and its gradient."""
DIVERGED = 1000.0
"""An error in energy beyond which a trajectory has left what it approximates."""


@dataclass(frozen=True)
class Sampling:
    """How a posterior is sampled; the same density and sampling give the same draws."""

    chains: int = 4
    warmup: int = 600
    draws: int = 600
    seed: int = 0
    acceptance: float = 0.8
    length: float = 2.0
    """Of trajectories on average, in standard deviations of a coordinate."""
    most: int = 256
    """Steps of a trajectory at most."""


class Sampled(NamedTuple):
    """What was sampled after warming up."""

    points: Floats
    """(chains, draws, dimensions)."""
    divergences: int
    accepted: float
    gradients: int
    """Of each chain, warming up included."""


class _State(NamedTuple):
    points: Floats
    energy: Floats
    slopes: Floats


class _Moved(NamedTuple):
    state: _State
    accepted: float
    diverged: int
    steps: int


def sample(density: Density, start: Floats, sampling: Sampling) -> Sampled:
    """Draws from the density of `start` (chains, dimensions), where chains begin."""
    stream = np.random.Generator(np.random.PCG64(sampling.seed))
    state = _State(start, *density(start))
    tuner = _Tuner(sampling, start.shape[1])
    gradients = 0
    for at in range(sampling.warmup):
        moved = _move(density, state, tuner.step, tuner.scales, sampling, stream)
        state, gradients = moved.state, gradients + moved.steps
        tuner.learn(at, moved.accepted, state.points)
    step, kept, diverged, accepted = tuner.settled, [], 0, 0.0
    for _ in range(sampling.draws):
        moved = _move(density, state, step, tuner.scales, sampling, stream)
        state, gradients = moved.state, gradients + moved.steps
        diverged, accepted = diverged + moved.diverged, accepted + moved.accepted
        kept.append(state.points)
    return Sampled(np.stack(kept, axis=1), diverged, accepted / sampling.draws, gradients)


def _move(
    density: Density,
    state: _State,
    step: float,
    scales: Floats,
    sampling: Sampling,
    stream: np.random.Generator,
) -> _Moved:
    """One trajectory of every chain, taken or left (Metropolis)."""
    momentum = stream.standard_normal(state.points.shape)
    length = sampling.length * (0.5 + stream.random())
    count = min(max(round(length / step), 1), sampling.most)
    with np.errstate(over="ignore", invalid="ignore"):
        points, slopes = state.points, state.slopes
        moving = momentum - 0.5 * step * scales * slopes
        for at in range(count):
            points = points + step * scales * moving
            energy, slopes = density(points)
            moving = moving - (1.0 if at < count - 1 else 0.5) * step * scales * slopes
        error = energy - state.energy + 0.5 * (moving**2 - momentum**2).sum(axis=1)
    error = np.where(np.isfinite(error), error, np.inf)
    chances = np.exp(-np.maximum(error, 0))
    taken = stream.random(len(error)) < chances
    new = _State(
        np.where(taken[:, None], points, state.points),
        np.where(taken, energy, state.energy),
        np.where(taken[:, None], slopes, state.slopes),
    )
    return _Moved(new, float(chances.mean()), int((error > DIVERGED).sum()), count)


class _Tuner:
    """Learns the step and the scales while warming up.

    Scales are learned thrice, over windows that double, after a first tenth; each time steps are
    learned anew.
    """

    def __init__(self, sampling: Sampling, dimensions: int) -> None:
        self.target, self.scales = sampling.acceptance, np.ones(dimensions)
        ends = (0.1, 0.2, 0.4, 0.8)
        self.ends = [round(sampling.warmup * end) for end in ends]
        self.seen: list[Floats] = []
        self._restart(0.05)

    def _restart(self, step: float) -> None:
        self.centre, self.error, self.mean, self.count = log(5 * step), 0.0, log(step), 0
        self.step = step

    @property
    def settled(self) -> float:
        """The step that is kept once warm."""
        return exp(self.mean)

    def learn(self, at: int, accepted: float, points: Floats) -> None:
        """From one trajectory."""
        self.count += 1
        n = self.count
        self.error += (self.target - accepted - self.error) / (n + 10)
        logs = self.centre - sqrt(n) / 0.05 * self.error
        self.mean += n**-0.75 * (logs - self.mean)
        self.step = exp(logs)
        if self.ends[0] <= at < self.ends[-1]:
            self.seen.append(points)
        if at + 1 in self.ends[1:]:
            self._rescale()

    def _rescale(self) -> None:
        draws = np.concatenate(self.seen)
        n = len(draws)
        # Shrunk towards little, as there are few draws for many coordinates.
        variances = draws.var(axis=0) * n / (n + 5) + 1e-3 * 5 / (n + 5)
        self.scales, self.seen = np.sqrt(variances), []
        self._restart(min(self.settled, 0.5))
