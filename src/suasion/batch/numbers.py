"""Chance with a leading episode axis, the same bit for bit as that of each episode alone."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from functools import lru_cache
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from suasion.core.chance import GOLDEN, Audience, Chance, stream

Floats = NDArray[np.float64]
Words = NDArray[np.uint64]


class Numbers(Protocol):
    """What rules and policies on arrays draw from. `name` is the purpose, as in any chance."""

    @property
    def episodes(self) -> int:
        """How many rows there are."""

    def block(self, name: str, n: int) -> Floats:
        """Numbers in [0, 1), of shape (episodes, n); one draw of each episode."""


class One:
    """The chance of one episode as a batch of one; what it draws is logged as `Chance.block` is."""

    episodes = 1

    def __init__(self, chance: Chance, known_to: Audience) -> None:
        self._chance, self._known_to = chance, known_to

    def block(self, name: str, n: int) -> Floats:
        return units(np.array([self._chance.uniform(name, self._known_to)]), n)


class Many:
    """The seeded chance of many episodes: row k is what episode k draws alone; nothing is logged.

    `prefix` is who draws: nothing for the rules, `0/` for seat 0, as in an ordinary chance.
    """

    def __init__(self, seeds: Sequence[int], prefix: str = "") -> None:
        self.episodes = len(seeds)
        self._seeds, self._prefix = seeds, prefix
        self._streams: dict[str, list[Iterator[float]]] = {}

    def block(self, name: str, n: int) -> Floats:
        streams = self._streams.get(name)
        if streams is None:
            full = self._prefix + name
            streams = self._streams[name] = [stream(seed, full) for seed in self._seeds]
        return units(np.fromiter(map(next, streams), float, self.episodes), n)


def units(drawn: Floats, n: int) -> Floats:
    """For each drawn number the `n` that follow from it; of `suasion.core.chance.units`, rows."""
    starts = (drawn * 2.0**53).astype(np.uint64)
    mixed = _mix(starts[:, None] + _places(n))
    mixed >>= np.uint64(11)
    return mixed.astype(np.float64) * 2.0**-53


@lru_cache(16)
def _places(n: int) -> Words:
    """What is added to a start for each of the numbers that follow from it."""
    return np.arange(1, n + 1, dtype=np.uint64) * np.uint64(GOLDEN)


def _mix(z: Words) -> Words:
    """`suasion.core.chance.mix` of every element; `z` itself is changed."""
    z ^= z >> np.uint64(30)
    z *= np.uint64(0xBF58476D1CE4E5B9)
    z ^= z >> np.uint64(27)
    z *= np.uint64(0x94D049BB133111EB)
    z ^= z >> np.uint64(31)
    return z


def in_order(terms: Floats) -> Floats:
    """The sum over the last axis, one term after the other: the same bits on every machine."""
    total: Floats = terms[..., 0].copy()
    for at in range(1, terms.shape[-1]):
        total += terms[..., at]
    return total


TERMS = 12
"""Uniform numbers in a nearly normal one: their variances, a twelfth each, add up to one."""


def nearly_normal(chance: Numbers, name: str, n: int) -> Floats:
    """Numbers of mean 0 and variance 1, of shape (episodes, n); one draw of each episode.

    Each is twelve uniform numbers less six: within ±6, and flatter than a normal one by an excess
    kurtosis of -0.1. Without a logarithm or cosine, the bits are the same on every machine.
    """
    drawn = chance.block(name, TERMS * n).reshape(chance.episodes, TERMS, n)
    return in_order(drawn.swapaxes(1, 2)) - TERMS / 2
