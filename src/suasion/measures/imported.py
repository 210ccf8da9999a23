"""Other people's data, read: what was sound, and every line that was not."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import NamedTuple, overload

from suasion.core.asks import Json
from suasion.measures.filed import Filed


class Unreadable(ValueError):
    """A file that is nothing of what was expected: none of it is read."""


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


class Deferred(Sequence[Filed]):
    """Episodes that are made when they are asked for, each time anew.

    For imports that are too large to hold at once: the ids are known, and the rest is read again
    as each is filed.
    """

    def __init__(self, ids: Sequence[str], events: int, make: Callable[[int], Filed]) -> None:
        self.ids, self.events, self._make = ids, events, make

    def __len__(self) -> int:
        return len(self.ids)

    @overload
    def __getitem__(self, at: int) -> Filed: ...
    @overload
    def __getitem__(self, at: slice) -> Sequence[Filed]: ...
    def __getitem__(self, at: int | slice) -> Filed | Sequence[Filed]:
        if isinstance(at, slice):
            return [self._make(each) for each in range(*at.indices(len(self)))]
        return self._make(range(len(self))[at])

    def __iter__(self) -> Iterator[Filed]:
        return map(self._make, range(len(self)))


@dataclass(frozen=True)
class Imported:
    """What files held."""

    filed: Sequence[Filed]
    skipped: Sequence[BadLine] = ()
    """Every bad line and every episode-level fault."""
    warnings: Sequence[BadLine] = ()
    notes: Sequence[str] = field(default_factory=tuple)

    @property
    def ids(self) -> Sequence[str]:
        """The ids of all episodes."""
        if isinstance(self.filed, Deferred):
            return self.filed.ids
        return [filed.id for filed in self.filed]

    @property
    def events(self) -> int:
        """How many events were kept."""
        if isinstance(self.filed, Deferred):
            return self.filed.events
        return sum(len(filed.episode.events) for filed in self.filed)

    @property
    def damaged(self) -> list[str]:
        """The ids of the episodes that nothing is measured of; of deferred ones, none is."""
        if isinstance(self.filed, Deferred):
            return []
        return [filed.id for filed in self.filed if filed.damaged]


Importer = Callable[[Sequence[Path], Collection[str]], Imported]
"""Reads files; the second argument holds the episode ids that the run already has."""
Exporter = Callable[[Sequence[Filed]], "Sequence[bytes]"]
"""Writes episodes as the lines of one file, each without its line end."""
Companions = Mapping[str, Path]
"""Files that are read beside others, by what a command calls them."""


class Lacking(ValueError):
    """A companion file that was not given, or that nothing asks for."""


@dataclass(frozen=True)
class Joined:
    """An importer whose files say nothing without others beside them."""

    read: Callable[[Sequence[Path], Collection[str], Companions], Imported]
    companions: Mapping[str, str]
    """What each of the others is called, and what it holds, in words."""
    suffix: str = ""
    """How the names of the files end that are looked for in a folder; empty where none is taken."""

    def __call__(self, files: Sequence[Path], taken: Collection[str]) -> Imported:
        """Read them without any companion, which is `Lacking`."""
        return self.beside({})(files, taken)

    def beside(self, companions: Companions) -> Importer:
        """The importer with these beside. Errors: `Lacking`, which names what is."""
        for name, what in self.companions.items():
            if name not in companions:
                raise Lacking(f"--{name} FILE is missing: {what}")
        _none_beyond(companions, self.companions)
        return lambda files, taken: self.read(self._spread(files), taken, companions)

    def _spread(self, files: Sequence[Path]) -> list[Path]:
        """Every file named, and those in the folders named, each once."""
        found = [
            each
            for path in files
            for each in (_within(path, self.suffix) if path.is_dir() else [path])
        ]
        return list(dict.fromkeys(found))


def _within(folder: Path, suffix: str) -> list[Path]:
    """The plain files of a folder, and of those in it, whose names end so."""
    return [path for path in sorted(folder.rglob(f"*{suffix}")) if path.is_file()]


def with_companions(importer: Importer, companions: Companions) -> Importer:
    """The importer with all that it is read beside. Errors: `Lacking`."""
    if isinstance(importer, Joined):
        return importer.beside(companions)
    _none_beyond(companions, ())
    return importer


def _none_beyond(given: Companions, asked: Collection[str]) -> None:
    """Refuse companions that nothing asks for."""
    beyond = ", ".join(f"--{name}" for name in given if name not in asked)
    if beyond:
        raise Lacking(f"this format is read without {beyond}")
