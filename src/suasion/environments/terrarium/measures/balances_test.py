"""Facts about balances that no event says."""

from __future__ import annotations

from suasion.environments.terrarium.measures.balances import held_after, held_at_ends
from suasion.environments.terrarium.written_test import end, line, one, private, trade

SETTINGS = {"tokens": 20, "drain": 8}


def test_the_drain_of_a_round_comes_before_what_expires_and_after_what_pays() -> None:
    reward = line("REWARD", 1, 0, amount=40, cooperative=True)
    expired = line("PUZZLE_EXPIRED", 1, puzzle_id="Q-1")
    events = one([line("PASS", 1, 1), reward, expired, line("PASS", 2, 0), end(3)]).episode.events
    assert held_after(events, SETTINGS, 2) == [(20, 20), (60, 20), (52, 12), (52, 12), (36, 0)]
    assert held_at_ends(events, SETTINGS, 2, 3) == [(52, 12), (44, 4), (36, 0)]


def test_nobody_falls_below_nothing_and_the_dead_pay_no_more() -> None:
    starved = [line("DEATH", 3, seat, cause="starvation") for seat in (0, 1)]
    spent = line("DEATH", 1, 2, cause="message_cost")
    events = one([spent, *starved, end(3)]).episode.events
    assert held_after(events, SETTINGS, 3) == [(20, 20, 0), (0, 0, 0), (0, 0, 0), (0, 0, 0)]


def test_a_message_puts_its_senders_balance_right() -> None:
    events = one([private(1, 0, 1, "x", before=500, cost=2), trade(1, 0, 1, 5)]).episode.events
    assert held_after(events, SETTINGS, 2) == [(498, 20), (493, 25)]


def test_without_a_drain_balances_are_those_of_the_last_messages() -> None:
    events = one([private(1, 0, 1, "x", before=50, cost=2), line("PASS", 9, 0)]).episode.events
    assert held_after(events, {}, 2) == [(48, 0), (48, 0)]
