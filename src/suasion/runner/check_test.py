"""A check sees what no seal can: scripts and rules that no longer do what they did."""

import json
import subprocess
from pathlib import Path

import pytest

from suasion.environments.influence import KIT
from suasion.environments.influence.policies import POLICIES
from suasion.runner.check import examine
from suasion.runner.run import run
from suasion.runner.study_file import of
from suasion.store.run import Run, open_run

STUDY = {
    "name": "small",
    "question": "?",
    "expectation": "none",
    "environment": "influence",
    "settings": {"size": 2, "rounds": 2, "slots": 2},
    "seats": ["policy/silent_random", "awaited/grim"],
    "replicates": 2,
}


@pytest.fixture(scope="module")
def small(tmp_path_factory: pytest.TempPathFactory) -> Run:
    out = tmp_path_factory.mktemp("check") / "run"
    run(of(STUDY), out)
    return open_run(out)


def test_a_run_as_recorded_has_no_findings(small: Run) -> None:
    assert examine(small.path) == []


def test_a_script_that_does_not_repeat_itself_is_found(
    small: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    changed = {**POLICIES, "silent_random": POLICIES["talking_random"]}
    monkeypatch.setattr("suasion.catalogue.kit", lambda name: _with(changed))
    found = examine(small.path)
    assert [finding.episode for finding in found] == small.ids()
    assert all("Diverged" in finding.what and finding.damage for finding in found)


def _with(policies: object) -> object:
    from dataclasses import replace

    return replace(KIT, policies=policies)  # type: ignore[arg-type]


def test_rules_that_go_otherwise_are_found(small: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(KIT.environment, "payoffs", lambda self, state: [0.0, 0.0])
    found = examine(small.path)
    assert [finding.what for finding in found] == [
        "played again from its record, it goes otherwise"
    ] * 2


def test_an_environment_that_is_gone_is_no_damage(
    small: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("suasion.catalogue.kit", {}.__getitem__)
    found = examine(small.path)
    assert {(finding.damage, "not played again" in finding.what) for finding in found} == {
        (False, True)
    }


def test_a_folder_without_a_run_is_one_finding(tmp_path: Path) -> None:
    assert any("no run at" in finding.what for finding in examine(tmp_path))


def test_another_python_makes_the_same_digests(
    small: Run, other_python: str, pytestconfig: pytest.Config
) -> None:
    """The core needs nothing but Python: what it decides and digests is the same in all."""
    program = """
import json, sys
from suasion.core.play import Play, drive
from suasion.environments.influence.policies import POLICIES
from suasion.environments.influence.rules import Influence
for seed in json.loads(sys.argv[1]):
    seats = [POLICIES["silent_random"](), POLICIES["grim"]()]
    print(drive(Play(Influence(size=2, rounds=2, slots=2), seed), seats).digest())
"""
    seeds = json.dumps([row.seed for row in small.rows()])
    source = pytestconfig.rootpath / "src"
    said = subprocess.run(
        [other_python, "-c", program, seeds],
        env={"PYTHONPATH": str(source)},
        capture_output=True,
        text=True,
        check=False,
    )
    assert said.stdout.split() == [row.digest for row in small.rows()], said.stderr
