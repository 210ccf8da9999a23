"""`suasion check`: whether a run is what was recorded, a study can be run, an environment holds."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from suasion.cli.errors import Failed
from suasion.cli.runs import AsJson, opened
from suasion.cli.terminal import one_line, say, say_json

if TYPE_CHECKING:
    from suasion.core.asks import Json


def check(
    what: Annotated[
        str, typer.Argument(metavar="RUN|STUDY|ENVIRONMENT", help="A folder, a file or a name.")
    ],
    digest: Annotated[
        bool, typer.Option("--digest", help="Only print a run's digest: 64 hex digits.")
    ] = False,
    as_json: AsJson = False,
) -> None:
    """Check a run, a study or an environment.

    Of a run: seals and digests, and every episode is replayed.

    Exit code 0 when whole, 1 when something was found.
    """
    if digest:
        found = opened(what).digest()
        return say_json({"run": what, "digest": found}) if as_json else typer.echo(found)
    kind = kind_of(what)
    report = {"run": _run, "study": _study, "environment": _environment}[kind](what)
    if as_json:
        say_json({"checked": what, "kind": kind, **report})
    else:
        _tell(what, kind, report)
    if not report["whole"]:
        raise typer.Exit(1)
    return None


def kind_of(what: str) -> str:
    """What is to be checked: a run's folder, a study's file, or a name."""
    from suasion import catalogue

    path = Path(what)
    if path.is_dir() and (
        what not in catalogue.environments() or (path / "manifest.json").exists()
    ):
        return "run"
    if path.is_file():
        return "study"
    if what in catalogue.environments():
        return "environment"
    try:
        catalogue.study(what)
    except catalogue.Mistake:
        names = [*catalogue.environments(), *catalogue.studies()]
        near = catalogue.nearest(what, names)
        said = f"no run, study or environment {what[:80]!r}; there are: {', '.join(names)}"
        raise Failed(said, *(["check", near] if near else ["list"])) from None
    return "study"


def _run(folder: str) -> dict[str, Json]:
    from suasion.runner.check import examine

    found = examine(Path(folder))
    whole = not any(each.damage for each in found)
    return {"whole": whole, "findings": [each._asdict() for each in found]}


def _study(name: str) -> dict[str, Json]:
    from suasion.cli.run import read_study

    study = read_study(name)
    return {"whole": True, "findings": [], "episodes": len(study.jobs()), "study": study.to_json()}


def _environment(name: str) -> dict[str, Json]:
    from suasion import catalogue

    try:
        from suasion.testing.contract import conforms
    except ImportError as missing:
        said = f"checking an environment needs the package {missing.name}, which is not installed"
        raise Failed(said, "list", "settings", "--environment", name) from None
    kit = catalogue.kit(name)
    findings = []
    for preset in (None, *kit.presets):
        say(f"{name}, {'default settings' if preset is None else f'preset {preset}'} …", error=True)
        try:
            env = catalogue.make(name, preset)
            conforms(env) if preset is None else conforms(env, episodes=1, twins=3, cuts=2)
        except AssertionError as broken:
            findings.append({"preset": preset, "what": str(broken), "damage": True})
    return {"whole": not findings, "findings": findings, "presets": list(kit.presets)}


def _tell(what: str, kind: str, report: dict[str, Any]) -> None:
    for each in report["findings"]:
        of = each.get("episode") or each.get("preset")
        say(one_line(f"{f'{of}: ' if of else ''}{each['what']}"))
    if not report["whole"]:
        say(f"{what}: damage was found" if kind == "run" else f"{what}: it breaks the contract")
    elif kind == "study":
        say(f"{what}: can be run, {report['episodes']:,} episodes")
    else:
        say(f"{what}: whole" if kind == "run" else f"{what}: keeps the contract")
