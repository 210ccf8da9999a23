"""`--model`: a model's estimates beside those that every run has."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import typer

from suasion.cli.errors import Failed

if TYPE_CHECKING:
    from suasion.report.results import RunResults
    from suasion.store.run import Run


def with_model(run: Run, results: RunResults, name: str | None) -> None:
    """From now on the results hold the model's estimates too, made when they are first asked for.

    Errors: a model that the environment does not have, or whose libraries are not installed.
    """
    if name is None:
        return
    kit = results.kit
    if name not in kit.models:
        there = ", ".join(kit.models) or "none"
        said = f"no model {name[:80]!r} of {kit.environment.name}; there are: {there}"
        nearest = ("--model", next(iter(kit.models))) if kit.models else ()
        raise Failed(said, "measure", str(run.path), *nearest)
    if install := kit.models[name].missing():
        said = (
            f"model {name!r} needs libraries that are not installed; this installs them: {install}"
        )
        raise Failed(said, "measure", str(run.path))
    results.kit = replace(kit, estimators=(*kit.estimators, kit.models[name].estimates))


def ended(results: RunResults, name: str | None) -> None:
    """Exit 3 where the model could not give an estimate, such as without convergence."""
    if name is None:
        return
    made = results.kit.models[name].measures
    if any(row.value is None for row in results.all_estimates() if row.measure in made):
        raise typer.Exit(3)
