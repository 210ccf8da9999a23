"""Runs are written whole, read without trust, and exported the same every time."""

import json
import os
import shutil
import sqlite3
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from dataclasses import replace
from pathlib import Path

import pytest

from suasion.core.play import Play, drive
from suasion.environments.influence.policies import POLICIES
from suasion.environments.influence.rules import Influence
from suasion.measures.filed import Filed, Held
from suasion.measures.imported import BadLine, Imported
from suasion.store import file
from suasion.store.database import Damaged
from suasion.store.export import jsonl
from suasion.store.folder import Busy, NotARun, get, held, manifest_bytes, put, read_manifest
from suasion.store.importing import Duplicates
from suasion.store.run import Run, UnknownEpisode, open_run

ENV = Influence(size=2, rounds=1, slots=2)
SAID = {"environment": "influence", "environment_version": "1"}


def played(name: str, seed: int) -> Filed:
    policies = ("talking_random", "grim")
    episode = drive(Play(ENV, seed), [POLICIES[policy]() for policy in policies])
    held = zip(ENV.names, policies, strict=True)
    seats = [Held(seat, f"policy/{policy}", "", "The rules.") for seat, policy in held]
    return Filed(name, episode, seats, status="calibration", kept={"header": {"model": "m"}})


FILED = [played(f"game {seed}", seed) for seed in range(3)]
BAD = BadLine("log.jsonl", 3, "not_json: cut short", "game 9", b'{"half\xff')


@pytest.fixture
def run(tmp_path: Path) -> Run:
    """An import of three games with one bad line."""
    return file(Imported(FILED, [BAD]), tmp_path / "run", SAID)


def test_an_import_gives_back_what_was_read(run: Run) -> None:
    assert run.ids() == ["game 0", "game 1", "game 2"]
    assert run.bad_lines() == ([BAD], [])
    for was, found in zip(FILED, run.all(), strict=True):
        assert found.episode == was.episode
        assert list(found.seats) == list(was.seats)
        assert (found.status, found.finished, found.damaged) == ("calibration", True, False)
        assert found.kept == was.kept


def test_what_an_import_found_damaged_or_unfinished_stays_so(tmp_path: Path) -> None:
    odd = [replace(FILED[0], damaged=True), replace(FILED[1], finished=False)]
    found = list(file(Imported(odd), tmp_path / "run", SAID).all())
    assert [(each.damaged, each.finished) for each in found] == [(True, True), (False, False)]


def test_more_imports_of_the_same_environment_join_a_run(run: Run) -> None:
    more = file(Imported([played("game 3", 3)], [BAD]), run.path, SAID)
    assert more.ids() == ["game 0", "game 1", "game 2", "game 3"]
    assert more.bad_lines() == ([BAD, BAD], [])


def test_an_episode_that_is_there_already_is_refused_by_name(run: Run) -> None:
    with pytest.raises(Duplicates, match="'game 1'"):
        file(Imported([played("game 9", 9), FILED[1]]), run.path, SAID)
    assert open_run(run.path).ids() == run.ids()


def test_an_import_of_another_environment_is_refused(run: Run) -> None:
    with pytest.raises(NotARun, match="holds imports of influence"):
        file(Imported([]), run.path, {"environment": "lemons"})


def test_a_folder_that_is_no_run_is_named_with_those_that_are(run: Run) -> None:
    with pytest.raises(NotARun, match=r"no run at .*nowhere; there are: .*run"):
        open_run(run.path.parent / "nowhere")


def test_an_unknown_episode_is_named_with_those_that_exist(run: Run) -> None:
    with pytest.raises(UnknownEpisode, match="did you mean 'game 1'"):
        run.filed("gaem 1")


def test_the_same_record_exports_the_same_bytes(run: Run, tmp_path: Path) -> None:
    again = file(Imported(FILED), tmp_path / "again", SAID)
    lines = list(jsonl(run, stable=True))
    assert lines == list(jsonl(again, stable=True))
    assert [json.loads(line)["id"] for line in lines] == run.ids()
    assert json.loads(next(jsonl(run)))["seats"][0] == ["P1", "policy/talking_random", ""]


