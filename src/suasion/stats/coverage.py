"""How often a 95% interval holds the mean it is about: measured, method by method.

Figures are kept as counts, so that the page made from them says nothing that was not counted.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from math import sqrt
from statistics import median
from typing import NamedTuple

import numpy as np

from suasion.stats.bootstrap import generator
from suasion.stats.interval import METHODS, Recipe
from suasion.stats.mean import means
from suasion.stats.sample import Floats

SIZES = (5, 10, 20, 30, 100)
BATCH = 250
"""Simulations that share their resamples. Another batch draws others, so that the simulation error
of the bootstrap is averaged and not shared by all."""


class Distribution(NamedTuple):
    """Where simulated values come from."""

    words: str
    mean: float
    draw: Callable[[np.random.Generator, tuple[int, int]], Floats]


def _ends(stream: np.random.Generator, shape: tuple[int, int]) -> Floats:
    kind, between = stream.random(shape), stream.random(shape)
    return np.where(kind < 0.3, 0.0, np.where(kind < 0.4, 1.0, between))


DISTRIBUTIONS = {
    "normal": Distribution(
        "normal: what t is made for", 0.0, lambda stream, shape: stream.standard_normal(shape)
    ),
    "skewed": Distribution(
        "exponential: a long tail of high values, as of points taken by a few",
        1.0,
        lambda stream, shape: stream.standard_exponential(shape),
    ),
    "ends": Distribution(
        "a share: 0 in three of ten, 1 in one of ten, else even between them", 0.4, _ends
    ),
    "rare": Distribution(
        "Poisson with mean 0.3: counts of what seldom happens, as of cascades",
        0.3,
        lambda stream, shape: stream.poisson(0.3, shape).astype(np.float64),
    ),
}


@dataclass(frozen=True)
class Cell:
    """What one method did at one sample size, in counts of simulations."""

    distribution: str
    n: int
    method: str
    simulations: int
    given: int
    """Simulations in which there was an interval."""
    too_low: int
    """Intervals that lay wholly below the mean."""
    too_high: int
    """Intervals that lay wholly above it."""
    width: float
    """Median width of the intervals given, three figures."""

    @property
    def covered(self) -> float:
        """The share of the intervals given that held the mean."""
        return 1 - (self.too_low + self.too_high) / self.given

    @property
    def without(self) -> float:
        """The share of simulations without an interval."""
        return 1 - self.given / self.simulations

    @property
    def error(self) -> float:
        """The simulation's standard error of `covered`."""
        return sqrt(self.covered * (1 - self.covered) / self.given)


def measured(
    distribution: str, n: int, simulations: int, seed: int, methods: tuple[str, ...] = METHODS
) -> list[Cell]:
    """A cell for each method, from samples of `n` drawn `simulations` times.

    Seeds from `seed` up to `seed + simulations / BATCH` are used: cells take them further apart.
    """
    found: dict[str, list[tuple[float, float]]] = {method: [] for method in methods}
    stream = generator(seed)
    for batch, start in enumerate(range(0, simulations, BATCH), 1):
        shape = min(BATCH, simulations - start), n
        values = DISTRIBUTIONS[distribution].draw(stream, shape)
        for several in means(list(values), Recipe(methods=methods, seed=seed + batch)):
            for each in several:
                if each.low is not None and each.high is not None:
                    found[each.method].append((each.low, each.high))
    mean = DISTRIBUTIONS[distribution].mean
    return [
        Cell(
            distribution=distribution,
            n=n,
            method=method,
            simulations=simulations,
            given=len(given),
            too_low=sum(high < mean for _, high in given),
            too_high=sum(low > mean for low, _ in given),
            width=float(f"{median(high - low for low, high in given):.3g}"),
        )
        for method, given in found.items()
    ]


def page(cells: Sequence[Cell]) -> str:
    """The page of the documentation that these figures make."""
    return "\n".join(_lines(cells))


def _lines(cells: Sequence[Cell]) -> Iterator[str]:
    simulations = min(cell.simulations for cell in cells)
    yield from HEAD.format(simulations=simulations, draws=Recipe().draws).split("\n")
    yield from _table(["values", "n", *METHODS], _summary(cells))
    yield from WORDS.split("\n")
    for name, distribution in DISTRIBUTIONS.items():
        yield f"## {distribution.words[0].upper()}{distribution.words[1:]}"
        yield ""
        head = ["n", "method", "covered", "too low", "too high", "no interval", "median width"]
        yield from _table(head, (_row(cell) for cell in cells if cell.distribution == name))


def _summary(cells: Sequence[Cell]) -> Iterator[Sequence[str]]:
    found = {(cell.distribution, cell.n, cell.method): cell for cell in cells}
    for name, distribution in DISTRIBUTIONS.items():
        for n in SIZES:
            of = [found[name, n, method] for method in METHODS]
            yield [distribution.words.partition(":")[0], str(n), *map(_told, of)]


def _row(cell: Cell) -> Sequence[str]:
    shares = [cell.too_low / cell.given, cell.too_high / cell.given, cell.without]
    numbers = (f"{100 * share:.1f}" for share in shares)
    return [str(cell.n), f"`{cell.method}`", _covered(cell), *numbers, f"{cell.width:g}"]


def _told(cell: Cell) -> str:
    none = f" ({100 * cell.without:.0f} without)" if cell.without >= 0.01 else ""
    return _covered(cell) + none


def _covered(cell: Cell) -> str:
    return f"{100 * cell.covered:.1f} ± {100 * cell.error:.1f}"


def _table(head: Sequence[str], rows: Iterable[Sequence[str]]) -> Iterator[str]:
    yield f"| {' | '.join(head)} |"
    yield "|" + "---|" * len(head)
    for row in rows:
        yield f"| {' | '.join(row)} |"
    yield ""


HEAD = """\
# How often intervals hold the truth

<!-- Written by `python benchmarks/interval_coverage.py`; do not edit. -->

A 95% interval should hold the mean it is about in 95 of 100 studies. With few episodes none of the
usual ones does so for every kind of value. Here is how often each did, in {simulations:,} simulated
studies a cell, bootstraps with {draws:,} draws: percent of the intervals given, ± the simulation's
standard error. A method may give none; where that was so in one study of a hundred or more, the
percent without is named.
"""

WORDS = """\
What to take from it:

- With 30 episodes or fewer a percentile bootstrap is too narrow for values that scatter: normal,
  exponential and shares alike. It stands in tables beside the others where a published figure
  used it.
- A t is right for normal values, and too narrow for skewed ones. Its misses are then on one side:
  the interval lies below the mean (*too low*), since the rare high values were not seen.
- The studentised bootstrap comes closest for skewed values, at the price of width. Where too many
  of its resamples hold one value only it gives no interval, rather than one that is too narrow.
- When all values are alike no method gives an interval: seeing nothing in n episodes does not show
  that nothing happens. For rare counts the coverage is therefore that of the studies which saw
  some, and at small n it is high for that reason: the studies that would have missed saw none.

*Too low* and *too high* are the percent of intervals that lay wholly below and wholly above the
mean; *no interval* is the percent of simulated studies without one.
"""
