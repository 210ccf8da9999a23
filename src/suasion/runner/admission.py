"""Attempts on their way out of workers: they wait here for the gate, which knows no worker."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from itertools import count
from time import monotonic
from typing import NamedTuple

from suasion.models.faults import OUTCOMES
from suasion.models.model import BATCHES
from suasion.runner.caps import UNIT
from suasion.runner.frames import Leaving
from suasion.runner.gate import Gate, Want
from suasion.runner.hands import Hand
from suasion.runner.line import DEADLINE
from suasion.runner.progress import Standing, Trouble
from suasion.store.attempts import Came, Charge, Left


class Waiting(NamedTuple):
    """A call that waits to leave."""

    hand: Hand
    message: Leaving
    asked: float
    """When it asked to, or last failed (monotonic seconds)."""


class Again(NamedTuple):
    """An episode that waits before it asks again."""

    hand: Hand
    lane: str
    failed: float
    """When its attempt came to nothing (monotonic seconds)."""


NEWEST = 0.05
"""How much of the usual time of a call the newest one is."""


class Admission:
    """Who asked to leave, and who may."""

    def __init__(self, gate: Gate, concurrency: int | None, patience: float = DEADLINE) -> None:
        self.gate, self.concurrency, self.patience = gate, concurrency, patience
        self.closed: str | None = None
        """Why nothing may leave to a model any more, where that is so."""
        self.usual_seconds = 0.0
        """How long calls take, the newest weighing most."""
        self._tickets = count(1)
        self._waiting: dict[int, Waiting] = {}
        self._free: list[tuple[Hand, Leaving]] = []
        """Those that no limit holds: nothing is sent."""
        self._out: dict[tuple[int, int], int] = {}
        """Tickets of the gate by worker and the worker's own."""
        self._again: dict[tuple[int, int], Again] = {}
        """Episodes that a fault of an endpoint makes wait before they ask again, by worker."""
        self._batched: dict[int, dict[int, int]] = {}
        """Episodes whose calls go by batch, by worker and its ticket."""

    @property
    def capped(self) -> str | None:
        """Why a cap stopped the run."""
        return self.gate.capped

    @property
    def out(self) -> int:
        """Calls in flight."""
        return len(self._out)

    def ask(self, hand: Hand, message: Leaving) -> None:
        """Wait for leave."""
        if not message.lane:
            self._free.append((hand, message))
            return
        again = self._again.pop((id(hand), message.number), None) if self._again else None
        ticket, left = next(self._tickets), Left(*message.left)
        now = monotonic()
        self._waiting[ticket] = Waiting(hand, message, again.failed if again else now)
        want = Want(ticket, message.lane, left.reserved or 0, left.reserved_cost)
        self.gate.ask(want, now)

    def admitted(self) -> Iterator[tuple[Hand, Leaving]]:
        """Those that may leave now."""
        free, self._free = self._free, []
        yield from free
        if self.closed:
            return
        for ticket in self.gate.admitted(monotonic()) if self._waiting else ():
            hand, message, _ = self._waiting.pop(ticket)
            self._out[id(hand), message.ticket] = ticket
            if message.lane.endswith(BATCHES):
                self._batched.setdefault(id(hand), {})[message.ticket] = message.number
            yield hand, message

    def refused(self) -> Iterator[tuple[Hand, Leaving, str]]:
        """Those that never may, once a cap is reached or the run stops."""
        why = self.closed or self.gate.capped
        if why is None or not self._waiting:
            return
        for ticket, (hand, message, _) in list(self._waiting.items()):
            self.gate.withdrawn(ticket)
            yield hand, message, why
        self._waiting.clear()

    def lost(self) -> Iterator[tuple[Hand, Leaving, str, str]]:
        """Those whose endpoint has been down for as long as a decision may take; why, and of what.

        What waits in a queue counts for no deadline, so that this one is held here.
        """
        now = monotonic()
        down = {
            name: lane.breaker
            for name, lane in self.gate.lanes.items()
            if lane.breaker.open and now - lane.breaker.since >= self.patience
        }
        if not down:
            return
        for ticket, (hand, message, asked) in list(self._waiting.items()):
            breaker = down.get(message.lane)
            if breaker is not None and breaker.lost(asked, now, self.patience):
                del self._waiting[ticket]
                self.gate.withdrawn(ticket)
                why = f"{shown(message.lane)} has been down for {self.patience:g} s"
                yield hand, message, why, breaker.fault

    def stuck(self) -> Collection[tuple[Hand, int]]:
        """Workers and episodes that wait for endpoints which stand still, or to try them again."""
        now = monotonic()
        held = {name for name, lane in self.gate.lanes.items() if lane.held(now)}
        if not held:
            return ()
        waiting = {
            (id(each.hand), each.message.number): each.hand
            for each in self._waiting.values()
            if each.message.lane in held
        }
        waiting |= {
            (whose, number): each.hand
            for (whose, number), each in self._again.items()
            if each.lane in held and number in each.hand.given
        }
        return [(hand, number) for (_, number), hand in waiting.items()]

    def in_batches(self, hand: Hand) -> int:
        """How many episodes of a worker wait for a batch: they need nothing but its memory."""
        return len(set(self._batched.get(id(hand), {}).values())) if self._batched else 0

    def standing(self) -> Standing:
        """What leaves, what waits and why, and what is spent."""
        now, caps, limits = monotonic(), self.gate.caps, self.gate.limits
        lanes = self.gate.lanes
        troubles = ((name, lane.trouble(now)) for name, lane in lanes.items())
        return Standing(
            sum(lane.in_flight for lane in lanes.values()),
            sum(lane.waiting for lane in lanes.values()),
            tuple(Trouble(shown(name), said) for name, said in troubles if said),
            caps.tokens.spent,
            limits.max_tokens,
            caps.money.spent / UNIT,
            limits.max_cost,
        )

    def close(self, why: str) -> Iterator[tuple[Hand, Leaving, str]]:
        """Let nothing leave any more; those that wait are refused."""
        self.closed = why
        return self.refused()

    def failed(
        self, hand: Hand, number: int, ticket: int, came: Came, retry_after: float | None
    ) -> None:
        """An attempt came to nothing, and its episode may be about to make another."""
        own, kind = self._out.get((id(hand), ticket)), OUTCOMES.get(str(came.outcome))
        if own is not None and kind is not None and kind.retried == "yes":
            self._again[id(hand), number] = Again(hand, self.gate.lane_of(own), monotonic())
        self.ended(hand, ticket, came, retry_after)

    def ended(self, hand: Hand, ticket: int, came: Came, retry_after: float | None = None) -> None:
        """An attempt came back, or came to nothing."""
        if self._batched:
            self._batched.get(id(hand), {}).pop(ticket, None)
        own = self._out.pop((id(hand), ticket), None)
        if own is None:
            return
        self.usual_seconds += NEWEST * (came.seconds - self.usual_seconds)
        known = came.tokens_in is not None and came.tokens_out is not None
        tokens = (came.tokens_in or 0) + (came.tokens_out or 0) if known else None
        outcome = came.outcome if isinstance(came.outcome, str) else "unrecognised"
        self.gate.ended(
            own, outcome, monotonic(), tokens=tokens, cost=came.cost, retry_after=retry_after
        )

    def gone(self, hand: Hand) -> None:
        """A worker is dead: what it had sent may be paid, what waited never left."""
        self._free = [each for each in self._free if each[0] is not hand]
        self._again = {key: each for key, each in self._again.items() if each.hand is not hand}
        self._batched.pop(id(hand), None)
        for ticket, (waits, *_) in list(self._waiting.items()):
            if waits is hand:
                del self._waiting[ticket]
                self.gate.withdrawn(ticket)
        for key, own in list(self._out.items()):
            if key[0] == id(hand):
                del self._out[key]
                self.gate.ended(
                    own, "possibly paid", monotonic(), tokens=None, cost=None, retry_after=None
                )

    def wait(self, longest: float) -> float:
        """Seconds until somebody may have to be let through."""
        if not self._waiting:
            return longest
        now = monotonic()
        look = self.gate.next_look(now)
        return longest if look is None else max(0.0, min(longest, look - now))


def shown(lane: str) -> str:
    """An endpoint for people, of a lane's name."""
    provider, host, *_ = [*lane.split(), ""]
    return f"{'batches of ' if lane.endswith(BATCHES) else ''}{provider} at {host}"


def spent(charges: list[Charge]) -> tuple[int, float]:
    """Tokens and US dollars that a run took so far, or may have: as reserved where unknown."""
    paid = [each for each in charges if each.counted or _paid(each.outcome)]
    return sum(each.tokens for each in paid), sum(each.cost for each in paid)


def _paid(outcome: str) -> bool:
    """Whether an attempt with this end may have been paid for."""
    kind = OUTCOMES.get(outcome)
    return outcome != "withdrawn" and (kind is None or kind.paid)
