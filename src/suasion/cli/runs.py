"""Opening the run that a command is about, and naming those that exist."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from suasion.cli.errors import Failed

if TYPE_CHECKING:
    from suasion.store.run import Run

RUNS = Path("runs")
RunFolder = Annotated[str, typer.Argument(metavar="RUN", help="A run's folder.")]
AsJson = Annotated[bool, typer.Option("--json", help="Print one JSON object.")]


def opened(folder: str) -> Run:
    """The run in a folder.

    Errors: `Failed`, with a command on a run that exists.
    """
    from suasion.store.database import Damaged
    from suasion.store.folder import NotARun
    from suasion.store.run import open_run

    try:
        return open_run(Path(folder))
    except NotARun as error:
        raise Failed(str(error).split("; make one")[0], *_instead(folder)) from None
    except Damaged as error:
        raise Failed(str(error), *_instead(folder)) from None


def existing() -> list[str]:
    """The runs under `runs/` that can be opened."""
    from suasion.store.run import open_run

    found = []
    for manifest in sorted(RUNS.glob("*/manifest.json"))[:50]:
        try:
            open_run(manifest.parent)
        except (ValueError, OSError):
            continue
        found.append(str(manifest.parent))
    return found


def free(folder: Path) -> Path:
    """A folder that does not exist yet: the one named, or one beside it."""
    if not folder.exists():
        return folder
    others = (folder.with_name(f"{folder.name}-{n}") for n in range(2, 100_000))
    return next(path for path in others if not path.exists())


def _instead(folder: str) -> tuple[str, ...]:
    """A command on the run that was probably meant, or one that makes a run."""
    from suasion.catalogue import nearest

    there = [each for each in existing() if each != folder]
    near = nearest(folder, there) or nearest(str(RUNS / folder), there)
    if near or there:
        return "status", near or there[0]
    return "run", "smoke", "--out", str(free(RUNS / "smoke"))
