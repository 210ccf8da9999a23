"""A board: a row for each, with its rank, estimate, interval and what else stands beside it."""

from __future__ import annotations

from itertools import pairwise
from typing import Any, NamedTuple

import altair as alt

from suasion.measures.panel import Mark, Panel
from suasion.report.figure_parts import (
    Across,
    Href,
    Pixels,
    Row,
    Size,
    below,
    dots,
    frame,
    intervals,
    label_style,
    line,
    room,
    rules,
    said,
    short,
    span,
    text,
)
from suasion.report.palette import ACCENT, GRID, INK, LINE, SOFT
from suasion.report.text import clean, number, two

HEAD, ROW, FOOT = 24, 31, 42
LINES = 47
"""Height of a row on a phone: its words, and its interval below."""
GAP = 16
TALL = 150
"""Of a whole board in small."""


class Layout(NamedTuple):
    """Where what stands, in pixels."""

    label: int
    """The left edge of labels."""
    value: int
    """The right edge of estimates in words."""
    across: Across
    n: int
    """The right edge of n."""
    cells: tuple[int, ...]
    """The right edges of the cells behind the first."""
    fits: int
    """Characters of a label."""


def board(panel: Panel, href: Href, size: Size) -> tuple[Any, int]:
    """A row for each mark in its order, with lines between groups."""
    marks = list(panel.marks)
    each = _row_height(len(marks), size)
    top = 0 if size.mini or size.phone else HEAD
    bottom = top + each * len(marks)
    plot = Pixels(size.width, bottom + (0 if size.mini else FOOT))
    layout = _layout(panel, marks, size)
    rows = frame(marks, panel, href)
    for at, (row, mark) in enumerate(zip(rows, marks, strict=True)):
        middle = top + at * each + each * (0.72 if size.phone else 0.5)
        row |= {"at_x": layout.across.at(mark.x), "at_y": middle, "accent": _named(mark, panel)}
    parts = [(y - 9, y + 9) for y in (row["at_y"] for row in rows)] if size.phone else []
    layers = layout.across.drawn(
        plot, size, top, bottom, zero=panel.zero, percent=panel.percent, parts=parts
    )
    if not size.mini:
        layers += _lines(marks, plot, top, each)
    layers += intervals(rows, plot, layout.across, 1.5 if size.mini else 2)
    layers += dots(rows, plot, size, 20 if size.mini else 75)
    if not size.mini:
        layers += _phone(panel, rows, plot, layout, size) if size.phone else (
            _words(panel, rows, plot, layout, size)
        )  # fmt: skip
        middle = (layout.across.left + layout.across.right) / 2
        layers += below(panel.x, middle, bottom, plot, size)
    return alt.layer(*layers).properties(width=plot.width, height=plot.height), 0


def _named(mark: Mark, panel: Panel) -> bool:
    return mark.label == panel.accent


def _row_height(rows: int, size: Size) -> float:
    if size.mini:
        return min(size.row, TALL / max(1, rows))
    return LINES if size.phone else ROW


def _layout(panel: Panel, marks: list[Mark], size: Size) -> Layout:
    """As much room for words as they take, and the rest for intervals."""
    seen = [x for m in marks for x in (m.x, m.low, m.high)]
    low, high = span(seen, panel.domain, panel.zero)
    small = size.text - 1
    if size.mini:
        return Layout(0, 0, Across(low, high, 4, size.width - 4), 0, (), 0)
    if size.phone:
        n = room([_n(m) for m in marks], small)
        across = Across(low, high, 4, size.width - n - 14)
        taken = room([_estimate(m, panel) for m in marks], small) + GAP
        fits = int((size.width - taken) / (small * 0.57))
        return Layout(0, size.width, across, size.width, (), fits)
    cells = [[m.cells[at] if at < len(m.cells) else "" for m in marks] for at in _heads(panel)]
    widths = [room([*several, panel.heads[at]], small) for at, several in enumerate(cells)]
    label = widths[0] + GAP if widths else 0
    longest = min(room([clean(m.label) for m in marks], size.text), 230)
    value = label + longest + GAP + room([_estimate(m, panel) for m in marks], small)
    edges, right = [], size.width
    for width in reversed(widths[1:]):
        edges.append(right)
        right -= width + GAP
    n = room([*(_count(m) for m in marks), "n"], small)
    across = Across(low, high, value + GAP, right - n - GAP)
    fits = int(longest / (size.text * 0.6))
    return Layout(label, value, across, right, tuple(reversed(edges)), max(fits, 4))


def _heads(panel: Panel) -> range:
    return range(len(panel.heads))


