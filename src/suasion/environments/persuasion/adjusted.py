"""Strength and susceptibility with what others did in the same place taken off."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from suasion.environments.persuasion.columns import Column, Floats, Group, Places
from suasion.environments.persuasion.summaries import row, unit_of
from suasion.environments.persuasion.talks import Talks
from suasion.measures.estimate import Estimate
from suasion.stats import two_way
from suasion.stats.interval import Interval

MEASURE = "adjusted_shift"
PLACE = {
    "persuader": ("topic", "side", "target"),
    "target": ("topic", "side", "persuader"),
}
COUNTERPART = {"persuader": "target", "target": "persuader"}
CELL = ("topic", "side", "target", "persuader")
UNBOUNDED = "unbounded: a missing shift would change what every other is held against"


def adjusted(talks: Talks) -> Iterator[Estimate]:
    """The mean over counterparts of each model's shifts less those of others in the same place."""
    for role in PLACE:
        yield from _of_role(talks, role)


def _of_role(talks: Talks, role: str) -> Iterator[Estimate]:
    rows, groups = talks.rows, talks.rows.groups(role)
    if not groups:
        return
    left = Column(_left(talks, role), talks.shifts.column.unit)
    weights = _weights(talks, left)
    crossed = rows.crossed(left, (role,), ("topic", COUNTERPART[role]), weights)
    counts = [int(left.there[group.rows].sum()) for group in groups]
    several = two_way.means(crossed, counts)
    for group, made, n in zip(groups, several, counts, strict=True):
        for each in made:
            yield _row(talks, role, group, n, each)


def _row(talks: Talks, role: str, group: Group, n: int, made: Interval) -> Estimate:
    return row(
        talks.rows,
        MEASURE,
        group,
        "mean",
        made.value,
        n,
        made=made,
        unit=unit_of((role,)),
        reason="no_other_in_its_place",
        unbounded=UNBOUNDED,
    )


def _left(talks: Talks, role: str) -> Floats:
    """Of each conversation its cell's mean less that of the other cells in its place.

    A cell is all replicates of one conversation; NaN where a cell has no others.
    """
    shifts, there = talks.shifts.column, talks.shifts.column.there
    found = np.full(len(talks.rows), np.nan)
    known = there & (talks.rows.places(*CELL) >= 0)
    cells, first, numbers = _cells(talks.rows.places(*CELL), known, shifts.numbers)
    places = talks.rows.places(*PLACE[role])[first]
    size = int(places.max(initial=-1)) + 1
    totals = np.bincount(places, numbers, size)[places]
    others = np.bincount(places, minlength=size)[places] - 1
    with np.errstate(invalid="ignore", divide="ignore"):
        left = np.where(others > 0, numbers - (totals - numbers) / others, np.nan)
    found[known] = left[cells]
    return found


def _cells(
    places: Places, known: np.ndarray[tuple[int], np.dtype[np.bool_]], numbers: Floats
) -> tuple[Places, Places, Floats]:
    """The cell of each known row, one row of each cell, and each cell's mean."""
    at = np.flatnonzero(known)
    _, first, cells = np.unique(places[at], return_index=True, return_inverse=True)
    means = np.bincount(cells, numbers[at]) / np.bincount(cells)
    return cells, at[first], means


def _weights(talks: Talks, left: Column) -> Floats:
    """So that cells count alike for a counterpart, and counterparts for a model."""
    weights = np.zeros(len(talks.rows))
    at = np.flatnonzero(left.there)
    cells = talks.rows.places(*CELL)[at]
    replicates = np.bincount(cells, minlength=1)[cells]
    pairs = talks.rows.places("persuader", "target")[at]
    weights[at] = 1.0 / replicates
    per_pair = np.bincount(pairs, weights[at], minlength=1)[pairs]
    weights[at] /= per_pair
    return weights
