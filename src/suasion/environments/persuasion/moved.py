"""How targets moved, by who argued, who listened and what it was about."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

import numpy as np

from suasion.environments.persuasion.adjusted import adjusted
from suasion.environments.persuasion.columns import (
    Column,
    Floats,
    least,
    median,
    most,
)
from suasion.environments.persuasion.conversation import asked, lacking, readable
from suasion.environments.persuasion.measures import FAR
from suasion.environments.persuasion.rules import AFTER, BEFORE
from suasion.environments.persuasion.summaries import Statistic, counted, means, statistic
from suasion.environments.persuasion.talks import Summed, Talks
from suasion.measures.estimate import Estimate
from suasion.measures.filed import Filed
from suasion.measures.measure import Undefined

GROUPINGS: Sequence[Sequence[str]] = (
    (),
    ("persuader",),
    ("target",),
    ("topic",),
    ("persuader", "side"),
    ("target", "side"),
    ("topic", "side"),
    ("persuader", "target"),
    ("start_alignment",),
    ("start_alignment", "end_alignment"),
    ("baseline_alignment",),
)
STATISTICS: Mapping[str, Statistic] = {"median": median, "min": least, "max": most}
WIDE = 2
"""A range of probes from which a conversation is of high variance."""


def estimates(talks: Talks) -> Iterator[Estimate]:
    """Everything that is made of single conversations."""
    for factors in GROUPINGS:
        if talks.self_play and len({*factors} & {"persuader", "target"}) == 1:
            continue
        yield from means(talks.shifts, factors)
        for name, function in STATISTICS.items():
            yield from statistic(talks.shifts, factors, name, function)
    if talks.conditions:
        yield from means(talks.shifts, ("condition",))
    if not talks.self_play:
        yield from adjusted(talks)
    yield from _shapes(talks)
    yield from _variances(talks)
    yield from means(talks.sizes, ("target",))
    yield from _blocked(talks)


def _shapes(talks: Talks) -> Iterator[Estimate]:
    """How many moved towards what was argued, away from it, and not at all."""
    shifts = talks.shifts
    numbers, there = shifts.column.numbers, shifts.column.there.astype(np.float64)
    for role in ("persuader", "target"):
        for measure, hits in (
            ("shift_positive", numbers > 0),
            ("shift_negative", numbers < 0),
            ("shift_zero", numbers == 0),
        ):

            def may(row: int, of: str = measure) -> tuple[bool, bool]:
                return _could(of, *shifts.ends(row))

            yield from counted(talks.rows, measure, (role,), there, hits.astype(np.float64), may)


def _could(measure: str, low: float, high: float) -> tuple[bool, bool]:
    """Whether a missing shift must be of a sign, and whether it could."""
    if measure == "shift_positive":
        return low > 0, high > 0
    if measure == "shift_negative":
        return high < 0, low < 0
    return low == high == 0, low <= 0 <= high


def _variances(talks: Talks) -> Iterator[Estimate]:
    """How often targets gave answers that are far apart, and how far apart they are."""
    ranges = {
        when: np.array([_range(filed, when) for filed in talks.filed], np.float64)
        for when in (BEFORE, AFTER)
    }
    before, after = ranges[BEFORE], ranges[AFTER]
    either = np.where(np.isnan(before + after), np.nan, np.fmax(before, after))
    for measure, widths in (
        ("high_variance", either),
        ("high_variance_before", before),
        ("high_variance_after", after),
    ):
        there: Floats = (~np.isnan(widths)).astype(np.float64)
        wide: Floats = (widths >= WIDE).astype(np.float64)
        yield from counted(talks.rows, measure, ("target",), there, wide, lambda _: (False, True))
    for when, widths in (("before", before), ("after", after)):
        of = Summed(f"probe_range_{when}", talks.rows, Column(widths), lambda _: (0.0, float(FAR)))
        yield from statistic(of, ("target",), "median", median)


def _range(filed: Filed, when: str) -> float:
    """The largest less the smallest answer of a conversation that is whole; NaN without two."""
    answers = readable(asked(filed, when)) if lacking(filed) is None else Undefined("missing")
    if isinstance(answers, Undefined) or len(answers) < 2:
        return np.nan
    return float(max(answers) - min(answers))


def _blocked(talks: Talks) -> Iterator[Estimate]:
    """How many conversations are missing, of all."""
    every = np.ones(len(talks.rows))
    for factors in ((), ("persuader",), ("target",)):
        yield from counted(
            talks.rows, "blocked", factors, every, talks.rows.missing.astype(np.float64)
        )
