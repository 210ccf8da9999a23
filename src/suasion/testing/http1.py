"""HTTP/1.1 as far as test servers need it: quick, and able to misbehave where a library would not.

Requests come with a Content-Length, one after another on each connection.
"""

from __future__ import annotations

import asyncio
import json
import subprocess
import sys
import threading
from collections.abc import Awaitable, Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from http import HTTPStatus
from socket import SO_LINGER, SOL_SOCKET, socket
from ssl import SSLContext
from struct import pack
from typing import IO, NamedTuple, cast
from urllib.parse import unquote

from suasion.core.events import NOTHING

REASONS = {status.value: status.phrase for status in HTTPStatus} | {529: "Overloaded"}
LARGEST = 64 * 2**20
"""Bytes of a request that are taken in."""


class Request(NamedTuple):
    """What came in."""

    method: str
    path: str
    """Without its query, percent signs resolved."""
    headers: Mapping[str, str]
    """By name in small letters."""
    body: bytes


Handle = Callable[[Request, "Connection"], None]
"""Answers a request, now or later: it must end with `answer`, `close` or `reset`, if ever."""
Refuse = Callable[[Request, "Connection"], bool]
"""Looks at a request whose body has not been read, and may close or reset: then True."""


def head(status: int, length: int, headers: Mapping[str, str] = NOTHING) -> bytes:
    """The beginning of an answer whose body has `length` bytes."""
    given = {"Content-Type": "application/json", "Content-Length": str(length), **headers}
    lines = "".join(f"{name}: {value}\r\n" for name, value in given.items())
    return f"HTTP/1.1 {status} {REASONS.get(status, '-')}\r\n{lines}\r\n".encode("latin-1")


class Connection(asyncio.Protocol):
    """One connection."""

    def __init__(self, serving: Serving) -> None:
        self._serving = serving
        self._buffer = bytearray()
        self._head: Request | None = None
        self._busy = False
        self._timers: set[asyncio.TimerHandle] = set()
        self.transport: asyncio.Transport
        self.gone: Callable[[], None] | None = None
        """What to do if the client leaves before its answer."""

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self.transport = cast("asyncio.Transport", transport)
        self._serving.connections.add(self)

    def connection_lost(self, exc: Exception | None) -> None:  # noqa: ARG002 - it is over
        self._serving.connections.discard(self)
        for timer in self._timers:
            timer.cancel()
        if self._busy and self.gone is not None:
            self.gone()

    def data_received(self, data: bytes) -> None:
        self._buffer += data
        if not self._busy:
            self._read()

    def later(self, seconds: float, call: Callable[[], None]) -> None:
        """Do something in a while, unless the client has left by then."""

        def due() -> None:
            self._timers.discard(timer)
            call()

        timer = asyncio.get_running_loop().call_later(seconds, due)
        self._timers.add(timer)

    def answer(self, status: int, body: bytes, headers: Mapping[str, str] = NOTHING) -> None:
        """Send a whole answer."""
        self.send(head(status, len(body), headers) + body)
        self.done()

    def send(self, data: bytes) -> None:
        """Send bytes as they are."""
        if not self.transport.is_closing():
            self.transport.write(data)

    def done(self) -> None:
        """The answer has been sent: the next request may be read."""
        self._busy, self.gone = False, None
        if self._buffer:
            asyncio.get_running_loop().call_soon(self._read)

    def close(self) -> None:
        """End the connection, after what has been sent."""
        self._busy = False
        self.transport.close()

    def reset(self) -> None:
        """End the connection so that the client gets a reset."""
        self._busy = False
        raw = cast("socket", self.transport.get_extra_info("socket"))
        raw.setsockopt(SOL_SOCKET, SO_LINGER, pack("ii", 1, 0))
        self.transport.abort()

    def _read(self) -> None:
        if self._busy or self.transport.is_closing():
            return
        if self._head is None:
            self._read_head()
        if self._head is None:
            return
        length = int(self._head.headers.get("content-length", 0))
        if len(self._buffer) < length:
            return
        request = self._head._replace(body=bytes(self._buffer[:length]))
        del self._buffer[:length]
        self._head, self._busy = None, True
        self._serving.handle(request, self)

    def _read_head(self) -> None:
        end = self._buffer.find(b"\r\n\r\n")
        if end < 0 and self._buffer[:1].isalpha():
            return
        # What does not begin with a letter is no HTTP, and will not become it: TLS, say.
        found = parsed(bytes(self._buffer[: max(end, 0)]))
        if found is None:
            self.answer(400, b'{"error":{"message":"no request that is understood here"}}')
            self.close()
            return
        del self._buffer[: end + 4]
        if self._serving.refuse is not None and self._serving.refuse(found, self):
            return
        if "expect" in found.headers:
            self.send(b"HTTP/1.1 100 Continue\r\n\r\n")
        self._head = found


