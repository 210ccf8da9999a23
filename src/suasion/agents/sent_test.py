"""What was sent is put together again from the record alone, byte for byte, whatever was kept."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from suasion.agents.sent import Record, Sent, sent
from suasion.runner.check import examine
from suasion.runner.run import run
from suasion.runner.study_file import of
from suasion.store.run import open_run
from suasion.store.usage import usage

STUDY: dict[str, Any] = {
    "name": "sent",
    "question": "What was sent?",
    "expectation": "What the record says.",
    "environment": "influence",
    "settings": {"size": 3, "rounds": 2, "slots": 3},
    "asides": ["belief", "realism"],
    "replicates": 2,
}
WAYS: dict[str, dict[str, Any]] = {
    "full": {},
    "seeded": {"seed": 5, "temperature": 0.7},
    "window": {"memory": "window", "window": 2},
    "summary": {"memory": "summary", "window": 1},
    "none": {"memory": "none"},
    "tools": {"structured": "tools"},
    "plain": {"structured": "off"},
    "repaired": {"repair": 1, "structured": "off"},
}


def played(folder: Path, agent: str, ways: dict[str, Any]) -> Path:
    """A run of that model, asked so."""
    seats = [{"model": agent, **ways}, {"model": "scripted/valid"}, "policy/grim"]
    assert run(of({**STUDY, "seats": seats}), folder / "run", workers=1).exit_code == 0
    return folder / "run"


def calls(out: Path) -> dict[str, list[Sent]]:
    """Every call of every episode."""
    found = open_run(out)
    made = {}
    for name in found.ids():
        filed, attempts = found.filed(name), found.attempts(name)
        frames = found.frames(each.frame for each in attempts if each.frame is not None)
        decisions = {decision.key: decision for decision in filed.episode.decisions}
        made[name] = list(sent(Record(filed.seats, attempts, decisions, frames)))
    return made


@pytest.mark.parametrize("way", WAYS)
@pytest.mark.parametrize("agent", ["scripted/valid", "scripted/wrong"])
def test_every_body_is_the_one_that_was_sent(agent: str, way: str, tmp_path: Path) -> None:
    out = played(tmp_path, agent, WAYS[way])
    assert examine(out) == []
    for made in calls(out).values():
        assert made
        assert all(call.whole for call in made)
        for call in made:
            body = json.loads(call.body)
            assert body["messages"][0]["role"] == "system"
            assert body["messages"] == [json.loads(message) for message in call.messages]


def test_every_act_is_sent_what_the_act_before_was_sent_and_more(tmp_path: Path) -> None:
    acts = 0
    for made in calls(played(tmp_path, "scripted/valid", {})).values():
        before: dict[int, list[bytes]] = {}
        for call in made:
            seat, messages = call.key[1], list(call.messages)
            past = before.get(seat, messages[:1])
            assert messages[: len(past)] == past
            if not call.key[2]:
                before[seat] = messages
                acts += 1
    assert acts == 2 * 2 * 6


def test_a_changed_word_is_found_by_the_hash_of_what_was_sent(tmp_path: Path) -> None:
    found = open_run(played(tmp_path, "scripted/valid", {}))
    [first, *_] = found.ids()
    filed, attempts = found.filed(first), found.attempts(first)
    frames = found.frames(each.frame for each in attempts if each.frame is not None)
    decisions = {decision.key: decision for decision in filed.episode.decisions}
    changed = [
        each._replace(told=each.told + "!") if each.key == attempts[0].key else each
        for each in attempts
    ]
    made = list(sent(Record(filed.seats, changed, decisions, frames)))
    assert not all(call.whole for call in made)


def test_a_run_counts_what_it_asked_and_how_much_of_it_came_again(tmp_path: Path) -> None:
    found = usage(played(tmp_path, "scripted/valid", {}))
    assert found.outcomes["answered"] == found.calls
    assert found.tokens_in > found.tokens_out > 0
    assert found.usage_unknown == 0
    repeated, bound = found.reuse.repeated, found.reuse.bound
    assert repeated is not None
    assert bound is not None
    assert 0 < repeated < bound < 1


def test_the_record_grows_with_turns_and_not_with_their_square(tmp_path: Path) -> None:
    sizes = []
    for rounds in (4, 8, 16):
        study = {
            **STUDY,
            "asides": [],
            "settings": {"size": 2, "rounds": rounds, "slots": 5},
            "seats": ["scripted/valid", "policy/grim"],
            "replicates": 1,
        }
        out = tmp_path / str(rounds)
        assert run(of(study), out, workers=1).exit_code == 0
        with open_run_file(out) as db:
            [(told,)] = db.execute("SELECT sum(length(CAST(told AS BLOB))) FROM attempts")
            [(between,)] = db.execute("SELECT sum(length(coalesce(branch, ''))) FROM attempts")
            [(texts,)] = db.execute("SELECT sum(length(CAST(text AS BLOB))) FROM texts")
        sizes.append(told + between + texts)
    first, second = sizes[1] - sizes[0], sizes[2] - sizes[1]
    assert second < 2.5 * first


def open_run_file(out: Path) -> Any:
    import sqlite3
    from contextlib import closing

    return closing(sqlite3.connect(f"file:{out}/record.db?mode=ro", uri=True))
