"""What seats held of the situation: whether they took it for a test, and what they held true."""

from __future__ import annotations

from typing import Any

from suasion.measures.asides import measures
from suasion.measures.common import asked_aside
from suasion.report.book import Book

COLUMNS = ("condition", "agent", "measure", "unit", "mean", "low", "high", "n")


def held(book: Book) -> dict[str, Any] | None:
    """Every mean over the standard asides, by condition and agent; None where none was asked."""
    if book.kit is None or not asked_aside(book.run.manifest):
        return None
    units = {each.id: each.unit for each in measures(book.kit.stated)}
    rows = [
        (
            row.by.get("arm"),
            row.by.get("model"),
            row.measure,
            units[row.measure],
            row.value,
            row.low,
            row.high,
            row.n,
        )
        for row in book.default_rows(arms=True)
        if row.measure in units and row.n
    ]
    return {"columns": COLUMNS, "rows": rows} if rows else None