def parsed(text: bytes) -> Request | None:
    """The beginning of a request, its body left out; None where it is not one, or is too large."""
    first, *fields = text.decode("latin-1").split("\r\n")
    parts = first.split(" ")
    pairs = (field.partition(":") for field in fields)
    headers = {name.strip().lower(): value.strip() for name, _, value in pairs}
    length = headers.get("content-length", "0")
    if len(parts) != 3 or "transfer-encoding" in headers or not length.isdecimal():
        return None
    if int(length) > LARGEST:
        return None
    return Request(parts[0], unquote(parts[1].partition("?")[0]), headers, b"")


@dataclass
class Serving:
    """A server that listens."""

    handle: Handle
    refuse: Refuse | None = None
    scheme: str = "http"
    port: int = 0
    connections: set[Connection] = field(default_factory=set)
    server: asyncio.Server | None = None

    @property
    def url(self) -> str:
        """Where it is, without a path."""
        return f"{self.scheme}://127.0.0.1:{self.port}"

    async def start(self, port: int = 0, tls: SSLContext | None = None) -> Serving:
        """Listen; at any port that is free unless one is given."""
        loop = asyncio.get_running_loop()
        make = lambda: Connection(self)  # noqa: E731 - a factory of one line
        self.server = await loop.create_server(make, "127.0.0.1", port, ssl=tls, backlog=4096)
        self.scheme = "http" if tls is None else "https"
        self.port = self.server.sockets[0].getsockname()[1]
        return self

    async def close(self) -> None:
        """Stop listening, and leave everybody who is still connected."""
        if self.server is not None:
            self.server.close()
        for connection in tuple(self.connections):
            connection.transport.abort()
        await asyncio.sleep(0)

    async def __aenter__(self) -> Serving:
        return self if self.server is not None else await self.start()

    async def __aexit__(self, *_: object) -> None:
        await self.close()


@contextmanager
def in_process(module: str, *options: str) -> Iterator[str]:
    """The address of a server of this package, run as a process of its own.

    `in_process("suasion.testing.model_server", "--latency", "2")`
    """
    command = [sys.executable, "-m", module, *options]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
        try:
            url: str = json.loads(cast("IO[str]", process.stdout).readline())["url"]
            yield url
        finally:
            process.kill()


@contextmanager
def in_thread(start: Callable[[], Awaitable[Serving]]) -> Iterator[Serving]:
    """A server in a thread of its own, for tests and notebooks that are not asynchronous."""
    loop = asyncio.new_event_loop()
    thread = threading.Thread(target=loop.run_forever, daemon=True)
    thread.start()

    async def started() -> Serving:
        return await start()

    try:
        serving = asyncio.run_coroutine_threadsafe(started(), loop).result(10)
        try:
            yield serving
        finally:
            asyncio.run_coroutine_threadsafe(serving.close(), loop).result(10)
    finally:
        loop.call_soon_threadsafe(loop.stop)
        thread.join(10)
        loop.close()
