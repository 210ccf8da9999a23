"""Published Terrarium logs through the front door: exit codes, what is reported and measured."""

import gzip
import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from suasion.environments.terrarium.kit_measures import MEASURES
from suasion.environments.terrarium.log import read
from suasion.environments.terrarium.written_test import GAME, text


def suasion(folder: Path, *words: str) -> tuple[int, str]:
    """The exit code of a command and what it prints."""
    command = [sys.executable, "-m", "suasion", *words]
    done = subprocess.run(command, cwd=folder, capture_output=True, text=True, check=False)
    return done.returncode, done.stdout if done.returncode in (0, 3) else done.stderr + done.stdout


def imported(folder: Path, *files: str, out: str = "run") -> tuple[int, dict[str, Any]]:
    """The exit code of an import and its JSON."""
    code, said = suasion(folder, "import", "terrarium-log", *files, "--out", out, "--json")
    found: dict[str, Any] = json.loads(said[said.index("{") :])
    return code, found


@pytest.fixture
def here(tmp_path: Path) -> Path:
    (tmp_path / "good.jsonl").write_bytes(text(GAME))
    other = [{**line, "game_id": "h"} for line in GAME]
    (tmp_path / "bad.jsonl.gz").write_bytes(gzip.compress(text([*other[:4], b"x", *other[4:]])))
    return tmp_path


def test_an_import_says_by_its_exit_code_whether_all_was_read(here: Path) -> None:
    code, found = imported(here, "good.jsonl")
    assert code == 0
    assert found["run"] == "run"
    assert (found["episodes"], found["events"], found["skipped"]) == (1, len(GAME), [])
    code, found = imported(here, "good.jsonl", "bad.jsonl.gz")
    assert code == 3
    assert [(row["file"], row["line"]) for row in found["skipped"]] == [
        ("good.jsonl", 1),
        ("bad.jsonl.gz", 5),
    ]
    assert found["skipped"][0]["reason"].startswith("duplicate_episode: it stands in the run")
    code, found = imported(here, "good.jsonl")
    assert (code, found["episodes"]) == (1, 0)


def test_a_run_that_was_imported_is_measured_as_it_was_read(here: Path) -> None:
    assert imported(here, "good.jsonl")[0] == 0
    code, said = suasion(here, "measure", "run", "--json", "--values")
    assert code == 0
    [filed] = read([here / "good.jsonl"], ()).filed
    expected = [value.row() for measure in MEASURES for value in measure.values(filed, {})]
    assert json.loads(said)["values"] == json.loads(json.dumps(expected))
    assert suasion(here, "check", "run")[0] == 0


def test_a_bomb_is_refused_by_name_and_leaves_no_run(here: Path) -> None:
    with gzip.open(here / "bomb.gz", "wb", 1) as file:
        for _ in range(260):
            file.write(bytes(2**20))
    code, said = suasion(here, "import", "terrarium-log", "bomb.gz", "--out", "bombed")
    assert code == 1
    assert "'bomb.gz' has more than 268435456 bytes" in said
    assert "Traceback" not in said
    assert not (here / "bombed").exists()


def test_the_pages_of_an_import_tell_its_story(here: Path) -> None:
    assert imported(here, "good.jsonl")[0] == 0
    assert suasion(here, "site", "run", "--out", "pages")[0] == 0
    assert "suasion import terrarium-log FILE" in (here / "pages" / "index.html").read_text()
    page = (here / "pages" / "q" / "survival.html").read_text()
    assert "the first to die is Sable, in round 2 of 2" in page
    episode = (here / "pages" / "episodes" / "g.html").read_text()
    for told in ("My clue for Q-1 is BL__", "Hello all", "starvation", "The answer is __UE"):
        assert told in episode
