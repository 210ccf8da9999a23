"""What fails holds up only itself: a provider, a worker, a key; and Ctrl-C loses no reply."""

from __future__ import annotations

import json
import signal
import socket
import sqlite3
import subprocess
import sys
from collections import Counter
from contextlib import closing
from hashlib import sha256
from pathlib import Path
from typing import Any

import psutil
import pytest
from typer.testing import CliRunner

from suasion.cli import app
from suasion.runner.check import examine
from suasion.runner.run import run as play
from suasion.runner.study_file import load
from suasion.store.read import EpisodeRow
from suasion.store.run import open_run
from suasion.store.usage import usage
from suasion.testing.crowd import Crowd, crowd, until
from suasion.testing.http1 import in_process

SERVER = "suasion.testing.model_server"
STUDY: dict[str, Any] = {
    "name": "outage",
    "question": "Who is held up?",
    "expectation": "Nobody else.",
    "environment": "influence",
    "settings": {"size": 2, "rounds": 1, "slots": 2},
}


def model(url: str, name: str = "load") -> dict[str, Any]:
    return {"model": f"vllm/{name}", "base_url": f"{url}/v1", "seed": 1, "max_tokens": 400}


def written(out: Path, study: dict[str, Any]) -> Path:
    file = out.with_suffix(".json")
    file.write_text(json.dumps({**STUDY, **study}))
    return file


def command(file: Path, out: Path, *words: str) -> list[str]:
    return [sys.executable, "-m", "suasion", "run", str(file), "--out", str(out), *words]


def start(study: dict[str, Any], out: Path, workers: int = 1) -> subprocess.Popen[bytes]:
    words = command(written(out, study), out, "--display", "none", "--workers", str(workers))
    return subprocess.Popen(words, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)


def run(study: dict[str, Any], out: Path) -> int:
    return start(study, out).wait(240)


def rows(out: Path) -> list[EpisodeRow]:
    return open_run(out).rows()


def digests(out: Path) -> list[str | None]:
    return [row.digest for row in rows(out)]


def states(out: Path, arm: str | None = None) -> Counter[str]:
    try:
        return Counter(row.state for row in rows(out) if arm in (None, row.arm))
    except Exception:  # the run has only begun
        return Counter()


def status(out: Path) -> dict[str, Any]:
    said: dict[str, Any] = json.loads(
        CliRunner().invoke(app, ["status", str(out), "--json"]).output
    )
    return said


def free_port() -> int:
    with closing(socket.socket()) as taken:
        taken.bind(("127.0.0.1", 0))
        port: int = taken.getsockname()[1]
        return port


# --- providers ---

EACH = 6


def of_two(good: str, bad: str, deadline: float = 120) -> dict[str, Any]:
    """Episodes of the bad provider come first, and there is room for fewer than there are."""
    return {
        "conditions": {
            "bad": {"seats": [model(bad, "bad"), "policy/grim"]},
            "good": {"seats": [model(good, "good"), "policy/grim"]},
        },
        "replicates": EACH,
        "limits": {"concurrency": 2, "deadline_s": deadline},
    }


@pytest.fixture(scope="module")
def undisturbed(tmp_path_factory: pytest.TempPathFactory) -> list[str | None]:
    """What comes out of the study of two providers where nothing fails."""
    out = tmp_path_factory.mktemp("undisturbed") / "run"
    with in_process(SERVER) as url:
        assert run(of_two(url, url), out) == 0
    return digests(out)


def test_a_provider_that_is_down_for_a_while_holds_up_only_its_own_episodes(
    undisturbed: list[str | None], tmp_path: Path
) -> None:
    out, port = tmp_path / "run", free_port()
    with in_process(SERVER) as good:
        process = start(of_two(good, f"http://127.0.0.1:{port}"), out, workers=2)
        until(lambda: states(out, "good")["whole"] == EACH, process)
        assert states(out, "bad")["whole"] == 0
        assert process.poll() is None
        with in_process(SERVER, "--port", str(port)):
            assert process.wait(120) == 0
    assert digests(out) == undisturbed
    assert usage(out).outcomes["connection_refused"] > 0


