"""A panel as an Altair chart: what is drawn where, and the words and link of every mark."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from itertools import groupby, pairwise
from typing import Any, NamedTuple

import altair as alt
import polars as pl

from suasion.measures.panel import Link, Mark, Panel
from suasion.report.palette import ACCENT, FAINT, GRID, INK, LINE, PAPER, SOFT
from suasion.report.text import clean, number

BASE = "https://evidence.invalid/"
"""In front of every link, since the renderer sends relative ones to a third party."""
Href = Callable[[Link], str | None]
"""Where the page of an event is; None where there is none."""
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


def name(mark: Mark, panel: Panel) -> str:
    """A mark in words: what it is, its value, interval and n."""
    what = ", ".join(filter(None, [mark.label, mark.series]))
    value = number(mark.x, panel.percent) if mark.y is None else number(mark.y, panel.percent)
    said = f"{what}: {value}"
    if mark.y is not None:
        said = f"{what}, {panel.x} {number(mark.x)}: {value}"
    if mark.small:
        episode = "" if mark.link is None else f", episode {mark.link.episode}"
        return clean(f"{said}{episode}, n = 1")
    if mark.low is not None and mark.high is not None:
        low, high = number(mark.low, panel.percent), number(mark.high, panel.percent)
        said += f", 95% interval {low} to {high}"
    return clean(said if mark.n is None else f"{said}, n = {mark.n}")


class Drawing(NamedTuple):
    """A Vega-Lite specification, and the room it was made for."""

    spec: dict[str, Any]
    left: int
    """Pixels from the left edge to the plot: the renderer measures text by a font of its own."""
    width: int


def chart(panel: Panel, href: Href, size: Size = PAGE) -> Drawing:
    """A panel, ready to be rendered."""
    kinds = {"forest": _forest, "lines": _lines, "pairs": _forest}
    drawn, left = kinds[panel.kind](panel, href, size)
    return Drawing(drawn.properties(config=_config(size)).to_dict(validate=False), left, size.width)


def _config(size: Size) -> dict[str, Any]:
    axis = {
        "labelColor": SOFT, "titleColor": SOFT, "gridColor": GRID, "domainColor": LINE,
        "tickColor": LINE, "labelFontSize": size.text - 1, "titleFontSize": size.text - 1,
        "titleFontWeight": "normal", "titlePadding": 10, "labelPadding": 6, "domain": False,
        "ticks": False,
    }  # fmt: skip
    return {
        "background": "transparent",
        "padding": {"left": 2, "right": 2, "top": 4, "bottom": 2},
        "view": {"stroke": None, "clip": False},
        "axis": axis,
        "text": {"fontSize": size.text, "color": INK},
        "font": "sans-serif",
    }


def _frame(marks: Sequence[Mark], panel: Panel, href: Href) -> list[dict[str, Any]]:
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


def _table(rows: Sequence[dict[str, Any]]) -> pl.DataFrame:
    """A frame, which is far quicker to draw than a list of rows."""
    return pl.DataFrame(rows, infer_schema_length=None)


def _points(
    rows: Sequence[dict[str, Any]], picture: Size, x: Any, y: Any, **look: Any
) -> list[alt.Chart]:
    """Marks with a link, and apart from them those without: a null link would lead astray."""
    linked = [row for row in rows if row["href"] and not picture.mini]
    bare = [row for row in rows if not row["href"] or picture.mini]
    charts = []
    for part, more in ((linked, {"href": "href:N"}), (bare, {})):
        if part:
            base = alt.Chart(_table(part)).mark_point(**look)
            charts.append(base.encode(x=x, y=y, description="name:N", **more))
    return charts


# --- rows of values with intervals -------------------------------------------------------------


def _forest(panel: Panel, href: Href, size: Size) -> tuple[Any, int]:
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
        return alt.X(field, scale=scale, title=title, axis=_axis(panel, size))

    title = None if size.mini else clean(panel.x)
    layers: list[alt.Chart] = []
    if panel.zero:
        layers.append(_zero(scale))
    if not (size.mini or size.phone):
        layers += _small(panel, href, size, x("x:Q"), place)
    data = _frame(main, panel, href)
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
    """The value axis: everything drawn, nought where it has meaning, and a little air."""
    if panel.domain is not None:
        return list(panel.domain)
    seen = [x for m in panel.marks for x in (m.x, m.low, m.high) if x is not None]
    if panel.zero:
        seen.append(0.0)
    low, high = min(seen, default=0.0), max(seen, default=1.0)
    air = (high - low) * 0.06 or max(abs(high), 1.0) * 0.1
    return [low - air, high + air]


def _axis(panel: Panel, size: Size) -> Any:
    if size.mini:
        return alt.Axis(labels=False, grid=False, title=None)
    count = 4 if size.width < 500 else 6
    return alt.Axis(tickCount=count, format=".0%" if panel.percent else alt.Undefined)


def _zero(scale: alt.Scale) -> Any:
    line = alt.Chart(_table([{"nought": 0.0}])).mark_rule(aria=False, color=LINE, strokeWidth=1.5)
    return line.encode(x=alt.X("nought:Q", scale=scale))


def _small(
    panel: Panel, href: Href, size: Size, x: alt.X, place: dict[tuple[str, str], float]
) -> list[alt.Chart]:
    """Single episodes behind their estimate, spread a little so that equal ones show."""
    light = [m for m in panel.marks if m.small and (m.label, m.series) in place]
    data = _frame(light, panel, href)
    for at, (row, mark) in enumerate(zip(data, light, strict=True)):
        row["at"] = place[mark.label, mark.series] + (at % 5 - 2) * size.row * 0.09
    y = alt.Y("at:Q", axis=None)
    return _points(data, size, x, y, filled=True, size=26, color=FAINT, opacity=1)


def _spans(
    data: Sequence[dict[str, Any]], x: Callable[[str], alt.X], y: alt.Y, size: Size
) -> list[alt.Chart]:
    """The intervals."""
    charts = []
    for accent in (False, True):
        part = [row for row in data if row["low"] is not None and row["accent"] is accent]
        if part:
            look = alt.Chart(_table(part)).mark_rule(
                aria=False, color=ACCENT if accent else SOFT, strokeWidth=1.5 if size.mini else 2
            )
            charts.append(look.encode(x=x("low:Q"), x2="high:Q", y=y))
    return charts


def _dots(data: Sequence[dict[str, Any]], x: alt.X, y: alt.Y, size: Size) -> list[alt.Chart]:
    """The estimates: full, or hollow for what they are held against."""
    charts: list[alt.Chart] = []
    for accent in (False, True):
        for hollow in (False, True):
            part = [r for r in data if r["accent"] is accent and r["hollow"] is hollow]
            colour = ACCENT if accent else INK
            charts += _points(
                part, size, x, y,
                filled=True, size=40 if size.mini else 95, opacity=1,
                color=PAPER if hollow else colour, stroke=colour, strokeWidth=2,
            )  # fmt: skip
    return charts


def _labels(
    data: Sequence[dict[str, Any]],
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
            "label": _short(clean(label), fits),
            "at": places[0] - above if size.phone else sum(places) / len(places),
        }
        for label, places in groups.items()
    ]
    at_right = [{"at": r["at"], "words": _beside(r["series"], None), "n": r["n"]} for r in data]
    for row in at_right:
        row["words"] = ", ".join(filter(None, [row["words"], row["n"]]))
    names = alt.Chart(_table(at_left)).mark_text(
        aria=False, align="left" if size.phone else "right", color=INK, baseline="middle"
    )
    counts = alt.Chart(_table(at_right)).mark_text(
        aria=False, align="left", color=SOFT, baseline="middle", fontSize=size.text - 1
    )
    return [
        names.encode(x=alt.value(-4 if size.phone else -12), y=y, text="label:N"),
        counts.encode(x=alt.value(plot + 12), y=y, text="words:N"),
    ]


def _short(text: str, most: int) -> str:
    return text if len(text) <= most else text[: most - 1] + "…"


# --- values over an index ----------------------------------------------------------------------


def _lines(panel: Panel, href: Href, size: Size) -> tuple[Any, int]:
    """A line a label with its band, named at its end; the accent line last, so on top."""
    labels = list(dict.fromkeys(mark.label for mark in panel.marks))
    right = 4 if size.mini else _ends_width(labels, size)
    left = 4 if size.mini else 44
    plot = size.width - left - right
    marks = [m for m in panel.marks if m.y is not None]
    first, last = min((m.x for m in marks), default=0), max((m.x for m in marks), default=1)
    low, high = panel.domain or _y_range(marks)
    title = None if size.mini else clean(panel.x)
    ticks = (
        _axis(panel, size)
        if size.mini
        else alt.Axis(title=title, values=_ticks(int(first), int(last)), grid=False, format="d")
    )
    x = alt.X("x:Q", scale=alt.Scale(domain=[first, last], nice=False), axis=ticks)
    form = ".0%" if panel.percent else alt.Undefined
    side = (
        _axis(panel, size)
        if size.mini
        else alt.Axis(title=None, format=form, tickCount=3, grid=True)
    )
    scale = alt.Scale(domain=[low, high], nice=False, zero=False)

    def y(field: str) -> alt.Y:
        return alt.Y(field, scale=scale, axis=side)

    layers: list[alt.Chart] = []
    order = sorted(labels, key=lambda label: label == panel.accent)
    for label in order:
        layers += _line(panel, [m for m in marks if m.label == label], label, href, size, x, y)
    if not size.mini:
        layers += _ends(panel, marks, (low, high), plot, y, size)
    return alt.layer(*layers).properties(width=plot, height=size.height), left


def _y_range(marks: Sequence[Mark]) -> tuple[float, float]:
    seen = [v for m in marks for v in (m.y, m.low, m.high) if v is not None]
    low, high = min(seen, default=0.0), max(seen, default=1.0)
    air = (high - low) * 0.06 or 1.0
    return low - air, high + air


def _ticks(first: int, last: int) -> list[int]:
    step = next(s for s in (1, 2, 5, 10, 20, 50, 100, 10**9) if (last - first) / s <= 8)
    inner = [at for at in range(0, last + 1, step) if first < at <= last - step / 2]
    return [first, *inner, last]


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
    data = _frame(marks, panel, href)
    charts = []
    for part in [] if size.mini else _bounded(data):
        band = alt.Chart(_table(part)).mark_area(
            aria=False, color=colour, opacity=0.16 if accent else 0.1
        )
        charts.append(band.encode(x=x, y=y("low:Q"), y2="high:Q"))
    line = alt.Chart(_table(data)).mark_line(
        aria=False, color=colour, strokeWidth=2.5 if accent else 1.5, strokeJoin="round"
    )
    charts.append(line.encode(x=x, y=y("y:Q")))
    if not size.mini:
        charts += _points(
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


def _bounded(data: Sequence[dict[str, Any]]) -> list[list[dict[str, Any]]]:
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
    placed = apart(true, size.text * 1.35, size.height)
    most = int(_ends_width(list(ends), size) / (size.text * WIDE))
    charts = []
    for accent in (False, True):
        rows = [
            {"label": _short(clean(k), most), "at": high - placed[k] / size.height * (high - low)}
            for k in ends
            if (k == panel.accent) is accent
        ]
        if rows:
            words = alt.Chart(_table(rows)).mark_text(
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
