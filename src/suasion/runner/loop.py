"""A run under way: give episodes to workers, put on disk what they say, tell how far it is.

A link of a chain is given once the one before it is whole and on disk, and what shares an episode
once that one is over, however it ended.
"""

from __future__ import annotations

import selectors
from collections import Counter, deque
from collections.abc import Callable, Iterable, Mapping, Sequence
from contextlib import ExitStack
from dataclasses import dataclass, field
from math import ceil
from time import monotonic
from typing import NamedTuple

from suasion.agents import asked_in_calls
from suasion.agents.named import models_in
from suasion.agents.skinned import bare
from suasion.core.asks import Json
from suasion.runner.admission import Admission
from suasion.runner.chains import begun
from suasion.runner.frames import (
    Arrived,
    FromWorker,
    Job,
    Leaving,
    NoBatches,
    OnDisk,
    Ready,
    Refused,
    Stuck,
    Unanswered,
    Whole,
)
from suasion.runner.hands import Hand
from suasion.runner.progress import NOTHING_ASKED, Progress, Standing, Tally
from suasion.runner.stopping import Interrupts
from suasion.store.attempts import Came, Left
from suasion.store.chains import following
from suasion.store.database import Damaged
from suasion.store.planned import End, Plan
from suasion.store.values import strict_json
from suasion.store.writer import DURABLE, Writer

TICK = 0.1
"""Seconds between two looks at the clock."""
LOOK = 0.5
"""Seconds between two looks at all endpoints."""
BATCH = 16
"""Episodes put on disk together, at most."""
DEATHS = 3
"""Workers that may die over one episode."""
AHEAD = 16
"""Scripted episodes that a worker holds, at most, so that it never waits for the next."""
GATHER, SHARE, FEW = 0.02, 0.01, 32
"""Seconds that what came waits to share a commit, and at most what share of the time that a call
takes, once more calls than these are in flight: a reply and the call that follows go together."""
ABREAST = 64
"""Episodes with models in them that are under way at once, where a study does not say."""
STUCK = 1000
"""Episodes that wait for endpoints which stand still, and that a worker holds besides, at most."""
IN_BATCHES = 5000
"""Episodes that wait for batches, and that all workers together hold besides, at most."""
PREFLIGHT = 0
"""The number of what is no episode: one call of every model before the first."""


LineUp = tuple[tuple[str | None, Json], ...]
"""Who sits down in an episode, and where models are asked."""


