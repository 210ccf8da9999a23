"""Holders of every kind in one study: all that was sent to anyone is rebuilt from the record."""

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Any

import pytest

from suasion.agents.sent_test import calls
from suasion.runner.check import examine
from suasion.runner.run import run
from suasion.runner.study_file import of
from suasion.store.run import open_run
from suasion.testing import foreign_agent

HYBRID = {"agent": "hybrid/promise_keeper?model=scripted/valid", "memory": "summary", "window": 1}


def study(url: str) -> dict[str, Any]:
    """Every other holder of a seat against itself, and one run of them all against each other."""
    away, drafts = f"agent/http@{url}", "compose/draft-predict-pick?model=scripted/valid&drafts=2"
    return {
        "name": "holders",
        "question": "Does every holder play?",
        "expectation": "It does.",
        "environment": "influence",
        "settings": {"size": 3, "rounds": 2, "slots": 3},
        "asides": ["belief", "realism"],
        "seats": [away, drafts, HYBRID],
        "replicates": 2,
    }


def test_what_every_holder_was_sent_is_rebuilt_byte_for_byte(tmp_path: Path) -> None:
    with foreign_agent.serving() as server:
        out = tmp_path / "run"
        assert run(of(study(server.url)), out, workers=1).exit_code == 0
    assert examine(out) == []
    for made in calls(out).values():
        assert {call.key[1] for call in made} == {0, 1, 2}
        assert [call.key for call in made if not call.whole] == []


def test_a_run_killed_again_and_again_is_the_run_that_was_not(tmp_path: Path) -> None:
    with foreign_agent.serving() as server:
        file = tmp_path / "study.json"
        file.write_text(json.dumps(study(server.url)))
        assert run(of(json.loads(file.read_text())), tmp_path / "whole", workers=1).exit_code == 0
        asked = server.agent.requests
    with foreign_agent.serving(port=server.server_port) as again:
        command = [sys.executable, "-m", "suasion", "run", str(file), "--display", "none"]
        for share in (0.2, 0.6):
            enough = partial(lambda most: again.agent.requests >= most, share * asked)
            killed([*command, "--out", str(tmp_path / "cut")], enough)
            assert open_run(tmp_path / "cut").manifest["status"] != "whole", "it was cut"
        assert run(of(json.loads(file.read_text())), tmp_path / "cut", workers=1).exit_code == 0
        lost = again.agent.requests - asked
    whole, cut = open_run(tmp_path / "whole"), open_run(tmp_path / "cut")
    assert cut.digest() == whole.digest()
    paid = [each for name in cut.ids() for each in cut.attempts(name)]
    assert lost <= sum(each.outcome == "possibly paid" for each in paid)


def killed(command: list[str], enough: Callable[[], bool]) -> None:
    """Run, and end it without a word once there is enough."""
    process = subprocess.Popen(command, start_new_session=True)
    while process.poll() is None and not enough():
        time.sleep(0.002)
    if process.poll() is None:
        os.killpg(process.pid, signal.SIGKILL)
    process.wait()


@pytest.mark.parametrize("agent", ["compose/draft-predict-pick?model=nobody/x", "hybrid/grim"])
def test_a_study_with_a_holder_that_cannot_be_is_refused(agent: str, tmp_path: Path) -> None:
    seats = [agent, "policy/grim", "policy/grim"]
    with pytest.raises(ValueError, match=r"PROVIDER/MODEL|no provider"):
        run(of({**study("http://localhost:1"), "seats": seats}), tmp_path / "run", workers=1)
