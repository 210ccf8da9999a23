"""One address that is asked by POST: the way there and back, its limits, and its faults by name.

A request goes out once. Nothing is tried again here, so that there is one layer that retries and
each attempt is on record.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Mapping
from functools import lru_cache
from io import BytesIO
from typing import NamedTuple, Protocol
from urllib.parse import urljoin, urlsplit
from urllib.request import getproxies, proxy_bypass

import aiohttp
from multidict import CIMultiDict

from suasion.core.events import NOTHING
from suasion.models.connection_faults import fault_of
from suasion.models.decoding import ACCEPTED, LARGEST, Body
from suasion.models.errors import LOOKED_AT
from suasion.models.faults import Fault
from suasion.models.hosts import Place, place
from suasion.models.replies import Redact, as_it_is, named
from suasion.models.request import Completion
from suasion.models.session import session as new_session


class Patience(NamedTuple):
    """How long each stage of a call may take, in seconds, within the whole."""

    connect: float = 10.0
    """To be connected, at most half of the whole: what comes to nothing here is free."""
    silence: float = 300.0
    """Without a byte before the reply begins, or half of the whole if that is longer: who waits
    for a slow model raises the deadline, and nothing else."""
    grace: float = 5.0
    """For the reply to come at any pace, once it has begun."""
    slowest: float = 1024.0
    """Bytes a second that it comes at on average after that."""
    stall: float = 30.0
    """Without a byte, however much came before."""


class Key(Protocol):
    """What holds a key without showing it."""

    def reveal(self) -> str:
        """The key itself."""


HOPS = 3
"""Redirects that are followed, all to the same host, port and scheme."""
LARGE = 2**20
"""Bytes of a request from which on aiohttp wants to be handed a stream."""


class Came(NamedTuple):
    """What came back, decoded."""

    status: int
    headers: Mapping[str, str]
    """Found in any case."""
    body: bytes | bytearray


class Endpoint:
    """Asks one address with one key."""

    def __init__(
        self,
        url: str,
        key: Key | None,
        *,
        headers: Mapping[str, str] = NOTHING,
        redact: Redact = as_it_is,
        session: Callable[[], aiohttp.ClientSession] | None = None,
        patience: Patience = Patience(),  # noqa: B008
    ) -> None:
        """Nothing is opened before the first request.

        A proxy is asked as `HTTP_PROXY`, `HTTPS_PROXY` and `NO_PROXY` say at this moment.

        Errors: `BadUrl`, for a URL that nothing is sent to.
        """
        self.place = place(url)
        self._url, self._key = url, key
        self._redact, self._patience = redact, patience
        self._proxy = _proxy(self.place)
        self._session = session
        self._own: aiohttp.ClientSession | None = None
        self._headers = {
            "Content-Type": "application/json",
            "Accept": "application/json",
            "Accept-Encoding": ACCEPTED,
            "User-Agent": "suasion",
            **headers,
        }

    async def ask(
        self,
        body: bytes,
        seconds: float,
        read: Callable[[Came], Completion],
        headers: Mapping[str, str] = NOTHING,
    ) -> Completion:
        """What `read` makes of what came back within `seconds`.

        Errors: `Fault`, from here or from `read`, without keys and where it came from.
        """
        # Raised where the exception is gone that it was made of: that one holds the request's
        # headers, and in them the key.
        done = await self._attempt(body, seconds, read, headers)
        if isinstance(done, Fault):
            raise done
        return done

    async def close(self) -> None:
        """Let go of its connections; those of a session that it was given are left alone."""
        own, self._own = self._own, None
        if own is not None:
            await own.close()

    async def _attempt(
        self,
        body: bytes,
        seconds: float,
        read: Callable[[Came], Completion],
        headers: Mapping[str, str],
    ) -> Completion | Fault:
        call = _Call(self._patience, seconds)
        try:
            async with call.timer:
                came = await self._exchange(call, body, headers)
            return read(came)
        except Fault as error:
            fault = error
        except (aiohttp.ClientError, OSError) as error:
            fault = call.overdue() or fault_of(error, self.place.host)
        return named(fault.name, fault.said, self._redact, fault.status, fault.retry_after)

    async def _exchange(self, call: _Call, body: bytes, headers: Mapping[str, str]) -> Came:
        """Ask, follow the server within its own house, and take in what it says."""
        url = self._url
        for _ in range(HOPS + 1):
            response = await self._post(call, url, body, headers)
            try:
                further = _further(response, url)
                if further is None:
                    return Came(response.status, response.headers, await _body(response, call))
                url = further
            finally:
                # A connection whose reply was read to its end is back in the pool by now.
                response.close()
        raise Fault("bad_request", f"more than {HOPS} redirects", status=response.status)

    async def _post(
        self, call: _Call, url: str, body: bytes, headers: Mapping[str, str]
    ) -> aiohttp.ClientResponse:
        sent = CIMultiDict({**self._headers, **headers} if headers else self._headers)
        if self._key is not None:
            sent["Authorization"] = f"Bearer {self._key.reveal()}"
        return await self._live().post(
            url,
            data=body if len(body) < LARGE else BytesIO(body),
            headers=sent,
            allow_redirects=False,
            auto_decompress=False,
            timeout=_connected_within(call.connected_within),
            proxy=self._proxy,
        )

    def _live(self) -> aiohttp.ClientSession:
        if self._session is not None:
            return self._session()
        if self._own is None:
            self._own = new_session()
        return self._own


@lru_cache(maxsize=64)
def _connected_within(seconds: float) -> aiohttp.ClientTimeout:
    return aiohttp.ClientTimeout(connect=seconds)


def _proxy(to: Place) -> str | None:
    """What stands between here and a place, by the variables that Python and curl read."""
    return None if proxy_bypass(to.host) else getproxies().get(to.scheme)


class _Call:
    """The clock of one attempt: one timer, set anew at each stage."""

    def __init__(self, patience: Patience, seconds: float) -> None:
        self._time = asyncio.get_running_loop().time
        self._patience, self._seconds = patience, seconds
        self._silence = max(patience.silence, seconds / 2)
        now = self._time()
        self._ends = now + seconds
        self._since: float | None = None
        self.timer = asyncio.timeout_at(min(self._ends, now + self._silence))
        self.connected_within = min(patience.connect, seconds / 2)

    def came(self, piece: bytes, in_all: int) -> None:
        """Part of the body came, the last of `in_all` bytes.

        White space is no part of it: a server that queues a request may send some for as long as
        it has nothing to say (DeepSeek and OpenRouter do).
        """
        now = self._time()
        if self._since is None and piece.strip():
            self._since = now
        if self._since is None:
            due = now + self._silence
        else:
            slow = self._since + self._patience.grace + in_all / self._patience.slowest
            due = min(slow, now + self._patience.stall)
        self.timer.reschedule(min(self._ends, due))

    def overdue(self) -> Fault | None:
        """What this clock ended; None where it ended nothing."""
        if not self.timer.expired():
            return None
        if self._time() >= self._ends:
            return Fault("deadline", f"nothing whole came within {self._seconds:g} s")
        if self._since is None:
            return Fault("read_timeout", f"no byte came for {self._silence:g} s")
        return Fault("slow_body", "the reply came too slowly, or stopped half way")


def _further(response: aiohttp.ClientResponse, url: str) -> str | None:
    """Where a redirect leads that may be followed; None where there is none.

    Errors: `Fault`, for any other: a key and a prompt go where they were meant to go.
    """
    where = response.headers.get("Location")
    if response.status not in (301, 302, 303, 307, 308) or where is None:
        return None
    try:
        to = urljoin(url, where)
        there = place(urlsplit(to)._replace(query="", fragment="").geturl())
        if response.status in (307, 308) and there == place(url):
            return to
        said = f"sent on to {there.url}"
    except ValueError:
        said = "sent on to no address"
    reason = f"{said}, which is not followed; if that is right, give the base URL that leads there"
    raise Fault("bad_request", reason, status=response.status)


async def _body(response: aiohttp.ClientResponse, call: _Call) -> bytes | bytearray:
    """The body, decoded. Of an error's, as much as comes and is looked at: its status says more.

    Errors: `Fault`.
    """
    if response.status < 300:
        return await _whole(response, call)
    body = Body("")
    try:
        body = Body(response.headers.get("Content-Encoding", ""), LOOKED_AT)
        await _read(response, call, body)
    except (Fault, aiohttp.ClientError, OSError):
        if call.timer.expired():
            raise
    return body.bytes


async def _whole(response: aiohttp.ClientResponse, call: _Call) -> bytes | bytearray:
    content, encoding = response.content, response.headers.get("Content-Encoding", "")
    if not encoding:
        piece = await content.readany()
        if content.at_eof():
            return piece  # the whole of it, as nearly always: it came with its headers
        if (response.content_length or 0) > LARGEST:
            raise Fault("reply_too_large", f"{response.content_length} bytes")
        body = Body("")
        body.feed(piece)
        call.came(piece, len(piece))
    else:
        body = Body(encoding)
    await _read(response, call, body)
    return body.bytes


async def _read(response: aiohttp.ClientResponse, call: _Call, body: Body) -> None:
    while piece := await response.content.readany():
        body.feed(piece)
        call.came(piece, body.came)
    body.ended()
