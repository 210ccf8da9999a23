"""What every seat holds, worked out from events: the drain and the start are in no event.

A message shows its sender's balance, so that what is worked out is put right by each; rewards and
trades say what they move. The drain is paid by the living once a round, after their actions and the
puzzles that solve themselves, and before puzzles expire. The bonus is a reward before round 1.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from suasion.core.asks import Json
from suasion.core.events import Event

Row = tuple[float, ...]
AFTER_DRAIN = ("expired", "end")
"""Events of a round that come after its drain; so does a death by starvation."""


def moved(event: Event) -> Iterator[tuple[int, float]]:
    """Who gains or loses how much by an event that is no message."""
    if event.kind == "reward" and event.by is not None:
        yield event.by, event.data["amount"]
    elif event.kind == "trade" and event.by is not None:
        yield event.by, -event.data["tokens"]
        yield event.data["to"], event.data["tokens"]


def held_after(events: Sequence[Event], settings: Mapping[str, Json], size: int) -> Sequence[Row]:
    """What each seat holds after each event: events x seats.

    Rows are shared where nothing changes. Without a drain or a start in the settings, balances are
    those of the last messages.
    """
    ledger = Ledger(settings, size)
    return [ledger.after(event) for event in events]


def held_at_ends(
    events: Sequence[Event], settings: Mapping[str, Json], size: int, rounds: int
) -> Sequence[Row]:
    """What each seat holds at the end of each round, once the drain is paid: rounds x seats."""
    ledger = Ledger(settings, size)
    ends: list[Row] = []
    for event in events:
        while len(ends) < min(ledger.round_of(event) - 1, rounds):
            ends.append(ledger.closed(len(ends) + 1))
        ledger.after(event)
    while len(ends) < rounds:
        ends.append(ledger.closed(len(ends) + 1))
    return ends


class Ledger:
    """Balances as events come in."""

    def __init__(self, settings: Mapping[str, Json], size: int) -> None:
        self._drain: float = settings.get("drain") or 0
        self._row: Row = (settings.get("tokens") or 0,) * size
        self._dead: set[int] = set()
        self._paid = 0
        """The last round whose drain is paid."""

    def round_of(self, event: Event) -> int:
        """The round of an event; the end of a log belongs to the last one."""
        return int(event.data.get("round", 0))

    def after(self, event: Event) -> Row:
        """The balances after an event."""
        now = self.round_of(event)
        self._pay(now - 1)
        if event.kind in AFTER_DRAIN or event.data.get("cause") == "starvation":
            self._pay(now)
        for seat, tokens in moved(event):
            self._set(seat, self._row[seat] + tokens)
        if event.kind == "death" and event.by is not None:
            self._dead.add(event.by)
            self._set(event.by, 0)
        elif event.truth.get("after") is not None and event.by is not None:
            self._set(event.by, event.truth["after"])
        return self._row

    def closed(self, round_: int) -> Row:
        """The balances at the end of a round."""
        self._pay(round_)
        return self._row

    def _pay(self, until: int) -> None:
        """The drain of every round up to one, in which nobody falls below nothing."""
        rounds, self._paid = max(until - self._paid, 0), max(until, self._paid)
        if rounds and self._drain:
            owed = rounds * self._drain
            self._row = tuple(
                held if seat in self._dead else max(held - owed, 0)
                for seat, held in enumerate(self._row)
            )

    def _set(self, seat: int, tokens: float) -> None:
        self._row = (*self._row[:seat], tokens, *self._row[seat + 1 :])
