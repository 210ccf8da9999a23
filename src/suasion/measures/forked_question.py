"""What did the change change? The one question that every run of forks answers."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from math import fsum

from suasion.core.asks import Json
from suasion.measures.estimate import Estimate
from suasion.measures.forked import CHANGED, PAID, SHARE, Pair, changes, in_words, pairs_of
from suasion.measures.panel import Link, Mark, Panel
from suasion.measures.question import Example, Finding, Question, Results

FEW = 20
"""Pairs below which the page warns."""
ALL = "all seats"
SHOWN = 30
"""Seats in the figure, at most."""
COLUMNS = ("seat", "actions changed", "low", "high", "share", "payoff changed", "pairs", "evidence")


def applies(results: Results) -> str | None:
    """It takes a pair of forks that are whole, one of them with an edit."""
    if any(pairs.whole for pairs in pairs_of(results.filed)):
        return None
    return "no edited fork is whole beside a null fork with the same chance"


def answer(results: Results) -> Finding:
    """How many later actions differ between the edited and the null forks, by seat."""
    pairs = max(pairs_of(results.filed), key=lambda each: len(each.whole))
    found = pairs.whole
    every, share, paid = (_first(results, name, pairs.status) for name in (CHANGED, SHARE, PAID))
    number = _most(every)
    typical = _typical(found, number[None].value or 0)
    marks = [
        Mark(
            seat or ALL,
            each.value or 0,
            low=each.low,
            high=each.high,
            n=each.n,
            link=_link(typical),
        )
        for seat, each in number.items()
    ]
    return Finding(
        sentence=_sentence(found, number, share[None]),
        panel=Panel("forest", "later actions changed, per pair of forks", marks, zero=True),
        how_to_read=(
            "Each dot is the mean number of later actions that differ between an edited fork and "
            "the null fork with the same chance; a bar is its interval over pairs."
        ),
        sureness=list(_sureness(results, number[None], pairs.lost)),
        statistics=_statistics(number, share, paid),
        columns=COLUMNS,
        rows=[_row(seat, number, share, paid, _link(typical)) for seat in number],
        examples=list(_examples(found, typical)),
        exclusions=list(_exclusions(pairs.lost, len(every) - len(number))),
        episodes=[each.id for pair in found for each in pair],
    )


def _first(results: Results, measure: str, status: str) -> dict[str | None, Estimate]:
    """By seat, or none for all, the estimate by the default method."""
    found: dict[str | None, Estimate] = {}
    for row in results.estimates(measure):
        if row.status == status:
            found.setdefault(row.by.get("seat"), row)
    return found


def _most(every: Mapping[str | None, Estimate]) -> dict[str | None, Estimate]:
    """All seats together, and those of them whose actions changed most, in their order."""
    seats = sorted(filter(None, every), key=lambda seat: -(every[seat].value or 0))[:SHOWN]
    return {seat: row for seat, row in every.items() if seat is None or seat in seats}


def _exclusions(lost: int, hidden: int) -> Iterator[str]:
    if lost:
        yield f"{_count(lost, 'pair')} not whole."
    if hidden:
        yield f"{_count(hidden, 'seat')} that changed less: in the data, and not in the figure."


def _sentence(pairs: Sequence[Pair], number: Mapping[str | None, Estimate], share: Estimate) -> str:
    said = in_words(pairs[0].edited.origin or {})
    of = fsum(total for pair in pairs for _, total in changes(pair)) / len(pairs)
    every = number[None]
    words = f"{_shown(every.value)} of {_shown(of)} later actions differ from the null fork's"
    if share.value is not None:
        words += f", {share.value:.0%} of them"
    means = f"on average over {_count(every.n, 'pair')}"
    most = max((seat for seat in number if seat), key=lambda seat: number[seat].value or 0)
    whose = f"; most of them {most}'s" if number[most].value else ""
    return f"Where {said}, {words}, {means}{_bounds(every)}{whose}."


def _bounds(row: Estimate) -> str:
    if row.low is None or row.high is None:
        return ""
    return f" ({row.level:.0%} interval {_shown(row.low)} to {_shown(row.high)})"


def _sureness(results: Results, row: Estimate, lost: int) -> Iterator[str]:
    yield f"The independent unit is the pair of forks with the same chance; n = {row.n}."
    if row.low is None:
        yield f"No interval: {row.method.removeprefix('none: ')}."
    else:
        yield f"Intervals: {row.level:.0%}, by {row.method.replace('_', ' ')}, paired by seed."
    yield (
        "An action is compared whole, words included, with the same seat's action of the same "
        "number after the fork; one that only one fork has counts as changed."
    )
    agents = {seat.agent or "" for each in results.filed for seat in each.seats}
    if not all(agent.startswith("policy/") for agent in agents):
        yield (
            "Seats that are models answer otherwise when they are asked again, so that some "
            "of the difference is theirs and not the edit's."
        )
    if lost:
        yield f"{_count(lost, 'pair')} not whole; bounds with each at its worst are in the data."
    if row.n < FEW:
        yield f"Only {_count(row.n, 'pair')}: fewer than {FEW}, so intervals are uncertain."


def _statistics(*several: Mapping[str | None, Estimate]) -> dict[str, Json]:
    return {
        f"{each.measure} {seat or ALL}": {
            "mean": each.value,
            "low": each.low,
            "high": each.high,
            "n": each.n,
            "method": each.method,
        }
        for rows in several
        for seat, each in rows.items()
    }


def _row(
    seat: str | None,
    number: Mapping[str | None, Estimate],
    share: Mapping[str | None, Estimate],
    paid: Mapping[str | None, Estimate],
    link: Link,
) -> list[Json | Link]:
    own = number[seat]
    part, gain = share.get(seat), paid.get(seat)
    return [
        *(seat or ALL, own.value, own.low, own.high),
        *(part and part.value, gain and gain.value, own.n, link),
    ]


def _typical(pairs: Sequence[Pair], mean: float) -> Pair:
    return min(pairs, key=lambda pair: abs(_total(pair) - mean))


def _total(pair: Pair) -> int:
    return sum(number for number, _ in changes(pair))


def _link(pair: Pair) -> Link:
    """The event that the fork branches off at, in the edited one."""
    at = (pair.edited.origin or {}).get("at")
    count = len(pair.edited.episode.events)
    return Link(pair.edited.id, at if isinstance(at, int) and 0 <= at < count else None)


def _examples(pairs: Sequence[Pair], typical: Pair) -> Iterator[Example]:
    for rule, pair in (
        ("typical, nearest to the mean", typical),
        ("extreme, most changed", max(pairs, key=_total)),
        ("counter-example, least changed", min(pairs, key=_total)),
    ):
        yield Example(rule, _link(pair), f"{_count(_total(pair), 'later action')} changed")


def _count(number: int, noun: str) -> str:
    return f"{number} {noun}{'' if number == 1 else 's'}"


def _shown(value: float | None) -> str:
    return "none" if value is None else f"{value:.3g}"


QUESTION = Question("fork", "What did the change change?", applies, answer)
