"""Prices: facts with a day and a source, the user's own before them, and none that is guessed."""

import math
from datetime import date

import pytest

from suasion.models.hosts import place
from suasion.models.ids import parsed
from suasion.models.model import Price
from suasion.models.prices import FREE, listed, price, table
from suasion.models.providers import PROVIDERS, generic, provider


def cost(text: str, own: dict[str, Price] | None = None) -> Price | None:
    id_ = parsed(text)
    known = provider(id_.provider) or generic(id_.provider)
    url = id_.url or known.base_url
    return price(id_, known, place(url) if url else None, own or {})


def test_every_price_of_the_table_has_a_day_and_a_source() -> None:
    assert len(table()) > 150
    for name, row in table().items():
        assert name.partition("/")[0] in PROVIDERS, name
        assert date.fromisoformat(row.price.as_of) <= date(2026, 12, 31), name
        assert row.source.startswith("https://"), name
        numbers = (row.price.read, row.price.written, row.price.cached or 0.0)
        assert all(0 <= number < 1000 and math.isfinite(number) for number in numbers), name
        assert row.price.cached is None or row.price.cached <= row.price.read, name
        assert row.up_to is None or row.up_to >= 100_000, name


def test_a_price_is_what_the_provider_published() -> None:
    assert cost("openai/gpt-4o-mini") == Price(0.15, 0.6, 0.075, "2025-07-04")
    assert cost("anthropic/claude-opus-4-5") == Price(5, 25, 0.5, "2026-07-29")
    beyond = listed("openai", "gpt-5.4")
    assert beyond is not None
    assert beyond.up_to == 272_000


def test_a_dated_name_costs_what_the_name_does() -> None:
    assert cost("openai/gpt-4o-mini-2024-07-18") == cost("openai/gpt-4o-mini")
    assert cost("anthropic/claude-haiku-4-5-20251001") == cost("anthropic/claude-haiku-4-5")
    assert cost("anthropic-openai/claude-haiku-4-5") == cost("anthropic/claude-haiku-4-5")
    assert cost("gemini/gemini-2.5-pro") == cost("google/gemini-2.5-pro")
    assert cost("grok/grok-3") == cost("xai/grok-3") is not None


@pytest.mark.parametrize(
    "text",
    [
        *(
            "openai/gpt-4o-mini-high",
            "openai/gpt-6",
            "perplexity/sonar",
            "nobody/gpt-4o-mini@https://h.example",
        ),
        *(
            "openai/gpt-4o-mini@https://proxy.example/v1",
            "openai/gpt-4o-mini@http://localhost:8000/v1",
        ),
        *("vllm/qwen3@https://hosted.example/v1", "openrouter/openai/gpt-4o-mini"),
    ],
)
def test_a_price_that_nobody_published_is_unknown(text: str) -> None:
    assert cost(text) is None


@pytest.mark.parametrize(
    "text",
    [
        *("vllm/qwen3", "ollama/llama3", "llama-cpp/x", "lmstudio/x", "transformers/x", "sglang/x"),
        *("vllm/qwen3@http://gpu-3:8000/v1", "vllm/qwen3@http://10.0.0.5:8000/v1"),
    ],
)
def test_a_server_of_ones_own_is_free(text: str) -> None:
    assert cost(text) is FREE


def test_a_price_of_ones_own_comes_first_and_one_with_a_url_before_one_without() -> None:
    mine, here = Price(9, 9), Price(1, 1)
    url = "http://localhost:8000/v1"
    own = {"openai/gpt-4o-mini": mine, f"openai/gpt-4o-mini@{url}": here}
    assert cost("openai/gpt-4o-mini", own) is mine
    assert cost(f"openai/gpt-4o-mini@{url}", own) is here
    assert cost("openai/gpt-4o-mini@http://localhost:9/v1", own) is mine
    assert cost("vllm/x", {"vllm/x": mine}) is mine
