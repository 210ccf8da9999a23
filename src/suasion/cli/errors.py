"""Errors that teach: the thing, what was expected, what exists, and a command that works."""

from __future__ import annotations

import os
import shlex
import shutil
import sys
from collections.abc import Sequence
from contextlib import suppress
from pathlib import Path

from suasion.cli.terminal import one_line, say


class Failed(Exception):
    """A command that cannot do what was asked."""

    def __init__(self, said: str, *command: str, code: int = 1) -> None:
        super().__init__(said)
        self.command, self.code = command, code
        """What to run next, without the program's own name."""


def report(failed: Failed) -> int:
    """Tell people, on standard error; the exit code."""
    for line in str(failed).split("\n"):
        say(f"Error: {one_line(line)}", error=True)
    if failed.command:
        say(f"  {runnable(failed.command)}", error=True)
    return failed.code


def foreseen(error: Exception) -> Failed | None:
    """An error of the machine in words; None for what nobody foresaw."""
    from suasion.catalogue import Mistake
    from suasion.models.config import BadConfig
    from suasion.models.ids import BadModel
    from suasion.store.database import Damaged

    if isinstance(error, (Mistake, BadConfig, BadModel, Damaged)):
        return Failed(str(error), "list")
    if isinstance(error, OSError) and error.filename is not None:
        return Failed(f"{error.filename}: {error.strerror or error}", "list")
    if isinstance(error, OSError):
        return Failed(str(error), "list")
    return None


def without_keys() -> None:
    """From now on, what ends this process is told without the user's keys."""
    from suasion.models.keys import keys
    from suasion.models.redact import guard

    with suppress(ValueError):
        guard(keys().redactor())


def program() -> list[str]:
    """The words that call this very program from where the user stands."""
    called = sys.argv[0]
    if Path(called).name == "__main__.py":
        found = shutil.which("python")
        same = found is not None and Path(found).absolute() == Path(sys.executable).absolute()
        return ["python" if same else sys.executable, "-m", "suasion"]
    found = shutil.which("suasion")
    if found is not None and Path(called).exists() and Path(found).samefile(called):
        return ["suasion"]
    return [called if os.sep in called or not found else found]


def runnable(command: Sequence[str]) -> str:
    """A command as it can be pasted into a shell."""
    return " ".join(map(quoted, [*program(), *command]))


def quoted(word: str) -> str:
    """One word for a shell; what cannot be shown is written as its bytes."""
    if word.isprintable():
        return shlex.quote(word)
    shown = (
        chr(byte) if 0x20 <= byte < 0x7F and chr(byte) not in "'\\" else f"\\x{byte:02x}"
        for byte in word.encode("utf-8", "surrogateescape")
    )
    return f"$'{''.join(shown)}'"
