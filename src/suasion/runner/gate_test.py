"""Who may leave, when: concurrency, rates, pauses, breakers, caps and fairness."""

import json
import random
from collections import deque
from itertools import pairwise
from time import perf_counter
from typing import Any, NamedTuple

import pytest

from suasion.models.faults import OUTCOMES
from suasion.models.model import Price
from suasion.runner.breaker import DOWN, IN_A_ROW, LONGEST, UP
from suasion.runner.caps import unpriced
from suasion.runner.gate import START, Gate, Want
from suasion.runner.rates import Tokens, requests
from suasion.runner.study_parts import Limits


def gate(*wants: Want, **limits: Any) -> Gate:
    made = Gate(Limits(**limits))
    for want in wants:
        made.ask(want, 0.0)
    return made


def wants(many: int, lane: str = "a", tokens: int = 100, first: int = 0) -> list[Want]:
    return [Want(first + n, lane, tokens, None) for n in range(many)]


def lane(of: Gate, name: str = "a", now: float = 0.0) -> Any:
    state: Any = of.state(now)
    return state["lanes"][name]


def fail(of: Gate, ticket: int, outcome: str, now: float, many: int) -> list[int]:
    """Let a call end so, and whoever leaves next, and so on."""
    leaving = [ticket]
    for _ in range(many):
        of.ended(leaving.pop(0), outcome, now)
        leaving += of.admitted(now)
    return leaving


# --- fairness ---


def test_calls_of_a_lane_leave_in_the_order_they_came() -> None:
    made = gate(*wants(50), concurrency=3)
    left = made.admitted(0.0)
    order = list(left)
    while left:
        made.ended(left.pop(), "answered", 1.0)
        more = made.admitted(1.0)
        left, order = left + more, order + more
    assert order == list(range(50))


def test_lanes_leave_by_turns_however_many_wait_in_one() -> None:
    made = gate(*wants(1000, "busy"), *wants(5, "quiet", first=5000), concurrency=10)
    assert [t >= 5000 for t in made.admitted(0.0)[:10]] == [False, True] * 5


def test_a_lane_that_is_full_or_paused_does_not_hold_another_back() -> None:
    made = gate(*wants(4, "a"), *wants(4, "b", first=10), concurrency=2)
    assert sorted(made.admitted(0.0)) == [0, 1, 10, 11]
    made.ended(0, "rate_limit", 0.1, retry_after=30)
    made.ended(10, "answered", 0.1)
    assert made.admitted(0.2) == [12]


# --- concurrency ---


def test_a_lane_begins_with_twenty_calls_and_doubles_while_all_are_answered() -> None:
    made, now, sizes = gate(*wants(5000)), 0.0, list[int]()
    flight = made.admitted(now)
    for _ in range(7):
        sizes.append(len(flight))
        now += 1
        for ticket in flight:
            made.ended(ticket, "answered", now)
        flight = made.admitted(now)
    assert sizes == [START, 40, 80, 160, 320, 640, 1000]


def test_a_given_concurrency_is_where_a_lane_begins_and_ends() -> None:
    made = gate(*wants(500), concurrency=70)
    assert len(made.admitted(0.0)) == 70
    for ticket in range(70):
        made.ended(ticket, "answered", 1.0)
    assert len(made.admitted(1.0)) == 70


@pytest.mark.parametrize("outcome", ["rate_limit", "overloaded"])
def test_a_refusal_takes_a_fifth_and_others_soon_after_it_nothing_more(outcome: str) -> None:
    made = gate(*wants(100), concurrency=100)
    made.admitted(0.0)
    for ticket in range(50):
        made.ended(ticket, outcome, 1.0 + ticket / 10)
    assert lane(made)["ceiling"] == 80
    made.ended(50, outcome, 16.5)
    assert lane(made)["ceiling"] == 64


@pytest.mark.parametrize("outcome", sorted({*OUTCOMES, "answered"} - {"rate_limit", "overloaded"}))
def test_nothing_else_takes_any(outcome: str) -> None:
    made = gate(*wants(200), concurrency=100)
    for ticket in made.admitted(0.0):
        made.ended(ticket, outcome, 1.0)
    assert lane(made)["ceiling"] == 100


