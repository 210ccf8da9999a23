"""Lines of a log of JSON objects: total over any bytes, and bounded in memory.

Only LF ends a line. Gzip is known by its first bytes. What is beyond a bound is refused by name:
a line of more than `LONGEST` bytes or JSON nested more than `DEEPEST` levels is a bad line; a file
of more than `MOST_BYTES`, unpacked, or `MOST_LINES`, or with more than `MOST_BAD` bad lines, is
not read at all (`TooLarge`).
"""

from __future__ import annotations

import gzip
import json
import re
import zlib
from collections.abc import Iterator
from io import BufferedReader
from math import isinf
from pathlib import Path
from typing import NamedTuple, NoReturn

from suasion.core.asks import Json

LONGEST = 2**24
DEEPEST = 500
MOST_BYTES = 2**28
MOST_LINES = 2_000_000
MOST_BAD = 100_000
KEPT = 2**12
"""Bytes that are kept of a line that is too long."""
CHUNK = 2**16


class TooLarge(ValueError):
    """A file beyond what is read at once."""


class Bad(Exception):
    """What is wrong with a line: a code of the format, and words."""

    def __init__(self, code: str, words: str = "") -> None:
        super().__init__(f"{code}: {words}" if words else code)
        self.code = code


class Line(NamedTuple):
    """One physical line, without its LF."""

    number: int
    raw: bytes
    fault: str = ""
    """Why it could not be read whole."""


def lines(path: Path) -> Iterator[Line]:
    """The lines of a file, plain or gzip, that are not blank; a byte-order mark is taken off.

    Errors: `TooLarge`; `OSError` where the file cannot be opened or read.
    """
    with path.open("rb") as file:
        for line in _split(file, path):
            raw = line.raw.removeprefix(b"\xef\xbb\xbf") if line.number == 1 else line.raw
            if line.fault or raw.strip(b" \t\r"):
                yield line._replace(raw=raw)


def _split(file: BufferedReader, path: Path) -> Iterator[Line]:
    number, size, line = 1, 0, _Line()
    fault = ""
    chunks = _chunks(file)
    while True:
        try:
            chunk = next(chunks, b"")
        except (EOFError, zlib.error, gzip.BadGzipFile):
            chunk, fault = b"", "not_json: the compressed data is damaged or ends too early here"
        size += len(chunk)
        _within(size, number, path)
        *ended, rest = chunk.split(b"\n")
        for part in ended:
            yield line.ended(part, number)
            line, number = _Line(), number + 1
        line.add(rest)
        if not chunk:
            break
    last = line.ended(b"", number)
    if fault or last.raw:
        yield last._replace(fault=fault or last.fault)


def _chunks(file: BufferedReader) -> Iterator[bytes]:
    packed = file.peek(2)[:2] == b"\x1f\x8b"
    stream: BufferedReader | gzip.GzipFile = gzip.GzipFile(fileobj=file) if packed else file
    while chunk := stream.read1(CHUNK):
        yield chunk


class _Line:
    """A line as it comes in; of one that is too long only the beginning is kept."""

    def __init__(self) -> None:
        self._parts: list[bytes] = []
        self._size = 0

    def add(self, part: bytes) -> None:
        self._size += len(part)
        if part and self._size <= LONGEST:
            self._parts.append(part)

    def ended(self, part: bytes, number: int) -> Line:
        self.add(part)
        raw = b"".join(self._parts)
        if self._size > LONGEST:
            return Line(number, raw[:KEPT], f"not_json: a line of more than {LONGEST} bytes")
        return Line(number, raw)


def _within(size: int, number: int, path: Path) -> None:
    if size > MOST_BYTES or number > MOST_LINES:
        bounds = f"more than {MOST_BYTES} bytes, unpacked, or {MOST_LINES} lines"
        raise TooLarge(f"{str(path)!r} has {bounds}, which is the most that is read; split it")


class Parsed(NamedTuple):
    """What a line says."""

    value: dict[str, Json]
    beyond: bool
    """Whether it holds a number that no double can."""


class Reader:
    """Reads lines, one after the other, as JSON objects; `key` is the field that names a game."""

    def __init__(self, key: str = "episode") -> None:
        self.key = key
        self.episode: str | None = None
        """The episode that the line just read names, also where it is bad."""
        self._repeats = self._beyond = False
        self._top: list[tuple[str, Json]] = []
        self._decode = json.JSONDecoder(
            object_pairs_hook=self._object, parse_float=self._float, parse_constant=_no_constant
        ).decode

    def read(self, line: Line) -> Parsed:
        """The object of a line. Errors: `Bad`."""
        self.episode, self._repeats, self._beyond, self._top = None, False, False, []
        if line.fault:
            raise Bad(*line.fault.split(": ", 1))
        value = self._value(line.raw)
        self.episode = self._named(value)
        if b"\\u" in line.raw and _lone_surrogate(line.raw.decode()):
            raise Bad("not_utf8", "an escaped surrogate without its pair")
        if self._repeats:
            raise Bad("duplicate_key")
        if not isinstance(value, dict):
            raise Bad("not_object")
        return Parsed(value, self._beyond)

    def _value(self, raw: bytes) -> Json:
        try:
            text = raw.decode()
        except UnicodeDecodeError as error:
            raise Bad("not_utf8", f"byte {error.start + 1} of the line") from None
        if _too_deep(text):
            raise Bad("not_json", f"nested more than {DEEPEST} levels deep")
        try:
            return self._decode(text)
        except (ValueError, RecursionError) as error:
            raise Bad("not_json", str(error).split(":")[0][:80]) from None

    def _named(self, value: Json) -> str | None:
        """The episode an object names, if it names one and not several."""
        names = [name for key, name in self._top if key == self.key]
        if not isinstance(value, dict) or not names or any(name != names[0] for name in names):
            return None
        return names[0] if isinstance(names[0], str) and _sound(names[0]) else None

    def _object(self, pairs: list[tuple[str, Json]]) -> dict[str, Json]:
        # The outermost object is the last to be closed.
        self._top = pairs
        value = dict(pairs)
        self._repeats = self._repeats or len(value) < len(pairs)
        return value

    def _float(self, text: str) -> float:
        number = float(text)
        self._beyond = self._beyond or isinf(number)
        return number


def _no_constant(name: str) -> NoReturn:
    raise ValueError(f"{name} is no JSON")


def _sound(text: str) -> bool:
    """Whether text can be written as UTF-8."""
    return not any("\ud800" <= letter <= "\udfff" for letter in text)


_ESCAPE = re.compile(
    r"\\(?:u[dD][89abAB][0-9a-fA-F]{2}\\u[dD][c-fC-F][0-9a-fA-F]{2}"
    r"|(?P<lone>u[dD][89a-fA-F][0-9a-fA-F]{2})|.)",
    re.DOTALL,
)
"""Every escape in turn: a pair, a surrogate without its pair, any other."""


def _lone_surrogate(text: str) -> bool:
    """Whether valid JSON escapes half a surrogate pair."""
    return any(found["lone"] for found in _ESCAPE.finditer(text))


_STRING = re.compile(r'"(?:[^"\\]|\\.)*+"?', re.DOTALL)
_NO_BRACKET = re.compile(r"[^\[\]{}]+")


def _too_deep(text: str) -> bool:
    """Whether brackets outside strings are nested too deep; told without reading it as JSON."""
    if text.count("[") + text.count("{") <= DEEPEST:
        return False
    depth = 0
    for bracket in _NO_BRACKET.sub("", _STRING.sub("", text)):
        depth += 1 if bracket in "[{" else -1
        if depth > DEEPEST:
            return True
    return False
