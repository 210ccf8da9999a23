"""What was written about a run: texts that lie beside its record, in runs of their own.

Each is a run below `dossiers/`, in which a seat wrote one text an episode. The record that they
are about is never touched, and a folder of somebody else's is read as any other run is: hostile.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import NamedTuple

from suasion.core.asks import Json
from suasion.core.events import NOTHING
from suasion.measures.filed import Filed
from suasion.store.database import Damaged
from suasion.store.folder import NotARun
from suasion.store.run import Run, open_run

FOLDER = "dossiers"
ENVIRONMENT = "writing"


class Written(NamedTuple):
    """One text, or why there is none."""

    subject: str
    writer: str
    asked_with: Mapping[str, Json]
    """Of a model: how it was asked."""
    task: str
    given: str
    cap: int
    text: str | None
    """None where nothing was written that can be read."""
    words: int
    """Before it was cut."""
    cut: bool
    asked: int
    """How often it was asked for."""
    run: str
    """The name of its run's folder."""
    episode: str
    created: str
    """When its run was made, in UTC."""


def folders(run: Path) -> list[Path]:
    """The runs in which something was written about this one; no link is followed."""
    root = run / FOLDER
    if root.is_symlink() or not root.is_dir():
        return []
    return sorted(each for each in root.iterdir() if each.is_dir() and not each.is_symlink())


def writings(run: Path) -> list[Written]:
    """Every text that was written about a run, the newest first."""
    found = [each for folder in folders(run) for each in _of(folder)]
    return sorted(found, key=lambda each: (each.created, each.run), reverse=True)


def _of(folder: Path) -> Iterator[Written]:
    try:
        written = open_run(folder)
        if written.manifest.get("environment") == ENVIRONMENT:
            yield from (text for each in written.all() for text in _text(written, each))
    except (NotARun, Damaged):
        return


def _text(run: Run, filed: Filed) -> Iterator[Written]:
    """The text of an episode; nothing of one that is damaged or of another kind."""
    header = filed.episode.header
    asked = [header.settings.get(name) for name in ("subject", "task", "given")]
    if filed.damaged or header.environment != ENVIRONMENT or not filed.seats:
        return
    subject, task, given = (each for each in asked if isinstance(each, str))
    last = filed.episode.events[-1] if filed.episode.events else None
    said = last.data if last is not None and last.kind == "written" else NOTHING
    text = said.get("text")
    yield Written(
        subject,
        filed.seats[0].agent or "unknown",
        filed.seats[0].asked_with,
        task,
        given,
        int(header.settings.get("word_cap", 0)),
        text if isinstance(text, str) else None,
        int(said.get("words", 0)),
        bool(said.get("cut")),
        int(said.get("asked", 0)),
        run.path.name,
        filed.id,
        str(run.manifest.get("created", "")),
    )
