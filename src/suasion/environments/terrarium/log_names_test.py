"""Facts about who sits where, told from logs that never say it outright."""

from __future__ import annotations

from collections.abc import Sequence

from suasion.environments.terrarium.log_checks import Logged, check
from suasion.environments.terrarium.log_names import seated
from suasion.environments.terrarium.written_test import Line, end, line, private, puzzle, solved
from suasion.measures.lines import Parsed

SIX = ("Vera", "Kip", "Sable", "Marsh", "Dove", "Flint")


def names(*lines: Line) -> tuple[str, ...]:
    return seated(log(lines)).names


def log(lines: Sequence[Line]) -> list[Logged]:
    return [check(Parsed(each, beyond=False), at, b"") for at, each in enumerate(lines, 1)]


def letter(to: int, name: str) -> Line:
    return {**private(1, 0, to, "hi"), "target_name": name}


def six(*lines: Line) -> tuple[str, ...]:
    return names(*lines, end(9, final_balances=dict.fromkeys(SIX, 0), survivors=list(SIX)))


def test_a_private_message_says_name_and_number() -> None:
    mixed = ("Sable", "Vera", "Marsh", "Kip", "Dove", "Flint")
    assert six(*(letter(seat, name) for seat, name in enumerate(mixed))) == mixed


def test_the_one_that_is_left_over_follows() -> None:
    said = [letter(seat, name) for seat, name in enumerate(("Kip", "Vera", "Dove", "Flint"))]
    dead = line("DEATH", 4, 5, cause="starvation")
    listed = end(
        9,
        dead=[("Marsh", 4)],
        final_balances=dict.fromkeys(SIX, 0),
        survivors=[name for name in SIX if name != "Marsh"],
    )
    found = seated(log([*said, dead, listed]))
    assert found.names == ("Kip", "Vera", "Dove", "Flint", "Sable", "Marsh")
    assert found.doubts == []


def test_a_round_of_death_that_two_share_tells_nothing() -> None:
    dead = [line("DEATH", 4, seat, cause="starvation") for seat in (4, 5)]
    listed = end(
        9,
        dead=[("Vera", 4), ("Kip", 4)],
        final_balances=dict.fromkeys(SIX, 0),
        survivors=["Sable", "Marsh", "Dove", "Flint"],
    )
    found = seated(log([*dead, listed]))
    assert found.names == SIX
    assert len(found.doubts) == 1


def test_the_holders_of_a_puzzle_that_solved_itself_are_its_contributors() -> None:
    deal = puzzle(1, "A-1", Flint="c", Kip="c")
    assert six(letter(3, "Kip"), deal, solved(2, "A-1", 3, 0))[0] == "Flint"
    by_hand = solved(2, "A-1", 3, 0, by=3)
    assert six(letter(3, "Kip"), deal, by_hand)[0] == "Vera"


def test_the_first_persona_that_is_lost_is_ones_own() -> None:
    swaps = [
        line("PERSONA_SWAP", 50, 0, old_persona="Dove", new_persona="Kip"),
        line("PERSONA_SWAP", 100, 0, old_persona="Kip", new_persona="Vera"),
    ]
    assert six(*swaps)[0] == "Dove"


def test_the_default_order_fills_what_is_open_and_says_so() -> None:
    found = seated(log([letter(0, "Vera"), end(9, final_balances=dict.fromkeys(SIX, 0))]))
    assert found.names == SIX
    [doubt] = found.doubts
    assert doubt.reason == (
        "names_by_default_order: no line tells that agent_1 is Kip, agent_2 is Sable, "
        "agent_3 is Marsh, agent_4 is Dove, agent_5 is Flint"
    )
    moved = seated(log([letter(0, "Kip"), end(9, final_balances=dict.fromkeys(SIX, 0))]))
    assert moved.names == ("Kip", "Vera", "Sable", "Marsh", "Dove", "Flint")


def test_what_most_lines_say_stands_and_the_others_are_doubts() -> None:
    said = [letter(1, "Kip"), letter(1, "Dove"), letter(1, "Kip")]
    found = seated(log([*said, end(9, final_balances=dict.fromkeys(SIX, 0))]))
    assert found.names[1] == "Kip"
    assert [each for each in found.doubts if "disagrees" in each.reason] == [
        (2, "name_disagrees: agent_1 is Kip elsewhere")
    ]


def test_a_name_that_the_end_does_not_list_makes_no_seat() -> None:
    found = seated(log([letter(1, "Ghost"), end(9, final_balances=dict.fromkeys(SIX, 0))]))
    assert found.names == SIX
    assert found.doubts[0].reason == "name_disagrees: agent_1 is another elsewhere"


def test_without_an_end_seats_are_those_that_lines_name() -> None:
    found = seated(log([letter(1, "Kip"), puzzle(1, "A-1", Zed="c", Kip="c")]))
    assert found.names == ("Zed", "Kip")
    far = seated(log([{**letter(3, "Kip")}]))
    assert far.names == ("agent_0", "agent_1", "agent_2", "Kip")
