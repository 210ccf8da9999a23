import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from suasion.models.foreign_json import NotJson, OddJson, foreign


@pytest.mark.parametrize(
    "body",
    [
        *(b"", b"{", b"[1,]", b'{"a":NaN}', b"Infinity", b"-Infinity", b"1e999", b"1" * 400),
        *(b"\xff\xfe{\x00}\x00", b'"\xed\xa0\x80"', b"data: {}", b"<html>", b"{} {}", b"'a'"),
    ],
)
def test_what_is_no_json_says_why(body: bytes) -> None:
    with pytest.raises(NotJson, match=r"."):
        foreign(body)


@pytest.mark.parametrize(
    "body",
    [
        b"[" * 1_000_000,
        b"[" * 1_000_000 + b"]" * 1_000_000,
        b'{"a":' * 1_000_000,
        b'{"a":1,"a":2}',
        b'[{"b":{"a":null,"a":null}}]',
    ],
)
def test_json_whose_meaning_is_open_is_named(body: bytes) -> None:
    with pytest.raises(OddJson):
        foreign(body)


def test_brackets_in_strings_nest_nothing() -> None:
    text = "[{" * 1000 + '\\"' * 9
    assert foreign(json.dumps([text]).encode()).value == [text]


@pytest.mark.parametrize(
    ("escaped", "read"),
    [
        (r"cut \ud83d", "cut �"),
        (r"\ude00 cut", "� cut"),
        (r"\ud83d\ud83d\ude00", "�😀"),
        (r"\ud83d\u0041", "�A"),
        (r"\\ud83d stays", r"\ud83d stays"),
    ],
)
def test_half_a_pair_of_surrogates_is_read_as_what_cannot_be_read(escaped: str, read: str) -> None:
    value, mended = foreign(f'["{escaped}"]'.encode())
    assert value == [read]
    assert mended == ("�" in read)


JSON = st.recursive(
    st.none()
    | st.booleans()
    | st.integers(-(2**70), 2**70)
    | st.floats(allow_nan=False, allow_infinity=False)
    | st.text(),
    lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner),
    max_leaves=10,
)


@given(JSON)
def test_json_is_read_as_it_was_written(value: object) -> None:
    assert foreign(json.dumps(value).encode()) == (value, False)


@given(st.binary() | st.text().map(str.encode))
def test_any_bytes_are_read_or_named(body: bytes) -> None:
    try:
        foreign(body)
    except (NotJson, OddJson) as error:
        assert str(error)  # noqa: PT017 - either way is right
