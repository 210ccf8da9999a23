"""Who may leave now: calls that wait, let out as endpoints, rates and caps allow.

It knows no clock and no waiting: whoever holds it says what the time is (monotonic seconds), asks
who may leave, and asks again when something has ended or `next_look` has come.
"""

from __future__ import annotations

from collections import deque
from heapq import heappop, heappush
from math import inf
from typing import NamedTuple, Protocol

from suasion.core.asks import Json
from suasion.models.faults import OUTCOMES
from suasion.models.model import BATCHES
from suasion.runner.breaker import Breaker
from suasion.runner.caps import Capped, Caps
from suasion.runner.rates import Pace, Tokens, requests

START, MOST = 20, 1000
"""Calls in flight to one lane where the limits do not say: at first, and at most."""
SHRINK = 0.8
"""What a refusal leaves of the calls in flight."""
COOLS = 15.0
"""Seconds after a refusal in which others do not shrink it again."""
REFUSED = frozenset(("rate_limit", "overloaded"))
"""What says that an endpoint is asked too much. That it fails says nothing of the kind."""
AFTER_DOWN = 20.0
"""Calls a second to an endpoint that has just come back, at first."""
ASKED = 120.0
"""Seconds that a server can make its lane pause, at most."""
SHORT = 1.0
"""Seconds of a pause that nobody need hear of."""


class Limits(Capped, Protocol):
    """What a run may cost, and how fast it may ask, such as `study.Limits`."""

    @property
    def concurrency(self) -> int | None: ...
    @property
    def requests_per_minute(self) -> float | None: ...
    @property
    def tokens_per_minute(self) -> float | None: ...


class Want(NamedTuple):
    """A call that waits to leave."""

    ticket: int
    lane: str
    """One endpoint with one key: what concurrency and rates are held by."""
    tokens: int
    """The most that it can take, read and written."""
    cost: float | None
    """The same in US dollars; None where the price is unknown."""


class Underway(NamedTuple):
    """A call in flight."""

    want: Want
    lane: Lane
    at: float
    booked: float
    """Tokens that were taken from the rate."""


class Ceiling:
    """How many calls may be in flight at once, found by trying.

    It grows by one with every success while it is what holds calls back, so that it doubles in
    each round; after the first refusal by one a round. (The figures are those of Inspect AI's
    adaptive concurrency.)
    """

    __slots__ = ("_cool", "_found", "most", "now")

    def __init__(self, most: int | None) -> None:
        self.now = float(START if most is None else most)
        self.most = MOST if most is None else most
        self._cool, self._found = -inf, False

    def succeeded(self) -> None:
        """A call that had others waiting behind it was served."""
        self.now = min(self.most, self.now + (1.0 / self.now if self._found else 1.0))

    def refused(self, now: float) -> None:
        """A call was refused."""
        if now >= self._cool:
            self.now = max(1.0, self.now * SHRINK)
            self._cool, self._found = now + COOLS, True


