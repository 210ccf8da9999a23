import json
from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from suasion.core.asks import Json
from suasion.models.errors import error_body, fault
from suasion.models.faults import OUTCOMES
from suasion.testing.dialects import ALSO, ERRORS, Error

NOW = datetime(2026, 11, 21, tzinfo=UTC)


def name(status: int, body: Json) -> str:
    sent = body if isinstance(body, bytes) else json.dumps(body).encode()
    return fault(status, {}, sent, NOW).name


KNOWN = [
    pytest.param(outcome, error, id=f"{outcome} {dialect} {error.status}")
    for outcome, each in ERRORS.items()
    for dialect, error in each.items()
    if error.status != 200
] + [
    pytest.param(outcome, error, id=f"{outcome} {dialect} {error.status}, otherwise")
    for outcome, each in ALSO.items()
    for dialect, errors in each.items()
    for error in errors
]


@pytest.mark.parametrize(("outcome", "error"), KNOWN)
def test_servers_say_the_same_in_their_own_words(outcome: str, error: Error) -> None:
    body = error.body.encode() if isinstance(error.body, str) else error.body
    assert name(error.status, body) == {"unconstrained": "server_error"}.get(outcome, outcome)


def said(message: str, kind: str | None = "invalid_request_error", **more: Json) -> Json:
    return {"error": {"message": message, "type": kind, "param": None, "code": None, **more}}


def vllm(message: str, **more: Json) -> Json:
    return {"object": "error", "message": message, "type": "BadRequestError", "code": 400, **more}


def anthropic(kind: str, message: str) -> Json:
    return {"type": "error", "error": {"type": kind, "message": message}}


def google(message: str, status: str) -> Json:
    return [{"error": {"code": 400, "message": message, "status": status}}]


LLAMA_CPP = "the request exceeds the available context size. try increasing the context size"

STATUSES: list[tuple[str, int, Json]] = [
    *(("server_error", status, b"") for status in (500, 501, 502, 503, 504, 520, 524, 599)),
    *(("bad_request", status, b"<html>") for status in (300, 304, 400, 405, 409, 415, 418, 422)),
    ("proxy", 407, b""),
    ("quota", 402, {"message": "Payment Required"}),
    ("unknown_model", 404, {"detail": "Not Found"}),
    ("unknown_model", 404, b"404 page not found"),
    ("overloaded", 498, said("flex tier capacity exceeded")),
    ("bad_key", 401, b"Unauthorized"),
    ("forbidden", 403, b"<html>Attention Required!</html>"),
    ("forbidden", 403, said("Project does not have access to model", code="model_not_found")),
    ("rate_limit", 429, b""),
    ("overloaded", 529, anthropic("overloaded_error", "Overloaded")),
    ("overloaded", 503, anthropic("overloaded_error", "Overloaded")),
    ("bad_request", 400, said("'max_tokens' is not supported", code="unsupported_parameter")),
    ("bad_request", 400, said("registry/m does not support tools")),
    ("bad_request", 422, {"detail": [{"loc": ["body", "seed"], "msg": "not a valid integer"}]}),
]

OVERFLOWS: list[tuple[int, Json]] = [
    # OpenAI, vLLM of 2024, Text Generation Inference, Anthropic, Mistral, SGLang, llama.cpp of
    # 2025, Ollama with llama.cpp's error in a string, Google.
    (400, said("Input tokens exceed the configured limit", code="context_length_exceeded")),
    (400, vllm("max_tokens must be at least 1, got -186.")),
    (422, {"error": "`inputs` tokens + `max_new_tokens` must be <= 4096. Given: 5000"}),
    (400, anthropic("invalid_request_error", "prompt is too long: 208310 tokens > 200000")),
    (400, vllm("40000 tokens, too large for model with 32768 maximum context length")),
    (400, vllm("The input is longer than the model's context length (8192 tokens).")),
    (500, {"error": {"code": 500, "message": LLAMA_CPP, "type": "exceed_context_size_error"}}),
    (500, {"error": {"code": 500, "message": LLAMA_CPP, "type": "server_error"}}),
    (400, {"error": json.dumps({"error": {"type": "exceed_context_size_error", "code": 400}})}),
    (400, google("The input token count exceeds the context window", "INVALID_ARGUMENT")),
]