def test_after_a_refusal_a_lane_grows_by_one_a_round() -> None:
    made = gate(*wants(5000))
    flight = made.admitted(0.0)
    made.ended(flight.pop(0), "rate_limit", 0.0)
    sizes = []
    for now in range(100, 1000, 100):
        for ticket in flight:
            made.ended(ticket, "answered", now)
        flight = []
        for at in range(60):  # a refused lane also keeps a pace: all who may leave in a minute
            flight += made.admitted(now + at)
        sizes.append(len(flight))
    assert sizes[0] in (16, 17)
    assert all(0 <= after - before <= 1 for before, after in pairwise(sizes))
    assert sizes[-1] > sizes[0]


# --- pauses ---


def test_a_lane_pauses_as_long_as_the_server_asks_and_then_begins_slowly() -> None:
    made = gate(*wants(10), concurrency=500)
    made.admitted(0.0)
    made.ended(0, "rate_limit", 1.0, retry_after=10)
    for want in wants(1000, first=10):
        made.ask(want, 1.0)
    assert made.admitted(10.99) == []
    assert lane(made, now=6.0)["paused_s"] == pytest.approx(5)
    look = made.next_look(1.0)
    assert look is not None
    assert 11 <= look <= 12.1
    left = [(now, t) for now in range(11, 20) for t in made.admitted(now)]
    assert len([t for now, t in left if now < 14]) <= 4


def test_no_server_makes_a_lane_pause_for_over_two_minutes() -> None:
    made = gate(*wants(30), concurrency=1)
    made.admitted(0.0)
    made.ended(0, "rate_limit", 0.0, retry_after=1e9)
    assert made.admitted(122.0)


# --- rates ---


@pytest.mark.parametrize("a_minute", [0.5, 1, 3, 59, 60, 61, 90, 600, 5000])
def test_no_minute_holds_more_requests_than_its_limit_and_hardly_fewer(a_minute: float) -> None:
    bucket, now, at = requests(a_minute), 1000.0, list[float]()
    rng = random.Random(1)
    while now < 1000 + 60 * 6:
        when = bucket.ready(1.0, now)
        if when > now:
            now = when
            continue
        bucket.level -= 1
        at.append(now)
        if rng.random() < 0.2 / a_minute:
            now += rng.uniform(0, 30)
    window = deque[float]()
    for each in at:
        window.append(each)
        while window[0] <= each - 60 + 1e-6:
            window.popleft()
        assert len(window) <= max(1, a_minute)
    assert len(at) >= 0.8 * 6 * a_minute - 1


def test_a_minute_of_requests_does_not_leave_at_once() -> None:
    made = gate(*wants(600), requests_per_minute=600, concurrency=600)
    assert len(made.admitted(0.0)) == 10
    assert len(made.admitted(1.0)) in (9, 10)


def test_tokens_are_booked_as_reserved_and_put_right_when_they_are_known() -> None:
    tokens = Tokens(60_000)
    assert tokens.ready(10_000, 1.0) == 1.0
    booked = tokens.book(10_000)
    assert booked == 10_000, "nothing is known yet: all that is reserved"
    assert tokens.ready(1, 1.0) > 5.0, "it owes"
    tokens.ended(10_000, booked, 1_000)
    assert tokens.ready(1, 1.0) == 1.0
    for _ in range(200):
        tokens.ended(10_000, tokens.book(10_000), 1_000)
    assert tokens.book(10_000) == pytest.approx(1_000, rel=0.05)


def test_a_limit_on_tokens_is_kept_by_what_is_used_and_is_not_left_unused() -> None:
    """Of each reservation an eighth is used; calls take two seconds."""
    made, now = gate(*wants(20_000, tokens=10_000), tokens_per_minute=100_000), 0.0
    used, ends = list[float](), deque[tuple[float, int]]()
    while now < 600:
        for ticket in made.admitted(now):
            ends.append((now + 2, ticket))
            used.append(now)
        while ends and ends[0][0] <= now:
            made.ended(ends.popleft()[1], "answered", now, tokens=1250)
        now += 0.1
    for start in range(0, 540, 10):
        assert 1250 * len([at for at in used if start <= at < start + 60]) <= 102_000
    assert 1250 * len([at for at in used if 300 <= at < 600]) >= 0.85 * 500_000


