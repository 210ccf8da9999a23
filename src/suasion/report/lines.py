"""Lines of logs that an import could not read, or read with a warning."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import PurePath

from suasion.measures.imported import BadLine
from suasion.report.text import counted

LINES = 50
"""Lines on a page; more are counted."""
RAW = 400
"""Characters of a line that are shown."""

Kept = tuple[str, BadLine]
"""What became of a line (`skipped`, or read with a `warning`), and the line."""


def line_rows(lines: Sequence[Kept]) -> list[list[object]]:
    """The first of them as rows of a table."""
    return [
        [kind, PurePath(bad.file).name, bad.line, bad.reason, _raw(bad)]
        for kind, bad in lines[:LINES]
    ]


def _raw(bad: BadLine) -> str:
    text = bad.raw[: 4 * RAW].decode("utf-8", "replace")
    return text if len(text) <= RAW else f"{text[:RAW]}… ({len(bad.raw):,} bytes)"


def in_words(lines: Sequence[Kept]) -> str:
    """`3 lines of the log were skipped, and 2 were read with a warning.`"""
    skipped = sum(kind == "skipped" for kind, _ in lines)
    warned = len(lines) - skipped
    parts = [(skipped, "skipped"), (warned, "read with a warning")]
    said = [f"{counted(n, 'line')} {'was' if n == 1 else 'were'} {what}" for n, what in parts if n]
    return f"Of what was imported {' and '.join(said)}."
