"""The rows of a record, read back: every value is held against its seal, and none is trusted.

What nobody wrote may lie in any column; whatever reading it can raise is turned into words.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable, Iterator, Mapping, Sequence
from math import isfinite
from pathlib import Path
from typing import Any, Literal, NamedTuple, cast

from suasion.core.asks import Json
from suasion.core.episode import Episode, Header, Key
from suasion.core.events import NOTHING
from suasion.measures.filed import STATUSES, Filed, Held, Status
from suasion.measures.imported import BadLine
from suasion.store import schema
from suasion.store.database import form_of, reading
from suasion.store.planned import episode_seal
from suasion.store.rows import (
    Body,
    Row,
    change_of_row,
    decision_of,
    episode_of,
    in_order,
)
from suasion.store.seals import attempt_seal, body_hash, pack, seal, text_hash
from suasion.store.values import of_json, text_of, text_or_none

State = Literal["planned", "running", "whole", "blocked", "failed"]

UNREADABLE = (ValueError, TypeError, KeyError, LookupError, OverflowError, sqlite3.Error)
"""What reading bytes that nobody wrote can raise."""

_EPISODES = schema.select("episodes", (*schema.EPISODES, "seal"), "1 ORDER BY number")
_EPISODE = schema.select("episodes", (*schema.EPISODES, "seal"), "number=?")
_DECISIONS = schema.select(
    "decisions", schema.DECISIONS, "episode=? ORDER BY step, seat, aside, repeat"
)
_DRAWS = schema.select("draws", schema.DRAWS, "episode=? ORDER BY place")
_EVENTS = schema.select("events", schema.EVENTS, "episode=? ORDER BY id")
_DELIVERIES = schema.select("deliveries", schema.DELIVERIES, "episode=? ORDER BY place")
_BAD_LINES = schema.select("bad_lines", (*schema.BAD_LINES, "seal"), "1 ORDER BY number")
_SESSIONS = schema.select("sessions", (*schema.SESSIONS, "seal"), "1 ORDER BY number")


def _seats(db: sqlite3.Connection, number: int) -> list[Row]:
    columns = schema.columns("seats", schema.SEATS, form_of(db))
    return _all(db, schema.select("seats", columns, "episode=? ORDER BY seat"), number)


def _sealed_attempts(db: sqlite3.Connection, number: int) -> list[Row]:
    columns = (*schema.columns("attempts", schema.ATTEMPTS, form_of(db)), "seal")
    where = f"episode=? {schema.ATTEMPT_ORDER}"
    return _all(db, schema.select("attempts", columns, where), number)


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
    block: str | None
    chain: str | None
    link: int | None
    carried: Mapping[str, Json] | None
    """The settings it inherited; None where it did not begin, or begins its chain."""
    origin: Mapping[str, Json] | None


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
    became: str | None = None
    """The `aside` of the decision that its reply became: its own, or that of an inner call."""
    frame: str | None = None
    """The hash of what was sent beside the messages."""
    request: str | None = None
    """SHA-256 of the whole body that was sent."""
    reserved: int | None = None
    reserved_cost: float | None = None
    tokens_in: int | None = None
    tokens_out: int | None = None
    tokens_cached: int | None = None
    cost: float | None = None
    """US dollars."""
    beside: Mapping[str, Json] = NOTHING
    """What the server said beside the reply: why it stopped, reasoning, log-probabilities."""
    branch: Sequence[Mapping[str, str]] = ()
    """Messages that were sent between those of the seat's acts and the last, which is `told`."""

    @property
    def unknown(self) -> bool:
        """Whether a model's reply came without a count of tokens that can be believed."""
        return self.became is not None and self.frame is not None and self.tokens_out is None


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
            if attempt_seal(attempt, decisions.get(replied(attempt))) != was:
                yield f"the reply at {tuple(attempt[1:5])} does not match its seal"


BRIEF = schema.SEATS.index("brief")


def _cell(row: Row, name: str) -> Any:
    return row[schema.EPISODES.index(name)]


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
        text_or_none(cells["block"]),
        text_or_none(cells["chain"]),
        None if cells["link"] is None else int(cells["link"]),
        None if cells["carried"] is None else _object(cells["carried"]),
        None if cells["origin"] is None else _object(cells["origin"]),
    )


def faulty_texts(db: sqlite3.Connection) -> Iterator[str]:
    """What is wrong with texts that are kept once, such as briefs and frames, in words."""
    names = "SELECT CAST(hash AS BLOB), CAST(text AS BLOB) FROM texts ORDER BY hash"
    for name, text in _all(db, names):
        if text_hash(text or b"").encode() != name:
            yield f"the text {name[:12]!r} is not what was written"
    if form_of(db) == 1:
        return
    frames = """\
SELECT DISTINCT frame FROM attempts
WHERE frame IS NOT NULL AND frame NOT IN (SELECT hash FROM texts)"""
    for (name,) in _all(db, frames):
        yield f"the text {name[:12]!r} is not on record, and calls were made with it"


