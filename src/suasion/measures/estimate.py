"""An estimate: a number over many episodes, with its interval and what it generalises to."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass

from suasion.core.asks import Json
from suasion.measures.behind import ALL_THERE, Behind


@dataclass(frozen=True)
class Estimate:
    """One row of `suasion measure RUN --estimates`."""

    measure: str
    by: Mapping[str, Json]
    """The factors that define the group, and nothing else."""
    statistic: str
    value: float | None
    low: float | None
    high: float | None
    n: int
    """Values that went in; of blocks and chains, how many of these."""
    unit_of_resampling: str
    """What is taken as independent: `episode`, `ordered pair`, `block`, `chain`, …"""
    method: str
    """`t`, `studentised_bootstrap`, `percentile_bootstrap`, or `none: …` with words."""
    status: str
    """Of the study; statuses are never pooled."""
    reason: str | None = None
    level: float = 0.95
    bound_low: float | None = None
    bound_high: float | None = None
    """The statistic with every missing value at its worst; `None` where nothing bounds it."""
    bound_reason: str | None = None
    """Why there is no bound, where something is missing."""
    behind: Behind = ALL_THERE
    """The episodes it is made of, and those it lacks."""

    @property
    def blocked(self) -> int:
        """Episodes that are missing from it."""
        return self.behind.blocked

    def row(self) -> dict[str, Json]:
        """The estimate as one JSON object."""
        row = asdict(self)
        del row["behind"]
        return {**row, **self.behind.row()}


UNBOUNDED = "unbounded"


def unbounded(lost: int, low: float | None, high: float | None, what: str) -> str | None:
    """Why a bound is missing, where episodes are."""
    if not lost or None not in (low, high):
        return None
    sides = (
        "neither a lowest nor a highest"
        if low is high
        else "no lowest"
        if low is None
        else "no highest"
    )
    return f"{UNBOUNDED}: {what} has {sides} possible value"
