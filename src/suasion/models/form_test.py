"""What an endpoint is told of an ask: no less than its dialect takes, and never what it refuses."""

from __future__ import annotations

import json
import timeit
from collections.abc import Iterator, Mapping
from typing import Any

import pytest
from jsonschema import Draft202012Validator

from suasion.core.asks import Ask, Json
from suasion.core.chance import Chance, Seeded
from suasion.environments.persuasion.probes import STANCE
from suasion.models.form import OFF, BadBody, Form, form, frame
from suasion.models.model import Model
from suasion.models.reading_corpus_test import (
    ACT,
    CHOICE,
    LINES,
    OPINION,
    SPEND,
    TALK,
    TEST,
)
from suasion.models.settings import Settings
from suasion.testing.answers import uniform

ASKS = (ACT, CHOICE, LINES, OPINION, SPEND, STANCE, TALK, TEST)
HOSTED = ("openai", "mistral", "xai", "gemini", "groq", "together")
LOCAL = ("vllm", "sglang", "llama-cpp", "ollama", "unheard-of")
NONE: Any = None


def model(provider: str = "vllm", host: str = "localhost:8000") -> Model:
    return Model(f"{provider}/m", "m", provider, host, None, NONE)


def parts(schema: Json) -> Iterator[Mapping[str, Json]]:
    """Every schema within a schema."""
    yield schema
    within = [*schema.get("anyOf", ()), *schema.get("properties", {}).values()]
    for part in [*within, *([schema["items"]] if "items" in schema else [])]:
        yield from parts(part)


@pytest.mark.parametrize("provider", [*HOSTED, *LOCAL])
@pytest.mark.parametrize("ask", ASKS, ids=str)
def test_a_schema_that_is_sent_allows_every_legal_answer(ask: Ask, provider: str) -> None:
    shape = form(ask, "schema", provider)
    for seed in range(20):
        answer = uniform(ask, Chance(Seeded(seed)))
        if not Draft202012Validator(ask.held()).is_valid(answer):
            assert ask is LINES, "a model is held to less than a script may say"
            continue
        sent = {"answer": answer} if shape.wrapped else answer
        assert Draft202012Validator(shape.schema).is_valid(sent)


@pytest.mark.parametrize("provider", HOSTED)
@pytest.mark.parametrize("ask", ASKS, ids=str)
def test_hosted_endpoints_get_an_object_at_the_top_and_no_keyword_they_refuse(
    ask: Ask, provider: str
) -> None:
    schema = form(ask, "schema", provider).schema
    assert schema is not None
    assert schema["type"] == "object"
    for part in parts(schema):
        assert "minLength" not in part
        assert "maxLength" not in part
        if part.get("type") == "object":
            assert part["additionalProperties"] is False
            assert set(part["required"]) == set(part["properties"])
        assert "type" in part or "anyOf" in part
    bounded = any("minimum" in part or "maxItems" in part for part in parts(schema))
    assert not bounded or provider == "openai"


@pytest.mark.parametrize("provider", LOCAL)
def test_servers_with_grammars_get_bounds_up_to_a_number_of_repetitions(provider: str) -> None:
    act, talk = form(ACT, "schema", provider).schema, form(TALK, "schema", provider).schema
    assert act is not None
    assert talk is not None
    assert any(part.get("maxLength") == 800 for part in parts(act))
    assert not any("maxLength" in part for part in parts(talk)), "20,000 repetitions"
    lines = form(LINES, "schema", provider).schema
    assert lines is not None
    assert all(part.get("maxLength", 1) < 2000 for part in parts(lines))
    assert lines["properties"]["answer"]["minItems"] == 1
    assert lines["properties"]["answer"]["maxItems"] == 2


def test_nothing_is_added_to_the_words_where_the_brief_says_the_same() -> None:
    assert form(SPEND, "schema", "openai").words == ""
    assert form(ACT, "schema", "vllm").words == ""
    assert not form(ACT, "schema", "vllm").wrapped
    assert form(ACT, "schema", "openai").wrapped


def test_the_words_show_a_wrapped_answer_as_it_is_to_be_written() -> None:
    assert form(STANCE, "schema", "openai").words.endswith('{"answer": WHOLE NUMBER}')
    assert form(TALK, "schema", "vllm").words.endswith('{"answer": TEXT}')
    assert '{"answer": "buy" or "walk"}' in form(CHOICE, "schema", "vllm").words
    lines = form(LINES, "schema", "openai").words
    assert "a list of 1 to 2 of these" in lines
    assert '\n{"action": "solve", "puzzle": TEXT, "answer": TEXT}' in lines


