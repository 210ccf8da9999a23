"""The program: each command parses, calls one function and prints.

Nothing but typer is imported before a command runs, so that help is there at once.
"""

from __future__ import annotations

import sys
from typing import Annotated, NoReturn

import typer

from suasion.cli import (
    check,
    demo,
    dossier,
    export,
    fork,
    import_,
    measure,
    plan,
    play,
    quotes,
    run,
    show,
    site,
    status,
)
from suasion.cli import list as list_
from suasion.cli.errors import Failed, foreseen, program, report, without_keys

app = typer.Typer(
    help="Measure how language-model agents influence, deceive and resist one another.",
    rich_markup_mode=None,
    add_completion=False,
    pretty_exceptions_enable=False,
    no_args_is_help=True,
)


def _version(asked: bool) -> None:
    if asked:
        import suasion

        typer.echo(suasion.__version__)
        raise typer.Exit


@app.callback()
def _all(
    version: Annotated[  # noqa: ARG001 - its callback has done it
        bool, typer.Option("--version", callback=_version, is_eager=True, help="Print it.")
    ] = False,
    plugins: Annotated[
        bool,
        typer.Option("--plugins/--no-plugins", help="Whether installed packages may bring more."),
    ] = True,
) -> None:
    if not plugins:
        import os

        from suasion.catalogue import NO_PLUGINS

        os.environ[NO_PLUGINS] = "1"


for _name, _command in (
    ("demo", demo.demo),
    ("list", list_.list_),
    ("play", play.play),
    ("plan", plan.plan),
    ("run", run.run),
    ("status", status.status),
    ("measure", measure.measure),
    ("site", site.site),
    ("dossier", dossier.dossier),
    ("quotes", quotes.quotes),
    ("show", show.show),
    ("fork", fork.fork),
    ("check", check.check),
    ("import", import_.import_),
    ("export", export.export),
):
    app.command(_name)(_command)


def main() -> NoReturn:
    """Run the program; errors that can be foreseen are told, the rest is a fault of ours."""
    for stream in (sys.stdout, sys.stderr):
        stream.reconfigure(errors="backslashreplace")  # type: ignore[union-attr]
    try:
        app(prog_name=" ".join(program()))
    except Failed as failed:
        code = report(failed)
    except Exception as error:
        told = foreseen(error)
        if told is None:
            without_keys()
            raise
        code = report(told)
    sys.exit(code)
