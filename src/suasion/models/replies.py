"""What came back over HTTP, read as a reply or named as a fault; plain functions of bytes.

An answer stands however odd what surrounds it: what is odd is kept beside it as it came.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import UTC, datetime

import msgspec

from suasion.core.asks import Json
from suasion.models.errors import fault
from suasion.models.faults import Fault
from suasion.models.odd_replies import odd_reply
from suasion.models.request import Completion, Usage
from suasion.models.thinking import apart
from suasion.models.wire import NULL, Choice, Counts, Message, Reply, usual

LOGPROBS = 8 * 2**20
"""Bytes of log-probabilities that are kept at most."""
MOST_TOKENS = 10**8
"""What no prompt and no reply reaches; a count beyond it is an error of the server's."""

TRUNCATED = frozenset(
    ("length", "max_tokens", "max_output_tokens", "model_length", "model_context_window_exceeded")
)
FILTERED = frozenset(
    (
        *("content_filter", "content_filtered", "safety", "recitation", "prohibited_content"),
        *("blocklist", "spii", "sensitive", "guardrail_intervened"),
    )
)
REFUSED = frozenset(("refusal", "refused"))
BROKEN = frozenset(
    ("error", "abort", "aborted", "cancelled", "network_error", "insufficient_system_resource")
)
"""The server gave up half way: OpenRouter, vLLM and SGLang, Zhipu, DeepSeek."""
WHOLE = frozenset(
    (
        *("", "stop", "eos", "eos_token", "end_turn", "stop_sequence", "complete", "completed"),
        *("tool_calls", "tool_call", "tool_use", "function_call", "load", "unload"),
    )
)
"""Reasons to stop after a whole reply. All reasons in small letters."""

CLIPPED = 600
"""Characters of a server's words that are kept with a fault."""

Redact = Callable[[str], str]
"""Takes keys out of a text."""

_USUAL = msgspec.json.Decoder(Reply)


def as_it_is(words: str) -> str:
    return words


def read(
    status: int,
    headers: Mapping[str, str],
    body: bytes | bytearray,
    *,
    redact: Redact = as_it_is,
    now: datetime | None = None,
) -> Completion:
    """A reply.

    `headers` are looked up by names in small letters, and find them in any case if they are to;
    `redact` takes keys out of whatever the server said; `now` is what dates in headers are measured
    from.

    Errors: `Fault`, by its name.
    """
    try:
        if not 200 <= status < 300:
            raise fault(status, headers, bytes(body), now or datetime.now(UTC))
        plain = _usual(body)
        reply, odd = odd_reply(status, body) if plain is None else (plain, {})
        completion = _completion(reply, odd, headers.get("x-request-id"))
    except Fault as error:
        raise named(error.name, error.said, redact, error.status, error.retry_after) from None
    return redacted(completion, redact)


def _usual(body: bytes | bytearray) -> Reply | None:
    """The reply, if it has the usual form and says nothing twice."""
    # A decoder that skips unread takes the last of two keys in silence.
    contents = 2 if b'"logprobs"' in body else 1
    if max(body.count(b'"choices"'), body.count(b'"message"')) > 1:
        return None
    if body.count(b'"content"') > contents:
        return None
    try:
        reply = _USUAL.decode(body)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        return None
    return reply if usual(reply) else None


def _completion(reply: Reply, odd: Mapping[str, Json], request_id: str | None) -> Completion:
    choice = reply.choices.first
    called = _called(choice.message)
    reasoning, answer = apart(choice.message.content or "") if called is None else (None, called)
    outcome = _outcome(choice, answer)
    usage, unsound = _usage(reply.usage, answer)
    logprobs, left_out = _logprobs(choice.logprobs)
    unrecognised = dict(odd)
    if unsound:
        unrecognised.setdefault("usage", msgspec.to_builtins(reply.usage))
    if (choice.finish_reason or "").casefold() not in _KNOWN:
        unrecognised["finish_reason"] = choice.finish_reason
    beside: dict[str, Json] = {}
    if request_id:
        beside["request_id"] = request_id
    if reply.id:
        beside["id"] = reply.id
    if reply.system_fingerprint:
        beside["fingerprint"] = reply.system_fingerprint
    if called is not None and choice.message.content:
        beside["content"] = choice.message.content
    if left_out:
        beside["logprobs_left_out"] = left_out
    if unrecognised:
        beside["unrecognised"] = unrecognised
    return Completion(
        (choice.message.refusal or answer) if outcome == "refused" else answer,
        outcome,
        choice.finish_reason,
        choice.message.reasoning_content or choice.message.reasoning or reasoning,
        usage,
        logprobs,
        reply.model,
        beside,
    )


