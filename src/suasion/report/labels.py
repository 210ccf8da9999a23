"""Where the names of points go, so that they cover neither one another nor what is drawn.

Each name tries the places around its point, near ones first, and takes the one that costs least
given where the others are; a few rounds of that settle. Ours; the same points give the same places.
"""

from __future__ import annotations

from collections.abc import Sequence
from math import hypot
from typing import NamedTuple

AROUND = ((1, 0), (-1, 0), (1, -1), (1, 1), (-1, -1), (-1, 1), (0, -1), (0, 1))
FAR = (9.0, 20.0, 34.0, 52.0, 74.0)
"""Pixels from a point to its name."""
ROUNDS = 6
DOT = 6.0
"""Half the room of a point."""


class Box(NamedTuple):
    """A rectangle in pixels, y downwards."""

    left: float
    top: float
    right: float
    bottom: float

    def meets(self, other: Box) -> float:
        """The area they share."""
        wide = min(self.right, other.right) - max(self.left, other.left)
        tall = min(self.bottom, other.bottom) - max(self.top, other.top)
        return wide * tall if wide > 0 and tall > 0 else 0.0


class Point(NamedTuple):
    """A point, the size of its name, and the lines through it."""

    x: float
    y: float
    wide: float
    tall: float
    lines: tuple[Box, ...] = ()
    """Intervals, as thin rectangles."""


class Spot(NamedTuple):
    """Where a name goes."""

    box: Box
    far: float
    """How far from its point: beyond the nearest it wants a line that leads there."""


def placed(points: Sequence[Point], within: Box) -> list[Spot]:
    """A place for each name."""
    spots = [_spots(point) for point in points]
    dots = [Box(p.x - DOT, p.y - DOT, p.x + DOT, p.y + DOT) for p in points]
    lines = [line for point in points for line in point.lines]
    own = [[_cost(spot, dots, lines, within) for spot in several] for several in spots]
    chosen = [min(range(len(costs)), key=costs.__getitem__) for costs in own]
    for _ in range(ROUNDS):
        before = list(chosen)
        for at in range(len(points)):
            others = [spots[k][chosen[k]].box for k in range(len(points)) if k != at]
            costs = [
                own[at][k] + sum(40 * spot.box.meets(other) for other in others)
                for k, spot in enumerate(spots[at])
            ]
            chosen[at] = min(range(len(costs)), key=costs.__getitem__)
        if chosen == before:
            break
    return [several[at] for several, at in zip(spots, chosen, strict=True)]


def _spots(point: Point) -> list[Spot]:
    return [_spot(point, way, far) for far in FAR for way in AROUND]


def _spot(point: Point, way: tuple[int, int], far: float) -> Spot:
    x, y = way
    size = far / hypot(x, y)
    middle_x = point.x + x * (size + point.wide / 2)
    middle_y = point.y + y * (size + (point.tall / 2 if x == 0 else 0))
    half, tall = point.wide / 2, point.tall / 2
    box = Box(middle_x - half, middle_y - tall, middle_x + half, middle_y + tall)
    return Spot(box, far)


def _cost(spot: Spot, dots: Sequence[Box], lines: Sequence[Box], within: Box) -> float:
    box = spot.box
    out = max(0.0, within.left - box.left) + max(0.0, box.right - within.right)
    out += max(0.0, within.top - box.top) + max(0.0, box.bottom - within.bottom)
    return (
        1e4 * out
        + sum(20 * box.meets(dot) for dot in dots)
        + sum(0.5 * box.meets(line) for line in lines)
        + spot.far
    )
