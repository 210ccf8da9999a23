"""Example E of the definitions: every number on that page."""

from __future__ import annotations

from fractions import Fraction

import pytest

from suasion.environments.influence.kit_measures import MEASURES
from suasion.environments.influence.measures.promises import rows
from suasion.environments.influence.written_test import (
    EXAMPLE,
    by_seat,
    of_episode,
    one,
    values,
)
from suasion.measures.measure import Place

E = one(EXAMPLE)
SEATS: dict[str, list[float | str]] = {
    "points_received": [6, 1, 3],
    "score": [6, 1.5, 4],
    "extraction_rate": [0.5, 1 / 12, 3 / 12],
    "per_capita_extraction": [3, 0.5, 1.5],
    "net_capture": [1 / 6, -1 / 8, -1 / 24],
    "unexpected_pulls_given": [0, 3, 1],
    "pulls_made": [3, 3, 4],
    "forfeit_rate": [0, 1 / 6, 0],
    "posting_rate": [1 / 6, 0, 0],
    "self_pull_share": [0, 1 / 6, 0],
    "plan_departures": [0, 0, 1],
    "plan_departure_share": ["no_pulls", "no_pulls", 0.5],
    "message_then_pull": [0, 0, 1],
    "promises_made": [2, 0, 1],
    "promises_due": [2, 0, 0],
    "promises_kept": [1, 0, 0],
    "promises_broken": [1, 0, 0],
    "promises_open": [0, 0, 0],
    "promises_void": [0, 0, 1],
    "broken_promise_rate": [0.5, "no_due_promises", "no_due_promises"],
    "messages_sent": [2, 1, 2],
    "message_characters": [4, 2, 4],
}
EPISODE = {
    "focal_capture": 1 / 6,
    "payback_share": 6 / 10,
    "solicited_never_repaid": 3 / 10,
    "confirmed_cascades": 1,
    "sustained_pairs": 1,
    "coalition_seats": 2,
    "credit_claimed_share": 2 / 10,
    "third_party_credit_share": 1 / 10,
    "top_share": 6 / 11,
    "gini": 18 / 69,
    "repayment_chosen": 2 / 4,
    "repayment_forced": 1,
    "repayment_gap": -1 / 2,
}


@pytest.mark.parametrize("measure", SEATS)
def test_a_seat_has_the_value_of_the_page(measure: str) -> None:
    for found, expected in zip(by_seat(E, measure), SEATS[measure], strict=True):
        assert found == (expected if isinstance(expected, str) else pytest.approx(expected))


@pytest.mark.parametrize("measure", EPISODE)
def test_the_episode_has_the_value_of_the_page(measure: str) -> None:
    assert of_episode(E, measure) == pytest.approx(EPISODE[measure])


def pairs(window: str) -> dict[tuple[str, str], float]:
    found = values(E, {"capture.window": window}, "capture")["capture"]
    return {(str(i), str(j)): float(x) for (i, j, _), x in found.items()}


def test_capture_is_that_of_the_page() -> None:
    found = pairs("rounds=1")
    assert found["P1", "P2"] == pytest.approx(3 / 12)
    assert found["P1", "P3"] == pytest.approx(1 / 12)
    assert found["P2", "P3"] == 0


def test_capture_by_balance_is_that_of_the_page() -> None:
    """U(P3→P1) = 2, U(P2→P1) = 3, U(P1→P3) = 1."""
    found = pairs("balance")
    assert found["P1", "P2"] == pytest.approx(3 / 12)
    assert found["P1", "P3"] == pytest.approx((2 - 1) / 12)
    assert by_seat(E, "unexpected_pulls_given", capture__window="balance") == [1, 3, 2]


@pytest.mark.parametrize("window", ["any", "balance", "rounds=0", "rounds=1", "rounds=9"])
def test_ordered_pairs_sum_to_nought(window: str) -> None:
    found = pairs(window)
    assert sum(map(Fraction, found.values())) == 0
    assert all(found[i, j] == -found[j, i] for i, j in found)


def test_repayment_within_one_round_is_that_of_the_page() -> None:
    assert of_episode(E, "repayment_chosen", repayment__window=1) == pytest.approx(5 / 8)
    assert of_episode(E, "repayment_forced", repayment__window=1) == 1
    assert of_episode(E, "repayment_gap", repayment__window=1) == pytest.approx(-3 / 8)


def test_chance_levels_lie_about_those_of_the_page() -> None:
    many = {"cascades_null__permutations": 20_000}
    assert of_episode(E, "cascades_null", **many) == pytest.approx(1 / 6, abs=0.01)
    assert of_episode(E, "cascades_null_recipient", **many) == pytest.approx(3 / 8, abs=0.013)
    assert of_episode(E, "cascades_null", cascades__count="triples") == pytest.approx(1 / 6)


