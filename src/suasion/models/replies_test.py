import json
from collections.abc import Callable
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from suasion.core.asks import Json
from suasion.models.faults import OUTCOMES, Fault
from suasion.models.replies import CLIPPED, LOGPROBS, read
from suasion.models.request import Completion, Usage
from suasion.testing.dialects import DIALECTS, ERRORS, Dialect, Reply, completion

LETTERS = Reply("yes", "m", "1", read=10, written=2)


def whole(**message: Json) -> dict[str, Any]:
    """The smallest usual reply, with these fields in its message."""
    said = {"role": "assistant", "content": "yes", **message}
    return {"choices": [{"message": said, "finish_reason": "stop"}], "model": "m"}


def choice(**fields: Json) -> dict[str, Any]:
    body = whole()
    body["choices"][0] |= fields
    return body


def got(body: Json, redact: Callable[[str], str] = str) -> Completion:
    sent = body if isinstance(body, bytes) else json.dumps(body).encode()
    return read(200, {}, sent, redact=redact)


def name(body: Json) -> str:
    try:
        return got(body).outcome
    except Fault as fault:
        return fault.name


@pytest.mark.parametrize("dialect", DIALECTS)
def test_a_reply_is_the_same_in_every_dialect(dialect: Dialect) -> None:
    reply = got(completion(LETTERS, dialect))
    assert (reply.text, reply.outcome, reply.finish, reply.served) == (
        "yes",
        "answered",
        "stop",
        "m",
    )
    assert (reply.usage.read, reply.usage.written) == (10, 2)
    assert "unrecognised" not in reply.beside
    assert reply.beside["id"] == "chatcmpl-1"


@pytest.mark.parametrize("dialect", DIALECTS)
def test_reasoning_of_every_dialect_is_apart_from_the_answer(dialect: Dialect) -> None:
    reply = got(completion(LETTERS._replace(reasoning="they bluff"), dialect))
    # The stand-in of OpenAI hands none out, as OpenAI does not.
    assert reply.reasoning == (
        None if dialect == "openai" and not reply.reasoning else "they bluff"
    )
    assert reply.text == "yes"


@pytest.mark.parametrize("dialect", DIALECTS)
def test_a_tool_call_of_every_dialect_is_the_answer(dialect: Dialect) -> None:
    called = LETTERS._replace(text='{"answer":"yes"}', tool="answer", finish="tool_calls")
    reply = got(completion(called, dialect))
    assert (reply.text, reply.outcome) == ('{"answer":"yes"}', "answered")


@pytest.mark.parametrize("dialect", DIALECTS)
@pytest.mark.parametrize("fault", ["error_body", "wrong_shape"])
def test_faults_with_status_200_are_named_in_every_dialect(fault: str, dialect: Dialect) -> None:
    assert name(ERRORS[fault][dialect].body) == fault


