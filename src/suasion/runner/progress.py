"""What a run says of itself while it goes on: how far it is, never what comes out of it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import NamedTuple, Protocol


class Tally(NamedTuple):
    """How far one condition is, in episodes."""

    planned: int
    whole: int = 0
    blocked: int = 0
    failed: int = 0

    @property
    def done(self) -> int:
        """Episodes that need no more work in this run."""
        return self.whole + self.blocked + self.failed


class Trouble(NamedTuple):
    """An endpoint whose calls wait or fail."""

    where: str
    why: str


class Standing(NamedTuple):
    """What a run is doing with its calls of models, and what they took so far."""

    in_flight: int = 0
    waiting: int = 0
    """Calls that may not leave yet: for a limit, or for an endpoint that is down."""
    troubles: tuple[Trouble, ...] = ()
    tokens: int = 0
    """Spent, as counted by servers, or as reserved for calls whose end nobody heard."""
    max_tokens: int | None = None
    cost: float = 0.0
    """US dollars, likewise."""
    max_cost: float | None = None


NOTHING_ASKED = Standing()
"""Of a run in which nobody asks a model."""


class Progress(Protocol):
    """Told by the runner, in this order: planned, then the others as they happen."""

    def planned(self, arms: Mapping[str, Tally]) -> None:
        """The run begins, or goes on from where it was."""

    def started(self, episode: str, arm: str) -> None:
        """An episode was given to a worker."""

    def ended(self, episode: str, arm: str, state: str, error: str | None) -> None:
        """An episode is on disk as `whole`, `blocked` or `failed`."""

    def tick(self, standing: Standing = NOTHING_ASKED) -> None:
        """Time passed: about ten times a second, whatever happens."""

    def stopping(self, why: str) -> None:
        """No more episodes are begun; those under way are finished."""


class Quiet:
    """Shows nothing."""

    def planned(self, arms: Mapping[str, Tally]) -> None: ...

    def started(self, episode: str, arm: str) -> None: ...

    def ended(self, episode: str, arm: str, state: str, error: str | None) -> None: ...

    def tick(self, standing: Standing = NOTHING_ASKED) -> None: ...

    def stopping(self, why: str) -> None: ...
