"""One episode under way, as a worker plays it: everything decided goes to the runner, in order."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import lru_cache
from hashlib import sha256
from typing import TYPE_CHECKING, NamedTuple

from suasion.core.asks import Forfeit, Json
from suasion.core.environment import Blocked
from suasion.core.episode import Decision, Key
from suasion.core.events import NOTHING
from suasion.core.play import INNER
from suasion.models.faults import OUTCOMES
from suasion.models.model import Model, Price
from suasion.models.request import Client, Completion, Request, Usage
from suasion.runner.frames import Arrived, Columns, FromWorker, Leaving, Unanswered
from suasion.runner.line import DEADLINE, Back
from suasion.store.attempts import Came, Left
from suasion.store.rows import checked_row
from suasion.store.seals import text_hash
from suasion.store.values import Unstorable, stored, strict_json

if TYPE_CHECKING:
    from suasion.models.batching import Batching, ByBatch
    from suasion.models.cache import Cache
    from suasion.models.parts import Files

BESIDE = 64
"""Tokens that a prompt may cost beside its bytes: the marks of a chat template."""
TIMES = 2
"""How much more than it should a server may report before a cap can be passed."""
WORDS = 2000
"""Characters of what a server says that are kept."""


class Capped(Blocked):
    """A call that a cap of the run does not admit: the episode stops where it is."""


class Runner:
    """The runner's end, as an episode sees it."""

    def send(self, message: FromWorker) -> None:
        """Tell the runner."""
        raise NotImplementedError

    def ticket(self) -> int:
        """A number for an attempt that no other has."""
        raise NotImplementedError

    async def admitted(self, ticket: int) -> None:
        """Wait until an attempt is on disk and may leave.

        Errors: `Capped`.
        """
        raise NotImplementedError

    def first(self, named: str) -> bool:
        """Whether a text was never sent to the runner before."""
        raise NotImplementedError

    def clean(self, words: str) -> str:
        """Words of an error without any key."""
        raise NotImplementedError


class Open(NamedTuple):
    """An attempt that has left."""

    ticket: int
    request: Request | None


class Recorder:
    """Where the attempts and decisions of one episode go."""

    def __init__(
        self,
        number: int,
        episode: str,
        link: Runner,
        known: Mapping[Key, Decision] = {},
        deadline: float = DEADLINE,
        cache: Cache | None = None,
        batching: Batching | None = None,
    ) -> None:
        self.files: Files = NOTHING
        """Those that briefs may show, by hash."""
        self._cache, self._batching = cache, batching
        self.number, self.episode, self.deadline = number, episode, deadline
        self._link, self._known = link, known
        self._kept: list[Columns] = []
        self._open: dict[Key, Open] = {}
        self._back: dict[Key, Back] = {}
        self._whose: dict[Key, tuple[Key, str]] = {}
        """Of inner calls that hold a reply which is not the answer: whose reply, and why not."""

    def keep(self, decision: Decision) -> None:
        """A decision was taken; a reply is sent at once, the rest goes with the next message."""
        inner = decision.key
        if inner in self._known:
            return
        self._kept.append(list(checked_row(self.number, decision)))
        key, why = self._whose.pop(inner, (inner, ""))
        left, back = self._open.pop(key, None), self._back.pop(key, None)
        if left is None or back is None:
            return
        rows, self._kept = self._kept, []
        outcome = why or _outcome(decision, back)
        came = _came(back._replace(outcome=outcome), left.request)
        self._link.send(Arrived(self.number, left.ticket, rows, columns(key), list(came)))

    async def leaving(self, key: Key, told: str, request: Request | None) -> None:
        """A seat is about to be asked: on disk first, and only where it may be."""
        rows, self._kept = self._kept, []
        if request is not None and (by := self._by_batch(key, request)):
            request = request._replace(model=by.model)
        ticket = self._link.ticket()
        left, lane = (Left(), "") if request is None else (self._left(request), request.model.lane)
        self._link.send(
            Leaving(self.number, ticket, rows, columns(key), stored(told), lane, list(left))
        )
        await self._link.admitted(ticket)
        self._open[key] = Open(ticket, request)

    def client(self, key: Key, request: Request) -> Client:
        """The model's own, or its batches; before it the cache, where a study asks for one."""
        if self._cache is None and self._batching is None:
            return request.model.client
        place, by = "/".join((self.episode, *map(str, key))), self._by_batch(key, request)
        client = request.model.client if by is None else by.batches.of(place)
        return client if self._cache is None else self._cache.of(client, place)

    def patience(self, key: Key, request: Request) -> float:
        """Seconds that all attempts at this decision may take."""
        by = self._by_batch(key, request)
        return self.deadline if by is None else max(self.deadline, by.deadline)

    def _by_batch(self, key: Key, request: Request) -> ByBatch | None:
        """How it is asked by batch; None for what is answered in acts, or where none is taken."""
        if self._batching is None or not key[2].partition(INNER)[0]:
            return None
        return self._batching.of(request.model)

    def failed(self, key: Key, back: Back) -> None:
        """An attempt came to nothing."""
        ticket, request = self._open.pop(key)
        wait = back.fault.retry_after if back.fault else None
        came = _came(back, request, self._link.clean)
        self._link.send(Unanswered(self.number, ticket, columns(key), list(came), wait))

    def landed(self, key: Key, back: Back) -> None:
        """A reply came; the decision taken next under this key is made of it."""
        self._back[key] = back

    def became(self, key: Key, inner: Key, outcome: str) -> None:
        """The reply that came is kept under another key, since it is not the answer."""
        self._whose[inner] = key, outcome

    def abandoned(self, why: str) -> None:
        """The episode cannot go on: what has left comes to nothing here."""
        for key, (ticket, request) in self._open.items():
            came = _came(Back(why, 0.0), request)
            self._link.send(Unanswered(self.number, ticket, columns(key), list(came)))
        self._open.clear()

    def _left(self, request: Request) -> Left:
        frame = request.frame
        named = _named(frame)
        tokens = reservation(request)
        return Left(
            frame.decode() if self._link.first(named) else None,
            named,
            request.digest or sha256(request.body).hexdigest(),
            tokens,
            reserved_cost(request.model.price, tokens),
            (b"[" + b",".join(request.branch) + b"]").decode() if request.branch else None,
        )


