"""Every way in which a call of a model goes wrong, by name, and what a server does to bring it on.

Each fault names the outcome that it must be recorded under. Most are answers; some are things
that happen to a connection; a few happen before there is one, and are in `unreachable`.
"""

from __future__ import annotations

import gzip
from collections.abc import Callable, Mapping
from dataclasses import replace
from functools import cache, partial
from typing import Literal, NamedTuple

from suasion.core.asks import Json
from suasion.core.events import NOTHING
from suasion.testing.dialects import ALSO, ERRORS, Dialect, Error, Reply, completion
from suasion.testing.model_server import Refused, Usage, Ways, body_of, encoded

Manner = Literal["whole", "cut", "drip", "silent", "reset"]
"""How an answer goes out: at once; its first half, and the end; byte by byte; never; not at all."""

TOO_LARGE = 20 * 2**20
"""Bytes of a reply that is more than anybody reads: decoded, or as they are sent."""
DEEP = 100_000
HOSTILE_WAITS = (
    *("1e9", "-5", "nan", "inf", "-inf", "1e999", "Wed, 21 Oct 2015 07:28:00 GMT", "soon", ""),
    *("9" * 400, "0x10", "1_0", "Fri, 31 Dec 9999 23:59:59 GMT"),
)
"""Values of Retry-After that nobody should wait for."""


class Said(NamedTuple):
    """What a fault makes of one request."""

    reply: Reply
    """What the model would have answered."""
    ways: Ways
    argument: str = ""
    """What stands behind the fault's name, as in `server_error=502`."""
    retry_after: str = "0.05"

    @property
    def dialect(self) -> Dialect:
        """Which server is imitated."""
        return self.ways.dialect


class Served(NamedTuple):
    """What goes out."""

    status: int
    body: bytes
    headers: Mapping[str, str] = NOTHING
    manner: Manner = "whole"
    drip: float = 0.0
    """Seconds between bytes."""


class Fault(NamedTuple):
    """One way to fail."""

    outcome: str
    """What it is recorded as; `answered` where it is for the ask to find, or no failure."""
    serve: Callable[[Said], Served]
    only_sockets: bool = False
    """Whether no ASGI server can do it."""


def good(said: Said) -> Served:
    """The answer that a working server gives."""
    return Served(200, encoded(body_of(said.reply, said.ways)))


def _error(name: str, said: Said) -> Served:
    """The server's own words; `also=K` is its K-th other way to say it, a number its status."""
    key, _, which = said.argument.partition("=")
    if key == "also":
        return _sent(ALSO[name][said.dialect][int(which)])
    error = ERRORS[name][said.dialect]
    return _sent(error._replace(status=int(said.argument)) if said.argument else error)


def _sent(error: Error) -> Served:
    text = isinstance(error.body, str)
    return Served(error.status, error.body.encode() if text else encoded(error.body), error.headers)


def _limited(said: Said, wait: str | None) -> Served:
    served = _sent(ERRORS["rate_limit"][said.dialect])
    return served._replace(headers={**served.headers, **waiting(wait)})


def waiting(wait: str | None) -> dict[str, str]:
    """The header that asks to wait; `500ms` is said in the header that counts milliseconds."""
    if wait is None:
        return {}
    if wait.endswith("ms"):
        return {"retry-after-ms": wait.removesuffix("ms")}
    return {"Retry-After": wait}


def _asked_to_wait(said: Said) -> Served:
    return _limited(said, said.argument or said.retry_after)


def _hostile(said: Said) -> Served:
    which = int(said.reply.id[:8], 16) % len(HOSTILE_WAITS)
    return _limited(said, said.argument or HOSTILE_WAITS[which])


def _altered(said: Said, **changes: Json) -> Served:
    """The good answer with something else in the reply."""
    changed = completion(said.reply._replace(**changes), said.dialect)
    return Served(200, encoded(changed))


def _null(said: Said) -> Served:
    finish = None if said.dialect == "ollama" else "stop"
    return _altered(said, text=None, tool=None, written=0, finish=finish)


def _empty(said: Said) -> Served:
    """No content; llama.cpp's reasoning models think, and then say nothing."""
    thought = "They may be bluffing." if said.dialect == "llamacpp" else None
    finish = "" if said.dialect == "ollama" else "stop"
    return _altered(said, text="", tool=None, reasoning=thought, finish=finish)


