"""How a seat that is waited for reaches outside: every attempt on record before it leaves.

The one place where a call is tried again: what of it helps is said by name in
`suasion.models.faults`, and all attempts at one decision together have one deadline.
"""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import Awaitable, Callable, Mapping
from random import uniform
from time import monotonic
from typing import Any, NamedTuple, Protocol

from suasion.core.environment import Asked, Blocked, Environment, words
from suasion.core.episode import Decision, Key
from suasion.core.events import NOTHING
from suasion.core.play import Play, inner_key
from suasion.models.faults import OUTCOMES, Fault
from suasion.models.parts import Files
from suasion.models.request import Client, Completion, Request
from suasion.runner.backoff import backoff

DEADLINE = 600.0
"""Seconds that one decision may take, where nothing else is said."""


class Back(NamedTuple):
    """How an attempt ended."""

    outcome: str
    seconds: float
    completion: Completion | None = None
    fault: Fault | None = None


class Desk(Protocol):
    """Where attempts go on record, and where they wait until they may leave."""

    @property
    def episode(self) -> str:
        """The episode's id."""

    @property
    def deadline(self) -> float:
        """Seconds that all attempts at one decision may take, without those spent in the queue."""

    @property
    def files(self) -> Files:
        """Those that briefs may show, by hash."""

    def patience(self, key: Key, request: Request) -> float:
        """The same for this decision: a batch is waited for longer than a call."""

    async def leaving(self, key: Key, told: str, request: Request | None) -> None:
        """Return once it is on disk that this is about to be asked, and it may be."""

    def client(self, key: Key, request: Request) -> Client:
        """Who is asked: the model's own client, or one that stands before it."""

    def failed(self, key: Key, back: Back) -> None:
        """An attempt at this decision came to nothing."""

    def landed(self, key: Key, back: Back) -> None:
        """A reply came; the decision that is taken next under this key is made of it."""

    def became(self, key: Key, inner: Key, outcome: str) -> None:
        """The reply that came for `key` is not the answer: it is kept under `inner`."""


class Unrecorded:
    """A play that is not recorded."""

    episode = ""
    deadline = DEADLINE
    files: Files = NOTHING

    def patience(self, key: Key, request: Request) -> float:  # noqa: ARG002
        """As for any other."""
        return self.deadline

    async def leaving(self, key: Key, told: str, request: Request | None) -> None:
        """Nothing is written."""

    def client(self, key: Key, request: Request) -> Client:  # noqa: ARG002
        """The model's own."""
        return request.model.client

    def failed(self, key: Key, back: Back) -> None:
        """Nothing is written."""

    def landed(self, key: Key, back: Back) -> None:
        """Nothing is written."""

    def became(self, key: Key, inner: Key, outcome: str) -> None:
        """Nothing is written."""


class Lines:
    """The lines of one episode."""

    def __init__(self, play: Play[Any], known: Mapping[Key, Decision], desk: Desk) -> None:
        self.play, self.known, self.desk = play, known, desk
        self.names = [seat.name for seat in play.env.seats()]
        self._briefs: dict[int, str] = {}

    @property
    def env(self) -> Environment[Any]:
        """What is played."""
        return self.play.env

    def brief(self, seat: int) -> str:
        """What a seat was told once."""
        if seat not in self._briefs:
            self._briefs[seat] = self.env.brief(seat)
        return self._briefs[seat]


