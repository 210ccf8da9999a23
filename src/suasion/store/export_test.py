"""What is exported is what is on record; stable lines are what digests cover."""

from __future__ import annotations

import json
from typing import Any

import pytest

from suasion.runner.run import run
from suasion.runner.study_file import of
from suasion.store.export import attempts, jsonl
from suasion.store.run import Run, open_run

STUDY: dict[str, Any] = {
    "name": "exported",
    "question": "What is exported?",
    "expectation": "What is on record.",
    "environment": "influence",
    "settings": {"size": 2, "rounds": 1, "slots": 2},
    "asides": ["belief"],
    "seats": [{"model": "scripted/wrong", "temperature": 0.5, "repair": 1}, "policy/grim"],
    "replicates": 1,
}


@pytest.fixture(scope="module")
def found(tmp_path_factory: pytest.TempPathFactory) -> Run:
    folder = tmp_path_factory.mktemp("export") / "run"
    assert run(of(STUDY), folder, workers=1).exit_code == 0
    return open_run(folder)


def test_a_line_says_how_models_are_asked_and_how_every_attempt_went(found: Run) -> None:
    [line] = map(json.loads, jsonl(found))
    assert [agent for _, agent, _ in line["seats"]] == ["scripted/wrong", "policy/grim"]
    assert line["asked_with"] == [{"temperature": 0.5, "repair": 1}, {}]
    kept = found.attempts("main--r0")
    assert len(line["attempts"]) == len(kept) >= 4
    for said, attempt in zip(line["attempts"], kept, strict=True):
        assert [said[key] for key in ("step", "seat", "aside", "repeat")] == list(attempt.key)
        assert (said["outcome"], said["became"]) == (attempt.outcome, attempt.became)
        assert (said["tokens_in"], said["cost"]) == (attempt.tokens_in, attempt.cost)
        assert said["tokens_in"] > 0
        assert said["beside"]["finish"] == "stop"
        assert "told" not in said
    assert "wrong_schema" in {said["outcome"] for said in line["attempts"]}


def test_a_stable_line_holds_nothing_that_no_digest_covers(found: Run) -> None:
    [line] = map(json.loads, jsonl(found, stable=True))
    digested = ("header", "decisions", "draws", "events", "changed", "payoffs", "outcome", "carry")
    assert line.keys() == {"id", *digested}
    assert {decision[5] for decision in line["decisions"]} == {None}


def test_a_row_of_a_table_is_an_attempt_with_names_for_numbers(found: Run) -> None:
    rows = list(attempts(found))
    kept = found.attempts("main--r0")
    assert len(rows) == len(kept)
    for row, attempt in zip(rows, kept, strict=True):
        assert (row["episode"], row["condition"], row["seat"]) == ("main--r0", "main", "P1")
        assert row["agent"] == "scripted/wrong"
        assert row["request"] == attempt.request
        assert not any(isinstance(value, (list, dict)) for value in row.values())
