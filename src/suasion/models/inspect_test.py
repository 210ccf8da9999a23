"""Other providers' models: settings that arrive, features passed on, errors under our names."""

import asyncio
import gc
import json
from collections.abc import Callable, Coroutine, Sequence
from importlib import import_module
from importlib.util import find_spec
from typing import Any

import pytest

from suasion.core.asks import Json
from suasion.models import inspect as bridge
from suasion.models.faults import Fault
from suasion.models.inspect import Inspect, MissingExtra
from suasion.models.keys import Secret
from suasion.models.model import Model
from suasion.models.request import Completion, Request, Usage

pytestmark = [
    pytest.mark.skipif(find_spec("inspect_ai") is None, reason="needs the extra inspect"),
    pytest.mark.filterwarnings("ignore:The 'initial' parameter is deprecated"),
]
"""The warning is about Inspect's own call of the library it retries with."""

SCHEMA = {"type": "object", "properties": {"answer": {"type": "string", "enum": ["x", "y"]}}}
USED = {
    "input_tokens": 5,
    "output_tokens": 7,
    "total_tokens": 22,
    "input_tokens_cache_read": 10,
    "reasoning_tokens": 3,
}


class Lazy:
    """Inspect's names, imported where they are used: it takes seconds and much memory."""

    def __getattr__(self, name: str) -> Any:
        return getattr(import_module("inspect_ai.model"), name)


its = Lazy()


def used(output: Any) -> Any:
    """The output with its usage, so that nothing has to count tokens."""
    output.usage = its.ModelUsage(**USED)
    return output


def said(text: Any = "x", stop: Any = "stop", **more: Any) -> Any:
    return used(its.ModelOutput.from_content("mock-1", text, stop, **more))


class Mock:
    """A provider that answers or raises what it is given, and keeps what it was asked."""

    def __init__(self, answer: Callable[[], Any]) -> None:
        self.answer, self.asked = answer, list[tuple[Any, ...]]()

    def __call__(self, *asked: Any) -> Any:
        self.asked.append(asked)
        return self.answer()


def client(mock: Any) -> Inspect:
    return Inspect("mockllm/model", made_with={"custom_outputs": mock})


def request(who: Inspect, messages: Sequence[Json] = (), **frame: Json) -> Request:
    model = Model("mockllm/model", "model", "mockllm", "in process", None, who)
    said = messages or [{"role": "user", "content": "Say x."}]
    wires = [json.dumps(each).encode() for each in said]
    return Request(model, json.dumps({"model": "model", **frame}).encode(), wires, "Say x.", 9)


def asked(mock: Any, seconds: float = 5, **frame: Json) -> Completion:
    async def once() -> Completion:
        who = client(mock)
        try:
            return await who.complete(request(who, **frame), seconds)
        finally:
            await who.close()

    return asyncio.run(once())


def failing(error: BaseException) -> Mock:
    def answer() -> Any:
        raise error

    return Mock(answer)


def test_text_usage_and_who_served_it_come_back() -> None:
    assert asked(Mock(said)) == Completion(
        "x", "answered", "stop", None, Usage(15, 7, 10, 3), None, "mock-1"
    )


def test_every_setting_arrives_and_inspect_neither_retries_nor_caches() -> None:
    mock = Mock(said)
    asked(
        mock,
        temperature=0.25,
        top_p=0.5,
        seed=7,
        max_completion_tokens=99,
        reasoning_effort="low",
        logprobs=True,
        top_logprobs=2,
        service_tier="flex",
        response_format={"type": "json_schema", "json_schema": {"name": "a", "schema": SCHEMA}},
    )
    [(_, tools, _, config)] = mock.asked
    assert (config.temperature, config.top_p, config.seed, config.max_tokens) == (0.25, 0.5, 7, 99)
    assert (config.reasoning_effort, config.logprobs, config.top_logprobs) == ("low", True, 2)
    assert config.extra_body == {"service_tier": "flex"}
    assert config.response_schema.json_schema.properties["answer"].enum == ["x", "y"]
    assert (config.max_retries, config.cache, tools) == (0, False, [])


