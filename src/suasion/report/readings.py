"""Readings: what a person wrote about a finding, kept apart from what was computed."""

from __future__ import annotations

from pathlib import Path
from typing import NamedTuple

import suasion


class Reading(NamedTuple):
    """A reading as it stands on a page."""

    author: str | None
    """Its first line, where that begins with `By `."""
    paragraphs: list[str]


def reading(environment: str, slug: str, studies: Path | None = None) -> Reading | None:
    """The reading of one question; None where nobody has written one."""
    for folder in [studies] if studies else _studies():
        file = folder / environment / "readings" / f"{slug}.md"
        if file.is_file():
            return _read(file.read_text("utf-8"))
    return None


def _studies() -> list[Path]:
    """Where studies lie: in the installed package, or beside it in a checkout."""
    package = Path(suasion.__file__).parent
    return [package / "studies", package.parents[1] / "studies"]


def _read(text: str) -> Reading | None:
    paragraphs = [" ".join(part.split()) for part in text.split("\n\n") if part.strip()]
    paragraphs = [part for part in paragraphs if not part.startswith("#")]
    if not paragraphs:
        return None
    if paragraphs[0].startswith("By "):
        return Reading(paragraphs[0], paragraphs[1:])
    return Reading(None, paragraphs)