def test_one_tool_serves_all_asks_and_the_words_hold_each_schema() -> None:
    shapes = [form(ask, "tools", "deepseek") for ask in ASKS]
    tools = {json.dumps(_body(shape)["tools"]) for shape in shapes}
    assert len(tools) == 1
    for ask, shape in zip(ASKS, shapes, strict=True):
        assert json.dumps(ask.held(), separators=(",", ":"), ensure_ascii=False) in shape.words


def test_automatic_is_what_a_provider_takes() -> None:
    modes = {name: form(ACT, "auto", name).mode for name in ("openai", "deepseek", "transformers")}
    assert modes == {"openai": "schema", "deepseek": "tools", "transformers": "off"}
    assert form(ACT, "off", "openai") is OFF
    assert form(ACT, "auto", "unheard-of").mode == "schema"


def test_asks_of_one_schema_have_one_form() -> None:
    from suasion.environments.influence.rules import Influence

    one, other = (Influence()._ask(0, [1, 2, 3, 4]) for _ in range(2))
    assert one is not other
    assert form(one, "schema", "openai") is form(other, "schema", "openai")
    assert form(one, "schema", "openai") is not form(one, "schema", "vllm")


# --- the frame ---


def _body(shape: Form, provider: str = "vllm", seed: int | None = None, **said: Any) -> Any:
    host = "api.openai.com:443" if provider == "openai" else "localhost:8000"
    return json.loads(frame(model(provider, host), Settings(**said), shape, seed))


def test_a_frame_says_what_is_set_and_no_more() -> None:
    assert _body(OFF) == {"model": "m", "max_tokens": 1024}
    full = _body(
        OFF, seed=7, temperature=0.0, top_p=0.9, logprobs=2, reasoning_effort="low", max_tokens=5
    )
    assert full == {
        "model": "m",
        "temperature": 0.0,
        "top_p": 0.9,
        "seed": 7,
        "max_tokens": 5,
        "reasoning_effort": "low",
        "logprobs": True,
        "top_logprobs": 2,
    }
    assert next(iter(full)) == "model"
    assert "top_logprobs" not in _body(OFF, logprobs=0)


def test_a_frame_holds_the_schema_as_endpoints_of_openai_take_it() -> None:
    shape = form(ACT, "schema", "openai")
    assert _body(shape)["response_format"] == {
        "type": "json_schema",
        "json_schema": {"name": "answer", "strict": True, "schema": shape.schema},
    }
    called = _body(form(ACT, "tools", "deepseek"))
    assert called["tool_choice"] == "required"
    assert "response_format" not in called


def test_openai_itself_is_told_the_newer_name_of_the_limit() -> None:
    assert "max_completion_tokens" in _body(OFF, "openai")
    assert "max_tokens" in json.loads(frame(model("openai"), Settings(), OFF, None))


def test_what_a_seat_adds_stands_over_all_but_what_makes_the_call() -> None:
    extra = {"temperature": 1, "seed": 5, "max_tokens": 9, "chat_template_kwargs": {"x": 1}}
    assert _body(OFF, seed=3, temperature=0.0, extra_body=extra) == {"model": "m", **extra}
    for key, value in (("model", "n"), ("messages", []), ("stream", True)):
        with pytest.raises(BadBody, match=key):
            _body(OFF, extra_body={key: value})
    assert _body(OFF, extra_body={"stream": False})["stream"] is False


def test_frames_of_one_seat_differ_in_the_seed_alone() -> None:
    one, settings = model(), Settings(temperature=0.5)
    first, second = frame(one, settings, OFF, 1), frame(one, settings, OFF, 22)
    assert first.replace(b'"seed":1', b'"seed":22') == second
    assert b"seed" not in frame(one, settings, OFF, None)


def test_a_known_frame_and_a_known_form_cost_next_to_nothing() -> None:
    one, settings, shape = model(), Settings(), form(ACT, "schema", "openai")

    def each(call: Any) -> float:
        return min(timeit.repeat(call, number=1000, repeat=7)) / 1000

    assert each(lambda: frame(one, settings, shape, 5)) < 20e-6
    assert each(lambda: form(ACT, "schema", "openai")) < 20e-6
