"""Models by their ids: what is described is what is done, and no key goes astray."""

import asyncio
import json
import socket
from collections.abc import Awaitable, Callable
from pathlib import Path

import pytest
from aiohttp import web

from suasion.models.config import parsed
from suasion.models.faults import Fault
from suasion.models.model import Model, Price
from suasion.models.openai import OpenAI
from suasion.models.registry import BadModel, Models
from suasion.models.request import Completion, Request

KEY = "sk-planted-Zq3vR8tLw2XyB7nK"


def models(text: str = "", **env: str) -> Models:
    return Models(parsed(text, Path("/c/config.toml")), env)


def test_a_model_is_what_its_id_says() -> None:
    found = models(OPENAI_API_KEY=KEY).model("openai/gpt-4o-mini")
    assert isinstance(found.client, OpenAI)
    assert found.lane == "openai api.openai.com:443 OPENAI_API_KEY"
    assert (found.id, found.name) == ("openai/gpt-4o-mini", "gpt-4o-mini")
    assert found.price == Price(0.15, 0.6, 0.075, "2025-07-04")
    assert KEY not in repr(found)


def test_a_client_is_made_once_for_a_base_url_and_a_key() -> None:
    held = models(OPENAI_API_KEY=KEY)
    one, two = held.model("openai/gpt-4o"), held.model("openai/gpt-5")
    other = held.model("openai/gpt-5", {"base_url": "http://localhost:8000/v1"})
    assert one.client is two.client
    assert two.client is not other.client
    assert held.model("openai/gpt-4o") is one
    assert (other.host, other.key) == ("localhost:8000", None)


def test_what_is_described_needs_no_key_and_shows_none() -> None:
    told = models().describe("openai/gpt-4o-mini")
    assert (told.host, told.variable, told.is_set, told.sent) == (
        *("api.openai.com:443", "OPENAI_API_KEY"),
        *(False, False),
    )
    told = models(OPENAI_API_KEY=KEY).describe("openai/gpt-4o-mini")
    assert told.sent
    assert KEY not in json.dumps(told, default=str)


def test_a_strange_base_url_gets_no_key() -> None:
    held = models(OPENAI_API_KEY=KEY)
    for text, settings in (
        ("openai/gpt-4o@https://evil.example/v1", {}),
        ("openai/gpt-4o", {"base_url": "https://evil.example/v1"}),
        ("openai/gpt-4o", {"base_url": "http://api.openai.com/v1"}),
        ("anything/gpt-4o@https://evil.example/v1", {}),
    ):
        told = held.describe(text, settings)
        assert (told.variable, told.sent) == (None, False)
        assert held.model(text, settings).key is None
        assert held.model(text, settings).price is None


def test_the_base_url_of_the_process_is_used_and_of_a_provider_nobody_knows() -> None:
    held = models(
        OPENAI_API_KEY=KEY,
        OPENAI_BASE_URL="http://gpu-3:8000/v1/",
        LAB_BASE_URL="https://lab.example/v1",
        LAB_API_KEY=KEY,
    )
    told = held.describe("openai/gpt-4o")
    assert (told.base_url, told.variable) == ("http://gpu-3:8000/v1", "OPENAI_API_KEY")
    assert held.model("lab/x").lane == "lab lab.example:443 LAB_API_KEY"


