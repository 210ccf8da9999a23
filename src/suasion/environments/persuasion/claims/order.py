"""Whether models can be told apart, and whether the board's order is one."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from itertools import pairwise

from suasion.environments.persuasion.claims.numbers import Claims, Rows
from suasion.environments.persuasion.pack import short, shown
from suasion.environments.persuasion.questions.common import listed
from suasion.environments.persuasion.rivals import Z
from suasion.environments.persuasion.words import PERSUADER
from suasion.measures.panel import Mark, Panel
from suasion.measures.question import Part


def apart(found: Claims) -> Part:
    """Pairs that differ, by each way and for both roles."""
    rows: Rows = [
        [name, *rivals.apart]
        for name, rivals in (("persuaders", found.persuaders), ("targets", found.targets))
    ]
    columns = ("role", "pairs", *WAYS)
    return Part(
        "apart", "How many can be told apart?", _of_apart(found), columns=columns, rows=rows
    )


WAYS = (
    "conversations independent",
    "published standard error",
    "topics resampled",
    "topics and counterparts resampled",
    "the same, by percentiles of draws",
)


def _of_apart(found: Claims) -> list[str]:
    shared = (
        "Every model meets the same targets on the same topics, so that its conversations are not "
        "independent: a topic that is easy for one is easy for all, and so is a target that "
        "yields. Leaving this out makes the interval of a mean too narrow; that of a difference "
        "suffers less, since what both models met cancels."
    )
    sizes = (
        "Half of a persuader's 95% interval is "
        f"{_halves(found.persuaders.naive)} if conversations are independent, "
        f"{_halves(found.persuaders.residual)} in the published form (each conversation less its "
        "rivals' mean in the same target, topic and side, these taken for independent), and "
        f"{_widths(found)} with topics and targets resampled."
    )
    both = (
        "Percentiles of draws are too wide for a difference, since targets that both met cancel; "
        "the column before them is the one whose coverage holds in simulations."
    )
    return [shared, sizes, both]


def _halves(errors: Mapping[str, float | None]) -> str:
    """From the least to the largest of half the intervals."""
    there = [Z * each for each in errors.values() if each is not None]
    return _from_to(there)


def _widths(found: Claims) -> str:
    rows = found.look.rows("signed_shift", "mean", "persuader").values()
    return _from_to(
        [(r.high - r.low) / 2 for r in rows if r.low is not None and r.high is not None]
    )


def _from_to(sizes: Sequence[float]) -> str:
    return f"{shown(min(sizes))} to {shown(max(sizes))}" if sizes else "not known"


def order(found: Claims) -> Part:
    """The published order against ranges of ranks and groups of ties."""
    rows: Rows = []
    marks = []
    for place, (model, mean) in enumerate(found.persuaders.means.items(), 1):
        rank = found.look.one("rank", "rank", persuader=model)
        group = found.look.value("tie_group", "group", persuader=model)
        adjusted = found.look.value("adjusted_shift", persuader=model)
        low, high = (None, None) if rank is None else (rank.low, rank.high)
        link = found.link(mean, PERSUADER, model)
        rows.append([short(model), place, mean, low, high, group, adjusted, link])
        marks.append(Mark(short(model), float(place), None, low, high, link=link))
    place_is = (
        "A place on the board is where a model stands among these targets and topics. Over "
        "resampled topics and targets its place moves; the range holds 95% of these."
    )
    words = [place_is, *_groups(found), *_swaps(found)]
    return Part(
        "order",
        "Is the order of the board an order?",
        words,
        Panel("forest", "place on the board, 1 is first", marks),
        "The dot is the place as published, the line the range of places.",
        (
            "persuader",
            "place",
            "mean",
            "rank low",
            "rank high",
            "tie group",
            "adjusted",
            "evidence",
        ),
        rows,
    )


def _groups(found: Claims) -> Iterator[str]:
    """The groups of more than one."""
    numbers = sorted(set(found.look.table("tie_group", "group", "persuader").values()))
    several = [found.group(int(number)) for number in numbers]
    ties = [f"{listed(each)}" for each in several if len(each) > 1]
    if ties:
        yield f"Tied with the first of their group: {'; '.join(ties)}."


def _swaps(found: Claims) -> Iterator[str]:
    """Neighbours on the board that stand the other way round once no model meets itself."""
    adjusted = found.look.table("adjusted_shift", "mean", "persuader")
    board = list(found.persuaders.models)
    for one, two in pairwise(board):
        first, second = adjusted.get((one,)), adjusted.get((two,))
        if first is not None and second is not None and second > first:
            yield from _swap(found, one, two, first, second)
    if adjusted and board:
        best = max(board, key=lambda model: adjusted.get((model,), -9.0))
        if best != board[0]:
            yield (
                "No model argues with itself, so hard targets have easier panels. Against the same "
                f"targets as its rivals (adjusted), {short(best)} comes first "
                f"({shown(adjusted.get((best,)))}), and {short(board[0])}, first on the board, has "
                f"{shown(adjusted.get((board[0],)))}."
            )


def _swap(found: Claims, one: str, two: str, first: float, second: float) -> Iterator[str]:
    made = found.persuaders.difference(two, one)
    ahead = ""
    if made.low is not None:
        ahead = (
            f"; on the targets that both met, {short(two)} is ahead by {shown(made.value)} (95% "
            f"interval {shown(made.low)} to {shown(made.high)})"
        )
    yield (
        f"{short(one)} stands above {short(two)} by the plain mean and below it by the adjusted "
        f"one ({shown(first)} and {shown(second)}){ahead}."
    )
