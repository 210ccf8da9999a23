"""A model that holds its replies back until it is told, and counts those who wait for one.

With it a test is about a thousand calls in flight, and not about a thousand calls that were sent.
It runs in a thread: `with crowd() as held: ... held.release()`.
"""

from __future__ import annotations

import asyncio
import threading
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from functools import partial
from hashlib import sha256
from subprocess import Popen
from time import monotonic

from suasion.testing.http1 import Connection, Request, Serving, in_thread
from suasion.testing.model_server import CHAT, USUAL, Refused, Ways, body_of, encoded, reply

FIRST = b"Say ok."
"""What a runner says to see whether a model is there at all; that is answered at once,
and counted truly."""


class Unmet(AssertionError):
    """What a test waited for did not come about."""


class Crowd:
    """Those who wait for a reply of one model."""

    def __init__(self, ways: Ways = USUAL, gather: int = 0) -> None:
        """Once `gather` calls wait at the same time, nobody is held any more; 0 is never."""
        self._ways, self._gather = ways, gather
        self._held: list[Callable[[], None]] = []
        self._loop: asyncio.AbstractEventLoop | None = None
        self.holding = True
        self.met: Callable[[bytes], object] = len
        """What is done when a request has come in."""
        self.url = ""
        self.bodies: Counter[str] = Counter()
        """By SHA-256 of a request, how often it came."""
        self.answered = self.tokens = self.most = 0
        """Replies sent, the tokens they reported, and the most that waited at once."""

    @property
    def asked(self) -> int:
        """Requests that came."""
        return self.bodies.total()

    @property
    def waiting(self) -> int:
        """Calls that wait for their reply."""
        return len(self._held)

    def handle(self, request: Request, connection: Connection) -> None:
        """Take a request in."""
        self._loop = asyncio.get_running_loop()
        if not request.path.endswith(CHAT):
            connection.answer(404, b"{}")
            return
        self.bodies[sha256(request.body).hexdigest()] += 1
        self.met(request.body)
        answer = partial(self._answer, request.body, connection)
        if not self.holding or FIRST in request.body:
            connection.later(self._ways.latency, answer)
            return
        self._held.append(answer)
        self.most = max(self.most, len(self._held))
        connection.gone = partial(self._leave, answer)
        if len(self._held) == self._gather:
            self._release()

    def release(self) -> None:
        """Answer all who wait, and hold nobody from now on."""
        self.holding = False
        if self._loop is not None:
            self._loop.call_soon_threadsafe(self._release)

    def _release(self) -> None:
        self.holding = False
        held, self._held = self._held, []
        for answer in held:
            answer()

    def _leave(self, answer: Callable[[], None]) -> None:
        if answer in self._held:
            self._held.remove(answer)

    def _answer(self, body: bytes, connection: Connection) -> None:
        try:
            ways = replace(self._ways, times=1) if FIRST in body else self._ways
            said = reply(body, ways)
        except Refused as refused:
            connection.answer(400, encoded({"error": {"message": str(refused)}}))
            return
        self.answered += 1
        self.tokens += (said.read + said.written) * ways.times
        connection.answer(200, encoded(body_of(said, ways)))


@contextmanager
def crowd(ways: Ways = USUAL, gather: int = 0) -> Iterator[Crowd]:
    """A model that listens, in a thread of its own."""
    held = Crowd(ways, gather)
    with in_thread(lambda: Serving(held.handle).start()) as serving:
        held.url = serving.url
        yield held


def until(
    true: Callable[[], object], process: Popen[bytes] | None = None, seconds: float = 60.0
) -> None:
    """Wait for something. Errors: `Unmet`, if it does not come in so many seconds.

    `process` is what it is expected of: once that has ended, nothing is waited for.
    """
    end, pause = monotonic() + seconds, threading.Event()
    while not true():
        if process is not None and process.poll() is not None:
            raise Unmet(f"the process ended with {process.returncode} before that")
        if monotonic() > end:
            raise Unmet(f"it did not come about in {seconds:g} s")
        pause.wait(0.02)
