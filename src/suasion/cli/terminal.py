"""What is printed: text from anybody is made harmless, programs get one JSON object."""

from __future__ import annotations

import json
import sys
from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING

import typer

if TYPE_CHECKING:
    from suasion.core.asks import Json


def clean(text: str) -> str:
    """Any text so that a terminal only shows it: nothing moves the cursor, colours or hides."""
    from suasion.report.text import clean as made_visible

    return made_visible(text)


def one_line(text: str) -> str:
    """The same, on one line."""
    return clean(text.replace("\n", "\N{SYMBOL FOR NEWLINE}").replace("\t", " "))


def say(text: str = "", *, error: bool = False) -> None:
    """Print words for people."""
    typer.echo(clean(text), err=error)


def say_json(value: Json) -> None:
    """Print one JSON value for programs, in ASCII, so that nothing in it reaches a terminal."""
    typer.echo(json.dumps(value, allow_nan=False))


def say_table(rows: Iterable[Sequence[str]], head: Sequence[str] = ()) -> None:
    """Print rows in columns; the last column is as long as it is."""
    cells = [[one_line(cell) for cell in row] for row in ([head] if head else []) + list(rows)]
    widths = [max(map(len, column)) for column in zip(*cells, strict=True)][:-1]
    for row in cells:
        padded = [cell.ljust(width) for cell, width in zip(row, widths, strict=False)]
        typer.echo("  ".join([*padded, row[-1]]).rstrip())


def write(data: bytes) -> None:
    """Put bytes on standard output as they are."""
    sys.stdout.flush()
    sys.stdout.buffer.write(data)
    sys.stdout.buffer.flush()