def test_a_provider_that_goes_down_in_the_middle_and_comes_back_costs_nothing_but_time(
    undisturbed: list[str | None], tmp_path: Path
) -> None:
    out, port = tmp_path / "run", free_port()
    with in_process(SERVER) as good:
        with in_process(SERVER, "--port", str(port), "--latency", "0.3"):
            process = start(of_two(good, f"http://127.0.0.1:{port}"), out, workers=2)
            until(lambda: states(out, "bad")["whole"] >= 1, process)
        until(lambda: states(out, "good")["whole"] == EACH, process)
        assert 0 < states(out, "bad")["whole"] < EACH
        with in_process(SERVER, "--port", str(port)):
            assert process.wait(120) == 0
    assert digests(out) == undisturbed
    assert examine(out) == []


def test_a_provider_that_stays_down_is_named_while_it_is_waited_for_and_blocks_its_episodes(
    undisturbed: list[str | None], tmp_path: Path
) -> None:
    out, port = tmp_path / "run", free_port()
    with in_process(SERVER) as good:
        study = of_two(good, f"http://127.0.0.1:{port}", deadline=8)
        words = command(written(out, study), out, "--display", "json")
        ended = subprocess.run(words, capture_output=True, text=True, check=False, timeout=240)
        assert ended.returncode == 3
        events = [json.loads(line) for line in ended.stdout.splitlines()]
        troubles = [t for each in events if "calls" in each for t in each["calls"]["troubles"]]
        assert {each["where"] for each in troubles} == {f"vllm at 127.0.0.1:{port}"}
        assert all("connection_refused" in each["why"] for each in troubles)
        assert states(out, "good") == {"whole": EACH}
        found = status(out)
        assert found["blocked"] == {"connection_refused": EACH}
        assert all(row.error and "connection_refused: " in row.error for row in rows(out)[::2])
        with in_process(SERVER, "--port", str(port)):
            assert run(study, out) == 0
    assert digests(out) == undisturbed


# --- workers ---

MANY = 12
Quiet = tuple[list[str | None], int]


def alone(held: Crowd, **limits: Any) -> dict[str, Any]:
    seats = [model(held.url), "policy/grim"]
    return {"seats": seats, "replicates": MANY, "limits": {"concurrency": MANY, **limits}}


def workers_of(process: subprocess.Popen[bytes]) -> list[psutil.Process]:
    return psutil.Process(process.pid).children()


@pytest.fixture(scope="module")
def quiet(tmp_path_factory: pytest.TempPathFactory) -> Quiet:
    """What comes out where nothing happens, and how many calls that takes."""
    out = tmp_path_factory.mktemp("quiet") / "run"
    with crowd() as held:
        held.release()
        assert run(alone(held), out) == 0
        return digests(out), held.asked


