"""A run under way: give episodes to workers, put on disk what they say, tell how far it is.

A link of a chain is given once the one before it is whole and on disk.
"""

from __future__ import annotations

import selectors
from collections import Counter, deque
from contextlib import ExitStack
from dataclasses import dataclass, field
from time import monotonic
from typing import NamedTuple

from suasion.core.asks import Json
from suasion.runner.chains import begun
from suasion.runner.frames import (
    Arrived,
    FromWorker,
    Job,
    Leaving,
    OnDisk,
    Ready,
    Stuck,
    Unanswered,
    Whole,
)
from suasion.runner.hands import Hand
from suasion.runner.progress import Progress, Tally
from suasion.runner.stopping import Interrupts
from suasion.store.chains import following
from suasion.store.database import Damaged
from suasion.store.planned import End, Plan
from suasion.store.values import strict_json
from suasion.store.writer import DURABLE, Writer

TICK = 0.1
"""Seconds between two looks at the clock."""
BATCH = 16
"""Episodes put on disk together, at most."""
DEATHS = 3
"""Workers that may die over one episode."""
AHEAD = 16
"""Scripted episodes that a worker holds, at most, so that it never waits for the next."""


class Ended(NamedTuple):
    """An episode that is over, and is reported once it is on disk."""

    number: int
    state: str
    error: str | None


