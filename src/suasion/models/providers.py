"""Providers that are known by name: where they are, which variable holds their key, what they take.

Base URLs and variables are those of the providers' own quick starts, and the ones that Inspect
(`inspect_ai.model._providers`), LiteLLM and OpenAI's client use, so that what people have set
already works. What each takes as structured output, as its documentation said in autumn 2026:

`schema`, which is `response_format` with `json_schema`:

- Fireworks: docs.fireworks.ai/structured-responses/structured-response-formatting
- Groq, for some models (others need `tools`): console.groq.com/docs/structured-outputs
- OpenRouter, for models whose hosts take it: openrouter.ai/docs/structured-outputs
- Perplexity: docs.perplexity.ai/guides/structured-outputs
- Cerebras: inference-docs.cerebras.ai/capabilities/structured-outputs
- Hugging Face: huggingface.co/docs/inference-providers/guides/structured-output
- Moonshot: the OpenAPI description of its chat endpoint
- Ollama from 0.5.0 on, but not in its cloud: pydantic.dev/docs/ai/api/models/ollama
- OpenAI, Mistral, xAI, vLLM and SGLang: as Inspect's providers for them send it
- Together, Gemini, NVIDIA, llama.cpp's server and LM Studio: their guides to structured output,
  not read again; a seat can say otherwise

`tools`, because a schema is ignored or not named:

- DeepSeek, which has `json_object` alone: api-docs.deepseek.com/guides/json_mode
- Anthropic's OpenAI-compatible endpoint: platform.claude.com/docs/en/api/openai-sdk
- SambaNova, whose chat endpoint has tools and JSON: docs.sambanova.ai, function calling

`off`: `transformers serve`, whose page names neither: huggingface.co/docs/transformers (Serve CLI).
"""

from __future__ import annotations

from typing import Literal, NamedTuple

from suasion.models.hosts import Place, place

Dialect = Literal["openai", "vllm", "llama.cpp", "ollama"]
"""Whose errors a server speaks in."""
TAKE_BATCHES = frozenset(("openai", "groq", "cerebras"))
"""Providers with a batch endpoint of OpenAI's shape, by their documentation as of 2026."""
TAKE_PICTURES = frozenset(("openai", "anthropic", "anthropic-openai", "google", "gemini"))
"""Providers whose models of today all take pictures, by their documentation as of 2026; of others
some models do."""
Takes = Literal["schema", "tools", "off"]
"""What holds a reply to a form: `response_format` with a JSON Schema, tools alone, or nothing."""


class Provider(NamedTuple):
    """A provider of models, by the name that a model's id begins with."""

    name: str
    base_url: str | None
    """Where it is asked; None where its own library knows, or nobody does."""
    variables: tuple[str, ...]
    """Environment variables that may hold its key, the first that is set being used."""
    takes: Takes = "schema"
    dialect: Dialect = "openai"
    local: bool = False
    """Whether it is a server that people run themselves: it needs no key and bills nobody."""
    through_inspect: bool = False
    """Whether it is asked through Inspect's model layer, an extra."""
    headers: tuple[tuple[str, str], ...] = ()

    @property
    def pictures(self) -> bool:
        """Whether its models are sent pictures where nobody says otherwise."""
        return self.name in TAKE_PICTURES

    @property
    def stem(self) -> str:
        """What the names of its variables begin with."""
        return _stem(self.name)

    @property
    def url_variable(self) -> str:
        """The variable that says where it is asked instead."""
        return f"{self.stem}_BASE_URL"

    @property
    def home(self) -> Place | None:
        """Where it is, and its key may go."""
        return None if self.base_url is None else place(self.base_url)


def _stem(name: str) -> str:
    return "".join(c if c.isalnum() else "_" for c in name.upper())


def _hosted(name: str, url: str, takes: Takes = "schema", *more: str) -> Provider:
    return Provider(name, url, (f"{_stem(name)}_API_KEY", *more), takes)


def _local(name: str, url: str, dialect: Dialect, takes: Takes = "schema") -> Provider:
    return Provider(name, url, (f"{_stem(name)}_API_KEY",), takes, dialect, local=True)


def _inspect(name: str, *variables: str) -> Provider:
    return Provider(name, None, variables, through_inspect=True)


