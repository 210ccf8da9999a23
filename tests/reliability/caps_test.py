"""R12: what is spent stays under the caps, whatever replies cost and however often a run is killed.

The server's own books are what counts: what it was paid for, and what it may have been paid for by
calls that were in flight when a run was killed.
"""

import random
from heapq import heappop, heappush
from typing import Any, NamedTuple

import pytest

from suasion.runner.caps import Caps
from suasion.runner.gate import Gate, Want
from suasion.runner.study_parts import Limits

SEEDS = 200
FAULTS = ("rate_limit", "server_error", "connection_refused", "read_timeout", "cut_body")
ROUNDING = 1e-9
"""Of a dollar: sums of floats in these tests; the gate itself counts in whole units."""


class Spent(NamedTuple):
    """What a run has spent, as the server counts it."""

    tokens: int
    cost: float


class Run:
    """A run of many processes, each with a gate of its own, against one server."""

    def __init__(self, seed: int, times: float = 1.0) -> None:
        """`times`: how many times the tokens it should a server reports at most."""
        self.rng, self.times = random.Random(seed), times
        rng = self.rng
        self.price = rng.choice((0.0, 10 ** rng.uniform(-6, -4)))
        self.limits = Limits(
            max_tokens=rng.choice((None, int(10 ** rng.uniform(3, 6.5)))),
            max_cost=rng.choice((None, 10 ** rng.uniform(-2, 1))),
            concurrency=rng.randint(1, 200),
            tokens_per_minute=rng.choice((None, 10 ** rng.uniform(5, 8))),
        )
        self.paid = Spent(0, 0.0)
        self.possibly = Spent(0, 0.0)
        self.in_flight: dict[int, tuple[int, int]] = {}
        self.largest_flight = 0
        self.excess_at_stop: int | None = None
        self.ticket = 0
        self.capped: str | None = None

    def play(self, calls: int = 600) -> "Run":
        left = calls
        while left > 0 and self.capped is None:
            left -= self.process(self.rng.randint(1, left))
        return self

    def process(self, calls: int) -> int:
        """One process of the run, which is killed after some replies; the calls it asked for."""
        rng = self.rng
        gate = Gate(
            self.limits,
            self.paid.tokens + self.possibly.tokens,
            self.paid.cost + self.possibly.cost,
        )
        lanes = [f"lane {n}" for n in range(rng.randint(1, 4))]
        for _ in range(calls):
            self.ask(gate, rng.choice(lanes), 0.0)
        kill = rng.randint(1, 2 * calls)
        now, ends = 0.0, list[tuple[float, int]]()
        for _ in range(kill):
            for ticket in gate.admitted(now):
                heappush(ends, (now + rng.expovariate(1.0), ticket))
            self.held(gate)
            look = gate.next_look(now)
            if not ends or (look is not None and look < ends[0][0]):
                if look is None:
                    break
                now = look
                continue
            now, ticket = heappop(ends)
            self.answer(gate, ticket, now)
        self.capped = gate.capped
        self.largest_flight = max(self.largest_flight, len(ends))
        for _, ticket in ends:  # killed: all that was in flight may have been paid
            reserved, _ = self.in_flight.pop(ticket)
            self.possibly = self.sum(self.possibly, reserved)
        self.in_flight.clear()
        return calls

    def ask(self, gate: Gate, lane: str, now: float) -> None:
        self.ticket += 1
        prompt, most = self.rng.randint(1, 4000), self.rng.randint(1, 1000)
        reserved = 2 * (prompt + 64 + most)
        true = self.rng.randint(1, prompt + 64 + most)
        self.in_flight[self.ticket] = reserved, true
        gate.ask(Want(self.ticket, lane, reserved, reserved * self.price), now)

    def answer(self, gate: Gate, ticket: int, now: float) -> None:
        reserved, true = self.in_flight.pop(ticket)
        outcome = self.rng.choice(("answered", "answered", "answered", *FAULTS, "truncated"))
        if outcome in ("answered", "truncated") and self.rng.random() < 0.9:
            used = int(true * self.rng.uniform(1.0, self.times))
            self.paid = self.sum(self.paid, used)
            gate.ended(ticket, outcome, now, tokens=used, cost=used * self.price)
        else:
            if outcome not in ("rate_limit", "connection_refused"):  # nobody knows: at most so much
                self.possibly = self.sum(self.possibly, reserved)
            gate.ended(ticket, outcome, now)
            reserved = 0

    def sum(self, spent: Spent, tokens: int) -> Spent:
        return Spent(spent.tokens + tokens, spent.cost + tokens * self.price)

    def held(self, gate: Gate) -> None:
        """The caps, with all that may have been paid and all that is in flight."""
        state: Any = gate.state(0.0)
        tokens, cost = state["tokens"], state["cost"]
        assert tokens["spent"] == self.paid.tokens + self.possibly.tokens
        if tokens["cap"] is not None:
            assert tokens["spent"] + tokens["reserved"] <= tokens["cap"]
        if cost["cap"] is not None:
            assert cost["spent"] + cost["reserved"] <= cost["cap"] + ROUNDING

    @property
    def over(self) -> bool:
        """Whether more was spent, or may have been, than the caps allow."""
        tokens = self.paid.tokens + self.possibly.tokens
        cost = self.paid.cost + self.possibly.cost
        return tokens > (self.limits.max_tokens or tokens) or (
            self.limits.max_cost is not None and cost > self.limits.max_cost + ROUNDING
        )


