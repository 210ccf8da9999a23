"""A fork of an episode that models of a server played: what stands is never asked again, not even
by a fork that is killed; with nothing changed it comes to the digest of the original.

What was asked is what the server counted, which knows nothing of a record.
"""

from __future__ import annotations

import json
import os
import signal
import sqlite3
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import closing, contextmanager
from hashlib import sha256
from pathlib import Path
from typing import Any
from urllib.request import urlopen

from suasion.agents.sent import Sent, record_of, sent
from suasion.measures.forked import EDITED, NULL
from suasion.runner.check import check
from suasion.runner.fork import Fork, run_fork
from suasion.runner.fork_edit import Delivered
from suasion.runner.run import run
from suasion.runner.study_file import of
from suasion.store.run import Run, open_run

FIRST = "main--r0"
STUDY: dict[str, Any] = {
    "name": "forked",
    "question": "Is anything asked twice?",
    "expectation": "Nothing is.",
    "environment": "influence",
    "settings": {"size": 3, "rounds": 3, "slots": 2},
    "asides": ["realism"],
    "replicates": 1,
    "limits": {"concurrency": 4, "deadline_s": 60},
}
PROGRAM = """
import sys
from pathlib import Path
from suasion.runner.fork import Fork, run_fork
from suasion.runner.fork_edit import Delivered
from suasion.store.run import open_run
fork = Fork("main--r0", int(sys.argv[3]), Delivered("rewrite", "Trust nobody."))
sys.exit(run_fork(open_run(Path(sys.argv[1])), fork, Path(sys.argv[2]), workers=1).exit_code)
"""


@contextmanager
def server() -> Iterator[str]:
    """A model in another process, whose reply is a function of the request, and where it is."""
    command = [sys.executable, "-m", "suasion.testing.model_server", "--port", "0"]
    with subprocess.Popen([*command, "--latency", "0.03"], stdout=subprocess.PIPE) as process:
        assert process.stdout is not None
        try:
            yield json.loads(process.stdout.readline())["url"]
        finally:
            process.kill()


def counted(url: str) -> dict[str, int]:
    """How often the server was asked each thing, by the hash of the request."""
    with urlopen(f"{url}/count", timeout=10) as answer:
        bodies: dict[str, int] = json.load(answer)["bodies"]
        return bodies


def calls(found: Run, name: str) -> list[Sent]:
    made = list(sent(record_of(found, found.filed(name), found.attempts(name))))
    assert made
    assert all(call.whole for call in made)
    return made


def answered(folder: Path) -> int:
    """Replies that are on disk."""
    try:
        with closing(sqlite3.connect(f"file:{folder}/record.db?mode=ro", uri=True)) as db:
            [(count,)] = db.execute(
                "SELECT count(*) FROM attempts WHERE outcome = 'answered' AND episode > 0"
            )
            return int(count)
    except sqlite3.Error:
        return 0


def test_a_fork_against_a_server_asks_for_nothing_that_stands_and_goes_on_when_killed(
    tmp_path: Path,
) -> None:
    with server() as url:
        model = {"model": "vllm/any", "base_url": f"{url}/v1", "memory": "summary", "window": 2}
        full = {"model": "vllm/any", "base_url": f"{url}/v1", "repair": 1}
        study = {**STUDY, "seats": [full, model, "policy/talking_random"]}
        assert run(of(study), tmp_path / "run", workers=1).exit_code == 0
        source = open_run(tmp_path / "run")
        episode = source.filed(FIRST).episode
        at = next(at for at, each in episode.of("message") if at > 4 and each.by == 2)
        before = counted(url)
        fork = Fork(FIRST, at, Delivered("rewrite", "Trust nobody."))
        assert run_fork(source, fork, tmp_path / "whole", workers=1).exit_code == 0
        after = counted(url)
        killed(source, tmp_path / "cut", at)
        assert run_fork(source, fork, tmp_path / "cut", workers=1).exit_code == 0
        last = counted(url)
    whole, cut = open_run(tmp_path / "whole"), open_run(tmp_path / "cut")
    assert check(whole) == check(cut) == []
    assert cut.digest() == whole.digest()
    assert whole.row(f"{NULL}--r0").digest == source.row(FIRST).digest
    assert whole.row(f"{EDITED}--r0").digest != source.row(FIRST).digest
    through = (whole.row(f"{NULL}--r0").origin or {})["through"]
    stands = [hashed(call) for call in calls(source, FIRST) if call.key[0] < through]
    assert len(stands) > 4
    assert {last[body] - before[body] for body in stands} == {0}
    anew = [hashed(call) for arm in (EDITED, NULL) for call in calls(whole, f"{arm}--r0")]
    assert sum(after[body] - before.get(body, 0) for body in set(anew)) == len(anew)
    assert not [row for row in cut.attempts(f"{NULL}--r0") if row.key[0] < through]
    assert sum(last[body] - after[body] for body in set(anew)) == len(attempted(cut))
    assert len(attempted(cut)) <= len(anew) + 4, "what was in flight when it was killed"


def killed(source: Run, out: Path, at: int) -> None:
    """A fork that is killed in the middle."""
    process = subprocess.Popen(
        [sys.executable, "-c", PROGRAM, str(source.path), str(out), str(at)],
        start_new_session=True,
    )
    while answered(out) < 9:
        time.sleep(0.005)
        assert process.poll() is None
    os.killpg(process.pid, signal.SIGKILL)
    process.wait()
    assert open_run(out).manifest["status"] != "whole"


def attempted(found: Run) -> list[str | None]:
    """The hashes of all calls that left."""
    return [each.request for name in found.ids() for each in found.attempts(name)]


def hashed(call: Sent) -> str:
    return sha256(call.body).hexdigest()