@dataclass
class Runner:
    """A run under way."""

    writer: Writer
    plans: list[Plan]
    progress: Progress
    asked_to_stop: Interrupts
    past: Json = None
    """Of forks: the episode that they branch off, as plain JSON."""
    todo: deque[int] = field(default_factory=deque)
    deaths: Counter[int] = field(default_factory=Counter)
    states: dict[int, str] = field(default_factory=dict)
    errors: dict[int, str] = field(default_factory=dict)
    hands: list[Hand] = field(default_factory=list)
    ended: list[Ended] = field(default_factory=list)
    leaving: list[tuple[Hand, int]] = field(default_factory=list)
    running: set[int] = field(default_factory=set)
    held_since: float | None = None
    workers: int = 1
    after: dict[int, int] = field(default_factory=dict)
    """By the number of an episode, the link of its chain that inherits from it."""
    before: dict[int, int] = field(default_factory=dict)

    def run(self, workers: int) -> str | None:
        """Play all that is not whole; why it stopped early, if it did."""
        for number, _, state, _ in self.writer.plans():
            self.states[number] = state
        self.workers, self.after = workers, following(self.plans)
        self.before = {after: before for before, after in self.after.items()}
        self.todo.extend(n for n, state in self.states.items() if state != "whole" and self._may(n))
        self.progress.planned(self.arms())
        with ExitStack() as stack, selectors.DefaultSelector() as selector:
            stack.callback(self._dismiss)
            while self._at_work():
                if self.asked_to_stop.times > 1:
                    for hand in self.hands:
                        hand.kill()
                    self._commit()
                    break
                self._turn(selector)
        return "interrupted" if self.asked_to_stop.times else None

    def _at_work(self) -> bool:
        if self.asked_to_stop.times and self.todo:
            self.progress.stopping("interrupted: episodes under way are finished first")
            self.todo.clear()
        return bool(self.todo or self.ended or any(hand.given for hand in self.hands))

    def _turn(self, selector: selectors.BaseSelector) -> None:
        """Hire, give, listen, write."""
        while self.todo and len(self.hands) < min(self.workers, self._open()):
            self._hire(selector)
        for hand in self.hands:
            self._give(hand)
        for key, _ in selector.select(TICK):
            self._listen(key.data, selector)
        waited = monotonic() - (self.held_since or monotonic())
        if self.leaving or len(self.ended) >= BATCH or waited > DURABLE / 2 or not self.todo:
            self._commit()
        self.writer.settle()
        self.progress.tick()

    def _may(self, number: int) -> bool:
        """Whether what an episode inherits from is whole, if there is such a one."""
        before = self.before.get(number)
        return before is None or self.states[before] == "whole"

    def _open(self) -> int:
        """Episodes that workers have or could be given."""
        return len(self.todo) + sum(len(hand.given) for hand in self.hands)

    def _hire(self, selector: selectors.BaseSelector) -> None:
        hand = Hand()
        self.hands.append(hand)
        selector.register(hand.socket, selectors.EVENT_READ, hand)

    def _dismiss(self) -> None:
        for hand in self.hands:
            hand.leave()
        for hand in self.hands:
            hand.wait()

    def _give(self, hand: Hand) -> None:
        while self.todo and hand.ready and len(hand.given) < self._room(self.todo[0]):
            number = self.todo.popleft()
            try:
                plan = self._begun(number)
                record = self.writer.record(number) if self.states[number] != "planned" else []
            except Damaged as error:
                self._end(number, "failed", f"damaged: {error}")
                continue
            except Exception as error:  # whatever an environment left, or does with it
                said = f"what the episode before it carries: {type(error).__name__}: {error}"
                self._end(number, "failed", said)
                continue
            what = {
                "environment": plan.environment,
                "settings": plan.in_force,
                "seats": [seat.agent for seat in plan.seats],
                "seed": plan.seed,
                "channels": plan.channels,
                "fork": plan.origin and {"past": self.past, "origin": plan.origin},
            }
            hand.given.append(number)
            hand.tell(Job(number, strict_json(what), [list(row) for row in record]))
            self.progress.started(plan.id, plan.arm or "")

    def _begun(self, number: int) -> Plan:
        """The plan of an episode, with what it inherits."""
        plan, before = self.plans[number - 1], self.before.get(number)
        if before is not None and plan.carried is None:
            plan = self.plans[number - 1] = begun(plan, self.writer.carry(before))
            self.writer.begin(number, plan)
        return plan

    def _room(self, number: int) -> int:
        """How many episodes a worker may hold: one where seats are waited for."""
        seats = self.plans[number - 1].seats
        if not all((seat.agent or "").startswith("policy/") for seat in seats):
            return 1
        return max(1, min(AHEAD, len(self.todo) // (2 * len(self.hands))))

    def _listen(self, hand: Hand, selector: selectors.BaseSelector) -> None:
        heard = hand.heard()
        if heard is None:
            selector.unregister(hand.socket)
            self._bury(hand)
            return
        for message in heard:
            self._take(hand, message)
        if self.held_since is None and self.writer.waiting:
            self.held_since = monotonic()

    def _take(self, hand: Hand, message: FromWorker) -> None:
        match message:
            case Ready():
                hand.ready = True
            case Leaving(number, kept, key, told):
                if number not in self.running:
                    self.running.add(number)
                    self.states[number] = "running"
                    self.writer.state(number, "running", None, self.deaths[number])
                self.writer.leaving(number, kept, key, told)
                self.leaving.append((hand, number))
            case Arrived(number, kept, key, seconds):
                self.writer.arrived(number, kept, key, seconds)
                self._commit()
            case Unanswered(number, key, why, seconds):
                self.writer.unanswered(number, key, why, seconds)
            case Stuck(number, state, error):
                hand.given.remove(number)
                self._end(number, state, error)
            case Whole(number, end, body, hashed):
                hand.given.remove(number)
                self.writer.whole(number, End(*end), body, hashed)
                self.ended.append(Ended(number, "whole", None))

    def _end(self, number: int, state: str, error: str) -> None:
        self.writer.state(number, state, error, self.deaths[number])
        self.ended.append(Ended(number, state, error))

    def _commit(self) -> None:
        """On disk, then told: workers may ask, and progress moves."""
        refused = self.writer.commit()
        self.held_since = None
        leaving, self.leaving = self.leaving, []
        for hand, number in leaving:
            hand.tell(OnDisk(number))
        ended, self.ended = self.ended, []
        for number, state, error in ended:
            why = refused.get(number)
            self._report(Ended(number, "failed", why) if why else Ended(number, state, error))

    def _report(self, ended: Ended) -> None:
        number, state, error = ended
        self.states[number] = state
        if error is not None:
            self.errors[number] = error
        after = self.after.get(number)
        if state == "whole" and after is not None and not self.asked_to_stop.times:
            self.todo.appendleft(after)
        plan = self.plans[number - 1]
        self.progress.ended(plan.id, plan.arm or "", state, error)

    def _bury(self, hand: Hand) -> None:
        """A worker is dead: what it played is played again, unless it killed too many."""
        self.hands.remove(hand)
        hand.leave()
        code = hand.wait()
        if not hand.ready:
            raise RuntimeError(f"a worker ended with code {code} before it began; see its message")
        for place, number in enumerate(reversed(hand.given), 1):
            if place == len(hand.given):
                self.deaths[number] += 1
                self.states[number] = "running"
                self.writer.died(number, self.deaths[number])
            if self.deaths[number] >= DEATHS:
                self._end(number, "failed", f"worker died {DEATHS} times (exit code {code})")
            elif not self.asked_to_stop.times:
                self.todo.appendleft(number)

    def arms(self) -> dict[str, Tally]:
        """Where every condition stands."""
        counts: dict[str, Counter[str]] = {}
        for number, plan in enumerate(self.plans, 1):
            counts.setdefault(plan.arm or "", Counter())[self.states.get(number, "planned")] += 1
        return {
            arm: Tally(sum(count.values()), count["whole"], count["blocked"], count["failed"])
            for arm, count in counts.items()
        }