def _truncated(said: Said) -> Served:
    text = said.reply.text or ""
    return _altered(said, text=text[: len(text) // 2], finish="length")


def _refused(said: Said) -> Served:
    return _altered(said, text=None, tool=None, refusal="I'm sorry, I can't help with that.")


def _filtered(said: Said) -> Served:
    if said.argument:
        return _error("filtered", said)
    return _altered(said, text="", tool=None, finish="content_filter")


def _usage(said: Said, usage: Usage) -> Served:
    return Served(200, encoded(body_of(said.reply, replace(said.ways, usage=usage))))


def _html(said: Said) -> Served:
    page = "<!DOCTYPE html><html><head><title>Just a moment...</title></head><body></body></html>"
    if said.argument == "json":
        whole = good(said).body
        return Served(200, whole[: len(whole) // 2])
    return Served(200, page.encode(), {"Content-Type": "text/html; charset=utf-8"})


def _deep(_: Said) -> Served:
    return Served(200, b'{"choices":' + b"[" * DEEP + b"]" * DEEP + b"}")


@cache
def _bomb() -> bytes:
    return gzip.compress(b'{"choices":[{"message":{"content":"' + b"a" * TOO_LARGE + b'"}}]}', 9)


def _large(said: Said) -> Served:
    """More than is read: some kilobytes that unpack to it, or all of it as it is."""
    if said.argument == "plain":
        return Served(200, b'{"choices":[{"message":{"content":"' + b"a" * TOO_LARGE + b'"}}]}')
    return Served(200, _bomb(), {"Content-Encoding": "gzip"})


def _manner(manner: Manner, said: Said) -> Served:
    return good(said)._replace(manner=manner, drip=float(said.argument or 0.1))


def _answer(text: str, said: Said) -> Served:
    return _altered(said, text=text)


FAULTS: Mapping[str, Fault] = {
    "connection_reset": Fault("connection_reset", partial(_manner, "reset"), only_sockets=True),
    "read_timeout": Fault("read_timeout", partial(_manner, "silent")),
    "deadline": Fault("deadline", partial(_manner, "silent")),
    "cut_body": Fault("cut_body", partial(_manner, "cut")),
    "slow_body": Fault("slow_body", partial(_manner, "drip")),
    "rate_limit": Fault("rate_limit", _asked_to_wait),
    "rate_limit_bare": Fault("rate_limit", lambda said: _limited(said, None)),
    "rate_limit_hostile": Fault("rate_limit", _hostile),
    "server_error": Fault("server_error", partial(_error, "server_error")),
    "overloaded": Fault("overloaded", partial(_error, "overloaded")),
    "request_timeout": Fault("request_timeout", partial(_error, "request_timeout")),
    "quota": Fault("quota", partial(_error, "quota")),
    "bad_key": Fault("bad_key", partial(_error, "bad_key")),
    "forbidden": Fault("forbidden", partial(_error, "forbidden")),
    "unknown_model": Fault("unknown_model", partial(_error, "unknown_model")),
    "context_overflow": Fault("context_overflow", partial(_error, "context_overflow")),
    "request_too_large": Fault("request_too_large", partial(_error, "request_too_large")),
    "error_body": Fault("error_body", partial(_error, "error_body")),
    "not_json": Fault("not_json", _html),
    "wrong_shape": Fault("wrong_shape", partial(_error, "wrong_shape")),
    "null_content": Fault("empty", _null),
    "empty_content": Fault("empty", _empty),
    "truncated": Fault("truncated", _truncated),
    "refused": Fault("refused", _refused),
    "filtered": Fault("filtered", _filtered),
    "reply_too_large": Fault("reply_too_large", _large),
    "unconstrained": Fault("server_error", partial(_error, "unconstrained")),
    "deep_body": Fault("wrong_shape", _deep),
    "usage_zero": Fault("answered", partial(_usage, usage="zero")),
    "usage_absent": Fault("answered", partial(_usage, usage="absent")),
    "usage_absurd": Fault("answered", partial(_usage, usage="absurd")),
    "malformed": Fault("answered", partial(_answer, "I would rather not say {")),
    "wrong_schema": Fault("answered", partial(_answer, '{"nobody asked": [1, 2]}')),
}
"""By name, all that a server can bring on once it is reached."""
BEFORE = ("connection_refused", "dns", "tls", "proxy", "connect_timeout")
"""What happens before a server is reached; each is its own outcome. See `unreachable`."""
RELENTING = (
    *("connection_reset", "cut_body", "rate_limit", "rate_limit_bare", "server_error"),
    *("overloaded", "request_timeout", "error_body", "not_json", "wrong_shape"),
)
"""Transport and status faults that are worth another try, and take no time."""
FORFEITING = ("malformed", "wrong_schema", "null_content", "truncated", "refused")
"""What makes a seat forfeit, where it lasts."""
GOOD = "good"


def serve(name: str, said: Said) -> Served:
    """What goes out under a fault's name, `good` included.

    Errors: `Refused`, for an argument that this fault of this server does not take.
    """
    kind, _, argument = name.partition("=")
    if kind == GOOD:
        return good(said)
    try:
        return FAULTS[kind].serve(said._replace(argument=argument))
    except (ValueError, LookupError):
        raise Refused(f"fault {name!r} takes no such argument as {said.dialect}") from None
