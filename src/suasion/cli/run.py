"""`suasion run`: a study, from its file to a run folder; it resumes."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from suasion.cli import design
from suasion.cli.design import Agents, Sample, resized
from suasion.cli.env_file import EnvFile, use
from suasion.cli.errors import Failed, runnable
from suasion.cli.pack import PackFile
from suasion.cli.standing import standing
from suasion.cli.terminal import one_line, say, say_json

if TYPE_CHECKING:
    from suasion.cli.progress import Display
    from suasion.runner.progress import Progress
    from suasion.runner.run import RunResult
    from suasion.runner.study import Study

DISPLAYS: tuple[Display, ...] = ("auto", "full", "plain", "json", "none")
Workers = Annotated[
    int | None, typer.Option(min=1, help="Processes that play (default: one a core).")
]
Shown = Annotated[
    str, typer.Option(help="auto, full (bars), plain (lines), json (one object a line), none.")
]
"""The options of every command that plays many episodes."""


def run(
    study: Annotated[
        str, typer.Argument(metavar="STUDY", help="A study's file, or the name of one of ours.")
    ],
    out: Annotated[
        Path | None, typer.Option(metavar="RUN", help="The run's folder (default runs/<study>).")
    ] = None,
    replicates: Annotated[
        int | None, typer.Option(min=1, help="Episodes in each condition, instead of the study's.")
    ] = None,
    agents: Agents = None,
    sample: Sample = None,
    pack: PackFile = None,
    workers: Workers = None,
    display: Shown = "auto",
    env_file: EnvFile = None,
) -> None:
    """Run a study, or go on with it. Ctrl-C once finishes what is under way; twice stops now."""
    use(env_file)
    shown = display_of(display, "run", study)
    loaded = resized(read_study(study, pack, agents), replicates, sample)
    words = ["run", study, *design.words(agents, replicates, sample)]
    words += ["--pack", str(pack)] if pack else []
    folder = out or Path("runs") / loaded.name
    result = play_study(loaded, folder, words, shown, workers=workers)
    if shown == "json":
        say_json(finished(result))
    elif shown != "none":
        tell(result, words)
    if result.exit_code:
        raise typer.Exit(result.exit_code)


def display_of(name: str, *words: str) -> Display:
    """A way to show how far a run is; `words` are the command that asks for it."""
    from suasion.catalogue import nearest

    for known in DISPLAYS:
        if name == known:
            return known
    near = nearest(name, DISPLAYS) or "auto"
    said = f"no display {name[:80]!r}; there are: {', '.join(DISPLAYS)}"
    raise Failed(said, *words, "--display", near, code=2)


def read_study(name: str, pack: Path | None = None, agents: list[str] | None = None) -> Study:
    """A study by its file, or by its name, with a pack and with agents in place of its own.

    Errors: `Failed`, with a command that shows what there is.
    """
    from suasion import catalogue
    from suasion.runner.study_errors import BadStudy
    from suasion.runner.study_file import load

    try:
        return load(catalogue.study(name), pack, design.given(agents, "run", name))
    except catalogue.Mistake as mistake:
        raise Failed(str(mistake), "check", str(mistake.instead or "smoke")) from None
    except BadStudy as bad:
        raise Failed(str(bad), "list", "keys") from None


def play_study(
    study: Study, folder: Path, words: list[str], display: Display, **options: Any
) -> RunResult:
    """Run a study and show how far it is."""
    from suasion.runner.run import run as play

    with showing(display, folder, words) as progress:
        return play(study, folder, progress=progress, **options)


@contextmanager
def showing(display: Display, folder: Path, words: list[str]) -> Iterator[Progress]:
    """Show how far a run is, and say what is wrong with its folder.

    Errors: `Failed`, with the same command for a folder that is free.
    """
    from suasion.cli.progress import Bars, progress
    from suasion.cli.runs import free
    from suasion.runner.plan import Changed
    from suasion.runner.priced import Unpriced
    from suasion.store.database import Damaged
    from suasion.store.folder import Busy, NotARun

    shown = progress(display)
    afresh = [*words, "--out", str(free(folder))]
    try:
        yield shown
    except Busy as error:
        raise Failed(str(error), "status", str(folder)) from None
    except Changed as error:
        said = f"{folder} was run otherwise: {'; '.join(error.changes)}"
        raise Failed(said, *afresh) from None
    except Unpriced as error:
        raise Failed(str(error), "plan", *words[1:2]) from None
    except (NotARun, Damaged) as error:
        raise Failed(str(error).split("; give --out")[0], *afresh) from None
    except (FileExistsError, NotADirectoryError) as error:
        raise Failed(f"{error.filename} is no folder", *afresh) from None
    finally:
        if isinstance(shown, Bars):
            shown.close()


def finished(result: RunResult) -> dict[str, Any]:
    """How a run ended, for programs."""
    return {
        "event": "finished",
        "run": str(result.folder),
        "exit_code": result.exit_code,
        "arms": {arm: tally._asdict() for arm, tally in result.arms.items()},
        "errors": [
            {"episode": episode, "state": state, "error": error}
            for episode, state, error in result.errors
        ],
        "stopped": result.stopped,
        "allocated": None if result.allocated is None else result.allocated.to_json(),
        "seconds": round(result.seconds, 3),
    }


def tell(result: RunResult, words: list[str]) -> None:
    """How a run ended, for people: the path, and the next command."""
    again = runnable([*words, "--out", str(result.folder)])
    tally = result.tally
    if result.exit_code == 1:
        raise Failed(result.stopped or "the run stopped", "status", str(result.folder))
    say(f"{tally.whole:,} of {tally.planned:,} episodes are whole in {result.folder}")
    if result.allocated is not None:
        standing(result.allocated.to_json())
    for said, count in causes(result):
        say(f"  {count} x {said}")
    if result.exit_code == 4:
        say(f"Stopped by a cap: {one_line(result.stopped or '')}")
        say(f"What is recorded stays. With higher limits in the study, go on with:\n  {again}")
    elif result.exit_code == 130:
        say(f"Interrupted; what is recorded stays. Go on with:\n  {again}")
    elif result.exit_code == 3:
        say(f"Try the others again with:\n  {again}")
    else:
        say(f"Next:\n  {runnable(['site', str(result.folder)])}")


def causes(result: RunResult) -> list[tuple[str, int]]:
    """What went wrong, the same causes together, the most frequent first."""
    from collections import Counter

    return Counter(
        one_line(f"{state}: {error}")[:180] for _, state, error in result.errors
    ).most_common()
