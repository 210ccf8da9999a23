"""R11: after a storm of refusals clients come back spread out, and soon the server is busy."""

import random
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from heapq import heappop, heappush
from typing import Any

import pytest

from suasion.runner.backoff import FIRST, LONGEST, backoff
from suasion.runner.gate import Gate, Want
from suasion.runner.rates import Pace
from suasion.runner.study_parts import Limits

CLIENTS = 1000
SECONDS = 60.0
BIN = 0.1
MOST_IN_A_BIN = 0.05
RECOVERED = 0.9
LATELY = 15.0
"""Seconds before the end of the minute in which the recovered throughput is counted."""

Wait = Callable[[int, float | None, random.Random], float]


@dataclass
class World:
    """A thousand clients that always want something, one gate, and a server with a limit."""

    limit: int
    """Requests a second that the server answers; the rest it refuses."""
    latency: float
    retry_after: float | None
    seed: int = 0
    wait: Wait = lambda attempt, asked, rng: backoff(attempt, asked, rng.uniform)
    gate: Gate = field(default_factory=lambda: Gate(Limits(concurrency=CLIENTS)))
    now: float = 0.0
    retries: list[float] = field(default_factory=list)
    served: list[float] = field(default_factory=list)
    refused: int = 0

    def __post_init__(self) -> None:
        self.rng = random.Random(self.seed)
        self.events: list[tuple[float, int, Callable[..., None], tuple[Any, ...]]] = []
        self.attempts: dict[int, int] = {}
        self.tickets, self.left, self.filled_at = 0, float(self.limit), 0.0

    def play(self, until: float = SECONDS) -> "World":
        for _ in range(CLIENTS):
            self.ask(1)
        while self.now < until:
            for ticket in self.gate.admitted(self.now):
                self.arrive(ticket)
            look = self.gate.next_look(self.now)
            if look is not None and (not self.events or look < self.events[0][0]):
                self.now = max(self.now + 0.001, look)
                continue
            self.now, _, then, given = heappop(self.events)
            then(*given)
        return self

    def after(self, seconds: float, then: Callable[..., None], *given: Any) -> None:
        self.tickets += 1
        heappush(self.events, (self.now + seconds, self.tickets, then, given))

    def ask(self, attempt: int) -> None:
        self.tickets += 1
        self.attempts[self.tickets] = attempt
        self.gate.ask(Want(self.tickets, "a", 1000, None), self.now)

    def arrive(self, ticket: int) -> None:
        """The server answers as many as it can in a second, and refuses the others at once."""
        if self.attempts[ticket] > 1:
            self.retries.append(self.now)
        filled = self.left + (self.now - self.filled_at) * self.limit
        self.left, self.filled_at = min(float(self.limit), filled), self.now
        if self.left >= 1.0:
            self.left -= 1.0
            self.after(self.latency * self.rng.uniform(0.5, 1.5), self.ended, ticket, "answered")
        else:
            self.refused += 1
            self.after(0.05, self.ended, ticket, "rate_limit")

    def ended(self, ticket: int, outcome: str) -> None:
        attempt = self.attempts.pop(ticket)
        if outcome == "answered":
            self.gate.ended(ticket, outcome, self.now, tokens=500)
            self.served.append(self.now)
            self.ask(1)
            return
        self.gate.ended(ticket, outcome, self.now, retry_after=self.retry_after)
        self.after(self.wait(attempt, self.retry_after, self.rng), self.ask, attempt + 1)

    @property
    def worst_bin(self) -> float:
        """The share of all retries that fell into one tenth of a second, at most."""
        bins = Counter(int(at / BIN) for at in self.retries)
        return max(bins.values()) / len(self.retries)

    @property
    def throughput(self) -> float:
        """Of the server's limit, what was served lately."""
        late = [at for at in self.served if at >= SECONDS - LATELY]
        return len(late) / LATELY / self.limit


@pytest.mark.parametrize("limit", [20, 100, 200])
@pytest.mark.parametrize(("latency", "retry_after"), [(0.3, None), (2.0, None), (0.3, 1), (2.0, 1)])
def test_after_a_storm_no_herd_forms_and_the_server_is_busy_again_in_a_minute(
    limit: int, latency: float, retry_after: float | None
) -> None:
    world = World(limit, latency, retry_after).play()
    assert world.refused >= CLIENTS - limit - 200, "there was no storm"
    assert world.worst_bin <= MOST_IN_A_BIN
    assert world.throughput >= RECOVERED


@pytest.mark.parametrize("retry_after", [None, 0.05])
def test_refusals_here_and_there_that_load_did_not_cause_make_no_lane_crawl(
    retry_after: float | None,
) -> None:
    """One call in 24 is refused whatever the load: the others go on as if it were not so."""
    rng, gate = random.Random(1), Gate(Limits())
    flight, now, served = list[tuple[float, int]](), 0.0, 0
    for ticket in range(100_000):
        gate.ask(Want(ticket, "a", 1000, None), now)
    while now < 20:
        for ticket in gate.admitted(now):
            heappush(flight, (now + 0.1, ticket))
        look = gate.next_look(now)
        if not flight or (look is not None and look < flight[0][0]):
            assert look is not None
            now = max(now + 0.001, look)
            continue
        now, ticket = heappop(flight)
        if rng.random() < 1 / 24:
            gate.ended(ticket, "rate_limit", now, retry_after=retry_after)
        else:
            gate.ended(ticket, "answered", now)
            served += 1
    assert served > 20 * 20, "twenty at once at a tenth of a second could be 200 a second"


def test_nothing_leaves_while_a_lane_is_paused_as_the_server_asked() -> None:
    world = World(50, 0.3, 20.0).play(until=19.9)
    assert not world.retries
    assert len(world.served) == 50, "what was in flight finishes"


def test_without_a_slow_start_and_without_jitter_a_herd_forms(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """The control: the same world without what it tests."""

    def exact(attempt: int, asked: float | None, _: random.Random) -> float:
        return asked or min(LONGEST, FIRST * 2.0**attempt)

    monkeypatch.setattr(Pace, "refused", lambda *_: None)
    herd = World(100, 0.3, 1, wait=exact).play(10)
    assert herd.worst_bin > MOST_IN_A_BIN
    jitter_alone = World(100, 0.3, 1).play(10)
    assert jitter_alone.worst_bin > MOST_IN_A_BIN


def test_without_jitter_the_slow_start_alone_spreads_what_comes_back() -> None:
    def exact(attempt: int, asked: float | None, _: random.Random) -> float:
        return asked or min(LONGEST, FIRST * 2.0**attempt)

    assert World(100, 0.3, 1, wait=exact).play().worst_bin <= MOST_IN_A_BIN