ACCOUNTS: list[tuple[str, int, Json]] = [
    ("quota", 403, said("Insufficient balance", code="insufficient_user_quota")),
    ("quota", 400, anthropic("invalid_request_error", "Your credit balance is too low.")),
    ("quota", 429, said("You are out of quota", None, code="billing_hard_limit_reached")),
    ("quota", 429, said("Your monthly quota has been exceeded", None)),
    ("rate_limit", 429, google("You exceeded your current quota", "RESOURCE_EXHAUSTED")),
    ("rate_limit", 429, said("Limit 30000: context window", code="rate_limit_exceeded")),
    ("bad_key", 400, google("API key not valid. Please pass a valid one.", "INVALID_ARGUMENT")),
    ("bad_key", 400, {"code": "invalid argument", "error": "Incorrect API key provided: xx."}),
]

PROMPTS: list[tuple[str, int, Json]] = [
    # DeepSeek, Qwen, OpenRouter, OpenAI; DeepSeek, OpenRouter, Groq.
    ("filtered", 400, said("Content Exists Risk")),
    ("filtered", 400, said("Data may be inappropriate.", code="data_inspection_failed")),
    ("filtered", 403, said("m requires moderation. Your input was flagged for violence")),
    ("filtered", 400, said("Your prompt was flagged.", code="invalid_prompt")),
    ("unknown_model", 400, said("Model Not Exist", code="invalid_request_error")),
    ("unknown_model", 400, said("m is not a valid model ID")),
    ("unknown_model", 400, said("The model `m` has been decommissioned", code="decommissioned")),
]
ELSEWHERE = [*STATUSES, *(("context_overflow", *each) for each in OVERFLOWS), *ACCOUNTS, *PROMPTS]


@pytest.mark.parametrize(("outcome", "status", "body"), ELSEWHERE)
def test_other_servers_are_understood_too(outcome: str, status: int, body: Json) -> None:
    assert name(status, body) == outcome


def test_the_words_of_a_server_are_found_wherever_it_puts_them() -> None:
    shapes: list[Json] = [
        {"error": {"message": "too bad"}},
        {"error": "too bad"},
        {"message": "too bad", "object": "error"},
        {"detail": "too bad"},
        [{"error": {"message": "too bad"}}],
        {"error": {"detail": "too bad"}},
    ]
    for shape in shapes:
        assert error_body(json.dumps(shape).encode()).message == "too bad"
    assert error_body(b"too bad").message == "too bad"
    assert error_body(b"[" * 100_000).message.startswith("[[[")


def test_codes_of_an_error_stand_before_its_words() -> None:
    error = fault(400, {}, json.dumps(said("no", code="odd_code")).encode(), NOW)
    assert error.said == "[odd_code] [invalid_request_error] no"


def test_a_server_that_says_nothing_is_known_by_its_status() -> None:
    error = fault(502, {"retry-after": "3"}, b"", NOW)
    assert (error.said, error.status, error.retry_after) == ("HTTP status 502", 502, 3.0)


@given(
    st.integers(300, 999),
    st.binary()
    | st.recursive(
        st.none() | st.integers() | st.text(),
        lambda inner: (
            st.lists(inner)
            | st.dictionaries(
                st.sampled_from(["error", "message", "code", "type", "detail"]), inner
            )
        ),
    ).map(lambda value: json.dumps(value).encode()),
)
def test_whatever_a_server_says_has_a_name(status: int, body: bytes) -> None:
    assert fault(status, {}, body, NOW).name in OUTCOMES
