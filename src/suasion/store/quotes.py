"""Quotes that somebody gives to speakers of a run, kept beside its record to be looked up.

Each file that was laid there is one of `quotes/HEX.json`, named by the SHA-256 of its bytes: a list
of objects with `text` and `speaker`. What the record says of them is not kept: it is found anew
whenever a page is made.
"""

from __future__ import annotations

import csv
import io
import json
import re
from collections.abc import Iterator, Mapping, Sequence
from hashlib import sha256
from pathlib import Path
from typing import NamedTuple

from suasion.core.asks import Json
from suasion.store.folder import NotARun, get, put

FOLDER = "quotes"
MOST_BYTES, MOST = 4 * 2**20, 10_000
TEXT, SPEAKER = ("text", "quote", "words"), ("speaker", "model", "claimed_speaker")
"""What their columns may be called."""
_NAME = re.compile(r"[0-9a-f]{64}\.json")


class BadQuotes(ValueError):
    """A file that is no list of quotes, and why."""


class Quote(NamedTuple):
    """Words, and who is said to have said them; empty where nobody is named."""

    text: str
    speaker: str


def read(file: Path) -> list[Quote]:
    """Quotes from a table (commas or tabs, with a heading) or from a JSON list of objects.

    Errors: `BadQuotes`; `OSError`.
    """
    with file.open("rb") as opened:
        data = opened.read(MOST_BYTES + 1)
    name = repr(str(file)[:200])
    if len(data) > MOST_BYTES:
        raise BadQuotes(f"{name} has more than {MOST_BYTES:,} bytes")
    try:
        text = data.decode("utf-8-sig")
        rows = _of_json(text) if text.lstrip()[:1] in ("[", "{") else list(_of_table(text))
        return _checked(rows)
    except (ValueError, csv.Error, RecursionError) as error:
        said = f"expected columns {TEXT[0]} and {SPEAKER[0]}, or a JSON list of such objects"
        raise BadQuotes(f"{name} is no list of quotes: {str(error)[:200]}; {said}") from None


def _of_json(text: str) -> list[Json]:
    found = json.loads(text)
    if isinstance(found, dict):
        found = found.get(FOLDER)
    if not isinstance(found, list):
        raise ValueError("the JSON is no list")
    return found


def _of_table(text: str) -> Iterator[Json]:
    heading = text.partition("\n")[0]
    separator = "\t" if "\t" in heading else ","
    reader = csv.DictReader(io.StringIO(text, newline=""), delimiter=separator, strict=True)
    reader.fieldnames = [name.strip().casefold() for name in reader.fieldnames or ()]
    yield from reader


def _checked(rows: Sequence[Json]) -> list[Quote]:
    if not 0 < len(rows) <= MOST:
        raise ValueError(f"it holds {len(rows):,} quotes, of 1 to {MOST:,}")
    return [_quote(at, row) for at, row in enumerate(rows, 1)]


def _quote(at: int, row: Json) -> Quote:
    if not isinstance(row, dict):
        raise ValueError(f"entry {at} is no object")
    text, speaker = (next((row[n] for n in names if n in row), None) for names in (TEXT, SPEAKER))
    if not isinstance(text, str) or not text.strip():
        raise ValueError(f"entry {at} has no {TEXT[0]}")
    if not isinstance(speaker, str | None):
        raise ValueError(f"entry {at}: {SPEAKER[0]} is no text")
    return Quote(text.strip(), (speaker or "").strip())


def keep(run: Path, quotes: Sequence[Quote]) -> Path:
    """Lay quotes beside a record; the same ones are laid there once."""
    data = json.dumps([each._asdict() for each in quotes], indent=1).encode() + b"\n"
    folder = run / FOLDER
    if folder.is_symlink():
        raise NotARun(f"{folder} is a link, so nothing is written there")
    folder.mkdir(exist_ok=True)
    path = folder / f"{sha256(data).hexdigest()}.json"
    put(path, data)
    return path


def kept(run: Path) -> list[Quote]:
    """All quotes beside a record, each once; what is not as it was laid there is passed over."""
    found: dict[Quote, None] = {}
    for name, data in _files(run):
        if _fault(name, data) is None:
            found |= dict.fromkeys(_checked(json.loads(data or b"")))
    return list(found)


def faulty(run: Path) -> Iterator[str]:
    """What is wrong with the files of quotes, in words."""
    for name, data in _files(run):
        fault = _fault(name, data)
        if fault is not None:
            yield f"{FOLDER}/{name} {fault}"


def _files(run: Path) -> Iterator[tuple[str, bytes | None]]:
    folder = run / FOLDER
    if folder.is_symlink() or not folder.is_dir():
        return
    for path in sorted(folder.iterdir()):
        try:
            yield path.name, get(path)
        except (OSError, NotARun):
            yield path.name, None


def _fault(name: str, data: bytes | None) -> str | None:
    if not _NAME.fullmatch(name):
        return "is no file of quotes"
    if data is None:
        return "cannot be read"
    if sha256(data).hexdigest() != name.partition(".")[0]:
        return "does not hash to its name"
    try:
        _checked(json.loads(data))
    except (ValueError, RecursionError) as error:
        return f"holds no quotes: {str(error)[:200]}"
    return None


def as_json(run: Path) -> Mapping[str, Json]:
    """What a question is told of them; nothing where there are none."""
    quotes = kept(run)
    return {FOLDER: [each._asdict() for each in quotes]} if quotes else {}
