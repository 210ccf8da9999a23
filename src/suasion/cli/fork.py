"""`suasion fork`: an episode with one thing changed, played on beside one where nothing is."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from suasion.cli.errors import Failed, runnable
from suasion.cli.run import Shown, Workers, display_of, finished, showing, tell
from suasion.cli.runs import RunFolder, free, opened
from suasion.cli.terminal import say, say_json

if TYPE_CHECKING:
    from suasion.cli.progress import Display
    from suasion.core.asks import Json
    from suasion.runner.fork import Fork
    from suasion.runner.fork_edit import Wanted
    from suasion.runner.run import RunResult
    from suasion.store.run import Run

EDITS = ("answer", "drop", "delay", "reroute", "rewrite", "draw")


def fork(
    run: RunFolder,
    episode: Annotated[
        str, typer.Argument(metavar="EPISODE", help="An episode's id, as in suasion status.")
    ],
    at: Annotated[
        int, typer.Option(metavar="EVENT", help="All steps before the one that made it stand.")
    ],
    out: Annotated[Path, typer.Option(metavar="RUN2", help="The folder of the forks.")],
    answer: Annotated[
        str | None,
        typer.Option(metavar="SEAT=JSON", help="Another answer that led to it; null for none."),
    ] = None,
    drop: Annotated[bool, typer.Option("--drop", help="Never deliver it.")] = False,
    delay: Annotated[
        int | None, typer.Option(metavar="N", min=1, help="Deliver it N steps later.")
    ] = None,
    reroute: Annotated[
        str | None, typer.Option(metavar="SEAT", help="Deliver it to this seat instead.")
    ] = None,
    rewrite: Annotated[
        str | None, typer.Option(metavar="TEXT", help="Deliver it with these words.")
    ] = None,
    to: Annotated[
        str | None,
        typer.Option(metavar="SEAT", help="Only this seat's copy, instead of everybody's."),
    ] = None,
    draw: Annotated[
        str | None,
        typer.Option(metavar="NAME=VALUE", help="Another outcome of a draw of its step."),
    ] = None,
    times: Annotated[
        int | None,
        typer.Option(metavar="K", min=1, max=100_000, help="Pairs, each with fresh chance."),
    ] = None,
    seed: Annotated[
        int | None, typer.Option(min=0, help="Where fresh chance comes from (default 0).")
    ] = None,
    workers: Workers = None,
    display: Shown = "auto",
) -> None:
    """Fork an episode: change one thing, and play on beside a fork where nothing is changed.

    Without an edit: only play on. The same command goes on with a fork that was stopped.
    """
    given = {
        "answer": answer,
        "drop": drop or None,
        "delay": delay,
        "reroute": reroute,
        "rewrite": rewrite,
        "draw": draw,
    }
    options = {"to": to, "times": times, "seed": seed}
    words = ["fork", run, episode, "--at", str(at), *_words({**given, **options})]
    shown = display_of(display, *words, "--out", str(out))
    found = opened(run)
    asked = _asked(words, found, episode, at, given, options)
    result = _played(found, asked, out, words, shown, workers)
    if shown == "json":
        say_json(finished(result))
    elif shown != "none":
        _tell(result, words)
    if result.exit_code:
        raise typer.Exit(result.exit_code)


def _words(options: Mapping[str, Any]) -> list[str]:
    """Options as they are written."""
    words = []
    for name, value in options.items():
        if value is True:
            words.append(f"--{name}")
        elif value is not None:
            words += [f"--{name}", str(value)]
    return words


def _asked(
    words: list[str],
    run: Run,
    episode: str,
    at: int,
    given: Mapping[str, Any],
    options: Mapping[str, Any],
) -> Fork:
    """What is asked for on the command line.

    Errors: `Failed`, where it is not one edit.
    """
    from suasion.runner.fork import Fork

    edits = [name for name, value in given.items() if value is not None]
    again = ["fork", str(run.path), episode, "--at", str(at)]
    out = ["--out", str(free(Path(f"{run.path}-fork")))]
    if len(edits) > 1:
        said = f"{' and '.join(f'--{name}' for name in edits)}: one fork changes one thing"
        raise Failed(said, *again, *out, code=2)
    one = edits[0] if edits else None
    if options["to"] is not None and one not in ("drop", "delay", "rewrite", "reroute"):
        said = "--to says whose copy is dropped, delayed, rerouted or rewritten"
        raise Failed(said, *again, *out, code=2)
    if options["seed"] is not None and options["times"] is None:
        said = "--seed is where fresh chance comes from: say --times, how many pairs of it"
        raise Failed(said, *words, "--times", "1", *out, code=2)
    wanted = _wanted(one, given, options["to"], [*again, *out])
    return Fork(episode, at, wanted, options["times"], options["seed"] or 0)


def _wanted(
    edit: str | None, given: Mapping[str, Any], to: str | None, plain: list[str]
) -> Wanted | None:
    from suasion.runner.fork_edit import Answered, Delivered, Redrawn

    if edit is None:
        return None
    value = given[edit]
    if edit == "answer":
        return Answered(*_pair("--answer", "SEAT=JSON", value, plain))
    if edit == "draw":
        return Redrawn(*_pair("--draw", "NAME=VALUE", value, plain))
    return Delivered(edit, None if edit == "drop" else value, to)


def _pair(option: str, form: str, text: str, plain: list[str]) -> tuple[str, Json]:
    """A name and a JSON value."""
    import json

    name, equals, value = text.partition("=")
    try:
        if name and equals:
            return name, json.loads(value, parse_constant=_no_number)
    except (ValueError, RecursionError):
        pass
    what = "a name, an equals sign and one JSON value, such as 'P2=null'"
    raise Failed(f"{option} {text[:80]!r}: expected {form}: {what}", *plain, code=2)


def _no_number(name: str) -> Json:
    raise ValueError(name)


def _played(
    run: Run, asked: Fork, out: Path, words: list[str], display: Display, workers: int | None
) -> RunResult:
    from suasion.runner.fork import run_fork
    from suasion.runner.fork_ground import Unforkable
    from suasion.store.run import UnknownEpisode

    with showing(display, out, words) as progress:
        try:
            return run_fork(run, asked, out, workers=workers, progress=progress)
        except Unforkable as error:
            raise Failed(str(error), *_instead(run, asked, words, error.instead)) from None
        except UnknownEpisode as error:
            raise Failed(str(error), "status", str(run.path)) from None


def _instead(run: Run, asked: Fork, words: list[str], options: tuple[str, ...]) -> list[str]:
    """A fork that can be made, or what there is to see."""
    if not options:
        return ["status", str(run.path)]
    again = ["fork", str(run.path), asked.episode, *options]
    if "--at" not in options:
        again = [*words, *options]
    elif asked.times is not None:
        again += ["--times", str(asked.times)]
    return [*again, "--out", str(free(Path(f"{run.path}-fork")))]


def _tell(result: RunResult, words: list[str]) -> None:
    """How it ended, and how to see what changed."""
    tell(result, words)
    if result.exit_code == 0:
        say(f"  {runnable(['measure', str(result.folder)])}")
