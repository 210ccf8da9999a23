"""How four kinds of server say the same things: OpenAI, vLLM, llama.cpp and Ollama.

The bodies have the shape and the words of each server, looked up in its sources and in what its
users report (vLLM `entrypoints/openai`, llama.cpp `tools/server`, Ollama `openai/openai.go` and
`middleware`, OpenAI's own error codes). Where a server never says a thing itself, such as a rate
limit of llama.cpp, the body is that of nginx, which commonly stands before it.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Literal, NamedTuple, get_args

from suasion.core.asks import Json
from suasion.core.events import NOTHING

Dialect = Literal["openai", "vllm", "llamacpp", "ollama"]
DIALECTS: tuple[Dialect, ...] = get_args(Dialect)
CREATED = 1_760_000_000
"""When everything was made: replies are functions of requests alone."""


class Reply(NamedTuple):
    """What a model said, before a server puts it into its own form."""

    text: str | None
    model: str
    id: str
    finish: str | None = "stop"
    tool: str | None = None
    """The name of the tool whose arguments the text is."""
    read: int = 0
    written: int = 0
    reasoning: str | None = None
    refusal: str | None = None
    logprobs: Json = None


def completion(reply: Reply, dialect: Dialect) -> dict[str, Json]:
    """A whole answer with status 200."""
    choice: dict[str, Json] = {
        "index": 0,
        "message": _message(reply, dialect),
        "finish_reason": reply.finish,
    }
    if reply.logprobs is not None or dialect in ("openai", "vllm"):
        choice["logprobs"] = reply.logprobs
    usage: dict[str, Json] = {
        "prompt_tokens": reply.read,
        "completion_tokens": reply.written,
        "total_tokens": reply.read + reply.written,
    }
    whole: dict[str, Json] = {
        "id": f"chatcmpl-{reply.id}",
        "object": "chat.completion",
        "created": CREATED,
        "model": reply.model,
        "choices": [choice],
        "usage": usage,
    }
    match dialect:
        case "openai":
            usage["prompt_tokens_details"] = {"cached_tokens": 0, "audio_tokens": 0}
            usage["completion_tokens_details"] = {"reasoning_tokens": 0, "audio_tokens": 0}
            whole |= {"service_tier": "default", "system_fingerprint": "fp_50cad350e4"}
        case "vllm":
            choice |= {"stop_reason": None, "token_ids": None}
            usage["prompt_tokens_details"] = None
            whole |= {"prompt_logprobs": None, "kv_transfer_params": None}
        case "llamacpp":
            usage["prompt_tokens_details"] = {"cached_tokens": 0}
            timings = {"cache_n": 0, "prompt_n": reply.read, "predicted_n": reply.written}
            whole |= {"system_fingerprint": "b6942-8f91ca54e", "timings": timings}
        case "ollama":
            whole["system_fingerprint"] = "fp_ollama"
    return whole


def _message(reply: Reply, dialect: Dialect) -> dict[str, Json]:
    said: dict[str, Json] = {"role": "assistant", "content": reply.text}
    if dialect in ("openai", "vllm") or reply.refusal is not None:
        said["refusal"] = reply.refusal
    if dialect == "openai":
        said["annotations"] = []
    if dialect == "vllm":
        said |= {"tool_calls": [], "reasoning_content": reply.reasoning}
    elif reply.reasoning is not None:
        said["reasoning" if dialect == "ollama" else "reasoning_content"] = reply.reasoning
    if reply.tool is not None:
        function = {"name": reply.tool, "arguments": reply.text}
        call: dict[str, Json] = {"id": f"call_{reply.id}", "type": "function", "function": function}
        if dialect == "ollama":
            call["index"] = 0
        said |= {"content": "" if dialect == "ollama" else None, "tool_calls": [call]}
    return said


class Error(NamedTuple):
    """An answer that is no reply."""

    status: int
    body: Json
    """JSON, or a page of HTML as text."""
    headers: Mapping[str, str] = NOTHING


def _openai(
    status: int, message: str, kind: str, code: str | None, param: str | None = None
) -> Error:
    return Error(
        status, {"error": {"message": message, "type": kind, "param": param, "code": code}}
    )


def _vllm(status: int, message: str, kind: str, param: str | None = None) -> Error:
    return Error(
        status, {"error": {"message": message, "type": kind, "param": param, "code": status}}
    )


def _llamacpp(status: int, message: str, kind: str, **more: Json) -> Error:
    return Error(status, {"error": {"code": status, "message": message, "type": kind, **more}})


def _ollama(status: int, message: str) -> Error:
    kinds = {400: "invalid_request_error", 404: "not_found_error"}
    kind = kinds.get(status, "api_error")
    return Error(status, {"error": {"message": message, "type": kind, "param": None, "code": None}})


def nginx(status: int, reason: str) -> Error:
    """What a web server in front of a model says."""
    title = f"{status} {reason}"
    page = f"<html>\r\n<head><title>{title}</title></head>\r\n<body>\r\n<center><h1>{title}</h1>"
    end = "</center>\r\n<hr><center>nginx/1.26.2</center>\r\n</body>\r\n</html>\r\n"
    return Error(status, page + end, {"Content-Type": "text/html"})


MODEL = "no-such-model"
_DOCS = "https://platform.openai.com/docs/guides/error-codes/api-errors"
ERRORS: Mapping[str, Mapping[Dialect, Error]] = {
    "rate_limit": {
        "openai": _openai(
            429,
            "Rate limit reached for gpt-4.1 in organization org-a1 on tokens per min (TPM): "
            "Limit 30000, Used 29937, Requested 385. Please try again in 644ms. "
            "Visit https://platform.openai.com/account/rate-limits to learn more.",
            "tokens",
            "rate_limit_exceeded",
        ),
        "vllm": _vllm(429, "Too Many Requests", "Too Many Requests"),
        "llamacpp": nginx(429, "Too Many Requests"),
        "ollama": _ollama(429, "too many concurrent requests"),
    },
    "quota": {
        "openai": _openai(
            429,
            "You exceeded your current quota, please check your plan and billing details. "
            f"For more information on this error, read the docs: {_DOCS}.",
            "insufficient_quota",
            "insufficient_quota",
        ),
        "vllm": _vllm(402, "Insufficient Balance", "Payment Required"),
        "llamacpp": _llamacpp(402, "Insufficient credits", "insufficient_quota"),
        "ollama": _ollama(
            429,
            "you (someone) have reached your weekly usage limit, "
            "upgrade for higher limits: https://ollama.com/upgrade",
        ),
    },
    "server_error": {
        "openai": _openai(
            500,
            "The server had an error while processing your request. Sorry about that!",
            "server_error",
            None,
        ),
        "vllm": _vllm(
            500,
            "EngineCore encountered an issue. See stack trace (above) for the root cause.",
            "InternalServerError",
        ),
        "llamacpp": _llamacpp(503, "Loading model", "unavailable_error"),
        "ollama": _ollama(500, "llama runner process has terminated: signal: killed"),
    },
    "overloaded": {
        "openai": _openai(529, "Overloaded", "overloaded_error", None),
        "vllm": _vllm(529, "Overloaded", "overloaded_error"),
        "llamacpp": nginx(529, "Overloaded"),
        "ollama": _ollama(529, "Server overloaded, please retry shortly (ref: 06d81c91)"),
    },
    "request_timeout": {
        "openai": _openai(408, "Request timed out.", "timeout", "request_timeout"),
        "vllm": _vllm(408, "Request Timeout", "Request Timeout"),
        "llamacpp": nginx(408, "Request Time-out"),
        "ollama": _ollama(408, "timed out waiting for llama runner to start"),
    },
    "bad_key": {
        "openai": _openai(
            401,
            "Incorrect API key provided: sk-12********cdef. You can find your API key at "
            "https://platform.openai.com/account/api-keys.",
            "invalid_request_error",
            "invalid_api_key",
        ),
        "vllm": Error(401, {"error": "Unauthorized"}),
        "llamacpp": _llamacpp(401, "Invalid API Key", "authentication_error"),
        "ollama": Error(401, {"error": "unauthorized"}),
    },
    "forbidden": {
        "openai": _openai(
            403,
            "Country, region, or territory not supported",
            "request_forbidden",
            "unsupported_country_region_territory",
        ),
        "vllm": _vllm(403, "Forbidden", "Forbidden"),
        "llamacpp": _llamacpp(403, "This action is not permitted", "permission_error"),
        "ollama": _ollama(
            403,
            "this model requires a subscription, upgrade for access: https://ollama.com/upgrade",
        ),
    },
    "unknown_model": {
        "openai": _openai(
            404,
            f"The model `{MODEL}` does not exist or you do not have access to it.",
            "invalid_request_error",
            "model_not_found",
        ),
        "vllm": _vllm(404, f"The model `{MODEL}` does not exist.", "NotFoundError", "model"),
        "llamacpp": _llamacpp(404, f"model '{MODEL}' not found", "not_found_error"),
        "ollama": _ollama(404, f"model '{MODEL}' not found"),
    },
    "context_overflow": {
        "openai": _openai(
            400,
            "This model's maximum context length is 8192 tokens. However, your messages resulted "
            "in 9004 tokens. Please reduce the length of the messages.",
            "invalid_request_error",
            "context_length_exceeded",
            "messages",
        ),
        "vllm": _vllm(
            400,
            "You passed 1015 input tokens and requested 10 output tokens. However, the model's "
            "context length is only 1024 tokens, resulting in a maximum input length of 1014 "
            "tokens. Please reduce the length of the input prompt. "
            "(parameter=input_tokens, value=1015)",
            "BadRequestError",
            "input_tokens",
        ),
        "llamacpp": _llamacpp(
            400,
            "request (4390 tokens) exceeds the available context size (4096 tokens), "
            "try increasing it",
            "exceed_context_size_error",
            n_prompt_tokens=4390,
            n_ctx=4096,
        ),
        "ollama": _ollama(400, "prompt too long; exceeded max context length by 3 tokens"),
    },
    "request_too_large": {
        "openai": _openai(
            413, "Request Entity Too Large: 33554432 bytes", "invalid_request_error", None
        ),
        "vllm": _vllm(413, "Request Entity Too Large", "Request Entity Too Large"),
        "llamacpp": nginx(413, "Request Entity Too Large"),
        "ollama": _ollama(413, "http: request body too large"),
    },
    "error_body": {
        "openai": _openai(200, "Provider returned error", "server_error", "502"),
        "vllm": Error(
            200,
            {
                "object": "error",
                "message": "Internal server error",
                "type": "InternalServerError",
                "param": None,
                "code": 500,
            },
        ),
        "llamacpp": Error(
            200, {"error": {"code": 500, "message": "slot unavailable", "type": "server_error"}}
        ),
        "ollama": Error(200, {"error": "unexpected EOF"}),
    },
    "wrong_shape": {
        "openai": Error(200, {"object": "list", "data": [], "has_more": False}),
        "vllm": Error(
            200, {"id": "chatcmpl-0", "object": "chat.completion", "model": "m", "choices": []}
        ),
        "llamacpp": Error(200, {"content": "yes", "stop": True, "tokens_predicted": 1}),
        "ollama": Error(
            200, {"model": "m", "message": {"role": "assistant", "content": "yes"}, "done": True}
        ),
    },
    "unconstrained": {
        "openai": _openai(
            500,
            "The model produced invalid content. Consider modifying your prompt.",
            "model_error",
            None,
        ),
        "vllm": _vllm(
            500, "xgrammar failed to advance FSM for request 7 on token 187", "InternalServerError"
        ),
        "llamacpp": _llamacpp(
            500,
            "[json.exception.type_error.316] invalid UTF-8 byte at index 145: 0x27",
            "server_error",
        ),
        "ollama": _ollama(500, "failed to load model vocabulary required for format"),
    },
}
"""By name, what each server says when it fails so; statuses of 200 are faults all the same."""

ALSO: Mapping[str, Mapping[Dialect, tuple[Error, ...]]] = {
    "context_overflow": {
        "openai": (
            _openai(
                400,
                "Your input exceeds the context window of this model. Please adjust your input "
                "and try again.",
                "invalid_request_error",
                "context_length_exceeded",
                "input",
            ),
        ),
        "vllm": (
            Error(
                400,
                {
                    "object": "error",
                    "message": "This model's maximum context length is 131072 tokens. However, "
                    "you requested 156632 tokens (152536 in the messages, 4096 in the "
                    "completion). Please reduce the length of the messages or completion.",
                    "type": "BadRequestError",
                    "param": None,
                    "code": 400,
                },
            ),
        ),
        "llamacpp": (_llamacpp(500, "Context size has been exceeded.", "server_error"),),
        "ollama": (
            _ollama(400, "the input length exceeds the context length"),
            Error(400, {"error": "prompt too long; exceeded max context length by 3 tokens"}),
        ),
    },
    "unknown_model": {
        "vllm": (
            Error(
                404,
                {
                    "object": "error",
                    "message": f"The model `{MODEL}` does not exist.",
                    "type": "NotFoundError",
                    "param": None,
                    "code": 404,
                },
            ),
        ),
        "llamacpp": (_llamacpp(400, "model not found", "invalid_request_error"),),
        "ollama": (
            Error(404, {"error": f"model '{MODEL}' not found, try pulling it first"}),
            _ollama(404, f'model "{MODEL}" not found, try pulling it first'),
        ),
    },
    "server_error": {
        "openai": (nginx(502, "Bad Gateway"), nginx(504, "Gateway Time-out")),
        "llamacpp": (_llamacpp(500, "Compute error.", "server_error"),),
        "ollama": (
            _ollama(503, "server busy, please try again.  maximum pending requests exceeded"),
            Error(500, {"error": "an error was encountered while running the model: EOF"}),
        ),
    },
    "filtered": {
        "openai": (
            Error(
                400,
                {
                    "error": {
                        "message": "The response was filtered due to the prompt triggering the "
                        "content management policy. Please modify your prompt and retry.",
                        "type": None,
                        "param": "prompt",
                        "code": "content_filter",
                        "status": 400,
                        "innererror": {"code": "ResponsibleAIPolicyViolation"},
                    }
                },
            ),
        ),
    },
}
"""Other ways in which the same server says the same; a fault's argument `also` picks them."""
