"""Which batch holds which call: a file of lines, so that a killed run finds its batches again.

A batch is intended, then named by its provider; what it brought no reply to is lost, and asked
again. Each is written when it happens: an intention without a name may have become a batch all
the same, and is looked for by its mark. Several workers of one run write to the same file.
"""

from __future__ import annotations

import json
import os
import re
from collections.abc import Iterable, Mapping
from errno import ENOSPC
from pathlib import Path
from typing import NamedTuple
from uuid import uuid4

from suasion.core.asks import Json

NAME = re.compile(r"[A-Za-z0-9_.:-]{1,128}")
"""What may be part of an address; a ledger may come from anyone."""
LONGEST = 256 * 2**20
"""Bytes of a ledger that are read."""


class Intended(NamedTuple):
    """A batch that is about to be made, or was."""

    mark: str
    calls: tuple[str, ...]
    """By the names they have in it."""
    batch: str | None = None
    """Its provider's name for it, once that is known."""


class Ledger:
    """The batches of one run and one endpoint."""

    def __init__(self, file: Path) -> None:
        self.file = file
        self._known: dict[str, Intended] = {}
        self._own = set[str]()
        """Marks of batches that this process made."""
        self._read = 0
        """Bytes of the file that were read."""
        self.look()

    @property
    def batches(self) -> list[Intended]:
        """Every batch, the first that was intended first."""
        return list(self._known.values())

    @property
    def found(self) -> dict[str, Intended]:
        """Calls that batches of other processes hold, by the last that does."""
        others = (each for each in self._known.values() if each.mark not in self._own)
        return {call: batch for batch in others for call in batch.calls}

    def look(self) -> bool:
        """Read what was written since; whether there was anything."""
        came = _since(self.file, self._read)
        self._read += len(came)
        for line in came.splitlines():
            self._take(line)
        return bool(came)

    def intend(self, calls: Iterable[str]) -> Intended:
        """A batch is about to be made of these calls; on disk when this returns."""
        made = Intended(uuid4().hex, tuple(calls))
        self._own.add(made.mark)
        self._known[made.mark] = made
        self._write({"mark": made.mark, "calls": made.calls})
        return made

    def named(self, mark: str, batch: str) -> None:
        """The batch with this mark has this name; on disk when this returns.

        Errors: ValueError, for a name that cannot be asked for.
        """
        if not NAME.fullmatch(batch):
            raise ValueError(f"a batch is called {batch[:80]!r}")
        self._known[mark] = self._known[mark]._replace(batch=batch)
        self._write({"mark": mark, "batch": batch})

    def lost(self, mark: str, calls: Iterable[str]) -> None:
        """The batch with this mark holds no reply to these calls; on disk when this returns."""
        gone = set(calls)
        self._lose(mark, gone)
        self._write({"mark": mark, "lost": sorted(gone)})

    def _lose(self, mark: str, gone: set[str]) -> None:
        old = self._known[mark]
        self._known[mark] = old._replace(calls=tuple(c for c in old.calls if c not in gone))

    def _write(self, line: Mapping[str, Json]) -> None:
        flags = os.O_WRONLY | os.O_CREAT | os.O_APPEND | os.O_NOFOLLOW
        descriptor = os.open(self.file, flags, 0o600)
        try:
            # After whatever a killed process left of a line.
            whole = b"\n" + json.dumps(line).encode() + b"\n"
            if os.write(descriptor, whole) < len(whole):
                raise OSError(ENOSPC, os.strerror(ENOSPC))
            os.fsync(descriptor)
        finally:
            os.close(descriptor)

    def _take(self, line: bytes) -> None:
        """What a line says; one that says nothing is passed over."""
        try:
            said = json.loads(line)
            mark = said["mark"]
            if "batch" in said and NAME.fullmatch(said["batch"]):
                self._known[mark] = self._known[mark]._replace(batch=said["batch"])
            elif "lost" in said:
                self._lose(mark, set(map(str, said["lost"])))
            elif "calls" in said and NAME.fullmatch(mark):
                self._known[mark] = Intended(mark, tuple(map(str, said["calls"])))
        except (ValueError, TypeError, KeyError, RecursionError):
            return


def _since(file: Path, read: int) -> bytes:
    """What stands in a ledger after so many bytes, as far as its lines are whole."""
    try:
        descriptor = os.open(file, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK)
    except FileNotFoundError:
        return b""
    with os.fdopen(descriptor, "rb") as opened:
        opened.seek(read)
        came = opened.read(max(0, LONGEST - read))
    return came[: came.rfind(b"\n") + 1]