def test_a_worker_that_is_killed_with_many_calls_in_flight_costs_those_calls_and_nothing_else(
    quiet: Quiet, tmp_path: Path
) -> None:
    expected, calls = quiet
    out = tmp_path / "run"
    with crowd() as held:
        process = start(alone(held), out)
        until(lambda: held.waiting == MANY, process)
        for worker in workers_of(process):
            worker.kill()
        until(lambda: held.waiting == MANY // 2, process)
        held.release()
        assert process.wait(120) == 0
        assert held.asked == calls + MANY
    assert digests(out) == expected
    assert usage(out).outcomes["possibly paid"] == MANY
    assert all(row.deaths == 0 for row in rows(out)), "nobody knows whose fault it was"


def test_an_episode_that_kills_its_worker_is_found_and_all_others_are_played(
    quiet: Quiet, tmp_path: Path
) -> None:
    """The worker dies whenever one certain request has come in."""
    expected, _ = quiet
    out, deaths, first = tmp_path / "run", list[int](), list[str]()
    with crowd() as held:
        process = start(alone(held), out)
        until(lambda: held.waiting == MANY, process)

        def kills(body: bytes) -> None:
            if sha256(body).hexdigest() == first[0]:
                deaths.extend(worker.pid for worker in workers_of(process))
                for worker in workers_of(process):
                    worker.kill()

        first.append(list(held.bodies)[1 + MANY // 2])
        held.met = kills
        for worker in workers_of(process):
            worker.kill()
        held.release()
        assert process.wait(240) == 3
    [lost] = [row for row in rows(out) if row.state != "whole"]
    assert (lost.state, lost.deaths) == ("failed", 3)
    assert lost.error is not None
    assert lost.error.startswith("worker died 3 times")
    assert len(deaths) >= 3
    assert [d for d, e in zip(digests(out), expected, strict=True) if d != e] == [None]
    assert {row.deaths for row in rows(out) if row is not lost} - {3} <= {0, 1, 2}
    assert usage(out).outcomes["possibly paid"] >= MANY + 3


# --- Ctrl-C ---


def test_ctrl_c_once_keeps_what_is_in_flight_and_lets_nothing_more_leave(
    quiet: Quiet, tmp_path: Path
) -> None:
    expected, calls = quiet
    out = tmp_path / "run"
    with crowd() as held:
        study = alone(held, concurrency=MANY // 2)
        process = start(study, out)
        until(lambda: held.waiting == MANY // 2, process)
        asked = held.asked
        process.send_signal(signal.SIGINT)
        with pytest.raises(subprocess.TimeoutExpired):
            process.wait(1)
        held.release()
        assert process.wait(60) == 130
        assert held.asked == asked
        found = usage(out)
        assert set(found.outcomes) <= {"answered", "truncated", "malformed", "wrong_schema"}
        assert found.outcomes.total() == asked
        assert run(study, out) == 0
        assert held.asked == calls, "nothing is asked again"
    assert digests(out) == expected
    assert examine(out) == []


def test_ctrl_c_twice_stops_now_and_says_what_may_be_paid(quiet: Quiet, tmp_path: Path) -> None:
    expected, calls = quiet
    out = tmp_path / "run"
    with crowd() as held:
        process = start(alone(held), out)
        until(lambda: held.waiting == MANY, process)
        process.send_signal(signal.SIGINT)
        with pytest.raises(subprocess.TimeoutExpired):
            process.wait(0.5)
        process.send_signal(signal.SIGINT)
        assert process.wait(30) == 130
        assert held.answered == 1, "it waits for no reply"
        assert usage(out).outcomes["possibly paid"] == MANY
        held.release()
        assert run(alone(held), out) == 0
        assert held.asked == calls + MANY
    assert digests(out) == expected


# --- before the first episode ---


@pytest.mark.parametrize("name", ["bad_key", "unknown_model"])
def test_a_model_that_cannot_be_asked_stops_the_study_before_its_first_episode(
    name: str, tmp_path: Path
) -> None:
    out = tmp_path / "run"
    with in_process("suasion.testing.faulty", "--plan", name) as url:
        study = {"seats": [model(url), "policy/grim"], "replicates": 3}
        words = command(written(out, study), out, "--workers", "1")
        ended = subprocess.run(words, capture_output=True, text=True, check=False, timeout=120)
        assert ended.returncode == 1
        assert name in ended.stderr
        assert "vllm/load" in ended.stderr
        assert states(out) == {"planned": 3}
        assert usage(out).outcomes == {name: 1}, "nothing else was sent"
        assert run(study, out) == 0
    assert states(out) == {"whole": 3}


@pytest.mark.parametrize(
    ("what", "statement", "said"),
    [
        (
            "a reply before the first episode",
            "UPDATE attempts SET tokens_in = tokens_in + 1 WHERE episode = 0",
            "the call before the first episode at (0, 0, 'preflight', 0, 1) does not match",
        ),
        (
            "a frame",
            "UPDATE texts SET text = replace(text, 'vllm', 'vlln') WHERE text LIKE '%vllm%'",
            "is not what was written",
        ),
        (
            "a frame that is gone",
            "DELETE FROM texts WHERE hash IN (SELECT frame FROM attempts)",
            "is not on record, and calls were made with it",
        ),
    ],
    ids=["call", "frame", "frame gone"],
)
def test_a_check_sees_what_belongs_to_no_episode(
    what: str, statement: str, said: str, tmp_path: Path
) -> None:
    out = tmp_path / "run"
    with crowd() as held:
        held.release()
        file = written(out, {"seats": [model(held.url, "vllm"), "policy/grim"], "replicates": 1})
        assert play(load(file), out, workers=1).exit_code == 0
    assert examine(out) == []
    with closing(sqlite3.connect(out / "record.db")) as db:
        changed = db.execute(statement)
        assert changed.rowcount > 0, what
        db.commit()
    assert any(said in found.what for found in examine(out))