class Lane:
    """One endpoint with one key: who waits for it, and what it takes to leave."""

    __slots__ = (
        "breaker",
        "ceiling",
        "in_flight",
        "listed",
        "name",
        "pace",
        "paused_until",
        "queue",
        "requests",
        "tokens",
        "waiting",
        "wakes",
    )

    def __init__(self, name: str, limits: Limits) -> None:
        self.name = name
        self.queue = deque[Want]()
        """In the order they came; some may have been withdrawn."""
        self.waiting = self.in_flight = 0
        self.ceiling, self.breaker, self.pace = Ceiling(limits.concurrency), Breaker(), Pace()
        rates = limits.requests_per_minute, limits.tokens_per_minute
        self.requests = None if rates[0] is None else requests(rates[0])
        self.tokens = None if rates[1] is None else Tokens(rates[1])
        self.paused_until = -inf
        self.listed = False
        """Whether it stands in the ring of lanes that are looked at."""
        self.wakes = inf
        """When it is looked at again though nothing has happened."""

    def ready(self, want: Want, now: float) -> float:
        """When a call may leave: `now`, later, or not before something ends."""
        if self.in_flight >= int(self.ceiling.now):
            return inf
        when = now if self.paused_until <= now else self.paused_until
        # This runs once a call in the process that also writes the record: what is not in force
        # is not asked.
        if self.breaker.open:
            when = max(when, self.breaker.ready(now))
        if self.pace.rate is not None:
            when = max(when, self.pace.ready(now))
        if self.requests is not None:
            when = max(when, self.requests.ready(1.0, now))
        if self.tokens is not None:
            when = max(when, self.tokens.ready(want.tokens, now))
        return when

    def leave(self, want: Want, now: float) -> Underway:
        """A call leaves."""
        self.in_flight += 1
        self.waiting -= 1
        if self.breaker.open:
            self.breaker.probe = want.ticket
        self.pace.credit -= 1.0
        booked = 0.0
        if self.requests is not None:
            self.requests.level -= 1.0
        if self.tokens is not None:
            booked = self.tokens.book(want.tokens)
        return Underway(want, self, now, booked)

    def back(self, left: Underway, outcome: str, now: float, used: int | None) -> None:
        """A call has ended: what it says of the endpoint."""
        self.in_flight -= 1
        if outcome == "answered":
            self.pace.served(now)
            if self.waiting:
                self.ceiling.succeeded()
        elif outcome in REFUSED:
            self.ceiling.refused(now)
        if self.tokens is not None:
            self.tokens.ended(left.want.tokens, left.booked, used)
        if self.breaker.ended(left.want.ticket, outcome, now):
            self.pace.begin(now, AFTER_DOWN)

    def pause(self, left: Underway, now: float, retry_after: float | None) -> None:
        """Wait as the server asks, then begin slowly, so that no herd sets out at once."""
        if retry_after is not None:
            self.paused_until = max(self.paused_until, now + min(ASKED, retry_after))
        self.pace.refused(now, left.at, max(0.0, self.paused_until - now))

    def held(self, now: float) -> bool:
        """Whether none of its calls may leave for a while, but for one that tries."""
        return self.breaker.open or self.paused_until - now > SHORT

    def trouble(self, now: float) -> str | None:
        """Why its calls wait or fail, in words; None where nothing is wrong."""
        if self.paused_until - now > SHORT:
            return f"asks to wait {self.paused_until - now:.0f} s more"
        return self.breaker.said(now)

    def state(self, now: float) -> Json:
        """Where it stands, as plain JSON."""
        paused = self.paused_until - now
        return {
            "in_flight": self.in_flight,
            "ceiling": int(self.ceiling.now),
            "waiting": self.waiting,
            "paused_s": round(paused, 3) if paused > 0 else None,
            "calls_a_second": None if self.pace.rate is None else round(self.pace.rate, 3),
            "down": self.breaker.open,
        }


class BatchLane(Lane):
    """Calls that go by batch: no call is in flight, and none says how the others would fare.

    They are held by the caps alone. What a batch endpoint refuses or fails at befalls all calls of
    a batch together; to let one of them try first would cost the others a day.
    """

    __slots__ = ()

    def ready(self, want: Want, now: float) -> float:  # noqa: ARG002 - as of any lane
        """At once."""
        return now

    def leave(self, want: Want, now: float) -> Underway:
        """A call goes to be collected."""
        self.in_flight += 1
        self.waiting -= 1
        return Underway(want, self, now, 0.0)

    def back(self, left: Underway, outcome: str, now: float, used: int | None) -> None:  # noqa: ARG002
        """A call has its result."""
        self.in_flight -= 1

    def pause(self, left: Underway, now: float, retry_after: float | None) -> None:
        """Each call waits by itself before it is tried again."""

    def trouble(self, now: float) -> str | None:  # noqa: ARG002 - as of any lane
        """What they wait for."""
        many = self.in_flight
        return f"{many:,} call{' waits' if many == 1 else 's wait'}" if many else None


