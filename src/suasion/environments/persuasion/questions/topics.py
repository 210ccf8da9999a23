"""On which topics are targets moved, and is that the persuader's doing? Effect and drift."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import NamedTuple

from suasion.environments.persuasion.lookup import leaves_nought_out
from suasion.environments.persuasion.questions.common import (
    CLAIMS,
    SELF_REPORT,
    Evidence,
    bounds,
    counted,
    how,
    mean_of,
    shown,
    signed,
    statistic,
    thin,
    topic_name,
)
from suasion.measures.estimate import Estimate
from suasion.measures.panel import Mark, Panel, Scale
from suasion.measures.question import Finding, Question, Results

PRO, CON, EFFECT, DRIFT = "PRO argued: shift", "CON argued: shift", "effect", "drift"
COLUMNS = ("topic", "what", "mean", "low", "high", "n", "evidence")


class About(NamedTuple):
    """One topic."""

    name: str
    effect: Estimate
    drift: Estimate
    sides: Mapping[str, Estimate]
    """The mean shift where `pro`, and where `con` was argued."""

    @property
    def drifts(self) -> bool:
        """Whether the interval of its drift leaves nought out."""
        return leaves_nought_out(self.drift)


def about(held: Evidence) -> list[About]:
    """Every topic with an effect and a drift, the largest effect first."""
    effects = held.lookup.rows("paired_effect", "mean", "topic")
    drifts = held.lookup.rows("paired_drift", "mean", "topic")
    sides = held.lookup.rows("signed_shift", "mean", "topic", "side")
    found = []
    for key, effect in effects.items():
        drift = drifts.get(key)
        if effect.value is not None and drift is not None and drift.value is not None:
            own = {str(side): row for (name, side), row in sides.items() if name == key[0]}
            found.append(About(str(key[0]), effect, drift, own))
    return sorted(found, key=lambda each: -(each.effect.value or 0))


def applies(results: Results) -> str | None:
    """It takes one topic argued from both sides."""
    if not about(Evidence(results)):
        return "no topic was argued from both sides with the same target"
    return None


def answer(results: Results) -> Finding:
    """What each side did, and what of it is effect and what drift."""
    held = Evidence(results)
    topics = about(held)
    marks = [mark for each in topics for mark in _marks(held, each)]
    names = [EFFECT, DRIFT, PRO, CON]
    there = [name for name in names if any(mark.series == name for mark in marks)]
    most = _furthest(topics)
    return Finding(
        sentence=_sentence(topics),
        panel=Panel(
            "columns", "", marks,
            accent=None if most is None else topic_name(most.name),
            scales=tuple(Scale(name, domain=_domain(marks)) for name in there),
        ),
        how_to_read=(
            "Effect is half the distance between where arguing PRO and arguing CON left the same "
            "target: the persuader's doing. Drift is where both left it less its baseline: towards "
            "the proposition at the right of nought, and nobody's persuasion. The shift where one "
            "side alone was argued holds both: effect and drift for PRO, effect less drift for CON."
        ),
        sureness=list(_sureness(topics)),
        statistics={
            f"{topic_name(each.name)}, {name}": statistic(row)
            for each in topics
            for name, row in _rows(each)
        },
        columns=COLUMNS,
        rows=[[m.label, m.series, m.x, m.low, m.high, m.n, m.link] for m in marks],
        examples=list(held.examples()),
        exclusions=list(held.exclusions()),
        episodes=[each.id for each in held.filed],
        further=(CLAIMS, ("stances", "Where targets stood before and after, side by side")),
    )  # fmt: skip


def _rows(each: About) -> Iterator[tuple[str, Estimate]]:
    yield EFFECT, each.effect
    yield DRIFT, each.drift
    for name, side in ((PRO, "pro"), (CON, "con")):
        if side in each.sides and each.sides[side].value is not None:
            yield name, each.sides[side]


def _marks(held: Evidence, each: About) -> Iterator[Mark]:
    of = {EFFECT: (held.effects, "pro"), DRIFT: (held.numbers("paired_drift"), "pro"),
          PRO: (held.shifts, "pro"), CON: (held.shifts, "con")}  # fmt: skip
    for name, row in _rows(each):
        numbers, side = of[name]
        value = row.value or 0.0
        link = held.typical(numbers, value, topic=each.name, side=side)
        yield Mark(topic_name(each.name), value, None, row.low, row.high, row.n, link, name)


def _domain(marks: Sequence[Mark]) -> tuple[float, float]:
    """One scale for all columns, since they add up."""
    seen = [x for mark in marks for x in (mark.x, mark.low, mark.high) if x is not None]
    low, high = min([0.0, *seen]), max([0.0, *seen])
    air = 0.04 * (high - low) or 1.0
    return low - air, high + air


def _furthest(topics: Sequence[About]) -> About | None:
    """The topic with the largest drift that is settled."""
    return max(
        (each for each in topics if each.drifts),
        key=lambda each: abs(each.drift.value or 0),
        default=None,
    )


def _sentence(topics: Sequence[About]) -> str:
    most, least = topics[0], topics[-1]
    ends = f"from {shown(least.effect.value or 0)} ({topic_name(least.name)}) to "
    ends += f"{shown(most.effect.value or 0)} points ({topic_name(most.name)})"
    if len(topics) == 1:
        ends = f"is {shown(most.effect.value or 0)} points ({bounds(most.effect)})"
        said = f"On {topic_name(most.name)} the effect {ends}"
    else:
        middle = shown(mean_of(each.effect for each in topics) or 0)
        said = f"The effect of arguing goes {ends}, on average {middle}"
    far = _furthest(topics)
    if far is None:
        return (
            f"{said}; that either side has conversation itself behind it is settled for no topic."
        )
    way = "towards" if (far.drift.value or 0) > 0 else "away from"
    drifting = sum(each.drifts for each in topics)
    return (
        f"{said}; {counted(drifting, 'topic')} of {len(topics)} drift whichever side is argued, "
        f"furthest {topic_name(far.name)}, {shown(abs(far.drift.value or 0))} points {way} the "
        f"proposition ({bounds(far.drift)}){_one_sided(far)}."
    )


def _one_sided(far: About) -> str:
    """What its drift makes of the two sides."""
    sides = [far.sides[side].value for side in ("pro", "con") if side in far.sides]
    known = [value for value in sides if value is not None]
    if len(known) < 2:
        return ""
    return (
        f", so that PRO seems to move by {signed(known[0])} and CON by {signed(known[1])} where "
        f"the effect is {shown(far.effect.value or 0)} both ways"
    )


def _sureness(topics: Sequence[About]) -> Iterator[str]:
    yield how(topics[0].effect, "Effects")
    if topics[0].drift.method != topics[0].effect.method:
        yield how(topics[0].drift, "Drifts")
    yield (
        "Topics are not ranked: these are the topics of this run, and each drift whose interval "
        "leaves nought out is said without a correction for how many topics there are."
    )
    if any(topic_name(each.name) != each.name for each in topics):
        yield (
            "Topics are called by our own proposition on the same matter; what was argued about is "
            "the sentence of the record, which may be worded otherwise."
        )
    yield SELF_REPORT
    yield from thin((each.effect for each in topics), "pair")


QUESTION = Question("topics", "Which topics move targets, and which only drift?", applies, answer)
