"""`suasion export`: a run as lines that others read."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from suasion.cli.errors import Failed
from suasion.cli.runs import RunFolder, opened
from suasion.cli.terminal import say, write

if TYPE_CHECKING:
    from suasion.store.run import Run


def export(
    run: RunFolder,
    format_: Annotated[
        str, typer.Option("--format", metavar="FORMAT", help="As in suasion list formats.")
    ],
    stable: Annotated[
        bool, typer.Option("--stable", help="Only what the digest covers; with jsonl.")
    ] = False,
    out: Annotated[
        Path | None, typer.Option(metavar="FILE", help="Where to write (default: print).")
    ] = None,
) -> None:
    """Write a run's episodes as lines. A file is whole or absent."""
    found = opened(run)
    if format_ in TABLES and not stable:
        return _table(found, format_, out)
    data = lines(found, format_, stable)
    if out is None:
        for line in data:
            write(line + b"\n")
        return None
    from suasion.store.folder import put

    put(out, b"".join(line + b"\n" for line in data))
    return say(str(out))


TABLES = ("attempts-csv", "attempts-parquet")
"""A row for each time that a seat was asked, of any environment."""


def _table(run: Run, format_: str, out: Path | None) -> None:
    """The attempts of a run as a file; as CSV also printed."""
    from suasion.cli import tables
    from suasion.store.export import attempts
    from suasion.store.folder import put

    rows = list(attempts(run))
    if out is None and format_ == "attempts-parquet":
        said = "a Parquet file is not printed: say --out, where to write it"
        raise Failed(said, "export", str(run.path), "--format", "attempts-csv", code=2)
    data = (tables.as_csv if format_ == "attempts-csv" else tables.as_parquet)(rows)
    if out is None:
        return write(data)
    put(out, data)
    return say(str(out))


def lines(run: Run, format_: str, stable: bool) -> Iterable[bytes]:
    """The lines of a run in a format, without line ends."""
    from suasion import catalogue
    from suasion.store.export import jsonl

    if format_ == "jsonl":
        return jsonl(run, stable=stable)
    name = str(run.manifest.get("environment"))
    exports = catalogue.kit(name).exports if name in catalogue.environments() else {}
    if stable:
        said = f"--stable is what a digest covers: expected --format jsonl, not {format_[:80]!r}"
        raise Failed(said, "export", str(run.path), "--format", "jsonl", "--stable", code=2)
    if format_ not in exports:
        there = ["jsonl", *TABLES, *exports]
        near = catalogue.nearest(format_, there) or "jsonl"
        said = f"no export format {format_[:80]!r}; there are: {', '.join(there)}"
        raise Failed(said, "export", str(run.path), "--format", near)
    return exports[format_](list(run.all()))