class Waits(NamedTuple):
    """What cannot go on because endpoints stand still."""

    many: Counter[int]
    """Episodes, by worker."""
    line_ups: set[LineUp]


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
    admission: Admission
    past: Json = None
    """Of forks: the episode that they branch off, as plain JSON."""
    todo: deque[int] = field(default_factory=deque)
    deaths: Counter[int] = field(default_factory=Counter)
    states: dict[int, str] = field(default_factory=dict)
    errors: dict[int, str] = field(default_factory=dict)
    hands: list[Hand] = field(default_factory=list)
    ended: list[Ended] = field(default_factory=list)
    leaving: list[tuple[Hand, int]] = field(default_factory=list)
    """Attempts that may be made once they are on disk, by the numbers of their workers."""
    replied: bool = False
    """Whether a reply came that is not on disk."""
    cautious: int | None = None
    """How many episodes with models a worker may hold, after one has died that held several."""
    preflight: Json = None
    """The models that must answer before the first episode; empty once they have."""
    checking: Hand | None = None
    """The worker that asks them."""
    fatal: str | None = None
    """Why no episode can be played."""
    terms: Mapping[str, Json] = field(default_factory=dict)
    """What every episode is played with beside its plan."""
    running: set[int] = field(default_factory=set)
    held_since: float | None = None
    workers: int = 1
    after: dict[int, int] = field(default_factory=dict)
    """By the number of an episode, the link of its chain that inherits from it."""
    before: dict[int, int] = field(default_factory=dict)
    shared: dict[int, list[int]] = field(default_factory=dict)
    """By the number of an episode that is not over, those that may only begin once it is."""
    further: Callable[[Runner], Sequence[Plan]] | None = None
    """What is planned once all that was planned is over; nothing, and the run ends."""
    line_ups: dict[int, LineUp] = field(default_factory=dict)
    """By the number of an episode, once it has been asked for."""
    told: float = 0.0
    """When it was last said what leaves and waits."""
    standing: Standing = NOTHING_ASKED

    def run(self, workers: int) -> str | None:
        """Play all that is not whole; why it stopped early, if it did."""
        for number, _, state, _ in self.writer.plans():
            self.states[number] = state
        self.workers, self.after = workers, following(self.plans)
        self.before = {after: before for before, after in self.after.items()}
        self.preflight = self._unreached()
        self._offer([n for n, state in self.states.items() if state != "whole"])
        with ExitStack() as stack, selectors.DefaultSelector() as selector:
            stack.callback(self._dismiss)
            while self._at_work():
                if self.asked_to_stop.times > 1:
                    for hand in self.hands:
                        hand.kill()
                    self._commit()
                    break
                self._turn(selector)
        return self._why_stopped()

    def _why_stopped(self) -> str | None:
        if self.asked_to_stop.times:
            return "interrupted"
        return self.fatal or self.admission.capped

    def _unreached(self) -> Json:
        """The models that were never reached, each with its place among all of the run."""
        wanted: dict[tuple[str, Json], Mapping[str, Json]] = {}
        for plan in self.plans:
            for seat in plan.seats:
                asked_with = bare(seat.asked_with)
                for model in models_in(seat.agent or ""):
                    wanted.setdefault((model, asked_with.get("base_url")), asked_with)
        there = self.writer.reached()
        each = enumerate((model, asked_with) for (model, _), asked_with in wanted.items())
        return [[place, *pair] for place, pair in each if place not in there]

    def _at_work(self) -> bool:
        if self.asked_to_stop.times and (self.todo or not self.admission.closed):
            self.progress.stopping("interrupted: what is under way is finished first")
            self.todo.clear()
            self._refuse(self.admission.close("interrupted"))
            for hand in self.hands:
                hand.tell(NoBatches("interrupted"))
        stops = self.fatal or self.admission.capped or self.asked_to_stop.times
        if stops:
            self.todo.clear()
        busy = bool(self.todo or self.ended or any(hand.given for hand in self.hands))
        return busy or (not stops and self._planned_further())

    def _planned_further(self) -> bool:
        """Whether there is more to play, now that all that was planned is over."""
        plans = list(self.further(self)) if self.further else []
        if plans:
            numbers = self.writer.extend(plans)
            self.plans.extend(plans)
            self.states.update(dict.fromkeys(numbers, "planned"))
            self._offer(numbers)
        return bool(plans)

    def _offer(self, numbers: Sequence[int]) -> None:
        """Take what is to be played; what another must be over for waits for that one."""
        first = {self.plans[n - 1].id: n for n in numbers}
        for number in numbers:
            before = first.get(self.plans[number - 1].first or "")
            if before is not None:
                self.shared.setdefault(before, []).append(number)
            elif self._may(number):
                self.todo.append(number)
        self.progress.planned(self.arms())

    def _turn(self, selector: selectors.BaseSelector) -> None:
        """Hire, give, listen, write."""
        while self.todo and len(self.hands) < min(self.workers, self._open()):
            self._hire(selector)
        for hand in self.hands:
            self._give(hand)
        for key, _ in selector.select(self.admission.wait(self._gathers())):
            self._listen(key.data, selector)
        self._admit()
        if self.held_since is None and self.writer.waiting:
            self.held_since = monotonic()
        waited = 0.0 if self.held_since is None else monotonic() - self.held_since
        hot = self.leaving or self.replied or not self.todo
        due = waited >= self._gathered() if hot else waited > DURABLE / 2
        if due or len(self.ended) >= BATCH:
            self._commit()
        self.writer.settle()
        self.progress.tick(self._standing())

    def _gathered(self) -> float:
        """Seconds that replies wait for others to be put on disk with: none while they are few."""
        if self.admission.out <= FEW:
            return 0.0
        return min(GATHER, SHARE * self.admission.usual_seconds)

    def _gathers(self) -> float:
        """Seconds to listen before what is held is put on disk."""
        if self.held_since is None:
            return TICK
        return max(0.0, min(TICK, self.held_since + self._gathered() - monotonic()))

    def _standing(self) -> Standing:
        """What leaves and waits, looked at once in a while."""
        now = monotonic()
        if now - self.told >= LOOK:
            self.told, self.standing = now, self.admission.standing()
        return self.standing

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
        if self.preflight and self.checking is None and hand.ready and self.todo:
            self.checking = hand
            hand.given.append(PREFLIGHT)
            what = {"preflight": self.preflight, **self.terms}
            hand.tell(Job(PREFLIGHT, strict_json(what), []))
        if self.preflight:
            return
        waits = self._waits()
        besides = min(STUCK, waits.many[id(hand)]) + self._in_batches(hand)
        while hand.ready and self._next(waits) and self._fits(hand, besides):
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
                **self.terms,
                "id": plan.id,
                "environment": plan.environment,
                "settings": plan.in_force,
                "carried": sorted(plan.carried or ()),
                "seats": [seat.agent for seat in plan.seats],
                "asked_with": [dict(seat.asked_with) for seat in plan.seats],
                "seed": plan.seed,
                "channels": plan.channels,
                "fork": plan.origin and {"past": self.past, "origin": plan.origin},
            }
            hand.given.append(number)
            hand.tell(Job(number, strict_json(what), [list(row) for row in record]))
            self.progress.started(plan.id, plan.arm or "")

    def _in_batches(self, hand: Hand) -> int:
        """Episodes of a worker that others may be given beside, so that batches are large."""
        if self.cautious:
            return 0
        return min(IN_BATCHES // self.workers, self.admission.in_batches(hand))

    def _fits(self, hand: Hand, besides: int) -> bool:
        return len(hand.given) - besides < self._room(self.todo[0])

    def _waits(self) -> Waits:
        stuck = self.admission.stuck()
        return Waits(
            Counter(id(hand) for hand, _ in stuck),
            {self._line_up(number) for _, number in stuck if number != PREFLIGHT},
        )

    def _next(self, waits: Waits) -> bool:
        """Whether there is an episode to give; it stands first then.

        One that would ask an endpoint which stands still is put off, as long as others play.
        """
        if not self.todo or not waits.line_ups:
            return bool(self.todo)
        for _ in range(len(self.todo)):
            if self._line_up(self.todo[0]) not in waits.line_ups:
                return True
            self.todo.rotate(-1)
        return sum(len(hand.given) for hand in self.hands) <= waits.many.total()

    def _line_up(self, number: int) -> LineUp:
        if number not in self.line_ups:
            seats = self.plans[number - 1].seats
            self.line_ups[number] = tuple(
                (seat.agent, seat.asked_with.get("base_url")) for seat in seats
            )
        return self.line_ups[number]

    def _begun(self, number: int) -> Plan:
        """The plan of an episode, with what it inherits."""
        plan, before = self.plans[number - 1], self.before.get(number)
        if before is not None and plan.carried is None:
            plan = self.plans[number - 1] = begun(plan, self.writer.carry(before))
            self.writer.begin(number, plan)
        return plan

    def _room(self, number: int) -> int:
        """How many episodes a worker may hold.

        Many where models are asked, one where somebody else is waited for.
        """
        live = [agent for agent in self._agents(number) if not agent.startswith("policy/")]
        if live and not all(map(asked_in_calls, live)):
            return 1
        if live:
            room = ceil((self.admission.concurrency or ABREAST) / self.workers)
            return max(1, min(room, self.cautious or room))
        return max(1, min(AHEAD, len(self.todo) // (2 * len(self.hands))))

    def _agents(self, number: int) -> set[str]:
        return {seat.agent or "" for seat in self.plans[number - 1].seats}

    def _admit(self) -> None:
        """Let leave what may."""
        for hand, message in self.admission.admitted():
            self._leave(hand, message)
        self._refuse(self.admission.refused())
        for hand, message, why, fault in self.admission.lost():
            hand.tell(Refused(message.ticket, why, fault))

    def _leave(self, hand: Hand, message: Leaving) -> None:
        number, left = message.number, Left(*message.left)
        if number not in self.running and number != PREFLIGHT:
            self.running.add(number)
            if self.states[number] == "planned":
                self.writer.fresh_episode(number)
            self.states[number] = "running"
            self.writer.state(number, "running", None, self.deaths[number])
        self.writer.leaving(number, message.kept, message.key, message.told, left)
        self.leaving.append((hand, message.ticket))

    def _refuse(self, refused: Iterable[tuple[Hand, Leaving, str]]) -> None:
        for hand, message, why in refused:
            hand.tell(Refused(message.ticket, why))

    def _listen(self, hand: Hand, selector: selectors.BaseSelector) -> None:
        heard = hand.heard()
        if heard is None:
            selector.unregister(hand.socket)
            self._bury(hand)
            return
        for message in heard:
            self._take(hand, message)

    def _take(self, hand: Hand, message: FromWorker) -> None:
        match message:
            case Ready():
                hand.ready = True
            case Leaving():
                self.admission.ask(hand, message)
            case Arrived(number, ticket, kept, key, came):
                self.writer.arrived(number, kept, key, Came(*came))
                self.admission.ended(hand, ticket, Came(*came))
                self.replied = True
            case Unanswered(number, ticket, key, came, retry_after):
                self.writer.unanswered(number, key, Came(*came))
                self.admission.failed(hand, number, ticket, Came(*came), retry_after)
            case Stuck(0, state, error):
                hand.given.remove(PREFLIGHT)
                self.preflight, self.checking = None, None
                self.fatal = error if state in ("blocked", "failed") else None
            case Stuck(number, state, error):
                hand.given.remove(number)
                self._end(number, state, error)
            case Whole(number, end, body, hashed):
                hand.given.remove(number)
                self.writer.whole(number, End(*end), body, hashed)
                self.ended.append(Ended(number, "whole", None))

    def _end(self, number: int, state: str, error: str) -> None:
        """An episode cannot go on; one that may go on another time has nothing wrong with it."""
        why = None if state == "running" else error
        self.writer.state(number, state, why, self.deaths[number])
        self.ended.append(Ended(number, state, why))

    def _commit(self) -> None:
        """On disk, then told: workers may ask, and progress moves."""
        refused = self.writer.commit()
        self.held_since, self.replied = None, False
        leaving, self.leaving = self.leaving, []
        told: dict[int, tuple[Hand, list[OnDisk]]] = {}
        for hand, ticket in leaving:
            told.setdefault(id(hand), (hand, []))[1].append(OnDisk(ticket))
        for hand, tickets in told.values():
            hand.tell(*tickets)
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
        if state == "whole" and self.cautious:
            self.cautious += 1
        if state != "running" and number in self.shared and not self.asked_to_stop.times:
            # In the order they are planned in, so that conditions stay interleaved in time.
            self.todo = deque(sorted([*self.todo, *self.shared.pop(number)]))
        plan = self.plans[number - 1]
        if state != "running":
            self.progress.ended(plan.id, plan.arm or "", state, error)

    def _bury(self, hand: Hand) -> None:
        """A worker is dead: what it played is played again, unless it killed too many."""
        self.hands.remove(hand)
        hand.leave()
        code = hand.wait()
        if not hand.ready:
            raise RuntimeError(f"a worker ended with code {code} before it began; see its message")
        self.admission.gone(hand)
        if PREFLIGHT in hand.given:
            hand.given.remove(PREFLIGHT)
            self.checking = None
        several = len(hand.given) > 1 and any(map(self._asks_models, hand.given))
        if several:  # whose fault it was is found by giving fewer, down to one
            self.cautious = max(1, len(hand.given) // 2)
        for place, number in enumerate(reversed(hand.given), 1):
            if several:
                self.writer.died(number, self.deaths[number])
            elif place == len(hand.given):
                self.deaths[number] += 1
                self.states[number] = "running"
                self.writer.died(number, self.deaths[number])
            if self.deaths[number] >= DEATHS:
                self._end(number, "failed", f"worker died {DEATHS} times (exit code {code})")
            elif not self.asked_to_stop.times:
                self.todo.appendleft(number)

    def _asks_models(self, number: int) -> bool:
        return any(map(asked_in_calls, self._agents(number) - {""}))

    def arms(self) -> dict[str, Tally]:
        """Where every condition stands."""
        counts: dict[str, Counter[str]] = {}
        for number, plan in enumerate(self.plans, 1):
            counts.setdefault(plan.arm or "", Counter())[self.states.get(number, "planned")] += 1
        return {
            arm: Tally(sum(count.values()), count["whole"], count["blocked"], count["failed"])
            for arm, count in counts.items()
        }
