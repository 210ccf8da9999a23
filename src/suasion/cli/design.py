"""Options that change what a study plays: other agents for its names, fewer cells of its design."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Any

import typer

from suasion.cli.errors import Failed

if TYPE_CHECKING:
    from suasion.runner.study import Study

Agents = Annotated[
    list[str] | None,
    typer.Option(
        "--agents",
        metavar="NAME=AGENT",
        help="Who plays under a name of the study's, instead; also a file of NAME: AGENT.",
    ),
]
Sample = Annotated[
    int | None,
    typer.Option(min=1, help="Only so many cells of each condition, drawn from the design."),
]


def given(agents: list[str] | None, *words: str) -> dict[str, str]:
    """Agents by the names they take; `words` are the command that asks for them.

    Errors: `Failed`.
    """
    from suasion.runner.stand_ins import BadStandIn, stand_ins

    try:
        return stand_ins(agents or [])
    except BadStandIn as bad:
        raise Failed(str(bad), *words, code=2) from None


def resized(study: Study, replicates: int | None, sample: int | None) -> Study:
    """The study with other numbers than its own, where they are given."""
    numbers: dict[str, Any] = {"replicates": replicates, "sample": sample}
    changed = {name: number for name, number in numbers.items() if number is not None}
    return study.model_copy(update=changed) if changed else study


def words(agents: list[str] | None, replicates: int | None, sample: int | None) -> list[str]:
    """The options as they were given, for the next command."""
    said = [word for each in agents or () for word in ("--agents", each)]
    for name, number in (("--replicates", replicates), ("--sample", sample)):
        said += [name, str(number)] if number is not None else []
    return said
