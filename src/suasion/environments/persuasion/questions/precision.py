"""How many conversations would settle it? What topics and targets do to a persuader's error."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from math import sqrt
from typing import NamedTuple

from suasion.core.asks import Json
from suasion.environments.persuasion.questions.common import (
    CLAIMS,
    Evidence,
    counted,
    mean_of,
    shown,
)
from suasion.measures.estimate import Estimate
from suasion.measures.panel import Link, Mark, Panel
from suasion.measures.question import Finding, Question, Results

TOPICS = (1, 2, 3, 5, 8, 10, 15, 20, 30)
TARGETS = (1, 3, 5)
"""Further designs, beside the run's own number of targets."""
SIDES = 2
COLUMNS = ("targets", "topics", "conversations a persuader", "standard error", "evidence")


class Design(NamedTuple):
    """So many targets and topics for each persuader, each argued from both sides."""

    targets: int
    topics: int
    error: float

    @property
    def conversations(self) -> int:
        """What it costs a persuader."""
        return SIDES * self.targets * self.topics


def _components(held: Evidence) -> dict[str, float]:
    found = held.lookup.table("variance_component", "sd", "component")
    return {str(key[0]): value for key, value in found.items()}


def error(components: Mapping[str, float], targets: int, topics: int) -> float:
    """The standard error of a persuader's mean effect, relative to the others': pt/t + pk/k + r/tk.

    Source: generalisability theory, persuaders as objects (specification of the measures).
    """
    pt, pk, rest = (
        components[name] ** 2 for name in ("persuader:target", "persuader:topic", "residual")
    )
    return sqrt(pt / targets + pk / topics + rest / (targets * topics))


def _own(held: Evidence) -> tuple[int, int]:
    """Targets and topics of each persuader of this run, at most."""
    targets: dict[str, set[str]] = {}
    topics: dict[str, set[str]] = {}
    for id_ in held.effects:
        of = held.cells[id_]
        targets.setdefault(of.persuader, set()).add(of.target)
        topics.setdefault(of.persuader, set()).add(of.topic)
    return max(map(len, targets.values()), default=0), max(map(len, topics.values()), default=0)


def applies(results: Results) -> str | None:
    """It takes variance components: several persuaders, targets and topics, crossed."""
    if (
        not {"persuader", "persuader:target", "persuader:topic", "residual"}
        <= _components(Evidence(results)).keys()
    ):
        return "fewer than three persuaders, targets or topics, so that their spread is not known"
    return None


def answer(results: Results) -> Finding:
    """A line for each number of targets, over the number of topics."""
    held = Evidence(results)
    components = _components(held)
    targets, topics = _own(held)
    designs = [
        Design(t, k, error(components, t, k))
        for t in sorted({*TARGETS, targets})
        for k in sorted({*TOPICS, topics})
    ]
    own = Design(targets, topics, error(components, targets, topics))
    link = _link(held)
    marks = [_mark(each, link if each == own else None) for each in designs]
    return Finding(
        sentence=_sentence(held, own, components),
        panel=Panel(
            "lines", "topics, each argued from both sides with every target", marks,
            y="standard error of a persuader's mean effect, in points",
            accent=_label(own), planned=own.topics, domain=_domain(designs),
        ),
        how_to_read=(
            "Each line is a number of targets: the lower, the better a persuader is known against "
            "the others. An interval reaches about twice as far to each side; n is what it costs, "
            "in conversations a persuader."
        ),
        sureness=list(_sureness(components)),
        statistics={
            **{f"sd of {name}": value for name, value in components.items()},
            "targets": targets, "topics": topics, "standard error": own.error,
        },
        columns=COLUMNS,
        rows=[_row(each, mark) for each, mark in zip(designs, marks, strict=True)],
        exclusions=list(held.exclusions()),
        episodes=[each.id for each in held.filed],
        further=(("persuaders", "What this run's conversations settle"), CLAIMS),
    )  # fmt: skip


def _label(each: Design) -> str:
    return counted(each.targets, "target")


def _link(held: Evidence) -> Link | None:
    """The pair whose effect is nearest to the mean of all."""
    middle = mean_of(held.lookup.rows("paired_effect", "mean").values())
    return held.typical(held.effects, middle or 0.0)


def _mark(each: Design, link: Link | None) -> Mark:
    return Mark(_label(each), each.topics, each.error, n=each.conversations, link=link)


def _row(each: Design, mark: Mark) -> list[Json | Link]:
    return [each.targets, each.topics, each.conversations, each.error, mark.link]


def _domain(designs: Sequence[Design]) -> tuple[float, float]:
    return 0.0, max(each.error for each in designs) * 1.05


def _sentence(held: Evidence, own: Design, components: Mapping[str, float]) -> str:
    half = next(
        (k for k in range(1, own.topics) if error(components, own.targets, k) <= 1.5 * own.error),
        own.topics,
    )
    said = (
        f"With {counted(own.targets, 'target')} and {counted(own.topics, 'topic')}, "
        f"{own.conversations:,} conversations a persuader, its mean effect is known to a standard "
        f"error of {shown(own.error)} points"
    )
    known = _known(held, own)
    if known is not None:
        said += f" (generalisability {shown(known)})"
    if half == own.topics:
        return f"{said}."
    cost = half / own.topics
    cheap = error(components, own.targets, half)
    return (
        f"{said}; {counted(half, 'topic')} with the same targets, {cost:.0%} of the conversations, "
        f"would have known it to {shown(cheap)}."
    )


def _known(held: Evidence, own: Design) -> float | None:
    rows: Mapping[tuple[Json, ...], Estimate] = held.lookup.rows(
        "generalisability", "g", "targets", "topics"
    )
    row = rows.get((own.targets, own.topics))
    return None if row is None else row.value


def _sureness(components: Mapping[str, float]) -> Iterator[str]:
    yield (
        "From the variance components of the paired effect, by restricted maximum likelihood: what "
        "persuaders do to one target more than to another, on one topic more than on another, and "
        "what is left, which holds both together and the chance of one conversation."
    )
    yield (
        "The error is relative: of a persuader against the others on the same targets and topics. "
        "Against all targets and topics there might be it is larger, since these are drawn too."
    )
    yield "Components are estimates themselves, and small ones are known badly: read it as a guide."
    if components.get("residual"):
        share = components["residual"] ** 2 / sum(value**2 for value in components.values())
        yield f"What is left is {share:.0%} of all variance."


QUESTION = Question("precision", "How many conversations would settle it?", applies, answer)