SHAPES: list[Json] = [{}, [], "yes", 7, None, {"choices": []}, {"choices": {}}]
CHOICES: list[Json] = [None, {}, "yes", {"text": "yes"}]
CONTENTS: list[Json] = [7, True, {"text": "yes"}]
OUTCOME_OF: list[tuple[str, Json]] = [
    # Why it ended.
    *(("answered", choice(finish_reason=word)) for word in ("", None, "STOP", "eos", "tool_calls")),
    ("answered", choice(finish_reason="because")),
    ("answered", choice(finish_reason=7)),
    *(("truncated", choice(finish_reason=word)) for word in ("length", "MAX_TOKENS", "max_tokens")),
    *(("filtered", choice(finish_reason=word)) for word in ("content_filter", "SAFETY")),
    *(("error_body", choice(finish_reason=word)) for word in ("error", "abort")),
    ("refused", choice(finish_reason="refusal")),
    # What it says.
    ("empty", whole(content=None)),
    ("empty", whole(content="")),
    ("empty", whole(content=" \n\t")),
    ("empty", whole(content=[])),
    ("empty", {"choices": [{"message": {"role": "assistant"}}]}),
    ("empty", whole(content="", reasoning_content="they bluff")),
    ("empty", whole(content="<think>they bluff</think>\n")),
    ("truncated", {"choices": [{"message": {"content": None}, "finish_reason": "length"}]}),
    ("truncated", {"choices": [{"message": {"content": "<think>a"}, "finish_reason": "length"}]}),
    ("refused", whole(content=None, refusal="no")),
    ("answered", whole(refusal="")),
    ("refused", whole(content=[{"type": "refusal", "refusal": "no"}])),
    ("answered", whole(content=[{"type": "text", "text": "yes"}])),
    ("empty", whole(tool_calls=[{"function": {"name": "answer", "arguments": ""}}])),
    # Errors that come with status 200.
    ("error_body", {"error": {"message": "no"}}),
    ("error_body", {"error": "no"}),
    ("error_body", whole() | {"error": {"code": 502, "message": "Provider returned error"}}),
    ("error_body", choice(error={"code": 502, "detail": "Provider returned error"})),
    ("error_body", [{"error": {"code": 429, "message": "no"}}]),
    ("error_body", {"detail": "Not Found"}),
    ("error_body", {"choices": None, "error": {"message": "no"}}),
    ("answered", whole() | {"error": None}),
    # What is no JSON, or another.
    *(("not_json", body) for body in (b"", b" \n", b"<html>", b"{", b"data: {}\n\n", b"\xff")),
    ("not_json", b"<html>" + b" " * 2**21),
    ("not_json", json.dumps(choice(logprobs=float("nan"))).encode()),
    *(("wrong_shape", shape) for shape in SHAPES),
    *(("wrong_shape", {"choices": [each]}) for each in CHOICES),
    *(("wrong_shape", whole(content=each)) for each in CONTENTS),
    ("wrong_shape", b"[" * 1_000_000 + b"]" * 1_000_000),
    (
        "wrong_shape",
        json.dumps(whole()).encode()[:-1] + b',"a":' + b"[" * 9999 + b"]" * 9999 + b"}",
    ),
    ("wrong_shape", b'{"choices":[{"message":{"content":"yes","content":"no"}}]}'),
    ("wrong_shape", b'{"choices":[{"message":{"content":"yes"}}],"choices":[]}'),
    ("wrong_shape", b'{"choices":[{"message":{"content":"a"},"message":{"content":"b"}}]}'),
    ("wrong_shape", json.dumps(whole(content=[{"type": "text", "text": "a" * 2**20}])).encode()),
]


@pytest.mark.parametrize(("outcome", "body"), OUTCOME_OF)
def test_whatever_comes_with_status_200_has_its_name(outcome: str, body: Json) -> None:
    assert name(body) == outcome


def test_a_byte_order_mark_and_empty_lines_before_a_reply_are_nothing() -> None:
    sent = json.dumps(whole()).encode()
    assert got(b"\xef\xbb\xbf" + sent).text == "yes"
    assert got(b"\n\n \n" + sent + b"\n").text == "yes"


def test_content_in_parts_is_joined_and_unknown_parts_are_kept() -> None:
    parts = [
        {"type": "thinking", "thinking": [{"type": "text", "text": "they bluff"}]},
        {"type": "text", "text": "y"},
        "e",
        {"type": "text", "text": "s"},
        {"type": "image", "url": "x"},
    ]
    reply = got(whole(content=parts))
    assert (reply.text, reply.reasoning) == ("yes", "they bluff")
    assert reply.beside["unrecognised"] == {"content": [{"type": "image", "url": "x"}]}


@pytest.mark.parametrize(
    "calls",
    [
        {"tool_calls": [{"function": {"name": "answer", "arguments": '{"a":1}'}}]},
        {"tool_calls": [{"function": {"name": "answer", "arguments": {"a": 1}}}]},
        {"tool_calls": {"function": {"name": "answer", "arguments": '{"a":1}'}}},
        {"tool_call": {"name": "answer", "arguments": '{"a":1}'}},
        {"function_call": {"name": "answer", "arguments": '{"a":1}'}},
        {"tool_calls": [{"name": "answer", "parameters": {"a": 1}}]},
    ],
)
@pytest.mark.parametrize("content", [None, "", "I call it."])
def test_arguments_of_a_call_are_the_answer_in_any_form(calls: Json, content: str | None) -> None:
    reply = got(whole(content=content, **calls))
    assert json.loads(reply.text) == {"a": 1}
    assert reply.beside.get("content") == (content or None)


