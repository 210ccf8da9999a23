"""`suasion site`: a run as pages."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from suasion.cli.runs import AsJson, RunFolder, opened
from suasion.cli.terminal import say, say_json


def site(
    run: RunFolder,
    out: Annotated[
        Path | None, typer.Option(metavar="DIR", help="Where to write (default RUN/site).")
    ] = None,
    as_json: AsJson = False,
) -> None:
    """Write a run as pages that open by double-click."""
    from suasion.report.site import build

    made = build(opened(run), out)
    if as_json:
        return say_json({"home": str(made.home), "pages": made.pages, "changed": made.changed})
    say(f"{made.pages:,} pages, {made.changed:,} files changed. Open in a browser:")
    return say(f"  {made.home}")
