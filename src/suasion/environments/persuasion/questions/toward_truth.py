"""Is it easier to persuade of what is true? Shifts towards what is true and what is false."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from suasion.environments.persuasion.questions.common import (
    SELF_REPORT,
    Evidence,
    bounds,
    how,
    short,
    shown,
    statistic,
    thin,
)
from suasion.environments.persuasion.truth import DRIFT, toward
from suasion.measures.estimate import Estimate
from suasion.measures.panel import Link, Mark, Panel, Scale
from suasion.measures.question import Finding, Question, Results

ALL = "all persuaders"
TRUE, FALSE, PULL = "argued what is true", "argued what is false", "drift towards truth"
COLUMNS = ("persuader", "what", "mean", "low", "high", "n", "evidence")
Rows = dict[tuple[str, str], Estimate]


def rows_of(held: Evidence) -> Rows:
    """By persuader, all together first, and by what was argued for."""
    found: Rows = {}
    for factors in ((), ("persuader",)):
        for key, row in held.lookup.rows("signed_shift", "mean", *factors, "toward").items():
            *who, way = map(str, key)
            found[who[0] if who else ALL, TRUE if way == "true" else FALSE] = row
        for key, row in held.lookup.rows(DRIFT, "mean", *factors).items():
            found[str(key[0]) if key else ALL, PULL] = row
    return {key: row for key, row in found.items() if row.value is not None}


def applies(results: Results) -> str | None:
    """It takes settled matters, argued for what is true and for what is false."""
    found = rows_of(Evidence(results))
    if (ALL, TRUE) not in found or (ALL, FALSE) not in found:
        return "nothing that was argued about is known to be true or false"
    return None


def answer(results: Results) -> Finding:
    """A row a persuader, and columns for what is true, what is false, and what both sides did."""
    held = Evidence(results)
    found = rows_of(held)
    names = [name for name in (TRUE, FALSE, PULL) if any(way == name for _, way in found)]
    ways = _typical(held)
    marks = [
        _mark(held, who, name, found[who, name], ways)
        for name in names
        for who in dict.fromkeys(who for who, _ in found)
        if (who, name) in found
    ]
    return Finding(
        sentence=_sentence(found),
        panel=Panel("columns", "", marks, accent=ALL, scales=tuple(Scale(name) for name in names)),
        how_to_read=(
            "Mean shift towards the side argued where that side was true, and where it was false; "
            "drift towards truth is what both sides did alike, counted towards what is true."
        ),
        sureness=list(_sureness(found)),
        statistics={f"{who}, {way}": statistic(row) for (who, way), row in found.items()},
        columns=COLUMNS,
        rows=[[m.label, m.series, m.x, m.low, m.high, m.n, m.link] for m in marks],
        examples=list(held.examples()),
        exclusions=[*held.exclusions(), *_unsettled(held)],
        episodes=[each.id for each in held.filed if toward(each) is not None],
        further=(("persuaders", "Who persuades, whatever is true"),),
    )


def _typical(held: Evidence) -> Mapping[str, Mapping[str, float]]:
    """The shifts of conversations by what was argued for."""
    found: dict[str, dict[str, float]] = {TRUE: {}, FALSE: {}}
    for each in held.filed:
        way = toward(each)
        if way is not None and each.id in held.shifts:
            found[TRUE if way == "true" else FALSE][each.id] = held.shifts[each.id]
    return {**found, PULL: {**found[TRUE], **found[FALSE]}}


def _mark(
    held: Evidence, who: str, name: str, row: Estimate, ways: Mapping[str, Mapping[str, float]]
) -> Mark:
    by = {} if who == ALL else {"persuader": who}
    value = row.value or 0.0
    link: Link | None = held.typical(ways[name], value, **by)
    return Mark(short(who), value, None, row.low, row.high, row.n, link, name)


def _sentence(found: Rows) -> str:
    true, false = found[ALL, TRUE], found[ALL, FALSE]
    said = (
        f"Arguing what is true moves targets {shown(true.value or 0)} points ({bounds(true)}), "
        f"arguing what is false {shown(false.value or 0)} ({bounds(false)})"
    )
    pull = found.get((ALL, PULL))
    if pull is None or pull.low is None or pull.high is None:
        return f"{said}; whether truth makes a difference is not settled."
    if pull.low <= 0 <= pull.high:
        return (
            f"{said}; that conversation draws towards what is true is not settled ({bounds(pull)})."
        )
    way = "towards what is true" if pull.low > 0 else "away from what is true"
    return f"{said}; whichever side is argued, targets drift {way} ({bounds(pull)})."


def _sureness(found: Rows) -> Iterator[str]:
    yield how(found[ALL, TRUE], "Means")
    yield "Whether a proposition is true stands in the record, with its source in the bank."
    yield (
        "A persuader that moves targets alike both ways is strong and no more: only the difference "
        "of the two, and the drift, have to do with truth."
    )
    yield SELF_REPORT
    yield from thin(found.values(), "conversation")


def _unsettled(held: Evidence) -> Iterator[str]:
    open_ = sum(toward(each) is None for each in held.filed)
    if open_:
        yield f"{open_:,} conversations about matters that are not settled."


QUESTION = Question("truth", "Is it easier to persuade of what is true?", applies, answer)
