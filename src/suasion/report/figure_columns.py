"""A row for each label, and beside one another its values on scales of their own."""

from __future__ import annotations

from collections.abc import Sequence
from textwrap import wrap
from typing import Any

import altair as alt

from suasion.measures.panel import Mark, Panel, Scale
from suasion.report.figure_parts import (
    WIDE,
    Across,
    Href,
    Pixels,
    Size,
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
from suasion.report.palette import ACCENT, GRID, INK
from suasion.report.text import clean

ROW, PHONE_ROW, FOOT, GAP = 27, 24, 26, 26
NARROW = 0.57
"""Of a character of a name that may be cut, in its height: most are narrower than `WIDE`."""
TALL = 120
"""Of all rows in small."""


def columns(panel: Panel, href: Href, size: Size) -> tuple[Any, int]:
    """Scales beside one another; on a phone one below the other; in small the first alone."""
    marks = [mark for mark in panel.marks if not mark.small]
    labels = list(dict.fromkeys(mark.label for mark in marks))
    scales = panel.scales[:1] if size.mini else panel.scales
    if size.mini:
        return _mini(panel, href, size, labels, marks)
    stacked = size.phone
    names = [clean(label) for label in labels]
    letters = size.text - 2 if stacked else size.text
    left = min(room(names, letters), int(size.width * (0.5 if stacked else 0.34))) + 10
    wide = (size.width - left - GAP * (len(scales) - 1)) / max(1, len(scales))
    wide = size.width - left - 6 if stacked else wide - 4
    heads = [wrap(clean(scale.name), max(6, int(wide / (size.text * WIDE)))) for scale in scales]
    if stacked:
        heads = [wrap(clean(scale.name), int(size.width / (size.text * WIDE))) for scale in scales]
    head = (max(map(len, heads), default=1)) * size.text * 1.3 + 8
    row = PHONE_ROW if stacked else ROW
    block = head + row * len(labels) + FOOT + (14 if stacked else 0)
    plot = Pixels(size.width, block * (len(scales) if stacked else 1))
    layers: list[alt.Chart] = []
    for at, (scale, lines) in enumerate(zip(scales, heads, strict=True)):
        top = head + (block * at if stacked else 0)
        start = left if stacked else left + at * (wide + GAP + 4)
        own = [mark for mark in marks if mark.series == scale.name]
        across = _across(own, scale, start, start + wide)
        bottom = top + row * len(labels)
        if stacked or at == 0:
            ends = size.width
            each = [line(0, top + row * k, ends, top + row * k) for k in range(len(labels) + 1)]
            layers += rules(each, plot, color=GRID)
            layers += _labels(panel, labels, plot, top, row, left, size)
        layers += across.drawn(plot, size, top, bottom, zero=scale.zero, percent=scale.percent)
        x = 0 if stacked else start
        words = [
            said(x, top - head + size.text * (0.8 + 1.3 * k), part) for k, part in enumerate(lines)
        ]
        layers += text(words, plot, **label_style(size))
        layers += _marks(panel, own, labels, href, size, plot, across, top, row)
    return alt.layer(*layers).properties(width=plot.width, height=plot.height), 0


def _across(own: Sequence[Mark], scale: Scale, left: float, right: float) -> Across:
    seen = [x for mark in own for x in (mark.x, mark.low, mark.high)]
    return Across(*span(seen, scale.domain, scale.zero), left, right)


def _labels(
    panel: Panel, labels: Sequence[str], plot: Pixels, top: float, row: float, left: int, size: Size
) -> list[alt.Chart]:
    letters = size.text - 2 if size.phone else size.text
    fits = int((left - 10) / (letters * NARROW))
    charts: list[alt.Chart] = []
    for accent, colour in ((False, INK), (True, ACCENT)):
        names = [
            said(0, top + row * (at + 0.5), short(clean(label), fits))
            for at, label in enumerate(labels)
            if (label == panel.accent) is accent
        ]
        look = {"color": colour, "fontWeight": "bold" if accent else "normal"}
        charts += text(names, plot, fontSize=letters, **look)
    return charts


def _marks(
    panel: Panel,
    own: Sequence[Mark],
    labels: Sequence[str],
    href: Href,
    size: Size,
    plot: Pixels,
    across: Across,
    top: float,
    row: float,
) -> list[alt.Chart]:
    data = frame(own, panel, href)
    for each, mark in zip(data, own, strict=True):
        each["at_x"] = across.at(mark.x)
        each["at_y"] = top + row * (labels.index(mark.label) + 0.5)
        each["accent"] = mark.label == panel.accent
    return [
        *intervals(data, plot, across, 1.5 if size.mini else 2),
        *dots(data, plot, size, 18 if size.mini else 65),
    ]


def _mini(
    panel: Panel, href: Href, size: Size, labels: Sequence[str], marks: Sequence[Mark]
) -> tuple[Any, int]:
    row = min(size.row, TALL / max(1, len(labels)))
    plot = Pixels(size.width, row * len(labels))
    layers: list[alt.Chart] = []
    wide = size.width / max(1, len(panel.scales))
    for at, scale in enumerate(panel.scales):
        own = [mark for mark in marks if mark.series == scale.name]
        across = _across(own, scale, at * wide + 4, (at + 1) * wide - 8)
        zero, percent = scale.zero, scale.percent
        layers += across.drawn(plot, size, 0, plot.height, zero=zero, percent=percent)
        layers += _marks(panel, own, labels, href, size, plot, across, 0, row)
    return alt.layer(*layers).properties(width=plot.width, height=plot.height), 0
