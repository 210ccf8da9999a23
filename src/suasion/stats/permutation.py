"""Tests that rearrange what was seen, and ask how often as much would be seen by chance."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from itertools import combinations
from math import comb

import numpy as np
from numpy.typing import ArrayLike

from suasion.stats.bootstrap import generator
from suasion.stats.p_value import FEWEST, PValue, from_null
from suasion.stats.sample import Floats, exponents, finite, row_means

ALL = 2**14
"""Rearrangements up to which every one is counted; beyond, `DRAWS` are drawn."""
DRAWS = 9_999
CHUNK = 2**20
"""Numbers rearranged at once."""
TIE = 1e-9
"""Statistics closer than this share differ by rounding: a tie, which counts as so extreme."""
NO_VARIANCE = 1e-12
"""Variance within the sides below this share of all is rounding."""
SIGNS = np.array([1.0, -1.0])


def two_sample(left: ArrayLike, right: ArrayLike, seed: int = 0) -> PValue:
    """Whether two independent samples have one mean; values are rearranged between them.

    Give one number for each cluster. The statistic is Welch's t, not the bare difference: so the
    test is exact where both come from one distribution, and right for large samples where they
    share the mean but not the spread (Janssen 1997; Chung and Romano 2013). Where there are more
    than `ALL` rearrangements, `DRAWS` are drawn and p = (1 + as extreme) / (1 + drawn), which is
    valid and never nought (Phipson and Smyth 2010).
    Undefined: `fewer_than_six_clusters`; `one_value_on_a_side`.
    """
    one, other = finite(left, "left"), finite(right, "right")
    n, size = len(one) + len(other), len(one)
    if n < FEWEST:
        return PValue(None, n, "permutation", reason="fewer_than_six_clusters")
    if min(size, len(other)) < 2:
        return PValue(None, n, "permutation", reason="one_value_on_a_side")
    pool = np.concatenate([one, other])[None, :]
    pool = np.ldexp(pool, -exponents(pool)[:, None])
    pool = (pool - row_means(pool)[:, None])[0]
    seen = float(_welch(pool[None, :size], pool)[0])
    pool.sort()
    exact = comb(n, size) <= ALL
    splits = _all_splits(pool, size) if exact else _drawn_splits(pool, size, seed)
    return _judged(
        seen * (1 - TIE), (_welch(split, pool) for split in splits), n, "permutation", exact
    )


def sign_flip(values: ArrayLike, null: float = 0.0, seed: int = 0) -> PValue:
    """Whether independent values lie evenly about `null`: the signs of their distances are drawn.

    For paired differences, or for one number a cluster against a known value. The test is exact
    where values are as likely so far above `null` as below it, as differences of exchangeable
    pairs are (Fisher 1935, 21); for a skewed distribution with mean `null` only as n grows. All
    patterns are counted up to 14 values; then drawn, as in `two_sample`.
    Undefined: `fewer_than_six_clusters`.
    """
    distances = from_null(values, null)
    n = len(distances)
    if n < FEWEST:
        return PValue(None, n, "sign_flip", reason="fewer_than_six_clusters")
    sizes = np.sort(np.abs(distances))
    exact = 2**n <= ALL
    signs = _all_signs(n) if exact else _drawn_signs(n, seed)
    scale = max(float(sizes.sum()), 0.5)
    seen = abs(float(distances.sum())) / scale
    sums = (np.abs((part * sizes).sum(axis=1)) / scale for part in signs)
    return _judged(seen - TIE, sums, n, "sign_flip", exact)


def _judged(least: float, others: Iterable[Floats], n: int, method: str, exact: bool) -> PValue:
    extreme = np.concatenate([part >= least for part in others])
    if exact:
        return PValue(float(extreme.mean()), n, method, exact)
    return PValue(float((1 + extreme.sum()) / (1 + len(extreme))), n, method, exact)


def _welch(left: Floats, pool: Floats) -> Floats:
    """Squared Welch t of each split: rows of `left` against the rest of the centred `pool`."""
    size, rest = left.shape[1], len(pool) - left.shape[1]
    sums, squares = left.sum(axis=1), (left**2).sum(axis=1)
    other, other_squares = pool.sum() - sums, (pool**2).sum() - squares
    within = (squares - sums**2 / size) / (size * (size - 1))
    within += (other_squares - other**2 / rest) / (rest * (rest - 1))
    apart = (sums / size - other / rest) ** 2
    whole = (pool**2).mean()
    within = np.where(within > NO_VARIANCE * whole, within, 0.0)
    apart = np.where(apart > TIE**2 * whole, apart, 0.0)
    with np.errstate(divide="ignore", invalid="ignore"):
        return np.where(apart > 0, apart / within, 0.0)


def _all_splits(pool: Floats, size: int) -> Iterator[Floats]:
    yield pool[np.array(list(combinations(range(len(pool)), size)))]


def _drawn_splits(pool: Floats, size: int, seed: int) -> Iterator[Floats]:
    stream = generator(seed)
    for rows in _steps(len(pool)):
        yield stream.permuted(np.broadcast_to(pool, (rows, len(pool))), axis=1)[:, :size]


def _all_signs(n: int) -> Iterator[Floats]:
    yield SIGNS[(np.arange(2**n)[:, None] >> np.arange(n)) & 1]


def _drawn_signs(n: int, seed: int) -> Iterator[Floats]:
    stream = generator(seed)
    for rows in _steps(n):
        yield SIGNS[stream.integers(0, 2, size=(rows, n))]


def _steps(n: int) -> list[int]:
    """How many rearrangements of n numbers to make at a time."""
    step = max(1, CHUNK // n)
    return [min(step, DRAWS - start) for start in range(0, DRAWS, step)]
