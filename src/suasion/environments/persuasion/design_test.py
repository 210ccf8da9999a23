"""A design is refused before anything is played where it lacks a side or seats the wrong agents."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest
from typer.testing import CliRunner

from suasion.cli import app
from suasion.cli.errors import Failed
from suasion.core.asks import Json
from suasion.environments.persuasion.design import effect, first
from suasion.measures.design import Between, First
from suasion.measures.filed import Filed
from suasion.runner.progress import Quiet
from suasion.runner.run import run
from suasion.runner.study_errors import BadStudy
from suasion.runner.study_file import of
from suasion.store.run import open_run

BOTH: Json = {"pro": {"settings": {"side": "pro"}}, "con": {"settings": {"side": "con"}}}


def plain(**said: Json) -> dict[str, Json]:
    usual: dict[str, Json] = {
        "name": "design",
        "question": "?",
        "expectation": "!",
        "environment": "persuasion",
        "settings": {"total_turns": 2},
        "agents": {"one": "policy/participant?strength=0.9", "two": "policy/participant"},
        "seats": ["one", "two"],
        "block": BOTH,
        "replicates": 1,
    }
    return {key: value for key, value in {**usual, **said}.items() if value is not None}


def refused(**said: Json) -> str:
    with pytest.raises(BadStudy) as bad:
        of(plain(**said))
    return str(bad.value)


def test_a_conversation_without_its_other_side_is_named() -> None:
    again: Json = {"settings": {"side": "con"}, "seats": ["two", "one"]}
    said = refused(block=None, conditions={"argued": {}, "again": again})
    assert "2 conversations lack their other side" in said
    assert "con of argued: one -> two on night_trains" in said
    assert "pro of again: two -> one on night_trains" in said
    assert "give block: {pro: {settings: {side: pro}}, con: {settings: {side: con}}}" in said


def test_of_many_missing_some_are_named_and_all_are_counted() -> None:
    topics = [f"It is better to have {n} of them than one more." for n in range(40)]
    said = refused(block=None, cross={"proposition": topics})
    assert "40 conversations lack" in said
    assert "and 28 more" in said


def test_sides_may_be_conditions_or_crossed_as_well_as_blocks() -> None:
    sides: Json = {"for": {"settings": {"side": "pro"}}, "against": {"settings": {"side": "con"}}}
    assert of(plain(block=None, conditions=sides)).episodes == 2


def test_what_is_no_conversation_has_no_sides() -> None:
    for arm in ("reprobe", "baseline"):
        assert of(plain(block=None, settings={"arm": arm})).episodes == 1


def test_one_agent_in_both_seats_is_self_play_and_self_play_nothing_else() -> None:
    assert "that is the arm self_play" in refused(seats=["one", "one"])
    assert of(plain(seats=["one", "one"], settings={"arm": "self_play"})).episodes == 2
    said = refused(settings={"arm": "self_play"})
    assert "two agents hold the seats of self_play in main: one -> two on night_trains" in said


def test_plan_and_run_refuse_before_anything_is_made(tmp_path: Path) -> None:
    path, out = tmp_path / "lone.yaml", tmp_path / "out"
    path.write_text(
        "{name: lone, question: q, expectation: e, environment: persuasion, replicates: 1,"
        " seats: [policy/persuader, policy/target]}"
    )
    for words in (["plan", str(path)], ["run", str(path), "--out", str(out)]):
        result = CliRunner().invoke(app, words)
        assert isinstance(result.exception, Failed)
        assert result.exception.code == 1
        assert "missing are con of main: persuader -> target" in str(result.exception)
        assert CliRunner().invoke(app, list(result.exception.command)).exit_code == 0
    assert not out.exists()


def test_a_baseline_keeps_what_a_stance_may_depend_on_and_nothing_else() -> None:
    settings: Json = {
        "proposition": "street_trees",
        "side": "con",
        "arm": "dose",
        "total_turns": 2,
        "probe": "distribution",
        "scale": "reversed",
        "wording": 2,
        "before": "shared",
        "also": ["vote", "third_party"],
    }
    found = first(settings)
    assert found is not None
    assert found == First(
        {
            "arm": "baseline",
            "probes": 30,
            "proposition": "street_trees",
            "probe": "distribution",
            "scale": "reversed",
            "wording": 2,
            "also": ["vote"],
        },
        (1, 1),
    )
    assert first({**settings, "before": "own"}) is None
    assert first({**settings, "arm": "baseline"}) is None


@pytest.fixture(scope="module")
def block(tmp_path_factory: pytest.TempPathFactory) -> list[Filed]:
    """Both sides of one line-up, without noise: two to either side."""
    out = tmp_path_factory.mktemp("design") / "run"
    moved = "policy/participant?susceptibility=2&noise=0"
    agents = {"one": "policy/participant?strength=1", "two": moved}
    run(of(plain(agents=agents)), out, workers=1, progress=Quiet())
    return list(open_run(out).all())


def test_the_number_of_a_block_is_half_the_distance_of_its_sides(block: list[Filed]) -> None:
    assert effect(block) == Between(2.0, 2.0)


def test_a_side_that_is_missing_may_have_been_anything_on_the_scale(block: list[Filed]) -> None:
    pro, con = block
    assert effect([pro, replace(con, finished=False)]) == Between(-0.5, 2.5)
    assert effect([replace(pro, finished=False), con]) == Between(-0.5, 2.5)
    assert effect([replace(each, finished=False) for each in block]) == Between(-3.0, 3.0)
    assert effect([replace(pro, damaged=True), con]) == Between(-0.5, 2.5)
