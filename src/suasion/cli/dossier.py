"""`suasion dossier`: texts about a run, each from its record, with quotes that can be looked up."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from suasion.cli.env_file import EnvFile, use
from suasion.cli.errors import Failed, runnable
from suasion.cli.run import Shown, Workers, causes, display_of, finished, showing
from suasion.cli.runs import RunFolder, opened
from suasion.cli.terminal import one_line, say, say_json

if TYPE_CHECKING:
    from collections.abc import Sequence

    from suasion.measures.dossier import Dossiers, Subject
    from suasion.report.results import RunResults
    from suasion.runner.run import RunResult
    from suasion.runner.study import Study

STAND_IN = "policy/stand_in"


def dossier(
    run: RunFolder,
    writer: Annotated[
        str,
        typer.Option(
            metavar="AGENT",
            help="Who writes: a model's id, or {model: ID, temperature: 1}; by default a script.",
        ),
    ] = STAND_IN,
    only: Annotated[
        list[str] | None,
        typer.Option(metavar="SUBJECT", help="Only this one, such as MODEL/ROLE; may be repeated."),
    ] = None,
    words: Annotated[int, typer.Option(min=1, max=10_000, help="Words a text may have.")] = 500,
    max_cost: Annotated[
        float | None, typer.Option(min=0, help="US dollars, for all of them together.")
    ] = None,
    workers: Workers = None,
    display: Shown = "auto",
    env_file: EnvFile = None,
) -> None:
    """Have dossiers and a gallery of quotes written; they are kept beside the record.

    The record itself is not touched. The same command goes on where it was stopped.
    """
    use(env_file)
    asked = ["dossier", run, *_options(writer, only or (), words, max_cost)]
    shown = display_of(display, *asked)
    study, folder = prepared(run, writer, only or (), words, max_cost)
    from suasion.runner.run import run as play

    with showing(shown, folder, ["dossier", run]) as progress:
        result = play(study, folder, progress=progress, workers=workers)
    if shown == "json":
        say_json(finished(result))
    elif shown != "none":
        _tell(result, run, asked)
    if result.exit_code:
        raise typer.Exit(result.exit_code)


def _options(writer: str, only: Sequence[str], words: int, max_cost: float | None) -> list[str]:
    """The options that were given, as they are written."""
    given = ["--writer", writer] if writer != STAND_IN else []
    given += [word for each in only for word in ("--only", each)]
    given += ["--words", str(words)] if words != 500 else []
    return given + (["--max-cost", f"{max_cost:g}"] if max_cost is not None else [])


def prepared(
    run: str, writer: str, only: Sequence[str], words: int, max_cost: float | None
) -> tuple[Study, Path]:
    """What is to be written by whom, and where it will lie.

    Errors: `Failed`, with a command that works.
    """
    from suasion.runner.study_errors import BadStudy
    from suasion.runner.writing import Wanted, folder_of, study_of

    agent, asked_with = _held(run, writer)
    dossiers, results = _of(run)
    wanted = [
        Wanted(subject.id, dossiers.task(subject), dossiers.pack(results, subject).markdown)
        for subject in _chosen(run, dossiers.subjects(results), only)
    ]
    limits = {} if max_cost is None else {"max_cost": max_cost}
    try:
        study = study_of(wanted, agent, words, asked_with, limits)
    except BadStudy as bad:
        raise Failed(str(bad), "dossier", run) from None
    return study, folder_of(Path(run), study)


def _held(run: str, writer: str) -> tuple[str, dict[str, object]]:
    from suasion import catalogue
    from suasion.agents import UnknownAgent
    from suasion.cli.play import holder

    try:
        held = holder(writer, catalogue.kit("writing"))
    except (UnknownAgent, catalogue.Mistake) as mistake:
        raise Failed(str(mistake), "dossier", run, "--writer", STAND_IN) from None
    return held.agent, dict(held.asked_with)


def _of(run: str) -> tuple[Dossiers, RunResults]:
    """What a run's environment has written about it, and the numbers of the run."""
    from suasion import catalogue
    from suasion.report.results import results

    found = opened(run)
    name = str(found.manifest.get("environment"))
    dossiers = catalogue.kit(name).dossiers if name in catalogue.environments() else None
    if dossiers is None:
        there = [each for each in catalogue.bundled() if catalogue.kit(each).dossiers]
        said = f"nothing is written about runs of {name[:80]!r}; about those of {', '.join(there)}"
        raise Failed(said, "site", run)
    return dossiers, results(found)


def _chosen(run: str, there: Sequence[Subject], only: Sequence[str]) -> list[Subject]:
    from suasion.catalogue import nearest

    known = {each.id: each for each in there}
    for name in only:
        if name not in known:
            near = nearest(name, known)
            guess = f"; did you mean {near}? There are: " if near else "; there are: "
            said = f"no subject {name[:80]!r}{guess}{', '.join(known) or 'none'}"
            raise Failed(said, "dossier", run, *(["--only", near] if near else []))
    if not known:
        raise Failed("this run has nothing to write about: no whole conversation", "status", run)
    return [known[name] for name in dict.fromkeys(only)] if only else list(there)


def _tell(result: RunResult, run: str, asked: list[str]) -> None:
    """How it ended: the folder, and the next command."""
    if result.exit_code == 1:
        raise Failed(result.stopped or "it stopped", "status", str(result.folder))
    tally = result.tally
    say(f"{tally.whole:,} of {tally.planned:,} texts are written, in {result.folder}")
    for said, count in causes(result):
        say(f"  {count} x {said}")
    if result.exit_code:
        said = f"Stopped: {one_line(result.stopped)}\n" if result.stopped else ""
        return say(f"{said}What is recorded stays. Go on with:\n  {runnable(asked)}")
    return say(f"Next:\n  {runnable(['site', run])}")