def test_a_changed_bit_keeps_an_episode_out_of_exports_and_measures(run: Run) -> None:
    with closing(sqlite3.connect(run.path / "record.db")) as db, db:
        db.execute("UPDATE seats SET agent = 'policy/grin' WHERE episode = 2 AND seat = 1")
    found = open_run(run.path)
    assert [each.damaged for each in found.all()] == [False, True, False]
    with pytest.raises(Damaged, match="'game 1'"):
        list(jsonl(found, stable=True))


@pytest.mark.parametrize(
    "statement",
    [
        "CREATE VIEW spy AS SELECT * FROM events",
        "CREATE TRIGGER spy AFTER INSERT ON events BEGIN SELECT 1; END",
        "CREATE TABLE more (x)",
        "CREATE INDEX fast ON events (kind)",
        "ALTER TABLE events ADD COLUMN more",
        "DROP TABLE draws",
    ],
)
def test_a_record_with_other_tables_than_ours_is_refused(statement: str, run: Run) -> None:
    with closing(sqlite3.connect(run.path / "record.db")) as db, db:
        db.execute(statement)
    with pytest.raises(Damaged, match="not a record of format 2"):
        open_run(run.path)


@pytest.mark.parametrize("name", ["record.db", "record.db-wal", "manifest.json"])
@pytest.mark.parametrize("kind", ["link", "pipe"])
def test_links_and_pipes_in_a_run_are_refused(
    kind: str, name: str, run: Run, tmp_path: Path
) -> None:
    path, elsewhere = run.path / name, tmp_path / "elsewhere"
    elsewhere.write_bytes(path.read_bytes() if path.exists() else b"")
    path.unlink(missing_ok=True)
    if kind == "link":
        path.symlink_to(elsewhere)
    else:
        os.mkfifo(path)
    with pytest.raises(NotARun):
        open_run(run.path)


@pytest.mark.parametrize("text", [b"", b"{", b"[]", b"\xff", b"[" * 100_000, b'{"format": 3}'])
def test_a_manifest_that_is_none_is_refused(text: bytes, run: Run) -> None:
    (run.path / "manifest.json").write_bytes(text)
    with pytest.raises(NotARun, match=r"manifest\.json|format"):
        open_run(run.path)


def test_a_run_whose_writer_was_killed_is_read_in_a_folder_nobody_may_write(
    run: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    copy = tmp_path / "copy"
    with closing(sqlite3.connect(run.path / "record.db", isolation_level=None)) as db:
        db.execute("PRAGMA journal_mode=WAL").fetchall()
        db.execute("UPDATE texts SET text = text")
        shutil.copytree(run.path, copy, ignore=shutil.ignore_patterns("*-shm"))
    assert (copy / "record.db-wal").exists()
    before = {path.name: path.read_bytes() for path in copy.iterdir()}
    monkeypatch.setattr(os, "access", lambda path, mode: False)
    assert [each.episode for each in open_run(copy).all()] == [f.episode for f in FILED]
    assert {path.name: path.read_bytes() for path in copy.iterdir()} == before


def test_a_file_is_whole_or_absent(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    put(tmp_path / "page", b"first")
    with monkeypatch.context() as broken, pytest.raises(OSError, match="disk"):
        broken.setattr(os, "fsync", _full)
        put(tmp_path / "page", b"second")
    assert get(tmp_path / "page") == b"first"


def _full(descriptor: int) -> None:
    raise OSError(f"the disk is full at {descriptor}")


def test_one_process_holds_a_run(tmp_path: Path) -> None:
    with held(tmp_path), pytest.raises(Busy, match=f"by process {os.getpid()}"), held(tmp_path):
        pass
    with held(tmp_path) as lock:
        lock.witness(7)


def test_a_manifest_carries_its_seal(run: Run) -> None:
    manifest = read_manifest(run.path)
    assert manifest_bytes(manifest) == (run.path / "manifest.json").read_bytes()


def test_a_reading_left_half_done_may_be_dropped_in_another_thread(run: Run) -> None:
    half = run.all()
    next(half)
    with ThreadPoolExecutor(1) as elsewhere:
        elsewhere.submit(half.close).result()