# --- what is down ---


def test_every_outcome_says_that_an_endpoint_is_up_or_down_or_neither() -> None:
    assert not UP & DOWN
    assert "rate_limit" not in UP | DOWN
    assert {"connection_refused", "server_error", "overloaded", "tls"} <= DOWN
    assert {"answered", "truncated", "filtered", "context_overflow"} <= UP


@pytest.mark.parametrize("outcome", ["connection_refused", "server_error", "read_timeout"])
def test_an_endpoint_that_fails_again_and_again_is_tried_by_one_call_at_a_time(
    outcome: str,
) -> None:
    made = gate(*wants(200), *wants(5, "b", first=900), concurrency=IN_A_ROW)
    flight = [t for t in made.admitted(0.0) if t < 900]
    for ticket in flight:
        made.ended(ticket, outcome, 1.0)
    assert lane(made)["down"]
    assert not lane(made, "b")["down"]
    made.ended(900, "answered", 1.0)
    assert made.admitted(1.0) == [], "it is tried a little later"
    now, tried = 1.0, list[float]()
    for _ in range(6):
        look = made.next_look(now)
        assert look is not None
        now = look
        (probe,) = made.admitted(now)
        assert made.admitted(now + 5) == [], "one at a time"
        tried.append(now)
        made.ended(probe, outcome, now)
        assert made.admitted(now) == []
    gaps = [b - a for a, b in pairwise(tried)]
    assert tried[0] == pytest.approx(1.5)
    assert gaps == pytest.approx([1, 2, 4, LONGEST, LONGEST])
    look = made.next_look(now)
    assert look is not None
    (probe,) = made.admitted(look)
    made.ended(probe, "answered", look)
    assert not lane(made)["down"]
    assert sum(len(made.admitted(look + n / 10)) for n in range(12)) == IN_A_ROW


def test_an_endpoint_that_fails_a_third_of_the_time_is_not_down() -> None:
    rng, made = random.Random(3), gate(*wants(5000), concurrency=50)
    flight = made.admitted(0.0)
    for now in range(5000):
        made.ended(flight.pop(0), rng.choice(("server_error", "answered", "answered")), now)
        flight += made.admitted(now)
        assert not lane(made)["down"]


# --- caps ---


def test_at_a_cap_a_call_waits_for_what_others_give_back_and_then_stops_for_good() -> None:
    made = gate(*wants(10, tokens=400), max_tokens=1000)
    assert made.admitted(0.0) == [0, 1]
    assert made.next_look(0.0) is None, "only what ends can make room"
    assert made.capped is None
    made.ended(0, "answered", 1.0, tokens=100)
    assert made.admitted(1.0) == [2]
    made.ended(1, "answered", 1.0, tokens=400)
    made.ended(2, "answered", 1.0, tokens=150)
    assert made.admitted(1.0) == []
    assert made.capped == "max_tokens is 1,000: 650 are spent, and the next call could take 400"
    made.ask(Want(99, "b", 1, None), 2.0)
    assert made.admitted(2.0) == [], "no smaller call goes on in place of one that may not"
    assert made.next_look(2.0) is None


def test_money_is_capped_to_the_last_millionth() -> None:
    made = Gate(Limits(max_cost=0.3))
    for ticket in range(5):
        made.ask(Want(ticket, "a", 10, 0.1), 0.0)
    assert made.admitted(0.0) == [0, 1, 2], "0.1 + 0.1 + 0.1 is 0.3"
    for ticket in range(3):
        made.ended(ticket, "answered", 1.0, tokens=10, cost=0.1)
    assert made.admitted(1.0) == []
    assert made.capped == "max_cost is $0.3: $0.3 is spent, and the next call could cost $0.1"


