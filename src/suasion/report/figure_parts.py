"""What all figures are drawn from: sizes, words of marks, rows with links, scales and axes."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from math import floor, log10
from textwrap import wrap
from typing import Any, NamedTuple

import altair as alt
import polars as pl

from suasion.measures.panel import Link, Mark, Panel
from suasion.report.palette import ACCENT, GRID, INK, LINE, SOFT
from suasion.report.text import clean, number

BASE = "https://evidence.invalid/"
"""In front of every link, since the renderer sends relative ones to a third party."""
Href = Callable[[Link], str | None]
"""Where the page of an event is; None where there is none."""
Row = dict[str, Any]
Place = Callable[[float], float]
"""From a value to pixels of the plot."""
WIDE = 0.62
"""Of a character, in its height: wider than most, since readers' fonts differ."""
FEW = 40
"""Episodes up to which each one is drawn behind its estimate."""


@dataclass(frozen=True)
class Size:
    """How large, in pixels of the picture."""

    width: int = 720
    """Of everything: labels, plot and what stands at its right."""
    row: int = 38
    height: int = 330
    """Of lines."""
    text: int = 13
    mini: bool = False
    """Without axes, numbers and links, for a list of questions."""
    phone: bool = False
    """Labels above their rows; single episodes and inner points of lines left to the table."""


PAGE = Size()
PHONE = Size(width=370, row=30, height=300, phone=True)
MINI = Size(width=250, row=18, height=96, text=10, mini=True)


class Drawing(NamedTuple):
    """A Vega-Lite specification, and the room it was made for."""

    spec: dict[str, Any]
    left: int
    """Pixels from the left edge to the plot: the renderer measures text by a font of its own."""
    width: int


def name(mark: Mark, panel: Panel) -> str:
    """A mark in words: what it is, its value, interval and n."""
    place = f"{panel.x} {number(mark.x)}" if panel.kind == "lines" else ""
    what = ", ".join(filter(None, [mark.label, mark.series, place]))
    said = f"{what}: {_value(mark, panel)}"
    if mark.small:
        episode = "" if mark.link is None else f", episode {mark.link.episode}"
        return clean(f"{said}{episode}, n = 1")
    said += "".join(f", {head} {words}" for head, words in _beside(mark, panel) if words)
    if mark.faint:
        said += ", not told apart from nought"
    return clean(said if mark.n is None else f"{said}, n = {mark.n:,}")


def _value(mark: Mark, panel: Panel) -> str:
    percent = percent_of(mark, panel)
    if panel.kind == "scatter" and mark.y is not None:
        x = f"{panel.x} {_bounded(mark.x, mark.low, mark.high)}"
        return f"{x}; {panel.y} {_bounded(mark.y, mark.y_low, mark.y_high)}"
    if mark.start is not None:
        return f"from {number(mark.start)} to {_bounded(mark.x, mark.low, mark.high)}"
    low, high = (None, None) if mark.small else (mark.low, mark.high)
    return _bounded(mark.x if mark.y is None else mark.y, low, high, percent)


def _bounded(value: float, low: float | None, high: float | None, percent: bool = False) -> str:
    said = number(value, percent)
    if low is None or high is None:
        return said
    return f"{said}, 95% interval {number(low, percent)} to {number(high, percent)}"


def _beside(mark: Mark, panel: Panel) -> list[tuple[str, str]]:
    return list(zip(panel.heads, mark.cells, strict=False))


def percent_of(mark: Mark, panel: Panel) -> bool:
    """Whether its value is a share, printed in percent."""
    of = {scale.name: scale.percent for scale in panel.scales}
    return of.get(mark.series, panel.percent)


# --- rows of data ------------------------------------------------------------------------------


def frame(marks: Sequence[Mark], panel: Panel, href: Href) -> list[Row]:
    """The marks as rows; their words and links beside their positions."""
    return [
        {
            "x": mark.x, "y": mark.y, "low": mark.low, "high": mark.high,
            "label": clean(mark.label), "series": mark.series, "name": name(mark, panel),
            "href": _absolute(href, mark.link),
        }
        for mark in marks
    ]  # fmt: skip


