"""The study that would repeat the published run: its size, its price, and that it runs."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import pytest
import yaml
from typer.testing import CliRunner

from suasion import catalogue
from suasion.cli import app
from suasion.cli.errors import Failed
from suasion.environments.persuasion.arms import Arm
from suasion.environments.persuasion.probes import Also, Rated
from suasion.environments.persuasion.propositions import bank
from suasion.report.results import results
from suasion.runner.progress import Quiet
from suasion.runner.run import run
from suasion.runner.stand_ins import BadStandIn, stand_ins
from suasion.runner.study import Study
from suasion.runner.study_file import load, of
from suasion.store.run import open_run
from suasion.testing.http1 import in_thread
from suasion.testing.model_server import serve
from suasion.testing.tiny_model import printable, tiny_server

NAME = "persuasion/replication"


@pytest.fixture(scope="module")
def replication() -> Study:
    return load(catalogue.study(NAME))


def test_it_is_the_published_design(replication: Study) -> None:
    assert replication.panel is not None
    assert replication.cross is not None
    assert len(replication.panel.agents) == 15
    jobs = [job for job in replication.jobs() if job.arm == "plain"]
    assert len(jobs) == 15 * 14 * 15 * 2 == 6300
    cells = Counter((*job.cell, job.settings["side"]) for job in jobs)
    assert set(cells.values()) == {1}
    published = [bank()[name].published_id for name in replication.cross["proposition"]]
    assert len(set(published)) == 15
    assert None not in published
    one = jobs[0].settings
    assert (one["total_turns"], one["probes"], one["before"]) == (8, 3, "shared")
    assert "conceptual replication" in catalogue.study(NAME).read_text()


def test_every_target_has_one_baseline_on_every_topic(replication: Study) -> None:
    first = [job for job in replication.jobs() if job.arm == "baseline"]
    assert len(first) == 15 * 15
    assert {job.settings["probes"] for job in first} == {30}


def test_a_plan_prices_it_and_counts_every_call(replication: Study) -> None:
    found = json.loads(CliRunner().invoke(app, ["plan", NAME, "--json"]).stdout)
    assert found["episodes"] == replication.episodes == 7875
    by = {each["condition"]: each["calls"] for each in found["conditions"]}
    assert by == {
        "plain": 6300 * (8 + 3),
        "off_topic": 210 * 3 * 2 * (8 + 3),
        "asked_again": 15 * 3 * 2 * (3 + 1),
        "baseline": 225 * 30,
    }
    assert found["calls"] == sum(by.values()) + 15, "each model is greeted once"
    assert found["unpriced"] == []
    assert found["cost"] > 0
    (effect,) = found["detectable_effect"]
    assert effect["n"] == 210 * 3, "pairs of the condition that has fewer"


def test_scripts_play_it_to_its_end(tmp_path: Path) -> None:
    words = ["run", NAME, "--agents", "persuasion/scripted", "--sample", "4"]
    done = CliRunner().invoke(app, [*words, "--out", str(tmp_path / "run"), "--workers", "1"])
    assert done.exit_code == 0
    played = open_run(tmp_path / "run")
    arms = Counter(row.arm for row in played.rows())
    assert [arms[arm] for arm in ("plain", "asked_again", "off_topic")] == [8, 8, 8]
    found = results(played)
    effects = {row.episode: row.value for row in found.values("paired_effect")}
    off_topic = {value for id_, value in effects.items() if id_.startswith("off_topic")}
    assert len(effects) >= 8
    assert all(value is not None for value in effects.values())
    assert off_topic == {0}, "talk of something else is no argument"
    assert all(row.value is not None for row in found.values("stance_before"))
    manifest = played.manifest["study"]
    assert manifest["sample"] == 4
    assert all(agent.startswith("policy/") for agent in manifest["agents"].values())


@pytest.fixture
def served(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[str]:
    """A file of agents in which every name is a model of one local server."""
    (tmp_path / "none.toml").write_text("")
    monkeypatch.setenv("SUASION_CONFIG", str(tmp_path / "none.toml"))
    with in_thread(serve) as serving:
        names = load(catalogue.study(NAME)).agents
        lines = [f'{name}: "vllm/{name}@{serving.url}/v1"' for name in names]
        (tmp_path / "served.yaml").write_text("\n".join(lines) + "\n")
        yield str(tmp_path / "served.yaml")


def test_a_local_model_server_plays_it_to_its_end(served: str, tmp_path: Path) -> None:
    words = ["run", NAME, "--agents", served, "--sample", "1", "--out", str(tmp_path / "run")]
    done = CliRunner().invoke(app, [*words, "--workers", "1"])
    assert done.exit_code == 0, done.stdout
    played = open_run(tmp_path / "run")
    arms = Counter(row.arm for row in played.rows())
    assert [arms[arm] for arm in ("plain", "asked_again", "off_topic")] == [2, 2, 2]
    assert arms["baseline"] >= 2
    for filed in played.all():
        turns = sum(event.kind == "say" for event in filed.episode.events)
        assert turns == (8 if filed.arm in ("plain", "off_topic") else 0)
    assert {row.value is None for row in results(played).values("paired_effect")} == {False}


@pytest.fixture(scope="module")
def tiny() -> Iterator[str]:
    """A real server, and a model that writes noise."""
    with tiny_server() as url:
        yield url


def test_a_real_local_model_plays_it_to_its_end(tiny: str, tmp_path: Path) -> None:
    said = yaml.safe_load(catalogue.study(NAME).read_text())
    bias = {"logit_bias": printable(2.0, endless=True)}
    asked_with = {"base_url": tiny, "temperature": 1.0, "max_tokens": 300, "extra_body": bias}
    said["panel"]["agents"] = [{"model": f"llama-cpp/{name}", **asked_with} for name in "abc"]
    study = of({**said, "agents": {}, "baselines": {"probes": 3}, "sample": 1})
    done = run(study, tmp_path / "run", workers=1, progress=Quiet())
    assert done.exit_code == 0, done.errors
    played = open_run(tmp_path / "run")
    assert {row.arm for row in played.rows()} == {*study.conditions, "baseline"}
    assert all(row.state == "whole" for row in played.rows())
    after = {row.episode: row.value for row in results(played).values("stance_after")}
    assert {id_ for id_, value in after.items() if value is None} <= {
        row.id for row in played.rows() if row.arm == "baseline"
    }


def test_agents_are_given_by_name_or_file_and_the_last_one_holds(tmp_path: Path) -> None:
    path = tmp_path / "mine.yaml"
    path.write_text("gpt: policy/off_topic\nopus: policy/target\n")
    assert stand_ins([str(path), "gpt=policy/silent"]) == {
        "gpt": "policy/silent",
        "opus": "policy/target",
    }
    assert len(stand_ins(["persuasion/scripted"])) == 15
    for odd in ("", "gpt", "=policy/silent", "nowhere.yaml"):
        with pytest.raises(BadStandIn, match="is no file: expected NAME=AGENT"):
            stand_ins([odd])
    path.write_text("- gpt\n")
    with pytest.raises(BadStandIn, match="expected an agent's id for each name"):
        stand_ins([str(path)])
    result = CliRunner().invoke(app, ["run", NAME, "--agents", "gtp=policy/silent"])
    assert isinstance(result.exception, Failed)
    assert "the study names no agent 'gtp'; there are: gpt, opus" in str(result.exception)


def test_one_small_study_has_every_arm_and_every_probe(tmp_path: Path) -> None:
    from typing import get_args

    study = load(catalogue.study("persuasion/arms"))
    jobs = study.jobs()
    assert {job.settings.get("arm", "plain") for job in jobs} == set(get_args(Arm))
    rated = {job.settings.get("probe", "rating") for job in jobs}
    assert rated == set(get_args(Rated)) - {"tokens"}
    assert {also for job in jobs for also in job.settings.get("also", ())} == set(get_args(Also))
    few = study.model_copy(update={"sample": 2})
    done = run(few, tmp_path / "run", workers=1, progress=Quiet())
    assert done.exit_code == 0
    found = results(open_run(tmp_path / "run"))
    assert {row.arm for row in open_run(tmp_path / "run").rows()} == {*study.conditions, "baseline"}
    assert all(row.value is not None for row in found.values("paired_effect"))
