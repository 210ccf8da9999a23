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


def reading(environment: str, study: str, slug: str, studies: Path | None = None) -> Reading | None:
    """What was written of one question in the light of one study; None where nobody has.

    It stands in `studies/<environment>/readings/<study>.<slug>.md`, so that what was written of
    one study is never shown beside the numbers of another.
    """
    for folder in [studies] if studies else _studies():
        for file in sorted((folder / environment / "readings").glob("*.md")):
            if file.name == f"{study}.{slug}.md":
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
