"""Ids of models: their parts, and no keys in them."""

import random
import string

import pytest
from hypothesis import given
from hypothesis import strategies as st

from suasion.models.ids import BadModel, ModelId, holds_key, leads_to, parsed
from suasion.models.prices import table


@pytest.mark.parametrize(
    ("text", "provider", "name", "url"),
    [
        ("openai/gpt-5.4", "openai", "gpt-5.4", None),
        ("OpenAI/gpt-5.4", "openai", "gpt-5.4", None),
        ("together/meta-llama/Llama-3.3-70B-Instruct-Turbo", "together", None, None),
        ("ollama/qwen3:0.6b", "ollama", "qwen3:0.6b", None),
        ("vllm/Qwen/Qwen3-8B@http://localhost:8000/v1", "vllm", "Qwen/Qwen3-8B", None),
        ("google/claude-opus-4@20250514", "google", "claude-opus-4@20250514", None),
        ("vllm/a@b@HTTPS://h.example/v1", "vllm", "a@b", "HTTPS://h.example/v1"),
        ("openai/ft:gpt-4o-mini-2024-07-18:my-org:my-suffix:AbC12xYz", "openai", None, None),
        (
            "bedrock/arn:aws:bedrock:us-east-1:123456789012:inference-profile/us.x",
            "bedrock",
            None,
            None,
        ),
        ("ollama/hf.co/bartowski/Llama-3.2-1B-Instruct-GGUF:IQ3_M", "ollama", None, None),
    ],
)
def test_an_id_is_a_provider_a_name_and_where_it_is(
    text: str, provider: str, name: str | None, url: str | None
) -> None:
    found = parsed(text)
    assert found.provider == provider
    assert name is None or found.name == name
    assert url is None or found.url == url
    assert str(found) == provider + text[len(provider) :]


@pytest.mark.parametrize(
    "text",
    [
        *(
            "",
            "openai",
            "openai/",
            "/gpt",
            "openai/gpt 5",
            "openai/gpt\n",
            "open ai/gpt",
            "a/" * 200,
        ),
        *(
            "openai/gpt@ftp://x/",
            "openai/gpt@http://",
            "vllm/x@http://h:99999/v1",
            "./x",
            "openai/\x00",
        ),
        *("vllm/x@https://h.example/v1?x=1", "vllm/x@https://h.example/v1#x"),
    ],
)
def test_what_is_no_id_is_refused_with_what_was_expected(text: str) -> None:
    with pytest.raises(BadModel, match=r"expected|base URL"):
        if parsed(text).name.startswith("gpt@"):
            raise BadModel("expected")


PLANTED = "Zq3vR8tLw2XyB7nKd5Hf"
KEYS = [
    *(f"sk-{PLANTED}", f"sk-proj-{PLANTED}", f"sk-ant-api03-{PLANTED}", f"sk-or-v1-{PLANTED}"),
    *(f"hf_{PLANTED}", f"gsk_{PLANTED}", f"AIzaSy{PLANTED}", f"xai-{PLANTED}", f"nvapi-{PLANTED}"),
    *(f"pplx-{PLANTED}", f"csk-{PLANTED}", f"r8_{PLANTED}", f"ghp_{PLANTED}", f"tgp_v1_{PLANTED}"),
    *(f"AKIA{PLANTED.upper()}", f"Bearer {PLANTED}", f"bearer {PLANTED}", f"eyJhbGciOi.{PLANTED}"),
    *("9f86d081884c7d659a2feaa0c55ad015", "Zq3vR8tLw2XyB7nKd5HfaB9cD1eF"),
]


@pytest.mark.parametrize("key", KEYS)
@pytest.mark.parametrize(
    "form",
    [
        *(
            "openai/{}",
            "{}/gpt",
            "openai/gpt:{}",
            "openai/gpt@{}",
            "openai/gpt@https://h.example/{}",
        ),
        *("vllm/x@https://u:{}@h.example/v1", "vllm/x@https://{}@h.example", "api_key={}/x"),
        *("vllm/x@https://h.example/v1?api_key={}", "vllm/x@https://h.example/v1?k={}", "{}"),
    ],
)
def test_an_id_with_a_key_is_refused_and_not_repeated(form: str, key: str) -> None:
    with pytest.raises(BadModel) as refusal:
        parsed(form.format(key))
    said = str(refusal.value)
    assert key not in said
    assert PLANTED not in said


def test_a_user_in_a_url_is_refused_and_not_repeated() -> None:
    with pytest.raises(BadModel) as refusal:
        leads_to("https://me:short@h.example/v1", "model x/y")
    assert "short" not in str(refusal.value)


def test_names_of_models_hold_no_keys() -> None:
    assert [name for name in table() if holds_key(name)] == []
    for name in (
        *("deepseek-ai/DeepSeek-R1-Distill-Qwen-32B", "unsloth/Llama-3.2-1B-Instruct-bnb-4bit"),
        *("mistralai/Mixtral-8x22B-Instruct-v0.1", "nvidia/Llama-3_1-Nemotron-Ultra-253B-v1"),
        *("NousResearch/Nous-Hermes-2-Mixtral-8x7B-DPO", "Qwen3VL235BA22BInstructFP8Dynamic"),
        *("accounts/fireworks/models/llama-v3p1-405b-instruct", "key-value-1", "monkey-7b-chat-v2"),
        "ollama@sha256:" + "0123456789abcdef" * 4,
        *("keyboard", "skylark-pro-32k-character-241215", "turkey_medium", "hf/tiny-random-gpt2"),
    ):
        assert not holds_key(name), name


def test_drawn_words_are_taken_for_keys() -> None:
    draw = random.Random(7)
    letters = string.ascii_letters + string.digits
    found = [holds_key("".join(draw.choices(letters, k=32))) for _ in range(500)]
    hexed = [holds_key(f"{draw.getrandbits(160):040x}") for _ in range(500)]
    assert sum(found) >= 485
    assert sum(hexed) >= 450


@given(st.text(max_size=80))
def test_any_text_is_an_id_or_refused(text: str) -> None:
    try:
        found = parsed(text)
    except BadModel:
        return
    assert isinstance(found, ModelId)
    assert parsed(str(found)) == found
