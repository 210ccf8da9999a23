"""Values over an index: a line a label with its band, named at its end."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from itertools import groupby, pairwise
from textwrap import wrap
from typing import Any

import altair as alt

from suasion.measures.panel import Mark, Panel
from suasion.report.figure_parts import (
    WIDE,
    Href,
    Row,
    Size,
    axis,
    frame,
    points,
    short,
    table,
)
from suasion.report.palette import ACCENT, INK, LINE, SOFT
from suasion.report.text import clean

MOST = 8
"""Places that are all on the axis; and lines whose bands are all drawn."""
APART = 1.35
"""Of names at the ends of lines, in the height of a character."""


def lines(panel: Panel, href: Href, size: Size) -> tuple[Any, int]:
    """A line a label with its band, named at its end; the accent line last, so on top."""
    labels = list(dict.fromkeys(mark.label for mark in panel.marks))
    right = 4 if size.mini else _ends_width(labels, size)
    left = 4 if size.mini else 44
    plot = size.width - left - right
    size = replace(size, height=max(size.height, _tall(labels, size)))
    marks = [m for m in panel.marks if m.y is not None]
    first, last = min((m.x for m in marks), default=0), max((m.x for m in marks), default=1)
    low, high = panel.domain or _y_range(marks)
    title = None if size.mini else wrap(clean(panel.x), int(plot / ((size.text - 1) * WIDE))) or ""
    ticks = (
        axis(panel, size)
        if size.mini
        else alt.Axis(title=title, values=_ticks([m.x for m in marks]), grid=False, format="d")
    )
    x = alt.X("x:Q", scale=alt.Scale(domain=[first, last], nice=False), axis=ticks)
    form = ".0%" if panel.percent else alt.Undefined
    side = (
        axis(panel, size)
        if size.mini
        else alt.Axis(title=None, format=form, tickCount=3, grid=True)
    )
    scale = alt.Scale(domain=[low, high], nice=False, zero=False)

    def y(field: str) -> alt.Y:
        return alt.Y(field, scale=scale, axis=side)

    layers: list[alt.Chart] = _planned(panel, x, size)
    order = sorted(labels, key=lambda label: label == panel.accent)
    for label in order:
        layers += _line(panel, [m for m in marks if m.label == label], label, href, size, x, y)
    if not size.mini:
        layers += _ends(panel, marks, (low, high), plot, y, size)
        layers += _side_title(panel, size, left)
    return alt.layer(*layers).properties(width=plot, height=size.height), left


def _tall(labels: Sequence[str], size: Size) -> int:
    """What the names at the ends take, one below the other."""
    return 0 if size.mini else int((len(labels) + 1) * size.text * APART)


def _planned(panel: Panel, x: alt.X, size: Size) -> list[alt.Chart]:
    """An upright line where this run stands, and what it is."""
    if panel.planned is None:
        return []
    at = table([{"x": panel.planned, "words": "this run"}])
    rule = alt.Chart(at).mark_rule(aria=False, color=LINE, strokeDash=[3, 3]).encode(x=x)
    if size.mini:
        return [rule]
    look: dict[str, Any] = {
        "align": "right",
        "dx": -5,
        "baseline": "top",
        "color": SOFT,
        "aria": False,
    }
    words = alt.Chart(at).mark_text(fontSize=size.text - 1, **look)
    return [rule, words.encode(x=x, y=alt.value(2), text="words:N")]


def _side_title(panel: Panel, size: Size, left: int) -> list[alt.Chart]:
    """What y is, above the plot, where it can be read without turning the head."""
    if not panel.y:
        return []
    look: dict[str, Any] = {"align": "left", "baseline": "bottom", "color": SOFT, "aria": False}
    parts = wrap(clean(panel.y), int((size.width - left) / ((size.text - 1) * WIDE)))
    charts = []
    for at, part in enumerate(reversed(parts)):
        words = alt.Chart(table([{"words": part}])).mark_text(fontSize=size.text - 1, **look)
        y = alt.value(-8 - size.text * 1.25 * at)
        charts.append(words.encode(x=alt.value(0), y=y, text="words:N"))
    return charts


def _y_range(marks: Sequence[Mark]) -> tuple[float, float]:
    seen = [v for m in marks for v in (m.y, m.low, m.high) if v is not None]
    low, high = min(seen, default=0.0), max(seen, default=1.0)
    air = (high - low) * 0.06 or 1.0
    return low - air, high + air


def _ticks(xs: Sequence[float]) -> list[int]:
    """Every place, where they are few; else round ones, with the first and the last."""
    places = sorted({int(x) for x in xs})
    if len(places) <= MOST:
        return places
    first, last = places[0], places[-1]
    step = next(s for at in range(18) for s in _steps(at) if (last - first) / s <= MOST)
    inner = [at for at in range(0, last + 1, step) if first < at <= last - step / 2]
    return [first, *inner, last]


def _steps(power: int) -> tuple[int, int, int]:
    return 10**power, 2 * 10**power, 5 * 10**power


def _line(
    panel: Panel,
    marks: Sequence[Mark],
    label: str,
    href: Href,
    size: Size,
    x: alt.X,
    y: Callable[[str], alt.Y],
) -> list[alt.Chart]:
    accent = label == panel.accent
    colour = ACCENT if accent else SOFT
    data = frame(marks, panel, href)
    charts = []
    banded = accent or len({m.label for m in panel.marks}) <= MOST
    for part in _bounded(data) if banded and not size.mini else []:
        band = alt.Chart(table(part)).mark_area(
            aria=False, color=colour, opacity=0.16 if accent else 0.1
        )
        charts.append(band.encode(x=x, y=y("low:Q"), y2="high:Q"))
    line = alt.Chart(table(data)).mark_line(
        aria=False, color=colour, strokeWidth=2.5 if accent else 1.5, strokeJoin="round"
    )
    charts.append(line.encode(x=x, y=y("y:Q")))
    if not size.mini:
        charts += points(
            data[-1:] if size.phone else data,
            size,
            x,
            y("y:Q"),
            filled=True,
            size=22 if accent else 14,
            color=colour,
            opacity=1,
        )
    return charts


def _bounded(data: Sequence[Row]) -> list[list[Row]]:
    """Stretches of a line that have an interval."""
    runs = groupby(data, key=lambda row: row["low"] is not None)
    return [part for bounded, rows in runs if bounded and len(part := list(rows)) > 1]


def _ends_width(labels: Sequence[str], size: Size) -> int:
    longest = max((len(clean(label)) for label in labels), default=0)
    return min(int(longest * size.text * WIDE) + 22, int(size.width * 0.4))


def _ends(
    panel: Panel,
    marks: Sequence[Mark],
    domain: tuple[float, float],
    plot: int,
    y: Callable[[str], alt.Y],
    size: Size,
) -> list[alt.Chart]:
    """The name of each line at its end, moved apart where lines end close together."""
    ends = {mark.label: mark for mark in sorted(marks, key=lambda m: m.x)}
    low, high = domain
    true = {k: (1 - ((m.y or 0) - low) / (high - low)) * size.height for k, m in ends.items()}
    placed = apart(true, size.text * APART, size.height)
    most = int(_ends_width(list(ends), size) / (size.text * WIDE))
    charts = []
    for accent in (False, True):
        rows = [
            {"label": short(clean(k), most), "at": high - placed[k] / size.height * (high - low)}
            for k in ends
            if (k == panel.accent) is accent
        ]
        if rows:
            words = alt.Chart(table(rows)).mark_text(
                aria=False, align="left", baseline="middle", color=ACCENT if accent else INK,
                fontWeight="bold" if accent else "normal",
            )  # fmt: skip
            charts.append(words.encode(x=alt.value(plot + 12), y=y("at:Q"), text="label:N"))
    return charts


def apart(wanted: dict[str, float], gap: float, height: float) -> dict[str, float]:
    """Places in the order wanted, at least `gap` apart, moved as little as a pass each way does."""
    order = sorted(wanted, key=lambda key: wanted[key])
    placed = [wanted[key] for key in order]
    for before, after in pairwise(range(len(placed))):
        placed[after] = max(placed[after], placed[before] + gap)
    over = max(0.0, placed[-1] - height) if placed else 0.0
    if over:
        placed[-1] -= over
    for after, before in pairwise(range(len(placed) - 1, -1, -1)):
        placed[before] = min(placed[before], placed[after] - gap)
    return dict(zip(order, placed, strict=True))
