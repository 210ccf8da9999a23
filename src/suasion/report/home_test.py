"""The command on a run's first page is safe to paste, whatever the run says of itself."""

import shlex
from types import SimpleNamespace
from typing import Any, cast

import pytest

from suasion.report.book import Book
from suasion.report.home import _reproduce


def book(**manifest: Any) -> Book:
    study = manifest.get("study", {})
    run = SimpleNamespace(manifest=manifest)
    return cast("Book", SimpleNamespace(study=study, run=run, rows=[], kit=None))


@pytest.mark.parametrize("name", ["x; rm -rf ~", "$(reboot)", "a b", "`id`", "--out"])
def test_a_study_of_any_name_is_one_word_of_the_command(name: str) -> None:
    words = shlex.split(_reproduce(book(study={"name": name}, environment="influence")))
    assert words == [
        *("suasion", "run", f"{name}.yaml", "--out", f"runs/{name}", "&&"),
        *("suasion", "site", f"runs/{name}"),
    ]


def test_a_fork_of_any_episode_is_one_word_of_the_command() -> None:
    fork = {"episode": "$(reboot)\x07", "at": "4; id", "edit": {"kind": "drop", "seats": ["a b"]}}
    command = _reproduce(book(fork=fork))
    assert command.startswith("suasion fork RUN $'$(reboot)\\x07' --at '4; id' --drop --to 'a b' ")
