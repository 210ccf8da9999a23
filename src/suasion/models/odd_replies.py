"""Replies that are unlike the usual form, read for whatever in them can stand; slower, and total.

Servers differ in the small: content as a list of parts, arguments as an object, a call under
another name, counts as strings. What can be made of these is put into the usual form, and what
cannot is kept as it came, under the name of its field.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from typing import NoReturn

import msgspec

from suasion.core.asks import Json
from suasion.models.errors import LOOKED_AT, error_in, shown
from suasion.models.faults import Fault
from suasion.models.foreign_json import NotJson, OddJson, foreign
from suasion.models.wire import (
    NULL,
    Call,
    Calls,
    Choice,
    Choices,
    Counts,
    Details,
    Function,
    Message,
    Reply,
)

LARGEST = 2**20
"""Bytes; every value of such a body is made, which can take fifty times its size."""

Odd = dict[str, Json]
"""What is kept as it came, by the name of its field."""


def odd_reply(status: int, body: bytes | bytearray) -> tuple[Reply, Odd]:
    """A reply in the usual form, and what of it does not fit there.

    Errors: `Fault`: `not_json`, `error_body`, `wrong_shape`.
    """
    value, mended = _value(status, body)
    error = error_in(value) or error_in(_first(value))
    if error is not None:
        raise Fault("error_body", shown(error), status=status)
    odd: Odd = {"unpaired_surrogates": True} if mended else {}
    first = _first(value)
    if first is None or not isinstance(first.get("message"), dict):
        _wrong(status, f"no choices with a message in {_beginning(body)}")
    return _reply(value, _choice(first, odd, status), odd), odd


def _value(status: int, body: bytes | bytearray) -> tuple[Json, bool]:
    if len(body) > LARGEST and body.lstrip()[:1] in (b"{", b"["):
        _wrong(status, f"{len(body)} bytes of JSON that is no plain chat completion")
    try:
        return foreign(body)
    except NotJson as error:
        what = f"{error}: {_beginning(body)}" if body.strip() else "an empty body"
        raise Fault("not_json", what, status=status) from None
    except OddJson as error:
        _wrong(status, f"{error}: {_beginning(body)}")


def _wrong(status: int, said: str) -> NoReturn:
    raise Fault("wrong_shape", said, status=status)


def _beginning(body: bytes | bytearray) -> str:
    return bytes(body[:LOOKED_AT]).decode("utf-8", "replace").strip()


def _first(value: Json) -> dict[str, Json] | None:
    """The first choice of a reply, if it has one."""
    choices = value.get("choices") if isinstance(value, dict) else None
    first = choices[0] if isinstance(choices, list) and choices else None
    return first if isinstance(first, dict) else None


def _reply(value: Mapping[str, Json], choice: Choice, odd: Odd) -> Reply:
    return Reply(
        Choices(choice),
        _text(value, "model", odd),
        _text(value, "id", odd),
        _text(value, "system_fingerprint", odd),
        _counts(value.get("usage"), odd),
    )


def _choice(first: Mapping[str, Json], odd: Odd, status: int) -> Choice:
    message = first["message"]
    logprobs = first.get("logprobs")
    content, refusal, reasoning = _parts(message.get("content"), odd, status)
    said = Message(
        content,
        _text(message, "refusal", odd) or refusal,
        _text(message, "reasoning_content", odd),
        _text(message, "reasoning", odd) or _text(message, "thinking", odd) or reasoning,
        _calls(message, odd),
    )
    raw = NULL if logprobs is None else msgspec.Raw(msgspec.json.encode(logprobs))
    return Choice(said, _text(first, "finish_reason", odd), raw)


def _text(of: Mapping[str, Json], key: str, odd: Odd) -> str | None:
    """A field that should be text; what else stands there is kept as odd."""
    value = of.get(key)
    if value is None or isinstance(value, str):
        return value
    odd[key] = value
    return None


Parts = tuple[str | None, str | None, str | None]
"""Content, refusal, reasoning."""


def _parts(content: Json, odd: Odd, status: int) -> Parts:
    """Content that is text, nothing, or a list of parts."""
    if content is None or isinstance(content, str):
        return content, None, None
    if not isinstance(content, list):
        _wrong(status, f"content that is neither text nor parts: {str(content)[:LOOKED_AT]}")
    kinds: dict[str, list[str]] = {"text": [], "refusal": [], "reasoning": []}
    unknown = []
    for part in content:
        kind, text = _part(part)
        if kind is None:
            unknown.append(part)
        else:
            kinds[kind].append(text)
    if unknown:
        odd["content"] = unknown
    return _joined(kinds["text"]), _joined(kinds["refusal"]), _joined(kinds["reasoning"])


_KINDS = {
    **dict.fromkeys(("text", "output_text"), "text"),
    "refusal": "refusal",
    **dict.fromkeys(("thinking", "reasoning", "reasoning_text"), "reasoning"),
}


def _part(part: Json) -> tuple[str | None, str]:
    """What kind of part it is, and its text; Mistral's thinking is itself made of parts."""
    if isinstance(part, str):
        return "text", part
    said = part.get("type", "text") if isinstance(part, dict) else None
    kind = _KINDS.get(said) if isinstance(said, str) else None
    if kind is None:
        return None, ""
    text = next((part[key] for key in (said, "text", "content") if key in part), None)
    if isinstance(text, list):
        text = "".join(_part(inner)[1] for inner in text if isinstance(inner, (str, dict)))
    return (kind, text) if isinstance(text, str) else (None, "")


def _joined(texts: Iterable[str]) -> str | None:
    return "".join(texts) or None


def _calls(message: Mapping[str, Json], odd: Odd) -> Calls | None:
    """The tool that was called, under any name that servers have for it."""
    calls = message.get("tool_calls") or message.get("tool_call") or message.get("function_call")
    first = calls[0] if isinstance(calls, list) and calls else calls
    if not first:
        return None
    function = first.get("function", first) if isinstance(first, dict) else None
    if not isinstance(function, dict):
        odd["tool_calls"] = calls
        return None
    arguments = function.get("arguments", function.get("parameters"))
    if arguments is not None and not isinstance(arguments, str):
        arguments = json.dumps(arguments, ensure_ascii=False)
    if isinstance(calls, list) and len(calls) > 1:
        odd["tool_calls"] = calls[1:]
    return Calls(Call(Function(arguments)))


def _counts(usage: Json, odd: Odd) -> Counts | None:
    if usage is None:
        return None
    if not isinstance(usage, dict):
        odd["usage"] = usage
        return None
    read = usage.get("prompt_tokens_details")
    written = usage.get("completion_tokens_details")
    made = Counts(
        _count(usage.get("prompt_tokens")),
        _count(usage.get("completion_tokens")),
        _count(usage.get("total_tokens")),
        Details(cached_tokens=_count(read.get("cached_tokens")))
        if isinstance(read, dict)
        else None,
        Details(reasoning_tokens=_count(written.get("reasoning_tokens")))
        if isinstance(written, dict)
        else None,
        _count(usage.get("prompt_cache_hit_tokens")),
    )
    if made.prompt_tokens is None or made.completion_tokens is None:
        odd["usage"] = usage
    return made


def _count(value: Json) -> int | None:
    return value if isinstance(value, int) and not isinstance(value, bool) else None
