"""Facts about groups of what is not told apart."""

from __future__ import annotations

from suasion.stats.ties import groups


def within(reach: float, at: list[float]) -> list[int | None]:
    return groups(range(len(at)), lambda first, other: at[first] - at[other] <= reach)


def test_one_joins_while_it_is_tied_with_the_first_of_the_group() -> None:
    assert within(1, [5, 4.5, 4, 3.9, 3, 0]) == [1, 1, 1, 2, 2, 3]


def test_neighbours_that_are_tied_may_stand_in_two_groups() -> None:
    """Being tied with the last of a group is not being tied with its first."""
    assert within(1, [2, 1, 0]) == [1, 1, 2]


def test_who_cannot_be_compared_is_in_none() -> None:
    found = groups([3, 1, 2], lambda _, other: None if other == 1 else False)
    assert found == [1, None, 2]
    assert groups([], lambda _, __: True) == []
