"""`suasion list`: what there is."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from suasion.cli.errors import Failed, runnable
from suasion.cli.pack import PackFile, opened
from suasion.cli.runs import AsJson
from suasion.cli.terminal import say, say_json, say_table

if TYPE_CHECKING:
    from suasion.core.asks import Json
    from suasion.measures.kit import Kit

Rows = Iterator[dict[str, Any]]


def list_(
    kind: Annotated[
        str | None,
        typer.Argument(
            metavar="[KIND]",
            help="environments, policies, presets, settings, measures, parameters, formats, "
            "rubrics, skins, studies, keys (of a study file), or what the overview names last: "
            "what episodes can be about.",
        ),
    ] = None,
    environment: Annotated[
        str | None,
        typer.Option("--environment", metavar="NAME", help="Of this one only, also a package's."),
    ] = None,
    pack: PackFile = None,
    as_json: AsJson = False,
) -> None:
    """Say what there is. `suasion list keys --json` is the JSON Schema of a study file."""
    if pack is not None or (kind is not None and kind not in KINDS):
        return _material(kind, environment, pack, as_json)
    if kind == "keys" and as_json:
        from suasion.runner.study import schema

        return say_json(schema())
    kits = _kits(environment)
    found = {each: list(KINDS[each](kits)) for each in ([kind] if kind else OVERVIEW)}
    if as_json:
        return say_json(found)
    for number, (each, rows) in enumerate(found.items()):
        if kind is None:
            say(f"{chr(10) if number else ''}{each.upper()}")
        _print(rows)
    if kind is None:
        more = [*KINDS, *(kit.material.name for kit in kits if kit.material)]
        say(f"\nMore: suasion list KIND, where KIND is {', '.join(more)}.")
    return None


def _material(kind: str | None, environment: str | None, pack: Path | None, as_json: bool) -> None:
    """What episodes of an environment can be about: its own bank, and behind it a pack."""
    having = {kit.material.name: kit for kit in _kits(environment) if kit.material}
    if kind not in having:
        raise _unknown(kind, [*KINDS, *having] if pack is None else [*having])
    material = having[kind].material
    brought = opened(pack, having[kind]).entries if pack else ()
    assert material is not None
    rows = [
        *({"pack": None, **each.row} for each in material.bank()),
        *({"pack": str(pack), **each.row} for each in brought),
    ]
    if as_json:
        return say_json({kind: rows})
    columns = [*material.columns] if pack is None else ["pack", *material.columns]
    _print([{column: row[column] for column in columns} for row in rows])
    return say(
        f"\nIn full: {runnable(['list', kind, *(['--pack', str(pack)] if pack else [])])} --json"
    )


def _unknown(kind: str | None, there: Sequence[str]) -> Failed:
    from suasion.catalogue import nearest

    near = nearest(kind or "", there)
    guess = f"did you mean {near}? There are: " if near else "there are: "
    said = f"nothing called {kind[:80]!r} to list" if kind else "--pack: say what is listed"
    return Failed(
        f"{said}; {guess}{', '.join(there) or 'none'}", "list", near or "environments", code=2
    )


def _kits(environment: str | None) -> list[Kit]:
    from suasion import catalogue

    try:
        named = catalogue.bundled() if environment is None else (environment,)
        return [catalogue.kit(name) for name in named]
    except catalogue.Mistake as mistake:
        raise Failed(str(mistake), "list", "environments") from None


def _print(rows: Sequence[Mapping[str, Json]]) -> None:
    if not rows:
        return say("none yet")
    return say_table([[_cell(cell) for cell in row.values()] for row in rows], list(rows[0]))


def _cell(value: Json) -> str:
    if isinstance(value, str):
        return value
    return "-" if value is None else json.dumps(value)


def environments(kits: Sequence[Kit]) -> Rows:
    """Ours with what they say of themselves; those of packages by name, without importing them."""
    from suasion import catalogue

    about = {kit.environment.name: _about(kit) for kit in kits}
    for name in catalogue.environments():
        ours = name in catalogue.bundled()
        yield {"name": name, "from": "suasion" if ours else "a package", "about": about.get(name)}


def _about(kit: Kit) -> str:
    """The first line of the environment's page."""
    import sys

    package = kit.environment.__module__.rpartition(".")[0]
    module = sys.modules.get(package) or sys.modules[kit.environment.__module__]
    page = module if hasattr(module, "KIT") else sys.modules[kit.environment.__module__]
    return (page.__doc__ or "").strip().partition("\n")[0]


