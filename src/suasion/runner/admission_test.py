"""Who waits for an endpoint that is down, for how long, and what is said of it."""

from __future__ import annotations

from collections import deque
from types import SimpleNamespace
from typing import Any, cast

import pytest

from suasion.runner import admission
from suasion.runner.admission import Admission
from suasion.runner.breaker import IN_A_ROW, LONGEST
from suasion.runner.frames import Leaving
from suasion.runner.gate import Gate
from suasion.runner.hands import Hand
from suasion.runner.progress import Trouble
from suasion.runner.study_parts import Limits
from suasion.store.attempts import Came, Left

PATIENCE = 60.0
BAD, GOOD = "vllm bad:80 -", "vllm good:80 -"


class World:
    """One worker whose calls to one endpoint all fail, at times that the test says."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch, **limits: Any) -> None:
        self.now, self.ticket = 0.0, 0
        monkeypatch.setattr(admission, "monotonic", lambda: self.now)
        self.hand = cast("Hand", SimpleNamespace(given=deque(range(1, 100))))
        self.made = Admission(Gate(Limits(**limits)), None, PATIENCE)

    def ask(self, number: int, lane: str = BAD) -> None:
        self.ticket += 1
        left = list(Left(reserved=100))
        self.made.ask(self.hand, Leaving(number, self.ticket, [], [], "", lane, left))

    def fail(self) -> list[int]:
        """Everything that may leave does, and fails if it is for the bad endpoint; the episodes."""
        left = [message for _, message in self.made.admitted()]
        self.now += 0.1
        for each in left:
            came = Came("connection_refused" if each.lane == BAD else "answered", 0.1)
            self.made.failed(self.hand, each.number, each.ticket, came, None)
        return [each.number for each in left]

    def lost(self) -> dict[int, str]:
        """Episodes that wait no longer, and the fault."""
        return {message.number: fault for _, message, _, fault in self.made.lost()}

    def stuck(self) -> set[int]:
        return {number for _, number in self.made.stuck()}


def down(monkeypatch: pytest.MonkeyPatch) -> World:
    """An endpoint that has just been found to be down, by one episode a call."""
    world = World(monkeypatch)
    for number in range(1, IN_A_ROW + 1):
        world.ask(number)
    assert len(world.fail()) == IN_A_ROW
    return world


def test_who_waits_for_an_endpoint_that_is_down_waits_as_long_as_a_decision_may_take(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    world = down(monkeypatch)
    world.ask(20)
    world.ask(21)
    found: dict[int, str] = {}
    while not found:
        world.now += 0.4
        for number in world.fail():
            world.ask(number)
        found = world.lost()
    assert found == {20: "connection_refused", 21: "connection_refused"}
    assert PATIENCE <= world.now <= PATIENCE + LONGEST


def test_who_comes_to_an_endpoint_that_is_long_down_waits_until_it_was_tried_once(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    world = down(monkeypatch)
    world.now = 3 * PATIENCE
    world.ask(20)
    world.ask(21)
    assert world.lost() == {}, "it may be there again"
    assert world.fail() == [20]
    assert world.lost() == {21: "connection_refused"}
    world.ask(20)
    assert world.lost() == {20: "connection_refused"}, "it was the one that tried"


def test_what_waits_for_a_good_endpoint_is_neither_lost_nor_stuck(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    world = down(monkeypatch)
    world.now = 3 * PATIENCE
    world.ask(20)
    world.ask(30, GOOD)
    assert world.stuck() == {20, *range(1, IN_A_ROW + 1)}, "those too that wait to try again"
    assert set(world.fail()) == {20, 30}
    assert 30 not in world.stuck() | world.lost().keys()


def test_an_episode_that_is_over_is_not_stuck(monkeypatch: pytest.MonkeyPatch) -> None:
    world = down(monkeypatch)
    world.hand.given.remove(3)
    assert 3 not in world.stuck()
    world.made.gone(world.hand)
    assert world.stuck() == set()


def test_what_waits_and_why_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    world = World(monkeypatch, max_tokens=10_000, max_cost=1.0)
    world.made.gate.caps.money.cap = None
    for number in range(1, 4):
        world.ask(number)
        world.fail()
    said = world.made.standing()
    assert said.troubles == (Trouble("vllm at bad:80", "failing: connection_refused, 3 in a row"),)
    for number in range(4, IN_A_ROW + 1):
        world.ask(number)
        world.fail()
    world.ask(20)
    world.now = 2.0
    said = world.made.standing()
    assert said.troubles == (Trouble("vllm at bad:80", "down for 1 s (connection_refused)"),)
    assert (said.waiting, said.in_flight, said.tokens) == (1, 0, 0)
    assert (said.max_tokens, said.max_cost) == (10_000, 1.0)
