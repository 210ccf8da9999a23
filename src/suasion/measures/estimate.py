"""An estimate: a number over many episodes, with its interval and what it generalises to."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass

from suasion.core.asks import Json


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
    blocked: int = 0
    """Episodes that are missing from it."""
    bound_low: float | None = None
    bound_high: float | None = None
    """The statistic with every missing value at its worst; `None` where nothing bounds it."""

    def row(self) -> dict[str, Json]:
        """The estimate as one JSON object."""
        return asdict(self)
