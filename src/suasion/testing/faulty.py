"""A server that fails on demand, in every way there is, and keeps count of what it did.

It stands before the stand-in for a model, so that what it answers when it does not fail is a
function of the request. Which fault meets a request is said

- by the address: `/fault/rate_limit/v1` always fails so; in `/fault/server_error,cut_body,good/v1`
  a request meets them one after another, counted by its bytes, and the last one stays;
- by a header, `X-Fault`, with the same words;
- or by a choice: a `plan`, a `share` that relents, or a share that is `lasting`.

A fault may take an argument: `server_error=502`, `rate_limit=120`, `slow_body=0.5`,
`context_overflow=also=0`. Before `/fault` may stand a dialect, as in `/vllm/fault/quota/v1`.

`app(…)` is an ASGI application; `serve(…)` listens by itself and can also reset connections:

    python -m suasion.testing.faulty --share 0.33 --lasting 0.05
    python -m suasion.testing.faulty --list

`GET /count` says what it was asked and how it answered: `requests`, and in `bodies`, by the
SHA-256 of a request, how often it was `asked`, what was `answered` by name and in order, and from
how many the client had `left` before their answer; `unread` is how many connections were reset
before their request was read.
"""

from __future__ import annotations

import argparse
import asyncio
import sys
from collections import Counter
from collections.abc import Awaitable, Callable, Mapping, MutableMapping, Sequence
from dataclasses import dataclass, field, replace
from functools import partial
from hashlib import sha256
from itertools import takewhile
from ssl import SSLContext
from typing import Any, NamedTuple
from urllib.parse import unquote

from suasion.core.asks import Json
from suasion.testing.dialects import DIALECTS, Dialect
from suasion.testing.faults import FAULTS, FORFEITING, GOOD, RELENTING, Said, Served
from suasion.testing.faults import serve as served_as
from suasion.testing.http1 import Connection, Request, Serving, head
from suasion.testing.model_server import (
    CHAT,
    MODELS,
    USUAL,
    Refused,
    Ways,
    chosen,
    encoded,
    forever,
    listed,
    options,
    reply,
)


class Asked(NamedTuple):
    """What a choice of fault may depend on."""

    body: str
    """The SHA-256 of the request's bytes, in hexadecimal."""
    times: int
    """How often these bytes were asked before."""
    request: int
    """How many requests there were before."""


Choice = Callable[[Asked], str | None]
"""Which fault meets a request; None is no opinion, and `good` is none."""


def never(asked: Asked) -> None:
    """No fault at all."""


def plan(*faults: str) -> Choice:
    """These faults, a request each, and then good answers. Errors: `UnknownFault`."""
    known(faults)
    return lambda asked: faults[asked.request] if asked.request < len(faults) else None


def share(probability: float, of: Sequence[str] = RELENTING, seed: int = 0) -> Choice:
    """A fault with this probability, drawn from the bytes and how often they were asked.

    Errors: `UnknownFault`.
    """
    known(of)
    return lambda asked: _drawn(f"{seed}/{asked.body}/{asked.times}", probability, of)


def lasting(probability: float, of: Sequence[str] = FORFEITING, seed: int = 0) -> Choice:
    """A fault with this probability, drawn from the bytes: it meets them whenever they come.

    Errors: `UnknownFault`.
    """
    known(of)
    return lambda asked: _drawn(f"lasting/{seed}/{asked.body}", probability, of)


def first(*choices: Choice) -> Choice:
    """The first choice that has an opinion."""

    def choose(asked: Asked) -> str | None:
        return next(filter(None, (choice(asked) for choice in choices)), None)

    return choose


def _drawn(key: str, probability: float, of: Sequence[str]) -> str | None:
    digest = sha256(key.encode()).digest()
    if int.from_bytes(digest[:6]) >= probability * 2**48:
        return None
    return of[int.from_bytes(digest[6:12]) % len(of)]


EARLY = "connection_reset=early"
"""A reset before the body of a request is read; it can only come first."""


class UnknownFault(ValueError):
    """A name that no fault has."""

    def __init__(self, name: str) -> None:
        super().__init__(f"no fault {name!r}; there are: {', '.join((GOOD, *FAULTS))}")


def known(names: Sequence[str]) -> None:
    """Nothing, if there are such faults. Errors: `UnknownFault`."""
    for name in names:
        if name.partition("=")[0] not in (GOOD, *FAULTS):
            raise UnknownFault(name)


@dataclass
class Body:
    """One request, by its bytes, and what became of it."""

    asked: int = 0
    answered: list[str] = field(default_factory=list)
    left: int = 0


