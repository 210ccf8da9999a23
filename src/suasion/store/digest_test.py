"""The fast digest is the digest."""

from typing import Any

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from suasion.core.episode import canonical
from suasion.core.play import Play, drive
from suasion.environments.influence.policies import POLICIES
from suasion.environments.influence.rules import Influence
from suasion.store import digest
from suasion.store.digest import canonically, digest_of
from suasion.store.seals import pack

ODD = st.sampled_from(["\x7f", "e-1", "e5", "0.00001", "\ud800", "\0", "é", "😀", "\u2028", "\\u"])
NUMBERS = st.integers() | st.floats(allow_nan=False, allow_infinity=False)
VALUES = st.recursive(
    st.none() | st.booleans() | NUMBERS | st.text() | ODD,
    lambda inner: st.lists(inner) | st.dictionaries(st.text() | ODD, inner),
    max_leaves=20,
)


@settings(max_examples=150, derandomize=True, deadline=None)
@given(VALUES)
@example([1e16, 1e-5, 0.0001, 123456789012345680.0, 5e-324, 1.7e308, -0.0, 1e15, 9.9e15, 0.00012])
@example({"b": 1, "a": {"\uffff": 1, "\U0001f600": 2}, "é": "\x00\x1f\x7f\x80"})
@example({"cb": [0xCB, 1e-5, 0xCBCB, 1e300, "\u02cb"], "odd": [0xCB, 5e-324]})
@example([2**53, 2**63, 2**64, -(2**63) - 1, 10**40])
def test_the_bytes_are_those_of_the_standard_library(value: Any) -> None:
    assert canonically(value) == canonical(value)


LOOKALIKES = [value for at in range(40) for value in (0xCB, 0x1A00 + at, 0x44000000 + at)]
"""Whole numbers whose bytes look like odd floats, forty of them."""


@pytest.mark.parametrize("odd", [1e300, -1.5e16, 1e-5, 3e-7, 5e-324, 0.5, 10**15, "7e5", None])
def test_one_odd_float_is_found_among_many_bytes_that_only_look_like_one(odd: Any) -> None:
    value = {"column": LOOKALIKES, "number": odd}
    assert len({*digest._odd_floats(pack(value))}) > digest.FEW
    assert canonically(value) == canonical(value)


def test_what_is_no_number_is_refused_among_many_bytes_that_only_look_like_one() -> None:
    with pytest.raises(ValueError, match="not JSON compliant"):
        canonically([*LOOKALIKES, float("nan")])


@settings(max_examples=150, derandomize=True, deadline=None)
@given(st.lists(st.floats(allow_nan=False, allow_infinity=False), min_size=20, max_size=20))
def test_every_float_is_written_alike(values: list[float]) -> None:
    assert [canonically(value) for value in values] == [canonical(value) for value in values]


@pytest.mark.parametrize("value", [float("nan"), float("inf"), -float("inf")])
def test_what_is_no_json_is_refused(value: float) -> None:
    with pytest.raises(ValueError, match="not JSON"):
        canonically({"deep": [[value]]})


@pytest.mark.parametrize("policy", POLICIES)
def test_the_digest_is_that_of_the_core(policy: str) -> None:
    seats = [POLICIES[policy]() for _ in range(5)]
    episode = drive(Play(Influence(), 3), seats)
    assert digest_of(episode) == episode.digest()
