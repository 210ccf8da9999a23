"""YAML from anybody is plain data, or an error with its line."""

from __future__ import annotations

from time import process_time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from suasion.core.asks import Json, jsonable
from suasion.runner.plain_yaml import LARGEST, BadYaml, read, value


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("", None),
        ("a: 1", {"a": 1}),
        ("[on, off, yes, no]", ["on", "off", "yes", "no"]),
        ("[true, False, null, ~]", [True, False, None, None]),
        ("[1e3, .5, 1., -2, +3, 010]", [1000.0, 0.5, 1.0, -2, 3, 10]),
        (
            "[1:30, 2026-01-01, 1_000, .inf, .nan, 0x10]",
            ["1:30", "2026-01-01", "1_000", ".inf", ".nan", "0x10"],
        ),
        ("'5'", "5"),
        ("!!str 5", "5"),
        ("{off: 1, 2: b}", {"off": 1, "2": "b"}),
        ("[&a [1], *a]", [[1], [1]]),
        ("a: |\n  two\n  lines\n", {"a": "two\nlines\n"}),
    ],
)
def test_plain_values_are_read(text: str, found: Json) -> None:
    assert value(text) == found


@pytest.mark.parametrize(
    ("text", "said", "line"),
    [
        ("a: 1\nb: 2\na: 3", "key 'a' stands twice", 3),
        ("a:\n  - {b: 1, b: 2}", "key 'b' stands twice", 2),
        ("x: !!python/object/apply:os.system [true]", "only plain values", 1),
        ("x: !!python/object:os.system {a: 1}", "only plain values", 1),
        ("x: !!set {a}", "only plain values", 1),
        ("x: !!map 5", "'5' is no map", 1),
        ("x: !!python/name:os.system", "only plain values", 1),
        ("x: !!binary aGk=", "only plain values", 1),
        ("x: !!int abc", "'abc' is no int", 1),
        ("x: 1e999", "beyond the range", 1),
        ("a: {}\nb:\n  <<: {a: 1}", "merging", 3),
        ("? [a]\n: 1", "a key must be a word", 1),
        ("a: [b", "expected ',' or ']'", 1),
        ("---\na\n---\nb", "another document", 3),
        ("a: \x00", "not YAML", None),
        ("[" * 1000, "too large", 1),
        ("&x [*x]", "too large", 1),
        ("a: *b", "undefined alias", 1),
    ],
)
def test_anything_else_is_refused_with_its_line(text: str, said: str, line: int | None) -> None:
    with pytest.raises(BadYaml) as told:
        read(text)
    assert said in told.value.said
    assert told.value.line == line


def test_every_value_has_its_line() -> None:
    lines = read("a: 1\nb:\n  c: [1,\n    2]\n").lines
    assert [lines[path] for path in ((), ("a",), ("b",), ("b", "c"), ("b", "c", 1))] == [
        1,
        1,
        3,
        3,
        4,
    ]


BOMB = "a: &a [x,x,x,x,x,x,x,x,x]\n" + "".join(
    f"{after}: &{after} [{','.join([f'*{before}'] * 9)}]\n"
    for before, after in zip("abcdefgh", "bcdefghi", strict=True)
)


@pytest.mark.parametrize(
    "text", [BOMB, "- a\n" * (LARGEST // 4), "a" * (LARGEST + 1), "[]," * 9999]
)
def test_what_would_grow_without_end_is_refused_soon(text: str) -> None:
    began = process_time()
    with pytest.raises(BadYaml):
        read(text)
    assert process_time() - began < 5


@given(st.text(alphabet=st.sampled_from("ab:-[]{}&*!?|>'\"#%@`,\n \t1e.~<\ud800\x00"), max_size=60))
def test_any_text_is_json_or_refused(text: str) -> None:
    try:
        found = value(text)
    except BadYaml:
        return
    assert jsonable(found)


@given(st.binary(max_size=60))
def test_any_bytes_are_json_or_refused(data: bytes) -> None:
    try:
        found = read(data).value
    except BadYaml:
        return
    assert jsonable(found)
