"""The four calls of a batch endpoint: upload a file, make a batch of it, look at it, fetch it.

The shape is OpenAI's (platform.openai.com/docs/guides/batch), which Azure, Groq (console.groq.com/
docs/batch) and Cerebras have too: a file of lines of requests, a batch that refers to it, and files
of results and errors, a line for each request, in any order.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Mapping
from typing import Any, Final, NamedTuple

import aiohttp

from suasion.core.asks import Json
from suasion.models.batch_ledger import NAME
from suasion.models.connection_faults import fault_of
from suasion.models.endpoint import Key
from suasion.models.errors import ErrorBody, error_in, name_of, shown
from suasion.models.faults import Fault
from suasion.models.foreign_json import NotJson, OddJson, foreign
from suasion.models.hosts import place
from suasion.models.replies import Redact, as_it_is, named, read
from suasion.models.request import Completion

CALLS: Final = "/v1/chat/completions"
FILES: Final = "/files"
WINDOW: Final = "24h"
MARK: Final = "suasion"
"""The key of a batch's metadata that holds our mark."""
LISTED, PAGES = 100, 20
"""Batches that are looked through for a mark, the newest first: so many at a time, so often."""
LARGEST: Final = 2**30
"""Bytes of a file of results; more is given up."""
STEP: Final = aiohttp.ClientTimeout(total=300)
OVER: Final = ("completed", "failed", "expired", "cancelled")
"""States that a batch stays in."""
LATE: Final = frozenset(("batch_expired", "expired"))
CROWDED: Final = frozenset(("token_limit_exceeded", "rate_limit_exceeded"))
"""Why a batch is not taken now: as many tokens wait already as the account may have waiting."""

ABSENT: Final = frozenset((404, 405, 501))
"""Statuses of what a server does not have."""

Result = Completion | Fault


class Batch(NamedTuple):
    """A batch as its endpoint describes it."""

    name: str
    state: str
    mark: str = ""
    files: tuple[str, ...] = ()
    """Of results and of errors, as far as there are any."""
    wrong: tuple[ErrorBody, ...] = ()
    """What was wrong with it."""

    @property
    def why(self) -> str:
        """The same in words."""
        return "; ".join(map(shown, self.wrong))

    @property
    def lost(self) -> str:
        """The fault of calls that it holds no result of."""
        if self.state != "failed":
            return LOST.get(self.state, "server_error")
        names = {name_of(400, each) for each in self.wrong}
        if any(CROWDED.intersection(each.codes) for each in self.wrong):
            return "rate_limit"
        return names.pop() if len(names) == 1 else "bad_request"


LOST: Final[Mapping[str, str]] = {"cancelled": "declined", "expired": "request_timeout"}
"""What became of calls that a batch in such a state did not come to."""


