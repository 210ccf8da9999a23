"""A figure as plain data: what an environment says, and a report draws."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal, NamedTuple


class Link(NamedTuple):
    """Evidence: an event of an episode, or the episode as a whole."""

    episode: str
    event: int | None = None


class Mark(NamedTuple):
    """One mark of a figure: a position, what it says, and the evidence behind it."""

    label: str
    """The row or line it belongs to."""
    x: float
    y: float | None = None
    low: float | None = None
    high: float | None = None
    n: int | None = None
    link: Link | None = None
    """For an estimate: an event of the most typical episode (nearest to the estimate)."""
    series: str = ""
    """What tells marks of one label apart, such as `talking` and `silent`."""
    small: bool = False
    """One episode's value behind an estimate, drawn light."""


@dataclass(frozen=True)
class Panel:
    """A figure.

    `forest`: rows of x with intervals; `lines`: y over x, a line a label; `pairs`: two values a
    label, observed and chance, on one scale.
    """

    kind: Literal["forest", "lines", "pairs"]
    x: str
    """Title of the x axis, with its unit."""
    marks: Sequence[Mark]
    y: str = ""
    zero: bool = False
    """Whether nought has meaning on x and gets a line."""
    accent: str | None = None
    """The label that the finding names."""
    domain: tuple[float, float] | None = None
    """The range of the value axis where it is fixed, such as a share's."""
    percent: bool = False
