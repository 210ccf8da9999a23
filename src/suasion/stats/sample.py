"""Values as every estimate takes them: checked, in an order of their own, scaled near one."""

from __future__ import annotations

from math import fsum
from typing import NamedTuple

import numpy as np
from numpy.typing import ArrayLike, NDArray

Floats = NDArray[np.float64]
NO_SPREAD = 64 * 2.0**-53
"""A range of so little of the largest value is rounding, not spread: 64 units in the last place."""


def finite(values: ArrayLike, name: str = "values") -> Floats:
    """One column of finite numbers.

    Errors: anything else, by its place. An undefined value is left out before, never passed as NaN.
    """
    column = np.asarray(values, dtype=np.float64)
    if column.ndim != 1:
        raise ValueError(f"{name}: expected one dimension, got {column.ndim}")
    strange = np.flatnonzero(~np.isfinite(column))
    if len(strange):
        at = int(strange[0])
        raise ValueError(f"{name}[{at}] is {column[at]}: expected finite numbers only")
    return column


def exponents(rows: Floats) -> NDArray[np.intc]:
    """For each row the power of two at or above its largest absolute value."""
    powers: NDArray[np.intc] = np.frexp(np.abs(rows).max(axis=1))[1]
    return powers


def row_means(rows: Floats) -> Floats:
    """The mean of each row, from the correctly rounded sum: it does not depend on their order.

    A sum that is no larger than what the rounding of its values can leave, such as that of two
    thirds, a third and minus one, is nought.
    """
    return np.array([_mean(row) for row in rows.tolist()])


def _mean(row: list[float]) -> float:
    total = fsum(row)
    return 0.0 if abs(total) <= HALF_ULP * fsum(map(abs, row)) else total / len(row)


HALF_ULP = 2.0**-53
"""How far a double lies from the number that was rounded to it, at most, as a share of it."""


def varies(rows: Floats) -> NDArray[np.bool_]:
    """Whether the values of each row differ by more than rounding."""
    spread: NDArray[np.bool_] = np.ptp(rows, axis=1) > NO_SPREAD * np.abs(rows).max(axis=1)
    return spread


class Rows(NamedTuple):
    """Samples of one size as rows (samples, n), each sorted and divided by `2**exponent`.

    Sorted, so that a bootstrap depends on the values and not on the order in which they came;
    scaled by a power of two, so that no square or sum can overflow; that rounds only what is below
    1e-290 of the largest value.
    """

    values: Floats
    exponents: NDArray[np.intc]
    means: Floats
    """Of the scaled rows."""

    @property
    def n(self) -> int:
        """Values in a row."""
        return int(self.values.shape[1])

    @property
    def lowest(self) -> Floats:
        """The smallest of each row."""
        return self.values[:, 0]

    @property
    def highest(self) -> Floats:
        """The largest of each row."""
        return self.values[:, -1]


def rows_of(samples: list[Floats], powers: NDArray[np.intc] | None = None) -> Rows:
    """Samples of one size, at least one value each, as `Rows`; `powers` if they are given."""
    raw = np.sort(np.array(samples), axis=1)
    powers = exponents(raw) if powers is None else powers
    scaled = np.ldexp(raw, -powers[:, None])
    return Rows(scaled, powers, row_means(scaled))


def unscaled(numbers: Floats, powers: NDArray[np.intc]) -> Floats:
    """Scaled numbers in their own units again; beyond the largest double they are infinite."""
    with np.errstate(over="ignore", under="ignore"):
        return np.ldexp(numbers, powers)
