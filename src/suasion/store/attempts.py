"""What is known of an attempt: before it leaves, and once it has come back or not."""

from __future__ import annotations

from typing import NamedTuple


class Left(NamedTuple):
    """Of a call of a model, what is written before it leaves; all of it absent for other seats."""

    frame: str | bytes | None = None
    """What is sent beside the messages; absent where the text is known to be on record."""
    named: str | None = None
    """The hash of the frame, under which its text is kept once."""
    request: str | None = None
    """SHA-256 of the whole body, in hex."""
    reserved: int | None = None
    """Tokens that are set aside."""
    reserved_cost: float | None = None
    """US dollars that are set aside; absent where the price is unknown."""
    branch: str | None = None
    """JSON: messages that were sent between those of the seat's acts and the last."""


class Came(NamedTuple):
    """How an attempt ended."""

    outcome: str | bytes
    seconds: float
    tokens_in: int | None = None
    tokens_out: int | None = None
    tokens_cached: int | None = None
    cost: float | None = None
    """US dollars by what the server counted."""
    beside: str | None = None
    """JSON: what the server said beside the reply."""


class Charge(NamedTuple):
    """All attempts with one outcome, together."""

    outcome: str
    counted: bool
    """Whether the server said how many tokens it took."""
    many: int
    tokens: int
    """As counted, or as reserved where it was not."""
    cost: float
    unpriced: int
    """How many of them have no cost, because the price is unknown."""