def policies(kits: Sequence[Kit]) -> Rows:
    """Scripted agents by the id that seats them, and what can be asked of each: `?key=value`."""
    import inspect

    from suasion.measures.policy import taken

    for kit in kits:
        for name, make in kit.policies.items():
            own = inspect.isfunction(make) and make.__doc__ is not None
            said = inspect.getdoc(make if own else make()) or ""
            yield {
                "environment": kit.environment.name,
                "policy": f"policy/{name}",
                "about": said.partition("\n")[0],
                "parameters": ", ".join(map(str, taken(make).values())) or None,
            }


def presets(kits: Sequence[Kit]) -> Rows:
    """Named settings."""
    for kit in kits:
        for name, settings in kit.presets.items():
            yield {"environment": kit.environment.name, "preset": name, "settings": dict(settings)}


def settings(kits: Sequence[Kit]) -> Rows:
    """What can be set, and how it stands by default."""
    from suasion import catalogue

    for kit in kits:
        for name, default in catalogue.defaults(kit).items():
            yield {
                "environment": kit.environment.name,
                "setting": name,
                "default": default,
                "expected": catalogue.expected(kit, name),
            }


def measures(kits: Sequence[Kit]) -> Rows:
    """What is measured, with its unit and the measure that is its chance level."""
    for kit in kits:
        for each in kit.measures:
            yield {
                "environment": kit.environment.name,
                "measure": each.id,
                "level": each.level,
                "unit": each.unit,
                "chance_level": each.null,
                "meaning": each.meaning.partition("\n")[0],
            }


def parameters(kits: Sequence[Kit]) -> Rows:
    """What measures can be asked with."""
    for kit in kits:
        for each in kit.parameters:
            yield {
                "environment": kit.environment.name,
                "parameter": each.name,
                "default": each.default,
                "meaning": each.meaning,
            }


def formats(kits: Sequence[Kit]) -> Rows:
    """Files of others that can be read or written."""
    for name in ("jsonl", "attempts-csv", "attempts-parquet"):
        yield {"format": name, "environment": None, "import": False, "export": True}
    for kit in kits:
        for name in dict.fromkeys([*kit.imports, *kit.exports]):
            yield {
                "format": name,
                "environment": kit.environment.name,
                "import": name in kit.imports,
                "export": name in kit.exports,
            }


def rubrics(kits: Sequence[Kit]) -> Rows:  # noqa: ARG001 - no environment has any yet
    """Questions that a judge answers about a transcript."""
    yield from ()


def skins(kits: Sequence[Kit]) -> Rows:
    """Other words for seats, units and actions; `#` stands for any number."""
    for kit in kits:
        for name, skin in kit.skins.items():
            swaps = ", ".join(f"{one} {other}" for one, other in skin.pairs)
            yield {"environment": kit.environment.name, "skin": name, "swaps": swaps}


def studies(kits: Sequence[Kit]) -> Rows:  # noqa: ARG001 - they are files
    """Studies that come with the program."""
    from suasion import catalogue
    from suasion.runner.study_file import load

    for name, path in catalogue.studies().items():
        study = load(path)
        yield {
            "study": name,
            "status": study.status,
            "episodes": study.episodes,
            "title": study.title,
            "file": str(path),
        }


def keys(kits: Sequence[Kit]) -> Rows:  # noqa: ARG001 - the same for all
    """What a study file may say."""
    from suasion.runner.study import KEYS

    for place, known in KEYS.items():
        for name, meaning in known.items():
            yield {"in": place or "the study", "key": name, "meaning": meaning}


KINDS: Mapping[str, Callable[[Sequence[Kit]], Rows]] = {
    "environments": environments,
    "policies": policies,
    "presets": presets,
    "settings": settings,
    "measures": measures,
    "parameters": parameters,
    "formats": formats,
    "rubrics": rubrics,
    "skins": skins,
    "studies": studies,
    "keys": keys,
}
OVERVIEW = ("environments", "policies", "presets", "studies")
"""What is listed when nothing is asked for by name."""
