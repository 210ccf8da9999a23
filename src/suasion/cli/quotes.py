"""`suasion quotes`: lines that somebody quotes from a run, each looked up in what was said."""

from __future__ import annotations

from collections import Counter
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from suasion.cli.errors import Failed, runnable
from suasion.cli.runs import AsJson, RunFolder, opened
from suasion.cli.terminal import one_line, say, say_json

if TYPE_CHECKING:
    from collections.abc import Sequence

    from suasion.core.asks import Json
    from suasion.measures.quotes import Checked, Turns
    from suasion.store.run import Run

LONGEST = 90


def quotes(
    run: RunFolder,
    file: Annotated[
        Path, typer.Argument(metavar="FILE", help="A table or JSON: text and speaker of each.")
    ],
    as_json: AsJson = False,
) -> None:
    """Look up quotes in what was said, and keep them beside the record for its pages.

    Exit code 3 where one was spoken by another, or stands in no turn.
    """
    from suasion.measures.quotes import Claim, checked
    from suasion.store import quotes as store

    found = opened(run)
    try:
        given = store.read(file)
    except store.BadQuotes as bad:
        raise Failed(str(bad), "site", run) from None
    turns = _turns(found)
    if not turns.spoken:
        said = f"{run} holds no words of its conversations, so no quote can be looked up"
        raise Failed(said, "list", "formats")
    verdicts = checked([Claim(*each) for each in given], turns)
    store.keep(found.path, given)
    if as_json:
        say_json({"run": run, "quotes": [_row(each) for each in verdicts]})
    else:
        _tell(verdicts, run)
    if any(each.verdict in ("other", "nowhere") for each in verdicts):
        raise typer.Exit(3)


def _turns(run: Run) -> Turns:
    """All that was said in a run."""
    from suasion import catalogue
    from suasion.measures.quotes import Turns

    name = str(run.manifest.get("environment"))
    dossiers = catalogue.kit(name).dossiers if name in catalogue.environments() else None
    if dossiers is None:
        raise Failed(f"nothing is quoted from runs of {name[:80]!r}", "site", str(run.path))
    return Turns([turn for each in run.all() for turn in dossiers.spoken(each)])


def _row(found: Checked) -> dict[str, Json]:
    """A verdict, for programs."""
    where = found.found.spoken if found.found else None
    return {
        "text": found.claim.text,
        "speaker": found.claim.speaker,
        "verdict": found.verdict,
        "spoken_by": where and where.agent,
        "episode": where and where.link.episode,
        "event": where and where.link.event,
    }


def _tell(found: Sequence[Checked], run: str) -> None:
    """What the record says of each, and how many of each kind."""
    from suasion.measures.quotes import VERDICTS

    for each in found:
        where = each.found.spoken if each.found else None
        by = f" by {where.agent}, {where.link.episode} #{where.link.event}" if where else ""
        say(one_line(f"{VERDICTS[each.verdict]}{by}: {each.claim.text[:LONGEST]}"))
    counts = Counter(each.verdict for each in found)
    kinds = ", ".join(f"{counts[kind]} {words}" for kind, words in VERDICTS.items())
    say(f"{len(found):,} quotes: {kinds}\nNext:\n  {runnable(['site', run])}")
