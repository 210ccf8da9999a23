"""Facts about the economy that a log shows without saying it."""

from __future__ import annotations

from suasion.core.asks import Json
from suasion.environments.terrarium.log_economy import settings_of
from suasion.environments.terrarium.written_test import Line, line, one, private, puzzle, trade


def shown(*lines: Line) -> dict[str, Json]:
    found = settings_of(one([puzzle(1, "Q-1", Vera="a", Kip="b"), *lines]).episode.events, ())
    del found["names"]
    return found


def test_the_drain_and_the_start_are_told_from_balances() -> None:
    assert shown(private(2, 0, 1, "x", before=92), private(5, 0, 1, "x", before=67)) == {
        "drain": 8,
        "tokens": 100,
    }


def test_rewards_and_gifts_between_messages_are_no_drain() -> None:
    reward = line("REWARD", 2, 0, amount=40, cooperative=True)
    lines = [
        private(2, 0, 1, "x", before=92),
        reward,
        trade(3, 1, 0, 10),
        trade(3, 0, 1, 3),
        private(3, 0, 1, "x", before=92 - 1 - 8 + 40 + 10 - 3),
    ]
    assert shown(*lines) == {"drain": 8, "tokens": 100, "split_reward": 40}


def test_what_a_seat_got_before_it_spoke_is_no_part_of_its_start() -> None:
    bonus = line("REWARD", 0, 0, amount=40, reason="pre_solve_bonus", cooperative=False)
    later = private(2, 0, 1, "x", before=740 - 1 - 8)
    assert shown(bonus, private(1, 0, 1, "x", before=740), later)["tokens"] == 700


def test_what_nothing_shows_is_left_out() -> None:
    assert shown(line("PASS", 1, 0)) == {}


def test_a_puzzles_life_is_told_by_those_that_expired() -> None:
    assert shown(line("PUZZLE_EXPIRED", 13, puzzle_id="Q-1")) == {"lifetime": 12}
