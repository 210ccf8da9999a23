"""Names of pages."""

from __future__ import annotations

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from suasion.report.names import page_name

ANY = st.text(st.characters(codec=None, categories=("L", "N", "P", "S", "Z", "C")), max_size=400)


@pytest.mark.parametrize("id_", ["talking--r0", "calibration--gemma-3-4b_r0", "a", "gpt-5.4_1"])
def test_a_plain_word_keeps_its_name(id_: str) -> None:
    assert page_name(id_) == id_


@pytest.mark.parametrize(
    "id_", ["", "A", "../../etc/passwd", "index", "index-2", "con", "nul.x", "-a", ".a", "a/b", "é",
            "a" * 300, "a b", "x-0123456789ab", "<script>", "a\0"]
)  # fmt: skip
def test_any_other_has_a_safe_name_of_its_own(id_: str) -> None:
    assert page_name(id_) != id_
    assert re.fullmatch(r"[a-z0-9-]{1,60}-[0-9a-f]{12}", page_name(id_))


def test_ids_that_differ_in_case_have_two_pages() -> None:
    assert len({page_name(id_).casefold() for id_ in ("ab", "Ab", "AB", "aB")}) == 4


def test_no_id_can_take_the_name_of_anothers_page() -> None:
    assert page_name(page_name("A")) != page_name("A")


@given(st.lists(ANY, unique=True, max_size=20))
def test_different_ids_have_different_files_everywhere(ids: list[str]) -> None:
    names = [page_name(id_) for id_ in ids]
    assert len({name.casefold() for name in names}) == len(ids)
    assert all(len(name.encode()) <= 200 and "/" not in name for name in names)
