"""What a fork shows, in any environment: what its one change changed in what seats did later.

A run of forks is made of pairs with the same chance: `edited`, and `null` where nothing is
changed. What they do not share is due to the edit (and, where seats are models, to what they
would say otherwise when asked again: two null forks of models differ, too).
"""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from math import fsum
from typing import NamedTuple

from suasion.core.asks import Answer, Forfeit, Json, same
from suasion.measures.behind import Behind, behind, cause
from suasion.measures.estimate import Estimate, unbounded
from suasion.measures.filed import Filed
from suasion.measures.measure import Number, OfRun, Parameters, Place, Undefined, Value
from suasion.measures.pooling import whole
from suasion.measures.question import Results

EDITED, NULL = "edited", "null"
"""The arms of a run of forks."""
CHANGED, SHARE, PAID = "later_actions_changed", "later_actions_changed_share", "payoff_changed"
NOTHING_LATER = Undefined("no_later_actions")


class Pair(NamedTuple):
    """Two forks with the same chance."""

    edited: Filed
    null: Filed


class Pairs(NamedTuple):
    """The pairs of one status, and how many are not whole."""

    status: str
    whole: Sequence[Pair]
    causes: Mapping[str, int]
    """How many are missing, by why: what the first of their forks that is missing says."""

    @property
    def lost(self) -> int:
        """How many are missing."""
        return sum(self.causes.values())


def pairs_of(filed: Sequence[Filed]) -> list[Pairs]:
    """The pairs of a run, in its order, by status."""
    arms: dict[tuple[str, Json], dict[str, Filed]] = {}
    for each in filed:
        if each.arm in (EDITED, NULL) and _branched(each):
            pair = (each.origin or {}).get("pair")
            arms.setdefault((each.status, pair), {})[each.arm] = each
    by: dict[str, list[dict[str, Filed]]] = {}
    for (status, _), forks in arms.items():
        by.setdefault(status, []).append(forks)
    return [_pairs(status, several) for status, several in by.items()]


def _branched(filed: Filed) -> bool:
    """Whether an origin says which pair a fork is of and since when; a stranger's may not."""
    origin = filed.origin or {}
    return all(type(origin.get(name)) is int for name in ("pair", "through"))


def _pairs(status: str, several: Sequence[Mapping[str, Filed]]) -> Pairs:
    """Forks without an edit are in no pair, and not lost."""
    begun = [forks for forks in several if EDITED in forks]
    found = [
        Pair(forks[EDITED], forks[NULL])
        for forks in begun
        if NULL in forks and all(map(whole, forks.values())) and _alike_seated(forks)
    ]
    there = {pair.edited.id for pair in found}
    lost = [_why(forks) for forks in begun if forks[EDITED].id not in there]
    return Pairs(status, found, Counter(lost))


def _why(forks: Mapping[str, Filed]) -> str:
    """Why a pair is missing."""
    return next(filter(None, map(cause, forks.values())), "no_null_fork")


def _alike_seated(forks: Mapping[str, Filed]) -> bool:
    return len({len(each.seats) for each in forks.values()}) == 1


def later_actions(filed: Filed) -> list[list[Answer]]:
    """By seat, its answers from the fork on, in order; what is asked out of band is no action."""
    through: int = filed.origin["through"] if filed.origin is not None else 0
    found: list[list[Answer]] = [[] for _ in filed.seats]
    for decision in filed.episode.decisions:
        if decision.step >= through and not decision.aside:
            for seat, answer in decision.each():
                found[seat].append(answer)
    return found


def changes(pair: Pair) -> list[tuple[int, int]]:
    """By seat, how many of its later actions differ between the forks, and of how many."""
    both = zip(later_actions(pair.edited), later_actions(pair.null), strict=True)
    return [(_differing(one, other), max(len(one), len(other))) for one, other in both]


def _differing(one: Sequence[Answer], other: Sequence[Answer]) -> int:
    met = sum(not _alike(a, b) for a, b in zip(one, other, strict=False))
    return met + abs(len(one) - len(other))


def _alike(one: Answer, other: Answer) -> bool:
    if isinstance(one, Forfeit) or isinstance(other, Forfeit):
        return one == other
    return same(one, other)


def changed(filed: Sequence[Filed], parameters: Parameters) -> Mapping[str, Number]:  # noqa: ARG001
    """How many actions after the fork differ between an edited fork and the null fork with the
    same chance: of all seats together, and of each seat.

    The first later action of a seat is held against its first in the other fork, the second
    against the second, whenever they fall; one that only one of the forks has counts as changed.
    Answers are compared whole, words included; answers out of band are no actions. Source: ours.
    """
    return {pair.edited.id: sum(n for n, _ in changes(pair)) for pair in _all(filed)}


def share(filed: Sequence[Filed], parameters: Parameters) -> Mapping[str, Number]:  # noqa: ARG001
    """The same as a share of all later actions, of the fork that has more of a seat's.

    Undefined where nobody acts later: `no_later_actions`. Source: ours.
    """
    return {pair.edited.id: _share(_sum(changes(pair))) for pair in _all(filed)}


def paid(filed: Sequence[Filed], parameters: Parameters) -> Mapping[str, Number]:  # noqa: ARG001
    """What each seat is paid in the edited fork less what it is paid in the null fork.

    Source: ours.
    """
    return {}


def _all(filed: Sequence[Filed]) -> Iterator[Pair]:
    return (pair for pairs in pairs_of(filed) for pair in pairs.whole)


def _share(counted: tuple[int, int]) -> Number:
    number, of = counted
    return number / of if of else NOTHING_LATER


def _sum(counted: Sequence[tuple[int, int]]) -> tuple[int, int]:
    return sum(n for n, _ in counted), sum(of for _, of in counted)


