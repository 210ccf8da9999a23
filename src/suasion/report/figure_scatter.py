"""Points with an interval both ways, in quarters that have names."""

from __future__ import annotations

from collections.abc import Sequence
from textwrap import wrap
from typing import Any

import altair as alt

from suasion.measures.panel import Mark, Panel
from suasion.report.figure_parts import (
    WIDE,
    Across,
    Href,
    Pixels,
    Row,
    Size,
    below,
    dots,
    frame,
    label_style,
    line,
    rules,
    said,
    short,
    span,
    text,
)
from suasion.report.labels import Box, Point, Spot, placed
from suasion.report.palette import ACCENT, GRID, INK, LINE, SOFT
from suasion.report.text import clean, number

NAMED = 6
"""Points that a phone has room to name; of more each has a number, with the names below."""
TALL, PHONE_TALL, MINI_TALL = 470, 360, 130
LEFT, FOOT = 46, 44
NEAR = 10
"""Pixels up to which a name needs no line that leads to it."""
LONGEST = 32


def scatter(panel: Panel, href: Href, size: Size) -> tuple[Any, int]:
    """Values of y against x, a cross for each mark."""
    marks = [mark for mark in panel.marks if mark.y is not None]
    tall = MINI_TALL if size.mini else PHONE_TALL if size.phone else TALL
    across, up = _axes(panel, marks, size, tall)
    key = _key(marks, size)
    bottom = tall - (4 if size.mini else FOOT)
    plot = Pixels(size.width, tall + (len(key) + 1) * size.text * 1.5 * bool(key))
    rows = frame(marks, panel, href)
    for row, mark in zip(rows, marks, strict=True):
        row |= {"at_x": across.at(mark.x), "at_y": up.at(mark.y or 0.0)}
        row["accent"] = mark.label == panel.accent
    layers = across.drawn(plot, size, 18, bottom, zero=panel.zero, percent=panel.percent)
    layers += _upward(up, across, plot, size)
    layers += _quarters(panel, across, up, plot, size)
    layers += _crosses(rows, marks, across, up, plot, size)
    if not size.mini:
        layers += _names(panel, rows, marks, across, up, plot, size)
        layers += _titles(panel, across, bottom, plot, size)
        below = [said(0, tall + size.text * 1.5 * (at + 0.9), w) for at, w in enumerate(key)]
        layers += text(below, plot, fontSize=size.text - 1)
    layers += dots(rows, plot, size, 20 if size.mini else 75)
    return alt.layer(*layers).properties(width=plot.width, height=plot.height), 0


def _axes(panel: Panel, marks: Sequence[Mark], size: Size, tall: int) -> tuple[Across, Across]:
    """Across, and up: a scale whose end is at the top."""
    xs = [x for m in marks for x in (m.x, m.low, m.high)]
    ys = [y for m in marks for y in (m.y, m.y_low, m.y_high)]
    if panel.cross is not None:
        xs.append(panel.cross[0])
        ys.append(panel.cross[1])
    edge = 4 if size.mini else LEFT
    across = Across(*span(xs, None, panel.zero), edge, size.width - 6)
    low, high = span(ys, None, False)
    # A scale from high to low whose left end is the top of the plot.
    return across, Across(low, high, tall - (4 if size.mini else FOOT), 4 if size.mini else 18)


def _upward(up: Across, across: Across, plot: Pixels, size: Size) -> list[alt.Chart]:
    if size.mini:
        return []
    several = _ticks(up)
    grid = [line(across.left, up.at(v), across.right, up.at(v)) for v in several]
    words = [said(across.left - 8, up.at(v), number(v)) for v in several]
    return [
        *rules(grid, plot, color=GRID),
        *text(words, plot, align="right", **label_style(size)),
    ]


def _ticks(up: Across) -> list[float]:
    turned = Across(up.low, up.high, up.right, up.left)
    return turned.ticks(60)


def _quarters(
    panel: Panel, across: Across, up: Across, plot: Pixels, size: Size
) -> list[alt.Chart]:
    """The lines where quarters meet, and what each is called, at the edges."""
    if panel.cross is None:
        return []
    x, y = across.at(panel.cross[0]), up.at(panel.cross[1])
    parting = [line(across.left, y, across.right, y), line(x, up.right, x, up.left)]
    charts = rules(parting, plot, color=LINE, strokeDash=[4, 3])
    if size.mini or panel.corners is None:
        return charts
    look = {"color": SOFT, "fontSize": size.text - 1, "fontStyle": "italic"}
    top, bottom = up.right - 9, up.left - 9
    upper_left, upper_right, lower_left, lower_right = map(clean, panel.corners)
    charts += text(
        [said(across.left + 2, top, upper_left), said(across.left + 2, bottom, lower_left)],
        plot, **look,
    )  # fmt: skip
    charts += text(
        [said(across.right, top, upper_right), said(across.right, bottom, lower_right)],
        plot, align="right", **look,
    )  # fmt: skip
    return charts


