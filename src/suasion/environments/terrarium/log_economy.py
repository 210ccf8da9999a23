"""What a log shows of its economy: nothing says the drain or the start, but balances tell both.

Every message holds its sender's balance before and after. Between two messages of one seat it
changes by rewards, gifts and the drain, which is paid once a round; so each pair of messages tells
the drain, and each first message the start. What most of them tell is taken.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from typing import NamedTuple, TypeVar

from suasion.core.asks import Json
from suasion.core.events import Event
from suasion.environments.terrarium.measures.balances import moved

T = TypeVar("T")


class Shown(NamedTuple):
    """A message that shows its sender's balance."""

    seat: int
    round: int
    before: float
    after: float
    gained: float
    """What the sender got since its message before this one, or since the start."""


def settings_of(events: Sequence[Event], names: Sequence[str]) -> dict[str, Json]:
    """The settings that events show; what they do not show is left out."""
    drain = _mode(_drains(events))
    shown: dict[str, Json] = {
        "drain": drain,
        "tokens": None if drain is None else _mode(_starts(events, drain)),
        "reward": _mode(_rewards(events, cooperative=False)),
        "split_reward": _mode(_rewards(events, cooperative=True)),
        "lifetime": _mode(_lifetimes(events)),
    }
    found = {name: value for name, value in shown.items() if value is not None}
    return {"names": list(names), **found}


def _shown(events: Iterable[Event]) -> Iterator[Shown]:
    gained: dict[int, float] = {}
    for event in events:
        for seat, tokens in moved(event):
            gained[seat] = gained.get(seat, 0) + tokens
        before, after = event.truth.get("before"), event.truth.get("after")
        if event.by is not None and before is not None and after is not None:
            since = gained.pop(event.by, 0)
            yield Shown(event.by, event.data["round"], before, after, since)


def _drains(events: Iterable[Event]) -> Iterator[float]:
    last: dict[int, Shown] = {}
    for now in _shown(events):
        before = last.get(now.seat)
        if before is not None and now.round > before.round:
            rounds, lost = now.round - before.round, before.after + now.gained - now.before
            if lost >= 0 and lost % rounds == 0:
                yield _plain(lost / rounds)
        last[now.seat] = now


def _starts(events: Iterable[Event], drain: float) -> Iterator[float]:
    seen: set[int] = set()
    for now in _shown(events):
        if now.seat not in seen:
            yield _plain(now.before - now.gained + drain * (now.round - 1))
        seen.add(now.seat)


def _rewards(events: Iterable[Event], *, cooperative: bool) -> Iterator[float]:
    for event in events:
        if event.kind == "reward" and event.data.get("cooperative") is cooperative:
            yield event.data["amount"]


def _lifetimes(events: Iterable[Event]) -> Iterator[int]:
    made: dict[Json, int] = {}
    for event in events:
        if event.kind == "puzzle":
            made[event.data["puzzle"]] = event.data["round"]
        elif event.kind == "expired" and event.data["puzzle"] in made:
            yield event.data["round"] - made[event.data["puzzle"]]


def _plain(number: float) -> float:
    return int(number) if number == int(number) else number


def _mode(found: Iterable[T]) -> T | None:
    most = Counter(found).most_common(1)
    return most[0][0] if most else None
