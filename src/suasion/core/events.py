"""One fact of an episode, and who is told."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final, NamedTuple

To = str | tuple[int, ...]
"""An audience: `EVERYONE`, or the seats that are told."""
EVERYONE: Final = "everyone"
NOBODY: Final = ()

NOTHING: Final[Mapping[str, Any]] = {}


class Event(NamedTuple):
    """One fact. Its id is its place in the episode's list."""

    kind: str
    by: int | None = None
    """Whose doing it was; `None` for chance and for the rules."""
    data: Mapping[str, Any] = NOTHING
    to: To = EVERYONE
    truth: Mapping[str, Any] = NOTHING
    """Facts for measures and readers, told to no seat; under `meant`, what a script meant."""

    def told(self) -> Event:
        """The event as a seat holds it: without who else was told, and without the truth."""
        if self.to == EVERYONE and not self.truth:
            return self
        return Event(self.kind, self.by, self.data)

    def reaches(self, seat: int) -> bool:
        """Whether a seat is told."""
        return self.to == EVERYONE or seat in self.to
