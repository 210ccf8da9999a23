"""What of a run is independent of the rest: an episode, a block of episodes, or a chain of them.

Episodes of one block are compared with one another, those of one chain inherit from one another:
what is resampled is then whole blocks or chains.
"""

from __future__ import annotations

from collections.abc import Hashable, Iterable, Sequence
from math import fsum
from typing import NamedTuple

from suasion.measures.filed import Filed


class Unit(NamedTuple):
    """A chain, a block, or an episode that is in neither."""

    kind: str
    id: str


def belongs(filed: Filed) -> Unit:
    """The unit that an episode belongs to."""
    if filed.chain is not None:
        return Unit("chain", filed.chain)
    return Unit("episode", filed.id) if filed.block is None else Unit("block", filed.block)


def within(filed: Filed) -> str:
    """Which episode of its unit it is, as other units call theirs: the end of its id."""
    kind, name = belongs(filed)
    return "" if kind == "episode" else filed.id.removeprefix(f"{name}--")


def unit_of(filed: Iterable[Filed]) -> str:
    """What is independent among these episodes: chains, else blocks, else each of them."""
    kinds = {belongs(each).kind for each in filed}
    return next((kind for kind in ("chain", "block") if kind in kinds), "episode")


def independent(filed: Iterable[Filed]) -> list[int]:
    """For each episode the number of its chain, or block, or its own, as they first come."""
    seen: dict[Unit, int] = {}
    return [seen.setdefault(belongs(each), len(seen)) for each in filed]


def unit_means(values: Sequence[float], units: Sequence[Hashable]) -> list[float]:
    """The mean of the values of each unit, in the order in which units first come."""
    of: dict[Hashable, list[float]] = {}
    for value, unit in zip(values, units, strict=True):
        of.setdefault(unit, []).append(value)
    return [fsum(each) / len(each) for each in of.values()]
