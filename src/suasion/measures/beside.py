"""What the reader shows beside a transcript: what each seat holds, and remarks on events."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal, NamedTuple

Shape = Literal["action", "private", "public", "each", "inner", "aside", "lost"]


class Glyph(NamedTuple):
    """How the reader draws an event in the lanes."""

    shape: Shape
    """`action` a thick arrow, `private` a thin one, `public` a line across all lanes, `each` dots
    on the lanes of those who are told a row, `inner` a ring (a plan, a thought), `aside` a dotted
    ring, `lost` a cross (a forfeit)."""
    to: tuple[int, ...] = ()
    """The seats an arrow points at."""
    words: str = ""
    """The kind in words, such as `private message`."""


class Remark(NamedTuple):
    """Something computed about an event, such as a promise and what became of it."""

    event: int
    kind: str
    """`promise`."""
    state: str
    """`kept`, `broken`, `open`, `void`."""
    words: str
    settled_by: int | None = None
    """The event that settled it."""


@dataclass(frozen=True)
class Beside:
    """The state panel of one episode."""

    unit: str
    """Of what seats hold, such as `points`."""
    held: Sequence[Sequence[float | None]]
    """What each seat holds after each event: events x seats; `None` where it holds nothing."""
    remarks: Sequence[Remark] = ()
    ends: tuple[float, float] | None = None
    """Between what a bar runs; from nought to the most that is held at the end, when not said."""
