"""What a server says when it gives no reply, and the one name that has among the faults.

One table serves all dialects: OpenAI, vLLM, llama.cpp and Ollama word the same faults differently,
and behind one base URL may stand any of them. Codes come before words, and words are looked at
only where a status leaves a question open. Shapes and wordings are those of the servers' sources
and of bodies quoted in public issues, as stored in the autumn of 2026: OpenAI's `error` object,
vLLM's before and after 0.10 (issues 3485, 4667, 33418), llama.cpp's `tools/server` (pull request
15780), Ollama's `openai.go`, Azure's filter (openai-dotnet issue 55), Anthropic's and Google's
compatible endpoints, FastAPI's `detail`, Text Generation Inference's `error_type`.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from datetime import datetime
from typing import NamedTuple

from suasion.core.asks import Json
from suasion.models.faults import Fault
from suasion.models.foreign_json import NotJson, OddJson, foreign
from suasion.models.retry_after import retry_after

LOOKED_AT = 64 * 2**10
"""Bytes of an error's body that are looked at."""
STATUSES: Mapping[int, str] = {
    401: "bad_key",
    402: "quota",
    403: "forbidden",
    404: "unknown_model",
    407: "proxy",
    408: "request_timeout",
    413: "request_too_large",
    429: "rate_limit",
    498: "overloaded",
    529: "overloaded",
}
"""What a status means where nothing more exact is said; 402 is DeepSeek's and OpenRouter's, 498
Groq's, 529 Anthropic's. A 404 is the model's, or the base URL's: neither will ever answer."""

CODES: Mapping[str, str] = {
    **dict.fromkeys(
        (
            *("insufficient_quota", "insufficient_balance", "insufficient_user_quota"),
            *("billing_hard_limit_reached", "billing_not_active", "billing_error"),
            *("credit_balance_exhausted", "credits_exhausted", "payment_required"),
        ),
        "quota",
    ),
    **dict.fromkeys(
        (
            *("context_length_exceeded", "exceed_context_size_error", "context_window_exceeded"),
            *("model_context_window_exceeded", "string_above_max_length", "prompt_too_long"),
        ),
        "context_overflow",
    ),
    **dict.fromkeys(
        (
            *("content_filter", "content_policy_violation", "responsibleaipolicyviolation"),
            *("data_inspection_failed", "moderation_blocked", "content_blocked"),
        ),
        "filtered",
    ),
    **dict.fromkeys(
        ("model_not_found", "notfounderror", "not_found_error", "unknown_model", "model_not_exist"),
        "unknown_model",
    ),
    **dict.fromkeys(("invalid_api_key", "authentication_error", "api_key_invalid"), "bad_key"),
    **dict.fromkeys(("permission_error", "permission_denied"), "forbidden"),
    "overloaded_error": "overloaded",
    "request_too_large": "request_too_large",
}
"""Codes and types, in small letters, by what they mean whatever the status."""

WORDS: Mapping[str, re.Pattern[str]] = {
    name: re.compile(pattern)
    for name, pattern in {
        "context_overflow": r"context[ _-]?(?:length|window|size)|maximum context"
        r"|prompt (?:is|was) too long|too many (?:input |prompt )?tokens|input is too long"
        r"|reduce the length of|max_tokens must be at least 1, got -"
        r"|tokens.{0,20}max_new_tokens.{0,20}must be|input (?:prompt|length).{0,80}exceeds"
        r"|exceeds? (?:the )?(?:model'?s? )?(?:maximum|limit of).{0,40}tokens",
        "filtered": r"content management policy|content[ _-]filter|was flagged"
        r"|content exists risk|inappropriate content|responsible ai",
        "quota": r"insufficient[ _](?:quota|balance|credit|funds)|exceeded your current quota"
        r"|credit balance is too low|out of credits|requires more credits|billing hard limit"
        r"|quota (?:has been |was |is )?(?:exceeded|exhausted|spent|used up)|out of quota"
        r"|spend(?:ing)? limit|account is not active|(?:weekly|monthly) usage limit",
        "unknown_model": r"model.{0,200}(?:not found|does ?n[o']t exist|not exist|no longer avail"
        r"|is not available|has been (?:deprecated|decommissioned))"
        r"|(?:unknown|invalid|no such|not a valid) model",
        "bad_key": r"(?:invalid|incorrect|missing|no).{0,12}api[ _-]?key"
        r"|api[ _-]?key.{0,20}(?:not valid|invalid|missing|required|expired)",
    }.items()
}
"""Wordings in small letters, looked for in this order."""