def test_messages_arrive_in_their_roles_and_parts() -> None:
    mock = Mock(said)
    image = "data:image/png;base64,iVBORw0KGgo="
    parts = [
        {"type": "text", "text": "Look."},
        {"type": "image_url", "image_url": {"url": image}},
    ]
    wanted = [
        {"role": "system", "content": "Brief."},
        {"role": "user", "content": parts},
        {"role": "assistant", "content": "I see."},
        {"role": "user", "content": "And?"},
    ]

    async def once() -> None:
        who = client(mock)
        await who.complete(request(who, wanted), 5)

    asyncio.run(once())
    [(messages, *_)] = mock.asked
    assert [each.role for each in messages] == ["system", "user", "assistant", "user"]
    assert messages[0].text == "Brief."
    assert [p.type for p in messages[1].content] == ["text", "image"]
    assert messages[1].content[1].image == image


def test_a_tool_is_called_and_its_arguments_are_the_answer() -> None:
    called = its.ModelOutput.for_tool_call("mock-1", "answer", {"answer": "y"})
    mock = Mock(lambda: used(called))
    tool = {"type": "function", "function": {"name": "answer", "parameters": SCHEMA}}
    choice: Json = {"type": "function", "function": {"name": "answer"}}
    reply = asked(mock, tools=[tool], tool_choice=choice)
    assert json.loads(reply.text) == {"answer": "y"}
    [(_, [given], chosen, _)] = mock.asked
    assert (given.name, chosen.name) == ("answer", "answer")
    assert given.parameters.properties["answer"].enum == ["x", "y"]


def test_thoughts_are_kept_apart_from_the_answer() -> None:
    content = [
        its.ContentReasoning(reasoning="Which?"),
        its.ContentReasoning(reasoning="c2VjcmV0", redacted=True, summary="Weighs."),
        its.ContentText(text="y"),
    ]
    reply = asked(Mock(lambda: said(content)))
    assert (reply.text, reply.reasoning) == ("y", "Which?\nWeighs.")


def test_log_probabilities_are_passed_on() -> None:
    output = said()
    one = its.Logprob(token="x", logprob=-0.5)
    output.choices[0].logprobs = its.Logprobs(content=[one])
    assert asked(Mock(lambda: output)).logprobs == {"content": [{"token": "x", "logprob": -0.5}]}


@pytest.mark.parametrize(
    ("output", "outcome"),
    [
        (lambda: said("half", "max_tokens"), "truncated"),
        (lambda: said("half", "model_length"), "truncated"),
        (lambda: said("  "), "empty"),
        (lambda: said([its.ContentText(text="I can't.", refusal=True)]), "refused"),
        (
            lambda: said("", "content_filter", stop_details=its.StopDetails(type="refusal")),
            "refused",
        ),
    ],
)
def test_a_reply_that_is_no_answer_says_why(output: Callable[[], Any], outcome: str) -> None:
    assert asked(Mock(output)).outcome == outcome


def test_a_filter_beside_the_model_blocks() -> None:
    with pytest.raises(Fault, match="filtered: Hate") as fault:
        asked(Mock(lambda: said("", "content_filter", error="Hate")))
    assert fault.value.name == "filtered"


class Status(Exception):
    def __init__(self, status: int, words: str = "", headers: dict[str, str] | None = None) -> None:
        super().__init__(words or f"status {status}")
        self.status_code = status
        self.response = type("Response", (), {"headers": headers or {}})()


def from_aws() -> Exception:
    error = Exception("ThrottlingException")
    error.response = {  # type: ignore[attr-defined]  # as botocore does
        "ResponseMetadata": {"HTTPStatusCode": 429}
    }
    return error


