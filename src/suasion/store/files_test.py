"""Files of a run folder, which may come from anyone."""

import os
from pathlib import Path

import pytest

from suasion.store.files import FOLDER, LARGEST, faulty, held, keep, kept, listed, path_of, read
from suasion.store.folder import NotARun

DATA = b"some bytes"
NAME = "a7d4f1b2a38a8e4f4c5b4c6b3e5b7f0bd8ab0d0a26c63d7d8ea7e0c4a0b2b0a1"


def hashed(data: bytes) -> str:
    from hashlib import sha256

    return sha256(data).hexdigest()


@pytest.fixture
def run(tmp_path: Path) -> Path:
    keep(tmp_path, {hashed(DATA): DATA})
    return tmp_path


def test_a_file_is_kept_once_for_its_owner_alone(run: Path) -> None:
    [only] = (run / FOLDER).iterdir()
    assert only.name == hashed(DATA)
    assert only.stat().st_mode & 0o777 == 0o600
    assert read(run, only.name) == DATA
    assert kept(run) == {only.name}
    before = only.stat().st_ino
    keep(run, {only.name: DATA})
    assert only.stat().st_ino == before
    assert list(faulty(run, [only.name])) == []


def test_a_changed_file_is_found_and_is_put_right_by_who_has_it(run: Path) -> None:
    file = run / path_of(hashed(DATA))
    file.write_bytes(b"other bytes")
    assert list(faulty(run, [])) == [f"{FOLDER}/{file.name} does not hash to its name"]
    assert list(held(run, [file.name])) == []
    with pytest.raises(NotARun, match="does not hash to its name"):
        read(run, file.name)
    keep(run, {file.name: DATA})
    assert list(faulty(run, [])) == []


def test_a_missing_file_is_named(run: Path) -> None:
    assert list(faulty(run, [NAME])) == [f"{FOLDER}/{NAME} is missing"]


def test_a_link_a_pipe_and_what_is_too_large_are_not_read(run: Path) -> None:
    file = run / path_of(hashed(DATA))
    file.rename(run / "elsewhere")
    file.symlink_to(run / "elsewhere")
    assert "cannot be read" in next(faulty(run, []))
    file.unlink()
    os.mkfifo(file)
    assert "not a plain file" in next(faulty(run, []))
    file.unlink()
    with file.open("wb") as large:
        large.truncate(LARGEST + 1)
    assert "expected at most" in next(faulty(run, []))


def test_a_folder_that_is_a_link_is_not_entered(run: Path) -> None:
    (run / FOLDER).rename(run / "elsewhere")
    (run / FOLDER).symlink_to(run / "elsewhere")
    assert kept(run) == frozenset()
    with pytest.raises(NotARun):
        read(run, hashed(DATA))


@pytest.mark.parametrize("name", ["../manifest.json", "/etc/passwd", "a" * 63, "A" * 64, ""])
def test_nothing_is_opened_by_what_is_no_hash(run: Path, name: str) -> None:
    with pytest.raises(NotARun, match="no hash of a file"):
        read(run, name)
    with pytest.raises(ValueError, match="no hash of a file"):
        keep(run, {name: b""})


def test_a_manifest_that_is_no_one_lists_nothing() -> None:
    assert listed({"study": {"files": [path_of(NAME), "files/../x", 3, "x"]}}) == [NAME]
    assert listed({"study": {"files": "x"}, "files": [path_of(NAME)]}) == []
    assert listed({"study": 3, "files": [path_of(NAME)]}) == [NAME]
    assert listed({}) == []
