"""`--pack FILE`: a file of what episodes can be about, brought by anyone."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from suasion.cli.errors import Failed

if TYPE_CHECKING:
    from suasion.measures.kit import Kit
    from suasion.runner.pack import Pack

PackFile = Annotated[
    Path | None,
    typer.Option(
        "--pack",
        metavar="FILE",
        help="YAML, JSON or CSV with what episodes can be about, by names that settings may use.",
    ),
]
"""The option of every command that plays or plans."""


def opened(path: Path, kit: Kit) -> Pack:
    """The pack in a file.

    Errors: `Failed`, with a command that shows what there is without it.
    """
    from suasion.runner.pack import BadPack, load

    try:
        return load(path, kit)
    except BadPack as bad:
        raise Failed(str(bad), "list", listed(kit)) from None


def listed(kit: Kit) -> str:
    """What of an environment is listed instead."""
    return kit.material.name if kit.material else "environments"
