"""R12 and R22: caps hold and memory stays small with many calls in flight.

The servers report twice the tokens they should, or ten times; what a run spends is what they say.
"""

from __future__ import annotations

import json
import os
import sqlite3
import subprocess
import sys
import time
from collections import Counter
from contextlib import closing
from pathlib import Path
from typing import Any, NamedTuple

import psutil
import pytest
from typer.testing import CliRunner

from suasion.cli import app
from suasion.runner.check import examine
from suasion.store.run import open_run
from suasion.store.usage import Usage, usage
from suasion.testing.crowd import Crowd, crowd, until
from suasion.testing.model_server import Ways

RUN = (
    "import sys; from suasion.runner.run import run; from suasion.runner.study_file import load;"
    "from pathlib import Path;"
    "sys.exit(run(load(sys.argv[1]), Path(sys.argv[2]), workers=2).exit_code)"
)
STUDY: dict[str, Any] = {
    "name": "load",
    "question": "Does it hold?",
    "expectation": "It does.",
    "environment": "influence",
}
TWICE = Ways(times=2, characters=1)
"""A token a character, and each counted twice: the most for which caps are meant to hold."""
PRICE = 2.0
"""US dollars for a million tokens."""
MIB = 2**20


def seat(held: Crowd, **settings: Any) -> dict[str, Any]:
    model = {"model": "vllm/load", "base_url": f"{held.url}/v1", "seed": 1, "max_tokens": 64}
    return {**model, **settings}


def small(held: Crowd, replicates: int, models: int = 1, **limits: Any) -> dict[str, Any]:
    """A study of one call a model and episode."""
    return {
        **STUDY,
        "settings": {"size": 2, "rounds": 1, "slots": 1},
        "seats": [seat(held)] * models + ["policy/grim"] * (2 - models),
        "replicates": replicates,
        "limits": {"concurrency": 1000, **limits},
    }


def start(study: dict[str, Any], out: Path, **env: str) -> subprocess.Popen[bytes]:
    file = out.with_suffix(".json")
    file.write_text(json.dumps(study))
    arguments = [sys.executable, "-c", RUN, str(file), str(out)]
    return subprocess.Popen(arguments, stdout=subprocess.DEVNULL, env={**os.environ, **env})


def run(study: dict[str, Any], out: Path, **env: str) -> int:
    return start(study, out, **env).wait(240)


def digests(out: Path) -> list[str | None]:
    return [row.digest for row in open_run(out).rows()]


def states(out: Path) -> Counter[str]:
    return Counter(row.state for row in open_run(out).rows())


def counted(found: Usage) -> int:
    return found.tokens_in + found.tokens_out


# --- caps ---


def test_a_cap_holds_with_a_thousand_calls_in_flight_to_a_server_that_counts_twice(
    tmp_path: Path,
) -> None:
    """The cap admits a thousand at once; all wait; their replies leave room for few more."""
    out, cap, episodes = tmp_path / "run", 3_080_000, 1120
    with crowd(TWICE, gather=1000) as held:
        assert run(small(held, episodes, max_tokens=cap), out) == 4
        assert held.most == 1000
        found = usage(out)
        assert held.tokens == counted(found), "what was in flight is on record"
        assert 0.9 * cap < held.tokens <= cap
        assert found.calls == held.asked == held.answered < episodes
    assert not {"sent", "possibly paid"} & set(found.outcomes)
    assert found.overrun == 0
    assert states(out)["whole"] == held.asked - 1, "the first call was before the first episode"


class Cap(NamedTuple):
    """A cap that a study of 40 episodes reaches about half way."""

    name: str
    amount: float

    def spent(self, found: Usage) -> float:
        return found.cost if self.name == "max_cost" else counted(found)


@pytest.mark.parametrize("cap", [Cap("max_tokens", 130_000), Cap("max_cost", 0.26)])
def test_a_capped_run_goes_on_with_a_higher_cap_and_comes_to_the_same(
    cap: Cap, tmp_path: Path
) -> None:
    config = tmp_path / "config.toml"
    with crowd(TWICE) as held:
        held.release()
        price = f'[prices."vllm/load"]\nread = {PRICE}\nwritten = {PRICE}\nas_of = 2026-01-02\n'
        config.write_text(price)
        env = {"SUASION_CONFIG": str(config)}
        free, out = tmp_path / "free", tmp_path / "run"
        assert run(small(held, 40, 2), free, **env) == 0
        whole, tokens = held.asked, held.tokens
        assert run(small(held, 40, 2, **{cap.name: cap.amount}), out, **env) == 4
        found = usage(out)
        assert counted(found) == held.tokens - tokens
        assert 0.8 * cap.amount < cap.spent(found) <= cap.amount
        assert 0 < states(out)["whole"] < 40
        assert run(small(held, 40, 2, **{cap.name: 9 * cap.amount}), out, **env) == 0
        assert held.asked == 2 * whole, "nothing was asked twice, and nothing left out"
    assert digests(out) == digests(free)
    assert examine(out) == []