@pytest.mark.parametrize(
    ("error", "name"),
    [
        (Status(401), "bad_key"),
        (Status(403), "forbidden"),
        (Status(404), "unknown_model"),
        (Status(429), "rate_limit"),
        (Status(429, "You exceeded your current quota"), "quota"),
        (Status(400, "prompt is too long: 300 tokens > 200 maximum"), "context_overflow"),
        (Status(400, "no such parameter"), "bad_request"),
        (Status(400, "Your credit balance is too low"), "quota"),
        (Status(413), "request_too_large"),
        (Status(500), "server_error"),
        (Status(529), "overloaded"),
        (from_aws(), "rate_limit"),
        (ConnectionRefusedError("no"), "connection_refused"),
        (ConnectionResetError("gone"), "connection_reset"),
        (type("ReadTimeout", (Exception,), {})("slow"), "read_timeout"),
        (type("Strange", (Exception,), {})("what is this"), "unrecognised"),
        (ValueError("no ANTHROPIC_API_KEY defined in the environment variables"), "bad_key"),
        (ValueError("This model's maximum context length is 9 tokens"), "context_overflow"),
    ],
)
def test_what_a_provider_raises_has_a_name(error: Exception, name: str) -> None:
    with pytest.raises(Fault) as fault:
        asked(failing(error))
    assert fault.value.name == name
    assert str(error) in fault.value.said


def test_an_error_is_known_by_what_caused_it() -> None:
    import ssl

    def answer() -> Any:
        try:
            raise ssl.SSLCertVerificationError("self-signed")
        except ssl.SSLError as inner:
            raise type("APIConnectionError", (Exception,), {})("Connection error.") from inner

    with pytest.raises(Fault, match="self-signed") as fault:
        asked(Mock(answer))
    assert fault.value.name == "tls"


def test_a_provider_is_asked_once_even_where_it_would_have_been_tried_again() -> None:
    mock = failing(Status(429, headers={"retry-after": "7"}))
    with pytest.raises(Fault) as fault:
        asked(mock)
    assert (fault.value.retry_after, len(mock.asked)) == (7, 1)


def test_a_reply_that_does_not_come_in_time_is_a_deadline() -> None:
    async def never(*_: Any) -> Any:
        await asyncio.sleep(60)

    with pytest.raises(Fault) as fault:
        asked(never, seconds=0.05)
    assert fault.value.name == "deadline"


def test_no_key_of_the_environment_goes_to_a_host_that_a_study_names(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(bridge, "installed", lambda name: None)
    given: dict[str, Any] = {}

    def get_model(name: str, **more: Any) -> Any:
        given.update(more)
        raise ConnectionRefusedError

    monkeypatch.setattr("inspect_ai.model.get_model", get_model)
    mine = Secret("ANTHROPIC_API_KEY", "sk-mine")
    for base_url, key, sent in (
        ("https://strange.test", None, "none"),
        ("https://mine.test", mine, "sk-mine"),
        (None, None, None),
    ):
        who = Inspect("anthropic/claude", key, base_url)
        with pytest.raises(Fault):
            asyncio.run(who.complete(request(who), 5))
        assert (given["api_key"], given["base_url"]) == (sent, base_url)
        assert "sk-mine" not in repr(who)


def test_without_the_extra_it_says_what_to_install(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("importlib.util.find_spec", lambda name: None)
    with pytest.raises(MissingExtra, match=r"'anthropic'.*pip install 'suasion\[inspect\]'"):
        Inspect("anthropic/claude")


def test_no_call_stays_in_a_transcript() -> None:
    from inspect_ai.event import ModelEvent

    def kept() -> int:
        gc.collect()
        return sum(isinstance(each, ModelEvent) for each in gc.get_objects())

    async def grown(call: Callable[[Inspect], Coroutine[Any, Any, object]]) -> int:
        before, who = kept(), client(Mock(said))
        for _ in range(20):
            await call(who)
        return kept() - before

    async def both() -> tuple[int, int]:
        ours = await grown(lambda who: who.complete(request(who), 5))
        theirs = await grown(lambda who: who._generate(request(who)))
        return ours, theirs

    ours, theirs = asyncio.run(both())
    assert theirs == 20, "the control: in one context all calls stay"
    assert ours <= 0


def test_nothing_with_an_underscore_is_imported() -> None:
    import ast
    from pathlib import Path

    tree = ast.parse(Path(bridge.__file__).read_text())
    found = [n for n in ast.walk(tree) if isinstance(n, ast.ImportFrom)]
    names = [part for n in found for part in f"{n.module}.{n.names[0].name}".split(".")]
    assert "inspect_ai" in names
    assert not [name for name in names if name.startswith("_") and name != "__future__"]
