"""What intervals are worth to a study that stops when it likes what it sees: simulated.

Arms are drawn from until all are told apart or a budget is spent. Sequences are held against the
interval for a fixed n, which the same rule misleads.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from itertools import combinations
from math import inf, sqrt

import numpy as np
from numpy.typing import NDArray

from suasion.stats.bootstrap import generator
from suasion.stats.confidence_sequence import FIRST, Drawn, guarded, reach
from suasion.stats.sample import Floats

Reach = Callable[[Sequence[Drawn], float], Floats]
"""How far the mean of one arm, or the difference of two, is off at most, with a chance of error."""


def fixed(arms: Sequence[Drawn], chance: float) -> Floats:
    """Welch's t interval, as if n had been fixed beforehand."""
    from scipy.special import stdtrit

    with np.errstate(divide="ignore", invalid="ignore"):
        errors = [arm.variance / arm.n for arm in arms]
        error = np.sum(errors, axis=0)
        freedom = error**2 / np.sum(
            [each**2 / (arm.n - 1) for each, arm in zip(errors, arms, strict=True)], axis=0
        )
        far = np.sqrt(error) * stdtrit(freedom, 1 - chance / 2)
    said = np.logical_and.reduce([(arm.n >= FIRST) & (arm.variance > 0) for arm in arms])
    return np.where(said, far, inf)


METHODS: Mapping[str, Reach] = {"sequence": reach, "fixed n": fixed}


@dataclass(frozen=True)
class Rule:
    """When a study stops: with all arms told apart, or `budget` draws of all together spent."""

    budget: int
    every: int = 1
    """Draws of each unsettled arm between two looks."""
    level: float = 0.95


@dataclass(frozen=True)
class Stops:
    """What held at the moments of stopping, in counts of simulated studies."""

    simulations: int
    settled: int
    """Studies that told all arms apart."""
    missed: int
    """Studies in which the bounds of at least one difference lacked the truth."""
    reversed: int
    """Studies that called at least one arm above another which is not below it."""
    arms_missed: float
    """The share of arms whose own bounds, at the same level each, lacked the mean."""
    draws: float
    """Draws spent, of all arms together, on average."""

    @property
    def covered(self) -> float:
        """The share of studies in which the bounds of every difference held."""
        return 1 - self.missed / self.simulations

    @property
    def error(self) -> float:
        """The simulation's standard error of `covered`."""
        return sqrt(self.covered * (1 - self.covered) / self.simulations)


class _Tally:
    """Sums over what was drawn of each arm in each study, from which means and variances come."""

    def __init__(self, populations: Floats, studies: int, stream: np.random.Generator) -> None:
        self.populations, self.stream = populations, stream
        shape = studies, len(populations)
        self.n, self.sum, self.squares = (np.zeros(shape) for _ in range(3))
        self.lowest, self.highest = np.full(shape, inf), np.full(shape, -inf)

    def draw(self, wanted: NDArray[np.bool_], times: int) -> None:
        """Draw `times` from the arms that are wanted."""
        for _ in range(times):
            study, arm = np.nonzero(wanted)
            at = self.stream.integers(self.populations.shape[1], size=len(arm))
            values = self.populations[arm, at]
            self.n[study, arm] += 1
            self.sum[study, arm] += values
            self.squares[study, arm] += values**2
            self.lowest[study, arm] = np.minimum(self.lowest[study, arm], values)
            self.highest[study, arm] = np.maximum(self.highest[study, arm], values)

    def drawn(self, guard: bool, studies: NDArray[np.intp]) -> Drawn:
        """As the sequences take it, or with the plain variance."""
        n, total = self.n[studies], self.sum[studies]
        squares = np.maximum(self.squares[studies] - total**2 / n, 0)
        spread = self.highest[studies] - self.lowest[studies]
        plain = np.where(spread > 0, squares / (n - 1), 0.0)
        return Drawn(n, total / n, guarded(n, squares, spread) if guard else plain)


def stopped(populations: Floats, rule: Rule, simulations: int, seed: int, method: str) -> Stops:
    """Studies of arms drawn with replacement from `populations` (arms, values) by a rule.

    At each look, what is drawn from next are the arms that are not told apart from all others.
    """
    tally = _Tally(populations, simulations, generator(seed))
    pairs = np.array(list(combinations(range(len(populations)), 2)), dtype=np.intp)
    chance = (1 - rule.level) / len(pairs)
    tally.draw(np.ones(tally.n.shape, dtype=bool), FIRST)
    live = np.arange(simulations)
    while len(live):
        arms = tally.drawn(method == "sequence", live)
        gap, far = _apart(arms, pairs, chance, METHODS[method])
        open_ = np.zeros((len(live), len(populations)), dtype=bool)
        study, pair = np.nonzero(np.abs(gap) <= far)
        open_[study, pairs[pair, 0]] = open_[study, pairs[pair, 1]] = True
        spent = arms.n.sum(axis=1) + rule.every * open_.sum(axis=1)
        on = open_.any(axis=1) & (spent <= rule.budget)
        live, open_ = live[on], open_[on]
        wanted = np.zeros(tally.n.shape, dtype=bool)
        wanted[live] = open_
        tally.draw(wanted, rule.every)
    return _judged(
        tally.drawn(method == "sequence", np.arange(simulations)), populations, rule, method
    )


def _apart(
    arms: Drawn, pairs: NDArray[np.intp], chance: float, method: Reach
) -> tuple[Floats, Floats]:
    one, other = (Drawn(*(part[:, side] for part in arms)) for side in pairs.T)
    return one.mean - other.mean, method([one, other], chance)


def _judged(arms: Drawn, populations: Floats, rule: Rule, method: str) -> Stops:
    """The bounds at the end, held against the truth."""
    pairs = np.array(list(combinations(range(len(populations)), 2)), dtype=np.intp)
    truth = populations.mean(axis=1)
    gaps = truth[pairs[:, 0]] - truth[pairs[:, 1]]
    gap, far = _apart(arms, pairs, (1 - rule.level) / len(pairs), METHODS[method])
    own = METHODS[method]([arms], 1 - rule.level)
    wrong = (np.abs(gap) > far) & (np.sign(gap) != np.sign(np.round(gaps, 12)))
    return Stops(
        simulations=len(gap),
        settled=int((np.abs(gap) > far).all(axis=1).sum()),
        missed=int((np.abs(gap - gaps) > far).any(axis=1).sum()),
        reversed=int(wrong.any(axis=1).sum()),
        arms_missed=float((np.abs(arms.mean - truth) > own).mean()),
        draws=float(arms.n.sum(axis=1).mean()),
    )