def _crosses(
    rows: Sequence[Row],
    marks: Sequence[Mark],
    across: Across,
    up: Across,
    plot: Pixels,
    size: Size,
) -> list[alt.Chart]:
    charts: list[alt.Chart] = []
    for accent, colour in ((False, LINE), (True, ACCENT)):
        part = [
            one
            for row, mark in zip(rows, marks, strict=True)
            if row["accent"] is accent
            for one in _cross(row, mark, across, up)
        ]
        charts += rules(part, plot, color=colour, strokeWidth=1 if size.mini else 1.5)
    return charts


def _cross(row: Row, mark: Mark, across: Across, up: Across) -> list[Row]:
    x, y, found = row["at_x"], row["at_y"], []
    if mark.low is not None and mark.high is not None:
        found.append(line(across.at(mark.low), y, across.at(mark.high), y))
    if mark.y_low is not None and mark.y_high is not None:
        found.append(line(x, up.at(mark.y_low), x, up.at(mark.y_high)))
    return found


def _numbered(marks: Sequence[Mark], size: Size) -> bool:
    return size.phone and len(marks) > NAMED


def _key(marks: Sequence[Mark], size: Size) -> list[str]:
    """What the numbers of a phone's points stand for."""
    if not _numbered(marks, size):
        return []
    most = int(size.width / ((size.text - 1) * 0.58))
    return [short(f"{at}  {clean(m.label)}", most) for at, m in enumerate(marks, 1)]


def _names(
    panel: Panel,
    rows: Sequence[Row],
    marks: Sequence[Mark],
    across: Across,
    up: Across,
    plot: Pixels,
    size: Size,
) -> list[alt.Chart]:
    """The name of each point, and a thin line to one that had to go far."""
    if _numbered(marks, size):
        words = [str(at) for at, _ in enumerate(marks, 1)]
    else:
        words = [short(clean(mark.label), LONGEST) for mark in marks]
    tall = size.text
    points = [
        Point(
            row["at_x"], row["at_y"], len(each) * tall * WIDE, tall, _boxes(row, mark, across, up)
        )
        for row, mark, each in zip(rows, marks, words, strict=True)
    ]
    edge = Box(across.left, up.right, across.right, up.left - (18 if panel.corners else 0))
    spots = placed(points, edge)
    charts = rules(_leaders(points, spots), plot, color=LINE)
    for accent, colour in ((False, INK), (True, ACCENT)):
        part = [
            said((spot.box.left + spot.box.right) / 2, (spot.box.top + spot.box.bottom) / 2, each)
            for spot, each, row in zip(spots, words, rows, strict=True)
            if row["accent"] is accent
        ]
        look = {"color": colour, "fontWeight": "bold" if accent else "normal"}
        charts += text(part, plot, align="center", fontSize=size.text - 1, **look)
    return charts


def _at(row: Row) -> tuple[float, float]:
    return row["at_x"], row["at_y"]


def _boxes(row: Row, mark: Mark, across: Across, up: Across) -> tuple[Box, ...]:
    return tuple(
        Box(
            min(r["at_x"], r["to_x"]) - 1, min(r["at_y"], r["to_y"]) - 1,
            max(r["at_x"], r["to_x"]) + 1, max(r["at_y"], r["to_y"]) + 1,
        )
        for r in _cross(row, mark, across, up)
    )  # fmt: skip


def _leaders(points: Sequence[Point], spots: Sequence[Spot]) -> list[Row]:
    found = []
    for point, spot in zip(points, spots, strict=True):
        if spot.far > NEAR:
            x = min(max(point.x, spot.box.left), spot.box.right)
            y = min(max(point.y, spot.box.top), spot.box.bottom)
            found.append(line(point.x, point.y, x, y))
    return found


def _titles(
    panel: Panel, across: Across, bottom: float, plot: Pixels, size: Size
) -> list[alt.Chart]:
    middle = (across.left + across.right) / 2
    most = int(plot.width / ((size.text - 1) * WIDE))
    parts = wrap(f"↑ {clean(panel.y)}", most)
    last = len(parts) - 1
    high = [said(0, -10 - size.text * 1.25 * (last - at), w) for at, w in enumerate(parts)]
    return [
        *below(f"{panel.x} →", middle, bottom, plot, size),
        *text(high, plot, **label_style(size)),
    ]
