"""The bank: what every proposition in it has, and whose words these are."""

from __future__ import annotations

import json
import re
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import pytest

from suasion.environments.persuasion import material
from suasion.environments.persuasion.propositions import (
    KINDS,
    Proposition,
    bank,
    key_of,
    of_key,
    text_of,
    toward_truth,
    truth_of,
)
from suasion.measures.material import Item

FIRST = {
    "night_trains": "3aa60e68aa80",
    "open_marking": "f44a68d87fa5",
    "street_trees": "b61635730a33",
    "repair_duty": "43979c2da8e6",
    "library_sundays": "ed562fc52967",
    "lottery_juries": "f03bb8189360",
}
PUBLISHED = (4, 21, 28, 37, 43, 47, 65, 88, 89, 101, 102, 134, 154, 166, 170)
SETTLED = [each for each in bank().values() if each.truth is not None]


def runs(text: str, length: int) -> set[tuple[str, ...]]:
    """Every run of so many words of a text."""
    words = re.findall(r"[a-z0-9']+", text.lower())
    return {tuple(words[at : at + length]) for at in range(len(words) - length + 1)}


def test_propositions_that_old_episodes_name_have_the_keys_they_had() -> None:
    assert {name: key_of(name) for name in FIRST} == FIRST
    assert [*bank()][:6] == [*FIRST]


def test_there_are_enough_and_no_two_are_the_same() -> None:
    others = [each for each in bank().values() if each.published_id is None]
    assert len(others) >= 85
    assert len({each.key for each in bank().values()}) == len(bank())
    seen = Counter(run for each in bank().values() for run in runs(each.text, 8))
    assert [run for run, times in seen.items() if times > 1] == []


def test_each_published_topic_has_one_of_ours() -> None:
    named = [each.published_id for each in bank().values() if each.published_id]
    assert sorted(named) == [f"prop_{number:04}" for number in PUBLISHED]


def test_every_proposition_would_be_taken_from_a_pack(monkeypatch: pytest.MonkeyPatch) -> None:
    items = [Item(1, each._asdict(), {}) for each in bank().values()]
    monkeypatch.setattr(material, "bank", dict)
    monkeypatch.setattr(material, "of_key", lambda key: None)
    read = material.read(items)
    assert [entry.name for entry in read] == [*bank()]


@pytest.mark.parametrize("each", bank().values(), ids=list(bank()))
def test_a_proposition_is_one_sentence_with_a_hinge_a_kind_and_a_theme(each: Proposition) -> None:
    assert each.text[0].isupper()
    assert re.findall(r"[.!?]", each.text) == ["."]
    assert 8 <= len(each.text.split()) <= 34
    assert each.hinge is not None
    assert each.hinge in each.text
    assert 2 <= len(each.hinge.split()) < len(each.text.split())
    assert each.kind in KINDS
    assert each.theme
    assert not re.search(r"\b(19|20)\d\d\b|today's|nowadays|recent", each.text), "no dated facts"


def test_themes_are_many_and_none_has_most() -> None:
    themes = Counter(each.theme for each in bank().values())
    assert len(themes) >= 12
    assert max(themes.values()) <= len(bank()) / 8
    assert min(themes.values()) >= 3
    kinds = Counter(each.kind for each in bank().values())
    assert min(kinds[kind] for kind in KINDS) >= 10


def test_settled_ones_are_matters_of_fact_with_a_source_and_half_of_them_are_false() -> None:
    true = [each for each in SETTLED if each.truth]
    assert len(SETTLED) >= 24
    assert len(true) * 2 == len(SETTLED)
    assert {each.kind for each in SETTLED} == {"empirical"}
    assert all(
        re.fullmatch(r"[^,]+.*, .{5,}, (1[6-9]|20)\d\d", each.source or "") for each in SETTLED
    )
    assert all(each.source is None for each in bank().values() if each.truth is None)


def test_whether_one_is_true_cannot_be_told_from_how_it_is_hinged() -> None:
    """In either half the same turns of phrase come about as often."""
    for turn in ("rather than", "even"):
        true, false = (
            sum(turn in (each.hinge or "") for each in SETTLED if each.truth is truth)
            for truth in (True, False)
        )
        assert abs(true - false) <= len(SETTLED) / 6, turn


def of_topics(tables: Path) -> Iterator[tuple[str, str]]:
    for topic in json.loads(tables.read_text())["topics"]:
        yield topic["topic_id"], topic["proposition"]
        yield topic["topic_id"], topic["label"]


def test_no_sentence_of_ours_is_a_published_one(reference: Path) -> None:
    tables = reference / "persuasion" / "published_tables.json"
    theirs = list(of_topics(tables))
    assert len({topic for topic, _ in theirs}) == len(PUBLISHED)
    for each in bank().values():
        for topic, text in theirs:
            assert not runs(each.text, 4) & runs(text, 4), (each.name, topic)
            if each.published_id == topic:
                assert not runs(each.text, 3) & runs(text, 3), (each.name, topic)


def test_a_name_and_its_text_are_one_proposition() -> None:
    sugar = bank()["sugar_rush"]
    assert text_of("sugar_rush") == sugar.text
    assert key_of(f"  {sugar.text} ") == sugar.key
    assert of_key(sugar.key) == sugar
    assert of_key("nothing") is None


def test_the_bank_says_what_is_true_by_name_and_by_text() -> None:
    assert truth_of("one_road_more") is True
    assert truth_of("sugar_rush") is False
    assert truth_of(bank()["sugar_rush"].text) is False
    assert truth_of("night_trains") is None
    assert truth_of("Cats should wear hats rather than coats.") is None


def test_towards_the_truth_is_for_what_is_true_and_against_what_is_false() -> None:
    assert toward_truth(True, "pro")
    assert toward_truth(False, "con")
    assert not toward_truth(True, "con")
    assert not toward_truth(False, "pro")