_ALL = (
    _hosted("openai", "https://api.openai.com/v1"),
    _hosted("together", "https://api.together.xyz/v1", "schema", "TOGETHERAI_API_KEY"),
    _hosted("fireworks", "https://api.fireworks.ai/inference/v1", "schema", "FIREWORKS_AI_API_KEY"),
    _hosted("groq", "https://api.groq.com/openai/v1"),
    _hosted("openrouter", "https://openrouter.ai/api/v1"),
    _hosted("deepseek", "https://api.deepseek.com", "tools"),
    _hosted("mistral", "https://api.mistral.ai/v1"),
    _hosted("xai", "https://api.x.ai/v1", "schema", "GROK_API_KEY"),
    _hosted("perplexity", "https://api.perplexity.ai", "schema", "PERPLEXITYAI_API_KEY"),
    _hosted("cerebras", "https://api.cerebras.ai/v1"),
    _hosted("nvidia", "https://integrate.api.nvidia.com/v1", "schema", "NVIDIA_NIM_API_KEY"),
    Provider(
        "huggingface", "https://router.huggingface.co/v1", ("HF_TOKEN", "HUGGINGFACE_API_KEY")
    ),
    _hosted("moonshot", "https://api.moonshot.ai/v1"),
    _hosted("sambanova", "https://api.sambanova.ai/v1", "tools"),
    _hosted(
        "gemini",
        "https://generativelanguage.googleapis.com/v1beta/openai",
        "schema",
        "GOOGLE_API_KEY",
    ),
    Provider("anthropic-openai", "https://api.anthropic.com/v1", ("ANTHROPIC_API_KEY",), "tools"),
    _local("vllm", "http://localhost:8000/v1", "vllm"),
    _local("sglang", "http://localhost:30000/v1", "vllm"),
    _local("llama-cpp", "http://localhost:8080/v1", "llama.cpp"),
    _local("ollama", "http://localhost:11434/v1", "ollama"),
    _local("lmstudio", "http://localhost:1234/v1", "openai"),
    _local("transformers", "http://localhost:8000/v1", "openai", "off"),
    _inspect("anthropic", "ANTHROPIC_API_KEY"),
    _inspect("google", "GOOGLE_API_KEY", "GEMINI_API_KEY"),
    _inspect("azureai", "AZUREAI_API_KEY", "AZURE_API_KEY"),
    _inspect("bedrock", "AWS_BEARER_TOKEN_BEDROCK"),
    _inspect("sagemaker"),
    _inspect("cloudflare", "CLOUDFLARE_API_KEY", "CLOUDFLARE_API_TOKEN"),
    _inspect("meta", "META_API_KEY", "LLAMA_API_KEY"),
    _inspect("hf", "HF_TOKEN"),
    _inspect("litellm-proxy", "LITELLM_PROXY_API_KEY"),
    _inspect("mockllm"),
)
PROVIDERS = {provider.name: provider for provider in _ALL}
"""By name, natively known ones first."""

ALIASES = {
    "grok": "xai",
    "x-ai": "xai",
    "together_ai": "together",
    "togetherai": "together",
    "fireworks_ai": "fireworks",
    "fireworks-ai": "fireworks",
    "nvidia_nim": "nvidia",
    "nvidia-nim": "nvidia",
    "hf-inference-providers": "huggingface",
    "mistralai": "mistral",
    "moonshotai": "moonshot",
    "google-openai": "gemini",
    "openai-api": "openai",
    "llamacpp": "llama-cpp",
    "llama.cpp": "llama-cpp",
    "llama_cpp": "llama-cpp",
    "llama-cpp-python": "llama-cpp",
    "lm-studio": "lmstudio",
    "lm_studio": "lmstudio",
    "hosted_vllm": "vllm",
    "transformers-serve": "transformers",
}
"""Other names that people know providers by."""

SECRET_VARIABLES = ("AWS_SECRET_ACCESS_KEY", "AWS_SESSION_TOKEN", "ANTHROPIC_AUTH_TOKEN")
"""What else the libraries behind Inspect read, and nothing may repeat."""


def provider(name: str) -> Provider | None:
    """A provider by a name that people know it by; None for one that nobody here knows."""
    return PROVIDERS.get(ALIASES.get(name, name))


def generic(name: str) -> Provider:
    """A provider that nobody here knows, which speaks as OpenAI does where a base URL says.

    It has no home: its key goes nowhere but where its own variable or the configuration says.
    """
    return Provider(name, None, (f"{_stem(name)}_API_KEY",))
