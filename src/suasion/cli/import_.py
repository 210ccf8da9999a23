"""`suasion import`: other people's data as a run."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from suasion.cli.errors import Failed, runnable
from suasion.cli.runs import AsJson, free, opened
from suasion.cli.terminal import one_line, say, say_json

if TYPE_CHECKING:
    from suasion.measures.imported import Companions, Imported, Importer
    from suasion.measures.kit import Kit

MOST_SHOWN = 20
"""Bad lines that are told to people; programs get all of them."""


def import_(
    format_: Annotated[str, typer.Argument(metavar="FORMAT", help="As in suasion list formats.")],
    files: Annotated[list[Path], typer.Argument(metavar="FILE…", help="What to read.")],
    out: Annotated[Path, typer.Option(metavar="RUN", help="The run's folder.")],
    cells: Annotated[
        Path | None,
        typer.Option(metavar="FILE", help="The table beside transcripts: persuasion-transcripts."),
    ] = None,
    environment: Annotated[
        str | None,
        typer.Option(metavar="NAME", help="Whose format it is, if it comes from a package."),
    ] = None,
    as_json: AsJson = False,
) -> None:
    """Read other people's data into a run. Exit code 3 where something was skipped."""
    beside = {} if cells is None else {"cells": cells}
    kit = reader(format_, files, out, environment)
    imported = _read(kit.imports[format_], format_, files, out, beside)
    if not imported.filed:
        code = 1
    else:
        options = [word for name, path in beside.items() for word in (f"--{name}", str(path))]
        _store(imported, kit, out, ["import", format_, *map(str, files), *options])
        code = 3 if imported.skipped else 0
    if as_json:
        say_json(described(imported, out))
    else:
        _tell(imported, out)
    if code:
        raise typer.Exit(code)


def reader(format_: str, files: Sequence[Path], out: Path, environment: str | None) -> Kit:
    """The kit that reads a format."""
    from suasion import catalogue

    try:
        names = catalogue.bundled() if environment is None else (environment,)
        kits = {name: kit for kit in map(catalogue.kit, names) for name in kit.imports}
    except catalogue.Mistake as mistake:
        raise Failed(str(mistake), "list", "formats") from None
    if format_ in kits:
        return kits[format_]
    near = catalogue.nearest(format_, kits)
    guess = f"did you mean {near}? There are: " if near else "there are: "
    said = f"no import format {format_[:80]!r}; {guess}{', '.join(kits)}"
    command = ["list", "formats"]
    if near and _would_do(kits[near], near, files, out):
        command = ["import", near, *map(str, files), "--out", str(out)]
    raise Failed(said, *command)


def _would_do(kit: Kit, format_: str, files: Sequence[Path], out: Path) -> bool:
    """Whether these files can be read whole in that format, into a folder that is free."""
    if out.exists() or not all(file.is_file() for file in files):
        return False
    try:
        imported = kit.imports[format_](files, ())
    except (ValueError, OSError):
        return False
    return bool(imported.filed) and not imported.skipped


def _read(
    importer: Importer, format_: str, files: Sequence[Path], out: Path, beside: Companions
) -> Imported:
    from suasion.measures.imported import Joined, Lacking, Unreadable, with_companions
    from suasion.measures.lines import TooLarge

    folders = isinstance(importer, Joined) and importer.suffix
    for file in [*files, *beside.values()]:
        if not (file.is_file() or (folders and file.is_dir() and file in files)):
            there = sorted(str(each) for each in file.parent.glob(f"*{file.suffix}"))[:5]
            said = f"no file {str(file)[:200]!r}; there are: {', '.join(there) or 'none'}"
            raise Failed(said, "list", "formats")
    known = opened(str(out)).ids() if (out / "manifest.json").exists() else ()
    try:
        return with_companions(importer, beside)(files, frozenset(known))
    except (TooLarge, Unreadable) as error:
        raise Failed(str(error), "list", "formats") from None
    except Lacking as error:
        raise Failed(f"{format_}: {error}", "list", "formats") from None


def _store(imported: Imported, kit: Kit, out: Path, words: list[str]) -> None:
    from suasion.measures.imported import Unreadable
    from suasion.store.folder import Busy, NotARun
    from suasion.store.importing import Duplicates, file
    from suasion.store.values import Unstorable

    environment = kit.environment
    said = {"environment": environment.name, "environment_version": environment.version}
    try:
        file(imported, out, said)
    except Busy as error:
        raise Failed(str(error), "status", str(out)) from None
    except (Unreadable, Unstorable) as error:
        raise Failed(str(error), "list", "formats") from None
    except (NotARun, Duplicates) as error:
        raise Failed(str(error), *words, "--out", str(free(out))) from None


def described(imported: Imported, out: Path) -> dict[str, Any]:
    """What was read, for programs."""
    return {
        "run": str(out),
        "episodes": len(imported.filed),
        "events": imported.events,
        "skipped": [line.row() for line in imported.skipped],
        "warnings": [line.row() for line in imported.warnings],
        "damaged": imported.damaged,
    }


def _tell(imported: Imported, out: Path) -> None:
    say(f"{len(imported.filed):,} episodes, {imported.events:,} events")
    for name, lines in (("skipped", imported.skipped), ("warning", imported.warnings)):
        for line in lines[:MOST_SHOWN]:
            say(one_line(f"{name}: {line.file}, line {line.line}: {line.reason}"))
        if len(lines) > MOST_SHOWN:
            say(f"{name}: {len(lines) - MOST_SHOWN:,} more; --json names all of them")
    if imported.damaged:
        say(f"{len(imported.damaged):,} episodes are damaged: readable, but nothing is measured")
    if not imported.filed:
        return say("nothing could be read")
    return say(f"{out}\nNext:\n  {runnable(['site', str(out)])}")