@pytest.mark.parametrize(
    ("text", "settings", "said"),
    [
        ("opnai/gpt-4o", {}, "did you mean openai?"),
        ("nobody/x", {}, "NOBODY_BASE_URL"),
        ("openai/gpt-4o", {}, "OPENAI_API_KEY is not set"),
        ("xai/grok-3", {}, "XAI_API_KEY or GROK_API_KEY is not set"),
        ("openai", {}, "expected PROVIDER/MODEL"),
        ("openai/x", {"base_url": 3}, "expected a URL"),
        ("openai/x", {"base_url": "here"}, "https://"),
        ("openai/x@http://localhost:1", {"base_url": "http://localhost:2"}, "two base URLs"),
        ("vllm/x@http://169.254.169.254/v1", {}, "metadata address"),
        ("vllm/x", {"base_url": "http://[::ffff:a9fe:a9fe]:80/v1"}, "metadata address"),
        ("vllm/x@http://2852039166/v1", {}, "metadata address"),
        ("vllm/x@http://metadata.google.internal/v1", {}, "allow_hosts"),
        ("anthropic/claude-opus-5@https://evil.example", {}, "expected its own host"),
        ("anthropic/claude-opus-5", {"base_url": "https://evil.example"}, "expected its own host"),
        ("bedrock/x@https://evil.example", {}, "expected its own host"),
    ],
)
def test_a_model_that_cannot_be_asked_says_what_was_expected(
    text: str, settings: dict[str, object], said: str
) -> None:
    with pytest.raises(BadModel) as refusal:
        models(ANTHROPIC_API_KEY=KEY).model(text, settings)
    assert said in str(refusal.value)
    assert KEY not in str(refusal.value)


def test_a_key_of_ones_own_in_an_id_is_refused_however_it_looks() -> None:
    plain = "an-ordinary-word"
    for text in (f"openai/{plain}", f"vllm/x@https://h.example/{plain}"):
        with pytest.raises(BadModel) as refusal:
            models(OPENAI_API_KEY=plain).model(text)
        assert plain not in str(refusal.value)
    with pytest.raises(BadModel) as refusal:
        models(OPENAI_API_KEY=plain).model("vllm/x", {"base_url": f"https://h.example/{plain}"})
    assert plain not in str(refusal.value)


def test_an_address_that_the_user_allows_is_asked() -> None:
    allowed = models('allow_hosts = ["http://169.254.10.1:8000"]')
    assert allowed.model("vllm/x@http://169.254.10.1:8000/v1").host == "169.254.10.1:8000"
    with pytest.raises(BadModel):
        allowed.model("vllm/x@http://169.254.10.1:8001/v1")


def test_other_providers_go_through_inspect() -> None:
    from suasion.models.inspect import Inspect

    held = models(ANTHROPIC_API_KEY=KEY)
    found = held.model("anthropic/claude-opus-4-5")
    assert isinstance(found.client, Inspect)
    assert (found.host, found.key) == ("inspect:anthropic", "ANTHROPIC_API_KEY")
    assert found.price == Price(5.0, 25.0, 0.5, "2026-07-29")
    bound = models('[keys.a]\nenv = "A"\nhosts = ["proxy.example"]', A=KEY)
    assert bound.model("anthropic/claude-opus-5@https://proxy.example").key == "A"


class Attacker:
    """A server that keeps the headers it was sent, and answers as a test says."""

    def __init__(self, answer: Callable[[web.Request], web.StreamResponse]) -> None:
        self.headers: list[dict[str, str]] = []
        self._answer = answer

    async def met(self, request: web.Request) -> web.StreamResponse:
        self.headers.append(dict(request.headers))
        return self._answer(request)

    @property
    def holds_key(self) -> bool:
        """Whether any request had the key in it."""
        return KEY in json.dumps(self.headers)


async def serving(attacker: Attacker) -> tuple[web.AppRunner, int]:
    app = web.Application()
    app.router.add_route("*", "/{path:.*}", attacker.met)
    runner = web.AppRunner(app, handler_cancellation=True)
    await runner.setup()
    site = web.TCPSite(runner, "127.0.0.1", 0)
    await site.start()
    return runner, runner.addresses[0][1]


def asked(model: Model) -> Awaitable[Completion]:
    message = b'{"role":"user","content":"Say yes."}'
    frame = json.dumps({"model": model.name, "max_tokens": 8}).encode()
    return model.client.complete(Request(model, frame, [message], "Say yes.", 8), 5.0)


REPLY = {"choices": [{"message": {"content": "yes"}, "finish_reason": "stop"}]}