class BatchEndpoint:
    """The batch endpoint of one provider with one key."""

    def __init__(
        self,
        base_url: str,
        key: Key | None,
        session: Callable[[], aiohttp.ClientSession],
        redact: Redact = as_it_is,
    ) -> None:
        """`session` gives that of the running event loop, closed by whoever made it."""
        self._host = place(base_url).host
        self._base, self._key = base_url.rstrip("/"), key
        self._session, self._redact = session, redact

    async def upload(self, lines: bytes) -> str:
        """The name of a file with these lines."""
        form = aiohttp.FormData({"purpose": "batch"})
        form.add_field("file", lines, filename="calls.jsonl", content_type="application/jsonl")
        return _name(await self._json("POST", FILES, data=form))

    async def make(self, file: str, mark: str) -> Batch:
        """A batch of the requests in a file."""
        said = {
            "input_file_id": file,
            "endpoint": CALLS,
            "completion_window": WINDOW,
            "metadata": {MARK: mark},
        }
        return _batch(await self._json("POST", "/batches", json=said))

    async def look(self, batch: str) -> Batch:
        """How far a batch is."""
        return _batch(await self._json("GET", f"/batches/{batch}"))

    async def marked(self, mark: str) -> Batch | None:
        """The batch with this mark; None where there is none among the newest."""
        after = ""
        for _ in range(PAGES):
            listed = await self._json("GET", f"/batches?limit={LISTED}{after}")
            data = listed.get("data")
            found = [_batch(each) for each in data] if isinstance(data, list) else []
            for each in found:
                if each.mark == mark:
                    return each
            if listed.get("has_more") is not True or not found:
                break
            after = f"&after={found[-1].name}"
        return None

    async def results(self, batch: Batch) -> dict[str, Result]:
        """What came of each request of a batch that is over, by the name it has in it."""
        found: dict[str, Result] = {}
        for file in batch.files:
            body = await self._bytes("GET", f"/files/{file}/content")
            found |= dict(_results(body, self._redact))
        return found

    async def _json(self, method: str, path: str, **sent: Any) -> dict[str, Json]:
        try:
            value = foreign(await self._bytes(method, path, **sent)).value
        except (NotJson, OddJson) as bad:
            raise Fault("not_json", str(bad)) from None
        if not isinstance(value, dict):
            raise Fault("wrong_shape", "expected an object")
        return value

    async def _bytes(self, method: str, path: str, **sent: Any) -> bytes:
        # Raised where nothing is left of what was sent, which holds the key.
        came = await self._came(method, path, sent)
        if isinstance(came, Fault):
            raise came
        return came

    async def _came(self, method: str, path: str, sent: Mapping[str, Any]) -> bytes | Fault:
        headers = {"Authorization": f"Bearer {self._key.reveal()}"} if self._key else {}
        try:
            async with self._session().request(
                method,
                f"{self._base}{path}",
                headers=headers,
                allow_redirects=False,
                timeout=STEP,
                **sent,
            ) as response:
                body = await _capped(response)
            if response.status in ABSENT and path == FILES:
                return Fault("bad_request", _nowhere(self._base), status=response.status)
            if not 200 <= response.status < 300:
                read(response.status, response.headers, body, redact=self._redact)
            return body
        except Fault as error:
            fault = error
        except TimeoutError:
            fault = Fault("read_timeout", f"no reply in {STEP.total:g} s")
        except (aiohttp.ClientError, OSError) as error:
            fault = fault_of(error, self._host)
        return named(fault.name, fault.said, self._redact, fault.status, fault.retry_after)


async def _capped(response: aiohttp.ClientResponse) -> bytes:
    body = bytearray()
    async for piece in response.content.iter_any():
        body += piece
        if len(body) > LARGEST:
            raise Fault("reply_too_large", f"more than {LARGEST} bytes")
    return bytes(body)


def line(call: str, body: bytes) -> bytes:
    """One request of a batch's file."""
    head = json.dumps({"custom_id": call, "method": "POST", "url": CALLS})
    return b'%b,"body":%b}\n' % (head[:-1].encode(), body)


def _nowhere(base: str) -> str:
    return f"{base} takes no batches: leave `batch` out of the study's limits"


def _name(said: Mapping[str, Json]) -> str:
    name = said.get("id")
    if not isinstance(name, str) or not NAME.fullmatch(name):
        raise Fault("wrong_shape", "it has no id that can be asked for")
    return name


def _batch(said: Json) -> Batch:
    if not isinstance(said, dict):
        raise Fault("wrong_shape", "expected a batch")
    files = (said.get("output_file_id"), said.get("error_file_id"))
    metadata = said.get("metadata")
    errors = said.get("errors")
    data = errors.get("data") if isinstance(errors, dict) else None
    listed = data if isinstance(data, list) else []
    wrong = [told for each in listed if (told := error_in({"error": each})) is not None]
    return Batch(
        _name(said),
        str(said.get("status")),
        str(metadata.get(MARK, "")) if isinstance(metadata, dict) else "",
        tuple(each for each in files if isinstance(each, str) and NAME.fullmatch(each)),
        tuple(wrong),
    )


def _results(body: bytes, redact: Redact) -> Iterator[tuple[str, Result]]:
    for each in body.splitlines():
        try:
            said = foreign(each).value
        except (NotJson, OddJson):
            continue
        if isinstance(said, dict) and isinstance(said.get("custom_id"), str):
            yield said["custom_id"], _result(said, redact)


def _result(said: Mapping[str, Json], redact: Redact) -> Result:
    """What came of one request: as a reply over HTTP is read, with the status it is given."""
    response = said.get("response")
    try:
        if isinstance(response, dict) and type(response.get("status_code")) is int:
            body = json.dumps(response.get("body")).encode()
            reply = read(response["status_code"], {}, body, redact=redact)
            return reply._replace(beside={**reply.beside, "batch": True})
        told = error_in({"error": said.get("error")})
        if told is None:
            raise Fault("wrong_shape", "neither a response nor an error")
        late = LATE.intersection(told.codes)
        raise named("request_timeout" if late else "error_body", shown(told), redact)
    except Fault as fault:
        return fault
