"""Names of points: beside them, inside the picture, and not on top of one another."""

from __future__ import annotations

from itertools import combinations
from random import Random

from suasion.report.labels import Box, Point, placed

WITHIN = Box(0, 0, 700, 450)


def crowd(number: int, seed: int) -> list[Point]:
    random = Random(seed)
    return [
        Point(random.uniform(40, 660), random.uniform(30, 420), random.uniform(40, 150), 13)
        for _ in range(number)
    ]


def test_one_name_stands_right_beside_its_point() -> None:
    [spot] = placed([Point(100, 100, 60, 12)], WITHIN)
    assert (spot.box.top + spot.box.bottom) / 2 == 100
    assert 0 < spot.box.left - 100 < 12


def test_fifteen_names_cover_neither_one_another_nor_a_point_and_stay_inside() -> None:
    for seed in range(8):
        points = crowd(15, seed)
        boxes = [spot.box for spot in placed(points, WITHIN)]
        assert all(one.meets(other) == 0 for one, other in combinations(boxes, 2)), seed
        for box in boxes:
            assert not any(
                box.left < p.x < box.right and box.top < p.y < box.bottom for p in points
            )
            assert box.left >= 0
            assert box.top >= 0
            assert box.right <= 700
            assert box.bottom <= 450


def test_without_looking_at_one_another_names_would_collide() -> None:
    """So that the test above can fail: each alone takes its nearest place."""
    points = crowd(15, 0)
    alone = [placed([point], WITHIN)[0].box for point in points]
    assert any(one.meets(other) for one, other in combinations(alone, 2))


def test_two_points_in_one_place_have_two_places_for_their_names() -> None:
    one, other = placed([Point(50, 50, 30, 12), Point(50, 50, 30, 12)], WITHIN)
    assert one.box.meets(other.box) == 0


def test_a_name_at_the_edge_goes_to_the_other_side() -> None:
    [spot] = placed([Point(690, 100, 60, 12)], WITHIN)
    assert spot.box.right <= 690


def test_no_points_have_no_names() -> None:
    assert placed([], WITHIN) == []
