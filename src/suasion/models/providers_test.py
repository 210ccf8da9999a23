"""The table of providers: sound, and by the names that people use."""

import pytest

from suasion.models.hosts import place
from suasion.models.providers import ALIASES, PROVIDERS, generic, provider


def test_every_provider_is_known_by_its_name_and_its_other_names() -> None:
    assert all(provider(name) == each for name, each in PROVIDERS.items())
    assert all(provider(other) == PROVIDERS[name] for other, name in ALIASES.items())
    assert not set(ALIASES) & set(PROVIDERS)
    assert provider("nobody") is None


@pytest.mark.parametrize("name", PROVIDERS)
def test_a_hosted_provider_is_asked_unseen_and_a_local_one_on_this_machine(name: str) -> None:
    each = PROVIDERS[name]
    if each.through_inspect:
        assert each.base_url is None
        return
    assert each.home is not None
    assert each.home.loopback if each.local else each.home.scheme == "https"
    assert each.variables
    assert not str(each.base_url).endswith("/")


@pytest.mark.parametrize(
    ("name", "variables", "url_variable", "host"),
    [
        ("openai", ("OPENAI_API_KEY",), "OPENAI_BASE_URL", "api.openai.com:443"),
        ("xai", ("XAI_API_KEY", "GROK_API_KEY"), "XAI_BASE_URL", "api.x.ai:443"),
        ("llama-cpp", ("LLAMA_CPP_API_KEY",), "LLAMA_CPP_BASE_URL", "localhost:8080"),
        ("ollama", ("OLLAMA_API_KEY",), "OLLAMA_BASE_URL", "localhost:11434"),
        ("vllm", ("VLLM_API_KEY",), "VLLM_BASE_URL", "localhost:8000"),
        ("gemini", ("GEMINI_API_KEY", "GOOGLE_API_KEY"), "GEMINI_BASE_URL", None),
    ],
)
def test_variables_have_the_names_that_people_set(
    name: str, variables: tuple[str, ...], url_variable: str, host: str | None
) -> None:
    each = PROVIDERS[name]
    assert (each.variables, each.url_variable) == (variables, url_variable)
    assert host is None or str(each.home) == host


def test_a_provider_that_nobody_knows_has_no_home() -> None:
    each = generic("my-lab.2")
    assert each.variables == ("MY_LAB_2_API_KEY",)
    assert each.url_variable == "MY_LAB_2_BASE_URL"
    assert each.home is None
    assert place("https://x.example") != each.home
