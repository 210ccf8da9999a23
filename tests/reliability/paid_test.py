"""R2: a run that is killed and whose calls fail comes to the same record, and pays nothing twice.

The server answers with a function of the request, fails a third of the time with faults that
relent, and counts every request; what it counted must be in the record, attempt by attempt.
"""

from __future__ import annotations

import json
import os
import random
import sqlite3
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Any
from urllib.request import urlopen

import pytest

from suasion.models.faults import OUTCOMES
from suasion.runner.check import examine
from suasion.store.read import Attempt
from suasion.store.run import open_run

KILLS = 5
SEATS = 3
STUDY: dict[str, Any] = {
    "name": "paid",
    "question": "Is anything paid twice?",
    "expectation": "Nothing is.",
    "environment": "influence",
    "settings": {"size": SEATS, "rounds": 1, "slots": 3},
    "asides": ["realism"],
    "replicates": 8,
    "limits": {"concurrency": 6, "deadline_s": 300},
}
RUN = (
    "import sys; from suasion.runner.run import run; from suasion.runner.study_file import load;"
    "from pathlib import Path;"
    "sys.exit(run(load(sys.argv[1]), Path(sys.argv[2]), workers=2).exit_code)"
)


@contextmanager
def server(*options: str) -> Iterator[str]:
    """A faulty server in a process of its own, and where it is."""
    process = subprocess.Popen(
        [
            sys.executable,
            "-m",
            "suasion.testing.faulty",
            "--port",
            "0",
            "--latency",
            "0.02",
            *options,
        ],
        stdout=subprocess.PIPE,
    )
    try:
        assert process.stdout is not None
        yield json.loads(process.stdout.readline())["url"]
    finally:
        process.kill()
        process.wait()
        assert process.stdout is not None
        process.stdout.close()


def counted(url: str) -> dict[str, dict[str, Any]]:
    """What the server was asked, by the hash of the request."""
    with urlopen(f"{url}/count", timeout=10) as answer:
        bodies: dict[str, dict[str, Any]] = json.load(answer)["bodies"]
        return bodies


def written(folder: Path, url: str) -> Path:
    """The study against this server; where it listens is no part of what is played."""
    model = {"model": "vllm/paid", "base_url": f"{url}/v1", "seed": 1, "repair": 1}
    study = {**STUDY, "seats": [model, model, "policy/grim"]}
    path = folder / "study.json"
    path.write_text(json.dumps(study))
    return path


def start(study: Path, out: Path) -> subprocess.Popen[bytes]:
    arguments = [sys.executable, "-c", RUN, str(study), str(out)]
    return subprocess.Popen(arguments, stdout=subprocess.DEVNULL, env={**os.environ})


def attempts(out: Path) -> list[Attempt]:
    """Every attempt on record."""
    run = open_run(out)
    return [each for name in run.ids() for each in run.attempts(name)]


def requests(out: Path) -> dict[str, int]:
    """How often each request left, by its hash; those before the first episode too."""
    with closing(sqlite3.connect(f"file:{out}/record.db?mode=ro", uri=True)) as db:
        rows = db.execute("SELECT request, count(*) FROM attempts GROUP BY 1").fetchall()
    return dict(rows)


def left(out: Path) -> int:
    """Attempts that have left so far."""
    try:
        return sum(requests(out).values())
    except sqlite3.Error:
        return 0


def digests(out: Path) -> list[str | None]:
    """Of every episode."""
    return [row.digest for row in open_run(out).rows()]


@pytest.mark.parametrize(
    ("name", "undisturbed", "faulty"),
    [
        ("faults that relent", (), ("--share", "0.34")),
        (
            "also faults that make a seat forfeit",
            ("--lasting", "0.2"),
            ("--lasting", "0.2", "--share", "0.34"),
        ),
    ],
)
def test_a_run_that_is_killed_five_times_while_its_calls_fail_is_the_undisturbed_run(
    name: str, undisturbed: tuple[str, ...], faulty: tuple[str, ...], tmp_path: Path
) -> None:
    quiet = tmp_path / "quiet"
    with server(*undisturbed) as url:
        assert start(written(tmp_path, url), quiet).wait(120) == 0
        port = url.rsplit(":", 1)[1]
    out, dice, kills = tmp_path / "run", random.Random(name), 0
    with server("--port", port, *faulty) as url:
        study = written(tmp_path, url)
        while True:
            process = start(study, out)
            if kills == KILLS:
                assert process.wait(180) == 0
                break
            goal = left(out) + dice.randint(5, 25)
            while process.poll() is None and left(out) < goal:
                time.sleep(0.01)
            if process.poll() is not None:  # it was too quick: it is whole
                assert process.returncode == 0
                break
            process.kill()
            process.wait()
            kills += 1
        asked = counted(url)
    assert kills >= 2, "the run was over before it could be killed"
    assert digests(out) == digests(quiet)
    assert examine(out) == []
    accounted(out, asked, kills)


def accounted(out: Path, asked: dict[str, dict[str, Any]], kills: int) -> None:
    """Every request that the server saw is on record, and none for what was answered."""
    made = attempts(out)
    names = Counter(each.outcome for each in made)
    assert set(names) <= {"answered", "possibly paid", *OUTCOMES}
    assert "unrecognised" not in names
    on_record = requests(out)
    unaccounted = {body for body, each in asked.items() if each["asked"] > on_record.get(body, 0)}
    assert unaccounted == set()
    by: dict[tuple[str | None, Any], list[Attempt]] = {}
    for each in made:
        by.setdefault((each.request, each.key), []).append(each)
    for tries in by.values():
        replies = [each for each in tries if each.became is not None]
        assert len(replies) <= 1
        assert not replies or tries[-1] is replies[0], "an answered decision was asked again"
    assert names["possibly paid"] <= kills * STUDY["limits"]["concurrency"]
    assert kills == 0 or names["possibly paid"] > 0
