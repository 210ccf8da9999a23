"""Propositions that anyone brings: each fault of an item named, and sound ones taken whole."""

from __future__ import annotations

from typing import Any

import pytest

from suasion.environments.persuasion.material import KEYS, LONGEST_NOTE, MATERIAL
from suasion.environments.persuasion.propositions import LONGEST, bank, key_of
from suasion.measures.material import Faulty, Item

HATS = "Cats should wear hats rather than coats."
SOUND = {"name": "hats", "text": HATS}
SPINACH = {
    "name": "spinach",
    "text": "Spinach holds more iron than meat, even after cooking.",
    "kind": "empirical",
    "hinge": "even after cooking",
    "theme": "food",
    "published_id": "x_7",
    "truth": False,
    "source": "M. Sutton, Spinach, Iron and Popeye, 2010",
}


def items(*values: dict[str, Any]) -> list[Item]:
    return [Item(at, each, {}) for at, each in enumerate(values, 2)]


def faults(*values: dict[str, Any]) -> list[tuple[int, str, str]]:
    with pytest.raises(Faulty) as caught:
        MATERIAL.read(items(*values))
    return [(fault.item, fault.key, fault.said) for fault in caught.value.faults]


def fault(**values: Any) -> tuple[str, str]:
    """The only fault of a sound item with this changed."""
    [(_, key, said)] = faults({**SOUND, **values})
    return key, said


def test_a_name_stands_for_a_text_and_where_it_is_settled_for_its_truth() -> None:
    hats, spinach = MATERIAL.read(items(SOUND, SPINACH))
    assert hats.settings == {"proposition": HATS}
    assert spinach.settings == {"proposition": SPINACH["text"], "truth": False}
    assert spinach.row == {**SPINACH, "key": key_of(str(SPINACH["text"]))}
    assert hats.row["key"] == key_of(HATS)
    assert list(hats.row) == list(spinach.row)


def test_what_is_listed_of_the_bank_is_what_is_listed_of_a_pack() -> None:
    listed = MATERIAL.bank()
    assert [entry.name for entry in listed] == [*bank()]
    assert {tuple(entry.row) for entry in listed} == {("name", "key", *list(KEYS)[1:])}
    assert set(MATERIAL.columns) <= set(listed[0].row)


def test_a_text_over_several_lines_of_yaml_is_one_line() -> None:
    [entry] = MATERIAL.read(items({**SOUND, "text": "Cats  should wear hats rather than coats.\n"}))
    assert entry.settings == {"proposition": HATS}


@pytest.mark.parametrize(
    ("key", "value", "said"),
    [
        ("name", "two words", "expected what it is called: letters"),
        ("name", "a" * 65, "at most 64"),
        ("name", "../up", "expected what it is called"),
        ("name", "night_trains", "which the bank has: expected a name of its own"),
        ("name", 7, "is 7: expected what it is called"),
        ("name", " ", "is empty: expected what it is called"),
        ("text", ["a"], "is ['a']: expected the proposition"),
        ("text", "", "is empty"),
        ("text", "Hats.", "expected a sentence of 4 words or more"),
        ("text", "Cats should wear hats", "ends in 'Cats should wear hats'"),
        ("text", f"{'Cat ' * 300}.", f"1,201 characters: expected at most {LONGEST:,}"),
        ("text", bank()["sugar_rush"].text, "is the text of sugar_rush, which the bank has"),
        ("text", "Cats\nshould wear hats.", "holds U+000A"),
        ("text", "Cats \x1b[2Jshould wear hats.", "holds U+001B (a control character)"),
        ("text", "Cats \u202eshould wear hats.", "holds U+202E (RIGHT-TO-LEFT OVERRIDE)"),
        ("text", "Cats \u200bshould wear hats.", "holds U+200B (ZERO WIDTH SPACE)"),
        ("text", "Cats \ud800should wear hats.", "holds U+D800"),
        ("text", "Cats \ue000should wear hats.", "holds U+E000"),
        ("kind", "moral", "is 'moral': expected empirical, normative or mixed"),
        ("kind", True, "is True: expected empirical"),
        ("hinge", "rather then coats", "does not stand in the text"),
        ("theme", "\u2067food", "holds U+2067"),
        ("theme", "x" * (LONGEST_NOTE + 1), f"301 characters: expected at most {LONGEST_NOTE}"),
        ("source", 2010, "is 2010: expected where it was settled"),
        ("truth", "maybe", "is 'maybe': expected true or false"),
        ("truth", 1, "is 1: expected true or false"),
    ],
)
def test_a_fault_of_one_value_is_named_with_what_was_expected(
    key: str, value: Any, said: str
) -> None:
    values = {"source": "somewhere", key: value} if key == "truth" else {key: value}
    at, words = fault(**values)
    assert at == key
    assert said in words


def test_a_key_that_is_unknown_and_one_that_is_missing_are_named() -> None:
    key, said = fault(colour="red")
    assert key == "colour"
    assert said.startswith("is no key of an entry; there are: name, text, kind, hinge")
    assert faults({"name": "a"}) == [(0, "", f"text is missing: {KEYS['text']}")]
    assert len(faults({})) == 2
    assert len(faults({"name": None, "text": None})) == 2


def test_truth_is_for_matters_of_fact_and_says_where_it_was_settled() -> None:
    key, said = fault(truth=True, kind="normative", source="X, Y, 2000")
    assert (key, said) == (
        "truth",
        "is given, and kind is normative: expected only where kind is empirical",
    )
    key, said = fault(truth=False)
    assert key == "truth"
    assert said.startswith("is given without source")


def test_a_name_or_a_text_that_stands_twice_says_where_it_stood_first() -> None:
    other = {"name": "hats", "text": "Dogs should wear hats rather than coats."}
    same = {"name": "caps", "text": "Cats should  wear hats rather than coats."}
    assert faults(SOUND, other) == [(1, "name", "'hats' is the name of entry 1, line 2")]
    [(at, key, said)] = faults(SOUND, same)
    assert (at, key) == (1, "text")
    assert said.endswith("is the text of entry 1, line 2")


def test_faults_come_in_the_order_of_their_entries() -> None:
    bad = {"name": "b", "text": "No stop here at all", "kind": "odd", "hinge": "none"}
    found = faults({**SOUND, "theme": ""}, bad, SOUND)
    assert [(at, key) for at, key, _ in found] == [
        (0, "theme"),
        (1, "text"),
        (1, "kind"),
        (1, "hinge"),
        (2, "name"),
        (2, "text"),
    ]


def test_sentences_of_other_scripts_may_be_brought() -> None:
    chinese = {"name": "zh", "text": "\u732b \u5e94\u8be5 \u6234 \u5e3d\u5b50\u3002"}
    quoted = {"name": "q", "text": 'Cats should say "no."'}
    assert len(MATERIAL.read(items(chinese, quoted))) == 2
