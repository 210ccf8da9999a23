"""A line that leads through another: one thing is changed on the way, and the rest is as it is."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from typing import Any

from suasion.core.environment import Line


@dataclass(frozen=True)
class Through:
    """A line with all that the one behind it has."""

    line: Line

    @property
    def brief(self) -> str:
        """As on the line behind it."""
        return self.line.brief

    @property
    def told(self) -> str:
        """As on the line behind it."""
        return self.line.told

    @property
    def name(self) -> str:
        """As on the line behind it."""
        return self.line.name

    @property
    def episode(self) -> str:
        """As on the line behind it."""
        return self.line.episode

    @property
    def files(self) -> Mapping[str, Any]:
        """As on the line behind it."""
        return self.line.files

    def recall(self, name: str, call: Callable[[], Awaitable[str]]) -> Awaitable[str]:
        """As on the line behind it."""
        return self.line.recall(name, call)

    def send(self, request: Any, name: str = "") -> Awaitable[Any]:
        """As on the line behind it."""
        return self.line.send(request, name)

    def keep(self, name: str, text: str, outcome: str) -> None:
        """As on the line behind it."""
        self.line.keep(name, text, outcome)

    def kept(self, name: str) -> str | None:
        """As on the line behind it."""
        return self.line.kept(name)
