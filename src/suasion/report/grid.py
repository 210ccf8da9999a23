"""A matrix for a page: a table with a coloured cell for each row and column."""

from __future__ import annotations

from typing import NamedTuple

from suasion.measures.panel import Mark, Panel
from suasion.report.figure_matrix import Grid, grid, upright
from suasion.report.figure_parts import Href, name
from suasion.report.palette import step
from suasion.report.text import clean, number, two


class Cell(NamedTuple):
    """One cell."""

    value: str
    name: str
    """All of it in words."""
    href: str | None
    look: str
    """Classes of its colour and place."""


class Line(NamedTuple):
    """One row."""

    name: str
    cells: list[Cell | None]
    sum: bool


class Shown(NamedTuple):
    """A whole matrix."""

    caption: str
    corner: str
    heads: list[str]
    upright: bool
    rows: list[Line]
    key: list[tuple[str, str]]
    """What colours mean: a class and words."""


def shown(panel: Panel, href: Href) -> Shown:
    """The cells of a panel, with words and links."""
    of = grid(panel)
    rows = [
        Line(row, [_cell(row, c, of, panel, href) for c in of.columns], row == panel.margin)
        for row in of.rows
    ]
    return Shown(clean(panel.x), panel.y, list(of.columns), upright(of), rows, _key(of))


def _key(of: Grid) -> list[tuple[str, str]]:
    end, half = number(of.end), number(of.end / 2)
    found = [
        ("b4", f"\N{MINUS SIGN}{end}"),
        ("b2", f"\N{MINUS SIGN}{half}"),
        ("a2", half),
        ("a4", end),
    ]
    if any(mark.faint for mark in of.cells.values()):
        found.append(("faint", "not told apart from nought"))
    return found


def _cell(row: str, column: str, of: Grid, panel: Panel, href: Href) -> Cell | None:
    mark = of.cells.get((row, column))
    if mark is None:
        return None
    link = None if mark.link is None else href(mark.link)
    return Cell(two(mark.x), name(mark, panel), link, _look(mark, row, column, of, panel))


def _look(mark: Mark, row: str, column: str, of: Grid, panel: Panel) -> str:
    at = step(mark.x, of.end)
    colour = "faint" if mark.faint else f"{'a' if at > 0 else 'b'}{abs(at)}" if at else ""
    edges = ("sum" if row == panel.margin else "", "end" if column == panel.margin else "")
    return " ".join(filter(None, [colour, *edges]))
