"""From columns to rows of estimates: a mean with its intervals, other statistics with none."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from math import fsum, isfinite, sqrt

import numpy as np

from suasion.environments.persuasion.columns import Column, Floats, Group, Places, Rows
from suasion.environments.persuasion.columns import mean as mean_of
from suasion.environments.persuasion.talks import Summed
from suasion.measures.estimate import Estimate
from suasion.measures.units import independent
from suasion.stats import two_way
from suasion.stats.cluster import cluster_mean
from suasion.stats.interval import USUAL, Interval, Recipe
from suasion.stats.student import reach

Statistic = Callable[[Floats, int], float | None]
"""Of sorted numbers in parts of a unit."""
NO_VALUES = "no_values"


def kinds_of(factors: Sequence[str]) -> tuple[str, ...]:
    """What is resampled for a grouping: topics, and who or what else could have been another."""
    if {"persuader", "target"} <= {*factors}:
        return ("topic",)
    if "persuader" in factors:
        return "topic", "target"
    if "target" in factors:
        return "topic", "persuader"
    return ("persuader", "target") if "topic" in factors else ("topic", "target")


def unit_of(factors: Sequence[str]) -> str:
    """The same in words."""
    kinds = kinds_of(factors)
    named = len(kinds) > 1 and ("persuader" in factors or "target" in factors)
    return "topic x counterpart" if named else " x ".join(kinds)


def printed(number: float | None) -> float | None:
    """A number as it is printed: nought is `0`."""
    return 0 if number == 0 else number


def row(
    rows: Rows,
    measure: str,
    group: Group,
    statistic: str,
    value: float | None,
    n: int,
    *,
    made: Interval | None = None,
    method: str = "",
    unit: str = "",
    bounds: tuple[float, float] | None = None,
    reason: str | None = None,
    unbounded: str | None = None,
) -> Estimate:
    """One row: with the interval `made`, or with none, for which `method` gives the reason."""
    low, high = bounds or (None, None)
    there = rows.behind(group.rows)
    return Estimate(
        measure=measure,
        by=group.by,
        statistic=statistic,
        value=printed(value),
        low=printed(made.low) if made else None,
        high=printed(made.high) if made else None,
        n=n,
        unit_of_resampling=unit,
        method=made.method if made else f"none: {method}",
        status=rows.status,
        reason=(reason or NO_VALUES) if value is None else None,
        level=made.level if made else USUAL.level,
        bound_low=low,
        bound_high=high,
        bound_reason=unbounded if there.blocked and bounds is None else None,
        behind=there,
    )


# --- means ---------------------------------------------------------------------------------------


def means(of: Summed, factors: Sequence[str], sign: int = 1, name: str = "") -> Iterator[Estimate]:
    """The mean of each group of a grouping: a row for each method; `sign` -1 turns it round."""
    groups, unit = of.rows.groups(*factors), unit_of(factors)
    if not groups:
        return
    numbers = [of.column.at(group.rows) for group in groups]
    crossed = of.rows.crossed(of.column, factors, kinds_of(factors), np.ones(len(of.rows)))
    shared = None if of.error is None else np.array([of.error(group.rows) for group in groups])
    several = two_way.means(crossed, [*map(len, numbers)], shared=shared)
    for group, own, made in zip(groups, numbers, several, strict=True):
        ends = _mean_bounds(of, group, own)
        exact = mean_of(own, of.column.unit) if len(own) else None
        found = [(unit, each) for each in made]
        for resampled, each in (*found, *_held(of, group, factors, made[0])):
            yield row(
                of.rows,
                name or of.measure,
                group,
                "mean",
                None if exact is None else sign * exact + 0.0,
                len(own),
                made=_turned(each, sign),
                unit=resampled,
                bounds=_turned_ends(ends, sign),
                unbounded=f"unbounded: {name or of.measure} has no highest possible value",
            )


def _turned(made: Interval, sign: int) -> Interval:
    if sign > 0 or made.low is None or made.high is None:
        return made
    return Interval(
        *(made.value, -made.high + 0.0, -made.low + 0.0, made.level, made.n, made.units),
        made.method,
    )


def _turned_ends(ends: tuple[float, float] | None, sign: int) -> tuple[float, float] | None:
    return ends if ends is None or sign > 0 else (-ends[1] + 0.0, -ends[0] + 0.0)


def _mean_bounds(of: Summed, group: Group, own: Floats) -> tuple[float, float] | None:
    """The mean with every missing number at its least, and at its greatest."""
    ends = gaps(of, group)
    if not ends:
        return None
    total, n = fsum(own.tolist()) / of.column.unit, len(own) + len(ends)
    low, high = (sum(each, total) / n + 0.0 for each in zip(*ends, strict=True))
    return (low, high) if isfinite(low) and isfinite(high) else None


def gaps(of: Summed, group: Group) -> list[tuple[float, float]]:
    """Between what each missing number of a group lies."""
    lost = group.rows[of.rows.missing[group.rows]]
    return [of.ends(at) for at in lost.tolist()]


def _held(
    of: Summed, group: Group, factors: Sequence[str], made: Interval
) -> Iterator[tuple[str, Interval]]:
    """Where one topic, or one counterpart, is all there is: an interval for that one alone."""
    if not made.method.startswith("none: one "):
        return
    rows = group.rows[of.column.there[group.rows]]
    unit, clusters = _left(of.rows, rows, kinds_of(factors))
    recipe = Recipe(methods=("t",))
    [found] = cluster_mean(of.column.plain[rows], clusters, recipe)
    if found.low is None or found.high is None:
        return
    if unit in ("episode", "block", "chain") and of.error is not None:
        found = _widened(found, of.error(rows), len(set(clusters)), recipe)
    yield unit, found


def _left(rows: Rows, at: Places, kinds: Sequence[str]) -> tuple[str, list[int]]:
    """What still differs: one kind of cluster, else blocks or single conversations."""
    for kind in kinds:
        codes = rows.codes(kind)[1][at]
        if len(np.unique(codes)) > 1:
            return kind, codes.tolist()
    behind = [rows.filed[row] for row in at.tolist()]
    first = [each[0] for each in behind]
    units = independent(first)
    blocks = any(len(each) > 1 or each[0].block is not None for each in behind)
    return "block" if blocks else "episode", units


def _widened(made: Interval, error: float, units: int, recipe: Recipe) -> Interval:
    """A t interval with the error of a baseline that all values share beside their own."""
    value, low, high = made.value, made.low, made.high
    if value is None or low is None or high is None:
        return made
    margin = sqrt(((high - low) / 2) ** 2 + float(reach(units - 1, recipe)) ** 2 * error)
    return Interval(
        *(value, value - margin, value + margin, made.level, made.n, made.units, made.method)
    )


# --- other statistics ----------------------------------------------------------------------------


def statistic(
    of: Summed, factors: Sequence[str], name: str, function: Statistic
) -> Iterator[Estimate]:
    """A statistic of each group that has no interval."""
    for group in of.rows.groups(*factors):
        own = of.column.at(group.rows)
        value = function(own, of.column.unit) if len(own) else None
        yield row(
            of.rows,
            of.measure,
            group,
            name,
            value,
            len(own),
            method=f"a {NAMES.get(name, name)}",
            unit=unit_of(factors),
            bounds=_bounds(of, group, own, function),
            reason=None if len(own) != 1 else "one_value",
            unbounded=f"unbounded: how far {of.measure} can spread is not bounded by its ends",
        )


NAMES = {"min": "smallest value", "max": "largest value", "sd": "standard deviation"}


def _bounds(
    of: Summed, group: Group, own: Floats, function: Statistic
) -> tuple[float, float] | None:
    """A statistic that only rises with its numbers, with every missing one at its worst."""
    ends = gaps(of, group) if function.__name__ != "sd" else []
    if not ends:
        return None
    known = (own / of.column.unit).tolist()
    low, high = (function(np.sort([*known, *each]), 1) for each in zip(*ends, strict=True))
    return None if low is None or high is None else (low, high)


def counted(
    rows: Rows,
    measure: str,
    factors: Sequence[str],
    defined: Floats,
    hits: Floats,
    may: Callable[[int], tuple[bool, bool]] | None = None,
) -> Iterator[Estimate]:
    """How many rows of each group are something, and their share of those that could be told.

    `may` says of a missing row whether it must be that, and whether it could.
    """
    unit = unit_of(factors)
    for group in rows.groups(*factors):
        n, count = int(defined[group.rows].sum()), int(hits[group.rows].sum())
        lost = group.rows[rows.missing[group.rows]].tolist()
        ends = [may(at) for at in lost] if may is not None else []
        low, high = (count + sum(each) for each in zip(*ends, strict=True)) if ends else (0, 0)
        bounds = (low, high) if ends else None
        shares = (low / (n + len(ends)), high / (n + len(ends))) if ends else None
        yield row(
            rows, measure, group, "count", count, n, unit=unit, method="a count", bounds=bounds
        )
        share = count / n if n else None
        yield row(
            rows, measure, group, "share", share, n, unit=unit, method="a share", bounds=shares
        )


def plain_column(numbers: Sequence[float | int | None]) -> Column:
    """Printed numbers as a column."""
    return Column(np.array([np.nan if x is None else x for x in numbers], dtype=np.float64))
