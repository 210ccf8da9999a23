"""A run plays every episode once, whoever dies, and says how it ended."""

import json
import os
import signal
import sqlite3
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest

from suasion.runner.check import check
from suasion.runner.plan import Changed
from suasion.runner.progress import Quiet
from suasion.runner.run import RunResult, run
from suasion.runner.study import Study
from suasion.runner.study_file import of
from suasion.store.folder import Busy, NotARun, held
from suasion.store.run import open_run
from suasion.store.writer import Writer

AGENTS = """
import os
from pathlib import Path
from suasion.agents import policy
from suasion.core.environment import Blocked, Live, Reply


def hold(name, kit):
    what, _, where = name.partition("/")
    return globals()[what](kit, Path("/" + where))


def marks(where):
    where.mkdir(exist_ok=True)
    (where / str(len(list(where.iterdir())))).touch()
    return len(list(where.iterdir()))


def dies_once(kit, where):
    script = policy("talking_random", kit)

    def ask(asked):
        if marks(where) == 2:
            os._exit(9)
        return script(asked)
    return ask


def dies(kit, where):
    def ask(asked):
        marks(where)
        os._exit(9)
    return ask


def raises(kit, where):
    def ask(asked):
        raise LookupError("a bug in a policy \\ud800")
    return ask


def illegal(kit, where):
    return lambda asked: {"action": "fly"}


def blocked_once(kit, where):
    script = policy("talking_random", kit)

    async def ask(asked, line):
        draft = await line.recall("draft", lambda: drafted(asked))
        if marks(where) == 2:
            raise Blocked("quota is used up")
        return Reply(draft)

    async def drafted(asked):
        import json
        return json.dumps(script(asked))

    return Live(ask, lambda asked, decided: script(asked))
"""


