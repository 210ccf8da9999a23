"""Calls that nobody waits for, many at a time and at half the price: batch endpoints.

Made for questions out of band, which are asked in many episodes at the same moment. Calls are
collected for a while, go out as one batch, and are handed back one by one. What was sent is kept
in a ledger by the place each call has in its episode: a run that is killed, or stopped while its
batch is worked on, finds the batch again and pays for it once.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Mapping
from contextlib import suppress
from functools import partial
from hashlib import sha256
from typing import Final, NamedTuple, TypeVar

from suasion.models.batch_api import OVER, Batch, BatchEndpoint, Result, line
from suasion.models.batch_ledger import Intended, Ledger
from suasion.models.faults import OUTCOMES, Fault
from suasion.models.request import Completion, Request

DEADLINE: Final = 26 * 3600.0
"""Seconds that a call may take by batch: the day that a provider may take, and a bit."""
LINGER: Final = 2.0
"""Seconds without another call after which a batch goes out."""
LONGEST: Final = 60.0
"""Seconds after its first call in which it goes out, however many come."""
SOONEST, PATIENCE = 0.5, 30.0
"""Seconds between two looks at a batch, at first and at most."""
SLOWER: Final = 1.5
"""How much longer each pause is than the one before."""
MOST_CALLS, MOST_BYTES = 50_000, 100 * 2**20
"""In one batch; OpenAI takes 200 MB, Groq 200, Together 100."""
GONE: Final = 404

T = TypeVar("T")


def name_of(request: Request, where: str) -> str:
    """What a call is known by: what is sent, and the place of the answer in its episode."""
    body = request.digest or sha256(request.body).hexdigest()
    return sha256(f"{body} {where}".encode("utf-8", "surrogatepass")).hexdigest()


class Call(NamedTuple):
    """One call that is waited for."""

    body: bytes
    answer: asyncio.Future[Result | None]
    """None once nobody is to wait any longer."""


class Batches:
    """Collects the calls of one model at one endpoint; for one event loop."""

    def __init__(
        self,
        endpoint: BatchEndpoint,
        ledger: Ledger,
        *,
        linger: float = LINGER,
        longest: float = LONGEST,
        patience: float = PATIENCE,
        most: int = MOST_CALLS,
    ) -> None:
        self._endpoint, self._ledger = endpoint, ledger
        self._linger, self._longest = linger, longest
        self._patience, self._most = patience, most
        self._waiting: dict[str, Call] = {}
        """Not yet in a batch."""
        self._asked: dict[str, Call] = {}
        """Every call that is waited for."""
        self._first = 0.0
        """When the first of those that wait for a batch came."""
        self._sending: asyncio.TimerHandle | None = None
        self._watching = set[asyncio.Task[None]]()
        self._open: dict[str, dict[str, Call]] = {}
        """Calls that wait for a batch, by its mark."""
        self._held = ledger.found
        """Calls that batches of other processes hold, by the last that does."""
        self._found = set[tuple[str, str]]()
        """Those that were found there, with its mark: once is enough."""
        self._stopped: Callable[[], Exception] | None = None

    def of(self, where: str) -> Batched:
        """A client for one call; `where` says which answer of which episode it is for."""
        return Batched(self, where)

    def stop(self, why: Callable[[], Exception]) -> None:
        """Let nobody wait any longer: `why` is raised instead, and what was not sent never is."""
        self._stopped = why
        if self._sending is not None:
            self._sending.cancel()
        for call in self._asked.values():
            if not call.answer.done():
                call.answer.set_result(None)

    async def close(self) -> None:
        """Stop waiting; what was sent stays with its provider, and is found again."""
        if self._sending is not None:
            self._sending.cancel()
        for task in self._watching:
            task.cancel()
        await asyncio.gather(*self._watching, return_exceptions=True)

    async def complete(self, request: Request, seconds: float, where: str) -> Completion:
        """What came back in a batch, within `seconds`.

        Errors: `Fault`, by its name; after `deadline` the batch goes on, and is found again.
        Whatever `stop` was given, once nobody is to wait.
        """
        if self._stopped is not None:
            raise self._stopped()
        name = name_of(request, where)
        answer = (self._asked.get(name) or self._ask(name, request.body)).answer
        try:
            result = await asyncio.wait_for(asyncio.shield(answer), seconds)
        except TimeoutError:
            raise Fault("deadline", f"its batch was not over in {seconds:g} s") from None
        self._asked.pop(name, None)
        if isinstance(result, Completion):
            return result
        if result is None:
            assert self._stopped is not None
            raise self._stopped()
        raise result

    def _ask(self, name: str, body: bytes) -> Call:
        call = self._asked[name] = Call(body, asyncio.get_running_loop().create_future())
        if not self._again_in(name, call):
            self._wait(name, call)
        return call

    def _wait(self, name: str, call: Call) -> None:
        """Wait for more calls, anew from this one on, though not for ever."""
        loop = asyncio.get_running_loop()
        now = loop.time()
        if not self._waiting:
            self._first = now
        self._waiting[name] = call
        if self._sending is not None:
            self._sending.cancel()
        full = len(self._waiting) >= self._most
        when = now if full else min(now + self._linger, self._first + self._longest)
        self._sending = loop.call_at(when, self._send)

    def _send(self) -> None:
        """Send what waits, but for what is in a batch of another process already."""
        self._find()
        while self._waiting:
            calls = self._taken()
            try:
                batch = self._ledger.intend(calls)
            except OSError as error:
                said = f"its batch could not be written down: {error}"
                _answer(calls, {}, Fault("unrecognised", said))
            else:
                self._watch(batch, calls, fresh=True)

    def _find(self) -> None:
        """What a process asked that was killed meanwhile waits for the batch that holds it."""
        self._ledger.look()
        self._held = self._ledger.found
        for name in self._held.keys() & self._waiting.keys():
            if self._again_in(name, self._waiting[name]):
                del self._waiting[name]

    def _again_in(self, name: str, call: Call) -> bool:
        """Whether another process has asked this, and the batch that holds it can be waited for."""
        batch = self._held.get(name)
        if batch is None or (name, batch.mark) in self._found:
            return False
        self._found.add((name, batch.mark))
        self._watch(batch, {name: call})
        return True

    def _taken(self) -> dict[str, Call]:
        """As many of the waiting calls as go into one batch."""
        calls, size = dict[str, Call](), 0
        while self._waiting and len(calls) < self._most:
            name, call = next(iter(self._waiting.items()))
            size += len(call.body)
            if calls and size > MOST_BYTES:
                break
            calls[name] = self._waiting.pop(name)
        return calls

    def _watch(self, batch: Intended, calls: dict[str, Call], *, fresh: bool = False) -> None:
        """See a batch through; calls that are found to be in it later join those that wait."""
        if batch.mark in self._open:
            self._open[batch.mark] |= calls
            return
        self._open[batch.mark] = calls
        task = asyncio.create_task(self._seen_through(batch, fresh=fresh))
        self._watching.add(task)
        task.add_done_callback(self._watching.discard)

    async def _seen_through(self, batch: Intended, *, fresh: bool) -> None:
        """Every call gets its result, or the fault that took them all."""
        results: Mapping[str, Result] = {}
        lost: Fault | None = None
        try:
            name = await self._begun(batch) if fresh else await self._again(batch)
            if name is not None:
                results, lost = await self._came(name)
        except Fault as fault:
            if fresh or fault.status != GONE:
                _answer(self._open.pop(batch.mark), {}, fault)
                return
        except Exception as error:  # whatever a disk or a library does
            said = f"{type(error).__name__}: {error}"
            _answer(self._open.pop(batch.mark), {}, Fault("unrecognised", said))
            return
        calls = self._open.pop(batch.mark)
        if lost is None:  # it was intended and never made, or is gone: they go with the next
            for call, waits in calls.items():
                self._wait(call, waits)
            return
        gone = [call for call in calls if isinstance(results.get(call, lost), Fault)]
        if gone:
            with suppress(OSError):  # then they are found lost once more
                self._ledger.lost(batch.mark, gone)
        _answer(calls, results, lost)

    async def _begun(self, batch: Intended) -> str:
        """The name of a new batch.

        Errors: `Fault`, where there is none.
        """
        calls = self._open[batch.mark]
        lines = b"".join(line(call, waits.body) for call, waits in calls.items())
        try:
            file = await self._endpoint.upload(lines)
        except Fault:
            self._ledger.lost(batch.mark, calls)
            raise
        made = await self._made(file, batch)
        self._ledger.named(batch.mark, made.name)
        return made.name

    async def _made(self, file: str, batch: Intended) -> Batch:
        """The batch of a file; one whose making was not heard of is looked for."""
        try:
            return await self._endpoint.make(file, batch.mark)
        except Fault as fault:
            if fault.kind.paid:
                found = await self._patiently(partial(self._endpoint.marked, batch.mark))
                if found is not None:
                    return found
            self._ledger.lost(batch.mark, batch.calls)
            raise

    async def _again(self, batch: Intended) -> str | None:
        """The name of a batch that another process made; None where it made none."""
        if batch.batch is not None:
            return batch.batch
        found = await self._patiently(partial(self._endpoint.marked, batch.mark))
        if found is None:
            self._ledger.lost(batch.mark, batch.calls)
            return None
        self._ledger.named(batch.mark, found.name)
        return found.name

    async def _came(self, name: str) -> tuple[Mapping[str, Result], Fault]:
        """What came of a batch once it is over, and the fault of all that it has no result of."""
        over = await self._over(name)
        said = over.why or f"its batch is {over.state} and holds no result of it"
        results = await self._patiently(partial(self._endpoint.results, over))
        return results, Fault(over.lost, said)

    async def _over(self, name: str) -> Batch:
        """The batch, once it stays as it is."""
        pause = min(SOONEST, self._patience)
        while True:
            batch = await self._patiently(partial(self._endpoint.look, name))
            if batch.state in OVER:
                return batch
            await asyncio.sleep(pause)
            pause = min(self._patience, SLOWER * pause)

    async def _patiently(self, look: Callable[[], Awaitable[T]]) -> T:
        """What is seen, once it can be: what was paid for is not given up because a look failed."""
        while True:
            try:
                return await look()
            except Fault as fault:
                if OUTCOMES[fault.name].retried == "no":
                    raise
                await asyncio.sleep(max(self._patience, fault.retry_after or 0.0))


def _answer(calls: Mapping[str, Call], results: Mapping[str, Result], lost: Fault) -> None:
    """Every call gets its result; those that have none get the fault that took them all."""
    for name, call in calls.items():
        if not call.answer.done():
            call.answer.set_result(results.get(name, lost))


class Batched:
    """A client whose calls go by batch."""

    def __init__(self, batches: Batches, where: str) -> None:
        self._batches, self._where = batches, where

    async def complete(self, request: Request, seconds: float) -> Completion:
        """What came back in a batch."""
        return await self._batches.complete(request, seconds, self._where)

    async def close(self) -> None:
        """The batches are others' as well."""
