"""Seeds made of numbers and words: the same ones make the same seed, on every machine."""

from __future__ import annotations

from hashlib import sha256


def seed_of(*parts: int | str) -> int:
    """The first 63 bits of the SHA-256 of numbers and words with strokes between them."""
    digest = sha256("/".join(map(str, parts)).encode()).digest()
    return int.from_bytes(digest[:8]) >> 1