@pytest.fixture
def agents(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """A package on the path that brings agents `odd/WHAT/FOLDER`."""
    folder = tmp_path / "package"
    folder.mkdir()
    (folder / "odd_agents.py").write_text(AGENTS)
    metadata = folder / "odd-1.dist-info"
    metadata.mkdir()
    (metadata / "METADATA").write_text("Metadata-Version: 2.1\nName: odd\nVersion: 1\n")
    (metadata / "entry_points.txt").write_text("[suasion.agents]\nodd = odd_agents:hold\n")
    monkeypatch.syspath_prepend(folder)
    from suasion import agents

    agents._brought.cache_clear()
    yield folder
    agents._brought.cache_clear()


def study(agent: str = "policy/talking_random", **changed: Any) -> Study:
    """Two conditions of two short episodes."""
    given: dict[str, Any] = {
        "name": "small",
        "status": "smoke",
        "question": "Does it run?",
        "expectation": "It does.",
        "environment": "influence",
        "settings": {"size": 2, "rounds": 1, "slots": 2},
        "conditions": {"talking": {}, "silent": {"settings": {"messages": False}}},
        "seats": [agent, "policy/grim"],
        "replicates": 2,
        "seed": 5,
    }
    return of({**given, **changed})


class Told(Quiet):
    """Keeps what it is told."""

    def __init__(self) -> None:
        self.said: list[tuple[str, ...]] = []

    def ended(self, episode: str, arm: str, state: str, error: str | None) -> None:
        self.said.append((episode, arm, state))


def states(result: RunResult) -> dict[str, tuple[str, str]]:
    return {episode: (state, error) for episode, state, error in result.errors}


def test_a_run_is_one_plain_file_that_anyone_can_read(tmp_path: Path) -> None:
    told = Told()
    result = run(study(), tmp_path / "run", workers=2, progress=told)
    assert (result.exit_code, result.tally.whole, result.errors) == (0, 4, ())
    assert sorted(told.said) == [
        *[("silent--r0", "silent", "whole"), ("silent--r1", "silent", "whole")],
        *[("talking--r0", "talking", "whole"), ("talking--r1", "talking", "whole")],
    ]
    found = open_run(tmp_path / "run")
    assert found.manifest["status"] == "whole"
    assert found.ids() == ["talking--r0", "silent--r0", "talking--r1", "silent--r1"]
    assert check(found) == []
    with closing(sqlite3.connect(f"file:{tmp_path}/run/record.db?mode=ro", uri=True)) as db:
        assert db.execute("SELECT count(*) FROM decisions").fetchall() == [(16,)]


def test_blocks_and_channels_are_on_record_and_play_again(tmp_path: Path) -> None:
    pair = {"talking": {}, "silent": {"settings": {"messages": False}}}
    lossy = [{"name": "loss", "rate": 0.5, "kinds": ["message"]}]
    arms = {"clear": {}, "lossy": {"channels": lossy}}
    blocks = study(conditions=arms, block=pair, replicates=1)
    assert run(blocks, tmp_path / "run").exit_code == 0
    found = open_run(tmp_path / "run")
    assert [(filed.id, filed.block) for filed in found.all()] == [
        *[("clear--r0--talking", "clear--r0"), ("clear--r0--silent", "clear--r0")],
        *[("lossy--r0--talking", "lossy--r0"), ("lossy--r0--silent", "lossy--r0")],
    ]
    through = [list(filed.episode.header.channels) for filed in found.all()]
    assert through == [[], [], lossy, lossy]
    assert check(found) == []


def test_scripted_and_awaited_seats_one_worker_and_two_make_the_same_record(
    tmp_path: Path,
) -> None:
    digests = set()
    for agent in ("policy/talking_random", "awaited/talking_random"):
        for workers in (1, 2):
            folder = tmp_path / f"{agent.split('/')[0]}{workers}"
            assert run(study(agent), folder, workers=workers).exit_code == 0
            digests.add(open_run(folder).digest())
    assert len(digests) == 1


def test_a_finished_run_opens_in_a_folder_nobody_may_write(tmp_path: Path) -> None:
    run(study(), tmp_path / "run")
    assert not list((tmp_path / "run").glob("*-wal"))
    (tmp_path / "run").chmod(0o500)
    try:
        assert len(list(open_run(tmp_path / "run").all())) == 4
    finally:
        (tmp_path / "run").chmod(0o700)


def test_words_told_to_awaited_seats_are_on_record(tmp_path: Path) -> None:
    run(study("awaited/talking_random"), tmp_path / "run")
    found = open_run(tmp_path / "run")
    told = found.told("talking--r0")
    decisions = found.filed("talking--r0").episode.decisions
    assert list(told) == [decision.key for decision in decisions if decision.seat == 0]
    assert all("Round 1 of 1" in words for words in told.values())
    assert "P1" in found.filed("talking--r0").seats[0].brief


def test_a_complete_run_is_left_as_it_is(tmp_path: Path) -> None:
    run(study(), tmp_path / "run")
    digest = open_run(tmp_path / "run").digest()
    told = Told()
    assert run(study(), tmp_path / "run", progress=told).exit_code == 0
    assert told.said == []
    assert open_run(tmp_path / "run").digest() == digest


@pytest.mark.parametrize(
    ("changed", "said"),
    [
        ({"replicates": 3}, "study.replicates was 2, now 3"),
        ({"settings": {"size": 2, "rounds": 1, "slots": 3}}, "study.settings.slots was 2, now 3"),
        ({"seats": ["policy/grim", "policy/grim"]}, "study.seats"),
        ({"seed": 6}, "study.seed was 5, now 6"),
    ],
)
def test_a_run_of_something_else_is_refused_with_what_changed(
    changed: dict[str, Any], said: str, tmp_path: Path
) -> None:
    run(study(), tmp_path / "run")
    with pytest.raises(Changed, match=said) as refusal:
        run(study(**changed), tmp_path / "run")
    assert refusal.value.free == tmp_path / "run-2"
    assert open_run(tmp_path / "run").manifest["status"] == "whole"


def test_a_run_under_other_rules_is_refused_and_stays_readable(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from suasion.environments.influence.rules import Influence

    run(study(), tmp_path / "run")
    monkeypatch.setattr(Influence, "version", "2")
    with pytest.raises(Changed, match="environment version was '1', now '2'"):
        run(study(), tmp_path / "run")
    assert len(list(open_run(tmp_path / "run").all())) == 4
    assert {finding.damage for finding in check(open_run(tmp_path / "run"))} == {False}


def test_a_run_whose_seats_would_be_told_other_words_is_refused(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from suasion.environments.influence.rules import Influence

    run(study(), tmp_path / "run")
    monkeypatch.setattr(Influence, "brief", lambda self, seat: "Other words.")
    with pytest.raises(Changed, match="told otherwise"):
        run(study(), tmp_path / "run")


def test_a_folder_with_other_things_in_it_is_refused(tmp_path: Path) -> None:
    (tmp_path / "thesis.tex").touch()
    with pytest.raises(NotARun, match=r"thesis\.tex"):
        run(study(), tmp_path)
    assert [path.name for path in tmp_path.iterdir() if path.name != "lock"] == ["thesis.tex"]


def test_a_second_writer_is_told_who_holds_the_run(tmp_path: Path) -> None:
    (tmp_path / "run").mkdir()
    with held(tmp_path / "run"), pytest.raises(Busy, match=f"process {os.getpid()} on "):
        run(study(), tmp_path / "run")


def test_an_episode_whose_worker_died_is_played_again(agents: Path, tmp_path: Path) -> None:
    alone = run(study(), tmp_path / "alone", workers=1)
    result = run(study(f"odd/dies_once{tmp_path}/marks"), tmp_path / "run", workers=1)
    assert (alone.exit_code, result.exit_code) == (0, 0)
    assert open_run(tmp_path / "run").digest() == open_run(tmp_path / "alone").digest()


def test_an_episode_that_kills_three_workers_is_failed_and_the_others_go_on(
    agents: Path, tmp_path: Path
) -> None:
    sound = {"seats": ["policy/grim", "policy/grim"]}
    arms = {"fatal": {}, "sound": sound}
    told = study(f"odd/dies{tmp_path}/marks", replicates=1, conditions=arms)
    result = run(told, tmp_path / "run", workers=1)
    assert result.exit_code == 3
    assert states(result) == {"fatal--r0": ("failed", "worker died 3 times (exit code 9)")}
    assert len(list((tmp_path / "marks").iterdir())) == 3
    assert open_run(tmp_path / "run").row("sound--r0").state == "whole"


@pytest.mark.parametrize(
    ("agent", "said"),
    [("raises", "LookupError: a bug in a policy"), ("illegal", "answered {'action': 'fly'}")],
)
def test_an_episode_with_a_bug_is_failed_by_name(
    agent: str, said: str, agents: Path, tmp_path: Path
) -> None:
    result = run(study(f"odd/{agent}/x", replicates=1), tmp_path / "run", workers=1)
    assert result.exit_code == 3
    assert {state for state, _ in states(result).values()} == {"failed"}
    assert all(said in error for _, error in states(result).values())
    assert open_run(tmp_path / "run").manifest["status"] == "partial"
    assert check(open_run(tmp_path / "run")) == []


def test_a_blocked_episode_waits_and_goes_on_where_it_was(agents: Path, tmp_path: Path) -> None:
    small = study(f"odd/blocked_once{tmp_path}/marks", replicates=1, conditions={"one": {}})
    result = run(small, tmp_path / "run", workers=1)
    assert result.exit_code == 3
    assert states(result) == {"one--r0": ("blocked", "quota is used up")}
    assert run(small, tmp_path / "run", workers=1).exit_code == 0
    outcomes = [a.outcome for a in open_run(tmp_path / "run").attempts("one--r0")]
    assert sorted(outcomes) == ["answered"] * 4 + ["blocked: quota is used up"]
    assert check(open_run(tmp_path / "run")) == []


def started(tmp_path: Path, agent: str, delay: str) -> "subprocess.Popen[bytes]":
    """A run in a process of its own."""
    file = tmp_path / "study.json"
    file.write_text(json.dumps(study(agent, replicates=20).to_json()))
    program = (
        "import sys; from pathlib import Path;"
        "from suasion.runner.study_file import load; from suasion.runner.run import run;"
        "sys.exit(run(load(sys.argv[1]), Path(sys.argv[2]), workers=1).exit_code)"
    )
    process = subprocess.Popen(
        [sys.executable, "-c", program, str(file), str(tmp_path / "run")],
        env={**os.environ, "SUASION_AWAITED_DELAY": delay},
    )
    while whole(tmp_path / "run") < 1:
        time.sleep(0.02)
        assert process.poll() is None
    return process


def whole(folder: Path) -> int:
    """Episodes that are on disk."""
    try:
        with closing(sqlite3.connect(f"file:{folder}/record.db?mode=ro", uri=True)) as db:
            [(number,)] = db.execute("SELECT count(*) FROM episodes WHERE state = 'whole'")
            return int(number)
    except sqlite3.Error:
        return 0


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_one_interrupt_finishes_what_is_under_way(number: signal.Signals, tmp_path: Path) -> None:
    process = started(tmp_path, "awaited/talking_random", "0.05")
    process.send_signal(number)
    assert process.wait(30) == 130
    rows = open_run(tmp_path / "run").rows()
    assert {row.state for row in rows} == {"planned", "whole"}
    assert not list((tmp_path / "run").glob("*-wal"))


def test_two_interrupts_stop_now_and_leave_what_was_in_flight_on_record(tmp_path: Path) -> None:
    process = started(tmp_path, "awaited/talking_random", "0.3")
    process.send_signal(signal.SIGINT)
    time.sleep(0.3)
    process.send_signal(signal.SIGINT)
    assert process.wait(10) == 130
    found = open_run(tmp_path / "run")
    running = [row.id for row in found.rows() if row.state == "running"]
    outcomes = [attempt.outcome for name in running for attempt in found.attempts(name)]
    assert outcomes.count("possibly paid") == 1
    assert "sent" not in outcomes
    assert check(found) == []


def test_a_full_disk_stops_the_run_by_name_and_it_goes_on_when_there_is_space(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    class Cramped(Writer):
        def start(self) -> None:
            super().start()
            self._db.execute("PRAGMA max_page_count=12").fetchall()

    whole = study(replicates=40)
    with monkeypatch.context() as small:
        small.setattr("suasion.runner.run.Writer", Cramped)
        result = run(whole, tmp_path / "run", workers=1)
    assert result.exit_code == 1
    assert result.stopped is not None
    assert "record.db" in result.stopped
    assert "bytes free" in result.stopped
    assert run(whole, tmp_path / "run", workers=1).exit_code == 0
    assert check(open_run(tmp_path / "run")) == []


def test_a_run_needs_no_main_thread(tmp_path: Path) -> None:
    results: list[RunResult] = []
    thread = threading.Thread(target=lambda: results.append(run(study(), tmp_path / "run")))
    thread.start()
    thread.join()
    assert results[0].exit_code == 0
