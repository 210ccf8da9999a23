"""Panels with a planted truth: how often intervals of means and differences hold it.

Everybody meets everybody else about every topic, on either side. Half of what the sides leave apart
is the effect; what they leave alike is drift. Effects of persuaders, targets, topics and their
pairs are drawn anew for every simulated panel; what is true of a persuader is its expected effect
on a target and a topic like these, and of a pair of persuaders the difference of that.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from math import sqrt
from types import MappingProxyType
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from suasion.stats.bootstrap import generator, tails
from suasion.stats.interval import Interval, Recipe
from suasion.stats.sample import Floats
from suasion.stats.two_way import BOOTSTRAP, CLUSTER_T, Crossed, differences, drawn, means

PUBLISHED: Mapping[str, float] = MappingProxyType(
    {
        "persuader": 0.1595,
        "target": 0.3372,
        "topic": 0.0605,
        "persuader:target": 0.0288,
        "target:topic": 0.0932,
        "persuader:topic": 0.0186,
        "residual": 0.4293,
    }
)
"""Variances of the paired effect in the published run, by restricted maximum likelihood."""
PANELS = 50
"""Panels simulated at once: about 17 MB an array at 15 models and 15 topics."""
NAIVE = "naive"
LOW, HIGH, PROBES = -3, 3, 3
NOISE = 0.35
"""The published spread of single probes after a conversation: the root of 0.124."""


@dataclass(frozen=True)
class Plan:
    """What is planted."""

    models: int = 15
    topics: int = 15
    mean: float = 1.12
    """The effect expected of the average persuader, as in the published run."""
    variances: Mapping[str, float] = field(default_factory=lambda: PUBLISHED)
    drift: float = 0.0
    """Where conversation takes targets on average, whichever side is argued."""
    drift_by_topic: float = 0.25
    drift_by_cell: float = 0.30
    """The variance of drift between topics, and between targets on one topic (published: 23% and
    28% of 1.05²)."""
    noise: float = 0.0
    """The standard deviation of single probes around where a conversation ended; from nought up
    stances are means of three whole numbers from -3 to 3, at nought they are exact."""


class Panels(NamedTuple):
    """Simulated panels: (panels, persuaders, targets, topics)."""

    pro: Floats
    """Where the target stands after PRO, from its baseline of nought."""
    con: Floats
    truth: Floats
    """What is expected of each persuader: (panels, persuaders)."""
    of_targets: Floats
    """What is expected of the average persuader against each target: (panels, targets)."""

    @property
    def effects(self) -> Floats:
        """The paired effects."""
        return (self.pro - self.con) / 2


def panels(plan: Plan, count: int, stream: np.random.Generator, zero: bool = False) -> Panels:
    """Panels drawn from a plan; with `zero` no persuader has any effect of its own on average."""
    p, t, k = "persuader", "target", "topic"
    size = {p: plan.models, t: plan.models, k: plan.topics}

    def drawn_of(variance: float, *of: str) -> Floats:
        shape = count, *(size[name] if name in of else 1 for name in (p, t, k))
        normal: Floats = stream.standard_normal(shape) * sqrt(variance)
        return normal

    named = [name for name in plan.variances if name != "residual"]
    of = {name: drawn_of(plan.variances[name], *name.split(":")) for name in named}
    if zero:
        of[p] = np.zeros_like(of[p])
    expected = of[p] + (0.0 if zero else plan.mean)
    effect = expected + sum(part for name, part in of.items() if name != p)
    drift = plan.drift + drawn_of(plan.drift_by_topic, k) + drawn_of(plan.drift_by_cell, t, k)
    # Two conversations with this variance each leave a residual of half of it in their effect.
    apart = 2 * plan.variances["residual"]
    pro, con = (
        _stances(drift + side * effect + drawn_of(apart, p, t, k), plan, stream) for side in (1, -1)
    )
    of_targets = plan.mean + of[t][:, 0, :, 0]
    return Panels(pro, con, expected[:, :, 0, 0], of_targets)


def _stances(ends: Floats, plan: Plan, stream: np.random.Generator) -> Floats:
    """What probes say of where conversations ended."""
    if not plan.noise:
        return ends
    noise = stream.standard_normal((PROBES, *ends.shape)) * plan.noise
    answers: Floats = np.clip(np.rint(ends + noise), LOW, HIGH).mean(axis=0)
    return answers


def crossed(values: Floats) -> Crossed:
    """Values (panels, persuaders, targets, topics) as `measure` takes them: a row a persuader.

    Nobody meets itself.
    """
    count, models, targets, topics = values.shape
    met = ~np.eye(models, targets, dtype=bool)[None, :, :, None]
    weights = np.broadcast_to(met, values.shape).astype(np.float64)
    rows = [
        np.moveaxis(each, 3, 2).reshape(count * models, topics, targets)
        for each in (np.where(met, values, 0.0), weights)
    ]
    return Crossed(rows[0], rows[1], ("topic", "target"))


@dataclass(frozen=True)
class Held:
    """How many intervals of one form held the truth."""

    of: str
    """`persuaders` or `targets`: means; `differences`: of two persuaders."""
    form: str
    models: int
    topics: int
    probes: str
    """`exact` stances, or `whole` numbers within the scale."""
    intervals: int
    held: int
    panels: int

    @property
    def covered(self) -> float:
        """The share that held it."""
        return self.held / self.intervals

    @property
    def error(self) -> float:
        """The simulation's standard error, of panels: intervals of one panel go together."""
        return sqrt(self.covered * (1 - self.covered) / self.panels)


