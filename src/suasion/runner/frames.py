"""What the runner and its workers tell each other: length, then msgpack of plain values.

Never pickle: a worker runs other people's code, and what it sends is data.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import msgspec

Column = Any
"""A value as a column of the record holds it; text may come as bytes."""
Columns = list[Column]
HEAD = 4
"""Bytes of a length."""
LARGEST = 2**30
"""Bytes of a frame; more is no frame of ours."""


class Job(msgspec.Struct, tag=True, array_like=True, frozen=True):
    """To a worker: play this episode, or play it on."""

    number: int
    what: str
    """JSON: environment, settings, seats (agent ids), seed. Text, so that any value survives."""
    record: list[Columns]
    """Rows of the decisions that are on disk."""


class OnDisk(msgspec.Struct, tag=True, array_like=True, frozen=True):
    """To a worker: the attempt it told of is on disk; the seat may be asked."""

    ticket: int


class Refused(msgspec.Struct, tag=True, array_like=True, frozen=True):
    """To a worker: the attempt it told of may not leave; its episode stops where it is."""

    ticket: int
    why: str
    fault: str = ""
    """The name of the fault that blocks the episode; empty where it may go on another time."""


class NoBatches(msgspec.Struct, tag=True, array_like=True, frozen=True):
    """To a worker: wait for no batch any longer; the run stops, and finds them another time."""

    why: str


class Ready(msgspec.Struct, tag=True, array_like=True, frozen=True):
    """From a worker: it has started."""


class Leaving(msgspec.Struct, tag=True, array_like=True, frozen=True):
    """From a worker: a seat is about to be asked; it waits for `OnDisk`."""

    number: int
    ticket: int
    """The worker's own number for this attempt."""
    kept: list[Columns]
    key: Columns
    told: Column
    lane: str = ""
    """Whom limits are held by; empty where nothing is sent."""
    left: Columns = []
    """The fields of `suasion.store.attempts.Left`."""


class Arrived(msgspec.Struct, tag=True, array_like=True, frozen=True):
    """From a worker: a reply; its decision is the last of `kept`."""

    number: int
    ticket: int
    kept: list[Columns]
    key: Columns
    came: Columns
    """The fields of `suasion.store.attempts.Came`."""


class Unanswered(msgspec.Struct, tag=True, array_like=True, frozen=True):
    """From a worker: an attempt came to nothing."""

    number: int
    ticket: int
    key: Columns
    came: Columns
    retry_after: float | None = None
    """Seconds that the server asked to wait."""


class Stuck(msgspec.Struct, tag=True, array_like=True, frozen=True):
    """From a worker: the episode cannot go on; `state` is `blocked`, `failed`, or `running` where
    it may go on another time.
    """

    number: int
    state: str
    error: str


class Whole(msgspec.Struct, tag=True, array_like=True, frozen=True):
    """From a worker: the episode is over; `body` is its packed rows, `hashed` their hash."""

    number: int
    end: list[str]
    """The fields of `suasion.store.writer.End`."""
    body: bytes
    hashed: str


FromWorker = Ready | Leaving | Arrived | Unanswered | Stuck | Whole
ToWorker = Job | OnDisk | Refused | NoBatches
_encode = msgspec.msgpack.Encoder().encode


def framed(message: FromWorker | ToWorker) -> bytes:
    """A message with its length before it."""
    data = _encode(message)
    return len(data).to_bytes(HEAD, "big") + data


class Frames:
    """Takes bytes as they come and gives whole messages."""

    def __init__(self) -> None:
        self._bytes = bytearray()

    def take(self, data: bytes) -> Iterator[bytes]:
        """The messages that are whole now."""
        self._bytes += data
        start = 0
        while len(self._bytes) - start >= HEAD:
            end = start + HEAD + size(self._bytes[start : start + HEAD])
            if len(self._bytes) < end:
                break
            yield bytes(self._bytes[start + HEAD : end])
            start = end
        del self._bytes[:start]


def size(head: bytes | bytearray) -> int:
    """The length that stands before a message."""
    length = int.from_bytes(head, "big")
    if length > LARGEST:
        raise ValueError(f"a frame of {length:,} bytes: expected at most {LARGEST:,}")
    return length


from_worker = msgspec.msgpack.Decoder(FromWorker).decode
to_worker = msgspec.msgpack.Decoder(ToWorker).decode
