"""`suasion demo`: a study from play to pages, and what it says."""

from __future__ import annotations

from pathlib import Path

import typer

from suasion.cli.errors import runnable
from suasion.cli.terminal import say

OUT = Path("runs/demo")
STUDY = "influence/demo"


def demo() -> None:
    """Play a study, make its pages and say what was found. Run again, it only fills gaps."""
    from suasion.cli.run import play_study, read_study, tell
    from suasion.cli.runs import opened
    from suasion.report.site import build

    study = read_study(STUDY)
    say(f"{study.title}: {study.episodes} episodes into {OUT}")
    result = play_study(study, OUT, ["run", STUDY], "auto")
    if result.exit_code:
        tell(result, ["run", STUDY])
        raise typer.Exit(result.exit_code)
    say("Making the pages …")
    made = build(opened(str(OUT)))
    for question, answer in made.answers:
        say(f"\n{question}\n  {answer}")
    say(
        f"\nEvery mark on the pages leads to the event behind it. Open in a browser:\n  {made.home}"
    )
    say(f"All numbers:\n  {runnable(['measure', str(OUT)])}")