class Line:
    """The line of one seat for one decision."""

    def __init__(self, lines: Lines, asked: Asked) -> None:
        self._lines, self._asked = lines, asked
        self._made = Counter[str]()
        self._attempts = Attempts(lines.desk)
        self._told: str | None = None

    @property
    def brief(self) -> str:
        """What the seat was told once, before everything else."""
        return self._lines.brief(self._asked.seat)

    @property
    def told(self) -> str:
        """The words it is asked with."""
        if self._told is None:
            self._told = words(self._lines.env, self._asked)
        return self._told

    @property
    def name(self) -> str:
        """What the seat is called."""
        return self._lines.names[self._asked.seat]

    @property
    def episode(self) -> str:
        """The episode's id."""
        return self._lines.desk.episode

    @property
    def files(self) -> Files:
        """Those that its brief may show."""
        return self._lines.desk.files

    async def recall(self, name: str, call: Callable[[], Awaitable[str]]) -> str:
        """An inner call: from the record, or made and kept."""
        key = self._next(name)
        inner = self._lines.known.get(key)
        if inner is None:
            await self._lines.desk.leaving(key, "", None)
            began = monotonic()
            inner = Decision(*key, None, await call())
            self._lines.desk.landed(key, Back("answered", monotonic() - began))
        self._lines.play.note(inner)
        return inner.raw or ""

    async def send(self, request: Request, name: str = "") -> Completion:
        """One call of a model: the answer itself, or an inner call that has a name."""
        if not name:
            return await self._attempts.completed(self._asked.key, request)
        key = self._next(name)
        inner = self._lines.known.get(key)
        if inner is not None:
            self._lines.play.note(inner)
            return Completion(inner.raw or "", inner.notes[0] if inner.notes else "answered")
        completion = await self._attempts.completed(key, request)
        notes = () if completion.outcome == "answered" else (completion.outcome,)
        self._lines.play.note(Decision(*key, None, completion.text, notes))
        return completion

    def keep(self, name: str, text: str, outcome: str) -> None:
        """Keep a reply that has just come as an inner call, because it is not the answer."""
        key = self._next(name)
        self._lines.desk.became(self._asked.key, key, outcome)
        self._lines.play.note(Decision(*key, None, text))

    def kept(self, name: str) -> str | None:
        """What the record holds under that name."""
        inner = self._lines.known.get(inner_key(self._asked, name, self._made[name]))
        if inner is None:
            return None
        self._made[name] += 1
        self._lines.play.note(inner)
        return inner.raw or ""

    def _next(self, name: str) -> Key:
        key = inner_key(self._asked, name, self._made[name])
        self._made[name] += 1
        return key


class Unreached(Blocked):
    """A call that came to nothing for good, by the name of its last fault."""

    def __init__(self, fault: Fault, said: str = "") -> None:
        super().__init__(said or str(fault))
        self.fault = fault


class Attempts:
    """The attempts at one decision: each on record, and all within one deadline."""

    def __init__(self, desk: Desk) -> None:
        self._desk = desk
        self._spent = 0.0
        """Seconds of the deadline that are gone; those spent in the queue are not counted."""

    async def completed(self, key: Key, request: Request) -> Completion:
        """A reply, tried for until the deadline.

        Errors: `Unreached`.
        """
        attempt, empty = 0, False
        while True:
            attempt += 1
            await self._desk.leaving(key, request.told, request)
            try:
                completion, seconds = await self._attempted(key, request)
            except Fault as fault:
                await self._wait(fault, attempt, self._desk.patience(key, request))
                continue
            if completion.outcome == "empty" and not empty:
                empty = True
                self._desk.failed(key, Back("empty", seconds, completion))
                continue
            self._desk.landed(key, Back(completion.outcome, seconds, completion))
            return completion

    async def _attempted(self, key: Key, request: Request) -> tuple[Completion, float]:
        """One attempt; its fault goes on record."""
        began = monotonic()
        try:
            left = self._desk.patience(key, request) - self._spent
            completion = await self._desk.client(key, request).complete(request, left)
        except Blocked:  # it is not to be waited for any longer
            raise
        except Exception as error:
            fault = error if isinstance(error, Fault) else _unforeseen(error)
            seconds = monotonic() - began
            self._spent += seconds
            self._desk.failed(key, Back(fault.name, seconds, None, fault))
            raise fault from None
        seconds = monotonic() - began
        self._spent += seconds
        return completion, seconds

    async def _wait(self, fault: Fault, attempt: int, deadline: float) -> None:
        """Until it may be tried again.

        Errors: `Unreached`, where that cannot help, or the deadline would pass.
        """
        if OUTCOMES[fault.name].retried == "no":
            raise Unreached(fault) from None
        pause = backoff(attempt, fault.retry_after, uniform)
        self._spent += pause
        if self._spent >= deadline:
            raise Unreached(fault, f"{fault} (tried for {deadline:g} s)") from None
        await asyncio.sleep(pause)


def _unforeseen(error: Exception) -> Fault:
    """An error that no client named, as a fault that is not tried again."""
    return Fault("unrecognised", f"{type(error).__name__}: {error}")
