"""Does who persuades also resist? Offence against defence, a cross for each model."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, NamedTuple

from suasion.core.asks import Json
from suasion.environments.persuasion.questions.common import (
    CLAIMS,
    SELF_REPORT,
    Evidence,
    how,
    mean_of,
    short,
    shown,
    statistic,
    thin,
)
from suasion.measures.estimate import Estimate
from suasion.measures.panel import Link, Mark, Panel
from suasion.measures.question import Finding, Question, Results

if TYPE_CHECKING:
    from suasion.stats.interval import Interval

COLUMNS = (
    "model", "strength", "low", "high", "resistance", "resistance low", "resistance high", "n",
    "evidence",
)  # fmt: skip


class Both(NamedTuple):
    """A model in both roles."""

    agent: str
    strength: Estimate
    resistance: Estimate


def both(held: Evidence) -> list[Both]:
    """Every model that argued and was argued with, the strongest first."""
    strong = held.lookup.rows("signed_shift", "mean", "persuader")
    firm = held.lookup.rows("resistance", "mean", "target")
    found = [
        Both(str(key[0]), row, firm[key])
        for key, row in strong.items()
        if key in firm and row.value is not None and firm[key].value is not None
    ]
    return sorted(found, key=lambda each: -(each.strength.value or 0))


def applies(results: Results) -> str | None:
    """It takes three models that argued and were argued with."""
    if len(both(Evidence(results))) < 3:
        return "fewer than three models both argued and were argued with from both sides"
    return None


def answer(results: Results) -> Finding:
    """Strength as a persuader against resistance as a target."""
    from suasion.stats.correlation import correlation

    held = Evidence(results)
    models = both(held)
    xs, ys = ([(row.value or 0.0) for row in part] for part in _parts(models))
    marks = [_mark(held, each) for each in models]
    found = correlation(xs, ys)
    return Finding(
        sentence=_sentence(models, found),
        panel=Panel(
            "scatter",
            "strength as a persuader, mean shift",
            marks,
            y="resistance as a target, minus the mean paired effect",
            corners=("resists, does not persuade", "persuades and resists",
                     "does neither", "persuades, is moved"),
            cross=_middle(models),
        ),
        how_to_read=(
            "Each cross is a model with both intervals: further right it moves others more, "
            "further up it is moved less. The broken lines stand at the means of these models."
        ),
        sureness=list(_sureness(models, found)),
        statistics={
            "correlation": {"r": found.value, "low": found.low, "high": found.high, "n": found.n,
                            "method": found.method},
            **{short(each.agent): _statistic(each) for each in models},
        },
        columns=COLUMNS,
        rows=[_row(each, mark) for each, mark in zip(models, marks, strict=True)],
        examples=list(held.examples()),
        exclusions=list(held.exclusions()),
        episodes=[each.id for each in held.filed],
        further=(CLAIMS, ("moved", "What being moved may mean")),
    )  # fmt: skip


def _parts(models: Sequence[Both]) -> tuple[list[Estimate], list[Estimate]]:
    return [each.strength for each in models], [each.resistance for each in models]


def _middle(models: Sequence[Both]) -> tuple[float, float]:
    strength, resistance = _parts(models)
    return mean_of(strength) or 0.0, mean_of(resistance) or 0.0


def _mark(held: Evidence, each: Both) -> Mark:
    x, y = each.strength, each.resistance
    link = held.typical(held.shifts, x.value or 0.0, persuader=each.agent)
    return Mark(
        short(each.agent), x.value or 0.0, y.value, x.low, x.high, x.n, link,
        y_low=y.low, y_high=y.high,
    )  # fmt: skip


def _row(each: Both, mark: Mark) -> list[Json | Link]:
    y = each.resistance
    return [mark.label, mark.x, mark.low, mark.high, y.value, y.low, y.high, mark.n, mark.link]


def _statistic(each: Both) -> Json:
    return {"strength": statistic(each.strength), "resistance": statistic(each.resistance)}


def _sentence(models: Sequence[Both], found: Interval) -> str:
    over = f"over {len(models)} models"
    if found.value is None:
        return f"Strength or resistance is the same {over}, so that neither can go with the other."
    if found.low is None or found.high is None:
        return (
            f"Whether who persuades also resists is not settled: r = {shown(found.value)} {over}."
        )
    said = f"r = {shown(found.value)} ({found.level:.0%} interval {shown(found.low)} to "
    said += f"{shown(found.high)}) {over}"
    if found.low > 0:
        return f"Yes: who moves others more is moved less; {said}."
    if found.high < 0:
        return f"No, the other way round: who moves others more is moved more; {said}."
    return f"Whether who persuades also resists is not settled: {said}."


def _sureness(models: Sequence[Both], found: Interval) -> Iterator[str]:
    yield how(models[0].strength, "Crosses")
    if found.low is not None:
        yield (
            "The interval of r is Fisher's and takes models for independent draws. It does not "
            "hold the error of each model's own means, which pulls r towards nought, nor that the "
            "same conversations count for one model's strength and another's resistance."
        )
    yield (
        "Resistance has a fixed zero: a target whose stance ends in the same place whichever side "
        "was argued. It is not the published one, which is counted from the softest target."
    )
    yield SELF_REPORT
    yield from thin((each.resistance for each in models), "pair")


QUESTION = Question("offence", "Does who persuades also resist?", applies, answer)
