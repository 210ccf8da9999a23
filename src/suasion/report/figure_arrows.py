"""Arrows from before to after, a row for each label and series."""

from __future__ import annotations

from collections.abc import Sequence
from textwrap import wrap
from typing import Any

import altair as alt

from suasion.measures.panel import Mark, Panel
from suasion.report.figure_parts import (
    Across,
    Href,
    Pixels,
    Row,
    Size,
    below,
    frame,
    label_style,
    line,
    points,
    room,
    rules,
    said,
    short,
    span,
    text,
)
from suasion.report.palette import ACCENT, GRID, PAPER, SOFT
from suasion.report.text import clean

ROW, APART, FOOT = 19, 15, 42
"""Of a row, between labels, and below all."""
TALL = 150
"""Of a whole panel in small."""


def arrows(panel: Panel, href: Href, size: Size) -> tuple[Any, int]:
    """From `start` to x; the second series of a label lighter than the first."""
    marks = [mark for mark in panel.marks if mark.start is not None]
    groups: dict[str, list[Mark]] = {}
    for mark in marks:
        groups.setdefault(mark.label, []).append(mark)
    names = [clean(label) for label in groups]
    apart = size.text * 1.9 if size.phone else APART
    each = _fit(groups, size)
    words = room([_beside(mark, size) for mark in marks], size.text - 1) + 14
    left = 6 if size.phone else min(room(names, size.text) + 18, int(size.width * 0.4))
    right = size.width - (4 if size.mini else words)
    seen = [x for mark in marks for x in (mark.x, mark.start, mark.low, mark.high)]
    across = Across(*span(seen, panel.domain, panel.zero), 4 if size.mini else left + 4, right)
    rows, labels, bottom = _places(groups, frame(marks, panel, href), across, each, apart, size)
    plot = Pixels(size.width, bottom + (0 if size.mini else FOOT))
    layers = across.drawn(plot, size, 0, bottom, zero=panel.zero, percent=panel.percent)
    layers += _drawn(rows, plot, size)
    if not size.mini:
        fits = int((size.width if size.phone else left - 18) / (size.text * 0.58))
        parts = [
            said(0, y + size.text * 1.25 * (at - (len(several) - 1) / 2), words)
            for label, y in labels
            for several in [_wrapped(clean(label), fits, size)]
            for at, words in enumerate(several)
        ]
        layers += text(parts, plot, fontSize=size.text)
        beside = [said(right + 10, r["at_y"], r["words"]) for r in rows]
        layers += text(beside, plot, **label_style(size))
        middle = (across.left + across.right) / 2
        layers += below(panel.x, middle, bottom, plot, size)
        if not size.phone:
            edges = [line(0, y, size.width, y) for y in _edges(labels, groups, each, apart)]
            layers = [*rules(edges, plot, color=GRID), *layers]
    return alt.layer(*layers).properties(width=plot.width, height=plot.height), 0


def _fit(groups: dict[str, list[Mark]], size: Size) -> float:
    count = sum(map(len, groups.values()))
    return min(ROW, TALL / max(1, count + len(groups))) if size.mini else ROW


def _places(
    groups: dict[str, list[Mark]],
    data: Sequence[Row],
    across: Across,
    each: float,
    apart: float,
    size: Size,
) -> tuple[list[Row], list[tuple[str, float]], float]:
    """The rows with their places, those of the labels, and where it all ends."""
    rows: list[Row] = []
    labels: list[tuple[str, float]] = []
    gap, y, at = (each if size.mini else apart), 0.0, 0
    found = iter(_by_group(groups, data))
    for label, several in groups.items():
        start = y + (gap if size.phone else gap / 2)
        middle = start + each * len(several) / 2
        labels.append((label, start - size.text * 0.75 if size.phone else middle))
        for at, mark in enumerate(several):
            row = next(found)
            row |= {
                "at_x": across.at(mark.x),
                "from_x": across.at(mark.start or 0.0),
                "at_y": start + each * (at + 0.5),
                "second": at > 0,
                "words": _beside(mark, size),
            }
            rows.append(row)
        y = start + each * len(several) + (0 if size.phone else gap / 2)
    return rows, labels, y + (6 if size.phone else 0)


def _by_group(groups: dict[str, list[Mark]], data: Sequence[Row]) -> list[Row]:
    """The rows as the groups have them."""
    order = [clean(label) for label in groups]
    return sorted(data, key=lambda row: order.index(row["label"]))


def _wrapped(label: str, fits: int, size: Size) -> list[str]:
    """A long label on two lines, which its two rows have room for."""
    if size.phone:
        return [short(label, fits)]
    return [short(words, fits) for words in wrap(label, fits, max_lines=2, placeholder="…")]


def _edges(
    labels: Sequence[tuple[str, float]], groups: dict[str, list[Mark]], each: float, apart: float
) -> list[float]:
    half = {label: each * len(several) / 2 + apart / 2 for label, several in groups.items()}
    return [y + half[label] for label, y in labels]


def _beside(mark: Mark, size: Size) -> str:
    count = "" if mark.n is None or size.phone else f"n = {mark.n:,}"
    return ", ".join(filter(None, [clean(mark.series), count, *map(clean, mark.cells)]))


def _drawn(rows: Sequence[Row], plot: Pixels, size: Size) -> list[alt.Chart]:
    """Shafts, where they begin, and heads, which carry the links."""
    charts: list[alt.Chart] = []
    wide, area = (1.2, 14) if size.mini else (2, 70)
    for second, colour in ((False, ACCENT), (True, SOFT)):
        part = [row for row in rows if row["second"] is second]
        shafts = [line(r["from_x"], r["at_y"], r["at_x"], r["at_y"]) for r in part]
        charts += rules(shafts, plot, color=colour, strokeWidth=wide)
        begin = [{**row, "href": None} for row in part]
        open_ = {"filled": True, "color": PAPER, "stroke": colour, "strokeWidth": wide}
        if not size.mini:
            spots = {"size": 30, "opacity": 1, "aria": False, **open_}
            charts += points(begin, size, plot.x("from_x:Q"), plot.y("at_y:Q"), **spots)
        for shape, way in (("triangle-right", 1), ("triangle-left", -1)):
            heads = [row for row in part if (1 if row["at_x"] >= row["from_x"] else -1) == way]
            look = {"shape": shape, "filled": True, "size": area, "opacity": 1, "color": colour}
            charts += points(heads, size, plot.x("at_x:Q"), plot.y("at_y:Q"), **look)
    return charts
