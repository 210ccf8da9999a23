"""A run is a folder: its manifest, the study as run, the record, and a lock while it is written."""

from __future__ import annotations

import json
import os
import platform
import socket
import sqlite3
import stat
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Literal

import suasion
from suasion.core.asks import Json
from suasion.core.episode import canonical
from suasion.store.schema import FORMAT
from suasion.store.seals import seal

MANIFEST, STUDY, RECORD, LOCK = "manifest.json", "study.json", "record.db", "lock"
WAL, JOURNAL = f"{RECORD}-wal", f"{RECORD}-journal"
LARGEST = 64 * 2**20
"""Bytes of a manifest or study that are read; a larger one is refused."""


class NotARun(ValueError):
    """A folder that holds no run, or one that cannot be opened as one."""


class Busy(RuntimeError):
    """Another process is writing this run."""


def now() -> str:
    """The time of day, in UTC, for people; nothing is ordered or measured by it."""
    return datetime.now(UTC).isoformat(timespec="milliseconds")


def put(path: Path, data: bytes) -> None:
    """Write a file so that it is whole or absent, whatever happens meanwhile."""
    draft = path.with_name(f".{path.name}.{os.getpid()}")
    descriptor = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o644)
    with os.fdopen(descriptor, "wb") as file:
        file.write(data)
        file.flush()
        os.fsync(descriptor)
    draft.replace(path)
    sync(path.parent)


def sync(folder: Path) -> None:
    """Make the names in a folder durable."""
    descriptor = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def get(path: Path) -> bytes:
    """The bytes of a plain file; a link, a pipe or a device is refused."""
    descriptor = os.open(path, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK)
    with os.fdopen(descriptor, "rb") as file:
        kind = os.fstat(descriptor)
        if not stat.S_ISREG(kind.st_mode):
            raise NotARun(f"{path} is not a plain file")
        if kind.st_size > LARGEST:
            raise NotARun(f"{path} has {kind.st_size:,} bytes: expected at most {LARGEST:,}")
        return file.read()


def only_plain_files(folder: Path) -> None:
    """Refuse a record that is a link, a pipe or a device, beside which anything could lie."""
    for name in (RECORD, WAL, f"{RECORD}-shm", JOURNAL):
        path = folder / name
        if os.path.lexists(path) and not stat.S_ISREG(path.lstat().st_mode):
            raise NotARun(f"{path} is not a plain file, so {folder} is not opened as a run")


def new_manifest(kind: Literal["study", "import", "fork"], **said: Json) -> dict[str, Json]:
    """What a run says of itself: what it is, and what made it."""
    return {
        "format": FORMAT,
        "kind": kind,
        "suasion": suasion.__version__,
        **said,
        "created": now(),
        "python": platform.python_version(),
        "sqlite": sqlite3.sqlite_version,
    }


def manifest_bytes(manifest: Mapping[str, Json]) -> bytes:
    """A manifest as its file holds it, with its seal."""
    plain = {key: value for key, value in manifest.items() if key != "seal"}
    sealed = {**plain, "seal": manifest_seal(plain)}
    return json.dumps(sealed, indent=1, allow_nan=False).encode() + b"\n"


def manifest_seal(manifest: Mapping[str, Json]) -> str:
    """The seal of everything a manifest says."""
    return seal(canonical({key: value for key, value in manifest.items() if key != "seal"}))


def read_manifest(folder: Path) -> dict[str, Json]:
    """What the manifest says, whether or not its seal holds."""
    path = folder / MANIFEST
    try:
        manifest = json.loads(get(path))
    except FileNotFoundError:
        raise NotARun(f"no run at {folder}{_nearby(folder)}") from None
    except (OSError, ValueError, RecursionError) as error:
        raise NotARun(f"{path} cannot be read: {error}") from None
    if not isinstance(manifest, dict):
        raise NotARun(f"{path} is no manifest: expected a JSON object")
    return manifest


def _nearby(folder: Path) -> str:
    """The runs that do exist, as the end of a sentence."""
    for parent in (folder.parent, Path("runs")):
        found = sorted(path.parent for path in parent.glob(f"*/{MANIFEST}"))[:8]
        if found:
            return f"; there are: {', '.join(map(str, found))}"
    return "; make one with: suasion demo"


class Held:
    """A run that this process holds, and the count of its commits outside of the record.

    A log that was cut, or lost, leaves a record that is sound and older: only a witness beside
    it can tell. It is written without waiting for the disk, which a killed process survives.
    """

    def __init__(self, descriptor: int) -> None:
        self._descriptor = descriptor

    def witness(self, commits: int) -> None:
        """So many commits were made."""
        os.pwrite(self._descriptor, b"%0*d" % (DIGITS, commits), 0)


DIGITS = 20
"""Of the count at the beginning of the lock; who holds it comes after."""


@contextmanager
def held(folder: Path) -> Iterator[Held]:
    """Hold a run for writing; the kernel gives it back however this process ends.

    Raises Busy, which says who holds it, when that is another process.
    """
    import fcntl

    descriptor = os.open(folder / LOCK, os.O_RDWR | os.O_CREAT | os.O_NOFOLLOW, 0o644)
    try:
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:
            whom = _by_whom(os.pread(descriptor, 4096, DIGITS))
            raise Busy(f"{folder} is being written{whom}") from None
        me = {"host": socket.gethostname(), "pid": os.getpid(), "since": now()}
        os.truncate(descriptor, min(DIGITS, os.fstat(descriptor).st_size))
        os.pwrite(descriptor, json.dumps(me).encode(), DIGITS)
        yield Held(descriptor)
    finally:
        os.close(descriptor)


def witnessed(folder: Path) -> int | None:
    """How many commits were made, as the lock says; None where there is none to ask."""
    try:
        return int(get(folder / LOCK)[:DIGITS])
    except (OSError, ValueError):
        return None


def _by_whom(said: bytes) -> str:
    try:
        holder = json.loads(said)
        return f" by process {holder['pid']} on {holder['host']} since {holder['since']}"
    except (ValueError, TypeError, KeyError):
        return " by another process"
