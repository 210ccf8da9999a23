"""`suasion fork` from the command line, and what other commands make of its run."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from typer.testing import CliRunner

from suasion.cli import app
from suasion.cli.errors import Failed

STUDY = """\
name: mine
question: does it fork?
expectation: it does
environment: influence
settings: {size: 3, rounds: 2, slots: 2}
seats: [promise_breaker, tit_for_tat, talking_random]
replicates: 1
"""


def said(*words: object) -> str:
    result = CliRunner().invoke(app, [str(word) for word in words])
    assert result.exit_code == 0, result.exception
    return result.stdout


def failed(*words: object) -> Failed:
    error = CliRunner().invoke(app, [str(word) for word in words]).exception
    assert isinstance(error, Failed), error
    return error


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with a run in it."""
    here = tmp_path_factory.mktemp("forks")
    (here / "mine.yaml").write_text(STUDY)
    said("run", here / "mine.yaml", "--out", here / "run", "--display", "none")
    return here


def test_a_fork_is_measured_shown_checked_and_put_on_pages_like_any_run(folder: Path) -> None:
    forks = folder / "forks"
    command = ("fork", folder / "run", "main--r0", "--at", 2, "--drop", "--times", 3)
    told = said(*command, "--out", forks, "--display", "json")
    ended = json.loads(told.splitlines()[-1])
    assert ended["arms"] == {
        arm: {"planned": 3, "whole": 3, "blocked": 0, "failed": 0} for arm in ("edited", "null")
    }
    measured = json.loads(said("measure", forks, "--json"))
    own = [row for row in measured["estimates"] if row["measure"] == "later_actions_changed"]
    assert {row["by"].get("seat") for row in own} == {None, "P1", "P2", "P3"}
    assert {(row["n"], row["unit_of_resampling"], row["status"]) for row in own} == {
        (3, "pair", "exploratory")
    }
    values = [v for v in measured["values"] if v["measure"] == "later_actions_changed"]
    assert {v["episode"] for v in values} == {f"edited--r{pair}" for pair in range(3)}
    assert said("check", forks) == f"{forks}: whole\n"
    table = said("measure", forks)
    assert "later_actions_changed" in table
    assert "points_received" not in table
    said("site", forks)
    first = (forks / "site" / "index.html").read_text()
    assert "What did the change change?" in first
    assert "the copy of event 2 to P2 is lost" in first
    assert "suasion fork RUN main--r0 --at 2 --drop --to P2 --times 3 --out RUN2" in first
    assert "Imported" not in first
    page = (forks / "site" / "q" / "fork.html").read_text()
    assert "paired by seed" in page or "No interval" in page


def test_the_same_command_says_that_all_is_there(folder: Path) -> None:
    command = ("fork", folder / "run", "main--r0", "--at", 0, "--out", folder / "null")
    assert "1 of 1 episodes are whole" in said(*command)
    assert "points_received" in said("measure", folder / "null"), "there are no pairs to show"
    assert "1 of 1 episodes are whole" in said(*command)
    other = failed(*command, "--drop")
    assert "fork.edit was None, now {'kind': 'drop'" in str(other)
    assert other.command[-1] == str(folder / "null-2")
    said(*other.command)


@pytest.mark.parametrize(
    ("words", "told", "code"),
    [
        (["--answer", "P1"], "--answer 'P1': expected SEAT=JSON", 2),
        (["--answer", "P1=NaN"], "expected SEAT=JSON", 2),
        (["--draw", "=1"], "expected NAME=VALUE", 2),
        (["--drop", "--draw", "order=1"], "--drop and --draw: one fork changes one thing", 2),
        (["--answer", "P1=null", "--to", "P2"], "--to says whose copy", 2),
        (["--seed", "3"], "say --times", 2),
        (["--rewrite", "x", "--to", "P3"], "P3 was sent no copy of event 2", 1),
    ],
)
def test_a_mistake_is_told_with_a_fork_that_can_be_made(
    words: list[str], told: str, code: int, folder: Path
) -> None:
    wrong = failed("fork", folder / "run", "main--r0", "--at", 2, *words, "--out", folder / "x")
    assert told in str(wrong)
    assert wrong.code == code
    assert wrong.command[:3] == ("fork", str(folder / "run"), "main--r0")


def test_a_fork_that_cannot_be_paired_is_told_with_fresh_seeds(folder: Path) -> None:
    once = folder / "once"
    said("fork", folder / "run", "main--r0", "--at", 2, "--times", 1, "--out", once)
    wrong = failed("fork", once, "null--r0", "--at", 3, "--drop", "--out", folder / "twice")
    assert "fork it with fresh seeds" in str(wrong)
    assert wrong.command[-5:-2] == ("--drop", "--times", "20")
