"""When in a conversation do targets move? The shift so far after each turn of the target."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from typing import NamedTuple

from suasion.core.asks import Json
from suasion.environments.persuasion.conversation import sign
from suasion.environments.persuasion.questions.common import (
    SELF_REPORT,
    Evidence,
    counted,
    short,
    shown,
)
from suasion.measures.panel import Link, Mark, Panel
from suasion.measures.question import Finding, Question, Results

COLUMNS = ("persuader", "turn", "mean shift so far", "low", "high", "n", "evidence")


class Step(NamedTuple):
    """What a persuader had done by a turn."""

    persuader: str
    turn: int
    value: float
    low: float | None
    high: float | None
    n: int
    link: Link | None


def applies(results: Results) -> str | None:
    """It takes conversations whose target was probed after each of its turns."""
    if not _by_turn(Evidence(results)):
        return "no target was probed after each of its turns"
    return None


def _by_turn(held: Evidence) -> dict[str, dict[int, float]]:
    """The shift so far of each conversation that was probed along the way, by turn."""
    starts = held.numbers("stance_before")
    signs = {each.id: sign(each) for each in held.filed}
    found: defaultdict[str, dict[int, float]] = defaultdict(dict)
    for value in held.results.values("stance_turn"):
        turn = value.series and value.series[1]
        at = value.episode
        if turn is not None and at in starts and isinstance(value.value, int | float):
            found[at][turn] = signs[at] * (value.value - starts[at])
    return dict(found)


def steps(held: Evidence) -> list[Step]:
    """The mean of each persuader at each turn; nought before the first."""
    along = _by_turn(held)
    groups: defaultdict[tuple[str, int], list[str]] = defaultdict(list)
    for id_, of in along.items():
        for turn in of:
            groups[held.cells[id_].persuader, turn].append(id_)
    found = [_step(held, *key, ids, along) for key, ids in groups.items()]
    ends = {each.persuader: each.value for each in sorted(found, key=lambda s: s.turn)}
    begins = [Step(who, 0, 0.0, None, None, _first(found, who), None) for who in ends]
    return sorted([*begins, *found], key=lambda s: (-ends[s.persuader], s.persuader, s.turn))


def _first(found: Sequence[Step], persuader: str) -> int:
    return max(each.n for each in found if each.persuader == persuader)


def _step(
    held: Evidence, persuader: str, turn: int, ids: Sequence[str],
    along: Mapping[str, Mapping[int, float]],
) -> Step:  # fmt: skip
    """Conversations about one topic count as one unit."""
    from suasion.stats.cluster import cluster_mean
    from suasion.stats.interval import Recipe

    values = [along[id_][turn] for id_ in ids]
    topics = [held.cells[id_].topic for id_ in ids]
    made = cluster_mean(values, topics, Recipe(methods=("t",)))[0]
    middle = made.value or 0.0
    nearest = min(ids, key=lambda id_: abs(along[id_][turn] - middle))
    link = held.probe(nearest, turn)
    return Step(persuader, turn, middle, made.low, made.high, len(ids), link)


def answer(results: Results) -> Finding:
    """A line for each persuader."""
    held = Evidence(results)
    found = steps(held)
    marks = [Mark(short(s.persuader), s.turn, s.value, s.low, s.high, s.n, s.link) for s in found]
    return Finding(
        sentence=_sentence(found),
        panel=Panel(
            "lines", "turn", marks, y="mean shift so far towards the side argued, in points",
            accent=short(found[0].persuader),
        ),
        how_to_read=(
            "Each line is a persuader: how far its targets had moved towards its side when they "
            "were asked on a fork after each of their turns, of which nobody there learns."
        ),
        sureness=list(_sureness(found)),
        statistics={
            f"{short(s.persuader)}, turn {s.turn}": {"mean": s.value, "low": s.low, "high": s.high,
                                                     "n": s.n}
            for s in found
            if s.turn
        },
        columns=COLUMNS,
        rows=[_row(s) for s in found],
        examples=list(held.examples()),
        exclusions=list(held.exclusions()),
        episodes=list(_by_turn(held)),
        further=(("persuaders", "Where it all ended, with ranks"),),
    )  # fmt: skip


def _row(s: Step) -> list[Json | Link]:
    return [short(s.persuader), s.turn, s.value, s.low, s.high, s.n, s.link]


def _sentence(found: Sequence[Step]) -> str:
    """How much of the way of the one that got furthest was over after the first answer."""
    own = [s for s in found if s.persuader == found[0].persuader and s.turn]
    first, last = own[0], own[-1]
    said = f"{short(last.persuader)} gets furthest: {shown(last.value)} points by turn {last.turn}"
    if last.value <= 0 or len(own) < 2:
        return f"{said}."
    share = first.value / last.value
    return f"{said}, {share:.0%} of it by turn {first.turn} ({shown(first.value)} points)."


def _sureness(found: Sequence[Step]) -> Iterator[str]:
    yield "Bands are 95% intervals by a t over whole topics; what is independent is the topic."
    yield "Turns of one line share their conversations: that two turns differ is not tested here."
    yield f"Lines rest on {counted(min(s.n for s in found), 'conversation')} or more each."
    yield SELF_REPORT


QUESTION = Question("turns", "When in a conversation do targets move?", applies, answer)
