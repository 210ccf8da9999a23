"""Whether a mean may be spoken of as other than nought: its own interval, read backwards."""

from __future__ import annotations

from suasion.measures.estimate import Estimate


def p_of(row: Estimate, clusters: int) -> float | None:
    """Of no mean, two-sided: the t that an interval of so many clusters was made with.

    `clusters` is the smallest number of clusters of any kind; none without an interval.
    """
    from suasion.stats.interval import Recipe
    from suasion.stats.student import reach, two_sided

    if row.value is None or row.low is None or row.high is None or clusters < 2:
        return None
    error = (row.high - row.low) / 2 / float(reach(clusters - 1.0, Recipe(level=row.level)))
    return two_sided(row.value / error, clusters - 1.0) if error > 0 else None