def faulty_calls(db: sqlite3.Connection) -> Iterator[str]:
    """What is wrong with the calls made before the first episode, in words."""
    if form_of(db) == 1:
        return
    for *row, was in _sealed_attempts(db, BEFORE_THE_FIRST):
        if attempt_seal(row, None) != was:
            yield f"the call before the first episode at {tuple(row[1:6])} does not match its seal"


def faulty_sent(db: sqlite3.Connection, found: Stored) -> Iterator[str]:
    """What cannot be read of the calls of an episode whose seals hold, in words."""
    for row in found.attempts:
        try:
            attempt_of(row)
        except (*UNREADABLE, UnicodeError) as error:
            yield f"the attempt at {tuple(row[1:6])} cannot be read: {error}"
    try:
        origin = _cell(found.row, "origin")
        stood(db, None if origin is None else _object(origin))
    except (*UNREADABLE, UnicodeError) as error:
        yield f"what seats were told before the fork cannot be read: {error}"


BEFORE_THE_FIRST = 0
"""The number of what is no episode: calls by which models are reached."""


def stored(db: sqlite3.Connection, number: int) -> Stored | str:
    """All rows of one episode; words where they cannot be read."""
    try:
        [row] = _all(db, _EPISODE, number)
        seats = _seats(db, number)
        body = Body(
            in_order(_all(db, _DECISIONS, number)),
            _all(db, _DRAWS, number),
            _all(db, _EVENTS, number),
            _all(db, _DELIVERIES, number),
        )
        attempts = _sealed_attempts(db, number)
        return Stored(row, seats, attempts, body, _briefs(db, seats))
    except UNREADABLE as error:
        return f"it cannot be read: {error}"


def _briefs(db: sqlite3.Connection, seats: Sequence[Row]) -> dict[str, str]:
    """The briefs of some seats, by hash; one that is not what its hash says is an error."""
    names = {row[BRIEF] for row in seats if row[BRIEF] is not None}
    found = texts(db, names)
    if len(found) < len(names):
        raise ValueError("the brief of a seat is not on record")
    return found


def texts(db: sqlite3.Connection, hashes: Iterable[str]) -> dict[str, str]:
    """Texts by their hashes; one that is not what its hash says is an error."""
    found = {}
    for name in set(hashes):
        for (text,) in _all(db, "SELECT text FROM texts WHERE hash=?", name):
            if text_hash(text) != name:
                raise ValueError("a text is not what was written")
            found[name] = text_of(text)
    return found


def stood(db: sqlite3.Connection, origin: Mapping[str, Json] | None) -> dict[Key, str]:
    """The words that seats were told in what stands of a fork, by the decision they led to.

    The origin names a text, of which each entry is a key with the hash of another.
    """
    named = None if origin is None else origin.get(TOLD)
    if named is None:
        return {}
    whole = texts(db, [text_of(named)])
    if not whole:
        raise ValueError("what was told before the fork is not on record")
    entries = {_key(entry): text_of(entry[4]) for entry in of_json(whole[named])}
    words = texts(db, entries.values())
    if len(words) < len(set(entries.values())):
        raise ValueError("words that were told before the fork are not on record")
    return {key: words[name] for key, name in entries.items()}


def _key(entry: Sequence[Json]) -> Key:
    step, seat, aside, repeat, _ = entry
    if not all(type(number) is int for number in (step, seat, repeat)):
        raise ValueError("expected a list of decisions, each with the hash of words")
    return step, seat, text_of(aside), repeat


TOLD = "told"
"""In the origin of a fork, the hash of a text that says what seats were told in what stands."""


def filed(row: EpisodeRow, found: Stored | str) -> Filed:
    """An episode as a run files it; what cannot be read of a damaged one is left out."""
    if isinstance(found, str):
        return _filed(row, _nothing(row), (), {}, damaged=True)
    try:
        seats = [held(seat, found.texts) for seat in found.seats]
        kept = _object(_cell(found.row, "kept"))
        again = any(attempt[_ATTEMPT] > 1 for attempt in found.attempts)
        episode, damaged = _episode(row, found), bool(found.faults)
        return _filed(row, episode, seats, kept, damaged=damaged, retried=again)
    except UNREADABLE:
        return _filed(row, _nothing(row), (), {}, damaged=True)


_ATTEMPT = schema.ATTEMPTS.index("attempt")


def _filed(
    row: EpisodeRow,
    episode: Episode,
    seats: Sequence[Held],
    kept: Any,
    *,
    damaged: bool,
    retried: bool = False,
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
        block=row.block,
        chain=row.chain,
        link=row.link,
        origin=row.origin,
        kept=kept,
        lost=_lost(row),
        retried=retried,
    )


