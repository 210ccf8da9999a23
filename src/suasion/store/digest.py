"""The digest of an episode, as `Episode.digest` makes it, in less than half the time.

Every scripted action pays for its digest, and the standard library's JSON would cost more than
SQLite does. msgspec writes the same bytes for nearly everything. What it writes otherwise (very
small and very large floats, DEL) or wrongly (NaN as null) is seen in what it wrote, and left to
`canonical`.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from hashlib import sha256
from math import isfinite
from struct import unpack_from

import msgspec

from suasion.core.asks import Json
from suasion.core.episode import RAW, Episode, canonical
from suasion.store.seals import pack

_sorted = msgspec.json.Encoder(order="sorted").encode
_ODD_FLOAT = re.compile(
    rb"\xcb(?![\x00\x80]\x00{7})"
    rb"(?=[\x00-\x3e\x80-\xbe\x44-\x7f\xc4-\xff]|[\x3f\xbf][\x00-\x1a]|[\x43\xc3][\x41-\xff])"
)
"""Where a float may stand in msgpack that is not nought and below about 1e-4, from about 1e16 up,
or no number: one that JSON writes with an exponent, or cannot write."""


def digest_of(episode: Episode) -> str:
    """SHA-256, in hex, equal to `episode.digest()`; refuses what that refuses."""
    rows = episode.rows()
    for row in rows[1]:
        row[RAW] = None
    return sha256(canonically(rows)).hexdigest()


def canonically(value: Json) -> bytes:
    """The same bytes as `canonical`."""
    try:
        text = _sorted(value)
        odd = b"\x7f" in text or _holds(text, {*_odd_floats(pack(value))})
    except (UnicodeEncodeError, OverflowError, TypeError, ValueError, RecursionError):
        return canonical(value)
    return canonical(value) if odd else text


def _holds(text: bytes, odd: set[float]) -> bool:
    """Whether any of some odd floats may stand in a text: quick where it is long and they are many.

    Columns of whole numbers have many bytes that look like floats, and each would be looked for.
    """
    if not all(map(isfinite, odd)) and b"null" in text:
        return True
    if len(odd) <= FEW:
        return any(_sorted(number) in text for number in odd)
    if not any(mark in text for mark in _MARKS):
        return False
    return not {_sorted(number) for number in odd}.isdisjoint(_FLOAT.findall(text))


_MARKS = (b"0.0000", *(b"%de" % digit for digit in range(10)))
"""One of these is in every odd float as msgspec writes it, but for those that are no number."""
FEW = 8
_FLOAT = re.compile(rb"-?[0-9]+(?:\.[0-9]+(?:e[-+]?[0-9]+)?|e[-+]?[0-9]+)")


def _odd_floats(packed: bytes) -> Iterator[float]:
    """Every odd float, and some that only bytes of other things look like."""
    for found in _ODD_FLOAT.finditer(packed):
        if found.end() + 8 <= len(packed):
            yield unpack_from(">d", packed, found.end())[0]
