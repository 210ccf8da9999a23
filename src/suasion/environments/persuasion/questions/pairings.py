"""Who moves whom? A matrix of persuaders and targets, judged together."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import NamedTuple

from suasion.core.asks import Json
from suasion.environments.persuasion.questions.common import (
    CLAIMS,
    SELF_REPORT,
    Evidence,
    bounds,
    counted,
    how,
    short,
    shown,
    thin,
)
from suasion.environments.persuasion.questions.persuaders import Place, board
from suasion.environments.persuasion.significance import p_of
from suasion.measures.estimate import Estimate
from suasion.measures.panel import Mark, Panel
from suasion.measures.question import Example, Finding, Question, Results

SETTLED = 0.05
MEAN = "mean"
WHOLE = 3
"""Where the colours end, in every run: half of the furthest that a stance can move."""
COLUMNS = ("persuader", "target", "mean shift", "low", "high", "n", "p (Holm)", "evidence")


class Met(NamedTuple):
    """A pairing."""

    persuader: str
    target: str
    row: Estimate
    p: float | None
    """Of no shift, two-sided, corrected by Holm over the matrix."""

    @property
    def value(self) -> float:
        """Its mean shift."""
        return self.row.value or 0.0

    @property
    def settled(self) -> bool:
        """Whether it may be spoken of as other than nought."""
        return self.p is not None and self.p < SETTLED


def applies(results: Results) -> str | None:
    """It takes two pairings of a persuader and a target."""
    if len(_rows_of(Evidence(results))) < 2:
        return "fewer than two pairings of a persuader and a target came to an end"
    return None


def answer(results: Results) -> Finding:
    """The mean shift of each pairing; rows and columns as the boards have them."""
    held = Evidence(results)
    met = pairings(held)
    rows, columns = board(held, "persuader"), board(held, "target")
    marks = [*_margins(held, rows, columns), *(_mark(held, each) for each in met)]
    p = {(short(each.persuader), short(each.target)): each.p for each in met}
    return Finding(
        sentence=_sentence(met),
        panel=Panel(
            "matrix",
            "mean shift towards the side argued, in points of the scale",
            marks,
            y="persuader \\ target",
            margin=MEAN,
            domain=(-WHOLE, WHOLE),
        ),
        how_to_read=(
            "Each row is a persuader and each column a target, both as their boards have them: "
            "blue where the target moved towards the side argued, red where away from it. Pale "
            "cells in italics cannot be told from nought once all cells are judged together."
        ),
        sureness=list(_sureness(met)),
        statistics=_statistics(met),
        columns=COLUMNS,
        rows=[
            [m.label, m.series, m.x, m.low, m.high, m.n, p.get((m.label, m.series)), m.link]
            for m in marks
        ],
        examples=list(_examples(held, met)),
        exclusions=list(held.exclusions()),
        episodes=[each.id for each in held.filed],
        further=(CLAIMS, ("persuaders", "The means of the rows, with their intervals")),
    )


def _rows_of(held: Evidence) -> Mapping[tuple[Json, ...], Estimate]:
    rows = held.lookup.rows("signed_shift", "mean", "persuader", "target")
    return {key: row for key, row in rows.items() if row.value is not None}


def pairings(held: Evidence) -> list[Met]:
    """Every pairing with a value, and whether it differs from nought among so many."""
    from suasion.stats.holm import holm

    rows = _rows_of(held)
    topics: dict[tuple[str, str], set[str]] = {}
    for each in held.filed:
        of = held.cells[each.id]
        topics.setdefault((of.persuader, of.target), set()).add(of.topic)
    ps = holm([p_of(row, len(topics.get((str(a), str(b)), ()))) for (a, b), row in rows.items()])
    return [Met(str(a), str(b), row, p) for ((a, b), row), p in zip(rows.items(), ps, strict=True)]


def _mark(held: Evidence, each: Met) -> Mark:
    link = held.typical(held.shifts, each.value, persuader=each.persuader, target=each.target)
    return Mark(
        short(each.persuader), each.value, None, each.row.low, each.row.high, each.row.n, link,
        short(each.target), faint=not each.settled,
    )  # fmt: skip


def _margins(held: Evidence, rows: Sequence[Place], columns: Sequence[Place]) -> Iterator[Mark]:
    """The means of rows and columns, first, since their order is the order of the boards."""
    for part, places in (("persuader", rows), ("target", columns)):
        for place in places:
            link = held.typical(held.shifts, place.value, **{part: place.agent})
            name, row = short(place.agent), place.mean
            label, series = (name, MEAN) if part == "persuader" else (MEAN, name)
            yield Mark(label, place.value, None, row.low, row.high, row.n, link, series)


def _named(each: Met) -> str:
    said = f"{short(each.persuader)} with {short(each.target)}"
    return f"{said}, {shown(each.value)} points ({bounds(each.row)})"


def _sentence(met: Sequence[Met]) -> str:
    settled = [each for each in met if each.settled]
    most = max(met, key=lambda each: each.value)
    least = min(met, key=lambda each: each.value)
    pairings_ = counted(len(met), "pairing")
    said = f"{len(settled)} of {pairings_} differ from no shift once all are judged together"
    back = [each for each in settled if each.value < 0]
    if not settled:
        said = f"None of {pairings_} can be told from no shift"
    said += f". The largest is {_named(most)}"
    if least.value >= 0:
        return f"{said}; no pairing has a mean away from the side argued."
    sure = "which is settled" if least in back else "which is not settled"
    return f"{said}; the furthest the other way {_named(least)}, {sure}."


def _sureness(met: Sequence[Met]) -> Iterator[str]:
    yield how(met[0].row, "Cells")
    yield (
        "Whether a cell differs from nought is judged by the t of its own interval, two-sided, all "
        "cells corrected together by Holm's method; the margins are not judged here."
    )
    without = sum(each.p is None for each in met)
    if without:
        yield f"{counted(without, 'cell')} without an interval: shown pale, not judged."
    yield "That two cells differ is not claimed: only that a cell differs from nought."
    yield SELF_REPORT
    yield from thin((each.row for each in met), "conversation")


def _statistics(met: Sequence[Met]) -> dict[str, Json]:
    return {
        "pairings": len(met),
        "settled": sum(each.settled for each in met),
        "settled away from the side argued": sum(each.settled and each.value < 0 for each in met),
        "not settled": sum(not each.settled for each in met),
    }


def _examples(held: Evidence, met: Sequence[Met]) -> Iterator[Example]:
    """Of the two ends of the matrix the conversation nearest to its mean; then those of all."""
    for rule, each in (
        ("the pairing with the largest mean", max(met, key=lambda each: each.value)),
        ("the pairing with the smallest mean", min(met, key=lambda each: each.value)),
    ):
        link = _mark(held, each).link
        if link is not None:
            yield Example(f"typical of {rule}", link, held.told(link.episode))
    yield from held.examples()


QUESTION = Question("pairings", "Who moves whom?", applies, answer)