def _count(mark: Mark) -> str:
    return "" if mark.n is None else f"{mark.n:,}"


def _n(mark: Mark) -> str:
    return "" if mark.n is None else f"n = {mark.n:,}"


def _estimate(mark: Mark, panel: Panel) -> str:
    """Such as `1.71 [1.50, 1.92]`."""
    value = _two(mark.x, panel)
    if mark.low is None or mark.high is None:
        return value
    return f"{value} [{_two(mark.low, panel)}, {_two(mark.high, panel)}]"


def _two(value: float, panel: Panel) -> str:
    """With two decimals, so that a column of them can be read down."""
    return number(value, True) if panel.percent else two(value)


def _lines(marks: list[Mark], plot: Pixels, top: float, each: float) -> list[alt.Chart]:
    """Between rows a faint line, between groups a plain one."""
    thin: list[Row] = []
    plain: list[Row] = []
    for at, (one, other) in enumerate(pairwise(marks), 1):
        y = top + at * each
        (thin if one.group == other.group else plain).append(line(0, y, plot.width, y))
    edge = [line(0, top, plot.width, top)] if top else []
    return [
        *rules([*thin, *edge], plot, color=GRID),
        *rules(plain, plot, color=LINE, strokeWidth=1.5),
    ]


def _words(
    panel: Panel, rows: list[Row], plot: Pixels, layout: Layout, size: Size
) -> list[alt.Chart]:
    """All that stands beside the interval, and the heads above."""
    soft, small = label_style(size), {"fontSize": size.text - 1}
    marks = list(panel.marks)
    pairs = list(zip(rows, marks, strict=True))
    charts = _labels(pairs, plot, layout.label, layout.fits, size)
    values = [said(layout.value, r["at_y"], _estimate(m, panel)) for r, m in pairs]
    counts = [said(layout.n, r["at_y"], _count(m)) for r, m in pairs]
    charts += text(values, plot, align="right", **small)
    charts += text(counts, plot, align="right", **soft)
    first = [said(0, r["at_y"], clean(m.cells[0])) for r, m in pairs if m.cells]
    charts += text(first, plot, **small)
    for at, edge in enumerate(layout.cells, 1):
        beside = [said(edge, r["at_y"], clean(m.cells[at])) for r, m in pairs if at < len(m.cells)]
        charts += text(beside, plot, align="right", **soft)
    heads = [said(0, HEAD / 2, head) for head in panel.heads[:1]]
    right = [said(layout.n, HEAD / 2, "n"), said(layout.value, HEAD / 2, "mean [95%]")]
    if all(mark.low is None for mark in marks):
        right[1]["words"] = "mean"
    right += [
        said(edge, HEAD / 2, head)
        for edge, head in zip(layout.cells, panel.heads[1:], strict=False)
    ]
    return [*charts, *text(heads, plot, **soft), *text(right, plot, align="right", **soft)]


def _labels(
    pairs: list[tuple[Row, Mark]], plot: Pixels, left: float, fits: int, size: Size
) -> list[alt.Chart]:
    charts: list[alt.Chart] = []
    for accent, colour in ((False, INK), (True, ACCENT)):
        names = [
            said(left, row["at_y"], short(row["label"], fits))
            for row, _ in pairs
            if row["accent"] is accent
        ]
        look = {"color": colour, "fontWeight": "bold" if accent else "normal"}
        charts += text(names, plot, fontSize=size.text, **look)
    return charts


def _phone(
    panel: Panel, rows: list[Row], plot: Pixels, layout: Layout, size: Size
) -> list[alt.Chart]:
    """The words of a row above its interval: rank and label at the left, estimate at the right."""
    pairs = list(zip(rows, panel.marks, strict=True))
    up = LINES * 0.42
    names = [
        {**said(0, r["at_y"] - up, _ranked(r, m, layout.fits)), "accent": r["accent"]}
        for r, m in pairs
    ]
    values = [said(layout.value, r["at_y"] - up, _estimate(m, panel)) for r, m in pairs]
    counts = [said(layout.n, r["at_y"], _n(m)) for r, m in pairs]
    charts = text(values, plot, align="right", fontSize=size.text - 1)
    charts += text(counts, plot, align="right", color=SOFT, fontSize=size.text - 2)
    for accent, colour in ((False, INK), (True, ACCENT)):
        part = [row for row in names if row["accent"] is accent]
        look = {"color": colour, "fontWeight": "bold" if accent else "normal"}
        charts += text(part, plot, fontSize=size.text - 1, **look)
    return charts


def _ranked(row: Row, mark: Mark, fits: int) -> str:
    return short("  ".join(filter(None, [*mark.cells[:1], row["label"]])), fits)
