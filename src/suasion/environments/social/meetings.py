"""Who meets whom: different others for each seat, at random."""

from __future__ import annotations

from collections.abc import Sequence


def others(size: int, k: int, units: Sequence[float]) -> list[list[int]]:
    """For each of `size` seats, `k` different others in a random order, of k numbers each.

    The others of a seat are those that follow it, around the circle. Number i of a seat swaps
    places i and i + int(u (n - i)) of its n others (Fisher and Yates); so the places themselves
    are drawn where no two of them are the same.
    """
    n = size - 1
    columns = [[i + int(unit * (n - i)) for unit in units[i::k]] for i in range(k)]
    found = []
    for after, row in enumerate(zip(*columns, strict=True), 1):
        places = row if len({*row}) == k else _swapped(row)
        found.append([(after + place) % size for place in places])
    return found


def _swapped(row: Sequence[int]) -> list[int]:
    """What stands at the places when each is swapped to the front in its turn."""
    deck: dict[int, int] = {}
    drawn = []
    for at, place in enumerate(row):
        drawn.append(deck.get(place, place))
        deck[place] = deck.get(at, at)
    return drawn
