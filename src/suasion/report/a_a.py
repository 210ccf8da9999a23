"""The A/A check: the first condition once more under another label, which should not differ.

An interval that leaves out nought here is a difference that nothing made: chance, in one of twenty,
or a fault of the design, of the measure or of the interval. These checks are no part of the
study's own contrasts and are not corrected with them: a correction would hide such faults.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import NamedTuple

from suasion.core.asks import Json
from suasion.measures.again import again
from suasion.measures.filed import Filed
from suasion.measures.measure import CATEGORY
from suasion.report.contrasts import Side, compared, in_words
from suasion.report.results import RunResults
from suasion.stats.interval import Interval


class Check(NamedTuple):
    """One measure in the arm and in the condition that it plays again."""

    measure: str
    of: Side
    against: Side
    made: Interval
    pairs: bool
    """Whether episodes of one seed were compared; else two samples, where only scripts sit."""

    @property
    def covers(self) -> bool | None:
        """Whether the interval holds nought; None where there is none."""
        low, high = self.made.low, self.made.high
        return None if low is None or high is None else low <= 0 <= high

    @property
    def words(self) -> str:
        """What it says of the study."""
        if self.covers is not None:
            return COVERS if self.covers else LEAVES_OUT
        if self.made.value is None:
            return f"cannot be told: {self.made.reason}"
        return NO_VARIANCE if self.made.value == 0 else self.made.method

    def row(self) -> dict[str, Json]:
        """The check as one JSON object."""
        made = self.made
        return {
            "measure": self.measure,
            "of": dict(self.of),
            "against": dict(self.against),
            "difference": made.value,
            "low": made.low,
            "high": made.high,
            "level": made.level,
            "n": made.units,
            "method": made.method,
            "within_seeds": self.pairs,
            "covers_nought": self.covers,
            "words": self.words,
        }


COVERS = "covers nought, as it should"
LEAVES_OUT = "leaves nought out, as one check in twenty does by chance"
NO_VARIANCE = "no variance: the two arms are the same in every episode"


def checks(results: RunResults, study: Mapping[str, Json]) -> list[Check]:
    """Every check of a study; none where it has no such arm.

    Of the measures and models that its contrasts name; else of its measures, else of all.
    """
    conditions = study.get("conditions")
    if not study.get("a_a") or not isinstance(conditions, Mapping) or not conditions:
        return []
    first = next(iter(conditions))
    return [
        _checked(results, measure, model, first) for measure, model in _asked(results, study, first)
    ]


def _checked(results: RunResults, measure: str, model: str | None, first: str) -> Check:
    its = {} if model is None else {"model": model}
    of, against = {**its, "arm": again(first)}, {**its, "arm": first}
    found = compared(results, {"measure": measure, "of": of, "against": against})
    return Check(measure, of, against, found.made, found.pairs)


def _asked(
    results: RunResults, study: Mapping[str, Json], first: str
) -> list[tuple[str, str | None]]:
    """What is checked: a measure, of one model where a contrast names one that plays there."""
    played = _models(results.filed, first)
    sides = [
        (each["measure"], each[side].get("model"))
        for each in study.get("contrasts") or ()
        for side in ("of", "against")
    ]
    known = dict.fromkeys(pair for pair in sides if pair[1] is None or pair[1] in played)
    if known:
        return list(known)
    every = [each.id for each in results.kit.measures if each.unit != CATEGORY]
    return [(name, None) for name in study.get("measures") or every]


def _models(filed: Sequence[Filed], arm: str) -> set[str | None]:
    return {seat.agent for each in filed if each.arm == arm for seat in each.seats}


def summed_up(found: Sequence[Check]) -> str:
    """All checks in a sentence or two; empty where there is none."""
    if not found:
        return ""
    arms = f"{found[0].of['arm']} is {found[0].against['arm']} once more"
    told = [each.covers for each in found if each.covers is not None]
    if not told:
        return f"{arms}: no interval tells how far apart they are."
    apart = "" if any(each.pairs for each in found) else f" {APART}"
    return f"{arms}: {sum(told)} of {len(told)} intervals cover nought. {EXPECTED}{apart}"


EXPECTED = "About one in twenty would leave it out by chance."
APART = (
    "Only scripts sit there: with the same seeds they would repeat themselves, so it has others."
)


def table(found: Sequence[Check]) -> dict[str, Json] | None:
    """All checks as a table."""
    names = ("measure", "of", "less", "difference", "low", "high", "n", "check")
    rows = [
        (
            each.measure,
            in_words(each.of),
            in_words(each.against),
            each.made.value,
            each.made.low,
            each.made.high,
            each.made.units,
            each.words,
        )
        for each in found
    ]
    return {"columns": names, "rows": rows, "words": summed_up(found)} if rows else None
