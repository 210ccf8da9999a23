"""Numbers of a run looked up by what they are of: nothing is computed here a second time."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING

from suasion.core.asks import Json
from suasion.environments.persuasion.conversation import lacking
from suasion.measures.estimate import Estimate
from suasion.measures.question import Results

if TYPE_CHECKING:
    from suasion.stats.interval import Interval

USUAL: Mapping[str, Json] = {"arm": "plain", "probe": "rating"}
"""Which rows are meant where a run has conversations of several kinds."""
Of = frozenset[tuple[str, Json]]


def status_of(results: Results) -> str | None:
    """The status that most whole conversations have: others are never pooled with them."""
    counts = Counter(each.status for each in results.filed if lacking(each) is None)
    return counts.most_common(1)[0][0] if counts else None


def leaves_nought_out(made: Estimate | Interval) -> bool:
    """Whether an interval, where there is one, does."""
    return made.low is not None and made.high is not None and not made.low <= 0 <= made.high


@dataclass(frozen=True)
class Lookup:
    """The estimates of a run; of several methods the default one."""

    results: Results

    @cached_property
    def status(self) -> str | None:
        """The status they are of."""
        return status_of(self.results)

    def table(self, measure: str, statistic: str, *factors: str) -> dict[tuple[Json, ...], float]:
        """Values by the levels of some factors, in the order of the run; gaps are left out."""
        rows = self.rows(measure, statistic, *factors)
        return {key: row.value for key, row in rows.items() if row.value is not None}

    def rows(self, measure: str, statistic: str, *factors: str) -> dict[tuple[Json, ...], Estimate]:
        """The rows themselves."""
        wanted = set(factors)
        found: dict[tuple[Json, ...], Estimate] = {}
        for row in self._of(measure):
            if row.statistic == statistic and set(row.by) - USUAL.keys() == wanted:
                found.setdefault(tuple(row.by[name] for name in factors), row)
        return found

    def one(self, measure: str, statistic: str = "mean", **by: Json) -> Estimate | None:
        """One row; None where a run has no such estimate."""
        return self.rows(measure, statistic, *by).get(tuple(by.values()))

    def value(self, measure: str, statistic: str = "mean", **by: Json) -> float | None:
        """Its value."""
        row = self.one(measure, statistic, **by)
        return None if row is None else row.value

    @cached_property
    def _known(self) -> dict[str, Sequence[Estimate]]:
        """What was looked up before."""
        return {}

    def _of(self, measure: str) -> Sequence[Estimate]:
        if measure not in self._known:
            try:
                rows = self.results.estimates(measure)
            except LookupError:
                rows = ()
            usual = [row for row in rows if row.status == self.status and _usual(row.by)]
            self._known[measure] = usual
        return self._known[measure]


def _usual(by: Mapping[str, Json]) -> bool:
    return all(by.get(name, level) == level for name, level in USUAL.items())


def values(results: Results, measure: str) -> dict[str, float]:
    """Numbers of one measure by episode; what is undefined is left out."""
    try:
        found = results.values(measure)
    except LookupError:
        return {}
    return {
        v.episode: float(v.value)
        for v in found
        if isinstance(v.value, int | float) and not isinstance(v.value, bool)
    }
