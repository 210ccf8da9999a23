"""Holm's correction: p-values of several contrasts, judged together."""

from __future__ import annotations

from collections.abc import Sequence


def holm(values: Sequence[float | None]) -> list[float | None]:
    """Adjusted p-values, in the order given; at most one in twenty families has a false one < 0.05.

    A None is a test that could not be made: it stays None and is not counted. Whatever the tests
    have to do with one another, the error of the family holds. Source: Holm 1979.
    Errors: a number that is no probability.
    """
    found = [(value, at) for at, value in enumerate(values) if value is not None]
    if strange := [value for value, _ in found if not 0 <= value <= 1]:
        raise ValueError(f"{strange[0]} is no probability")
    adjusted: list[float | None] = [None] * len(values)
    least = 0.0
    for rank, (value, at) in enumerate(sorted(found)):
        least = max(least, min(1.0, (len(found) - rank) * value))
        adjusted[at] = least
    return adjusted
