"""A budget shared as a run goes: who gets more, when it stops, and that kills change nothing."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from collections import Counter
from itertools import permutations
from pathlib import Path
from random import Random
from typing import Any

import pytest
import yaml
from typer.testing import CliRunner

from suasion.cli import app
from suasion.cli.errors import Failed
from suasion.core.asks import Json
from suasion.measures.design import Between
from suasion.runner import adaptive
from suasion.runner.adaptive import SETTLED, SPENT, Allocating, allocated, read, tied, told_apart
from suasion.runner.plan import Changed
from suasion.runner.progress import Quiet
from suasion.runner.run import RunResult, run
from suasion.runner.study import Study
from suasion.runner.study_errors import BadStudy
from suasion.runner.study_file import of
from suasion.store.run import Run, open_run

AGENTS = {
    "strong": "policy/participant?strength=1&susceptibility=1.5",
    "middling": "policy/participant?strength=0.5&susceptibility=1.5",
    "weak": "policy/participant?strength=0.1&susceptibility=1.5",
}
STRONG, MIDDLING, WEAK = AGENTS.values()


def plain(**said: Json) -> dict[str, Json]:
    return {
        "name": "shared",
        "question": "?",
        "expectation": "!",
        "environment": "persuasion",
        "settings": {"total_turns": 2, "before": "shared"},
        "baselines": {"probes": 2},
        "agents": AGENTS,
        "panel": {"agents": list(AGENTS)},
        "cross": {"proposition": ["night_trains", "street_trees"]},
        "block": {"pro": {"settings": {"side": "pro"}}, "con": {"settings": {"side": "con"}}},
        "replicates": 10,
        "allocate": {"budget": 90, "each": 4},
        **said,
    }


def study(**said: Json) -> Study:
    return of(plain(**said))


def played(out: Path, **said: Json) -> tuple[RunResult, Run]:
    return run(study(**said), out, workers=2, progress=Quiet()), open_run(out)


def blocks(run: Run) -> Counter[str]:
    """Blocks by the name of the persuader."""
    names = {row.block: row.id.split("--")[1] for row in run.rows() if row.block is not None}
    return Counter(names.values())


@pytest.fixture(scope="module")
def settled(tmp_path_factory: pytest.TempPathFactory) -> tuple[RunResult, Run]:
    """Three of known strengths, until their ranks are settled."""
    return played(tmp_path_factory.mktemp("adaptive") / "run", allocate={"budget": 150, "each": 4})


def test_it_stops_once_every_rank_is_settled_with_the_truth(
    settled: tuple[RunResult, Run],
) -> None:
    done, _ = settled
    found = done.allocated
    assert found is not None
    assert (done.exit_code, found.ended) == (0, SETTLED)
    assert found.spent < found.budget
    assert [place.agent for place in found.places] == [STRONG, MIDDLING, WEAK]
    assert [place.rank for place in found.places] == [(1, 1), (2, 2), (3, 3)]
    assert not found.ties
    for place, truth in zip(found.places, (1.5, 0.75, 0.15), strict=True):
        assert place.low < truth < place.high
        assert not place.missing


def test_only_the_share_adapts_and_each_draw_is_of_any_cell(
    settled: tuple[RunResult, Run],
) -> None:
    done, run = settled
    assert done.allocated is not None
    assert blocks(run).total() == done.allocated.spent
    drawn: dict[str, set[tuple[str, str]]] = {name: set() for name in AGENTS}
    for row in run.rows():
        if row.block is not None:
            _, persuader, target, topic, *_ = row.id.split("--")
            assert persuader != target
            drawn[persuader].add((target, topic))
    assert all(len(cells) == 4 for cells in drawn.values()), "2 targets x 2 topics"
    made = Allocating(study())
    assert [job.id for job in made.block(WEAK, 3)] == [
        job.id for job in Allocating(study()).block(WEAK, 3)
    ]


def test_its_folder_says_where_it_stands_and_status_shows_it(
    settled: tuple[RunResult, Run],
) -> None:
    done, run = settled
    assert done.allocated is not None
    assert read(run.path) == done.allocated.to_json()
    said = CliRunner().invoke(app, ["status", str(run.path)]).stdout
    assert f"{done.allocated.spent} of 150 blocks drawn: every rank is settled" in said
    assert f"{STRONG}  " in said
    of_run = json.loads(CliRunner().invoke(app, ["status", str(run.path), "--json"]).stdout)
    assert of_run["allocated"]["ended"] == SETTLED
    assert CliRunner().invoke(app, ["check", str(run.path)]).exit_code == 0


def test_a_tie_is_a_result_and_the_budget_is_held(tmp_path: Path) -> None:
    alike = {"one": "policy/participant?strength=0.5", "two": "policy/participant?strength=0.51"}
    path = tmp_path / "tie.yaml"
    path.write_text(
        yaml.safe_dump(
            plain(
                agents=alike,
                panel={"agents": list(alike)},
                replicates=3,
                allocate={"budget": 11, "each": 3},
            )
        )
    )
    said = CliRunner().invoke(app, ["run", str(path), "--out", str(tmp_path / "run")])
    assert said.exit_code == 0
    assert "11 of 11 blocks drawn: the budget is spent" in said.stdout
    assert "Not told apart in stance: policy/participant?" in said.stdout
    found = read(tmp_path / "run")
    assert found is not None
    assert found["ended"] == SPENT
    assert sorted(found["ties"][0]) == sorted(alike.values())
    assert sorted(place["blocks"] for place in found["agents"]) == [5, 6]


def test_a_run_that_is_killed_goes_on_to_the_same_end(
    settled: tuple[RunResult, Run], tmp_path: Path
) -> None:
    said = plain(allocate={"budget": 150, "each": 4})
    path, out = tmp_path / "study.yaml", tmp_path / "run"
    path.write_text(yaml.safe_dump(said, sort_keys=False))
    words = [sys.executable, "-m", "suasion", "run", str(path), "--out", str(out), "--workers", "1"]
    _, whole = settled
    for least in (10, 70):
        process = subprocess.Popen(words, start_new_session=True, stdout=subprocess.DEVNULL)
        until = time.monotonic() + 60
        while time.monotonic() < until and process.poll() is None and _whole(out) < least:
            time.sleep(0.1)
        os.killpg(process.pid, signal.SIGKILL)
        process.wait()
    assert 70 <= _whole(out) < len(whole.ids())
    done, again = played(out, allocate={"budget": 150, "each": 4})
    assert done.exit_code == 0
    assert again.ids() == whole.ids()
    assert again.digest() == whole.digest()


def _whole(out: Path) -> int:
    try:
        return sum(row.state == "whole" for row in open_run(out).rows())
    except (ValueError, OSError):
        return 0


def test_another_study_does_not_go_on_with_it(tmp_path: Path) -> None:
    played(tmp_path / "run", allocate={"budget": 30})
    with pytest.raises(Changed, match=r"study\.seed was 0, now 1"):
        played(tmp_path / "run", allocate={"budget": 30}, seed=1)
    with pytest.raises(adaptive.OtherDraws):
        Allocating(study()).recorded(["main--strong--weak--night_trains--r999--pro"])


# --- what the numbers say ------------------------------------------------------------------------


def sure(*numbers: float) -> list[Between]:
    return [Between(each, each) for each in numbers]


def normal(mean: float, many: int, seed: int) -> list[Between]:
    random = Random(seed)
    return sure(*(random.gauss(mean, 0.5) for _ in range(many)))


def test_a_block_that_is_missing_counts_against_every_claim() -> None:
    draws = {"one": normal(1.0, 60, 1), "two": normal(0.4, 60, 2)}
    assert told_apart(draws, 0.95) == {("one", "two")}
    missing = {**draws, "one": [*draws["one"], *[Between(-3, 3)] * 6]}
    assert not told_apart(missing, 0.95)
    found = allocated(study(), missing)
    place = next(place for place in found.places if place.agent == "one")
    assert (place.blocks, place.missing) == (66, 6)
    assert place.mean == pytest.approx(sum(each.low for each in draws["one"]) / 60)
    whole = allocated(study(), draws).places[0]
    assert place.low < whole.low < whole.high < place.high
    assert allocated(study(), missing).ended == SPENT, "the missing ones spent the budget too"


def test_nothing_is_said_of_few_draws() -> None:
    found = allocated(study(), {"one": sure(1, 2, 1), "two": sure(-1, -2, -1)})
    assert [place.rank for place in found.places] == [(1, 2), (1, 2)]
    said: Any = found.to_json()
    assert said["agents"][0]["low"] is None
    assert found.ended is None


def test_ties_are_those_that_are_linked_by_what_is_not_told_apart() -> None:
    apart = {("a", "c"), ("a", "d"), ("b", "d"), ("c", "d")}
    assert tied(["a", "b", "c", "d"], apart) == [["a", "b", "c"]]
    assert tied(["a", "b"], {("a", "b")}) == []
    assert tied([*"abcd"], set(permutations("abcd", 2))) == []


@pytest.mark.parametrize(
    "written",
    ["", "[]", "{}", '{"format": 1, "agents": [{"agent": 1}]}', '{"format": 2, "agents": []}'],
)
def test_what_stands_in_its_place_and_is_none_is_not_shown(written: str, tmp_path: Path) -> None:
    (tmp_path / adaptive.FILE).write_text(written)
    assert read(tmp_path) is None


# --- what a study may say ------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("said", "words"),
    [
        ({"panel": None, "seats": ["strong", "weak"]}, "allocate: shares blocks between"),
        ({"conditions": {"a": {}, "b": {}}}, "allocate: is of one condition, and there are 2"),
        ({"allocate": {"budget": 29}}, "allocate.budget: is 29: 3 agents with 10 blocks each"),
        ({"allocate": {"budget": 99, "ech": 2}}, "allocate.ech: no such key; did you mean each?"),
        ({"sample": 3}, "sample: draws cells, and so does allocate"),
        (
            {"environment": "influence", "panel": None, "block": None, "cross": None,
             "settings": {}, "seats": ["policy/grim"] * 7},
            "allocate: influence has no number that a budget is shared by",
        ),
    ],
)  # fmt: skip
def test_what_cannot_be_shared_is_refused_with_its_place(said: Any, words: str) -> None:
    with pytest.raises(BadStudy) as bad:
        of({key: value for key, value in plain(**said).items() if value is not None})
    assert words in str(bad.value)


def test_a_plan_says_the_budget_and_what_it_takes_at_most(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    config = tmp_path / "config.toml"
    config.write_text(
        '[prices."openai/any"]\nread = 4.0\nwritten = 8.0\nas_of = "2026-11-01"\n'
        '[prices."openai/dear"]\nread = 40.0\nwritten = 80.0\nas_of = "2026-11-01"\n'
    )
    monkeypatch.setenv("SUASION_CONFIG", str(config))
    path = tmp_path / "study.yaml"
    agents = {"strong": "openai/any", "middling": "openai/dear", "weak": "policy/participant"}
    path.write_text(yaml.safe_dump(plain(agents=agents)))
    found = json.loads(CliRunner().invoke(app, ["plan", str(path), "--json"]).stdout)
    assert found["episodes"] == 90 * 2 + 6
    assert found["allocate"]["budget"] == 90
    assert found["allocate"]["cost_at_most"] > found["cost"] > 0
    words = CliRunner().invoke(app, ["plan", str(path)]).stdout
    assert "at most 186 episodes" in words
    assert "a budget of 90 blocks, 10 for each first" in words
    assert "if the dearest agent gets all it can" in words


def test_an_unreadable_study_says_so(tmp_path: Path) -> None:
    path = tmp_path / "study.yaml"
    path.write_text(yaml.safe_dump(plain(allocate={"budget": 1})))
    failed = CliRunner().invoke(app, ["plan", str(path)]).exception
    assert isinstance(failed, Failed)
    assert "allocate.budget: is 1: expected greater than or equal to 2" in str(failed)
