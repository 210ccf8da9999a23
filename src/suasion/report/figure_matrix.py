"""Who to whom: a cell for each row and column, coloured about nought, its value printed in it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

import altair as alt

from suasion.measures.panel import Mark, Panel
from suasion.report.figure_parts import (
    Href,
    Pixels,
    Row,
    Size,
    frame,
    label_style,
    room,
    said,
    short,
    table,
    text,
)
from suasion.report.palette import GRID, INK, PAPER, SOFT, diverging, step
from suasion.report.text import clean, two

FLAT = 90
"""Characters that lie flat above the columns of a page."""
HIGHEST = 200
"""Of heads that stand, in pixels."""
FOOT = 26
FAINT = 0.35
"""Of the colour of a cell that may not be spoken of as other than nought."""


class Grid(NamedTuple):
    """A matrix by its rows and columns, the margins last."""

    rows: tuple[str, ...]
    columns: tuple[str, ...]
    cells: Mapping[tuple[str, str], Mark]
    end: float
    """How far from nought the scale goes, both ways."""


def grid(panel: Panel) -> Grid:
    """The cells in the order in which rows and columns first come."""
    rows = dict.fromkeys(m.label for m in panel.marks if m.label != panel.margin)
    columns = dict.fromkeys(m.series for m in panel.marks if m.series != panel.margin)
    cells = {(mark.label, mark.series): mark for mark in panel.marks}
    ends = [max(map(abs, panel.domain))] if panel.domain else [abs(m.x) for m in panel.marks]
    below = (panel.margin,) if any(m.label == panel.margin for m in panel.marks) else ()
    right = (panel.margin,) if any(m.series == panel.margin for m in panel.marks) else ()
    end = max(ends, default=1.0) or 1.0
    return Grid((*rows, *below), (*columns, *right), cells, end)


def upright(of: Grid) -> bool:
    """Whether the heads of columns are too long to lie flat, and stand."""
    return len(of.columns) * max(map(len, of.columns), default=0) > FLAT


def matrix(panel: Panel, href: Href, size: Size) -> tuple[Any, int]:
    """The picture: for a page there is a table, which scrolls and is read out (`grid.html`)."""
    of = grid(panel)
    names = [clean(name) for name in of.rows]
    left = 0 if size.mini else min(room(names, size.text), size.width // 3) + 12
    head = _head(of, size)
    wide = (size.width - left) / max(1, len(of.columns))
    tall = wide * 0.6 if size.mini else max(24.0, min(wide * 0.72, 34.0))
    bottom = head + tall * len(of.rows)
    plot = Pixels(size.width, bottom + (0 if size.mini else FOOT))
    rows = frame(list(of.cells.values()), panel, href)
    for row, mark in zip(rows, of.cells.values(), strict=True):
        at_x = left + wide * of.columns.index(mark.series)
        at_y = head + tall * of.rows.index(mark.label)
        row |= {"at_x": at_x, "to_x": at_x + wide - 1.5, "at_y": at_y, "to_y": at_y + tall - 1.5}
        row |= _look(mark, of)
    layers = _cells(rows, plot, size)
    if not size.mini:
        layers += _printed(rows, plot, size, wide)
        fits = int((left - 8) / (size.text * 0.58))
        labels = [
            said(0, head + tall * (at + 0.5), short(name, fits)) for at, name in enumerate(names)
        ]
        layers += text(labels, plot, fontSize=size.text)
        layers += _heads(of, plot, size, left, wide, head)
        below = [said(0, bottom + 14, clean(f"{panel.y}; {panel.x}" if panel.y else panel.x))]
        layers += text(below, plot, **label_style(size))
    return alt.layer(*layers).properties(width=plot.width, height=plot.height), 0


def _head(of: Grid, size: Size) -> float:
    """The height of what stands above the cells."""
    if size.mini:
        return 0
    return min(HIGHEST, room(list(of.columns), size.text - 2) + 8) if upright(of) else 20


def _heads(
    of: Grid, plot: Pixels, size: Size, left: float, wide: float, head: float
) -> list[alt.Chart]:
    small = size.text - 2
    stand = upright(of)
    fits = int((head if stand else wide) / (small * 0.6))
    y = head - 6 if stand else head / 2
    rows = [
        said(left + wide * (at + 0.5), y, short(clean(name), max(3, fits)))
        for at, name in enumerate(of.columns)
    ]
    turned = {"angle": 270, "align": "left"} if stand else {"align": "center"}
    return text(rows, plot, color=SOFT, fontSize=small, **turned)


def _look(mark: Mark, of: Grid) -> Row:
    at = step(mark.x, of.end)
    dark = abs(at) > 2 and not mark.faint
    words = PAPER if dark else SOFT if mark.faint else INK
    return {"fill": diverging(mark.x, of.end), "faint": mark.faint, "ink": words}


def _cells(rows: Sequence[Row], plot: Pixels, size: Size) -> list[alt.Chart]:
    """Rectangles by colour, with links where there are any."""
    charts: list[alt.Chart] = []
    kinds = dict.fromkeys((row["fill"], row["faint"], bool(row["href"])) for row in rows)
    for fill, faint, linked in kinds:
        part = [
            r for r in rows if (r["fill"], r["faint"], bool(r["href"])) == (fill, faint, linked)
        ]
        look = {"color": fill, "fillOpacity": FAINT if faint else 1, "stroke": GRID}
        drawn = alt.Chart(table(part)).mark_rect(strokeWidth=0 if size.mini else 0.5, **look)
        more = {"href": "href:N"} if linked and not size.mini else {}
        ends = {"x2": alt.X2("to_x:Q"), "y2": alt.Y2("to_y:Q")}
        x, y = plot.x("at_x:Q"), plot.y("at_y:Q")
        charts.append(drawn.encode(x=x, y=y, description="name:N", **ends, **more))
    return charts


def _printed(rows: Sequence[Row], plot: Pixels, size: Size, wide: float) -> list[alt.Chart]:
    charts: list[alt.Chart] = []
    small = min(size.text - 2, wide / 3.1)
    for ink in dict.fromkeys(row["ink"] for row in rows):
        part = [
            said((r["at_x"] + r["to_x"]) / 2, (r["at_y"] + r["to_y"]) / 2, two(r["x"]))
            for r in rows
            if r["ink"] == ink
        ]
        charts += text(part, plot, align="center", color=ink, fontSize=small)
    return charts
