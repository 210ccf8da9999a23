"""Who persuades? The board of strength, with rank ranges and tie groups."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import NamedTuple

from suasion.core.asks import Json
from suasion.environments.persuasion.questions.common import (
    CLAIMS,
    SELF_REPORT,
    Evidence,
    bounds,
    how,
    listed,
    short,
    shown,
    statistic,
    thin,
)
from suasion.measures.estimate import Estimate
from suasion.measures.panel import Link, Mark, Panel
from suasion.measures.question import Finding, Question, Results

COLUMNS = (
    "persuader", "mean shift", "low", "high", "n", "median", "rank", "best rank", "worst rank",
    "tie group", "adjusted", "paired effect", "effect low", "effect high", "blocked", "evidence",
)  # fmt: skip


class Place(NamedTuple):
    """One row of a board."""

    agent: str
    mean: Estimate
    rank: Estimate | None
    group: int | None

    @property
    def value(self) -> float:
        """Its mean shift."""
        return self.mean.value or 0.0

    @property
    def range(self) -> str:
        """The ranks that resampling allows: `1` to `4`."""
        if self.rank is None or self.rank.value is None:
            return ""
        ends = [self.rank.low, self.rank.high]
        whole = [round(end) for end in ends if end is not None] or [round(self.rank.value)]
        return "\N{EN DASH}".join(dict.fromkeys(map(str, whole)))


def board(held: Evidence, part: str) -> list[Place]:
    """The rows of persuaders or targets, the largest mean shift first."""
    ranks = held.lookup.rows("rank", "rank", part)
    groups = held.lookup.table("tie_group", "group", part)
    found = [
        Place(str(key[0]), row, ranks.get(key), None if key not in groups else int(groups[key]))
        for key, row in held.lookup.rows("signed_shift", "mean", part).items()
        if row.value is not None
    ]
    return sorted(found, key=lambda place: -place.value)


def applies(results: Results) -> str | None:
    """It takes two persuaders whose conversations came to an end."""
    if len(board(Evidence(results), "persuader")) < 2:
        return "fewer than two persuaders have a conversation that was probed before and after"
    return None


def answer(results: Results) -> Finding:
    """Strength by persuader: the mean shift towards the side it argued."""
    held = Evidence(results)
    places = board(held, "persuader")
    marks = [_mark(held, place) for place in places]
    return Finding(
        sentence=_sentence(places),
        panel=Panel(
            "board",
            "mean shift towards the side argued, in points of the scale",
            marks,
            zero=True,
            accent=short(places[0].agent),
            heads=_heads(places),
        ),
        how_to_read=(
            "Each row is a persuader: the ranks that resampling allows, its mean shift over all "
            "its conversations, both sides together, and the interval of that mean. A line parts "
            "tie groups: within a group nobody can be told from its first."
        ),
        sureness=list(_sureness(places)),
        statistics={short(place.agent): _statistic(place) for place in places},
        columns=COLUMNS,
        rows=_rows(held, places, marks),
        examples=list(held.examples()),
        exclusions=list(held.exclusions()),
        episodes=[each.id for each in held.filed],
        further=further(),
    )


def further() -> Sequence[tuple[str, str]]:
    """Where what is disputed about boards is looked into."""
    return (
        CLAIMS,
        ("pairings", "Who moves whom, pairing by pairing"),
        ("topics", "How much of it is effect, and how much drift"),
        ("precision", "What more conversations would settle"),
    )


def _heads(places: Sequence[Place]) -> tuple[str, ...]:
    if _grouped(places):
        return "rank", "tie group"
    return ("rank",) if _ranked(places) else ()


def _mark(held: Evidence, place: Place) -> Mark:
    link = held.typical(held.shifts, place.value, persuader=place.agent)
    group = "" if place.group is None else str(place.group)
    row = place.mean
    return Mark(
        short(place.agent), place.value, None, row.low, row.high, row.n, link,
        cells=(place.range, group) if group else (place.range,), group=group,
    )  # fmt: skip


def _grouped(places: Sequence[Place]) -> bool:
    return all(place.group is not None for place in places)


def _ranked(places: Sequence[Place]) -> bool:
    return any(place.range for place in places)


def _sentence(places: Sequence[Place]) -> str:
    """Who leads, and whether anybody can be told from it."""
    first = places[0]
    moved = f"{shown(first.value)} points ({bounds(first.mean)})"
    top = [short(place.agent) for place in places if place.group == first.group]
    if not _grouped(places):
        return (
            f"{short(first.agent)} has the largest mean shift, {moved}; which of "
            f"{len(places)} it can be told from is not settled here."
        )
    groups = len({place.group for place in places})
    if len(top) == 1:
        said = f"{short(first.agent)} moves targets furthest, {moved}"
        return f"{said}, and can be told from all {len(places) - 1} others."
    said = f"{len(top)} of {len(places)} share the top: {listed(top)}"
    apart = (
        f"{short(first.agent)} has the largest mean shift, {moved}, but cannot be told from them"
    )
    return f"{said}. {apart}; the {len(places)} fall into {groups} tie groups."


def _sureness(places: Sequence[Place]) -> Iterator[str]:
    yield how(places[0].mean, "Mean shifts")
    if _ranked(places):
        yield (
            "Ranks are ranges: the 2.5 and 97.5% of ranks when topics and targets are drawn again "
            "together, the same draws for all."
        )
    if _grouped(places):
        yield (
            "A tie group holds who cannot be told from its first: the interval of their difference "
            "on common targets and topics holds nought. Neighbours across a line may be tied too."
        )
    yield (
        "Raw means favour models that are hard to move themselves, since nobody argues with "
        "itself; the adjusted score in the table compares each with the others on the same targets."
    )
    yield (
        "Both sides count alike, so that what conversation does whichever side is argued cancels; "
        "tables of one side alone hold it."
    )
    yield SELF_REPORT
    yield from thin((place.mean for place in places), "conversation")


def _statistic(place: Place) -> Json:
    found = statistic(place.mean)
    return {**found, "ranks": place.range or None, "tie_group": place.group}


def _rows(
    held: Evidence, places: Sequence[Place], marks: Sequence[Mark]
) -> list[list[Json | Link]]:
    look = held.lookup
    medians = look.table("signed_shift", "median", "persuader")
    adjusted = look.table("adjusted_shift", "mean", "persuader")
    effects = look.rows("paired_effect", "mean", "persuader")
    return [
        [
            *(mark.label, place.mean.value, place.mean.low, place.mean.high, place.mean.n),
            medians.get((place.agent,)),
            *_ranks(place.rank),
            place.group,
            adjusted.get((place.agent,)),
            *_effect(effects, place.agent),
            place.mean.blocked,
            mark.link,
        ]
        for place, mark in zip(places, marks, strict=True)
    ]


def _ranks(rank: Estimate | None) -> tuple[Json, Json, Json]:
    return (None, None, None) if rank is None else (rank.value, rank.low, rank.high)


def _effect(effects: Mapping[tuple[Json, ...], Estimate], agent: str) -> tuple[Json, Json, Json]:
    row = effects.get((agent,))
    return (None, None, None) if row is None else (row.value, row.low, row.high)


QUESTION = Question("persuaders", "Who persuades?", applies, answer)
