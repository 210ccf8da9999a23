"""Replies kept from one run to the next, for requests that are the same in all that matters.

Off unless a study asks for it, because a reply that is taken twice is one sample and not two. So
the place a request has in an episode, replicate included, is part of what it is known by: a hit is
the same question of the same episode, asked again by another run.
"""

from __future__ import annotations

import json
import os
import sqlite3
import stat
from collections.abc import Mapping
from hashlib import sha256
from pathlib import Path
from typing import Any, Final

from suasion.core.asks import Json
from suasion.core.episode import canonical
from suasion.models.request import Client, Completion, Request, Usage

VERSION: Final = 1
"""Raised whenever the same key would stand for another request, or a row for another reply."""
LARGEST: Final = 4 * 2**20
"""Bytes of a reply, with all that is beside it; a larger one is not kept."""
FREE: Final = Usage(0, 0)
"""What a hit costs."""
_TABLE: Final = "CREATE TABLE replies (key TEXT PRIMARY KEY, reply TEXT) WITHOUT ROWID"


class BadCache(ValueError):
    """A file that holds no cache of replies."""


def usual_place(env: Mapping[str, str] | None = None) -> Path:
    """The file in the user's folder of caches, of whom it is and whom alone it can be read by."""
    said = os.environ if env is None else env
    folder = said.get("XDG_CACHE_HOME") or str(Path(said.get("HOME") or Path.home(), ".cache"))
    return Path(folder, "suasion", "replies.db")


class Cache:
    """The replies of one file; several processes may use it at the same time."""

    def __init__(self, file: Path) -> None:
        """Errors: `BadCache`."""
        self.file = file
        file.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        _only_a_plain_file(file)
        try:
            self._db = _opened(file)
        except sqlite3.Error as error:
            raise BadCache(_unread(file, str(error))) from None

    def of(self, client: Client, place: str) -> Cached:
        """The same client, asked only what is not known; `place` says where in which episode."""
        return Cached(client, self, place)

    def get(self, key: str) -> Completion | None:
        """What was said to this; None where nothing is known, or nothing that can be read."""
        try:
            row = self._db.execute("SELECT reply FROM replies WHERE key=?", (key,)).fetchone()
            return None if row is None else reply_of(json.loads(row[0]))
        except (sqlite3.Error, ValueError, TypeError, KeyError, RecursionError):
            return None

    def put(self, key: str, reply: Completion) -> None:
        """Keep a reply; the first of two that are kept at the same time stays."""
        text = json.dumps(row_of(reply), allow_nan=False)
        if len(text) > LARGEST:
            return
        try:
            self._db.execute("INSERT OR IGNORE INTO replies VALUES (?, ?)", (key, text))
        except sqlite3.Error:
            return  # a full disk or a busy file: the reply itself is none the worse

    def close(self) -> None:
        """Let go of the file."""
        self._db.close()


class Cached:
    """A client that answers from a cache what it holds."""

    def __init__(self, client: Client, cache: Cache, place: str) -> None:
        self._client, self._cache, self._place = client, cache, place

    async def complete(self, request: Request, seconds: float) -> Completion:
        """A reply that is known, marked so and free; else one that is asked for, and kept."""
        key = key_of(request, self._place)
        known = self._cache.get(key)
        if known is not None:
            return known._replace(usage=FREE, beside={**known.beside, "cached": True})
        reply = await self._client.complete(request, seconds)
        if reply.outcome == "answered":
            self._cache.put(key, reply)
        return reply

    async def close(self) -> None:
        """Let go of the connections; the cache is others' as well."""
        await self._client.close()


def key_of(request: Request, place: str) -> str:
    """What a request is known by: who is asked, every byte that is sent, and for which answer."""
    model = request.model
    who = [VERSION, model.provider, model.host, model.id, model.name]
    return sha256(canonical([*who, sha256(request.body).hexdigest(), place])).hexdigest()


def row_of(reply: Completion) -> dict[str, Json]:
    """A reply as plain JSON."""
    said = reply._asdict()
    return {**said, "usage": list(reply.usage), "beside": dict(reply.beside)}


def reply_of(row: Json) -> Completion:
    """The reply of a row, its kinds of value checked.

    Errors: ValueError, TypeError or KeyError, where it is none.
    """
    if not isinstance(row["text"], str) or row["outcome"] != "answered":
        raise ValueError("no answer")
    for name in ("finish", "reasoning", "served"):
        if not isinstance(row[name], str | None):
            raise TypeError(name)
    usage, beside = row["usage"], row["beside"]
    if len(usage) != len(Usage._fields) or not all(type(n) in (int, type(None)) for n in usage):
        raise TypeError("usage")
    return Completion(**{**row, "usage": Usage(*usage), "beside": dict(beside)})


def _only_a_plain_file(file: Path) -> None:
    """Refuse a link, a pipe or a device, which would be written through."""
    for path in (file, *(file.with_name(file.name + end) for end in ("-wal", "-shm", "-journal"))):
        if os.path.lexists(path) and not stat.S_ISREG(path.lstat().st_mode):
            raise BadCache(_unread(path, "it is not a plain file"))


def _opened(file: Path) -> sqlite3.Connection:
    descriptor = os.open(file, os.O_RDWR | os.O_CREAT | os.O_NOFOLLOW, 0o600)
    os.close(descriptor)
    db = sqlite3.connect(file, isolation_level=None, timeout=10)
    try:
        for pragma in ("trusted_schema=OFF", "cell_size_check=ON", "mmap_size=0"):
            db.execute(f"PRAGMA {pragma}").fetchall()
        db.execute("PRAGMA journal_mode=WAL").fetchall()
        # What a power cut takes is asked again: nobody waits for the disk here.
        db.execute("PRAGMA synchronous=OFF").fetchall()
        db.execute("BEGIN IMMEDIATE")
        found: list[tuple[Any, ...]] = db.execute(
            "SELECT type, sql FROM sqlite_master WHERE sql IS NOT NULL"
        ).fetchall()
        if not found:
            db.execute(_TABLE)
        elif found != [("table", _TABLE)]:
            raise BadCache(_unread(file, "it holds other tables"))
        db.execute("COMMIT")
    except BaseException:
        db.close()
        raise
    return db


def _unread(file: Path, why: str) -> str:
    return f"{file} is no cache of replies: {why}; move it away, and a new one is made"
