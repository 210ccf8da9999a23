"""Other people's data, read: what was sound, and every line that was not."""

from __future__ import annotations

from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import NamedTuple

from suasion.core.asks import Json
from suasion.measures.filed import Filed


class BadLine(NamedTuple):
    """A line, or an episode, with a fault."""

    file: str
    line: int
    """Physical lines, counted from 1."""
    reason: str
    """A code, alone or followed by a colon and words."""
    episode: str | None
    raw: bytes = b""
    """The line as it stood."""

    def row(self) -> dict[str, Json]:
        """The fault as one JSON object."""
        return {
            "file": self.file,
            "line": self.line,
            "reason": self.reason,
            "episode": self.episode,
        }


@dataclass(frozen=True)
class Imported:
    """What files held."""

    filed: Sequence[Filed]
    skipped: Sequence[BadLine] = ()
    """Every bad line and every episode-level fault."""
    warnings: Sequence[BadLine] = ()
    notes: Sequence[str] = field(default_factory=tuple)

    @property
    def events(self) -> int:
        """How many events were kept."""
        return sum(len(filed.episode.events) for filed in self.filed)

    @property
    def damaged(self) -> list[str]:
        """The ids of the episodes that nothing is measured of."""
        return [filed.id for filed in self.filed if filed.damaged]


Importer = Callable[[Sequence[Path], Collection[str]], Imported]
"""Reads files; the second argument holds the episode ids that the run already has."""
Exporter = Callable[[Sequence[Filed]], "Sequence[bytes]"]
"""Writes episodes as the lines of one file, each without its line end."""
