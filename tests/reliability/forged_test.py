"""A record that somebody forged, with seals that hold, is read as any other: whatever stands in its
columns, commands say what is wrong with it, and none ends in a fault of ours.
"""

from __future__ import annotations

import json
import shutil
import sqlite3
from collections.abc import Sequence
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner, Result

from suasion.cli import app
from suasion.cli.errors import Failed, foreseen
from suasion.runner.check import check
from suasion.runner.fork import Fork, run_fork
from suasion.runner.run import run
from suasion.runner.study_file import of
from suasion.store import schema
from suasion.store.planned import episode_seal
from suasion.store.read import replied
from suasion.store.run import open_run
from suasion.store.seals import attempt_seal, text_hash

STUDY: dict[str, Any] = {
    "name": "forged",
    "question": "What can be read?",
    "expectation": "All that is sound.",
    "environment": "influence",
    "settings": {"size": 3, "rounds": 1, "slots": 3},
    "asides": ["belief"],
    "seats": [
        {"model": "scripted/valid", "memory": "window", "window": 1},
        {"model": "scripted/wrong", "repair": 1},
        "policy/grim",
    ],
    "replicates": 1,
}
SENT = ("show", "RUN", "EPISODE", "--sent", "--json")
QUICK = (("status", "RUN", "--json"), ("export", "RUN", "--format", "attempts-csv"), SENT)
EVERY = (
    *QUICK,
    ("check", "RUN"),
    ("show", "RUN", "EPISODE"),
    ("export", "RUN", "--format", "jsonl"),
    ("measure", "RUN", "--json"),
    ("site", "RUN"),
)
DEEP = "[" * 100_000
LAST = "episode = 1 AND step = (SELECT max(step) FROM attempts)"
FORGED: dict[tuple[str, str], list[object]] = {
    ("attempts", "step"): ["x", -(2**62), 1.5],
    ("attempts", "seat"): [99, "P1"],
    ("attempts", "aside"): ["a>b>c>d", b"\xff"],
    ("attempts", "repeat"): ["x"],
    ("attempts", "attempt"): ["first"],
    ("attempts", "told"): [None, b"\xff\xff", b"\xed\xa0\x80"],
    ("attempts", "outcome"): [None, b"\xff", "\x1b[31m"],
    ("attempts", "seconds"): ["x", 9e999],
    ("attempts", "became"): [3, "x", b"\xff"],
    ("attempts", "frame"): ["x", 3, b"\xff"],
    ("attempts", "request"): [3],
    ("attempts", "tokens_in"): [2**62, -1, 9e999, "x", 1.5],
    ("attempts", "cost"): [9e999, "x", 1e300],
    ("attempts", "reserved"): ["x", 2**62],
    ("attempts", "beside"): ["{", "[1]", "3", DEEP, '{"finish": {"a": 1}, "logprobs": 7}', b"\xff"],
    ("attempts", "branch"): ["{", "{}", "[1]", '[{"role": "user"}]', '[{"role": 1, "content": 2}]'],
    ("seats", "asked_with"): [
        *("{", "[]", DEEP, '{"colour": 1}', '{"memory": "all"}', '{"memory": 3}'),
        *('{"memory": "window", "window": "x"}', '{"skin": ["x"]}', '{"window": null}'),
    ],
    ("texts", "text"): ["{", "[]", b"\xed\xa0\x80"],
}
READABLE = {
    *(("attempts", "outcome", "\x1b[31m"), ("attempts", "became", 3), ("attempts", "became", "x")),
    *(("attempts", "tokens_in", 2**62), ("attempts", "tokens_in", -1)),
    *(("attempts", "cost", 1e300), ("attempts", "reserved", 2**62)),
    *(("attempts", "aside", "a>b>c>d"), ("attempts", "step", -(2**62))),
    ("attempts", "beside", FORGED["attempts", "beside"][4]),
}
"""Values that can be read, however odd they are: there may be nothing to say of them."""


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("forged") / "run"
    assert run(of(STUDY), folder, workers=1).exit_code == 0
    return folder


