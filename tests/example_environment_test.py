"""An environment from a separate package gets everything, with nothing edited here.

The package in `example_environment/` is built and unpacked as an installer would, into a folder
on Python's path. Then the program is asked to play, record, measure, check and show it.
"""

import ast
import json
import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any
from zipfile import ZipFile

import pytest

PACKAGE = Path(__file__).parent / "example_environment"
STUDY = """
name: boxes
question: Does a sender who misnames the box keep the prize from a chooser who believes it?
expectation: Always, and never from a chooser who opens the other box.
environment: boxes
seats: [policy/contrary, policy/honest]
conditions:
  believed: {}
  doubted: {seats: [policy/contrary, policy/contrary]}
replicates: 3
"""

Suasion = Callable[..., str]


@pytest.fixture(scope="module")
def installed(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder that holds the package and its metadata, as site-packages would."""
    folder = tmp_path_factory.mktemp("installed")
    command = [sys.executable, "-m", "hatchling", "build", "--target", "wheel", "-d", str(folder)]
    subprocess.run(command, cwd=PACKAGE, check=True, capture_output=True)
    (wheel,) = folder.glob("*.whl")
    ZipFile(wheel).extractall(folder)
    return folder


@pytest.fixture(scope="module")
def suasion(installed: Path) -> Suasion:
    """The program where the package is installed: what a command prints."""

    def call(*arguments: str | Path) -> str:
        command = [sys.executable, "-m", "suasion", *map(str, arguments)]
        environment = {**os.environ, "PYTHONPATH": str(installed)}
        done = subprocess.run(command, env=environment, capture_output=True, text=True, check=False)
        assert done.returncode == 0, done.stderr
        return done.stdout

    return call


@pytest.fixture(scope="module")
def run(suasion: Suasion, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A run of a study of the environment."""
    folder = tmp_path_factory.mktemp("study")
    (folder / "boxes.yaml").write_text(STUDY)
    suasion("run", folder / "boxes.yaml", "--out", folder / "run", "--display", "none")
    return folder / "run"


def code_lines(source: str) -> int:
    """Lines that are neither empty nor a comment nor part of a docstring."""
    tree = ast.parse(source)
    loose = (node for node in ast.walk(tree) if isinstance(node, ast.Expr))
    strings = [node for node in loose if isinstance(node.value, ast.Constant)]
    words = {at for each in strings for at in range(each.lineno, (each.end_lineno or 0) + 1)}
    lines = enumerate(source.splitlines(), 1)
    return sum(
        1 for at, line in lines if at not in words and line.strip() and line.strip()[0] != "#"
    )


def test_code_is_counted_without_words() -> None:
    assert (
        code_lines(
            '"""A docstring\n\nof three lines."""\n\n# why\nx = 1\n\n"""What x is."""\ny = 2'
        )
        == 2
    )


def test_it_is_small_and_holds_a_measure() -> None:
    assert code_lines((PACKAGE / "boxes.py").read_text()) <= 80
    assert "misnamed_share" in (PACKAGE / "boxes.py").read_text()


def test_it_is_found_by_its_entry_point(suasion: Suasion) -> None:
    listed = json.loads(suasion("list", "policies", "--environment", "boxes", "--json"))
    assert {"policy/honest", "policy/contrary"} <= strings(listed)


def strings(value: Any) -> set[str]:
    """Every text in a JSON value."""
    if isinstance(value, str):
        return {value}
    parts = value.values() if isinstance(value, dict) else value if isinstance(value, list) else ()
    return {text for part in parts for text in strings(part)}


@pytest.mark.parametrize(
    ("sender", "chooser", "payoffs"),
    [
        ("honest", "honest", [0, 4]),
        ("contrary", "honest", [4, 0]),
        ("contrary", "contrary", [0, 4]),
    ],
)
def test_it_is_played(suasion: Suasion, sender: str, chooser: str, payoffs: list[float]) -> None:
    seats = f"policy/{sender},policy/{chooser}"
    played = json.loads(suasion("play", "boxes", "--seats", seats, "--seed", "1", "--json"))
    assert played["environment"] == "boxes"
    assert played["payoffs"] == payoffs
    assert played["counts"] == {"prize": 4, "message": 4, "opened": 4}


def test_its_preset_and_settings_are_in_force(suasion: Suasion) -> None:
    line_up = ("--seats", "policy/honest,policy/honest", "--json")
    short = json.loads(suasion("play", "boxes", "--preset", "short", *line_up))
    long = json.loads(suasion("play", "boxes", "--set", "rounds=9", *line_up))
    assert (sum(short["payoffs"]), sum(long["payoffs"])) == (1, 9)


def test_its_run_is_whole_and_replays(suasion: Suasion, run: Path) -> None:
    suasion("check", run)
    assert len(suasion("check", run, "--digest").strip()) == 64


def test_its_measure_is_taken_and_estimated(suasion: Suasion, run: Path) -> None:
    found = json.loads(suasion("measure", run, "--json"))
    shares = [row["value"] for row in found["values"] if row["measure"] == "misnamed_share"]
    means = [row for row in found["estimates"] if row["measure"] == "misnamed_share"]
    assert shares == [1.0] * 6
    assert {row["value"] for row in means} == {1.0}


def test_its_episodes_have_pages(suasion: Suasion, run: Path, tmp_path: Path) -> None:
    suasion("site", run, "--out", tmp_path / "site")
    named = json.loads((tmp_path / "site" / "episodes.json").read_text())
    pages = [file for file in strings(named) if file.endswith(".html")]
    assert len(pages) == 6
    assert all('id="event-0"' in (tmp_path / "site" / page).read_text() for page in pages)


def test_its_rules_keep_the_contracts(suasion: Suasion) -> None:
    suasion("check", "boxes")


def test_a_rule_that_tells_the_chooser_is_caught_by_the_contracts(
    installed: Path, tmp_path: Path
) -> None:
    rules = (installed / "boxes.py").read_text()
    (tmp_path / "boxes.py").write_text(rules.replace(" to=(SENDER,)", " to=(SENDER, CHOOSER)"))
    leaks = "import boxes, suasion.testing; suasion.testing.conforms(boxes.Boxes())"
    done = subprocess.run(
        [sys.executable, "-c", leaks], cwd=tmp_path, capture_output=True, text=True, check=False
    )
    assert done.returncode == 1
    assert "AssertionError" in done.stderr