class _Counts:
    def __init__(self) -> None:
        self.held: dict[tuple[str, str], list[int]] = {}

    def add(self, of: str, form: str, low: Floats, high: Floats, truth: Floats) -> None:
        """Count the intervals that hold what is true."""
        count = self.held.setdefault((of, form), [0, 0])
        count[0] += low.size
        count[1] += int(((low <= truth) & (truth <= high)).sum())


def coverage(plan: Plan, count: int, seed: int, percentile: int = 1) -> list[Held]:
    """How often each form of interval held, in `count` panels.

    The percentile form takes long: it is made for the first `percentile` persuaders and targets of
    each panel, and for the difference of the first two persuaders. What is true of targets is known
    where stances are exact.
    """
    stream, counts = generator(seed), _Counts()
    told = _Expected(plan, seed) if plan.noise else None
    for start in range(0, count, PANELS):
        found = panels(plan, min(PANELS, count - start), stream)
        truth = found.truth if told is None else told.of(found.truth)
        _count_means(counts, "persuaders", found.effects, truth, percentile)
        if told is None:
            by_target = found.effects.swapaxes(1, 2)
            _count_means(counts, "targets", by_target, found.of_targets, percentile)
        _count_differences(counts, found.effects, truth)
    probes = "whole" if plan.noise else "exact"
    return [
        Held(of, form, plan.models, plan.topics, probes, n, held, count)
        for (of, form), (n, held) in counts.held.items()
    ]


def _count_means(counts: _Counts, of: str, effects: Floats, truth: Floats, percentile: int) -> None:
    rows = crossed(effects)
    n = [effects.shape[3] * (effects.shape[2] - 1)] * len(rows.sums)
    counts.add(of, CLUSTER_T, *_bounds(means(rows, n, methods=[CLUSTER_T])), truth.ravel())
    counts.add(of, NAIVE, *_naive_means(rows), truth.ravel())
    some = np.arange(len(truth))[:, None] * truth.shape[1] + np.arange(percentile)
    first = rows.rows(some.ravel())
    made = means(first, n[: some.size], methods=[BOOTSTRAP])
    counts.add(of, BOOTSTRAP, *_bounds(made), truth[:, :percentile].ravel())


def _count_differences(counts: _Counts, effects: Floats, truth: Floats) -> None:
    """Neighbours, of which there is one fewer than persuaders."""
    rows, models = crossed(effects), truth.shape[1]
    pairs = [
        (at * models + p, at * models + p + 1)
        for at in range(len(truth))
        for p in range(models - 1)
    ]
    gaps = (truth[:, :-1] - truth[:, 1:]).ravel()
    low, high = _bounds([(each,) for each in differences(rows, pairs)])
    counts.add("differences", CLUSTER_T, low, high, gaps)
    counts.add("differences", NAIVE, *_naive_differences(rows, pairs), gaps)
    two = np.arange(len(truth)) * models
    draws = drawn(rows.rows(two)) - drawn(rows.rows(two + 1))
    counts.add("differences", BOOTSTRAP, *tails(draws, Recipe()), truth[:, 0] - truth[:, 1])


