"""A run, read: hostile until its seals hold, and readable where they do.

Nothing is executed, followed or imported to open one. Every episode is held against its seal as
it is read; one that fails is `damaged`, so that nothing is measured of it, and the rest stay.
"""

from __future__ import annotations

from collections.abc import Generator, Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from hashlib import sha256
from pathlib import Path

from suasion.core.asks import Json
from suasion.core.episode import Key, canonical
from suasion.measures.filed import Filed
from suasion.measures.imported import BadLine
from suasion.store import read, schema
from suasion.store.asked import Asked, asked
from suasion.store.chains import waiting
from suasion.store.database import Damaged, reading
from suasion.store.folder import NotARun, read_manifest
from suasion.store.read import EpisodeRow
from suasion.store.swaths import swaths


class UnknownEpisode(ValueError):
    """An episode id that this run does not hold."""


@dataclass(frozen=True, eq=False)
class Run:
    """A run folder, as it is when it is first asked."""

    path: Path
    manifest: Mapping[str, Json]
    """What the run says of itself, with `status`: planned, running, whole or partial."""

    @cached_property
    def _rows(self) -> dict[str, EpisodeRow]:
        return {row.id: row for row in self.rows()}

    @cached_property
    def _all_rows(self) -> list[EpisodeRow]:
        return read.read_rows(self.path)[0]

    def rows(self) -> list[EpisodeRow]:
        """Every episode whose row can be read, in study order."""
        return list(self._all_rows)

    @cached_property
    def over(self) -> bool:
        """Whether nobody goes on with it: the last who wrote it ended in order."""
        with reading(self.path) as db:
            try:
                sessions = read.sessions(db)
            except read.UNREADABLE:
                return False
        ended = schema.SESSIONS.index("ended")
        return bool(sessions) and sessions[-1][ended] is not None

    def ids(self) -> list[str]:
        """Every episode's id, in study order."""
        return [row.id for row in self._all_rows]

    def row(self, episode: str) -> EpisodeRow:
        """What the run knows of one episode; UnknownEpisode names those that exist."""
        found = self._rows.get(episode)
        if found is None:
            raise UnknownEpisode(_unknown(episode, self.path, self.ids()))
        return found

    def filed(self, episode: str) -> Filed:
        """One episode, whatever its state; `damaged` where it is not what was written."""
        row = self.row(episode)
        with reading(self.path) as db:
            return read.filed(row, read.stored(db, row.number))

    def all(self) -> Generator[Filed, None, None]:
        """Every episode that is over, in study order; damaged ones say so."""
        whole = [row for row in self._all_rows if row.state == "whole"]
        with reading(self.path) as db:
            for some in swaths(db, whole):
                yield from some

    def attempts(self, episode: str) -> list[read.Attempt]:
        """Every time a seat was asked, with the words it was told."""
        row = self.row(episode)
        with reading(self.path) as db:
            try:
                return read.attempts(db, row.number)
            except read.UNREADABLE as error:
                raise Damaged(f"attempts of {episode!r} cannot be read: {error}") from None

    def asked(self) -> list[Asked]:
        """What each model was asked, and what came of it."""
        try:
            return asked(self.path, self._all_rows)
        except read.UNREADABLE as error:
            raise Damaged(f"attempts cannot be read: {error}") from None

    def frames(self, hashes: Iterable[str]) -> dict[str, str]:
        """Texts that stood beside messages, by their hashes; those not held are left out."""
        with reading(self.path) as db:
            try:
                return read.texts(db, hashes)
            except read.UNREADABLE as error:
                raise Damaged(f"texts cannot be read: {error}") from None

    def told(self, episode: str) -> dict[Key, str]:
        """The words that live seats were told, by the decision they led to.

        Of one that was asked for several times, as after a reply that could not be read, the first.
        """
        found = dict[Key, str]()
        for attempt in self.attempts(episode):
            if attempt.became is not None:
                found.setdefault(attempt.key, attempt.told)
        return self.stood(episode) | found

    def stood(self, episode: str) -> dict[Key, str]:
        """Of a fork, the words that live seats were told in what stands; of others, nothing.

        Errors: `Damaged`.
        """
        row = self.row(episode)
        with reading(self.path) as db:
            try:
                return read.stood(db, row.origin)
            except read.UNREADABLE as error:
                said = f"what seats of {episode!r} were told before the fork: {error}"
                raise Damaged(said) from None

    def bad_lines(self) -> tuple[list[BadLine], list[BadLine]]:
        """What an import skipped, and what it warned of, with the lines as they stood."""
        with reading(self.path) as db:
            try:
                lines = read.bad_lines(db)
            except read.UNREADABLE as error:
                raise Damaged(f"bad lines cannot be read: {error}") from None
        skipped = [line for kind, line in lines if kind == "skipped"]
        return skipped, [line for kind, line in lines if kind != "skipped"]

    def digest(self) -> str:
        """SHA-256, in hex, over every episode's id and digest in study order."""
        pairs = [[row.id, row.digest] for row in self._all_rows]
        return sha256(canonical(pairs)).hexdigest()


def open_run(path: Path) -> Run:
    """A run to read; NotARun or Damaged say why not."""
    folder = Path(path)
    manifest = read_manifest(folder)
    form = manifest.get("format")
    if type(form) is not int or form not in schema.FORMATS:
        raise NotARun(
            f"{folder} is a run of format {repr(form)[:40]}: this version reads formats 1 to"
            f" {schema.FORMAT}"
        )
    run = Run(folder, {**manifest, "status": ""})
    return Run(folder, {**manifest, "status": _status(run.rows())})


def _status(rows: Sequence[EpisodeRow]) -> str:
    """Computed, not written: how far a run is."""
    waits = waiting(rows)
    states = {row.state for row in rows if row.id not in waits}
    if states <= {"planned"}:
        return "planned"
    if states == {"whole"}:
        return "whole"
    return "running" if states & {"planned", "running"} else "partial"


def _unknown(episode: str, path: Path, ids: Sequence[str]) -> str:
    from difflib import get_close_matches

    close = get_close_matches(episode, ids, 1)
    meant = f" (did you mean {close[0]!r}?)" if close else ""
    some = ", ".join(map(repr, ids[:5])) + (f" and {len(ids) - 5} more" if len(ids) > 5 else "")
    return f"no episode {episode[:80]!r} in {path}{meant}; there are: {some}"
