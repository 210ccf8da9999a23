"""A run as static pages that open by double-click and need no network."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any, NamedTuple

from suasion.core.environment import Environment
from suasion.measures.common import kit_of
from suasion.measures.kit import Kit
from suasion.report.answers import answers
from suasion.report.book import Book, Run
from suasion.report.dossiers import dossiers
from suasion.report.episodes import episodes
from suasion.report.files import Folder
from suasion.report.home import home
from suasion.report.method import method, prompts
from suasion.report.stuck import stuck
from suasion.report.tables import data
from suasion.report.templating import asset

ASSETS = ("site.css", "page.css", "reader.css", "reader.js", "figure.js", "table.js")
PAGES: tuple[Callable[[Book], None], ...] = (
    home,
    answers,
    dossiers,
    episodes,
    stuck,
    prompts,
    method,
    data,
)


class SiteResult(NamedTuple):
    """What was written."""

    home: Path
    """The page to open."""
    pages: int
    """How many pages the site has."""
    changed: int
    """How many files were new or other than before."""
    answers: tuple[tuple[str, str], ...] = ()
    """Each question that this run can answer, and its computed answer."""


def build(run: Run, out: Path | None = None) -> SiteResult:
    """Write a run's pages to a folder, by default `site` in the run's own.

    Pages are written whole or not at all, and only where their bytes changed; the same run gives
    the same bytes. Where the run's environment is not installed its record is shown without
    words, measures and questions.
    """
    kit, make = installed(str(run.manifest.get("environment")))
    return build_with(run, kit, make, out or run.path / "site")


def build_with(
    run: Run, kit: Kit | None, make: Callable[..., Environment[Any]], out: Path
) -> SiteResult:
    """The same, of an environment that is at hand."""
    folder = Folder(out)
    book = Book(run, kit and kit_of(kit, run.manifest), make, folder)
    for name in ASSETS:
        folder.write(f"assets/{name}", asset(name))
    for write in PAGES:
        write(book)
    pages = sum(name.endswith(".html") for name in folder.files)
    answers = tuple(
        (q.title, book.findings[q.slug].sentence) for q in book.questions if q.slug in book.findings
    )
    return SiteResult(out / "index.html", pages, len(folder.changed), answers)


def installed(name: str) -> tuple[Kit | None, Callable[..., Environment[Any]]]:
    """What an environment hands upward, and how one is made; None where it is not installed."""
    from suasion import catalogue

    def make(name: str, settings: Mapping[str, Any]) -> Environment[Any]:
        return catalogue.make(name, None, settings)

    return (catalogue.kit(name) if name in catalogue.environments() else None), make