def test_calls_after_the_first_are_kept_beside_it() -> None:
    calls = [{"function": {"name": "answer", "arguments": each}} for each in ("1", "2")]
    reply = got(whole(tool_calls=calls))
    assert reply.text == "1"
    assert reply.beside["unrecognised"] == {"tool_calls": calls[1:]}


@pytest.mark.parametrize("field", ["finish_reason", "usage", "model", "id"])
@pytest.mark.parametrize("value", [7, [1], {"a": [None]}, 2**70])
def test_values_that_nobody_knows_are_kept_as_they_came(field: str, value: Json) -> None:
    if (field, type(value)) == ("usage", dict):
        value = value | {"prompt_tokens": "ten"}
    body = choice(finish_reason=value) if field == "finish_reason" else whole() | {field: value}
    reply = got(body)
    assert (reply.text, reply.outcome) == ("yes", "answered")
    assert reply.beside["unrecognised"] == {field: value}


def test_a_reason_to_stop_that_nobody_knows_is_shown_and_the_answer_stands() -> None:
    reply = got(choice(finish_reason="because"))
    assert (reply.outcome, reply.finish) == ("answered", "because")
    assert reply.beside["unrecognised"] == {"finish_reason": "because"}


COUNTS: list[tuple[Json, Usage]] = [
    ({"prompt_tokens": 10, "completion_tokens": 2, "total_tokens": 12}, Usage(10, 2)),
    ({"prompt_tokens": 10, "completion_tokens": 2, "total_tokens": 90}, Usage(10, 80)),
    (
        {
            "prompt_tokens": 10,
            "completion_tokens": 5,
            "prompt_tokens_details": {"cached_tokens": 8},
            "completion_tokens_details": {"reasoning_tokens": 3},
        },
        Usage(10, 5, 8, 3),
    ),
    ({"prompt_tokens": 10, "completion_tokens": 2, "prompt_cache_hit_tokens": 4}, Usage(10, 2, 4)),
    ({"prompt_tokens": 10, "completion_tokens": 2, "prompt_cache_hit_tokens": 40}, Usage(10, 2)),
    ({"prompt_tokens": 0, "completion_tokens": 0, "total_tokens": 0}, Usage()),
    ({"prompt_tokens": 2**70, "completion_tokens": 2}, Usage(None, 2)),
    ({"prompt_tokens": 10, "completion_tokens": -1}, Usage(10)),
    ({"prompt_tokens": "10", "completion_tokens": 2}, Usage(None, 2)),
    ({"prompt_tokens": 10.0, "completion_tokens": True}, Usage()),
    ({"prompt_tokens": 10, "completion_tokens": 2, "total_tokens": 2**70}, Usage(10, 2)),
    ({"prompt_tokens": 10, "completion_tokens": 2, "prompt_tokens_details": []}, Usage(10, 2)),
    ({}, Usage()),
    (None, Usage()),
]


@pytest.mark.parametrize(("counts", "usage"), COUNTS)
def test_counts_that_cannot_be_are_unknown_and_the_answer_stands(
    counts: Json, usage: Usage
) -> None:
    reply = got(whole() | {"usage": counts})
    assert (reply.text, reply.outcome, reply.usage) == ("yes", "answered", usage)
    unknown = counts is not None and None in usage[:2]
    assert ("usage" in reply.beside.get("unrecognised", {})) == unknown


def test_counts_of_a_reply_that_is_none_are_left_out() -> None:
    assert got(whole()).usage == Usage()


def test_nothing_written_is_a_count_where_nothing_was_said() -> None:
    counts = {"prompt_tokens": 10, "completion_tokens": 0}
    assert got(whole(content="") | {"usage": counts}).usage == Usage(10, 0)


def test_log_probabilities_are_kept_up_to_a_size() -> None:
    logprobs = {"content": [{"token": "yes", "logprob": -0.1, "top_logprobs": []}]}
    assert got(choice(logprobs=logprobs)).logprobs == logprobs
    reply = got(choice(logprobs={"content": ["x" * LOGPROBS]}))
    assert (reply.text, reply.logprobs) == ("yes", None)
    assert reply.beside["logprobs_left_out"] > LOGPROBS


