"""`--env-file`: a file of variables with keys in it, read because its owner names it."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Annotated

import typer

from suasion.cli.errors import Failed

EnvFile = Annotated[
    Path | None,
    typer.Option(
        "--env-file", metavar="FILE", help="Variables such as OPENAI_API_KEY, one a line."
    ),
]
NAMED = "SUASION_ENV_FILE"
"""How the processes that ask models are told of it."""


def use(path: Path | None) -> None:
    """Let models find their keys in this file too."""
    if path is None:
        return
    if not path.is_file():
        raise Failed(f"{path}: no such file; --env-file names one of lines NAME=VALUE", "list")
    os.environ[NAMED] = str(path.absolute())
