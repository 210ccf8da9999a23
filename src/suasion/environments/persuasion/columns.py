"""The conversations of a run as columns, so that every grouping of them is cheap.

Numbers are whole ones over a common denominator, thirds as thirds, so that sums are exact and a
mean that is nought is nought.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from fractions import Fraction
from functools import cached_property
from math import fsum, lcm
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from suasion.core.asks import Json
from suasion.environments.persuasion.conversation import Exact
from suasion.measures.behind import Behind, behind
from suasion.measures.filed import Filed
from suasion.measures.pooling import whole
from suasion.stats.two_way import Crossed

Floats = NDArray[np.float64]
Places = NDArray[np.intp]
FINEST = 10**6
"""Up to this common denominator numbers are kept as whole ones; such as come of token
probabilities have none, and are kept as they are."""


class Column(NamedTuple):
    """A number a row."""

    numbers: Floats
    """In parts of `unit`; NaN where undefined."""
    unit: int = 1

    @property
    def there(self) -> NDArray[np.bool_]:
        """Where there is a number."""
        return ~np.isnan(self.numbers)

    def at(self, rows: Places) -> Floats:
        """The numbers of some rows that have one, sorted."""
        numbers = np.sort(self.numbers[rows])
        return numbers[: len(numbers) - int(np.isnan(numbers).sum())]

    @property
    def plain(self) -> Floats:
        """As they are printed."""
        return self.numbers / self.unit


def column(exacts: Sequence[Exact]) -> Column:
    """Exact numbers as a column."""
    known = [each for each in exacts if isinstance(each, Fraction)]
    unit = lcm(*{each.denominator for each in known})
    if unit > FINEST:
        return Column(np.array([_float(each) for each in exacts], dtype=np.float64))
    parts = [
        each.numerator * (unit // each.denominator) if isinstance(each, Fraction) else np.nan
        for each in exacts
    ]
    return Column(np.array(parts, dtype=np.float64), unit)


def _float(exact: Exact) -> float:
    return float(exact) if isinstance(exact, Fraction) else np.nan


def mean(numbers: Floats, unit: int = 1) -> float:
    """The mean of numbers in parts of a unit."""
    return fsum(numbers.tolist()) / (len(numbers) * unit) + 0.0


def median(numbers: Floats, unit: int = 1) -> float:
    """The median of sorted numbers."""
    low, high = numbers[(len(numbers) - 1) // 2], numbers[len(numbers) // 2]
    return float(low + high) / (2 * unit) + 0.0


def least(numbers: Floats, unit: int = 1) -> float:
    """The smallest of sorted numbers."""
    return float(numbers[0]) / unit + 0.0


def most(numbers: Floats, unit: int = 1) -> float:
    """The largest of sorted numbers."""
    return float(numbers[-1]) / unit + 0.0


def sd(numbers: Floats, unit: int = 1) -> float | None:
    """The standard deviation, of the sample (n - 1); none of one number."""
    return float(np.std(numbers, ddof=1)) / unit + 0.0 if len(numbers) > 1 else None


class Group(NamedTuple):
    """Rows that stand in one estimate."""

    by: Mapping[str, Json]
    rows: Places


@dataclass(frozen=True)
class Rows:
    """Conversations, or pairs of them, of one status, arm and kind of probe."""

    status: str
    by: Mapping[str, Json]
    """What tells them from others of the run: `arm`, `probe`, or nothing."""
    labels: Mapping[str, Sequence[str | None]]
    """Who and what, by factor; None where a record does not say."""
    filed: Sequence[Sequence[Filed]]
    """The conversations behind each row."""
    _codes: dict[str, tuple[Sequence[str | None], Places]] = field(default_factory=dict)
    _groups: dict[tuple[str, ...], tuple[Sequence[Group], Places]] = field(default_factory=dict)
    _behind: dict[bytes, Behind] = field(default_factory=dict)

    def __len__(self) -> int:
        return len(self.filed)

    def codes(self, factor: str) -> tuple[Sequence[str | None], Places]:
        """The names of a factor in their order, and the place of each row among them."""
        if factor not in self._codes:
            labels = self.labels[factor]
            names: list[str | None] = [*sorted({label for label in labels if label is not None})]
            names += [None] if None in labels else []
            places = {name: at for at, name in enumerate(names)}
            self._codes[factor] = names, np.array([places[label] for label in labels], np.intp)
        return self._codes[factor]

    def groups(self, *factors: str) -> Sequence[Group]:
        """The rows by what some factors are; rows whose record does not say are in none."""
        return self._grouped(factors)[0]

    def places(self, *factors: str) -> Places:
        """The place of each row among these groups; -1 for one that is in none."""
        return self._grouped(factors)[1]

    def _grouped(self, factors: tuple[str, ...]) -> tuple[Sequence[Group], Places]:
        if factors not in self._groups:
            self._groups[factors] = self._split(factors)
        return self._groups[factors]

    def _split(self, factors: tuple[str, ...]) -> tuple[Sequence[Group], Places]:
        keys, known = np.zeros(len(self), np.intp), np.ones(len(self), np.bool_)
        for names, codes in map(self.codes, factors):
            keys = keys * len(names) + codes
            known &= np.array([name is not None for name in names], np.bool_)[codes]
        found, places = np.full(len(self), -1, np.intp), np.flatnonzero(known)
        _, found[places] = np.unique(keys[places], return_inverse=True)
        order = np.argsort(found, kind="stable")[int((~known).sum()) :]
        cuts = np.flatnonzero(np.diff(found[order])) + 1
        several = np.split(order, cuts) if len(order) else []
        return [Group(self._named(factors, int(rows[0])), rows) for rows in several], found

    def _named(self, factors: tuple[str, ...], row: int) -> Mapping[str, Json]:
        return {**self.by, **{factor: self.labels[factor][row] for factor in factors}}

    @cached_property
    def missing(self) -> NDArray[np.bool_]:
        """Whether a conversation of a row is missing from estimates."""
        return np.array([not all(map(whole, each)) for each in self.filed], np.bool_)

    @cached_property
    def _waited(self) -> NDArray[np.bool_]:
        """Whether somebody was waited for in a conversation of a row."""
        return np.array([any(f.answers for f in each) for each in self.filed], np.bool_)

    def behind(self, rows: Places) -> Behind:
        """What stands behind an estimate of some rows, as `suasion.measures.behind` has it.

        Where nobody was waited for only what is missing has anything to say.
        """
        told = rows if self._waited[rows].any() else rows[self.missing[rows]]
        key = told.tobytes()
        if key not in self._behind:
            filed = [each for row in told.tolist() for each in self.filed[row]]
            self._behind[key] = behind(filed)
        return self._behind[key]

    def crossed(
        self, column: Column, factors: Sequence[str], kinds: Sequence[str], weights: Floats
    ) -> Crossed:
        """Sums of a column by group and by cluster of each kind, each row with its weight."""
        there = column.there & (self.places(*factors) >= 0)
        groups = len(self.groups(*factors))
        axes = [self.codes(kind) for kind in kinds]
        shape = (groups, *(len(names) for names, _ in axes))
        at = np.ravel_multi_index(
            (self.places(*factors)[there], *(codes[there] for _, codes in axes)), shape
        )
        size = int(np.prod(shape))
        sums = np.bincount(at, (column.numbers * weights)[there], size).astype(np.float64)
        counts = np.bincount(at, weights[there], size).astype(np.float64)
        shape = (*shape, 1) if len(kinds) == 1 else shape
        return Crossed(sums.reshape(shape), counts.reshape(shape), tuple(kinds), column.unit)
