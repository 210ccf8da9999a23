"""R6: a changed bit is found and named with its episode, and the rest stays readable.

What changed is judged by plain SQL over bytes, which knows nothing of seals.
"""

import os
import random
import shutil
import sqlite3
import subprocess
import sys
import time
from collections.abc import Callable
from contextlib import closing
from pathlib import Path
from typing import Any, NamedTuple

import pytest

from suasion.measures.filed import Filed
from suasion.measures.imported import BadLine, Imported
from suasion.runner.check import Finding, examine
from suasion.runner.fork import Fork, run_fork
from suasion.runner.run import run
from suasion.runner.study_file import of
from suasion.store import file
from suasion.store.database import Damaged
from suasion.store.folder import NotARun
from suasion.store.read import Stored
from suasion.store.run import Run, open_run

DRIVER = Path(__file__).with_name("driver.py")
BY_EPISODE = {
    "episodes": "number",
    "seats": "episode",
    "decisions": "episode",
    "attempts": "episode",
    "draws": "episode",
    "events": "episode",
}
CASES = 70
"""For each of four runs."""

Values = dict[int | None, list[object]]
"""Everything stored, by the number of its episode; under None what belongs to the run."""


class Base(NamedTuple):
    """A run that is sound, and what it holds."""

    folder: Path
    values: Values
    filed: dict[str, Filed]
    manifest: dict[str, object]


def stored(folder: Path) -> Values | None:
    """Everything in a record, read without our code; None where SQLite cannot open it."""
    found: Values = {None: []}
    try:
        with closing(sqlite3.connect(f"file:{folder}/record.db?mode=ro", uri=True)) as db:
            db.text_factory = bytes
            for table, column in BY_EPISODE.items():
                at = [name for _, name, *_ in db.execute(f"PRAGMA table_info({table})")]
                for row in db.execute(f"SELECT * FROM {table}"):
                    number = row[at.index(column.encode())]  # 0 is before the first episode
                    found.setdefault(number or None, []).append((table, row))
            for table in ("texts", "bad_lines", "sessions"):
                found[None] += db.execute(f"SELECT * FROM {table}").fetchall()
    except (sqlite3.Error, ValueError):
        return None
    return found


def base(folder: Path) -> Base:
    run = open_run(folder)
    values = stored(folder)
    assert values is not None
    return Base(folder, values, {name: run.filed(name) for name in run.ids()}, dict(run.manifest))


@pytest.fixture(scope="module")
def finished(tmp_path_factory: pytest.TempPathFactory) -> Base:
    """A whole run of awaited seats."""
    out = tmp_path_factory.mktemp("finished") / "run"
    subprocess.run([sys.executable, DRIVER, out, "awaited", "1", "none"], check=True)
    return base(out)


@pytest.fixture(scope="module")
def killed(tmp_path_factory: pytest.TempPathFactory) -> Base:
    """A run killed halfway, its newest commits in the log."""
    out = tmp_path_factory.mktemp("killed") / "run"
    process = subprocess.Popen(
        [sys.executable, DRIVER, out, "awaited", "1", "none"],
        env={**os.environ, "SUASION_AWAITED_DELAY": "0.01"},
    )
    while attempts(out) < 20:
        time.sleep(0.02)
        assert process.poll() is None
    process.kill()
    process.wait()
    assert (out / "record.db-wal").exists()
    return base(out)


def attempts(out: Path) -> int:
    try:
        with closing(sqlite3.connect(f"file:{out}/record.db?mode=ro", uri=True)) as db:
            [(number,)] = db.execute("SELECT count(*) FROM attempts").fetchall()
            return int(number)
    except sqlite3.Error:
        return 0


@pytest.fixture(scope="module")
def imported(finished: Base, tmp_path_factory: pytest.TempPathFactory) -> Base:
    """An import with bad lines."""
    out = tmp_path_factory.mktemp("imported") / "run"
    lines = [BadLine("log.jsonl", n, "not_json", None, b"{\xff" * n) for n in range(1, 40)]
    filed = Imported(list(finished.filed.values()), lines, lines[:3])
    return base(file(filed, out, {"environment": "influence"}).path)


