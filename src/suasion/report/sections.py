"""The sections of an answer that has several: each with its words, its figure and its table."""

from __future__ import annotations

from typing import Any

from markupsafe import Markup

from suasion.measures.question import Part
from suasion.report.book import Book
from suasion.report.commands import quoted
from suasion.report.figure import PAGE, PHONE, chart
from suasion.report.svg import inline
from suasion.report.text import clean

OPEN = 20
"""Rows up to which a table stands open."""


def sections(book: Book, slug: str, parts: tuple[Part, ...]) -> list[dict[str, Any]]:
    """Every part as its page shows it."""
    return [
        {
            "part": part,
            "pictures": _pictures(book, slug, part),
            "open": len(part.rows) <= OPEN,
            "command": part.command.replace("RUN", quoted(book.folder_name)),
        }
        for part in parts
    ]


def _pictures(book: Book, slug: str, part: Part) -> dict[str, Markup]:
    """Its figure for a wide page and for a phone."""
    if part.panel is None:
        return {}
    found = {}
    for name, size in (("wide", PAGE), ("narrow", PHONE)):
        drawing = chart(part.panel, lambda link: f"../{book.places.href(link)}", size)
        words = " ".join([*part.words, part.how_to_read])
        svg = inline(drawing, f"{slug}-{part.slug}-{name}", clean(part.title), clean(words))
        found[name] = Markup(svg)  # noqa: S704 - drawn by the renderer, all text cleaned
    return found