def _paid(pair: Pair) -> list[Number]:
    one, other = pair.edited.episode.payoffs, pair.null.episode.payoffs
    return [a - b for a, b in zip(one, other, strict=True)]


@dataclass(frozen=True)
class OfFork(OfRun):
    """Numbers of a pair of forks, given to the edited one: one for all seats, one for each."""

    by_seat: Callable[[Pair], Sequence[Number]]
    level = "block"

    def of_run(self, run: Sequence[Filed], parameters: Parameters) -> Iterator[Value]:
        """That of all seats, where there is one, and those of each, pair by pair."""
        together = self.of(run, parameters)
        for pair in _all(run):
            if pair.edited.id in together:
                yield self._value(pair.edited, Place(), together[pair.edited.id])
            for seat, number in enumerate(self.by_seat(pair)):
                yield self._value(pair.edited, Place(seat), number)


MEASURES = (
    OfFork(CHANGED, "actions", changed, lambda pair: [n for n, _ in changes(pair)], low=0.0,
           pooled=False),
    OfFork(SHARE, "share", share, lambda pair: [_share(each) for each in changes(pair)], low=0.0,
           high=1.0, pooled=False),
    OfFork(PAID, "payoff", paid, _paid, pooled=False),
)  # fmt: skip


def estimates(results: Results) -> Iterator[Estimate]:
    """The mean over pairs of each of these, for all seats and for each; pairs are resampled."""
    for measure in MEASURES:
        for pairs in pairs_of(results.filed):
            yield from _rows(measure, pairs, _numbers(results, measure, pairs), results.methods)


def _numbers(results: Results, measure: OfFork, pairs: Pairs) -> dict[str | None, list[float]]:
    """One number a pair, by seat; undefined ones are left out."""
    ids = {pair.edited.id for pair in pairs.whole}
    found: dict[str | None, list[float]] = {}
    for value in results.values(measure.id):
        if value.episode in ids:
            numbers = found.setdefault(value.seat, [])
            if isinstance(value.value, int | float):
                numbers.append(value.value)
    return found


def _rows(
    measure: OfFork,
    pairs: Pairs,
    by_seat: Mapping[str | None, list[float]],
    methods: Sequence[str],
) -> Iterator[Estimate]:
    from suasion.stats.interval import Recipe
    from suasion.stats.mean import means

    there = _behind(pairs)
    made = means(list(by_seat.values()), Recipe(methods=tuple(methods)))
    for (seat, numbers), found in zip(by_seat.items(), made, strict=True):
        low = _bound(numbers, pairs.lost, measure.low)
        high = _bound(numbers, pairs.lost, measure.high)
        for each in found:
            yield Estimate(
                measure=measure.id,
                by={} if seat is None else {"seat": seat},
                statistic="mean",
                value=each.value,
                low=each.low,
                high=each.high,
                n=len(numbers),
                unit_of_resampling="pair",
                method=each.method,
                status=pairs.status,
                reason=each.reason,
                level=each.level,
                bound_low=low,
                bound_high=high,
                bound_reason=unbounded(pairs.lost, low, high, measure.id),
                behind=there,
            )


def _behind(pairs: Pairs) -> Behind:
    """What stands behind the pairs: missing are whole pairs, each for what its forks lack."""
    found = behind([fork for pair in pairs.whole for fork in pair])
    return found._replace(blocked=pairs.lost, causes=pairs.causes)


def _bound(numbers: Sequence[float], lost: int, worst: float | None) -> float | None:
    """The mean with every lost pair at its worst."""
    if not lost or worst is None:
        return None
    return (fsum(numbers) + lost * worst) / (len(numbers) + lost) + 0.0


def in_words(origin: Mapping[str, Json]) -> str:
    """What an origin says was changed; a sentence without its first capital or full stop."""
    edit, at = origin.get("edit"), origin.get("at")
    if not isinstance(edit, dict):
        return "nothing is changed"
    whose = f"the copy of event {at} to {', '.join(map(str, edit.get('seats', ())))}"
    match edit.get("kind"):
        case "answer" if edit.get("answer") is None:
            return f"the answer of {edit.get('seat')} before event {at} is taken out"
        case "answer":
            return f"another answer of {edit.get('seat')} leads to event {at}"
        case "drop":
            return f"{whose} is lost"
        case "delay":
            return f"{whose} is {edit.get('steps')} steps late"
        case "reroute":
            return f"{whose} goes to {edit.get('to')}"
        case "rewrite":
            return f"{whose} has other words"
    return f"the draw {edit.get('name')} before event {at} comes out otherwise"


def again(fork: Mapping[str, Json], run: str = "RUN", out: str = "RUN2") -> list[str]:
    """The words of the command that made a run of forks, from what its manifest says of them."""
    options = [*_options(fork.get("edit"))]
    for name in ("times", "seed"):
        if fork.get(name):
            options += [f"--{name}", str(fork[name])]
    named = [run, str(fork.get("episode", "EPISODE")), "--at", str(fork.get("at", "EVENT"))]
    return ["suasion", "fork", *named, *options, "--out", out]


def _options(edit: Json) -> Iterator[str]:
    """An edit as it is written on the command line."""
    if not isinstance(edit, dict):
        return
    kind, seats = edit.get("kind"), edit.get("seats")
    yield f"--{kind}"
    if kind == "answer":
        yield f"{edit.get('seat')}={json.dumps(edit.get('answer'))}"
    elif kind == "draw":
        yield f"{edit.get('as')}={json.dumps(edit.get('value'))}"
    elif kind != "drop":
        yield str(edit.get({"delay": "steps", "reroute": "to", "rewrite": "text"}.get(str(kind))))
    if isinstance(seats, list) and len(seats) == 1:
        yield from ("--to", str(seats[0]))
