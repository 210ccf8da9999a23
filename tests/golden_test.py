"""Runs that are kept for ever: every version reads them, verifies them, and plays them again."""

import json
import tarfile
from collections.abc import Iterator
from hashlib import sha256
from pathlib import Path
from typing import Any, NamedTuple

import pytest
from typer.testing import CliRunner

from suasion import catalogue
from suasion.agents.sent import record_of, sent
from suasion.cli import app
from suasion.runner.check import check
from suasion.runner.fork import Fork, run_fork
from suasion.runner.plan import Changed
from suasion.runner.run import run
from suasion.runner.study_file import of
from suasion.store.database import Damaged, open_for_writing
from suasion.store.export import jsonl
from suasion.store.run import Run, open_run
from suasion.store.schema import FORMAT

HERE = Path(__file__).parent / "golden"
NAMES = sorted(path.name.removesuffix(".tar.gz") for path in HERE.glob("*.tar.gz"))


class Kept(NamedTuple):
    """A kept run, unpacked, and what it must give."""

    name: str
    run: Run
    facts: dict[str, Any]


def unpacked(name: str, folder: Path) -> Kept:
    with tarfile.open(HERE / f"{name}.tar.gz") as tar:
        tar.extractall(folder, filter="data")
    return Kept(name, open_run(folder), json.loads((HERE / f"{name}.json").read_text()))


@pytest.fixture(params=NAMES)
def kept(request: pytest.FixtureRequest, tmp_path: Path) -> Kept:
    return unpacked(request.param, tmp_path)


def rules_now(kept: Kept) -> str:
    """The version of the rules that this version of Suasion plays."""
    return catalogue.kit(kept.facts["environment"]).environment.version


def test_a_kept_run_reads_as_it_was_written(kept: Kept) -> None:
    assert kept.run.manifest["format"] == kept.facts["format"]
    assert kept.run.digest() == kept.facts["digest"]
    for filed in kept.run.all():
        assert filed.episode.digest() == kept.facts["episodes"][filed.id]
    lines = b"\n".join(jsonl(kept.run, stable=True))
    assert sha256(lines).hexdigest() == kept.facts["export"]


def test_a_kept_run_is_played_again_bit_for_bit_or_refused_with_both_versions(kept: Kept) -> None:
    said = [finding.what for finding in check(kept.run)]
    if kept.facts["kind"] == "import" or rules_now(kept) == kept.facts["version"]:
        assert said == []
    else:
        assert len(said) == len(kept.facts["episodes"])
        for what in said:
            assert f"version {kept.facts['version']}; these rules" in what
            assert f"version {rules_now(kept)}" in what


def test_rules_that_changed_are_named_with_both_versions(
    kept: Kept, monkeypatch: pytest.MonkeyPatch
) -> None:
    rules = catalogue.kit(kept.facts["environment"]).environment
    monkeypatch.setattr(rules, "version", "next")
    said = check(kept.run)
    played = kept.facts["episodes"] if kept.facts["kind"] != "import" else ()
    assert [finding.damage for finding in said] == [False] * len(played)
    for finding in said:
        assert f"rules version {kept.facts['version']}; these rules are" in finding.what
        assert "version next: it can be read, and not played on" in finding.what


def test_what_models_were_sent_is_put_together_again_from_a_kept_run(kept: Kept) -> None:
    made = 0
    for filed in kept.run.all():
        kit = catalogue.kit(filed.episode.header.environment)
        attempts = kept.run.attempts(filed.id)
        calls = list(sent(record_of(kept.run, filed, attempts, kit)))
        assert all(call.whole for call in calls)
        assert len(calls) == sum(each.frame is not None for each in attempts)
        made += len(calls)
    assert (made > 0) == ("models" in kept.name)


def test_a_kept_run_is_told_shown_measured_and_exported(kept: Kept, tmp_path: Path) -> None:
    run, first = str(kept.run.path), kept.run.ids()[0]
    assert json.loads(told("status", run, "--json"))["progress"] == "whole"
    assert json.loads(told("show", run, first, "--json"))["episode"] == first
    calls = json.loads(told("show", run, first, "--sent", "--json"))["calls"]
    assert all(call["whole"] for call in calls)
    assert json.loads(told("measure", run, "--json"))["values"]
    assert told("export", run, "--format", "jsonl").count("\n") == len(kept.facts["episodes"])
    rows = told("export", run, "--format", "attempts-csv")
    assert ("answered" in rows) == any(kept.run.attempts(name) for name in kept.run.ids())
    told("site", run, "--out", str(tmp_path / "site"))
    assert (tmp_path / "site" / "index.html").exists()


def told(*words: str) -> str:
    """What a command says."""
    result = CliRunner().invoke(app, list(words))
    assert result.exit_code == 0, (words, result.exception)
    return result.stdout


@pytest.mark.parametrize(
    ("name", "times"),
    [("influence-talking", None), ("influence-fork", 1), ("persuasion-probes", None)],
)
def test_an_episode_of_the_first_format_is_forked_into_this_one(
    name: str, times: int | None, tmp_path: Path
) -> None:
    kept = unpacked(name, tmp_path / "run")
    assert kept.facts["format"] == 1
    first = kept.run.ids()[0]
    result = run_fork(kept.run, Fork(first, 2, times=times), tmp_path / "fork", workers=1)
    assert result.exit_code == 0
    found = open_run(tmp_path / "fork")
    assert check(found) == []
    assert found.manifest["format"] == FORMAT == 2
    [made] = found.all()
    assert made.episode.events[:2] == kept.run.filed(first).episode.events[:2]
    assert times or made.episode.digest() == kept.facts["episodes"][first]


def test_a_run_of_the_first_format_is_not_gone_on_with(tmp_path: Path) -> None:
    kept = unpacked("influence-talking", tmp_path)
    with pytest.raises(Changed, match="format was 1, now 2"):
        run(of(kept.run.manifest["study"]), tmp_path, workers=1)
    with pytest.raises(Damaged, match="not a record of format 2"):
        open_for_writing(tmp_path)
    assert check(kept.run) == []


def ours() -> Iterator[str]:
    """The environments that come with Suasion, but for what it plays for itself."""
    return iter(catalogue.bundled())


def test_every_environment_of_ours_has_a_kept_run() -> None:
    facts = [json.loads((HERE / f"{name}.json").read_text()) for name in NAMES]
    assert {each["environment"] for each in facts} >= set(ours())
    assert {each["kind"] for each in facts} == {"study", "import", "fork"}
