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
    """The interval: of y in `lines`, of x everywhere else."""
    n: int | None = None
    link: Link | None = None
    """For an estimate: an event of the most typical episode (nearest to the estimate)."""
    series: str = ""
    """What tells marks of one label apart, such as `talking` and `silent`; in `columns` and
    `matrix` the column."""
    small: bool = False
    """One episode's value behind an estimate, drawn light."""
    start: float | None = None
    """In `arrows`: where the arrow to x begins."""
    y_low: float | None = None
    y_high: float | None = None
    """In `scatter`: the interval of y."""
    cells: tuple[str, ...] = ()
    """In `board`: words under the heads of the panel."""
    group: str = ""
    """In `board`: rows of one group stand together; a line parts it from the next."""
    faint: bool = False
    """In `matrix`: what may not be spoken of as other than nought."""


class Scale(NamedTuple):
    """One column of a panel, with a scale of its own."""

    name: str
    """The series of the marks in it, and its head; with its unit."""
    zero: bool = True
    percent: bool = False
    domain: tuple[float, float] | None = None


Kind = Literal["forest", "lines", "pairs", "board", "columns", "arrows", "scatter", "matrix"]


@dataclass(frozen=True)
class Panel:
    """A figure.

    `forest`: rows of x with intervals; `lines`: y over x, a line a label; `pairs`: two values a
    label, observed and chance, on one scale. `board`: a forest with words beside each row, such as
    its rank; `columns`: a row a label, with a scale of its own for each series; `arrows`: from
    `start` to x, a row for each label and series; `scatter`: y against x, both with intervals;
    `matrix`: x of each row (label) and column (series), coloured about nought.
    """

    kind: Kind
    x: str
    """Title of the x axis, with its unit; of a matrix, of what stands in its cells."""
    marks: Sequence[Mark]
    y: str = ""
    """Title of the y axis; of a matrix, what its rows and columns are."""
    zero: bool = False
    """Whether nought has meaning on x and gets a line."""
    accent: str | None = None
    """The label that the finding names."""
    domain: tuple[float, float] | None = None
    """The range of the value axis where it is fixed, such as a share's; of a matrix, both ends
    are equally far from nought."""
    percent: bool = False
    heads: tuple[str, ...] = ()
    """Of a board: the first stands before the labels, the rest at the right."""
    scales: tuple[Scale, ...] = ()
    """Of columns: each in its order."""
    corners: tuple[str, str, str, str] | None = None
    """Of a scatter: what each quarter is called, from the upper left by rows."""
    cross: tuple[float, float] | None = None
    """Of a scatter: where the quarters meet."""
    margin: str = ""
    """Of a matrix: the label and series of what sums up a column and a row."""
    planned: float | None = None
    """Of lines: the x that this run has, marked by an upright line."""