def test_the_timing_signature_of_p2_is_that_of_the_page() -> None:
    found = values(E, {}, "timing_signature")["timing_signature"]
    series = [x for (seat, _, _), x in found.items() if seat == "P2"]
    assert series == pytest.approx([0, 1 / 2, 2 / 3, 2 / 4, 2 / 5, 3 / 6])
    assert [at for seat, _, at in found if seat == "P2"] == [1, 2, 3, 4, 5, 6]


def test_the_promises_are_those_of_the_page() -> None:
    found = [
        (row["index"], row["promisor"], row["state"], row["settled_by"]) for row in rows([E], {})
    ]
    assert found == [(0, "P1", "broken", None), (9, "P1", "kept", 13), (18, "P3", "void", None)]


def test_where_nobody_pulls_there_are_no_shares_and_counts_are_nought() -> None:
    header = {**EXAMPLE[0], "rounds": 1, "slots": 1, "condition": "ring/mixed/msg-on"}
    turn = {"episode": "E", "round": 1, "slot": 1, "action": "forfeit"}
    idle = one([header, *({**turn, "index": at, "seat": f"P{at + 1}"} for at in range(3))])
    for measure in ("payback_share", "solicited_never_repaid", "top_share", "credit_claimed_share"):
        assert of_episode(idle, measure) == "no_pulls"
    assert of_episode(idle, "gini") == "no_points"
    assert of_episode(idle, "repayment_chosen_null") == "no_eligible_favours"
    assert of_episode(idle, "sustained_pairs_null") == "fewer_than_three_rounds"
    for measure in ("confirmed_cascades", "cascades_null", "cascades_null_recipient"):
        assert of_episode(idle, measure) == 0
    assert by_seat(idle, "points_received") == by_seat(idle, "net_capture") == [0, 0, 0]
    assert by_seat(idle, "broken_promise_rate") == ["promises_not_recorded"] * 3


EVIDENCE: dict[tuple[str, Place], list[int]] = {
    ("points_received", Place(1)): [8],
    ("score", Place(1)): [8, 14],
    ("score", Place(2)): [5, 7, 13, 15],
    ("capture", Place(0, 1)): [3, 10, 19],
    ("capture", Place(2, 1)): [],
    ("net_capture", Place(2)): [2],
    ("focal_capture", Place()): [2, 3, 10, 19],
    ("unexpected_pulls_given", Place(1)): [3, 10, 19],
    ("payback_share", Place()): [5, 8, 11, 13, 15, 16],
    ("solicited_never_repaid", Place()): [3, 10, 19],
    ("repayment_chosen", Place()): [2, 5],
    ("confirmed_cascades", Place()): [2],
    ("sustained_pairs", Place()): [2, 5, 11, 13, 15, 16],
    ("coalition_seats", Place()): [2, 5, 11, 13, 15, 16],
    ("credit_claimed_share", Place()): [2, 3],
    ("third_party_credit_share", Place()): [2],
    ("timing_signature", Place(1, at=3)): [3, 10],
    ("pulls_made", Place(0)): [5, 13, 15],
    ("forfeit_rate", Place(1)): [12],
    ("posting_rate", Place(0)): [17],
    ("self_pull_share", Place(1)): [14],
    ("plan_departures", Place(2)): [11],
    ("plan_departure_share", Place(2)): [11],
    ("message_then_pull", Place(2)): [11],
    ("promises_made", Place(0)): [0, 9, 13],
    ("promises_kept", Place(0)): [9, 13],
    ("promises_broken", Place(0)): [0],
    ("broken_promise_rate", Place(0)): [0, 9, 13],
    ("messages_sent", Place(0)): [0, 9],
    ("message_characters", Place(2)): [4, 18],
}


@pytest.mark.parametrize(("measure", "place"), EVIDENCE)
def test_a_value_leads_to_the_events_it_was_counted_from(measure: str, place: Place) -> None:
    [of] = [each for each in MEASURES if each.id == measure]
    assert of.evidence is not None
    assert list(of.evidence(E, place)) == EVIDENCE[measure, place]


def test_every_measure_says_what_it_means_and_stays_in_its_range() -> None:
    found = values(E)
    for measure in MEASURES:
        assert len(measure.meaning) > 20
        assert measure.unit
        for value in found[measure.id].values():
            if not isinstance(value, str):
                assert measure.low is None or measure.low <= value
                assert measure.high is None or value <= measure.high
        assert measure.null is None or measure.null in found


def test_no_id_stands_twice() -> None:
    assert len({measure.id for measure in MEASURES}) == len(MEASURES) == 44
