"""Waits before a call is tried again."""

import random

import pytest

from suasion.runner.backoff import backoff

uniform = random.Random(1).uniform


@pytest.mark.parametrize(("attempt", "most"), [(1, 0.5), (2, 1), (3, 2), (7, 30), (10**6, 30)])
def test_a_wait_is_drawn_from_all_of_nought_to_a_bound_that_doubles(
    attempt: int, most: float
) -> None:
    waits = [backoff(attempt, None, uniform) for _ in range(4000)]
    assert min(waits) >= 0
    assert max(waits) <= most
    assert min(waits) < 0.01 * most
    assert max(waits) > 0.99 * most
    assert sum(waits) / len(waits) == pytest.approx(most / 2, rel=0.05)


@pytest.mark.parametrize("asked", [0.1, 1.0, 20.0, 119.0, 120.0])
def test_what_the_server_asks_is_kept_within_a_tenth(asked: float) -> None:
    waits = [backoff(9, asked, uniform) for _ in range(1000)]
    assert min(waits) >= asked
    assert max(waits) <= min(120.0, 1.1 * asked)
    assert asked >= 110 or max(waits) > 1.09 * asked


def test_no_server_makes_a_call_wait_for_over_two_minutes() -> None:
    assert backoff(1, 1e9, uniform) == 120.0


def test_a_server_that_asks_for_no_time_at_all_is_not_asked_again_at_once_by_all() -> None:
    waits = [backoff(3, 0.0, uniform) for _ in range(1000)]
    assert max(waits) > 1.9
