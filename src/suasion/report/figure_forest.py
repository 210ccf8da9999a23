"""Rows of values with intervals, and single episodes light behind them."""

from __future__ import annotations

from collections.abc import Callable, Sequence
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
    span,
    table,
)
from suasion.report.palette import ACCENT, FAINT, INK, LINE, PAPER, SOFT
from suasion.report.text import clean


def forest(panel: Panel, href: Href, size: Size) -> tuple[Any, int]:
    """Estimates with intervals, a row each, single episodes light behind them.

    Observed and chance stand on one scale in the same way, the second hollow.
    """
    main = [mark for mark in panel.marks if not mark.small]
    rows = _rows(main)
    left, right = _margins(main, size)
    place = _places(rows, size)
    height = max(place.values(), default=0) + size.row / 2
    plot = size.width - left - right
    scale = alt.Scale(domain=_range(panel), nice=False, zero=False)

    def x(field: str) -> alt.X:
        return alt.X(field, scale=scale, title=title, axis=axis(panel, size))

    title = None if size.mini else clean(panel.x)
    layers: list[alt.Chart] = []
    if panel.zero:
        layers.append(_zero(scale))
    if not (size.mini or size.phone):
        layers += _small(panel, href, size, x("x:Q"), place)
    data = frame(main, panel, href)
    first = {mark.label: mark.series for mark in reversed(main)}
    for row, mark in zip(data, main, strict=True):
        row["at"] = place[mark.label, mark.series]
        row["n"] = f"n = {mark.n}" if mark.n is not None else ""
        row["accent"] = mark.label == panel.accent
        row["hollow"] = mark.series != first[mark.label]
    y = alt.Y("at:Q", scale=alt.Scale(domain=[0, height], reverse=True), axis=None)
    layers += _spans(data, x, y, size)
    layers += _dots(data, x("x:Q"), y, size)
    if not size.mini:
        layers += _labels(data, place, y, plot, left, size)
    return alt.layer(*layers).properties(width=plot, height=height), left


def _places(rows: Sequence[tuple[str, str]], size: Size) -> dict[tuple[str, str], float]:
    """The height of each row; on a phone with room for a label above each group."""
    place: dict[tuple[str, str], float] = {}
    above, before = 0.0, None
    for at, row in enumerate(rows):
        if size.phone and row[0] != before:
            above, before = above + size.text * 1.6, row[0]
        place[row] = above + (at + 0.5) * size.row
    return place


def _rows(main: Sequence[Mark]) -> list[tuple[str, str]]:
    """A row for each label and series, in the order of the marks."""
    return list(dict.fromkeys((mark.label, mark.series) for mark in main))


def _margins(main: Sequence[Mark], size: Size) -> tuple[int, int]:
    """Room for labels at the left and for n and series at the right."""
    if size.mini:
        return 4, 4
    longest = max((len(clean(mark.label)) for mark in main), default=0)
    left = 6 if size.phone else min(int(longest * size.text * WIDE) + 24, size.width // 3)
    words = max((len(_beside(mark.series, mark.n)) for mark in main), default=0)
    return left, int(words * (size.text - 1) * WIDE) + 18


def _beside(series: str, n: int | None) -> str:
    return ", ".join(filter(None, [series, "" if n is None else f"n = {n}"]))


def _range(panel: Panel) -> list[float]:
    seen = [x for m in panel.marks for x in (m.x, m.low, m.high)]
    return list(span(seen, panel.domain, panel.zero))


def _zero(scale: alt.Scale) -> Any:
    line = alt.Chart(table([{"nought": 0.0}])).mark_rule(aria=False, color=LINE, strokeWidth=1.5)
    return line.encode(x=alt.X("nought:Q", scale=scale))


def _small(
    panel: Panel, href: Href, size: Size, x: alt.X, place: dict[tuple[str, str], float]
) -> list[alt.Chart]:
    """Single episodes behind their estimate, spread a little so that equal ones show."""
    light = [m for m in panel.marks if m.small and (m.label, m.series) in place]
    data = frame(light, panel, href)
    for at, (row, mark) in enumerate(zip(data, light, strict=True)):
        row["at"] = place[mark.label, mark.series] + (at % 5 - 2) * size.row * 0.09
    y = alt.Y("at:Q", axis=None)
    return points(data, size, x, y, filled=True, size=26, color=FAINT, opacity=1)


def _spans(data: Sequence[Row], x: Callable[[str], alt.X], y: alt.Y, size: Size) -> list[alt.Chart]:
    """The intervals."""
    charts = []
    for accent in (False, True):
        part = [row for row in data if row["low"] is not None and row["accent"] is accent]
        if part:
            look = alt.Chart(table(part)).mark_rule(
                aria=False, color=ACCENT if accent else SOFT, strokeWidth=1.5 if size.mini else 2
            )
            charts.append(look.encode(x=x("low:Q"), x2="high:Q", y=y))
    return charts


def _dots(data: Sequence[Row], x: alt.X, y: alt.Y, size: Size) -> list[alt.Chart]:
    """The estimates: full, or hollow for what they are held against."""
    charts: list[alt.Chart] = []
    for accent in (False, True):
        for hollow in (False, True):
            part = [r for r in data if r["accent"] is accent and r["hollow"] is hollow]
            colour = ACCENT if accent else INK
            charts += points(
                part, size, x, y,
                filled=True, size=40 if size.mini else 95, opacity=1,
                color=PAPER if hollow else colour, stroke=colour, strokeWidth=2,
            )  # fmt: skip
    return charts


def _labels(
    data: Sequence[Row],
    place: dict[tuple[str, str], float],
    y: alt.Y,
    plot: int,
    left: int,
    size: Size,
) -> list[alt.Chart]:
    """The label of each group at the left, series and n of each row at the right."""
    groups: dict[str, list[float]] = {}
    for (label, _), at in place.items():
        groups.setdefault(label, []).append(at)
    fits = int((size.width if size.phone else left) / (size.text * WIDE))
    above = size.row * 0.5 + size.text * 0.8
    at_left = [
        {
            "label": short(clean(label), fits),
            "at": places[0] - above if size.phone else sum(places) / len(places),
        }
        for label, places in groups.items()
    ]
    at_right = [{"at": r["at"], "words": _beside(r["series"], None), "n": r["n"]} for r in data]
    for row in at_right:
        row["words"] = ", ".join(filter(None, [row["words"], row["n"]]))
    names = alt.Chart(table(at_left)).mark_text(
        aria=False, align="left" if size.phone else "right", color=INK, baseline="middle"
    )
    counts = alt.Chart(table(at_right)).mark_text(
        aria=False, align="left", color=SOFT, baseline="middle", fontSize=size.text - 1
    )
    return [
        names.encode(x=alt.value(-4 if size.phone else -12), y=y, text="label:N"),
        counts.encode(x=alt.value(plot + 12), y=y, text="words:N"),
    ]
