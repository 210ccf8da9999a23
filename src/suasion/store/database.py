"""Opening the record: one connection that writes, and readers that trust nothing they open."""

from __future__ import annotations

import os
import shutil
import sqlite3
from collections.abc import Iterable, Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory
from urllib.parse import quote

from suasion.store.folder import JOURNAL, RECORD, WAL, NotARun, only_plain_files
from suasion.store.schema import APPLICATION, FORMAT, FORMATS, SCHEMA

HARDENED = (
    "PRAGMA trusted_schema=OFF",
    "PRAGMA cell_size_check=ON",
    "PRAGMA mmap_size=0",
    "PRAGMA query_only=ON",
)
PAGE = 8192
"""Bytes; measured a tenth faster than 4,096 for rows of this size."""
LARGE_PAGE = 16384
"""Of what is written once: a third smaller where rows are turns of some three hundred words."""


class Damaged(ValueError):
    """What is stored is not what was stored, or cannot be read."""


def open_for_writing(folder: Path, page: int = PAGE) -> sqlite3.Connection:
    """The one connection that writes, on a record that exists with our tables or not at all.

    `page` is the size of its pages where it does not exist yet.
    """
    only_plain_files(folder)
    db = sqlite3.connect(folder / RECORD, isolation_level=None, timeout=10)
    try:
        for pragma in (
            f"page_size={page}",
            "trusted_schema=OFF",
            "cell_size_check=ON",
            "mmap_size=0",
            "journal_mode=WAL",
            "synchronous=NORMAL",
            f"journal_size_limit={2**26}",
        ):
            db.execute(f"PRAGMA {pragma}").fetchall()
        if db.execute("SELECT count(*) FROM sqlite_master").fetchone()[0]:
            same_schema(db, folder, (FORMAT,))
    except BaseException:
        db.close()
        raise
    return db


def create(db: sqlite3.Connection) -> None:
    """The empty tables; inside the transaction that fills them."""
    for statement in SCHEMA:
        db.execute(statement)
    db.execute(f"PRAGMA application_id={APPLICATION}")
    db.execute(f"PRAGMA user_version={FORMAT}")


def created(db: sqlite3.Connection) -> bool:
    """Whether the tables are there."""
    return bool(db.execute("SELECT count(*) FROM sqlite_master").fetchone()[0])


@contextmanager
def reading(folder: Path) -> Iterator[sqlite3.Connection]:
    """A connection that can only read; also while another process writes, or was killed."""
    only_plain_files(folder)
    if not (folder / RECORD).exists():
        raise NotARun(f"{folder} holds no {RECORD}: run its study again to make one")
    with _readable(folder) as (place, immutable), closing(_connect(place, immutable)) as db:
        try:
            for pragma in HARDENED:
                db.execute(pragma).fetchall()
            same_schema(db, folder)
        except sqlite3.DatabaseError as error:
            raise Damaged(f"{folder / RECORD} cannot be read: {error}") from None
        yield db


@contextmanager
def _readable(folder: Path) -> Iterator[tuple[Path, bool]]:
    """Where the record can be opened, and whether nobody will change it.

    A journal that a killed process left must be played back, which needs to write: where the
    folder cannot be written, that happens in a copy.
    """
    if not (folder / WAL).exists() and not (folder / JOURNAL).exists():
        yield folder / RECORD, True
    elif not (folder / JOURNAL).exists() and os.access(folder, os.W_OK):
        yield folder / RECORD, False
    else:
        with TemporaryDirectory(prefix="suasion-") as copy:
            for name in (RECORD, WAL, JOURNAL):
                if (folder / name).exists():
                    shutil.copyfile(folder / name, Path(copy, name), follow_symlinks=False)
            with closing(sqlite3.connect(Path(copy, RECORD))) as db:
                _ask(db, folder, "SELECT count(*) FROM sqlite_master")
            yield Path(copy, RECORD), False


def _connect(path: Path, immutable: bool) -> sqlite3.Connection:
    """A connection that any thread may close: whichever happens to collect a reader's that was
    left half read.
    """
    mode = "mode=ro&immutable=1" if immutable else "mode=ro"
    try:
        return sqlite3.connect(
            f"file:{quote(str(path))}?{mode}",
            uri=True,
            isolation_level=None,
            timeout=10,
            check_same_thread=False,
        )
    except sqlite3.DatabaseError as error:
        raise Damaged(f"{path} cannot be opened: {error}") from None


def _ask(db: sqlite3.Connection, folder: Path, statement: str) -> None:
    try:
        db.execute(statement).fetchall()
    except sqlite3.DatabaseError as error:
        raise Damaged(f"{folder / RECORD} cannot be read: {error}") from None


def form_of(db: sqlite3.Connection) -> int:
    """The format of a record."""
    [(form,)] = db.execute("PRAGMA user_version").fetchall()
    return int(form)


def same_schema(db: sqlite3.Connection, folder: Path, forms: Iterable[int] = FORMATS) -> None:
    """Refuse a record with other tables than its format has, or with views or triggers."""
    found = db.execute("SELECT type, sql FROM sqlite_master WHERE sql IS NOT NULL").fetchall()
    form = form_of(db)
    ours = [("table", sql) for sql in FORMATS[form]] if form in forms else None
    if ours is None or sorted(found, key=repr) != sorted(ours, key=repr):
        names = db.execute("SELECT type || ' ' || name FROM sqlite_master").fetchall()
        said = ", ".join(str(name)[:60] for (name,) in names[:20])
        raise Damaged(f"{folder / RECORD} is not a record of format {FORMAT}: it holds {said}")
