"""What of it is the conversation's doing? Arms beside one another, and against the plain one."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from typing import NamedTuple

from suasion.environments.persuasion.conversation import arm, lacking
from suasion.environments.persuasion.lines import ended
from suasion.environments.persuasion.lookup import values
from suasion.environments.persuasion.questions.common import (
    PLAIN,
    SELF_REPORT,
    THIN,
    Cell,
    Evidence,
    cell,
    counted,
    how,
    shown,
)
from suasion.measures.estimate import Estimate
from suasion.measures.filed import Filed
from suasion.measures.panel import Link, Mark, Panel, Scale
from suasion.measures.question import Example, Finding, Question, Results

WAYS = (
    ("paired effect", "paired_effect"),
    ("drift", "paired_drift"),
    ("mean shift", "signed_shift"),
)
LESS = "shift less plain's"
WORDS = {
    "plain": "plain conversation", "recon_notes": "recon and notes", "reprobe": "asked again only",
    "off_topic": "talk of something else", "dose": "one-sided dose", "disclosure": "disclosure",
    "counter": "then the other side", "self_play": "with itself",
}  # fmt: skip
COLUMNS = ("arm", "what", "mean", "low", "high", "n", "evidence")


class Shown(NamedTuple):
    """A number of one arm."""

    arm: str
    what: str
    value: float
    low: float | None
    high: float | None
    n: int
    link: Link | None


def _of(held: Evidence) -> dict[str, list[Filed]]:
    """The whole episodes of each arm with a conversation or in its place; plain first."""
    found: defaultdict[str, list[Filed]] = defaultdict(list)
    for each in held.results.filed:
        if each.status == held.lookup.status and lacking(each) is None and arm(each) != "baseline":
            found[arm(each)].append(each)
    return dict(sorted(found.items(), key=lambda item: (item[0] != PLAIN, item[0])))


def applies(results: Results) -> str | None:
    """It takes two arms."""
    arms = _of(Evidence(results))
    if len(arms) < 2:
        return "every conversation is of one arm, so that nothing stands beside it"
    return None


def _rows(
    held: Evidence, arms: Mapping[str, Sequence[Filed]]
) -> Iterator[tuple[str, str, Estimate]]:
    """What is known of each arm, by the default method."""
    for what, measure in WAYS:
        seen: set[str] = set()
        for row in held.results.estimates(measure):
            name = str(row.by.get("arm"))
            usual = set(row.by) <= {"arm", "probe"} and row.by.get("probe", "rating") == "rating"
            mean = row.status == held.lookup.status and row.statistic == "mean" and usual
            if mean and name in arms and name not in seen and row.value is not None:
                seen.add(name)
                yield name, what, row


def _shown(held: Evidence, arms: Mapping[str, Sequence[Filed]]) -> list[Shown]:
    found = []
    for name, what, row in _rows(held, arms):
        of = values(held.results, dict(WAYS)[what])
        link = _typical(arms[name], of, row.value or 0.0)
        found.append(Shown(name, what, row.value or 0.0, row.low, row.high, row.n, link))
    return [*found, *_less(held, arms)]


def _typical(filed: Sequence[Filed], of: Mapping[str, float], value: float) -> Link | None:
    there = [each for each in filed if each.id in of]
    nearest = min(there, key=lambda each: abs(of[each.id] - value), default=None)
    return None if nearest is None else ended(nearest)


def _less(held: Evidence, arms: Mapping[str, Sequence[Filed]]) -> Iterator[Shown]:
    """The shift of each arm less that of the plain one, over the cells that both have.

    A cell is a persuader, a target, a topic and a side; topics are what is independent.
    """
    from suasion.stats.cluster import cluster_mean
    from suasion.stats.interval import Recipe

    of = values(held.results, "signed_shift")
    plain = _cells(arms.get(PLAIN, ()), of)
    for name, filed in arms.items():
        own = _cells(filed, of)
        common = [key for key in own if key in plain]
        if name == PLAIN or not common:
            continue
        gaps = [_mean(own[key], of) - _mean(plain[key], of) for key in common]
        made = cluster_mean(gaps, [key.topic for key in common], Recipe(methods=("t",)))[0]
        middle = made.value or 0.0
        nearest = min(zip(common, gaps, strict=True), key=lambda two: abs(two[1] - middle))[0]
        link = ended(own[nearest][0])
        yield Shown(name, LESS, middle, made.low, made.high, len(common), link)


def _cells(filed: Sequence[Filed], of: Mapping[str, float]) -> dict[Cell, list[Filed]]:
    found: defaultdict[Cell, list[Filed]] = defaultdict(list)
    for each in filed:
        if each.id in of:
            found[cell(each)].append(each)
    return dict(found)


def _mean(filed: Sequence[Filed], of: Mapping[str, float]) -> float:
    return sum(of[each.id] for each in filed) / len(filed)


def answer(results: Results) -> Finding:
    """What each arm did, and how it differs from the plain one."""
    held = Evidence(results)
    arms = _of(held)
    found = _shown(held, arms)
    order = list(arms)
    found.sort(key=lambda each: order.index(each.arm))
    names = [*(what for what, _ in WAYS), LESS]
    there = [name for name in names if any(each.what == name for each in found)]
    marks = [_mark(each) for name in there for each in found if each.what == name]
    return Finding(
        sentence=_sentence(found, arms),
        panel=Panel("columns", "", marks, scales=tuple(Scale(name) for name in there)),
        how_to_read=(
            "Each row is an arm: what was done to the target between being asked twice. The last "
            "column is its mean shift less that of the plain conversation, over the same "
            "persuaders, targets, topics and sides."
        ),
        sureness=list(_sureness(held, arms, found)),
        statistics={
            f"{each.arm}, {each.what}": {"mean": each.value, "low": each.low, "high": each.high,
                                         "n": each.n}
            for each in found
        },
        columns=COLUMNS,
        rows=[[m.label, m.series, m.x, m.low, m.high, m.n, m.link] for m in marks],
        examples=[
            Example(f"typical of {WORDS.get(each.arm, each.arm)}", each.link, each.what)
            for each in found
            if each.link is not None and each.what in ("mean shift", "drift")
        ],
        exclusions=[
            line for line in held.exclusions() if "of the arm" not in line
        ],
        episodes=[each.id for filed in arms.values() for each in filed],
        further=(("persuaders", "Who persuades in the plain conversation"),),
    )  # fmt: skip


def _mark(each: Shown) -> Mark:
    label = WORDS.get(each.arm, each.arm)
    return Mark(label, each.value, None, each.low, each.high, each.n, each.link, each.what)


def _sentence(found: Sequence[Shown], arms: Mapping[str, Sequence[Filed]]) -> str:
    gaps = [each for each in found if each.what == LESS]
    if not gaps:
        return f"{len(arms)} arms were played, none on the same cells as the plain conversation."
    return " ".join(_against(each) for each in gaps)


def _against(each: Shown) -> str:
    """Where the interval leaves nought out, which way; else that it is not settled."""
    name = WORDS.get(each.arm, each.arm)
    name = name[:1].upper() + name[1:]
    if each.low is None or each.high is None:
        return f"{name}: {counted(each.n, 'cell')}, too few to tell from the plain conversation."
    within = f"95% interval {shown(each.low)} to {shown(each.high)}"
    if each.low <= 0 <= each.high:
        return f"{name}: no difference from the plain conversation is settled ({within})."
    way = "more" if each.value > 0 else "less"
    return f"{name} moves targets {shown(abs(each.value))} points {way} ({within})."


def _sureness(
    held: Evidence, arms: Mapping[str, Sequence[Filed]], found: Sequence[Shown]
) -> Iterator[str]:
    rows = [row for _, _, row in _rows(held, arms)]
    if rows:
        yield how(rows[0], "Means")
    gaps = [each for each in found if each.what == LESS]
    if gaps:
        yield (
            "Differences are means over cells that both arms have, with 95% intervals by a t over "
            "whole topics, each said without a correction for the number of arms."
        )
    yield "Arms that differ in what was planned are compared here, and never pooled elsewhere."
    yield SELF_REPORT
    few = min((each.n for each in gaps), default=THIN)
    if few < THIN:
        yield f"Only {counted(few, 'cell')}, fewer than {THIN}: intervals are uncertain themselves."


QUESTION = Question("arms", "What of it is the conversation's doing?", applies, answer)
