"""Means of what has no table of its own: stances, turn by turn, words, and other probes."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

import numpy as np

from suasion.environments.persuasion.columns import Column, Rows, column
from suasion.environments.persuasion.measures import MEASURES
from suasion.environments.persuasion.probes import ALSO
from suasion.environments.persuasion.summaries import means
from suasion.environments.persuasion.talks import Summed, Talks
from suasion.measures.estimate import Estimate
from suasion.measures.filed import Filed
from suasion.measures.measure import Measure, Undefined, Value
from suasion.measures.pooling import whole

TURN = "stance_turn"
GONE = Undefined("missing")
STANCES = ("stance_before", "stance_after")
SPOKEN = ("words", "clipped_turns")
ENDS = {measure.id: (measure.low, measure.high) for measure in MEASURES}


def estimates(talks: Talks) -> Iterator[Estimate]:
    """The mean of each; of stances also by side, which a trajectory is read by."""
    for measure, exact in zip(STANCES, (talks.befores, talks.afters), strict=True):
        there = [e if whole(f) else GONE for f, e in zip(talks.filed, exact, strict=True)]
        for factors in ((), ("side",)):
            yield from means(_summed(measure, talks.rows, column(there)), factors)
    names = SPOKEN if any(map(_spoken, talks.filed)) else ()
    for measure in (*names, *_others(talks)):
        yield from means(_summed(measure, talks.rows, _plain(_numbers(talks, measure))), ())
    if any(filed.episode.header.settings.get("probe_each_turn") for filed in talks.filed):
        yield from _trajectory(talks)


def _spoken(filed: Filed) -> bool:
    return any(event.kind == "say" for event in filed.episode.events)


def _others(talks: Talks) -> list[str]:
    """Measures of the probes that some of these conversations ask beside their stance."""
    asked = {name for filed in talks.filed for name in _also(filed)}
    stems = [name for name in ALSO if name in asked]
    every: Sequence[Measure] = MEASURES
    return [m.id for m in every if any(m.id == s or m.id.startswith(f"{s}_") for s in stems)]


def _also(filed: Filed) -> Sequence[str]:
    also = filed.episode.header.settings.get("also", ())
    return also if isinstance(also, list | tuple) else ()


def _numbers(talks: Talks, measure: str) -> Sequence[float]:
    """The value of each conversation that is whole; NaN where there is none."""
    of = {value.episode: _number(value) for value in talks.results.values(measure)}
    return [of.get(filed.id, np.nan) if whole(filed) else np.nan for filed in talks.filed]


def _number(value: Value) -> float:
    return float(value.value) if isinstance(value.value, int | float) else np.nan


def _trajectory(talks: Talks) -> Iterator[Estimate]:
    """Each turn's mean, over the conversations that have it."""
    by_turn: dict[int, dict[str, float]] = {}
    mine = {filed.id for filed in talks.filed}
    for value in talks.results.values(TURN):
        if value.episode in mine and value.series is not None and value.series[1] is not None:
            by_turn.setdefault(value.series[1], {})[value.episode] = _number(value)
    for turn, of in sorted(by_turn.items()):
        rows = _at(talks.rows, {**talks.by, "turn": turn}, of)
        numbers = [of[each[0].id] for each in rows.filed]
        for factors in ((), ("side",)):
            yield from means(_summed(TURN, rows, _plain(numbers)), factors)


def _at(rows: Rows, by: Mapping[str, str | int], of: Mapping[str, float]) -> Rows:
    """Of a table the rows of some conversations."""
    kept = [at for at, each in enumerate(rows.filed) if each[0].id in of]
    labels = {factor: [names[at] for at in kept] for factor, names in rows.labels.items()}
    return Rows(rows.status, by, labels, [rows.filed[at] for at in kept])


def _plain(numbers: Sequence[float]) -> Column:
    return Column(np.array(numbers, dtype=np.float64))


def _summed(measure: str, rows: Rows, numbers: Column) -> Summed:
    low, high = ENDS[measure]
    ends = (-np.inf if low is None else low, np.inf if high is None else high)
    return Summed(measure, rows, numbers, lambda _: ends)
