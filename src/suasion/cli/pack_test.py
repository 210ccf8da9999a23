"""`--pack` on the command line: what is listed, played, planned and run with it, and refused."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner

from suasion.cli import app
from suasion.cli.errors import Failed
from suasion.environments.persuasion.propositions import bank, key_of

HATS = "Cats should wear hats rather than coats."
STUDY = {
    "name": "packed",
    "question": "q",
    "expectation": "e",
    "environment": "persuasion",
    "settings": {"total_turns": 2, "probes": 1, "proposition": "hats"},
    "seats": ["policy/persuader", "policy/target"],
    "block": {side: {"settings": {"side": side}} for side in ("pro", "con")},
    "conditions": {"hats": {}},
    "replicates": 1,
}
PLAYED = ("play", "persuasion", "--seats", "persuader,target", "--set", "total_turns=2")


def said(*words: str) -> str:
    result = CliRunner().invoke(app, list(words))
    assert result.exit_code == 0, result.exception
    return result.stdout


def failed(*words: str) -> Failed:
    error = CliRunner().invoke(app, list(words)).exception
    assert isinstance(error, Failed), error
    return error


@pytest.fixture
def mine(tmp_path: Path) -> str:
    path = tmp_path / "mine.csv"
    path.write_text(f"name,text,hinge\nhats,{HATS},rather than coats\n")
    (tmp_path / "study.yaml").write_text(json.dumps(STUDY))
    return str(path)


def test_the_bank_is_listed_and_behind_it_the_pack(mine: str) -> None:
    rows = json.loads(said("list", "propositions", "--json"))["propositions"]
    assert [row["name"] for row in rows] == [*bank()]
    assert all(row["key"] == key_of(row["text"]) and row["pack"] is None for row in rows)
    rows = json.loads(said("list", "propositions", "--pack", mine, "--json"))["propositions"]
    assert rows[-1] == {
        "pack": mine,
        "name": "hats",
        "key": key_of(HATS),
        "text": HATS,
        "kind": None,
        "hinge": "rather than coats",
        "theme": None,
        "published_id": None,
        "truth": None,
        "source": None,
    }
    assert len(rows) == len(bank()) + 1


def test_people_are_shown_the_key_the_kind_the_hinge_and_what_is_true(mine: str) -> None:
    lines = said("list", "propositions", "--pack", mine).splitlines()
    assert lines[0].split() == [
        *("pack", "name", "key", "kind", "theme", "truth", "published_id", "hinge")
    ]
    (sugar,) = [line for line in lines if "sugar_rush" in line]
    assert sugar.split()[2:6] == [key_of("sugar_rush"), "empirical", "health", "false"]
    assert f"--pack {mine} --json" in lines[-1]


def test_the_overview_names_what_episodes_can_be_about() -> None:
    assert said("list").rstrip().endswith("propositions.")


def test_a_kind_that_does_not_exist_is_told_with_those_that_do(mine: str) -> None:
    error = failed("list", "proposition")
    assert "did you mean propositions?" in str(error)
    assert error.command == ("list", "propositions")
    assert "say what is listed; there are: propositions" in str(failed("list", "--pack", mine))
    assert "there are: propositions" in str(failed("list", "policies", "--pack", mine))
    other = failed("list", "propositions", "--environment", "social")
    assert "nothing called 'propositions' to list" in str(other)


def test_an_episode_is_played_about_a_name_of_a_pack(mine: str) -> None:
    words = (*PLAYED, "--pack", mine, "--set", "proposition=hats")
    found: dict[str, Any] = json.loads(said(*words, "--json"))
    assert found["settings"]["proposition"] == HATS
    assert found["outcome"]["proposition"] == key_of(HATS)
    assert HATS in said(*words)


def test_a_name_that_is_in_no_pack_is_told_with_a_command_that_plays(mine: str) -> None:
    error = failed(*PLAYED, "--pack", mine, "--set", "proposition=caps")
    assert "setting 'proposition' is 'caps'" in str(error)
    assert "--pack" in error.command
    said(*error.command)
    near = failed(*PLAYED, "--set", "proposition=sugar_rash")
    assert "such as sugar_rush, that `suasion list propositions` prints" in str(near)


def test_a_bad_pack_is_told_with_a_command_that_works(mine: str, tmp_path: Path) -> None:
    bad = tmp_path / "bad.csv"
    bad.write_text("name,text\nhats,x\n")
    study = str(tmp_path / "study.yaml")
    for words in (PLAYED, ("list", "propositions")):
        error = failed(*words, "--pack", str(bad))
        assert str(error).startswith(f"{bad}, line 2, entry 1: 'text' is 'x'")
        said(*error.command)
    for command in ("plan", "run"):
        error = failed(command, study, "--pack", str(bad))
        assert f"pack: {bad}, line 2, entry 1: 'text' is 'x'" in str(error)
        said(*error.command)
    other = failed("play", "influence", "--pack", mine)
    assert "influence is played about nothing that a pack could hold" in str(other)


def test_a_study_is_planned_and_run_with_a_pack(mine: str, tmp_path: Path) -> None:
    study, out = str(tmp_path / "study.yaml"), str(tmp_path / "run")
    planned = said("plan", study, "--pack", mine)
    assert f"run {study} --pack {mine}" in planned
    words = ("run", study, "--pack", mine, "--out", out, "--workers", "1")
    said(*words, "--display", "none")
    assert "2 of 2 episodes are whole" in said(*words, "--display", "plain")
    assert "setting 'proposition' is 'hats'" in str(failed("run", study, "--out", out))
