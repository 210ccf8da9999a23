"""Resampling: how often each unit is drawn, totals of the resamples, and what lies in the tails.

The totals of all resamples are one matrix product, which takes most of a bootstrap's time. A
product of matrices rounds differently on different processors, so the data are first cut into
parts short enough that no product or sum in it is rounded at all (the error-free splitting of
Ozaki, Ogita, Oishi and Rump 2012). The same values give the same bits wherever they are computed,
and whatever columns they are computed beside.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import numpy as np

from suasion.stats.interval import Recipe
from suasion.stats.sample import Floats

CHUNK = 2**21
"""Counts held at once: 16 MB."""
DOUBLE = 53
"""Bits of a double's significand."""
NO_VARIANCE = 1e-9
"""A resample with less than this share of the sample's own variance is taken as having none."""


def generator(seed: int) -> np.random.Generator:
    """The stream of random numbers that begins at `seed`."""
    return np.random.Generator(np.random.PCG64(seed))


def resamples(n: int, draws: int, stream: np.random.Generator) -> Iterator[Floats]:
    """How often each of `n` units is drawn in each resample of `n`: arrays (some draws, n)."""
    step = max(1, CHUNK // n)
    for start in range(0, draws, step):
        size = min(step, draws - start)
        taken = stream.integers(0, n, size=(size, n))
        taken += np.arange(size)[:, None] * n
        yield np.bincount(taken.ravel(), minlength=size * n).reshape(size, n).astype(np.float64)


def totals(rows: Floats, counts: Floats) -> Floats:
    """Sum over units of count times value, (rows, draws), from (rows, n) and (draws, n).

    Each row of `counts` sums to n. The result is right to a few units in the last place of the
    largest total, and the same on every machine.
    """
    bits = DOUBLE - (rows.shape[1] - 1).bit_length()
    powers = np.frexp(np.abs(rows).max(axis=1, keepdims=True))[1] - bits
    scaled = np.ldexp(rows, -powers)
    whole = np.rint(scaled)
    rest = np.rint(np.ldexp(scaled - whole, bits))
    total: Floats = whole @ counts.T
    if rest.any():
        total += np.ldexp(rest @ counts.T, -bits)
    made: Floats = np.ldexp(total, powers)
    return made


def drawn(moments: Sequence[Floats], draws: int, stream: np.random.Generator) -> list[Floats]:
    """Of each moment (rows, n) the totals in each resample (rows, draws); all share the draws."""
    n = moments[0].shape[1]
    made = [np.empty((len(moment), draws)) for moment in moments]
    at = 0
    for counts in resamples(n, draws, stream):
        part = slice(at, at + len(counts))
        for total, moment in zip(made, moments, strict=True):
            total[:, part] = totals(moment, counts)
        at += len(counts)
    return made


def tails(statistics: Floats, recipe: Recipe) -> tuple[Floats, Floats]:
    """The bounds of each row (rows, draws): its `tail`-th smallest and `tail`-th largest.

    Of 2,000 draws at 95% these are the 50th and the 1,951st in order, the places (B + 1)p of
    Davison and Hinkley 1997, 5.2, rounded outward. A draw whose statistic is undefined (NaN)
    counts beyond both bounds: it can widen an interval, never narrow it.
    """
    missing = np.isnan(statistics)
    first, last = recipe.tail - 1, statistics.shape[1] - recipe.tail
    low = np.partition(np.where(missing, -np.inf, statistics), first, axis=1)[:, first]
    high = np.partition(np.where(missing, np.inf, statistics), last, axis=1)[:, last]
    return low, high


def pivots(offsets: Floats, variances: Floats, variance: Floats) -> Floats:
    """Statistic of the resample less that of the sample, in standard errors of the resample.

    `offsets` and `variances` (squared standard errors) are (rows, draws), `variance` the sample's
    own (rows). A resample that holds one value only has no spread: its pivot is infinite, with the
    sign of its offset, which is the limit of a vanishing spread; it is never dropped, since
    dropping it would cut the tails that the interval is made of. Without offset and spread it is
    undefined.
    """
    flat = variances <= NO_VARIANCE * variance[:, None]
    still = np.abs(offsets) <= NO_VARIANCE * np.sqrt(variance)[:, None]
    with np.errstate(divide="ignore", invalid="ignore"):
        ratio = offsets / np.sqrt(np.where(flat, 0.0, variances))
    return np.where(flat & still, np.nan, ratio)