def _absolute(href: Href, link: Link | None) -> str | None:
    found = None if link is None else href(link)
    return None if found is None else BASE + found


def table(rows: Sequence[Row]) -> pl.DataFrame:
    """A frame, which is far quicker to draw than a list of rows."""
    return pl.DataFrame(rows, infer_schema_length=None)


def points(rows: Sequence[Row], picture: Size, x: Any, y: Any, **look: Any) -> list[alt.Chart]:
    """Marks with a link, and apart from them those without: a null link would lead astray."""
    linked = [row for row in rows if row["href"] and not picture.mini]
    bare = [row for row in rows if not row["href"] or picture.mini]
    charts = []
    for part, more in ((linked, {"href": "href:N"}), (bare, {})):
        if part:
            base = alt.Chart(table(part)).mark_point(**look)
            charts.append(base.encode(x=x, y=y, description="name:N", **more))
    return charts


def short(text: str, most: int) -> str:
    """Its beginning, where it is longer than that."""
    return text if len(text) <= most else text[: max(1, most - 1)] + "…"


def room(texts: Sequence[str], size: int) -> int:
    """Pixels that the longest of them takes at this height."""
    return int(max(map(len, texts), default=0) * size * WIDE)


# --- scales and axes ---------------------------------------------------------------------------


def span(
    seen: Sequence[float | None], domain: tuple[float, float] | None, zero: bool
) -> tuple[float, float]:
    """A value axis: everything drawn, nought where it has meaning, and a little air."""
    if domain is not None:
        return domain
    there = [x for x in seen if x is not None] + ([0.0] if zero else [])
    low, high = min(there, default=0.0), max(there, default=1.0)
    air = (high - low) * 0.06 or max(abs(high), 1.0) * 0.1
    return low - air, high + air


def axis(panel: Panel, size: Size) -> Any:
    """The renderer's own, of a panel with one scale."""
    if size.mini:
        return alt.Axis(labels=False, grid=False, title=None)
    count = 4 if size.width < 500 else 6
    return alt.Axis(tickCount=count, format=".0%" if panel.percent else alt.Undefined)


