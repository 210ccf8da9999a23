"""How often the levels of crossed factors meet, kept so that what never meets costs nothing.

Levels that lie within different levels of one factor, such as pairs of a model and a topic within
different topics, never meet. Put together by the levels of that factor they are blocks on a
diagonal, and only the rest meets all of them: a matrix in the shape of an arrow, which is solved
block by block, at a small part of what the whole would cost.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from suasion.stats.sample import Floats

Codes = NDArray[np.intp]
"""The level of each value, as 0, 1, 2, …"""


@dataclass(frozen=True)
class Arrow:
    """Levels of all factors in one order: those in blocks first, block by block, then the rest."""

    columns: Codes
    """Of each value the place of its level of each factor: (values, factors)."""
    owners: Codes
    """Of each place the factor it is a level of."""
    blocks: Sequence[slice]
    """Places that meet one another and the rest, but no other block."""
    within: Sequence[Floats]
    """How many values each two places of a block share."""
    across: Floats
    """How many each place in a block shares with each of the rest."""
    rest: Floats
    """How many each two of the rest share."""

    @property
    def places(self) -> int:
        """How many levels there are."""
        return len(self.owners)

    def totals(self, numbers: Floats) -> Floats:
        """Of each level the sum over its values: Z'v."""
        repeated = np.repeat(numbers, self.columns.shape[1])
        found: Floats = np.bincount(self.columns.ravel(), repeated, self.places).astype(np.float64)
        return found

    def spread(self, effects: Floats) -> Floats:
        """Of each value the sum of its levels' effects: Zu."""
        spread: Floats = effects[self.columns].sum(axis=1)
        return spread

    def parts(self, effects: Floats) -> list[Floats]:
        """The same of each factor alone."""
        return list(effects[self.columns].T)


def arrow(codes: Sequence[Codes], values: int) -> Arrow:
    """The levels of some factors, in blocks within that factor which makes this cheapest."""
    if not codes:
        none = np.zeros((0, 0))
        return Arrow(np.zeros((values, 0), np.intp), np.zeros(0, np.intp), (), (), none, none)
    by = min(range(len(codes)), key=lambda each: _cost(codes, each))
    inside = [at for at, code in enumerate(codes) if _nested(code, codes[by])]
    places, owners, starts = _ordered(codes, by, inside)
    columns = np.stack([places[at][code] for at, code in enumerate(codes)], axis=1)
    blocks = [slice(*both) for both in pairwise(starts.tolist())]
    split, size = int(starts[-1]), len(owners)
    inner, outer = (
        columns[:, inside],
        columns[:, [at for at in range(len(codes)) if at not in inside]],
    )
    return Arrow(
        columns,
        owners,
        blocks,
        list(_within(inner, codes[by], starts)),
        _shared(inner, outer - split, split, size - split),
        _shared(outer - split, outer - split, size - split, size - split),
    )


def _nested(code: Codes, by: Codes) -> bool:
    """Whether each level lies within one level of another factor."""
    count = int(code.max()) + 1
    return len(np.unique(by * count + code)) == count


def _cost(codes: Sequence[Codes], by: int) -> float:
    """What a step takes with blocks within one factor, about, in multiplications."""
    sizes = [int(code.max()) + 1 for code in codes]
    inner = sum(n for n, code in zip(sizes, codes, strict=True) if _nested(code, codes[by]))
    rest, blocks = sum(sizes) - inner, sizes[by]
    return inner**3 / blocks**2 + 3.0 * inner * rest**2 + float(rest) ** 3


def _ordered(
    codes: Sequence[Codes], by: int, inside: Sequence[int]
) -> tuple[list[Codes], Codes, Codes]:
    """The place of each level of each factor, the factor of each place, and where blocks begin."""
    keys = []
    for at, code in enumerate(codes):
        levels = np.arange(int(code.max()) + 1)
        block = np.full(len(levels), int(codes[by].max()) + 1)
        if at in inside:
            block[code] = codes[by]
        keys.append(np.stack([block, np.full(len(levels), at), levels]))
    block, owner, _ = joined = np.concatenate(keys, axis=1)
    order = np.lexsort(joined[::-1])
    place = np.empty(len(order), dtype=np.intp)
    place[order] = np.arange(len(order))
    counts = np.bincount(block, minlength=int(codes[by].max()) + 2)[:-1]
    ends = np.cumsum([len(key[0]) for key in keys])[:-1]
    starts = np.concatenate([[0], np.cumsum(counts)])
    return np.split(place, ends), owner[order], starts


def _within(inner: Codes, by: Codes, starts: Codes) -> Iterator[Floats]:
    """Of each block how many values each two of its places share."""
    order = np.argsort(by, kind="stable")
    ends = np.cumsum(np.bincount(by))[:-1]
    for block, rows in enumerate(np.split(inner[order], ends)):
        size = int(starts[block + 1] - starts[block])
        local = rows - starts[block]
        yield _shared(local, local, size, size)


def _shared(one: Codes, other: Codes, ones: int, others: int) -> Floats:
    """How many values each place of one kind shares with each of another."""
    found = np.zeros(ones * others)
    for left in one.T:
        for right in other.T:
            found += np.bincount(left * others + right, minlength=ones * others)
    return found.reshape(ones, others)


class Solved:
    """M = I + S Z'Z S / residual, with S a number for each level: inverted as far as is needed."""

    def __init__(self, levels: Arrow, roots: Floats, residual: float) -> None:
        split = len(levels.across)
        self._blocks, self._split = levels.blocks, split
        inner, outer = roots[:split], roots[split:]
        # NumPy's product of a matrix with its own transpose is symmetric, as these need be.
        bodies = [
            np.eye(len(met)) + inner[block, None] * met * (inner[block] / residual)
            for block, met in zip(levels.blocks, levels.within, strict=True)
        ]
        across = inner[:, None] * levels.across * (outer / residual)
        self._inverses = [np.linalg.inv(body) for body in bodies]
        self._reach = self._in_blocks(across)
        rest = np.eye(len(outer)) + outer[:, None] * levels.rest * (outer / residual)
        rest -= across.T @ self._reach
        self._rest = np.linalg.inv(rest)
        self.log_determinant = float(
            sum(np.linalg.slogdet(body)[1] for body in bodies) + np.linalg.slogdet(rest)[1]
        )

    def _in_blocks(self, numbers: Floats) -> Floats:
        """The inverse of the blocks alone, on columns."""
        found = np.empty_like(numbers)
        for block, inverse in zip(self._blocks, self._inverses, strict=True):
            found[block] = inverse @ numbers[block]
        return found

    def solve(self, numbers: Floats) -> Floats:
        """M^-1 v."""
        inner, outer = numbers[: self._split], numbers[self._split :]
        last = self._rest @ (outer - self._reach.T @ inner)
        return np.concatenate([self._in_blocks(inner) - self._reach @ last, last])

    @cached_property
    def diagonal(self) -> Floats:
        """The diagonal of M^-1."""
        own = [np.diag(inverse) for inverse in self._inverses]
        inner = np.concatenate([*own, np.zeros(0)])
        inner += np.einsum("ij,ij->i", self._reach @ self._rest, self._reach)
        return np.concatenate([inner, np.diag(self._rest)])
