"""Closed forms of scripted spread: what one morning's meetings do, and the mean-field curve.

With many seats the curve is where every game goes; with thirty, chance moves single games far
from it.
"""

from __future__ import annotations

from collections.abc import Sequence
from math import comb


def meets_one(believers: int, others: int, contacts: int) -> float:
    """How likely one that meets so many different `others` meets at least one of the believers.

    All groups of others are as likely; `believers` are among them.
    """
    return 1 - comb(others - believers, contacts) / comb(others, contacts)


def new_on_day_one(size: int, seeds: int, contacts: int) -> float:
    """The mean number that first believe on day 1 where any contact convinces, in `sync`."""
    return (size - seeds) * meets_one(seeds, size - 1, contacts)


def mean_field(
    seeds: float, contacts: int, days: int, catch: float = 1, recover: float = 0
) -> Sequence[tuple[float, float, float]]:
    """Shares (susceptible, infected, recovered) at the end of each day, in a large population.

    Each believer met convinces with chance `catch`, on its own; a believer stops with chance
    `recover`, and one who stopped can be convinced again.
    """
    s, i, r = 1 - seeds, seeds, 0.0
    curve = []
    for _ in range(days):
        escapes = (1 - catch * i) ** contacts
        s, i, r = (
            s * escapes,
            i * (1 - recover) + (s + r) * (1 - escapes),
            r * escapes + i * recover,
        )
        curve.append((s, i, r))
    return curve


def mean_field_any(seeds: float, contacts: int, days: int) -> Sequence[float]:
    """The share that believes at the end of each day where a seat believes if any contact does."""
    share, curve = seeds, []
    for _ in range(days):
        share = 1 - (1 - share) ** contacts
        curve.append(share)
    return curve