class Gate:
    """Lets calls leave: first come, first served within a lane, and lanes by turns."""

    def __init__(self, limits: Limits, spent_tokens: int = 0, spent_cost: float = 0.0) -> None:
        """`spent` is what earlier processes of the same run spent or may have spent."""
        self.limits = limits
        self.caps = Caps(limits, spent_tokens, spent_cost)
        self.lanes: dict[str, Lane] = {}
        self._ring = deque[Lane]()
        self._asleep: list[tuple[float, str]] = []
        self._waiting: dict[int, Lane] = {}
        self._left: dict[int, Underway] = {}
        self._held = False
        """Whether the next call waits for reservations of others to come back."""

    @property
    def capped(self) -> str | None:
        """Why nobody leaves any more, for good; None while some may."""
        return self.caps.stopped

    def ask(self, want: Want, now: float) -> None:  # noqa: ARG002 - part of what a gate is told
        """A call waits to leave."""
        lane = self.lanes.get(want.lane)
        if lane is None:
            kind = BatchLane if want.lane.endswith(BATCHES) else Lane
            lane = self.lanes[want.lane] = kind(want.lane, self.limits)
        lane.queue.append(want)
        lane.waiting += 1
        self._waiting[want.ticket] = lane
        self._look_at(lane)

    def admitted(self, now: float) -> list[int]:
        """Who leaves now, by ticket."""
        asleep = self._asleep
        while asleep and asleep[0][0] <= now:
            lane = self.lanes[heappop(asleep)[1]]
            lane.wakes = inf
            self._look_at(lane)
        leaving: list[int] = []
        ring, self._held = self._ring, False
        while ring and self.caps.stopped is None:
            lane = ring.popleft()
            want = self._first(lane)
            if want is None or not self._ready(lane, want, now):
                lane.listed = False
                continue
            if not self.caps.reserve(want.tokens, want.cost, bool(self._left)):
                ring.appendleft(lane)
                self._held = True
                break
            lane.queue.popleft()
            del self._waiting[want.ticket]
            self._left[want.ticket] = lane.leave(want, now)
            leaving.append(want.ticket)
            if lane.waiting:
                ring.append(lane)
            else:
                lane.listed = False
        return leaving

    def lane_of(self, ticket: int) -> str:
        """The lane of a call in flight. Errors: KeyError."""
        return self._left[ticket].want.lane

    def ended(
        self,
        ticket: int,
        outcome: str,
        now: float,
        *,
        tokens: int | None = None,
        cost: float | None = None,
        retry_after: float | None = None,
    ) -> None:
        """A call in flight has ended, with what the server says that it used.

        Errors: KeyError for a ticket that is not in flight.
        """
        left, self._held = self._left.pop(ticket), False
        kind = OUTCOMES.get(outcome)
        self.caps.settle(left.want[2:], tokens, cost, kind is None or kind.paid)
        left.lane.back(left, outcome, now, tokens)
        if retry_after is not None or outcome in REFUSED:
            left.lane.pause(left, now, retry_after)
        self._look_at(left.lane)

    def withdrawn(self, ticket: int) -> None:
        """A call waits no more; one in flight will not be heard of again, and may be paid for."""
        lane, self._held = self._waiting.pop(ticket, None), False
        if lane is not None:
            lane.waiting -= 1
            return
        left = self._left.pop(ticket, None)
        if left is not None:
            self.caps.settle(left.want[2:], None, None, paid=True)
            left.lane.back(left, "lost", left.at, None)
            self._look_at(left.lane)

    def next_look(self, now: float) -> float | None:
        """When somebody may leave though nothing ends and nobody asks; None for never."""
        if self.caps.stopped is not None:
            return None
        if self._ring and not self._held:
            return now
        return max(now, self._asleep[0][0]) if self._asleep else None

    def state(self, now: float) -> dict[str, Json]:
        """Where everything stands, as plain JSON."""
        lanes = {name: lane.state(now) for name, lane in self.lanes.items()}
        return {"lanes": lanes, "capped": self.capped, **self.caps.state()}

    def _look_at(self, lane: Lane) -> None:
        if lane.waiting and not lane.listed:
            lane.listed = True
            self._ring.append(lane)

    def _first(self, lane: Lane) -> Want | None:
        """The first call of a lane that still waits."""
        queue, waiting = lane.queue, self._waiting
        while queue:
            if waiting.get(queue[0].ticket) is lane:
                return queue[0]
            queue.popleft()
        return None

    def _ready(self, lane: Lane, want: Want, now: float) -> bool:
        """Whether it may leave now; else its lane sleeps until it may, or until something ends."""
        when = lane.ready(want, now)
        if now < when < lane.wakes:
            lane.wakes = when
            heappush(self._asleep, (when, lane.name))
        return when <= now