def reservation(request: Request) -> int:
    """Tokens that are set aside before a call is sent: more than it can take, twice."""
    return TIMES * (request.size + BESIDE + request.max_tokens)


def reserved_cost(price: Price | None, tokens: int) -> float | None:
    """What they cost at most, in US dollars; None where the price is unknown."""
    return None if price is None else tokens * max(price.read, price.written) / 1e6


def cost(price: Price | None, usage: Usage) -> float | None:
    """What the tokens that a server counted cost, in US dollars."""
    if price is None or usage.read is None or usage.written is None:
        return None
    cached = min(usage.cached or 0, usage.read) if price.cached is not None else 0
    read = (usage.read - cached) * price.read + cached * (price.cached or 0.0)
    return (read + usage.written * price.written) / 1e6


_named = lru_cache(maxsize=4096)(text_hash)
"""Frames are few, and each is sent many times."""


def columns(key: Key) -> Columns:
    """A key as columns hold it."""
    step, seat, aside, repeat = key
    return [step, seat, stored(aside), repeat]


def _outcome(decision: Decision, back: Back) -> str:
    """The name of what came: that of the forfeit, where a model's reply became one."""
    answer = decision.answer
    if back.completion is not None and isinstance(answer, Forfeit) and INNER not in decision.aside:
        return answer.reason if answer.reason in OUTCOMES else back.outcome
    return back.outcome


def _came(back: Back, request: Request | None, clean: Callable[[str], str] = str) -> Came:
    completion, fault = back.completion, back.fault
    model: Model | None = request.model if request else None
    usage = completion.usage if completion else Usage()
    price = model.price if model else None
    counts = (usage.read, usage.written, usage.cached, cost(price, usage))
    beside = _said(completion) if completion else {}
    if fault is not None:
        beside = {
            "said": clean(fault.said)[:WORDS],
            "status": fault.status,
            "retry_after": fault.retry_after,
        }
        beside = {name: value for name, value in beside.items() if value not in (None, "")}
    return Came(stored(back.outcome), back.seconds, *counts, _json(beside))


def _said(completion: Completion) -> dict[str, Json]:
    """What a server said beside the reply."""
    every = {
        "finish": completion.finish,
        "served": completion.served,
        "reasoning": completion.reasoning,
        "reasoning_tokens": completion.usage.reasoning,
        "logprobs": completion.logprobs,
        **completion.beside,
    }
    return {name: value for name, value in every.items() if value is not None}


def _json(beside: Mapping[str, Json]) -> str | None:
    """As a column; what cannot be kept is left out, and said to be."""
    if not beside:
        return None
    try:
        return strict_json(beside)
    except Unstorable as error:
        return strict_json({"left out": str(error)[:WORDS]})
