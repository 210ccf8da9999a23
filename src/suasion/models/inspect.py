"""Every other provider, through Inspect's model layer: an extra, and never the native path.

A request is our own chat body; its keys become Inspect's settings, and what no setting is called
goes to the provider as it stands. There is one retry layer, ours: Inspect's is off, as are its
cache and its limits of concurrency. Each call runs in a context of its own, because Inspect keeps
all calls of one context in a transcript for as long as that context lives.
"""

from __future__ import annotations

import asyncio
import json
from collections.abc import Iterable, Mapping
from contextvars import Context
from typing import TYPE_CHECKING, Any, Final
from weakref import WeakKeyDictionary

from suasion.core.asks import Json
from suasion.models.faults import Fault
from suasion.models.inspect_faults import fault_of
from suasion.models.keys import Secret
from suasion.models.replies import Redact, as_it_is, redacted
from suasion.models.request import Completion, Request, Usage, Wire

if TYPE_CHECKING:
    from inspect_ai.model import (
        ChatCompletionChoice,
        ChatMessage,
        Content,
        GenerateConfig,
        Model,
        ModelOutput,
        ModelUsage,
    )
    from inspect_ai.tool import ToolChoice, ToolInfo

MISSING: Final = "models of {provider!r} need an extra: run pip install 'suasion[inspect]'"
NO_KEY: Final = "none"
"""Given to a host that no key is bound to, so that Inspect looks for none in the environment."""
FOREVER: Final = 10**6
"""Connections at the same time: the runner's gate says how many there are."""
SAME: Final = ("temperature", "top_p", "seed", "max_tokens", "reasoning_effort", "logprobs")
"""Keys of a chat body that Inspect calls by the same name."""
OURS: Final = {*SAME, "model", "messages", "max_completion_tokens", "top_logprobs"} | {
    *("response_format", "tools", "tool_choice", "extra_body")
}


class MissingExtra(ImportError):
    """Inspect is not installed."""


class Inspect:
    """One model of Inspect's: `anthropic/…`, `google/…`, `bedrock/…`, `mockllm/model`."""

    def __init__(
        self,
        name: str,
        key: Secret | None = None,
        base_url: str | None = None,
        made_with: Mapping[str, Any] | None = None,
        redact: Redact = as_it_is,
    ) -> None:
        """`key` goes to `base_url`, or to the provider's own host where there is none.

        Without a key the provider's own library looks for one, unless a `base_url` is given: no
        key is looked for on behalf of a host that a study names. `made_with` are arguments of
        Inspect's for this provider; `redact` takes keys out of what is said of an error.
        """
        installed(name)
        self.name, self.base_url = name, base_url
        self._key, self._redact = key, redact
        self._made_with = dict(made_with or {})
        self._models: WeakKeyDictionary[asyncio.AbstractEventLoop, Model] = WeakKeyDictionary()
        """Connections belong to the event loop they were made in."""

    def __repr__(self) -> str:
        return f"Inspect({self.name!r})"

    async def complete(self, request: Request, seconds: float) -> Completion:
        """What came back within `seconds`."""
        try:
            calling = self._generate(request)
            task = asyncio.create_task(calling, context=Context())
            output = await asyncio.wait_for(task, seconds)
        except TimeoutError:
            raise Fault("deadline", f"no reply in {seconds:g} s") from None
        except Fault:
            raise
        except Exception as error:
            raise fault_of(error, self._redact) from None
        return redacted(completion(output), self._redact)

    async def close(self) -> None:
        """Let go of its connections in this event loop."""
        model = self._models.pop(asyncio.get_running_loop(), None)
        if model is not None:
            async with model:
                pass

    async def _generate(self, request: Request) -> ModelOutput:
        from inspect_ai.model import get_model

        loop = asyncio.get_running_loop()
        if loop not in self._models:
            self._models[loop] = get_model(
                self.name,
                base_url=self.base_url,
                api_key=self._revealed(),
                memoize=False,
                **self._made_with,
            )
        frame: dict[str, Json] = json.loads(request.frame)
        return await self._models[loop].generate(
            list(map(message, request.messages)),
            tools(frame.get("tools")),
            tool_choice(frame.get("tool_choice")),
            config(frame),
            cache=False,
        )

    def _revealed(self) -> str | None:
        if self._key is not None:
            return self._key.reveal()
        return None if self.base_url is None else NO_KEY


def installed(name: str) -> None:
    """Nothing, or an error that says what to install."""
    from importlib.util import find_spec

    if find_spec("inspect_ai") is None:
        raise MissingExtra(MISSING.format(provider=name.partition("/")[0]))


def message(wire: Wire) -> ChatMessage:
    """A message of a chat body as one of Inspect's."""
    from inspect_ai.model import ChatMessageAssistant, ChatMessageSystem, ChatMessageUser

    said = json.loads(wire)
    content = said["content"]
    parts = content if isinstance(content, str) else [part(each) for each in content]
    match said["role"]:
        case "system" | "developer":
            return ChatMessageSystem(content=parts)
        case "assistant":
            return ChatMessageAssistant(content=parts)
        case _:
            return ChatMessageUser(content=parts)


