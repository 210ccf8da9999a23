"""A chat completion as servers send it, as far as it is used.

Decoding into these skips everything else unread and makes nothing of it, so that a body costs no
more than its own bytes however it is filled. A list is decoded as its first item: where one thing
was asked for, a million others are not made to be thrown away.
"""

from __future__ import annotations

from msgspec import Raw, Struct

NULL, ABSENT = Raw(b"null"), Raw(b"")


class Function(Struct):
    arguments: str | None = None


class Call(Struct):
    function: Function | None = None


class Calls(Struct, array_like=True):
    first: Call | None = None
    second: Raw = ABSENT


class Message(Struct):
    content: str | None = None
    refusal: str | None = None
    reasoning_content: str | None = None
    """DeepSeek's name, and vLLM's, SGLang's and llama.cpp's."""
    reasoning: str | None = None
    """Ollama's, OpenRouter's and Groq's, and vLLM's since 0.12."""
    tool_calls: Calls | None = None
    tool_call: Raw = NULL
    """MLX's name; and what stands in a list elsewhere."""
    function_call: Raw = NULL
    """What tools were called before they were tools."""
    thinking: Raw = NULL


class Choice(Struct):
    message: Message
    finish_reason: str | None = None
    logprobs: Raw = NULL
    error: Raw = NULL


def usual(reply: Reply) -> bool:
    """Whether nothing in a reply stands where it is not used, or is there more than once."""
    choice = reply.choices.first
    message = choice.message
    others = (reply.error, choice.error, message.tool_call, message.function_call, message.thinking)
    if any(raw != NULL for raw in others):
        return False
    calls = message.tool_calls
    if calls is None or calls.first is None:
        return True
    function = calls.first.function
    return calls.second == ABSENT and function is not None and function.arguments is not None


class Choices(Struct, array_like=True):
    first: Choice
    second: Raw = ABSENT


class Details(Struct):
    cached_tokens: int | None = None
    reasoning_tokens: int | None = None


class Counts(Struct):
    """`usage`, as it came."""

    prompt_tokens: int | None = None
    completion_tokens: int | None = None
    total_tokens: int | None = None
    prompt_tokens_details: Details | None = None
    completion_tokens_details: Details | None = None
    prompt_cache_hit_tokens: int | None = None
    """DeepSeek's name for tokens from a cache."""


class Reply(Struct):
    choices: Choices
    model: str | None = None
    id: str | None = None
    system_fingerprint: str | None = None
    usage: Counts | None = None
    error: Raw = NULL
