"""Imports whose episodes are made when they are asked for, and those that need a file beside."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from pathlib import Path

import pytest

from suasion.core.episode import Episode, Header
from suasion.core.events import Event
from suasion.measures.filed import Filed
from suasion.measures.imported import (
    Companions,
    Deferred,
    Imported,
    Joined,
    Lacking,
    with_companions,
)


def filed(name: str, *, damaged: bool = False) -> Filed:
    episode = Episode(Header("e", "1", {}, 0), (), (), (Event("say"),), (), {})
    return Filed(name, episode, (), damaged=damaged)


def test_deferred_episodes_are_a_sequence_made_anew_each_time() -> None:
    made: list[int] = []

    def make(at: int) -> Filed:
        made.append(at)
        return filed("abc"[at])

    found = Imported(Deferred("abc", 7, make))
    assert (found.ids, found.events, found.damaged, len(found.filed)) == ("abc", 7, [], 3)
    assert made == []
    assert [each.id for each in found.filed] == ["a", "b", "c"]
    assert found.filed[-1].id == "c"
    assert [each.id for each in found.filed[1:]] == ["b", "c"]
    assert made == [0, 1, 2, 2, 1, 2]
    with pytest.raises(IndexError):
        found.filed[3]


def test_episodes_at_hand_are_counted_as_they_stand() -> None:
    found = Imported([filed("a"), filed("b", damaged=True)])
    assert (found.ids, found.events, found.damaged) == (["a", "b"], 2, ["b"])


def named(files: Sequence[Path], taken: Collection[str], beside: Companions) -> Imported:
    """An importer that makes an episode of each file's name."""
    return Imported([filed(f"{path.name} {beside['table'].name}") for path in files])


JOINED = Joined(named, {"table": "what they are"}, ".md")


def test_a_companion_that_is_missing_is_named_with_what_it_holds() -> None:
    with pytest.raises(Lacking, match="--table FILE is missing: what they are"):
        JOINED([Path("a.md")], ())


def test_a_companion_that_nothing_asks_for_is_refused() -> None:
    def plain(files: Sequence[Path], taken: Collection[str]) -> Imported:
        return Imported([filed(path.name) for path in files])

    assert with_companions(plain, {})([Path("a")], ()).ids == ["a"]
    with pytest.raises(Lacking, match="this format is read without --table"):
        with_companions(plain, {"table": Path("t")})
    with pytest.raises(Lacking, match="this format is read without --other"):
        with_companions(JOINED, {"table": Path("t"), "other": Path("o")})


def test_a_folder_stands_for_the_files_in_it_each_once(tmp_path: Path) -> None:
    for name in ("b.md", "a.md", "c.txt", "deep/d.md"):
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).touch()
    (tmp_path / "folder.md").mkdir()
    read = with_companions(JOINED, {"table": Path("t")})
    found = read([tmp_path / "b.md", tmp_path, tmp_path / "c.txt"], ())
    assert found.ids == ["b.md t", "a.md t", "d.md t", "c.txt t"]
