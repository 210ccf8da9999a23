"""Where did targets stand before, and where after? An arrow for each topic and side."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from math import fsum
from typing import NamedTuple

from suasion.core.asks import Json
from suasion.environments.persuasion.probes import HIGH, LOW
from suasion.environments.persuasion.questions.common import (
    CLAIMS,
    SELF_REPORT,
    Evidence,
    counted,
    shown,
    topic_name,
)
from suasion.measures.panel import Link, Mark, Panel
from suasion.measures.question import Finding, Question, Results

ALL = "all topics"
COLUMNS = ("topic", "side", "before", "after", "n", "ended at the bound", "evidence")


class Arrow(NamedTuple):
    """What arguing one side of one topic did."""

    topic: str
    side: str
    before: float
    after: float
    n: int
    bound: int
    """Conversations that ended at the end of the scale that was argued for."""
    link: Link | None

    @property
    def label(self) -> str:
        """What its row is called."""
        return self.topic if self.topic == ALL else topic_name(self.topic)


def applies(results: Results) -> str | None:
    """It takes a conversation that was probed before and after."""
    if not arrows(Evidence(results)):
        return "no conversation was probed both before and after"
    return None


def arrows(held: Evidence) -> list[Arrow]:
    """All topics together first; then each, those that began most opposed to it first."""
    was, now = held.numbers("stance_before"), held.numbers("stance_after")
    groups: dict[tuple[str, str], list[str]] = {}
    for each in held.filed:
        if each.id in was and each.id in now:
            of = held.cells[each.id]
            groups.setdefault((of.topic, of.side), []).append(each.id)
            groups.setdefault((ALL, of.side), []).append(each.id)
    found = [_arrow(held, *key, ids, was, now) for key, ids in groups.items()]
    start = {topic: fsum(a.before for a in found if a.topic == topic) for topic, _ in groups}
    return sorted(found, key=lambda a: (a.topic != ALL, start[a.topic], a.topic, a.side != "pro"))


def _arrow(
    held: Evidence, topic: str, side: str, ids: Sequence[str],
    was: Mapping[str, float], now: Mapping[str, float],
) -> Arrow:  # fmt: skip
    before, after = (fsum(of[id_] for id_ in ids) / len(ids) for of in (was, now))
    end = HIGH if side == "pro" else LOW
    nearest = min(ids, key=lambda id_: abs(now[id_] - after) + abs(was[id_] - before))
    bound = sum(now[id_] == end for id_ in ids)
    return Arrow(topic, side, before, after, len(ids), bound, held.end(nearest))


def answer(results: Results) -> Finding:
    """Means before and after, side by side."""
    held = Evidence(results)
    found = arrows(held)
    marks = [_mark(each) for each in found]
    return Finding(
        sentence=_sentence(found),
        panel=Panel(
            "arrows",
            f"mean stance of targets, from {shown(LOW)[:-3]} against to {HIGH} for the proposition",
            marks,
            zero=True,
            domain=(LOW, HIGH),
        ),
        how_to_read=(
            "Each arrow goes from where targets stood on average before to where they stood after, "
            "the upper where PRO was argued, the lower where CON was. The percentage is of "
            "conversations that ended at the very end of the scale, which could go no further."
        ),
        sureness=[
            "Means of conversations; intervals are those of effect and drift, on the topics' page.",
            "Before a conversation both sides are the same targets: arrows begin apart by chance.",
            SELF_REPORT,
        ],
        statistics={
            f"{each.label}, {each.side.upper()}": {
                "before": each.before, "after": each.after, "n": each.n,
                "ended at the bound": each.bound,
            }
            for each in found
        },
        columns=COLUMNS,
        rows=[_row(each) for each in found],
        examples=list(held.examples()),
        exclusions=list(held.exclusions()),
        episodes=[each.id for each in held.filed],
        further=(("topics", "The same as effect and drift, with intervals"), CLAIMS),
    )  # fmt: skip


def _mark(each: Arrow) -> Mark:
    share = f"{each.bound / each.n:.0%} at the end"
    return Mark(
        each.label, each.after, n=each.n, link=each.link, series=each.side.upper(),
        start=each.before, cells=(share,),
    )  # fmt: skip


def _row(each: Arrow) -> list[Json | Link]:
    side = each.side.upper()
    return [each.label, side, each.before, each.after, each.n, each.bound, each.link]


def _sentence(found: Sequence[Arrow]) -> str:
    """Where arguing each side left targets, and how many ran into the end of the scale."""
    return " ".join(_parts([each for each in found if each.topic == ALL]))


def _parts(every: Sequence[Arrow]) -> Iterator[str]:
    for each in every:
        way = f"from {shown(each.before)} to {shown(each.after)}"
        yield f"Arguing {each.side.upper()} took targets {way} on average."
    bound, total = sum(each.bound for each in every), sum(each.n for each in every)
    yield (
        f"{counted(bound, 'conversation')} of {total:,} ended at the end of the scale that was "
        f"argued for ({bound / total:.0%}): what more they would have moved does not show."
    )


QUESTION = Question("stances", "Where did targets stand before and after?", applies, answer)