RATED = frozenset(("resource_exhausted", "rate_limit_exceeded", "rate_limit_error"))
"""Codes of passing limits: Google's words are of a quota that is exceeded when a minute's is."""


class ErrorBody(NamedTuple):
    """What an error's body says."""

    message: str
    codes: tuple[str, ...] = ()
    """Codes and types, in small letters."""


def fault(status: int, headers: Mapping[str, str], body: bytes, now: datetime) -> Fault:
    """The fault behind a reply whose status is no success."""
    said = error_body(body)
    name = name_of(status, said)
    words = shown(said) or f"HTTP status {status}"
    return Fault(name, words, status=status, retry_after=retry_after(headers, now))


def name_of(status: int, said: ErrorBody) -> str:
    """The name of a fault; total."""
    name = STATUSES.get(status, "server_error" if status >= 500 else "bad_request")
    for closer in _closer(said):
        if closer in _OPEN.get(name, ()):
            return closer
    return name


_OPEN: Mapping[str, tuple[str, ...]] = {
    "bad_request": (*WORDS, "overloaded", "forbidden", "request_too_large"),
    "forbidden": ("quota", "filtered"),
    "rate_limit": ("quota",),
    "server_error": ("context_overflow", "overloaded"),
}
"""What a status leaves open: llama.cpp and its kin answered an overflow with 500 for years."""


def _closer(said: ErrorBody) -> Iterator[str]:
    """What codes mean, then what words mean; most exact first."""
    yield from (CODES[code] for code in said.codes if code in CODES)
    if RATED.isdisjoint(said.codes):
        words = said.message.casefold()
        yield from (name for name, pattern in WORDS.items() if pattern.search(words))


def shown(said: ErrorBody) -> str:
    """A server's words, its codes before them; yet to be redacted, then clipped."""
    codes = [code for code in said.codes if code not in said.message.casefold()]
    return " ".join((*(f"[{code}]" for code in codes), said.message)).strip()


def error_body(body: bytes) -> ErrorBody:
    """What a body says that is taken for an error; total: at worst its beginning as text."""
    try:
        found = error_in(foreign(body[:LOOKED_AT]).value)
    except (NotJson, OddJson):
        found = None
    return found or ErrorBody(body[:LOOKED_AT].decode("utf-8", "replace").strip())


def error_in(value: Json) -> ErrorBody | None:
    """The error that a JSON value tells of, in any dialect; None where it tells of none."""
    if isinstance(value, list):
        return error_in(value[0]) if value else None
    if not isinstance(value, dict) or ("choices" in value and not value.get("error")):
        return None
    error = value.get("error")
    if isinstance(error, dict):
        return _told(error, value)
    if error or value.get("object") == "error" or value.get("type") == "error":
        return _told(value, {})
    if any(isinstance(value.get(key), (str, list)) for key in ("message", "detail", "errors")):
        return _told(value, {})
    return None


def _told(error: Mapping[str, Json], around: Mapping[str, Json]) -> ErrorBody:
    inner = error.get("innererror")
    where = (error, around, inner if isinstance(inner, dict) else {})
    codes = [each.get(key) for each in where for key in ("code", "type", "status", "error_type")]
    words = [str(code).casefold()[:80] for code in codes if isinstance(code, str)]
    return ErrorBody(_message(error), tuple(dict.fromkeys(w for w in words if w != "error")))


def _message(error: Mapping[str, Json]) -> str:
    """Words of an error: the first that are there, or what else it says."""
    for key in ("message", "error", "detail", "msg"):
        if isinstance(words := error.get(key), str) and words:
            return words
    return str(dict(error))
