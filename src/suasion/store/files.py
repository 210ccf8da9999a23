"""The files that a run shows to seats: each once, `files/HEX`, named by the SHA-256 of its bytes.

A run folder may come from anyone. Nothing is opened there but by 64 digits of hex, no link is
followed, and what does not hash to its name is not used.
"""

from __future__ import annotations

import os
import re
import stat
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from hashlib import sha256
from pathlib import Path

from suasion.core.asks import Json
from suasion.store.folder import NotARun, sync

FOLDER = "files"
LARGEST = 8 * 2**20
"""Bytes of one file."""
_NAME = re.compile(r"[0-9a-f]{64}")
_PATH = re.compile(rf"{FOLDER}/([0-9a-f]{{64}})")


def path_of(name: str) -> str:
    """Where a run keeps a file, from its folder: what a study that was run says of it."""
    return f"{FOLDER}/{name}"


def keep(run: Path, files: Mapping[str, bytes]) -> None:
    """Have these files in a run, each whole or absent whatever happens meanwhile, for its owner."""
    if not files:
        return
    (run / FOLDER).mkdir(mode=0o700, exist_ok=True)
    for name, data in files.items():
        if _fault(run, name) is not None:
            _put(run / FOLDER, name, data)
    sync(run / FOLDER)
    sync(run)


def _put(folder: Path, name: str, data: bytes) -> None:
    if not _NAME.fullmatch(name):
        raise ValueError(f"{name[:80]!r} is no hash of a file")
    draft = f".{name}.{os.getpid()}"
    with _within(folder.parent) as at:
        flags = os.O_WRONLY | os.O_CREAT | os.O_TRUNC | os.O_NOFOLLOW
        with os.fdopen(os.open(draft, flags, 0o600, dir_fd=at), "wb") as file:
            file.write(data)
            file.flush()
            os.fsync(file.fileno())
        os.replace(draft, name, src_dir_fd=at, dst_dir_fd=at)


def read(run: Path, name: str) -> bytes:
    """A file of a run.

    Errors: `NotARun`, where it is not there, or is not the file of that name.
    """
    fault = _fault(run, name)
    if isinstance(fault, str):
        raise NotARun(f"{run / FOLDER / name[:80]} {fault}")
    return _data(run, name)


def kept(run: Path) -> frozenset[str]:
    """The names of all files that lie in a run, whether or not they are what was kept."""
    try:
        with _within(run) as at, os.scandir(at) as entries:
            return frozenset(each.name for each in entries if _NAME.fullmatch(each.name))
    except OSError:
        return frozenset()


def held(run: Path, names: Iterable[str]) -> Iterator[tuple[str, bytes]]:
    """Of these files those that a run holds, with their bytes; what is not sound is passed over."""
    for name in sorted(kept(run).intersection(names)):
        if _fault(run, name) is None:
            yield name, _data(run, name)


def listed(manifest: Mapping[str, Json]) -> list[str]:
    """The names of the files that a run says it has; what names none is passed over."""
    study = manifest.get("study")
    said = study.get(FOLDER) if isinstance(study, dict) else manifest.get(FOLDER)
    paths = [each for each in said if isinstance(each, str)] if isinstance(said, list) else []
    return [found[1] for found in map(_PATH.fullmatch, paths) if found]


def faulty(run: Path, names: Iterable[str]) -> Iterator[str]:
    """What is wrong with these files of a run, and with any others that lie beside them."""
    for name in sorted({*names, *kept(run)}):
        fault = _fault(run, name)
        if fault is not None:
            yield f"{path_of(name)} {fault}"


def _fault(run: Path, name: str) -> str | None:
    """Why a file is not the one of that name."""
    try:
        data = _data(run, name)
    except FileNotFoundError:
        return "is missing"
    except OSError as error:
        return f"cannot be read: {error.strerror or error}"
    return None if sha256(data).hexdigest() == name else "does not hash to its name"


def _data(run: Path, name: str) -> bytes:
    if not _NAME.fullmatch(name):
        raise OSError(f"{name[:80]!r} is no hash of a file")
    with _within(run) as at:
        return plain(name, at)


@contextmanager
def _within(run: Path) -> Iterator[int]:
    """The folder of a run's files, which is no link."""
    at = os.open(run / FOLDER, os.O_RDONLY | os.O_DIRECTORY | os.O_NOFOLLOW)
    try:
        yield at
    finally:
        os.close(at)


def plain(name: str, folder: int) -> bytes:
    """The bytes of a plain file in an open folder.

    Errors: `OSError`, for a link, a pipe, a device, and what is larger than it may be.
    """
    flags = os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK
    with os.fdopen(os.open(name, flags, dir_fd=folder), "rb") as file:
        kind = os.fstat(file.fileno())
        if not stat.S_ISREG(kind.st_mode):
            raise OSError("it is not a plain file")
        data = file.read(LARGEST + 1)
    if len(data) > LARGEST:
        raise OSError(f"it has {kind.st_size:,} bytes: expected at most {LARGEST:,}")
    return data
