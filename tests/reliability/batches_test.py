"""R2 by batch: a run that is killed or stopped while its batches are worked on pays for them once.

The server answers with a function of the request, takes a while for each batch, lets the first
expire half done, and counts every request that it answered.
"""

from __future__ import annotations

import json
import signal
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Any
from urllib.request import urlopen

from suasion.runner.check import examine
from suasion.runner.run import run
from suasion.runner.study_file import of
from suasion.store.read import Attempt
from suasion.store.run import open_run
from suasion.testing.http1 import in_process

SERVER = "suasion.testing.model_server"
RUN = (
    "import sys; from suasion.runner.run import run; from suasion.runner.study_file import load;"
    "from pathlib import Path;"
    "sys.exit(run(load(sys.argv[1]), Path(sys.argv[2]), workers=2).exit_code)"
)


def study(url: str, *, batch: bool = True, replicates: int = 6) -> dict[str, Any]:
    """Two models that are asked for realism before their first act and at the end."""
    model = {"model": "openai/any", "base_url": f"{url}/v1", "seed": 1}
    return {
        "name": "batches",
        "question": "Is a batch paid twice?",
        "expectation": "It is not.",
        "environment": "influence",
        "settings": {"size": 3, "rounds": 1, "slots": 2},
        "asides": ["realism"],
        "seats": [model, model, "policy/grim"],
        "replicates": replicates,
        "limits": {"batch": batch},
    }


def counted(url: str) -> dict[str, Any]:
    """What the server was asked."""
    with urlopen(f"{url}/count", timeout=10) as answer:
        count: dict[str, Any] = json.load(answer)
        return count


def attempts(out: Path) -> list[Attempt]:
    """Every attempt on record."""
    played = open_run(out)
    return [each for name in played.ids() for each in played.attempts(name)]


def started(file: Path, out: Path) -> subprocess.Popen[bytes]:
    return subprocess.Popen([sys.executable, "-c", RUN, str(file), str(out)])


def until(process: subprocess.Popen[bytes], enough: Callable[[], bool]) -> None:
    """Wait for something to happen before the run is over."""
    give_up = time.monotonic() + 60
    while not enough():
        assert process.poll() is None, "the run was over before that"
        assert time.monotonic() < give_up
        time.sleep(0.05)


def test_a_run_killed_among_its_batches_is_the_undisturbed_run_without_batches(
    tmp_path: Path,
) -> None:
    quiet, out, file = tmp_path / "quiet", tmp_path / "run", tmp_path / "study.json"
    with in_process(SERVER) as url:
        assert run(of(study(url, batch=False)), quiet, workers=2).exit_code == 0
        port = url.rsplit(":", 1)[1]
    ways = ("--batch_seconds", "0.4", "--batches_expire", "1")
    with in_process(SERVER, "--port", port, *ways) as url:
        file.write_text(json.dumps(study(url)))
        for batches, pause in ((1, 0.0), (2, 0.5), (3, 0.1)):
            process = started(file, out)
            until(process, partial(lambda many: len(counted(url)["batches"]) >= many, batches))
            time.sleep(pause)
            process.kill()
            process.wait()
        assert started(file, out).wait(60) == 0
        asked = counted(url)
    assert open_run(out).digest() == open_run(quiet).digest()
    assert examine(out) == []
    made = attempts(out)
    aside = {each.request for each in made if each.key[2]}
    assert {asked["bodies"][request] for request in aside} == {1}, "an aside was paid twice"
    names = Counter(each.outcome for each in made)
    assert set(names) <= {"answered", "possibly paid", "request_timeout"}
    assert names["request_timeout"] >= 1, "what expired was asked again, and that is on record"
    again = sum(many - 1 for many in asked["bodies"].values())
    assert again <= sum(each.outcome == "possibly paid" for each in made if not each.key[2])


def test_a_run_that_is_interrupted_waits_for_no_batch_and_takes_it_up_again(tmp_path: Path) -> None:
    out, file = tmp_path / "run", tmp_path / "study.json"
    with in_process(SERVER, "--batch_seconds", "5") as url:
        file.write_text(json.dumps(study(url, replicates=1)))
        process = started(file, out)
        until(process, lambda: len(counted(url)["batches"]) == 1)
        process.send_signal(signal.SIGINT)
        assert process.wait(30) == 130
        outcomes = Counter(each.outcome for each in attempts(out))
        assert outcomes == {"withdrawn": 1}, "it did not wait for the batch"
        process = started(file, out)
        until(process, lambda: any(each.became for each in attempts(out) if each.key[2]))
        assert counted(url)["batches"] == [1], "the batch was found again"
        process.kill()
        process.wait()