def _lost(row: EpisodeRow) -> str:
    """Of one that was filed though it never came to its end, why."""
    return row.error or "" if row.state == "whole" and not row.finished else ""


def _episode(row: EpisodeRow, found: Stored) -> Episode:
    cells = dict(zip(schema.EPISODES, found.row[:-1], strict=True))
    header = Header(
        text_of(cells["environment"]),
        text_of(cells["version"]),
        {**_object(cells["settings"]), **_object(cells["carried"])},
        row.seed,
        "seeded" if cells["source"] is None else text_of(cells["source"]),
        _channels(cells["channels"]),
    )
    if row.state != "whole":
        decisions = tuple(map(decision_of, found.body.decisions))
        changed = tuple(map(change_of_row, found.body.deliveries))
        return Episode(header, decisions, (), (), (), {}, None, changed)
    end = [of_json(cells[name]) for name in ("payoffs", "outcome", "carry")]
    return episode_of(header, found.body, end)


def _channels(column: object) -> tuple[Mapping[str, Json], ...]:
    channels = [] if column is None else of_json(column)
    if not isinstance(channels, list) or not all(isinstance(each, dict) for each in channels):
        raise ValueError("expected a JSON list of channels")
    return tuple(channels)


def _nothing(row: EpisodeRow) -> Episode:
    return Episode(Header("", "", {}, row.seed), (), (), (), (), {})


def _object(column: object) -> dict[str, Json]:
    value = {} if column is None else of_json(column)
    if not isinstance(value, dict):
        raise ValueError("expected a JSON object")
    return value


def held(row: Row, texts: Mapping[str, str]) -> Held:
    """A seat of its row."""
    _, _, name, agent, role, brief, *later = row
    words = "" if brief is None else texts[brief]
    asked_with = _object(later[0]) if later else {}
    return Held(text_of(name), text_or_none(agent), text_of(role), words, asked_with)


def attempt_of(row: Row) -> Attempt:
    """An attempt of its row."""
    *columns, _ = row
    _, step, seat, aside, repeat, number, sent, told, outcome, seconds, *later = columns
    key = (_whole(step), _whole(seat), text_of(aside), _whole(repeat))
    words = text_of(sent), text_of(told), text_of(outcome)
    first = (key, _whole(number), *words, _amount(seconds))
    if not later:
        return Attempt(*first, text_of(aside) if replied(columns) else None)
    became, frame, request, reserved, cost, *counts, paid, beside, branch = later
    names = text_or_none(became), text_or_none(frame), text_or_none(request)
    held = None if reserved is None else _whole(reserved), _amount(cost)
    read, written, cached = (None if count is None else _whole(count) for count in counts)
    spent = _amount(paid)
    return Attempt(
        *first, *names, *held, read, written, cached, spent, _object(beside), _branch(branch)
    )


def _whole(column: object) -> int:
    """A whole number."""
    if type(column) is not int:
        raise ValueError(f"expected a whole number, found {type(column).__name__}")
    return column


def _amount(column: object) -> float | None:
    """A number, if it holds one."""
    if column is None:
        return None
    if type(column) not in (int, float) or not isfinite(cast("float", column)):
        raise ValueError(f"expected a number, found {str(column)[:40]!r}")
    return cast("float", column)


def _branch(column: object) -> list[dict[str, str]]:
    """Messages: objects with the words of somebody."""
    messages = [] if column is None else of_json(column)
    if not isinstance(messages, list) or not all(map(_is_message, messages)):
        raise ValueError("expected a JSON list of messages, each with its role and its content")
    return messages


def _is_message(value: Json) -> bool:
    return (
        isinstance(value, dict)
        and value.keys() == {"role", "content"}
        and all(isinstance(each, str) for each in value.values())
    )


def replied(attempt: Row) -> tuple[Any, ...]:
    """Which decision the reply to an attempt became, as its row begins; empty where it became none.

    Format 1 knew only replies that became what was asked for.
    """
    if len(attempt) <= BECAME:
        return tuple(attempt[:5]) if attempt[8] == "answered" else ()
    became = attempt[BECAME]
    return () if became is None else (*attempt[:3], became, attempt[4])


BECAME = schema.ATTEMPTS.index("became")


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


def attempts(db: sqlite3.Connection, number: int) -> list[Attempt]:
    """Every time a seat of an episode was asked."""
    return [attempt_of(row) for row in _sealed_attempts(db, number)]


def bad_lines(db: sqlite3.Connection) -> list[tuple[str, BadLine]]:
    """What an import did not keep, or kept with a warning: which of the two, and the line."""
    return [(row[1], bad_line_of(row)) for row in _all(db, _BAD_LINES)]