class Wanted(NamedTuple):
    """What an address asks for."""

    path: str
    faults: tuple[str, ...] = ()
    dialect: Dialect | None = None
    early: int = 0
    """How many resets come first, before anything is read."""


def wanted(path: str, header: str = "") -> Wanted:
    """An address taken apart. Errors: `UnknownFault`."""
    parts = path.strip("/").split("/")
    dialect = next((each for each in DIALECTS if each == parts[0]), None)
    if dialect is not None:
        del parts[0]
    names = header
    if parts[:1] == ["fault"] and len(parts) > 1:
        names = parts[1]
        parts = parts[2:]
    # An argument with a comma in it, such as a date, is quoted once more than the address.
    faults = tuple(unquote(name) for name in names.split(",")) if names else ()
    known(faults)
    early = len(list(takewhile(EARLY.__eq__, faults)))
    return Wanted("/" + "/".join(parts), faults[early:] or faults, dialect, early)


class Faulty:
    """What meets each request, however it is carried, and the count of it all."""

    def __init__(
        self,
        choose: Choice = never,
        ways: Ways = USUAL,
        retry_after: str = "0.05",
    ) -> None:
        self._choose, self._ways, self._retry_after = choose, ways, retry_after
        self.bodies: dict[str, Body] = {}
        self.requests = 0
        self.unread = 0

    def meet(self, request: Request) -> tuple[str, Served, Body | None]:
        """The name of what meets it, what goes out, and where its answer is to be counted."""
        try:
            want = wanted(request.path, request.headers.get("x-fault", ""))
        except UnknownFault as unknown:
            return "", _plain(404, str(unknown)), None
        match request.method, want.path:
            case "POST", path if path.endswith(CHAT):
                return self._chat(request.body, want)
            case "GET", path if path.endswith(MODELS):
                return "", Served(200, encoded(listed())), None
            case "GET", "/count":
                return "", Served(200, encoded(self.count())), None
        there = f"there are POST {CHAT}, GET {MODELS} and GET /count"
        return "", _plain(404, f"{request.method} {want.path}: {there}"), None

    def _chat(self, body: bytes, want: Wanted) -> tuple[str, Served, Body | None]:
        name = sha256(body).hexdigest()
        kept = self.bodies.setdefault(name, Body())
        asked = Asked(name, kept.asked, self.requests)
        kept.asked += 1
        self.requests += 1
        if want.faults:
            fault = want.faults[min(asked.times, len(want.faults) - 1)]
            fault = "connection_reset" if fault == EARLY else fault
        else:
            fault = self._choose(asked) or GOOD
        ways = replace(self._ways, dialect=want.dialect) if want.dialect else self._ways
        try:
            said = Said(reply(body, ways), ways, "", self._retry_after)
            return fault, served_as(fault, said), kept
        except Refused as refused:
            return "bad_request", _plain(400, str(refused)), kept

    @property
    def latency(self) -> float:
        """Seconds that every answer takes, good or not."""
        return self._ways.latency

    def count(self) -> dict[str, Json]:
        """What it was asked, and what it answered."""
        bodies = {
            name: {"asked": body.asked, "answered": list(body.answered), "left": body.left}
            for name, body in self.bodies.items()
        }
        return {"requests": self.requests, "unread": self.unread, "bodies": bodies}


def _plain(status: int, message: str) -> Served:
    error = {"message": message, "type": "invalid_request_error", "param": None, "code": None}
    return Served(status, encoded({"error": error}))


