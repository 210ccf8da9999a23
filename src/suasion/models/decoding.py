"""Bodies off the wire, decoded piece by piece under a cap, so that no bomb is ever unpacked.

Compressed bodies are unpacked here and not by the HTTP library, whose bounds differ from version
to version. Only gzip and deflate are asked for, because only they can be unpacked piece by piece
with nothing but Python.
"""

from __future__ import annotations

import zlib

from suasion.models.faults import Fault

LARGEST = 16 * 2**20
"""Bytes of a decoded reply."""
ACCEPTED = "gzip, deflate"


class Body:
    """The decoded bytes so far."""

    def __init__(self, encoding: str, cap: int = LARGEST) -> None:
        """`encoding` is the `Content-Encoding`.

        Errors: `Fault`, for an encoding that was not asked for.
        """
        self.bytes = bytearray()
        self.came = 0
        """Bytes that came over the wire."""
        self._cap = cap
        self._encoding = encoding.strip().casefold()
        if self._encoding not in _KNOWN:
            raise Fault("not_json", f"encoded as {encoding[:40]!r}, which was not asked for")
        self._unpack = None if self._encoding in _PLAIN else zlib.decompressobj(31)
        self._begun = False

    def feed(self, piece: bytes) -> None:
        """Take in what came next.

        Errors: `Fault`: `reply_too_large`, `not_json` for bytes that cannot be unpacked.
        """
        self.came += len(piece)
        if self.came > self._cap:
            raise self._too_large()
        if self._unpack is None:
            self.bytes += piece
        elif piece:
            self._inflate(piece)

    def ended(self) -> None:
        """Nothing more comes.

        Errors: `Fault`, for a compressed body that is not whole.
        """
        if self._unpack is not None and self._begun and not self._unpack.eof:
            raise Fault("cut_body", f"the {self._encoding} data ends early")

    def _inflate(self, piece: bytes) -> None:
        if not self._begun and self._encoding == "deflate":
            # Half the world sends deflate without the wrapper that RFC 9110 asks for.
            self._unpack = zlib.decompressobj(15 if piece[0] & 0x0F == 8 else -15)
        self._begun = True
        try:
            while piece:
                piece = self._inflate_some(piece)
        except zlib.error as error:
            raise Fault("not_json", f"no {self._encoding} data: {error}") from None

    def _inflate_some(self, piece: bytes) -> bytes:
        """What is left of the piece once as much as may be has been unpacked."""
        assert self._unpack is not None
        room = self._cap - len(self.bytes)
        self.bytes += self._unpack.decompress(piece, room + 1)
        if len(self.bytes) > self._cap:
            raise self._too_large()
        if self._unpack.eof and self._unpack.unused_data and self._encoding != "deflate":
            left = self._unpack.unused_data
            self._unpack = zlib.decompressobj(31)
            return left
        return self._unpack.unconsumed_tail

    def _too_large(self) -> Fault:
        return Fault("reply_too_large", f"more than {self._cap} bytes")


_PLAIN = frozenset(("", "identity"))
_KNOWN = _PLAIN | {"gzip", "x-gzip", "deflate"}
