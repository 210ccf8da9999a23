"""Values on their way into SQLite and back: what it can hold, it shows; the rest is kept exactly.

Ordinary text is TEXT. Text with a lone surrogate, which UTF-8 has no bytes for, or with NUL, at
which SQL functions stop, is a BLOB of UTF-8 with surrogates let through. JSON is TEXT.
"""

from __future__ import annotations

import json
import re
from typing import NoReturn

import msgspec

from suasion.core.asks import Json

LIMIT = 16 * 2**20
"""Bytes in one text, the cap on a reply (reliability, section 2: a reply too large is refused)."""


class Unstorable(ValueError):
    """A value that cannot be recorded, and why."""


_AWKWARD = re.compile("[\0\ud800-\udfff]")
_encode = msgspec.json.Encoder().encode
_decode = msgspec.json.Decoder().decode


def stored(text: str) -> str | bytes:
    """Text as a column holds it."""
    if len(text) > LIMIT // 4 and len(text.encode("utf-8", "surrogatepass")) > LIMIT:
        size = f"{len(text):,} characters"
        raise Unstorable(f"text of {size}: expected at most {LIMIT:,} bytes of UTF-8")
    if "\0" in text or not _encodable(text):
        return text.encode("utf-8", "surrogatepass")
    return text


def _encodable(text: str) -> bool:
    """Whether UTF-8 has bytes for a text; quicker to encode than to search."""
    if text.isascii():
        return True
    try:
        text.encode()
    except UnicodeEncodeError:
        return False
    return True


def maybe(text: str | None) -> str | bytes | None:
    """Text that may be absent, as a column holds it."""
    return None if text is None else stored(text)


def text_of(column: object) -> str:
    """The text that a column holds."""
    if isinstance(column, bytes):
        return column.decode("utf-8", "surrogatepass")
    if isinstance(column, str):
        return column
    raise ValueError(f"expected text, found {type(column).__name__}")


def text_or_none(column: object) -> str | None:
    """The text that a column holds, if it holds one."""
    return None if column is None else text_of(column)


def to_json(value: Json) -> str:
    """JSON for a column, of a value that `strict_json` or `canonical` would accept.

    Fast; it is for values that a digest was already made of, since it writes NaN as null.
    """
    try:
        text = _encode(value).decode()
    except (UnicodeEncodeError, OverflowError, ValueError, RecursionError):
        return strict_json(value)
    if len(text) > LIMIT:
        raise Unstorable(f"value of {len(text):,} characters of JSON: expected at most {LIMIT:,}")
    return text


def strict_json(value: Json) -> str:
    """JSON for a column, or a refusal that names what JSON cannot hold."""
    try:
        text = json.dumps(value, allow_nan=False, ensure_ascii=False, separators=(",", ":"))
    except RecursionError:
        raise Unstorable("value nested too deeply to be written as JSON") from None
    except (TypeError, ValueError) as error:
        raise Unstorable(f"value that JSON cannot hold: {error}") from None
    if _AWKWARD.search(text):
        text = json.dumps(value, allow_nan=False, separators=(",", ":"))
    if len(text) > LIMIT:
        raise Unstorable(f"value of {len(text):,} characters of JSON: expected at most {LIMIT:,}")
    return text


def of_json(column: object) -> Json:
    """The value that a JSON column holds; ValueError where it holds no JSON."""
    if not isinstance(column, str):
        raise ValueError(f"expected JSON text, found {type(column).__name__}")
    try:
        return _decode(column)
    except (msgspec.MsgspecError, UnicodeEncodeError, ValueError, RecursionError):
        return _slowly(column)


def _slowly(text: str) -> Json:
    """JSON with lone surrogates or very long numbers, which only the standard library reads."""
    try:
        return json.loads(text, parse_constant=_no_constant)
    except RecursionError:
        raise ValueError("JSON nested too deeply to be read") from None


def _no_constant(name: str) -> NoReturn:
    raise ValueError(f"{name} is not JSON")


def seed_column(seed: int) -> int | str:
    """A seed of any size: a number where SQLite has one, otherwise its digits."""
    try:
        return seed if -(2**63) <= seed < 2**63 else str(seed)
    except ValueError as error:
        raise Unstorable(f"seed: {error}") from None