def test_a_key_is_sent_to_the_host_it_is_bound_to_and_to_no_other() -> None:
    async def play() -> tuple[Attacker, Attacker]:
        own = Attacker(lambda _: web.json_response(REPLY))
        strange = Attacker(lambda _: web.json_response(REPLY))
        (one, a), (two, b) = await serving(own), await serving(strange)
        held = models(f'[keys.a]\nenv = "A"\nhosts = ["127.0.0.1:{a}"]', A=KEY, VLLM_API_KEY=KEY)
        assert (await asked(held.model(f"vllm/x@http://127.0.0.1:{a}/v1"))).text == "yes"
        assert (await asked(held.model(f"vllm/x@http://127.0.0.1:{b}/v1"))).text == "yes"
        await held.close()
        await one.cleanup()
        await two.cleanup()
        return own, strange

    own, strange = asyncio.run(play())
    assert own.headers[0]["Authorization"] == f"Bearer {KEY}"
    assert "Authorization" not in strange.headers[0]
    assert not strange.holds_key


@pytest.mark.parametrize("status", [301, 302, 303, 307, 308])
def test_a_redirect_to_another_host_takes_no_key_with_it(status: int) -> None:
    async def play() -> Attacker:
        strange = Attacker(lambda _: web.json_response(REPLY))
        two, b = await serving(strange)
        away = {"Location": f"http://127.0.0.1:{b}/v1/chat/completions"}
        one, a = await serving(Attacker(lambda _: web.Response(status=status, headers=away)))
        held = models(f'[keys.a]\nenv = "A"\nhosts = ["127.0.0.1:{a}"]', A=KEY)
        with pytest.raises(Fault):
            await asked(held.model(f"vllm/x@http://127.0.0.1:{a}/v1"))
        await held.close()
        await one.cleanup()
        await two.cleanup()
        return strange

    assert not asyncio.run(play()).holds_key


def test_a_name_that_leads_to_a_metadata_address_is_not_asked(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    async def play(address: str, port: int) -> str:
        async def found(*_: object, **__: object) -> list[object]:
            return [(socket.AF_INET, socket.SOCK_STREAM, 6, "", (address, port))]

        monkeypatch.setattr(asyncio.get_running_loop(), "getaddrinfo", found)
        held = models()
        try:
            await asked(held.model(f"vllm/x@http://rebound.example:{port}/v1"))
        except Fault as fault:
            return fault.name
        finally:
            await held.close()
        return "answered"

    assert asyncio.run(play("169.254.169.254", 80)) == "dns"
    assert asyncio.run(play("127.0.0.1", 9)) == "connection_refused"


def test_a_netrc_beside_the_user_is_not_read(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / ".netrc").write_text(f"default login me password {KEY}\n")
    (tmp_path / ".netrc").chmod(0o600)
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.setenv("NETRC", str(tmp_path / ".netrc"))

    async def play() -> Attacker:
        strange = Attacker(lambda _: web.json_response(REPLY))
        one, a = await serving(strange)
        held = models()
        await asked(held.model(f"vllm/x@http://127.0.0.1:{a}/v1"))
        await held.close()
        await one.cleanup()
        return strange

    strange = asyncio.run(play())
    assert "Authorization" not in strange.headers[0]


def test_what_a_server_repeats_of_a_key_is_taken_out() -> None:
    def echo(request: web.Request) -> web.Response:
        said = {"error": {"message": f"wrong key {request.headers['Authorization']}"}}
        return web.json_response(said, status=401)

    async def play() -> Fault:
        one, a = await serving(Attacker(echo))
        held = models(f'[keys.a]\nenv = "A"\nhosts = ["127.0.0.1:{a}"]', A=KEY)
        try:
            await asked(held.model(f"vllm/x@http://127.0.0.1:{a}/v1"))
        except Fault as fault:
            return fault
        finally:
            await held.close()
            await one.cleanup()
        raise AssertionError

    fault = asyncio.run(play())
    assert fault.name == "bad_key"
    assert "[key removed: A]" in fault.said
    assert KEY not in f"{fault!r} {fault} {fault.said}"
