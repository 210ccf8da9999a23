"""The tables of a record: plain ones for anyone's SQL; no views, triggers or indices.

An index would be a second copy of a value that can rot without the first; what is looked up is
the primary key, and the table is ordered by it.
"""

from __future__ import annotations

from functools import cache

FORMAT = 2
"""Version of the record's format; raised whenever these tables mean something else."""
APPLICATION = 0x53554153
"""SQLite's application_id: "SUAS"."""

EPISODES = (
    *("number", "id", "arm", "replicate", "seed", "status", "environment", "version", "settings"),
    *("channels", "block", "chain", "link", "carried", "origin"),
    *("source", "state", "deaths", "error", "finished", "damaged", "payoffs", "outcome", "carry"),
    *("kept", "body", "digest"),
)
"""Columns that the seal covers; `seal` follows them."""
SEATS = ("episode", "seat", "name", "agent", "role", "brief", "asked_with")
DECISIONS = (
    *("episode", "step", "seat", "aside", "repeat"),
    *("answer", "forfeit", "raw", "notes", "draws", "meant", "seats"),
)
ATTEMPTS = (
    *("episode", "step", "seat", "aside", "repeat", "attempt"),
    *("sent", "told", "outcome", "seconds", "became", "frame", "request"),
    *("reserved", "reserved_cost", "tokens_in", "tokens_out", "tokens_cached", "cost", "beside"),
    "branch",
)
"""Columns that the seal covers; `seal` follows them."""
ATTEMPT_ORDER = "ORDER BY step, seat, aside, repeat, attempt"
DRAWS = ("episode", "place", "name", "value", "of", "known_to", "step")
EVENTS = ("episode", "id", "kind", "by", "data", "told_to", "truth")
DELIVERIES = ("episode", "place", "event", "seat", "made")
BAD_LINES = ("number", "kind", "file", "line", "reason", "episode", "raw")
SESSIONS = (
    *("number", "started", "alive", "ended", "host", "pid", "suasion", "python", "sqlite"),
    *("workers", "episodes", "bad_lines", "commits"),
)

_TABLES = """
CREATE TABLE episodes (
    number INTEGER PRIMARY KEY, id TEXT NOT NULL, arm TEXT, replicate INTEGER, seed, status TEXT,
    environment TEXT, version TEXT, settings TEXT, channels TEXT, block TEXT, chain TEXT,
    link INTEGER, carried TEXT, origin TEXT, source TEXT, state TEXT NOT NULL,
    deaths INTEGER, error TEXT, finished INTEGER, damaged INTEGER, payoffs TEXT, outcome TEXT,
    carry TEXT, kept TEXT, body TEXT, digest TEXT, seal TEXT);
CREATE TABLE seats (
    episode INTEGER, seat INTEGER, name TEXT, agent TEXT, role TEXT, brief TEXT,
    asked_with TEXT, PRIMARY KEY (episode, seat)) WITHOUT ROWID;
CREATE TABLE texts (hash TEXT PRIMARY KEY, text TEXT) WITHOUT ROWID;
CREATE TABLE decisions (
    episode INTEGER, step INTEGER, seat INTEGER, aside TEXT, repeat INTEGER,
    answer TEXT, forfeit TEXT, raw TEXT, notes TEXT, draws TEXT, meant TEXT, seats TEXT,
    PRIMARY KEY (episode, step, seat, aside, repeat)) WITHOUT ROWID;
CREATE TABLE attempts (
    episode INTEGER, step INTEGER, seat INTEGER, aside TEXT, repeat INTEGER, attempt INTEGER,
    sent TEXT, told TEXT, outcome TEXT, seconds REAL, became TEXT, frame TEXT, request TEXT,
    reserved INTEGER, reserved_cost REAL, tokens_in INTEGER, tokens_out INTEGER,
    tokens_cached INTEGER, cost REAL, beside TEXT, branch TEXT, seal TEXT,
    PRIMARY KEY (episode, step, seat, aside, repeat, attempt)) WITHOUT ROWID;
CREATE TABLE draws (
    episode INTEGER, place INTEGER, name TEXT, value TEXT, of INTEGER, known_to TEXT,
    step INTEGER, PRIMARY KEY (episode, place)) WITHOUT ROWID;
CREATE TABLE events (
    episode INTEGER, id INTEGER, kind TEXT, by INTEGER, data TEXT, told_to TEXT, truth TEXT,
    PRIMARY KEY (episode, id)) WITHOUT ROWID;
CREATE TABLE deliveries (
    episode INTEGER, place INTEGER, event INTEGER, seat INTEGER, made TEXT,
    PRIMARY KEY (episode, place)) WITHOUT ROWID;
CREATE TABLE bad_lines (
    number INTEGER PRIMARY KEY, kind TEXT, file TEXT, line INTEGER, reason TEXT, episode TEXT,
    raw BLOB, seal TEXT);
CREATE TABLE sessions (
    number INTEGER PRIMARY KEY, started TEXT, alive TEXT, ended TEXT, host TEXT, pid INTEGER,
    suasion TEXT, python TEXT, sqlite TEXT, workers INTEGER, episodes INTEGER,
    bad_lines INTEGER, commits INTEGER, seal TEXT);
"""
SCHEMA = tuple(table.strip() for table in _TABLES.split(";")[:-1])

_FIRST: dict[str, tuple[str, ...]] = {
    "seats": ("asked_with",),
    "attempts": ATTEMPTS[10:],
}
"""The last columns of tables, which format 1 had not."""
_FIRST_SEATS = """
CREATE TABLE seats (
    episode INTEGER, seat INTEGER, name TEXT, agent TEXT, role TEXT, brief TEXT,
    PRIMARY KEY (episode, seat)) WITHOUT ROWID
"""
_FIRST_ATTEMPTS = """
CREATE TABLE attempts (
    episode INTEGER, step INTEGER, seat INTEGER, aside TEXT, repeat INTEGER, attempt INTEGER,
    sent TEXT, told TEXT, outcome TEXT, seconds REAL, seal TEXT,
    PRIMARY KEY (episode, step, seat, aside, repeat, attempt)) WITHOUT ROWID
"""
_CHANGED = {"seats": _FIRST_SEATS.strip(), "attempts": _FIRST_ATTEMPTS.strip()}
FORMATS: dict[int, tuple[str, ...]] = {
    1: tuple(_CHANGED.get(table.split()[2], table) for table in SCHEMA),
    FORMAT: SCHEMA,
}
"""The tables of every format that is read."""


def columns(table: str, every: tuple[str, ...], form: int) -> tuple[str, ...]:
    """The columns of a table as a format has them, in the same order."""
    later = _FIRST.get(table, ()) if form == 1 else ()
    return tuple(name for name in every if name not in later)


@cache
def insert(table: str, columns: tuple[str, ...]) -> str:
    """The statement that adds a row."""
    marks = ",".join("?" * len(columns))
    return f"INSERT INTO {table} ({','.join(columns)}) VALUES ({marks})"  # noqa: S608 - ours


@cache
def select(table: str, columns: tuple[str, ...], where: str) -> str:
    """The statement that reads rows."""
    return f"SELECT {','.join(columns)} FROM {table} WHERE {where}"  # noqa: S608 - ours