def part(said: Mapping[str, Json]) -> Content:
    """A part of a message: text, or an image by its address or data."""
    from inspect_ai.model import ContentImage, ContentText

    if said["type"] == "image_url":
        return ContentImage(image=said["image_url"]["url"])
    return ContentText(text=said["text"])


def config(frame: Mapping[str, Json]) -> GenerateConfig:
    """The settings of a chat body, one retry layer and no cache of Inspect's own."""
    from inspect_ai.model import GenerateConfig

    given = {name: frame[name] for name in SAME if frame.get(name) is not None}
    if frame.get("max_completion_tokens") is not None:
        given["max_tokens"] = frame["max_completion_tokens"]
    if frame.get("top_logprobs"):
        given["top_logprobs"] = frame["top_logprobs"]
    beside = {name: value for name, value in frame.items() if name not in OURS}
    return GenerateConfig(
        **given,
        response_schema=response_schema(frame.get("response_format")),
        extra_body={**beside, **frame.get("extra_body", {})} or None,
        max_retries=0,
        max_connections=FOREVER,
        cache=False,
    )


def response_schema(said: Json) -> Any:
    """The schema that a reply is held to, where a chat body names one."""
    from inspect_ai.model import ResponseSchema
    from inspect_ai.util import JSONSchema

    if not isinstance(said, dict) or said.get("type") != "json_schema":
        return None
    form = said["json_schema"]
    schema = JSONSchema.model_validate(form["schema"])
    return ResponseSchema(
        name=form.get("name", "answer"), json_schema=schema, strict=form.get("strict")
    )


def tools(said: Json) -> list[ToolInfo]:
    """The tools of a chat body."""
    from inspect_ai.tool import ToolInfo, ToolParams

    functions = [each["function"] for each in said or ()]
    return [
        ToolInfo(
            name=each["name"],
            description=each.get("description", each["name"]),
            parameters=ToolParams.model_validate(each["parameters"]),
        )
        for each in functions
    ]


def tool_choice(said: Json) -> ToolChoice | None:
    """Which tool must be called."""
    from inspect_ai.tool import ToolFunction

    if isinstance(said, dict):
        return ToolFunction(name=said["function"]["name"])
    return "any" if said == "required" else said


STOPS: Final[Mapping[str, str]] = {"max_tokens": "truncated", "model_length": "truncated"}
"""Inspect's words for a reply that was cut."""


def completion(output: ModelOutput) -> Completion:
    """What Inspect hands back, as any client does."""
    if not output.choices:
        raise Fault("wrong_shape", output.error or "no choice in the output")
    choice = output.choices[0]
    text = spoken(choice)
    outcome = _outcome(choice, text, output)
    return Completion(
        text,
        outcome,
        choice.stop_reason,
        reasoning(choice.message.content),
        usage(output.usage),
        None if choice.logprobs is None else choice.logprobs.model_dump(exclude_none=True),
        output.model or None,
        dict(_beside(output)),
    )


def _outcome(choice: ChatCompletionChoice, text: str, output: ModelOutput) -> str:
    if _refused(choice):
        return "refused"
    if choice.stop_reason == "content_filter":
        details = choice.stop_details
        said = (details and (details.explanation or details.category)) or output.error or ""
        raise Fault("filtered", said)
    return STOPS.get(choice.stop_reason) or ("answered" if text.strip() else "empty")


def _refused(choice: ChatCompletionChoice) -> bool:
    """Whether the model itself declined, not a filter beside it."""
    if choice.stop_details is not None and choice.stop_details.type == "refusal":
        return True
    content = choice.message.content
    return not isinstance(content, str) and any(getattr(p, "refusal", None) for p in content)


def spoken(choice: ChatCompletionChoice) -> str:
    """The answer: of a call of a tool its arguments, else the text."""
    calls = choice.message.tool_calls
    return json.dumps(calls[0].arguments) if calls else choice.message.text


def reasoning(content: str | Iterable[Any]) -> str | None:
    """The thoughts beside an answer, as far as the provider shows them."""
    from inspect_ai.model import ContentReasoning

    if isinstance(content, str):
        return None
    thoughts = [p for p in content if isinstance(p, ContentReasoning)]
    shown = [(p.summary or "") if p.redacted else p.reasoning for p in thoughts]
    return "\n".join(filter(None, shown)) or None


def usage(said: ModelUsage | None) -> Usage:
    """Tokens, those from a cache among those read; none at all is not known."""
    if said is None:
        return Usage()
    cached = said.input_tokens_cache_read
    read = said.input_tokens + (cached or 0) + (said.input_tokens_cache_write or 0)
    if read <= 0 or said.output_tokens < 0:
        return Usage()
    return Usage(read, said.output_tokens, cached, said.reasoning_tokens)


def _beside(output: ModelOutput) -> Iterable[tuple[str, Json]]:
    written = output.usage and output.usage.input_tokens_cache_write
    yield from (
        (name, value)
        for name, value in (
            ("response_id", output.response_id),
            ("error", output.error),
            ("cache_write", written),
            ("cost", output.usage and output.usage.total_cost),
            ("fallback", output.fallback and output.fallback.fallback_model),
        )
        if value is not None
    )
