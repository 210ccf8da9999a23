"""R1: a run that is killed, anywhere and again and again, comes to the same record by itself.

Kills are of the process that writes: at the n-th system call of each kind that changes a file or
talks to a worker, and at random moments; in chains of five, so that most of them hit a resume.
"""

import os
import random
import sqlite3
import subprocess
import sys
import time
from collections import Counter
from pathlib import Path
from typing import NamedTuple

import pytest

from suasion.runner.check import examine
from suasion.store.run import open_run

DRIVER = Path(__file__).with_name("driver.py")
CALLS = ("pwrite64", "fdatasync", "ftruncate", "rename", "fsync", "unlink", "sendto", "flock")
CHAIN = 5
COUNTED = """
import os
from suasion.core.environment import Live
from suasion.testing import awaited


def hold(name, kit):
    live = awaited.hold(name, kit)
    log = os.open(os.environ["ASKED"], os.O_WRONLY | os.O_APPEND | os.O_CREAT, 0o600)

    async def ask(asked, line):
        os.write(log, b"asked\\n")
        return await live.ask(asked, line)

    return Live(ask, live.resume)
"""


@pytest.fixture(scope="module")
def counted(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder on the path that brings `counted/POLICY`: awaited, and every ask is logged."""
    folder = tmp_path_factory.mktemp("counted")
    (folder / "counting.py").write_text(COUNTED)
    metadata = folder / "counting-1.dist-info"
    metadata.mkdir()
    (metadata / "METADATA").write_text("Metadata-Version: 2.1\nName: counting\nVersion: 1\n")
    (metadata / "entry_points.txt").write_text("[suasion.agents]\ncounted = counting:hold\n")
    return folder


class Bench(NamedTuple):
    """One run folder, and how to start its program."""

    out: Path
    agent: str
    workers: int
    plugins: Path
    sabotage: str = "none"

    @property
    def asked(self) -> Path:
        return self.out.with_name(f"{self.out.name}-asked")

    def start(self, *before: str) -> subprocess.Popen[bytes]:
        arguments = [str(self.out), self.agent, str(self.workers), self.sabotage]
        path = os.pathsep.join([str(self.plugins), *sys.path])
        return subprocess.Popen(
            [*before, sys.executable, str(DRIVER), *arguments],
            env={**os.environ, "PYTHONPATH": path, "ASKED": str(self.asked)},
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
        )

    def finish(self) -> None:
        """Run it to its end, unharmed."""
        process = self.start()
        said = process.communicate(timeout=60)[0].decode()
        assert process.returncode == 0, said

    def killed_at(self, strace: str, call: str, nth: int) -> bool:
        """Run it until its n-th such system call; whether it came to that."""
        at = f"inject={call}:signal=SIGKILL:when={nth}"
        process = self.start(strace, "-qq", "-o", "/dev/null", "-e", f"trace={call}", "-e", at)
        process.communicate(timeout=60)
        return process.returncode != 0

    def killed_after(self, seconds: float) -> bool:
        """Run it for some time; whether that was too short."""
        process = self.start()
        try:
            process.communicate(timeout=seconds)
        except subprocess.TimeoutExpired:
            process.kill()
            process.communicate()
        return process.returncode != 0


class Points(NamedTuple):
    """Where one whole run can be killed: how often it makes each call, and how long it takes."""

    calls: Counter[str]
    seconds: float
    digest: str


@pytest.fixture(scope="module")
def points(
    strace: str, counted: Path, tmp_path_factory: pytest.TempPathFactory
) -> dict[str, Points]:
    """Runs that were left alone, by agent."""
    return {
        agent: left_alone(agent, strace, counted, tmp_path_factory.mktemp(agent))
        for agent in ("policy", "counted", "policy-chain", "counted-chain")
    }


def left_alone(
    agent: str, strace: str, counted: Path, folder: Path, sabotage: str = "none"
) -> Points:
    """Where a run of this agent can be killed."""
    bench, trace = Bench(folder / "run", agent, 1, counted, sabotage), folder / "trace"
    process = bench.start(strace, "-qq", "-o", str(trace), "-e", f"trace={','.join(CALLS)}")
    said = process.communicate(timeout=60)[0].decode()
    assert process.returncode == 0, said
    calls = Counter(line.split("(")[0] for line in trace.read_text().splitlines())
    began = time.monotonic()
    bench._replace(out=folder / "again").finish()
    return Points(calls, time.monotonic() - began, open_run(bench.out).digest())


def kill(bench: Bench, strace: str, points: Points, dice: random.Random) -> bool:
    """Kill it somewhere in what is left of its work."""
    call = dice.choice([*CALLS, "", ""])
    if not call:
        return bench.killed_after(dice.uniform(0.3, 1.0) * points.seconds)
    most = max(1, points.calls[call] * 2 // 3)
    return bench.killed_at(strace, call, dice.randint(1, most))


def chain(bench: Bench, strace: str, points: Points, seed: int) -> None:
    """Kill five times, begin anew where a run came to its end, and look at every run."""
    dice, left = random.Random(seed), CHAIN
    while left:
        one = bench._replace(out=bench.out.with_name(f"{bench.out.name}-{left}"))
        kills = 0
        while kills < left and kill(one, strace, points, dice):
            kills += 1
        left -= kills
        one.finish()
        same_record(one, points)
        nothing_asked_twice(one, kills)


def same_record(bench: Bench, points: Points) -> None:
    """Same digest, sound file, every seal, one plain file, and nobody had to help."""
    assert open_run(bench.out).digest() == points.digest
    assert examine(bench.out) == []
    assert sorted(path.name for path in bench.out.iterdir() if path.name[0] != ".") == [
        *("lock", "manifest.json", "record.db", "study.json")
    ]
    with sqlite3.connect(f"file:{bench.out}/record.db?mode=ro", uri=True) as db:
        assert db.execute("PRAGMA integrity_check").fetchall() == [("ok",)]
    db.close()


def nothing_asked_twice(bench: Bench, kills: int) -> None:
    """Every ask is on record; those beyond one a decision were in flight at a kill."""
    run = open_run(bench.out)
    attempts = [attempt for episode in run.ids() for attempt in run.attempts(episode)]
    lost = [attempt for attempt in attempts if attempt.outcome == "possibly paid"]
    assert {attempt.outcome for attempt in attempts} <= {"answered", "possibly paid"}
    answered = Counter(a.outcome for a in attempts)["answered"]
    if bench.agent.startswith("policy"):
        assert attempts == []
        return
    decisions = sum(len(filed.episode.decisions) for filed in run.all())
    assert answered == decisions
    assert len(lost) <= kills * bench.workers
    if bench.agent.startswith("counted"):
        asked = len(bench.asked.read_text().splitlines())
        assert decisions <= asked <= len(attempts)


@pytest.mark.parametrize("seed", range(4))
@pytest.mark.parametrize("workers", [1, 2])
@pytest.mark.parametrize("agent", ["policy", "counted"])
def test_a_run_killed_five_times_comes_to_the_same_record_and_asks_nothing_twice(
    agent: str,
    workers: int,
    seed: int,
    strace: str,
    counted: Path,
    points: dict[str, Points],
    tmp_path: Path,
) -> None:
    bench = Bench(tmp_path / "run", agent, workers, counted)
    chain(bench, strace, points[agent], seed * 10 + workers)


@pytest.mark.parametrize("agent", ["policy-chain", "counted-chain"])
def test_a_run_killed_in_the_middle_of_its_chains_comes_to_the_same_record(
    agent: str, strace: str, counted: Path, points: dict[str, Points], tmp_path: Path
) -> None:
    chain(Bench(tmp_path / "run", agent, 2, counted), strace, points[agent], 100)


@pytest.mark.parametrize("shape", ["", "-chain"])
def test_a_scripted_and_an_awaited_run_of_the_same_agents_are_the_same_record(
    shape: str, points: dict[str, Points]
) -> None:
    assert points[f"policy{shape}"].digest == points[f"counted{shape}"].digest


@pytest.mark.parametrize(
    ("sabotage", "agent"),
    [
        ("acknowledge_before_commit", "counted"),
        ("forget_what_is_on_disk", "counted"),
        ("commit_line_by_line", "policy"),
        ("forget_what_was_left", "counted-chain"),
    ],
)
def test_the_kills_find_a_planted_bug(
    sabotage: str, agent: str, strace: str, counted: Path, points: dict[str, Points], tmp_path: Path
) -> None:
    sound, folder = points[agent], tmp_path / "alone"
    folder.mkdir()
    hurt = left_alone(agent, strace, counted, folder, sabotage)._replace(digest=sound.digest)
    benches = (Bench(tmp_path / str(s), agent, 1, counted, sabotage) for s in range(6))
    assert any(caught(bench, strace, hurt, seed) for seed, bench in enumerate(benches))


def caught(bench: Bench, strace: str, points: Points, seed: int) -> bool:
    """Whether a chain of kills fails on a run with a planted bug."""
    try:
        chain(bench, strace, points, seed)
    except AssertionError:
        return True
    return False
