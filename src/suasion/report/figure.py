"""A panel as an Altair chart: what is drawn where, and the words and link of every mark."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from suasion.measures.panel import Kind, Panel
from suasion.report.figure_arrows import arrows
from suasion.report.figure_board import board
from suasion.report.figure_columns import columns
from suasion.report.figure_forest import forest
from suasion.report.figure_lines import apart, lines
from suasion.report.figure_matrix import matrix
from suasion.report.figure_parts import (
    BASE,
    FEW,
    MINI,
    PAGE,
    PHONE,
    Drawing,
    Href,
    Size,
    name,
)
from suasion.report.figure_scatter import scatter
from suasion.report.palette import GRID, INK, LINE, SOFT

__all__ = [
    "BASE", "FEW", "MINI", "PAGE", "PHONE", "Drawing", "Href", "Size", "apart", "chart", "name",
]  # fmt: skip

KINDS: Mapping[Kind, Callable[[Panel, Href, Size], tuple[Any, int]]] = {
    "forest": forest,
    "pairs": forest,
    "lines": lines,
    "board": board,
    "columns": columns,
    "arrows": arrows,
    "scatter": scatter,
    "matrix": matrix,
}


def chart(panel: Panel, href: Href, size: Size = PAGE) -> Drawing:
    """A panel, ready to be rendered."""
    drawn, left = KINDS[panel.kind](panel, href, size)
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