@pytest.mark.parametrize("times", [1.0, 2.0])
def test_a_run_never_spends_more_than_its_caps_however_it_is_killed(times: float) -> None:
    stopped = killed = 0
    for seed in range(SEEDS):
        run = Run(seed, times).play()
        assert not run.over, f"seed {seed}: {run.paid}, {run.possibly}, {run.limits}"
        stopped += run.capped is not None
        killed += run.largest_flight > 0
    assert stopped > SEEDS / 3, "the caps were hardly tried"
    assert killed > SEEDS / 2, "hardly anything was in flight at a kill"


def test_without_reservation_caps_are_passed(monkeypatch: pytest.MonkeyPatch) -> None:
    """The control: a cap that looks only at what is spent already."""

    def spent_alone(caps: Caps, *_: object) -> bool:
        if not (caps.tokens.ever_fits(1) and caps.money.ever_fits(1)):
            caps.stopped = "spent"
        return caps.stopped is None

    monkeypatch.setattr(Caps, "reserve", spent_alone)
    monkeypatch.setattr(Run, "held", lambda *_: None)
    assert any(Run(seed).play().over for seed in range(20))


@pytest.mark.parametrize("in_flight", [1, 30, 1000])
def test_a_server_that_reports_ten_times_stops_the_run_at_its_first_reply(in_flight: int) -> None:
    gate = Gate(Limits(max_tokens=10**9, concurrency=in_flight))
    for ticket in range(3 * in_flight):
        gate.ask(Want(ticket, "a", 2 * 500, None), 0.0)
    leaving = gate.admitted(0.0)
    assert len(leaving) == in_flight
    gate.ended(leaving[0], "answered", 1.0, tokens=5000)
    assert gate.capped is not None
    assert "5,000 tokens" in gate.capped
    for ticket in leaving[1:]:
        assert gate.admitted(1.0) == []
        gate.ended(ticket, "answered", 1.0, tokens=5000)
    assert gate.admitted(2.0) == []
    state: Any = gate.state(2.0)
    assert state["tokens"]["spent"] == 5000 * in_flight
    assert state["tokens"]["overrun"] == (5000 - 1000) * in_flight


def test_a_thousand_in_flight_against_a_server_that_reports_twice_stay_under_the_cap() -> None:
    rng, cap = random.Random(1), 3_000_000
    gate = Gate(Limits(max_tokens=cap, concurrency=1000))
    wants = [Want(n, "a", 2 * rng.randint(100, 3000), None) for n in range(5000)]
    for want in wants:
        gate.ask(want, 0.0)
    flight, most, now = gate.admitted(0.0), 0, 0.0
    while flight:
        most = max(most, len(flight))
        now += 0.01
        ticket = flight.pop(rng.randrange(len(flight)))
        gate.ended(ticket, "answered", now, tokens=wants[ticket].tokens)
        state: Any = gate.state(now)
        assert state["tokens"]["spent"] + state["tokens"]["reserved"] <= cap
        flight += gate.admitted(now)
    assert most > 800
    assert gate.capped is not None
    assert state["tokens"]["spent"] > 0.99 * cap
