"""Runs that are kept for ever: every version reads them, verifies them, and plays them again."""

import json
import tarfile
from collections.abc import Iterator
from hashlib import sha256
from pathlib import Path
from typing import Any, NamedTuple

import pytest

from suasion import catalogue
from suasion.runner.check import check
from suasion.store.export import jsonl
from suasion.store.run import Run, open_run

HERE = Path(__file__).parent / "golden"
NAMES = sorted(path.name.removesuffix(".tar.gz") for path in HERE.glob("*.tar.gz"))


class Kept(NamedTuple):
    """A kept run, unpacked, and what it must give."""

    run: Run
    facts: dict[str, Any]


def unpacked(name: str, folder: Path) -> Kept:
    with tarfile.open(HERE / f"{name}.tar.gz") as tar:
        tar.extractall(folder, filter="data")
    return Kept(open_run(folder), json.loads((HERE / f"{name}.json").read_text()))


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


def ours() -> Iterator[str]:
    """The environments that come with Suasion."""
    folder = Path(catalogue.__file__).parent / "environments"
    return (path.name for path in folder.iterdir() if (path / "__init__.py").exists())


def test_every_environment_of_ours_has_a_kept_run() -> None:
    facts = [json.loads((HERE / f"{name}.json").read_text()) for name in NAMES]
    assert {each["environment"] for each in facts} >= set(ours())
    assert {each["kind"] for each in facts} == {"study", "import", "fork"}
