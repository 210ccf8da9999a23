"""Seals: a hash over everything stored, so that a changed bit is found where SQLite sees none.

Of 500 single-bit flips in a SQLite file, its own check found 11 (reliability, finding 3).
"""

from __future__ import annotations

from collections.abc import Iterable
from hashlib import sha256

import msgspec

pack = msgspec.msgpack.Encoder().encode
"""Rows as bytes, one way only: msgpack has one shortest form for each value that is stored."""
unpack = msgspec.msgpack.Decoder().decode


def seal(*parts: object) -> str:
    """The seal of some rows, in hex."""
    return sha256(pack(parts)).hexdigest()


def body_hash(body: bytes) -> str:
    """The hash of packed decisions, draws and events."""
    return sha256(body).hexdigest()


def text_hash(text: str | bytes) -> str:
    """The name under which a text is kept once."""
    return sha256(text if isinstance(text, bytes) else text.encode()).hexdigest()


def attempt_seal(attempt: Iterable[object], decision: Iterable[object] | None) -> str:
    """The seal of an attempt, and of the reply that came of it."""
    return seal(tuple(attempt), None if decision is None else tuple(decision))