def test_a_server_that_counts_ten_times_is_sent_nothing_more_and_the_excess_is_named(
    tmp_path: Path,
) -> None:
    out, cap = tmp_path / "run", 60_000
    with crowd(Ways(times=10, characters=1)) as held:
        process = start(small(held, 60, max_tokens=cap), out)
        until(lambda: held.waiting >= 18, process)
        time.sleep(0.5)
        flight = held.waiting
        held.release()
        assert process.wait(120) == 4
        assert held.asked == flight + 1, "admission stops at the first such reply"
        found = usage(out)
        assert counted(found) == held.tokens > cap
    with closing(sqlite3.connect(out / "record.db")) as db:
        query = "SELECT sum(tokens_in + tokens_out - reserved) FROM attempts WHERE episode > 0"
        [(excess,)] = db.execute(query)
    assert 0 < found.overrun == excess
    assert said("status", out, "--json")["usage"]["overrun"] == found.overrun
    words = CliRunner().invoke(app, ["status", str(out)]).output
    assert f"{found.overrun:,} tokens more than servers should have taken" in words


def said(*words: object) -> dict[str, Any]:
    """What a command says to programs."""
    found: dict[str, Any] = json.loads(CliRunner().invoke(app, [str(w) for w in words]).output)
    return found


def test_a_cap_on_money_is_refused_where_a_price_is_unknown_before_anything_is_sent(
    tmp_path: Path,
) -> None:
    file, out = tmp_path / "study.json", tmp_path / "run"
    config = tmp_path / "config.toml"
    config.touch()
    with crowd() as held:
        study = small(held, 2, max_cost=1.0)
        unknown = {**seat(held), "model": "mine/load"}
        local, strange = (
            {**study, "seats": [seat(held), "policy/grim"]},
            {**study, "seats": [seat(held), unknown]},
        )
        file.write_text(json.dumps(strange))
        words = [sys.executable, "-m", "suasion", "run", str(file), "--out", str(out)]
        refused = subprocess.run(words, capture_output=True, text=True, check=False)
        assert refused.returncode == 1
        assert "max_cost is 1, but the price of mine/load is unknown" in refused.stderr
        assert f"plan {file}" in refused.stderr
        assert held.asked == 0
        assert not out.exists()
        held.release()
        assert run(local, out, SUASION_CONFIG=str(config)) == 0, "what is near is free"


# --- memory, and how far the record is behind ---


class Sample(NamedTuple):
    """What a run held at one moment."""

    at: float
    rss: int
    """Bytes, of the runner and all its workers."""
    files: int
    answered: int
    """Replies that the server had sent."""
    recorded: int
    """Replies that were on disk."""


def sample(process: psutil.Process, held: Crowd, db: sqlite3.Connection) -> Sample:
    answered, at = held.answered, time.monotonic()
    every = [process, *process.children(recursive=True)]
    [(recorded,)] = db.execute("SELECT count(*) FROM attempts WHERE tokens_out IS NOT NULL")
    rss = sum(each.memory_info().rss for each in every)
    return Sample(at, rss, sum(each.num_fds() for each in every), answered, recorded)


EPISODES, SLOTS, LATENCY = 200, 3, 1.0
MOST_MIB = 250
BEHIND = 6.0
"""Seconds that the record may be behind the server, on a machine that is busy with other tests."""


def test_two_hundred_episodes_in_flight_take_little_memory_and_the_record_keeps_up(
    tmp_path: Path,
) -> None:
    out = tmp_path / "run"
    with crowd(Ways(latency=LATENCY), gather=EPISODES) as held:
        study = {
            **STUDY,
            "settings": {"size": 5, "rounds": 2, "slots": SLOTS},
            "seats": [seat(held, max_tokens=400), *["policy/grim"] * 3, seat(held, max_tokens=400)],
            "replicates": EPISODES,
            "limits": {"concurrency": EPISODES},
        }
        process = start(study, out)
        watched = psutil.Process(process.pid)
        until(lambda: held.asked == 1, process)
        samples = list[Sample]()
        with closing(sqlite3.connect(f"file:{out}/record.db?mode=ro", uri=True)) as db:
            while process.poll() is None:
                try:
                    samples.append(sample(watched, held, db))
                except (psutil.Error, sqlite3.Error):
                    continue  # a process or the log of the database is just gone
                time.sleep(0.1)
        assert process.wait() == 0
        assert held.most == EPISODES
        assert counted(usage(out)) == held.tokens
    idle, *rest = samples
    assert max(each.rss for each in rest) - idle.rss <= MOST_MIB * MIB
    flight = [each for each in rest if each.answered > EPISODES]
    half = len(flight) // 2
    assert half > 3, "there was nothing to see"
    assert max(s.files for s in flight[half:]) <= max(s.files for s in flight[:half]) + 10
    for late in rest:
        soon = [each.recorded for each in rest if each.at >= late.at + BEHIND]
        assert not soon or soon[0] >= late.answered, "the record is behind"