def flip(path: Path, dice: random.Random) -> str:
    data = bytearray(path.read_bytes())
    at = dice.randrange(len(data) * 8)
    data[at // 8] ^= 1 << at % 8
    path.write_bytes(data)
    return f"{path.name}, bit {at}"


def cut(path: Path, dice: random.Random) -> str:
    size = dice.randrange(path.stat().st_size)
    os.truncate(path, size)
    return f"{path.name}, cut at {size}"


def damage(folder: Path, dice: random.Random) -> str:
    """Hurt one file of a run."""
    wal = folder / "record.db-wal"
    kind = dice.random()
    if wal.exists() and kind < 0.1:
        wal.unlink()
        return "no log"
    if kind < 0.2:
        return cut(wal if wal.exists() else folder / "record.db", dice)
    if kind < 0.3:
        return flip(folder / dice.choice(["manifest.json", "record.db"]), dice)
    return flip(wal if wal.exists() and kind < 0.6 else folder / "record.db", dice)


def verdict(was: Base, folder: Path) -> str | None:
    """What is wrong with what `check` says of a damaged copy; None if nothing is."""
    findings = examine(folder)
    now = stored(folder)
    try:
        run = open_run(folder)
    except (NotARun, Damaged):
        return None if findings else "a run that does not open, and no finding"
    if dict(run.manifest) != was.manifest | {"status": run.manifest["status"]} and not findings:
        return "the manifest changed, and no finding"
    if now == was.values:
        return wrongly_named(was, findings, run)
    if not findings:
        return "values changed, and no finding"
    return unnamed(was, now, findings) or unreadable(was, findings, run)


def wrongly_named(was: Base, findings: list[Finding], run: Run) -> str | None:
    """Where no value changed, every episode must be readable as it was."""
    named = {finding.number for finding in findings if finding.number}
    return unreadable(was, [], run) if not named else f"{named} named, but nothing changed"


def unnamed(was: Base, now: Values | None, findings: list[Finding]) -> str | None:
    """An episode that changed must be named."""
    if now is None:
        return None
    named = {finding.number for finding in findings}
    changed = {n for n in was.values if n is not None and now.get(n) != was.values[n]}
    return f"{changed - named} changed, but only {named} named" if changed - named else None


def unreadable(was: Base, findings: list[Finding], run: Run) -> str | None:
    """Every episode that is not named must be read as it was."""
    named = {finding.episode for finding in findings}
    for name in run.ids():
        filed = run.filed(name)
        if name in named or name not in was.filed:
            continue
        if filed.damaged or filed.episode != was.filed[name].episode:
            return f"{name} cannot be read as it was, and is not named"
    return None


MODELS: dict[str, Any] = {
    "name": "rot",
    "question": "Is it seen?",
    "expectation": "It is.",
    "environment": "influence",
    "settings": {"size": 2, "rounds": 1, "slots": 2},
    "asides": ["belief"],
    "seats": [
        {"model": "scripted/valid", "temperature": 1},
        {"model": "scripted/wrong", "repair": 1},
    ],
    "replicates": 3,
}


@pytest.fixture(scope="module")
def forked(tmp_path_factory: pytest.TempPathFactory) -> Base:
    """Forks of an episode that models played."""
    folder = tmp_path_factory.mktemp("forked")
    assert run(of(MODELS), folder / "run", workers=1).exit_code == 0
    fork = Fork("main--r0", 1, times=3)
    assert run_fork(open_run(folder / "run"), fork, folder / "fork", workers=1).exit_code == 0
    return base(folder / "fork")


@pytest.fixture(params=["finished", "killed", "imported", "forked"])
def sound(request: pytest.FixtureRequest) -> Base:
    found: Base = request.getfixturevalue(request.param)
    return found


def copies(was: Base, tmp_path: Path) -> Callable[[int], tuple[Path, str]]:
    """Damaged copies, each from its own seed."""

    def damaged(case: int) -> tuple[Path, str]:
        folder = tmp_path / "copy"
        shutil.rmtree(folder, ignore_errors=True)
        shutil.copytree(was.folder, folder, ignore=shutil.ignore_patterns("*-shm"))
        return folder, damage(folder, random.Random(case))

    return damaged


def test_a_sound_run_has_no_findings(sound: Base) -> None:
    assert examine(sound.folder) == []


def test_every_changed_value_is_named_with_its_episode_and_the_rest_is_readable(
    sound: Base, tmp_path: Path
) -> None:
    damaged, wrong = copies(sound, tmp_path), []
    for case in range(CASES):
        folder, what = damaged(case)
        if (said := verdict(sound, folder)) is not None:
            wrong.append(f"case {case} ({what}): {said}: {examine(folder)[:3]}")
    assert wrong == []


def test_without_seals_changed_values_would_go_unnoticed(
    finished: Base, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(Stored, "faults", property(lambda self: []))
    damaged = copies(finished, tmp_path)
    assert any(verdict(finished, damaged(case)[0]) is not None for case in range(CASES))
