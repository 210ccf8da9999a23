"""A run, read: hostile until its seals hold, and readable where they do.

Nothing is executed, followed or imported to open one. Every episode is held against its seal as
it is read; one that fails is `damaged`, so that nothing is measured of it, and the rest stay.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from hashlib import sha256
from pathlib import Path
from typing import Any, Literal, NamedTuple, cast

from suasion.core.asks import Json
from suasion.core.episode import Episode, Header, Key, canonical
from suasion.measures.filed import STATUSES, Filed, Held, Status
from suasion.measures.imported import BadLine
from suasion.store import schema
from suasion.store.database import Damaged, reading
from suasion.store.folder import NotARun, read_manifest
from suasion.store.rows import Body, Row, decision_of, episode_of, in_order
from suasion.store.seals import attempt_seal, body_hash, pack, seal, text_hash
from suasion.store.values import of_json, text_of, text_or_none
from suasion.store.writer import ATTEMPT_ORDER, episode_seal

State = Literal["planned", "running", "whole", "blocked", "failed"]

UNREADABLE = (ValueError, TypeError, KeyError, LookupError, OverflowError, sqlite3.Error)
"""What reading bytes that nobody wrote can raise."""

_EPISODES = schema.select("episodes", (*schema.EPISODES, "seal"), "1 ORDER BY number")
_EPISODE = schema.select("episodes", (*schema.EPISODES, "seal"), "number=?")
_SEATS = schema.select("seats", schema.SEATS, "episode=? ORDER BY seat")
_DECISIONS = schema.select(
    "decisions", schema.DECISIONS, "episode=? ORDER BY step, seat, aside, repeat"
)
_DRAWS = schema.select("draws", schema.DRAWS, "episode=? ORDER BY place")
_EVENTS = schema.select("events", schema.EVENTS, "episode=? ORDER BY id")
_SEALED_ATTEMPTS = schema.select(
    "attempts", (*schema.ATTEMPTS, "seal"), f"episode=? {ATTEMPT_ORDER}"
)
_BAD_LINES = schema.select("bad_lines", (*schema.BAD_LINES, "seal"), "1 ORDER BY number")
_SESSIONS = schema.select("sessions", (*schema.SESSIONS, "seal"), "1 ORDER BY number")


class UnknownEpisode(ValueError):
    """An episode id that this run does not hold."""


class EpisodeRow(NamedTuple):
    """What a run knows of an episode, beside what happened in it."""

    number: int
    """Its place in the run, from 1."""
    id: str
    arm: str | None
    replicate: int | None
    seed: int
    status: Status
    state: State
    error: str | None
    deaths: int
    finished: bool
    damaged: bool
    digest: str | None


class Attempt(NamedTuple):
    """A seat was asked, or an inner call made: written before it left."""

    key: Key
    number: int
    """Counted from 1."""
    sent: str
    """Time of day, in UTC."""
    told: str
    """The words that the seat was told."""
    outcome: str
    """`sent` (in flight), `answered`, `possibly paid` (killed meanwhile), or why it failed."""
    seconds: float | None


class Stored(NamedTuple):
    """All rows of one episode as they lie on disk."""

    row: Row
    seats: Sequence[Row]
    attempts: Sequence[Row]
    """With their seals."""
    body: Body
    texts: Mapping[str, str]
    """Briefs by hash."""

    @property
    def faults(self) -> list[str]:
        """What is not as it was written, in words."""
        found = []
        *row, was = self.row
        try:
            if episode_seal(row, self.seats, [a[:-1] for a in self.attempts]) != was:
                found.append("its row, seats or attempts do not match their seal")
            hashed = _cell(self.row, "body")
            if hashed is not None and body_hash(pack(self.body)) != hashed:
                found.append("its decisions, draws or events do not match their seal")
            found += self._attempt_faults()
        except (*UNREADABLE, UnicodeError) as error:
            found.append(f"it cannot be sealed again: {error}")
        return found

    def _attempt_faults(self) -> Iterator[str]:
        decisions = {tuple(row[:5]): row for row in self.body.decisions}
        for *attempt, was in self.attempts:
            answered = attempt[8] == "answered"
            decision = decisions.get(tuple(attempt[:5])) if answered else None
            if attempt_seal(attempt, decision) != was:
                yield f"the reply at {tuple(attempt[1:5])} does not match its seal"


def _cell(row: Row, name: str) -> Any:
    return row[schema.EPISODES.index(name)]


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
        return read_rows(self.path)[0]

    def rows(self) -> list[EpisodeRow]:
        """Every episode whose row can be read, in study order."""
        return list(self._all_rows)

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
            return filed(row, stored(db, row.number))

    def all(self) -> Iterator[Filed]:
        """Every episode that is over, in study order; damaged ones say so."""
        with reading(self.path) as db:
            for row in self._all_rows:
                if row.state == "whole":
                    yield filed(row, stored(db, row.number))

    def attempts(self, episode: str) -> list[Attempt]:
        """Every time a seat was asked, with the words it was told."""
        row = self.row(episode)
        with reading(self.path) as db:
            try:
                return [attempt_of(attempt) for attempt in _all(db, _SEALED_ATTEMPTS, row.number)]
            except UNREADABLE as error:
                raise Damaged(f"attempts of {episode!r} cannot be read: {error}") from None

    def told(self, episode: str) -> dict[Key, str]:
        """The words that live seats were told, by the decision they led to."""
        return {
            attempt.key: attempt.told
            for attempt in self.attempts(episode)
            if attempt.outcome == "answered"
        }

    def bad_lines(self) -> tuple[list[BadLine], list[BadLine]]:
        """What an import skipped, and what it warned of, with the lines as they stood."""
        with reading(self.path) as db:
            try:
                rows = _all(db, _BAD_LINES)
                lines = [(row[1], bad_line_of(row)) for row in rows]
            except UNREADABLE as error:
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
    if manifest.get("format") != schema.FORMAT:
        was = repr(manifest.get("format"))[:40]
        raise NotARun(
            f"{folder} is a run of format {was}: this version reads format {schema.FORMAT}"
        )
    run = Run(folder, {**manifest, "status": ""})
    return Run(folder, {**manifest, "status": _status(run.rows())})


def _status(rows: Sequence[EpisodeRow]) -> str:
    """Computed, not written: how far a run is."""
    states = {row.state for row in rows}
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


def read_rows(folder: Path) -> tuple[list[EpisodeRow], list[tuple[int, str]]]:
    """The rows of all episodes that can be read; numbers of the others, and what was wrong."""
    with reading(folder) as db:
        try:
            raw = _all(db, _EPISODES)
        except sqlite3.Error:
            raw = list(_one_by_one(db))
    rows, faults = [], []
    for row in raw:
        try:
            rows.append(row_of(row))
        except (*UNREADABLE, AttributeError) as error:
            faults.append((row[0], f"the row of episode {row[0]} cannot be read: {error}"))
    return rows, faults


def _one_by_one(db: sqlite3.Connection) -> Iterator[Row]:
    """Episodes by number, where the table cannot be read through."""
    try:
        [(last,)] = _all(db, "SELECT coalesce(max(number), 0) FROM episodes")
    except sqlite3.Error:
        last = 0
    for number in range(1, min(last, 10**7) + 1):
        try:
            yield from _all(db, _EPISODE, number)
        except sqlite3.Error as error:
            yield (number, error)


def _all(db: sqlite3.Connection, statement: str, *arguments: object) -> list[Row]:
    return db.execute(statement, arguments).fetchall()


def row_of(row: Row) -> EpisodeRow:
    """The row of an episode, its kinds of value checked."""
    cells = dict(zip(schema.EPISODES, row[:-1], strict=True))
    state, status = text_of(cells["state"]), cells["status"]
    if state not in ("planned", "running", "whole", "blocked", "failed"):
        raise ValueError(f"state {state[:40]!r}")
    if status not in STATUSES:
        raise ValueError(f"status {str(status)[:40]!r}")
    return EpisodeRow(
        int(row[0]),
        text_of(cells["id"]),
        text_or_none(cells["arm"]),
        None if cells["replicate"] is None else int(cells["replicate"]),
        int(cells["seed"]),
        cast("Status", status),
        cast("State", state),
        text_or_none(cells["error"]),
        int(cells["deaths"]),
        bool(cells["finished"]),
        bool(cells["damaged"]),
        text_or_none(cells["digest"]),
    )


def stored(db: sqlite3.Connection, number: int) -> Stored | str:
    """All rows of one episode; words where they cannot be read."""
    try:
        [row] = _all(db, _EPISODE, number)
        seats = _all(db, _SEATS, number)
        body = Body(
            in_order(_all(db, _DECISIONS, number)),
            _all(db, _DRAWS, number),
            _all(db, _EVENTS, number),
        )
        attempts = _all(db, _SEALED_ATTEMPTS, number)
        return Stored(row, seats, attempts, body, _briefs(db, seats))
    except UNREADABLE as error:
        return f"it cannot be read: {error}"


def _briefs(db: sqlite3.Connection, seats: Sequence[Row]) -> dict[str, str]:
    """The briefs of some seats, by hash; one that is not what its hash says is an error."""
    briefs = {}
    for name in {row[5] for row in seats if row[5] is not None}:
        [(text,)] = _all(db, "SELECT text FROM texts WHERE hash=?", name)
        if text_hash(text) != name:
            raise ValueError("the brief of a seat is not what was written")
        briefs[name] = text_of(text)
    return briefs


def filed(row: EpisodeRow, found: Stored | str) -> Filed:
    """An episode as a run files it; what cannot be read of a damaged one is left out."""
    if isinstance(found, str):
        return _filed(row, _nothing(row), (), {}, damaged=True)
    try:
        seats = [held(seat, found.texts) for seat in found.seats]
        kept = _object(_cell(found.row, "kept"))
        return _filed(row, _episode(row, found), seats, kept, damaged=bool(found.faults))
    except UNREADABLE:
        return _filed(row, _nothing(row), (), {}, damaged=True)


def _filed(
    row: EpisodeRow, episode: Episode, seats: Sequence[Held], kept: Any, *, damaged: bool
) -> Filed:
    return Filed(
        id=row.id,
        episode=episode,
        seats=seats,
        arm=row.arm,
        replicate=row.replicate,
        status=row.status,
        finished=row.finished,
        damaged=damaged or row.damaged,
        kept=kept,
    )


def _episode(row: EpisodeRow, found: Stored) -> Episode:
    cells = dict(zip(schema.EPISODES, found.row[:-1], strict=True))
    header = Header(
        text_of(cells["environment"]),
        text_of(cells["version"]),
        _object(cells["settings"]),
        row.seed,
        "seeded" if cells["source"] is None else text_of(cells["source"]),
    )
    if row.state != "whole":
        decisions = tuple(map(decision_of, found.body.decisions))
        return Episode(header, decisions, (), (), (), {})
    end = [of_json(cells[name]) for name in ("payoffs", "outcome", "carry")]
    return episode_of(header, found.body, end)


def _nothing(row: EpisodeRow) -> Episode:
    return Episode(Header("", "", {}, row.seed), (), (), (), (), {})


def _object(column: object) -> dict[str, Json]:
    value = {} if column is None else of_json(column)
    if not isinstance(value, dict):
        raise ValueError("expected a JSON object")
    return value


def held(row: Row, texts: Mapping[str, str]) -> Held:
    """A seat of its row."""
    _, _, name, agent, role, brief = row
    words = "" if brief is None else texts[brief]
    return Held(text_of(name), text_or_none(agent), text_of(role), words)


def attempt_of(row: Row) -> Attempt:
    """An attempt of its row."""
    _, step, seat, aside, repeat, number, sent, told, outcome, seconds, *_ = row
    key = (step, seat, text_of(aside), repeat)
    return Attempt(key, number, text_of(sent), text_of(told), text_of(outcome), seconds)


def bad_line_of(row: Row) -> BadLine:
    """A bad line of its row; Damaged if it is not what was written."""
    *cells, was = row
    if seal(cells) != was:
        raise ValueError(f"bad line {cells[0]} is not what was written")
    _, _, file, line, reason, episode, raw = cells
    return BadLine(text_of(file), line, text_of(reason), text_or_none(episode), raw)


def sessions(db: sqlite3.Connection) -> list[Row]:
    """Who wrote this run and when, with their seals; a column each of `schema.SESSIONS`."""
    return _all(db, _SESSIONS)
