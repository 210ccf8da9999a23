"""Rows of values and estimates as tables: the same columns as CSV and as Parquet."""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from suasion.core.asks import Json

Row = dict[str, Any]


def as_csv(rows: Sequence[Row]) -> bytes:
    """A CSV file: numbers in full, and no text that a spreadsheet would run."""
    from suasion.report.answers import as_csv as written

    columns, flat = table(rows)
    text: str = written(columns, [[row.get(name) for name in columns] for row in flat])
    return text.encode()


def as_parquet(rows: Sequence[Row]) -> bytes:
    """A Parquet file; a category stands in a column of its own beside the numbers."""
    import io

    import polars

    columns, flat = table(rows)
    data = {}
    for name in columns:
        cells = [row.get(name) for row in flat]
        if name == "value":
            data["category"] = [cell if isinstance(cell, str) else None for cell in cells]
            cells = [None if isinstance(cell, str) else cell for cell in cells]
        data[name] = cells
    file = io.BytesIO()
    polars.DataFrame({name: _column(name, cells) for name, cells in data.items()}).write_parquet(
        file
    )
    return file.getvalue()


TYPES = {
    **dict.fromkeys(("value", "low", "high", "level", "bound_low", "bound_high", "retried"), float),
    **dict.fromkeys(("n", "blocked", "event", "index", "position", "settled_by"), int),
    **dict.fromkeys(("replicate", "step", "repeat", "attempt"), int),
    **dict.fromkeys(("tokens_in", "tokens_out", "tokens_cached"), int),
    **dict.fromkeys(("seconds", "cost"), float),
}
"""Of columns that hold numbers; all others hold text."""


def _column(name: str, cells: Sequence[Any]) -> Any:
    import polars

    kinds = {type(cell) for cell in cells if cell is not None}
    kind = TYPES.get(name) or (kinds.pop() if len(kinds) == 1 else str)
    sound = [None if cell is None else cell if kind is not str else _text(cell) for cell in cells]
    types = {float: polars.Float64, int: polars.Int64, bool: polars.Boolean}
    return polars.Series(name, sound, dtype=types.get(kind, polars.String))


def _text(cell: object) -> str:
    text = cell if isinstance(cell, str) else json.dumps(cell)
    return text.encode("utf-8", "replace").decode()


def table(rows: Sequence[Row]) -> tuple[list[str], list[Row]]:
    """Columns and flat rows: what is a list or an object is JSON text.

    The keys of `by` are columns too, so that one can filter by them; what a row does not have is
    empty there, and only `by` itself tells a null from an absence.
    """
    flat = []
    for row in rows:
        by = row.get("by")
        keys = {f"by.{key}": value for key, value in by.items()} if isinstance(by, dict) else {}
        flat.append({name: _flat(value) for name, value in {**row, **keys}.items()})
    return list(dict.fromkeys(name for row in flat for name in row)), flat


def _flat(value: Json) -> Json:
    return json.dumps(value) if isinstance(value, dict | list | tuple) else value


def put(path: Path, data: bytes) -> None:
    """Write a file so that it is whole or absent."""
    from suasion.store.folder import put as written

    written(path, data)