def test_what_nobody_was_paid_for_is_given_back_and_what_nobody_knows_is_kept() -> None:
    made = gate(*wants(4, tokens=100), max_tokens=10_000)
    made.admitted(0.0)
    made.ended(0, "connection_refused", 1.0)
    made.ended(1, "read_timeout", 1.0)
    made.ended(2, "answered", 1.0, tokens=None)
    made.withdrawn(3)
    state: Any = made.state(1.0)
    assert state["tokens"] == {
        "spent": 300,
        "possibly_spent": 300,
        "reserved": 0,
        "cap": 10_000,
        "overrun": 0,
    }


def test_a_report_beyond_what_is_reserved_stops_only_what_a_cap_holds() -> None:
    free, held = gate(*wants(40)), gate(*wants(40), max_tokens=10**6)
    for made in (free, held):
        made.admitted(0.0)
        made.ended(0, "answered", 1.0, tokens=250)
        state: Any = made.state(1.0)
        assert state["tokens"]["overrun"] == 150
    assert free.capped is None
    assert held.capped is not None
    assert held.capped.startswith("a server reported 250 tokens for a call that can take 100")


def test_a_call_without_a_price_never_leaves_under_a_cap_on_money() -> None:
    made = gate(*wants(1), max_cost=1.0)
    assert made.admitted(0.0) == []
    assert made.capped == "a price is unknown, and max_cost is $1"


class Named(NamedTuple):
    id: str
    price: Price | None


def test_models_without_a_price_are_named_where_a_cap_on_money_is_set() -> None:
    known, new, newer = Named("a/1", Price(1, 2)), Named("b/new", None), Named("a/new", None)
    assert unpriced([known, new], Limits()) is None
    assert unpriced([known], Limits(max_cost=1)) is None
    said = unpriced([known, new, newer], Limits(max_cost=2.5))
    assert said is not None
    assert said.startswith("max_cost is 2.5, but the prices of a/new, b/new are unknown:")


def test_what_earlier_processes_spent_counts() -> None:
    made = Gate(Limits(max_tokens=1000), spent_tokens=950)
    made.ask(Want(1, "a", 51, None), 0.0)
    assert made.admitted(0.0) == []
    assert made.capped is not None


# --- the rest ---


def test_what_is_withdrawn_never_leaves_and_holds_nobody_back() -> None:
    made = gate(*wants(5), concurrency=2)
    made.withdrawn(0)
    made.withdrawn(3)
    assert made.admitted(0.0) == [1, 2]
    made.withdrawn(1)
    assert made.admitted(0.0) == [4]
    assert lane(made) == {
        "in_flight": 2,
        "ceiling": 2,
        "waiting": 0,
        "paused_s": None,
        "calls_a_second": None,
        "down": False,
    }


def test_a_ticket_that_is_not_in_flight_cannot_end() -> None:
    with pytest.raises(KeyError):
        gate().ended(7, "answered", 0.0)


def test_the_state_is_plain_json() -> None:
    made = gate(*wants(30), *wants(3, "b", first=50), concurrency=5, max_cost=3.0)
    made.caps.stopped = None
    made.admitted(0.0)
    assert json.loads(json.dumps(made.state(1.0))) == made.state(1.0)


def test_what_a_call_costs_does_not_grow_with_how_many_wait() -> None:
    made = Gate(Limits(max_tokens=10**12, max_cost=1e6, concurrency=1000))
    many, best = 4000, 1e9
    for ticket in range(100_000):
        made.ask(Want(ticket, f"{ticket % 50}", 1000, 0.001), 0.0)
    flight = deque(made.admitted(0.0))
    assert len(flight) == 50_000
    for turn in range(5):
        began = perf_counter()
        for at in range(many):
            now = turn + at / many
            ticket = flight.popleft()
            made.ended(ticket, "answered", now, tokens=300, cost=0.0003)
            made.ask(Want(10**6 + turn * many + at, f"{at % 50}", 1000, 0.001), now)
            flight.extend(made.admitted(now))
            made.next_look(now)
        best = min(best, (perf_counter() - began) / many * 1e6)
    assert best < 2000  # a look at each that waits would take far longer