def _bounds(made: list[tuple[Interval, ...]]) -> tuple[Floats, Floats]:
    """The bounds of the first interval of each; one without bounds says nothing and holds."""
    low = [-np.inf if each[0].low is None else each[0].low for each in made]
    high = [np.inf if each[0].high is None else each[0].high for each in made]
    return np.array(low), np.array(high)


def _naive_means(rows: Crossed) -> tuple[Floats, Floats]:
    """As if all pairs of conversations were independent."""
    errors = _naive_errors(rows)
    return rows.means - 1.96 * errors, rows.means + 1.96 * errors


def _naive_differences(rows: Crossed, pairs: list[tuple[int, int]]) -> tuple[Floats, Floats]:
    one, other = np.array(pairs).T
    errors = _naive_errors(rows)
    gaps = rows.means[one] - rows.means[other]
    far = 1.96 * np.sqrt(errors[one] ** 2 + errors[other] ** 2)
    return gaps - far, gaps + far


def _naive_errors(rows: Crossed) -> Floats:
    around = (rows.sums - rows.means[:, None, None]) * rows.weights
    errors: Floats = np.sqrt(np.square(around).sum(axis=(1, 2)) / (rows.sizes - 1) / rows.sizes)
    return errors


class _Expected:
    """What is expected of a persuader whose conversations are told in whole numbers.

    Rounding and the ends of the scale take from large effects. How much was simulated once for
    persuaders from weak to strong, and lies on a smooth curve between.
    """

    def __init__(self, plan: Plan, seed: int) -> None:
        sd = sqrt(plan.variances["persuader"])
        self.planted = plan.mean + sd * np.linspace(-4, 4, 17)
        self.expected = np.array([_expected(plan, at, seed) for at in self.planted.tolist()])

    def of(self, planted: Floats) -> Floats:
        """What is expected of those of whom this was planted."""
        expected: Floats = np.interp(planted, self.planted, self.expected)
        return expected


def _expected(plan: Plan, planted: float, seed: int, draws: int = 200_000) -> float:
    """The same draws for every persuader, so that the curve is smooth."""
    stream = generator(seed + 1)
    others = sum(v for name, v in plan.variances.items() if name not in ("persuader", "residual"))
    effect = planted + stream.standard_normal(draws) * sqrt(others)
    drift = plan.drift + stream.standard_normal(draws) * sqrt(
        plan.drift_by_topic + plan.drift_by_cell
    )
    noise = sqrt(2 * plan.variances["residual"])
    sides = [
        _stances(drift + side * effect + stream.standard_normal(draws) * noise, plan, stream)
        for side in (1, -1)
    ]
    return float((sides[0] - sides[1]).mean() / 2)


class Nothing(NamedTuple):
    """What intervals said of persuaders without effect, where conversation alone moves targets."""

    paired_held: float
    """The share of intervals of the paired effect that held nought."""
    both_sides_missed: float
    """The share of persuaders of whom both one-sided intervals of the shift lacked nought."""
    persuaders: int


def nothing(plan: Plan, count: int, seed: int) -> Nothing:
    """Of persuaders without effect, what the paired and the one-sided intervals say."""
    stream, held, missed, n = generator(seed), 0, 0, 0
    for start in range(0, count, PANELS):
        found = panels(plan, min(PANELS, count - start), stream, zero=True)
        paired, pro, con = (_about_nought(each) for each in (found.effects, found.pro, -found.con))
        held, missed, n = held + paired.sum(), missed + (~pro & ~con).sum(), n + paired.size
    return Nothing(float(held / n), float(missed / n), int(n))


def _about_nought(values: Floats) -> NDArray[np.bool_]:
    rows = crossed(values)
    n = [values.shape[3] * (values.shape[2] - 1)] * len(rows.sums)
    low, high = _bounds(means(rows, n, methods=[CLUSTER_T]))
    return (low <= 0) & (high >= 0)


def grid() -> Iterator[Plan]:
    """What the page of the documentation shows."""
    for noise in (0.0, NOISE):
        for size in (15, 8, 5):
            yield Plan(models=size, topics=size, noise=noise)
