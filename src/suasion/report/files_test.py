"""Pages on disk."""

from __future__ import annotations

from pathlib import Path

import pytest

from suasion.report.files import Folder


def test_only_what_changed_is_written(tmp_path: Path) -> None:
    first, second = Folder(tmp_path), Folder(tmp_path)
    first.write("a/b.html", "one")
    before = (tmp_path / "a/b.html").stat().st_mtime_ns
    second.write("a/b.html", "one")
    second.write("a/c.html", b"two")
    assert (first.changed, second.changed) == (["a/b.html"], ["a/c.html"])
    assert second.files == ["a/b.html", "a/c.html"]
    assert (tmp_path / "a/b.html").stat().st_mtime_ns == before


def test_a_write_that_fails_leaves_the_old_page_and_nothing_else(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    Folder(tmp_path).write("a.html", "old")

    def full(_: Path, mode: int) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(Path, "chmod", full)
    with pytest.raises(OSError, match="No space"):
        Folder(tmp_path).write("a.html", "new")
    assert [path.name for path in tmp_path.iterdir()] == ["a.html"]
    assert (tmp_path / "a.html").read_text() == "old"


def test_a_link_in_the_place_of_a_page_is_replaced_and_not_followed(tmp_path: Path) -> None:
    elsewhere = tmp_path / "elsewhere.txt"
    elsewhere.write_text("mine")
    (tmp_path / "a.html").symlink_to(elsewhere)
    Folder(tmp_path).write("a.html", "page")
    assert elsewhere.read_text() == "mine"
    assert not (tmp_path / "a.html").is_symlink()


def test_pages_can_be_read_by_all(tmp_path: Path) -> None:
    Folder(tmp_path).write("a.html", "page")
    assert (tmp_path / "a.html").stat().st_mode & 0o777 == 0o644