class Sockets:
    """The same over connections of our own, which can be cut, dripped into and reset."""

    def __init__(self, faulty: Faulty) -> None:
        self._faulty = faulty
        self._unread = Counter[str]()

    def refuse(self, request: Request, connection: Connection) -> bool:
        """Reset at once what asks for it: its body is never read."""
        if EARLY not in request.path:
            return False
        try:
            want = wanted(request.path)
        except UnknownFault:
            return False
        if want.faults[-1] != EARLY and self._unread[request.path] >= want.early:
            return False
        self._unread[request.path] += 1
        self._faulty.unread += 1
        connection.reset()
        return True

    def handle(self, request: Request, connection: Connection) -> None:
        """Answer a request, or fail to."""
        name, served, body = self._faulty.meet(request)
        if body is None:
            connection.answer(served.status, served.body, served.headers)
            return
        connection.gone = partial(_leave, body)
        act = partial(self._act, name, served, body, connection)
        if self._faulty.latency:
            connection.later(self._faulty.latency, act)
        else:
            act()

    def _act(self, name: str, served: Served, body: Body, connection: Connection) -> None:
        whole = head(served.status, len(served.body), served.headers)
        if served.manner == "silent":
            return
        body.answered.append(name)
        connection.gone = None
        match served.manner:
            case "whole":
                connection.answer(served.status, served.body, served.headers)
            case "cut":
                connection.send(whole + served.body[: len(served.body) // 2])
                connection.close()
            case "reset":
                connection.reset()
            case "drip":
                connection.send(whole)
                _drip(connection, served, 0)


def _leave(body: Body) -> None:
    body.left += 1


def _drip(connection: Connection, served: Served, at: int) -> None:
    connection.send(served.body[at : at + 1])
    if at + 1 == len(served.body):
        connection.done()
    else:
        connection.later(served.drip, lambda: _drip(connection, served, at + 1))


async def serve(
    choose: Choice = never,
    ways: Ways = USUAL,
    *,
    port: int = 0,
    retry_after: str = "0.05",
    tls: SSLContext | None = None,
) -> Serving:
    """The server, listening; it ends with `async with`, or with its `close`."""
    sockets = Sockets(Faulty(choose, ways, retry_after))
    return await Serving(sockets.handle, sockets.refuse).start(port, tls)


Message = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[Message]]
Send = Callable[[Message], Awaitable[None]]


def app(
    choose: Choice = never,
    ways: Ways = USUAL,
    retry_after: str = "0.05",
) -> Callable[[Mapping[str, Any], Receive, Send], Awaitable[None]]:
    """The same as an ASGI application, less what takes a socket: a reset is said to be too much.

    A body is cut off by ending before it is whole, which servers make into a closed connection.
    """
    faulty = Faulty(choose, ways, retry_after)

    async def application(scope: Mapping[str, Any], receive: Receive, send: Send) -> None:
        if scope["type"] == "lifespan":
            await _lifespan(receive, send)
        if scope["type"] != "http":
            return
        name, served, body = faulty.meet(await _request(scope, receive))
        if body is not None and faulty.latency:
            await asyncio.sleep(faulty.latency)
        if name and served.manner == "reset":
            served = _plain(501, f"{name}: only a server of sockets can do that, not ASGI")
        if served.manner == "silent":
            while (await receive())["type"] != "http.disconnect":
                pass
            return
        if body is not None:
            body.answered.append(name)
        await _send(served, send)

    return application


async def _lifespan(receive: Receive, send: Send) -> None:
    for event in ("startup", "shutdown"):
        await receive()
        await send({"type": f"lifespan.{event}.complete"})


async def _request(scope: Mapping[str, Any], receive: Receive) -> Request:
    body, more = b"", True
    while more:
        message = await receive()
        body += message.get("body", b"")
        more = message.get("more_body", False)
    headers = {name.decode("latin-1"): value.decode("latin-1") for name, value in scope["headers"]}
    return Request(scope["method"], scope["path"], headers, body)


async def _send(served: Served, send: Send) -> None:
    headers = {
        "content-type": "application/json",
        "content-length": str(len(served.body)),
        **{name.lower(): value for name, value in served.headers.items()},
    }
    raw = [(name.encode(), value.encode("latin-1")) for name, value in headers.items()]
    await send({"type": "http.response.start", "status": served.status, "headers": raw})
    size = 1 if served.manner == "drip" else len(served.body)
    size = max(size // 2, 1) if served.manner == "cut" else max(size, 1)
    for at in range(0, max(len(served.body), 1), size):
        last = at + size >= len(served.body)
        part = {"body": served.body[at : at + size], "more_body": not last}
        await send({"type": "http.response.body", **part})
        if served.manner == "cut":
            return
        await asyncio.sleep(served.drip if served.manner == "drip" else 0)


async def _main() -> None:
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    options(parser)
    parser.add_argument("--list", action="store_true", help="print every fault and its outcome")
    parser.add_argument("--plan", default="", help="faults, one a request, then good answers")
    parser.add_argument("--share", type=float, default=0.0, help="of faults that relent")
    parser.add_argument("--lasting", type=float, default=0.0, help="of faults by request")
    parser.add_argument("--of", default=",".join(RELENTING), help="the faults that relent")
    parser.add_argument("--lasting-of", default=",".join(FORFEITING), help="those that do not")
    parser.add_argument("--retry-after", default="0.05", help="seconds; or 500ms")
    given = parser.parse_args()
    if given.list:
        sys.stdout.writelines(f"{name:20} {fault.outcome}\n" for name, fault in FAULTS.items())
        return
    choose = first(
        plan(*filter(None, given.plan.split(","))),
        lasting(given.lasting, given.lasting_of.split(","), given.seed),
        share(given.share, given.of.split(","), given.seed),
    )
    ways = chosen(given)
    await forever(await serve(choose, ways, port=given.port, retry_after=given.retry_after))


if __name__ == "__main__":
    try:
        asyncio.run(_main())
    except KeyboardInterrupt:
        sys.exit(130)
