"""The digest of an episode, as `Episode.digest` makes it, in a third of the time.

Every scripted action pays for its digest, and the standard library's JSON would cost more than
SQLite does. msgspec writes the same bytes for nearly everything; what it writes otherwise (floats
with an exponent, DEL) or wrongly (NaN as null) is seen in its output, and left to `canonical`.
"""

from __future__ import annotations

import codecs
import re
from hashlib import sha256

import msgspec

from suasion.core.asks import Json
from suasion.core.episode import RAW, Episode, canonical
from suasion.store.seals import pack

_sorted = msgspec.json.Encoder(order="sorted").encode
_NOT_FINITE = re.compile(rb"\xcb[\x7f\xff][\xf0-\xff]")
"""A float without a number, in msgpack; no text holds these bytes, since they are no UTF-8."""
_OTHERWISE = (b"\x7f", b"0.0000", b"e-", *(b"e%d" % digit for digit in range(1, 10)))
"""Found in whatever msgspec may write otherwise than the standard library."""


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
        if any(map(text.__contains__, _OTHERWISE)) or _NOT_FINITE.search(pack(value)):
            return canonical(value)
    except (UnicodeEncodeError, OverflowError, TypeError, ValueError, RecursionError):
        return canonical(value)
    return text if text.isascii() else text.decode().encode("ascii", _ERRORS)


def _escaped(error: UnicodeError) -> tuple[str, int]:
    """Characters beyond ASCII as JSON escapes them."""
    if not isinstance(error, UnicodeEncodeError):
        raise error
    units = error.object[error.start : error.end].encode("utf-16-be").hex()
    return "".join(f"\\u{units[at : at + 4]}" for at in range(0, len(units), 4)), error.end


_ERRORS = "suasion.json"
codecs.register_error(_ERRORS, _escaped)