def test_half_an_emoji_at_the_end_is_mended_and_said_to_be() -> None:
    reply = got(b'{"choices":[{"message":{"content":"yes \\ud83d"}}]}')
    assert reply.text == "yes �"
    assert reply.beside["unrecognised"] == {"unpaired_surrogates": True}


def test_a_body_full_of_nothing_costs_little_more_than_its_bytes() -> None:
    import tracemalloc

    filler = b"[],{}," * 2_000_000 + b"0"
    bodies = [
        b'{"choices":[{"message":{"content":"yes"}}],"x":[' + filler + b"]}",
        b'{"choices":[{"message":{"content":"yes"}},' + filler + b"]}",
        b'{"choices":[{"message":{"content":"yes","tool_calls":[' + filler + b"]}}]}",
        b'{"choices":[' + filler + b"]}",
    ]
    for body in bodies:
        tracemalloc.start()
        try:
            assert name(body) in ("answered", "wrong_shape")
            assert tracemalloc.get_traced_memory()[1] < 2 * len(body)
        finally:
            tracemalloc.stop()


KEY = "sk-planted-0123456789"


def without(text: str) -> str:
    return text.replace(KEY, "[removed]")


def test_no_key_comes_through_whatever_the_server_repeats() -> None:
    body = whole(content=f"my key is {KEY}", reasoning=KEY) | {
        "id": KEY,
        "model": KEY,
        "system_fingerprint": KEY,
        "usage": {"prompt_tokens": KEY},
    }
    body["choices"][0] |= {"finish_reason": KEY, "logprobs": {"content": [KEY]}}
    planted = got(body)
    assert repr(planted).count(KEY) >= 7
    cleaned = got(body, without)
    assert KEY not in repr(cleaned)
    assert cleaned.text == "my key is [removed]"
    assert cleaned.beside["id"] == "[removed]"


def test_a_reply_without_a_key_is_left_as_it_is() -> None:
    assert got(whole(), without) == got(whole())


@pytest.mark.parametrize("status", [200, 400, 401, 500])
def test_no_key_comes_through_in_an_error_not_even_cut_in_two(status: int) -> None:
    for filling in range(CLIPPED - 40, CLIPPED + 10):
        body = {"error": {"message": "a" * filling + KEY + "b" * 100, "code": KEY}}
        with pytest.raises(Fault) as raised:
            read(status, {}, json.dumps(body).encode(), redact=without)
        assert "sk-p" not in raised.value.said
        assert len(raised.value.said) <= CLIPPED


def test_a_rate_limit_says_how_long_to_wait() -> None:
    with pytest.raises(Fault) as raised:
        read(429, {"retry-after": "7"}, b"")
    assert raised.value.retry_after == 7.0


ANY = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=8),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(
            st.sampled_from(
                (
                    *("choices", "message", "content", "finish_reason", "usage", "prompt_tokens"),
                    *("tool_calls", "function", "arguments", "error", "logprobs", "type", "text"),
                )
            ),
            inner,
        )
    ),
    max_leaves=15,
)


@given(
    ANY
    | st.builds(lambda message: {"choices": [{"message": message}]}, ANY)
    | st.builds(lambda usage: whole() | {"usage": usage}, ANY)
    | st.builds(lambda content: whole(content=content), ANY)
    | st.builds(lambda calls: whole(tool_calls=calls), ANY)
)
def test_any_json_is_a_reply_or_a_fault_with_a_name(value: Json) -> None:
    found = name(value)
    assert found == "answered" or found in OUTCOMES


@given(st.data())
def test_any_damage_to_a_reply_is_named(data: st.DataObject) -> None:
    sent = bytearray(json.dumps(completion(LETTERS, "openai")).encode())
    for _ in range(data.draw(st.integers(1, 4))):
        sent[data.draw(st.integers(0, len(sent) - 1))] = data.draw(st.integers(0, 255))
    found = name(bytes(sent))
    assert found == "answered" or found in OUTCOMES