_KNOWN = TRUNCATED | FILTERED | REFUSED | BROKEN | WHOLE


def _called(message: Message) -> str | None:
    """The arguments of the tool that was called; None where none was."""
    if message.tool_calls is None or message.tool_calls.first is None:
        return None
    function = message.tool_calls.first.function
    return (function.arguments or "") if function is not None else ""


def _outcome(choice: Choice, answer: str) -> str:
    """Whether it can be read as an answer.

    Errors: `Fault`, for a reply that the server stopped.
    """
    why = (choice.finish_reason or "").casefold()
    if why in FILTERED:
        raise Fault("filtered", f"the reply was stopped: {choice.finish_reason}", status=200)
    if why in BROKEN:
        raise Fault("error_body", f"the reply was given up: {choice.finish_reason}", status=200)
    if why in REFUSED or (choice.message.refusal or "").strip():
        return "refused"
    if why in TRUNCATED:
        return "truncated"
    return "answered" if answer.strip() else "empty"


def _logprobs(raw: msgspec.Raw) -> tuple[Json, int]:
    """The log-probabilities, or how many bytes of them are too many to keep."""
    if raw == NULL:
        return None, 0
    size = memoryview(raw).nbytes
    return (None, size) if size > LOGPROBS else (msgspec.json.decode(raw), 0)


def _usage(said: Counts | None, answer: str) -> tuple[Usage, bool]:
    """What can be of a server's counts, and whether anything there cannot be.

    No prompt has nought tokens, and no text either. Some leave reasoning out of what was written
    and have it in the total alone (xAI, Google): what is billed is written.
    """
    if said is None:
        return Usage(), False
    read, written = _tokens(said.prompt_tokens) or None, _tokens(said.completion_tokens)
    if answer:
        written = written or None
    total = _tokens(said.total_tokens)
    if read is not None and written is not None and total is not None:
        written = max(written, total - read)
    cached = said.prompt_cache_hit_tokens
    if said.prompt_tokens_details is not None:
        cached = said.prompt_tokens_details.cached_tokens
    reasoned = said.completion_tokens_details
    usage = Usage(
        read,
        written,
        _part_of(read, cached),
        _part_of(written, None if reasoned is None else reasoned.reasoning_tokens),
    )
    return usage, read is None or written is None


def _tokens(count: int | None) -> int | None:
    return count if count is not None and 0 <= count <= MOST_TOKENS else None


def _part_of(whole: int | None, part: int | None) -> int | None:
    return part if whole is not None and part is not None and 0 <= part <= whole else None


def named(
    name: str,
    said: str,
    redact: Redact,
    status: int | None = None,
    retry_after: float | None = None,
) -> Fault:
    """A fault with words that may hold anything: keys are taken out before they are clipped."""
    words = redact(said)
    clipped = words if len(words) <= CLIPPED else words[: CLIPPED - 1] + "…"
    return Fault(name, clipped, status=status, retry_after=retry_after)


def redacted(completion: Completion, redact: Redact) -> Completion:
    """A reply of a server that may repeat the key it was sent."""
    if redact is as_it_is:
        return completion
    text, _, finish, reasoning, _, logprobs, served, beside = completion
    known = [text, finish or "", reasoning or "", served or ""]
    said = "\n".join([*known, msgspec.json.encode((logprobs, beside)).decode()])
    if redact(said) == said:
        return completion
    return completion._replace(
        text=redact(text),
        finish=finish and redact(finish),
        reasoning=reasoning and redact(reasoning),
        # Tokens are the same text in pieces, where no key is found any more.
        logprobs=None,
        served=served and redact(served),
        beside=_redacted_json(beside, redact),
    )


def _redacted_json(beside: Mapping[str, Json], redact: Redact) -> Mapping[str, Json]:
    """The same by its text, for what it holds may nest; if that is no JSON any more, nothing."""
    try:
        made: Mapping[str, Json] = msgspec.json.decode(redact(msgspec.json.encode(beside).decode()))
    except msgspec.DecodeError:
        return {}
    return made
