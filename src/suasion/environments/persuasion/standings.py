"""Who stands above whom, and whom the data do not tell apart."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from math import isfinite

import numpy as np

from suasion.environments.persuasion.columns import Floats, Group, Places
from suasion.environments.persuasion.columns import mean as mean_of
from suasion.environments.persuasion.components import components
from suasion.environments.persuasion.summaries import kinds_of, row, unit_of
from suasion.environments.persuasion.talks import Talks
from suasion.measures.estimate import Estimate
from suasion.stats import two_way
from suasion.stats.bootstrap import tails
from suasion.stats.interval import USUAL, Interval
from suasion.stats.ties import groups as tie_groups
from suasion.stats.two_way import BOOTSTRAP, CLUSTER_T, Crossed

ROLES = ("persuader", "target")


def estimates(talks: Talks) -> Iterator[Estimate]:
    """Ranks, ties, resistance beside the softest target, and variance components."""
    if talks.self_play:
        return
    for role in ROLES:
        standing = _Standing(talks, role)
        yield from _ranks(standing)
        yield from _ties(standing)
        if role == "target":
            yield from _relative(standing)
    yield from components(talks)


class _Standing:
    """The mean shift of each model in a role, and that of joint draws."""

    def __init__(self, talks: Talks, role: str) -> None:
        self.talks, self.role = talks, role
        column = talks.shifts.column
        every = talks.rows.groups(role)
        numbers = [column.at(group.rows) for group in every]
        ones = np.ones(len(talks.rows))
        crossed = talks.rows.crossed(column, (role,), kinds_of((role,)), ones)
        there = [at for at, own in enumerate(numbers) if len(own)]
        self.groups: Sequence[Group] = [every[at] for at in there]
        self.crossed: Crossed = crossed.rows(there)
        self.means = [mean_of(numbers[at], column.unit) for at in there]
        self.counts = [len(numbers[at]) for at in there]
        self.without: Sequence[Group] = [each for at, each in enumerate(every) if at not in there]

    @property
    def spread(self) -> two_way.Spread:
        """How many clusters of each kind there are."""
        return two_way.spread(self.crossed.pulls, self.crossed.there, 2)

    @property
    def draws(self) -> Floats:
        """The mean of each model in draws that all models share."""
        of = self.crossed
        first, second = self._used
        sums, weights = (part[:, first][:, :, second] for part in (of.sums, of.weights))
        return two_way.drawn(Crossed(sums, weights, of.kinds, of.unit))

    @property
    def _used(self) -> tuple[Places, Places]:
        """The clusters of each kind that hold a value."""
        there = self.crossed.weights.sum(axis=0)
        return np.flatnonzero(there.sum(axis=1)), np.flatnonzero(there.sum(axis=0))

    @property
    def resampled(self) -> str | None:
        """Why nothing can be resampled; None where it can."""
        levels = [len(used) for used in self._used]
        alone = [kind for kind, level in zip(self.crossed.kinds, levels, strict=True) if level < 2]
        return f"one {alone[0]}" if alone else None

    def row(
        self, measure: str, at: int, statistic: str, value: float | None, made: Interval | str
    ) -> Estimate:
        """One row of the model at a place."""
        given = made if isinstance(made, Interval) else None
        return row(
            self.talks.rows,
            measure,
            self.groups[at],
            statistic,
            value,
            self.counts[at],
            made=given,
            method="" if given else str(made),
            unit=unit_of((self.role,)),
            reason=None if given else "no_interval",
            unbounded="unbounded: what is missing could change the order of all",
        )


def _ranks(standing: _Standing) -> Iterator[Estimate]:
    """1 is the highest mean; equal means share the better rank."""
    means, why = np.array(standing.means), standing.resampled
    ranks = _rank(means[:, None])[:, 0].tolist() if len(means) else []
    draws = None if why or len(means) < 2 else _rank(standing.draws)
    low, high = tails(draws, USUAL) if draws is not None else (means, means)
    for at, rank in enumerate(ranks):
        made: Interval | str = why or "one model"
        if draws is not None:
            ends = max(1.0, float(low[at])), min(float(len(means)), float(high[at]))
            made = Interval(rank, *ends, USUAL.level, standing.counts[at], len(means), BOOTSTRAP)
        yield standing.row("rank", at, "rank", int(rank), made)
    for group in standing.without:
        yield row(standing.talks.rows, "rank", group, "rank", None, 0, method="n = 0")


def _rank(means: Floats) -> Floats:
    """The rank of each row in each column: one more than how many are above it; NaN stays."""
    above = (means[None] > means[:, None]).sum(axis=1)
    ranks: Floats = np.where(np.isnan(means), np.nan, 1.0 + above)
    return ranks


NO_SPREAD = "none: no spread"
"""Of a difference that is the same everywhere: its interval is that one number."""
SAME = 1e-9
"""What is left of equal means by rounding."""


def _ties(standing: _Standing) -> Iterator[Estimate]:
    """From the highest down: who is tied with the first of a group is in it."""
    if not standing.groups:
        return
    names = [str(group.by[standing.role]) for group in standing.groups]
    ordered = sorted(range(len(names)), key=lambda at: (-standing.means[at], names[at]))
    pairs = [(one, other) for one in ordered for other in ordered if one != other]
    made = dict(zip(pairs, two_way.differences(standing.crossed, pairs), strict=True))

    def tied(first: int, other: int) -> bool | None:
        found = made[first, other]
        if found.low is None or found.high is None:
            return abs(found.value or 0) < SAME if found.method == NO_SPREAD else None
        return found.low <= 0 <= found.high

    for at, group in zip(ordered, tie_groups(ordered, tied), strict=True):
        yield standing.row("tie_group", at, "group", group, "a group")


def _relative(standing: _Standing) -> Iterator[Estimate]:
    """The published resistance: how far a target lies below the softest one."""
    if not standing.groups:
        return
    highest = int(np.argmax(standing.means))
    spread = _apart(standing, highest)
    students = two_way.margins(spread, USUAL)
    why = standing.resampled
    draws = None if why else standing.draws
    least, most = tails(draws.max(axis=0) - draws, USUAL) if draws is not None else (None, None)
    for at in range(len(standing.groups)):
        value = standing.means[highest] - standing.means[at] + 0.0
        n, units = standing.counts[at], int(spread.levels[at].min())
        made: Interval | str = why or "the softest is what others are held against"
        if spread.variance[at] > 0 and isfinite(students[at]):
            reach = float(students[at])
            ends = value - reach, value + reach
            made = Interval(value, *ends, USUAL.level, n, units, CLUSTER_T)
        yield standing.row("resistance_relative", at, "mean", value, made)
        if least is not None and most is not None and isfinite(least[at]) and isfinite(most[at]):
            ends = float(least[at]) + 0.0, float(most[at]) + 0.0
            drawn = Interval(value, *ends, USUAL.level, n, units, BOOTSTRAP)
            yield standing.row("resistance_relative", at, "mean", value, drawn)


def _apart(standing: _Standing, highest: int) -> two_way.Spread:
    """The squared standard error of the highest mean less each, each over its own counterparts."""
    pulls, there = standing.crossed.pulls, standing.crossed.there
    return two_way.spread(pulls[highest] - pulls, there | there[highest], 2)
