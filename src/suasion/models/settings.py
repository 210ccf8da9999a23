"""How a model that holds a seat is asked; every field is a key of a seat in a study."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal

from suasion.core.asks import Json

Memory = Literal["full", "window", "summary", "none"]
Structured = Literal["auto", "schema", "tools", "off"]

MAX_TOKENS = 1024
"""Tokens of a reply, where a seat does not say."""


@dataclass(frozen=True)
class Settings:
    """What a seat says of its model; `None` is not sent."""

    base_url: str | None = None
    temperature: float | None = None
    top_p: float | None = None
    seed: int | None = None
    """Mixed with the episode and the decision, so that replicates differ and repeat themselves."""
    max_tokens: int = MAX_TOKENS
    reasoning_effort: str | None = None
    extra_body: Mapping[str, Json] = field(default_factory=dict)
    """Sent as it stands, over everything else but the model and the messages."""
    logprobs: int | None = None
    """How many alternatives a token are kept; 0 is the chosen one alone."""
    memory: Memory = "full"
    window: int = 8
    """Turns that are kept word for word, under `window` and `summary`."""
    repair: int = 0
    structured: Structured = "auto"
    pictures: bool | None = None
    """Whether it takes pictures; where nobody says, it does not."""