def ticks(low: float, high: float, most: int) -> list[float]:
    """Round numbers within a range: 1, 2 or 5 of a power of ten apart, at most so many."""
    if high <= low:
        return [low]
    rough = (high - low) / max(1, most)
    power = 10.0 ** floor(log10(rough))
    apart = next(power * of for of in (1, 2, 5, 10) if power * of >= rough * (1 - 1e-9))
    first = int(-(-(low + apart * 1e-9) // apart) if low % apart else low // apart)
    several = range(first, first + most + 2)
    return [round(at * apart, 12) for at in several if low <= at * apart <= high * (1 + 1e-12)]


class Pixels(NamedTuple):
    """A plot whose positions are pixels, so that several scales can stand in one."""

    width: float
    height: float

    def x(self, field: str) -> alt.X:
        """Across, from the left."""
        return alt.X(field, scale=_exact(self.width), axis=None)

    def y(self, field: str) -> alt.Y:
        """Down, from the top."""
        return alt.Y(field, scale=_exact(self.height, reverse=True), axis=None)


def _exact(end: float, reverse: bool = False) -> alt.Scale:
    return alt.Scale(domain=[0, end], nice=False, zero=False, reverse=reverse)


def text(rows: Sequence[Row], plot: Pixels, **look: Any) -> list[alt.Chart]:
    """Words at places: rows of `at_x`, `at_y` and `words`."""
    if not rows:
        return []
    look = {"aria": False, "align": "left", "baseline": "middle", **look}
    words = alt.Chart(table(rows)).mark_text(**look)
    return [words.encode(x=plot.x("at_x:Q"), y=plot.y("at_y:Q"), text="words:N")]


def rules(rows: Sequence[Row], plot: Pixels, **look: Any) -> list[alt.Chart]:
    """Straight lines: rows of `at_x`, `at_y`, `to_x` and `to_y`."""
    if not rows:
        return []
    look = {"aria": False, "color": LINE, "strokeWidth": 1, **look}
    drawn = alt.Chart(table(rows)).mark_rule(**look)
    ends = {"x2": alt.X2("to_x:Q"), "y2": alt.Y2("to_y:Q")}
    return [drawn.encode(x=plot.x("at_x:Q"), y=plot.y("at_y:Q"), **ends)]


def below(words: str, middle: float, top: float, plot: Pixels, size: Size) -> list[alt.Chart]:
    """The title of an axis under its numbers: about its middle, wrapped, and never cut off."""
    most = int(plot.width / ((size.text - 1) * WIDE))
    parts = wrap(clean(words), most)
    half = room(parts, size.text - 1) / 2
    x = min(max(middle, half), max(half, plot.width - half))
    rows = [said(x, top + size.text * (2.6 + 1.25 * at), part) for at, part in enumerate(parts)]
    return text(rows, plot, align="center", **label_style(size))


def line(x: float, y: float, to_x: float, to_y: float) -> Row:
    """One straight line."""
    return {"at_x": x, "at_y": y, "to_x": to_x, "to_y": to_y}


def said(x: float, y: float, words: str) -> Row:
    """Words at a place."""
    return {"at_x": x, "at_y": y, "words": words}


def label_style(size: Size) -> dict[str, Any]:
    """Of numbers on axes and heads of columns."""
    return {"color": SOFT, "fontSize": size.text - 1}


def ends(part: tuple[float, float], x: float) -> tuple[float, float, float]:
    """Of an upright line, all but where it begins across."""
    return part[0], x, part[1]


class Across(NamedTuple):
    """A value axis somewhere in a plot of pixels."""

    low: float
    high: float
    left: float
    right: float

    def at(self, value: float) -> float:
        """Where a value stands; what is beyond the ends stands at the end."""
        share = (value - self.low) / ((self.high - self.low) or 1.0)
        return self.left + min(max(share, 0.0), 1.0) * (self.right - self.left)

    def ticks(self, apart: int) -> list[float]:
        """Round numbers, about so many pixels apart."""
        return ticks(self.low, self.high, max(3, int((self.right - self.left) / apart)))

    def drawn(
        self,
        plot: Pixels,
        size: Size,
        top: float,
        bottom: float,
        *,
        zero: bool,
        percent: bool,
        parts: Sequence[tuple[float, float]] = (),
    ) -> list[alt.Chart]:
        """Grid lines from top to bottom, the line of nought, and numbers below.

        `parts` are what of these lines is drawn, where words stand between.
        """
        parts = parts or [(top, bottom)]
        nought = [line(self.at(0), *ends(part, self.at(0))) for part in parts if zero]
        if size.mini:
            return rules(nought, plot)
        several = self.ticks(60)
        grid = [line(self.at(v), *ends(part, self.at(v))) for v in several for part in parts]
        words = [said(self.at(v), bottom + size.text, number(v, percent)) for v in several]
        return [
            *rules(grid, plot, color=GRID),
            *rules(nought, plot, strokeWidth=1.5),
            *text(words, plot, align="center", **label_style(size)),
        ]


def dots(rows: Sequence[Row], plot: Pixels, size: Size, area: int = 95) -> list[alt.Chart]:
    """Estimates, at `at_x` and `at_y`: the accent last, so on top."""
    charts: list[alt.Chart] = []
    for accent, colour in ((False, INK), (True, ACCENT)):
        part = [row for row in rows if row["accent"] is accent]
        look = {"filled": True, "size": area, "opacity": 1, "color": colour}
        charts += points(part, size, plot.x("at_x:Q"), plot.y("at_y:Q"), **look)
    return charts


def intervals(
    rows: Sequence[Row], plot: Pixels, across: Across, width: float = 2
) -> list[alt.Chart]:
    """The intervals of x, behind their estimates."""
    charts: list[alt.Chart] = []
    for accent, colour in ((False, SOFT), (True, ACCENT)):
        ends = [
            line(across.at(row["low"]), row["at_y"], across.at(row["high"]), row["at_y"])
            for row in rows
            if row["accent"] is accent and row["low"] is not None and row["high"] is not None
        ]
        charts += rules(ends, plot, color=colour, strokeWidth=width)
    return charts
