"""Many episodes read at once are those that are read one by one, whatever befell the record."""

from __future__ import annotations

import random
import shutil
import sqlite3
from contextlib import closing
from dataclasses import replace
from pathlib import Path

import pytest

from suasion.measures.filed import Filed
from suasion.measures.imported import Imported
from suasion.store import file, swaths
from suasion.store.database import reading
from suasion.store.run import Run, open_run
from suasion.store.run_test import FILED, SAID, played
from suasion.store.swaths import MOST

ONES = [played(f"game {seed}", seed) for seed in range(40)]


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A run of forty episodes, of which one never came to its end."""
    out = tmp_path_factory.mktemp("swaths") / "run"
    return file(
        Imported([*ONES[:-1], replace(ONES[-1], finished=False, lost="why")]), out, SAID
    ).path


def one_by_one(run: Run) -> list[Filed]:
    return [run.filed(name) for name in run.ids()]


def same(found: Filed, other: Filed) -> bool:
    fields = ("id", "seats", "finished", "damaged", "lost", "kept", "retried", "status")
    return found.episode == other.episode and all(
        getattr(found, name) == getattr(other, name) for name in fields
    )


def test_every_episode_is_the_same_as_read_by_itself(folder: Path) -> None:
    run = open_run(folder)
    found = list(run.all())
    assert [each.id for each in found] == run.ids()
    assert all(map(same, found, one_by_one(run)))
    assert found[0].seats[0].brief == "The rules."


def test_why_an_episode_never_came_to_its_end_is_kept(folder: Path) -> None:
    found = list(open_run(folder).all())
    assert (found[-1].finished, found[-1].lost) == (False, "why")
    assert {each.lost for each in found[:-1]} == {""}


@pytest.mark.parametrize(
    "change",
    [
        "UPDATE events SET data='{}' WHERE episode=7 AND id=1",
        "UPDATE events SET data=CAST(x'ff' AS TEXT) WHERE episode=7 AND id=1",
        "UPDATE events SET kind=NULL WHERE episode=7 AND id=1",
        "UPDATE seats SET brief='nothing' WHERE episode=7",
        "DELETE FROM seats WHERE episode=7",
        "UPDATE decisions SET answer=1.5 WHERE episode=7",
        "UPDATE episodes SET settings='[' WHERE number=7",
        "UPDATE texts SET text='other'",
        "UPDATE episodes SET number=1000000 WHERE number=40",
    ],
)
def test_what_was_changed_is_damaged_and_the_rest_is_read(
    folder: Path, change: str, tmp_path: Path
) -> None:
    shutil.copytree(folder, tmp_path / "run")
    with closing(sqlite3.connect(tmp_path / "run" / "record.db")) as db:
        db.execute(change)
        db.commit()
    run = open_run(tmp_path / "run")
    found = list(run.all())
    assert any(each.damaged for each in found)
    assert all(map(same, found, one_by_one(run)))


def test_a_flipped_byte_is_found_as_it_is_one_by_one(folder: Path, tmp_path: Path) -> None:
    whole = (folder / "record.db").read_bytes()
    shutil.copytree(folder, tmp_path / "run")
    dice = random.Random(5)
    for _ in range(25):
        at = dice.randrange(len(whole) // 2, len(whole))
        flipped = whole[:at] + bytes([whole[at] ^ (1 << dice.randrange(8))]) + whole[at + 1 :]
        (tmp_path / "run" / "record.db").write_bytes(flipped)
        try:
            run = open_run(tmp_path / "run")
        except ValueError:
            continue
        assert all(map(same, list(run.all()), one_by_one(run)))


def test_a_swath_is_no_larger_than_what_the_last_one_held_allows(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    run = open_run(folder)
    with reading(folder) as db:
        sizes = [len(some) for some in swaths.swaths(db, run.rows())]
        assert sizes == [4, 16, 20]
        monkeypatch.setattr(swaths, "ENOUGH", 1)
        assert [len(some) for some in swaths.swaths(db, run.rows())] == [4, *[1] * 36]
        monkeypatch.setattr(swaths, "ENOUGH", 2**40)
        monkeypatch.setattr(swaths, "MOST", 8)
        assert max(len(some) for some in swaths.swaths(db, run.rows())) == 8
    assert MOST >= 8


def test_an_episode_that_is_still_planned_lies_between_others(folder: Path, tmp_path: Path) -> None:
    shutil.copytree(folder, tmp_path / "run")
    with closing(sqlite3.connect(tmp_path / "run" / "record.db")) as db:
        db.execute("UPDATE episodes SET state='planned' WHERE number=3")
        db.commit()
    ids = [each.id for each in open_run(tmp_path / "run").all()]
    assert ids == [each.id for each in ONES if each.id != FILED[2].id]