@pytest.fixture(scope="module")
def fork(folder: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    out = tmp_path_factory.mktemp("forged") / "fork"
    assert run_fork(open_run(folder), Fork("main--r0", 4), out, workers=1).exit_code == 0
    return out


def sealed(db: sqlite3.Connection) -> None:
    """Make all seals anew, as whoever forges can."""
    rows = db.execute(schema.select("decisions", schema.DECISIONS, "1")).fetchall()
    decisions = {tuple(row[:5]): row for row in rows}
    attempts = db.execute(schema.select("attempts", schema.ATTEMPTS, "1")).fetchall()
    keys = " AND ".join(f"{name} IS ?" for name in schema.ATTEMPTS[:6])
    for row in attempts:
        made = attempt_seal(row, decisions.get(replied(row)))
        db.execute(f"UPDATE attempts SET seal = ? WHERE {keys}", (made, *row[:6]))
    for row in db.execute(schema.select("episodes", schema.EPISODES, "1")).fetchall():
        mine = schema.select("seats", schema.SEATS, "episode = ? ORDER BY seat")
        tried = schema.select("attempts", schema.ATTEMPTS, f"episode = ? {schema.ATTEMPT_ORDER}")
        seats, calls = (db.execute(each, (row[0],)).fetchall() for each in (mine, tried))
        seal = episode_seal(row, seats, calls)
        db.execute("UPDATE episodes SET seal = ? WHERE number = ?", (seal, row[0]))
    db.commit()


Command = tuple[str, ...]


def told(folder: Path, episode: str, command: Command) -> Result:
    words = [{"RUN": str(folder), "EPISODE": episode}.get(word, word) for word in command]
    return CliRunner().invoke(app, words)


def faults(folder: Path, episode: str, commands: Sequence[Command] = QUICK) -> list[str]:
    """Commands that end in what nobody foresaw."""
    found = []
    for command in commands:
        error = told(folder, episode, command).exception
        if error is None or isinstance(error, SystemExit | Failed):
            continue
        if not isinstance(error, Exception) or foreseen(error) is None:
            found.append(f"{' '.join(command)}: {type(error).__name__}: {error}")
    return found


def said(folder: Path) -> bool:
    """Whether anybody says that something is wrong."""
    if check(open_run(folder)):
        return True
    sent = told(folder, "main--r0", SENT)
    if sent.exit_code:
        return True
    return not all(call["whole"] for call in json.loads(sent.stdout)["calls"])


def forged(folder: Path, copy: Path, place: tuple[str, str], value: object) -> None:
    """A copy of a run with that value in a column."""
    table, column = place
    shutil.copytree(folder, copy)
    where = LAST if table == "attempts" else "1"
    with closing(sqlite3.connect(copy / "record.db")) as db:
        db.execute(f"UPDATE OR REPLACE {table} SET {column} = ? WHERE {where}", (value,))
        sealed(db)


@pytest.mark.parametrize("place", FORGED)
def test_whatever_stands_in_a_column_of_calls_is_said_and_is_no_fault_of_ours(
    place: tuple[str, str], folder: Path, tmp_path: Path
) -> None:
    unsaid, wrong = [], []
    for number, value in enumerate(FORGED[place]):
        copy = tmp_path / str(number)
        forged(folder, copy, place, value)
        wrong += [f"{value!r:.40}: {fault}" for fault in faults(copy, "main--r0")]
        if (*place, value) not in READABLE and not said(copy):
            unsaid.append(value)
    assert wrong == []
    assert unsaid == []


@pytest.mark.parametrize(
    ("place", "value"),
    [
        (("seats", "asked_with"), '{"skin": ["x"], "memory": 3}'),
        (("attempts", "beside"), '{"reasoning": [1], "served": {}, "logprobs": "x", "finish": 7}'),
        (("attempts", "told"), b"\xff\xff"),
    ],
)
def test_no_command_fails_on_a_forged_column(
    place: tuple[str, str], value: object, folder: Path, tmp_path: Path
) -> None:
    forged(folder, tmp_path / "run", place, value)
    assert faults(tmp_path / "run", "main--r0", EVERY) == []


INDEX = '[[0,0,"",0,"{}"]]'
TOLD: list[tuple[object, list[str]]] = [
    (3, []),
    (["x"], []),
    ("0" * 64, []),
    *((text_hash(text), [text]) for text in ("{", "[]]", "3", '[["x"]]', '[[0,0,"",0,7]]')),
    (text_hash(INDEX.format("0" * 64)), [INDEX.format("0" * 64)]),
    (text_hash('[[[],0,"",0,"x"]]'), ['[[[],0,"",0,"x"]]']),
]


def test_what_a_forged_fork_says_was_told_before_it_is_no_fault_of_ours(
    fork: Path, tmp_path: Path
) -> None:
    for number, (named, texts) in enumerate(TOLD):
        copy = tmp_path / str(number)
        shutil.copytree(fork, copy)
        with closing(sqlite3.connect(copy / "record.db")) as db:
            for text in texts:
                db.execute("INSERT INTO texts VALUES (?, ?)", (text_hash(text), text))
            change = "UPDATE episodes SET origin = json_set(origin, '$.told', json(?))"
            db.execute(change, (json.dumps(named),))
            sealed(db)
        assert faults(copy, "null--r0") == [], named
        found = [finding.what for finding in check(open_run(copy))]
        assert any("before the fork cannot be read" in each for each in found), (named, found)


def test_the_origin_of_a_forged_fork_is_no_fault_of_ours(fork: Path, tmp_path: Path) -> None:
    for number, origin in enumerate(("[]", '{"through": "x", "pair": []}', "{")):
        copy = tmp_path / str(number)
        shutil.copytree(fork, copy)
        with closing(sqlite3.connect(copy / "record.db")) as db:
            db.execute("UPDATE episodes SET origin = ?", (origin,))
            sealed(db)
        assert faults(copy, "null--r0", EVERY) == [], origin
