"""Groups of what data do not tell apart, from the top down."""

from __future__ import annotations

from collections.abc import Callable, Sequence


def groups(ordered: Sequence[int], tied: Callable[[int, int], bool | None]) -> list[int | None]:
    """The group of each of `ordered`, which stands from the highest down: 1, 2, …

    One joins the current group if it is tied with that group's first, else it opens the next. Where
    nothing can tell (`tied` gives None) it is in no group. Nobody is tied with all of a group by
    this, only with its first; two in one group may well differ. Source: the page of definitions.
    """
    found: list[int | None] = []
    first: int | None = None
    number = 0
    for each in ordered:
        together = None if first is None else tied(first, each)
        if first is None or together is False:
            first, number = each, number + 1
            found.append(number)
        else:
            found.append(number if together else None)
    return found
