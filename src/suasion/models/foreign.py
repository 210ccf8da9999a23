"""Foreign agents over HTTP: one POST a turn, a JSON object there and one back.

`docs/how-to/write-an-agent-in-any-language.md` is the protocol in full. The way there is that of
any model: the same connections, limits, faults and keys, one attempt at a time.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from hashlib import sha256
from typing import TYPE_CHECKING, Final

from suasion.core.asks import Json
from suasion.models.endpoint import Came, Endpoint, Key
from suasion.models.errors import error_in, shown
from suasion.models.faults import Fault
from suasion.models.foreign_json import NotJson, OddJson, foreign
from suasion.models.replies import Redact, as_it_is, named, read, redacted
from suasion.models.request import Completion, Request

if TYPE_CHECKING:
    import aiohttp

PROTOCOL: Final = 1
ANSWER, TEXT, BLOCKED = "answer", "text", "blocked"
KINDS: Final = (ANSWER, TEXT, BLOCKED)
"""What an agent may say; exactly one."""
KEY: Final = "Idempotency-Key"


class Foreign:
    """Speaks to one foreign agent."""

    def __init__(
        self,
        url: str,
        key: Key | None = None,
        *,
        redact: Redact = as_it_is,
        session: Callable[[], aiohttp.ClientSession] | None = None,
    ) -> None:
        """`key` goes into the header `Authorization` of requests to this host, and nowhere else.

        `session` gives that of the running event loop, closed by whoever made it; without it
        there is one of its own.

        Errors: `BadUrl`, for a URL that nothing is sent to.
        """
        self._redact = redact
        self._endpoint = Endpoint(url, key, redact=redact, session=session)

    def __repr__(self) -> str:
        return "Foreign agent"

    async def complete(self, request: Request, seconds: float) -> Completion:
        """What the agent said, whole, as the JSON text it came in."""
        headers = {KEY: idempotency(request)}
        return await self._endpoint.ask(turn(request, seconds), seconds, self._said, headers)

    async def close(self) -> None:
        """Let go of its own connections."""
        await self._endpoint.close()

    def _said(self, came: Came) -> Completion:
        if not 200 <= came.status < 300:
            return read(*came, redact=self._redact)
        return said(came.body, self._redact)


def turn(request: Request, seconds: float) -> bytes:
    """The body of a turn: the frame, the words of both messages, and the time that is left."""
    frame: dict[str, Json] = json.loads(request.frame)
    schema = frame.pop("schema")
    brief, told = (json.loads(each)["content"] for each in request.messages)
    words = {"brief": brief, "told": told, "schema": schema, "deadline_s": round(seconds, 3)}
    return json.dumps({**frame, **words}, separators=(",", ":")).encode()


def idempotency(request: Request) -> str:
    """The name of a decision: the same at every attempt, also of a run that is taken up again."""
    return sha256(request.body).hexdigest()


def said(reply: bytes | bytearray, redact: Redact = as_it_is) -> Completion:
    """What an agent said, its kind checked.

    Errors: `Fault`.
    """
    try:
        value = foreign(reply).value
    except NotJson as bad:
        raise Fault("not_json", str(bad)) from None
    except OddJson as odd:
        raise Fault("wrong_shape", str(odd)) from None
    kind = kind_of(value)
    if kind is None:
        error = error_in(value)
        if error is not None:
            raise named("error_body", shown(error), redact)
        raise Fault("wrong_shape", f"expected an object with one of {', '.join(KINDS)}")
    if kind == BLOCKED:
        raise named("declined", value[BLOCKED], redact)
    empty = kind == TEXT and not value[TEXT].strip()
    return redacted(Completion(reply.decode("utf-8-sig"), "empty" if empty else "answered"), redact)


def kind_of(value: Json) -> str | None:
    """Which of the three things an agent says; None where it says none, or more than one."""
    if not isinstance(value, dict):
        return None
    found = [kind for kind in KINDS if kind in value]
    if len(found) != 1:
        return None
    words = found[0] == ANSWER or isinstance(value[found[0]], str)
    return found[0] if words else None
