"""Facts about the estimates that are no mean over episodes, and about what is pooled."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field

import pytest

from suasion.core.asks import Json
from suasion.environments.influence.kit_measures import ESTIMATORS, MEASURES
from suasion.environments.influence.measures.estimators import (
    group,
    persuasion_lift,
    self_pull_slope,
    self_pull_slope_by_round,
)
from suasion.environments.influence.measures.timing import budget
from suasion.environments.influence.written_test import (
    EXAMPLE,
    EXAMPLE_HEADER,
    Line,
    changed,
    imported,
    one,
    random_log,
)
from suasion.measures.estimate import Estimate
from suasion.measures.filed import Filed
from suasion.measures.measure import Value
from suasion.measures.question import Results


@dataclass
class Found:
    """The results of some episodes."""

    filed: Sequence[Filed]
    methods: Sequence[str] = ("percentile_bootstrap", "t")
    parameters: dict[str, Json] = field(default_factory=dict)
    beside: dict[str, Json] = field(default_factory=dict)

    def values(self, measure: str) -> Sequence[Value]:
        [of] = [each for each in MEASURES if each.id == measure]
        return [value for each in self.filed for value in of.values(each, {})]

    def estimates(self, measure: str) -> Sequence[Estimate]:
        raise NotImplementedError


def rows(
    estimator: Callable[[Results], Iterator[Estimate]], filed: Sequence[Filed]
) -> list[Estimate]:
    return list(estimator(Found(filed)))


def game(name: str, seats: dict[str, str], own: Sequence[str], **header: Json) -> list[Line]:
    """Two rounds of five slots: the first seat pulls for `own`, the second for it `points` times.

    All else is forfeited.
    """
    points = header.pop("points", 0)
    names = list(seats)
    head = {"episode": name, "seats": names, "rounds": 2, "slots": 5, "models": seats, **header}
    lines: list[Line] = [{"condition": "complete/pure/msg-on", **head}]
    for turn in range(10):
        for seat in names:
            place = {"episode": name, "index": len(lines) - 1, "seat": seat}
            place |= {"round": 1 + turn // 5, "slot": 1 + turn % 5}
            event: Line = {"action": "forfeit"}
            if seat == names[0] and turn < len(own):
                event = {"action": "pull", "beneficiary": own[turn]}
            elif seat == names[1] and points > turn:
                event = {"action": "pull", "beneficiary": names[0]}
            lines.append({**place, **event})
    return lines


def with_points(points: int, talk: bool, name: str = "", **header: Json) -> Filed:
    condition = f"complete/pure/msg-{'on' if talk else 'off'}"
    name = name or f"{points} {talk}"
    header = {"focal": "A", "condition": condition, **header}
    return one(game(name, {"A": "m", "B": "n"}, [], points=points, **header))


TALKING = [with_points(points, talk=True) for points in (6, 8, 10)]
SILENT = [with_points(points, talk=False) for points in (3, 5)]


def test_the_lift_of_the_page_is_4() -> None:
    first, second = rows(persuasion_lift, [*TALKING, *SILENT])
    assert first.value == second.value == 4
    assert (first.n, first.unit_of_resampling, first.statistic) == (
        5,
        "episode",
        "difference_of_means",
    )
    assert (first.method, second.method) == ("percentile_bootstrap", "t")
    assert (first.measure, first.status, first.blocked) == ("persuasion_lift", "exploratory", 0)
    assert first.by == {
        "seats": 2,
        "rounds": 2,
        "slots": 5,
        "self_pull_payoff": None,
        "topology": "complete",
        "economy": "pure",
        "model": "m",
    }
    assert first.low is not None
    assert first.low < 4 < (first.high or 0)


@pytest.mark.parametrize(
    ("filed", "reason", "n"),
    [(TALKING, "no_msg_off_arm", 3), (SILENT, "no_msg_on_arm", 2)],
)
def test_a_lift_needs_both_arms(filed: list[Filed], reason: str, n: int) -> None:
    [row] = rows(persuasion_lift, filed)
    assert (row.value, row.reason, row.n) == (None, reason, n)
    assert row.method.startswith("none: ")


def test_a_lift_without_any_value_says_so() -> None:
    cut = with_points(3, talk=True, finished=False)
    [row] = rows(persuasion_lift, [cut])
    assert (row.value, row.reason, row.n, row.blocked) == (None, "no_values", 0, 1)


def test_only_like_games_are_compared_and_only_counted_seats() -> None:
    longer = with_points(9, talk=False, name="smoke", status="smoke")
    found = rows(persuasion_lift, [*TALKING, *SILENT, longer])
    assert {(row.status, row.by["model"], row.reason) for row in found} == {
        ("exploratory", "m", None),
        ("smoke", "m", "no_msg_on_arm"),
    }
    lineup = [with_points(6, talk, name=f"l{talk}", focal=None) for talk in (True, False)]
    assert {row.by["model"] for row in rows(persuasion_lift, lineup)} == {"m", "n"}


def test_missing_games_leave_the_lift_within_bounds() -> None:
    cut = with_points(3, talk=False, name="cut", finished=False)
    row = rows(persuasion_lift, [*TALKING, *SILENT, cut])[0]
    assert (row.value, row.n, row.blocked) == (4, 5, 1)
    assert row.bound_low == pytest.approx(8 - (3 + 5 + 10) / 3)
    assert row.bound_high == pytest.approx(8 - (3 + 5 + 0) / 3)


def selfish(payoff: float, pulls: int, **header: Json) -> Filed:
    condition = "complete/mixed/msg-on"
    header = {"focal": "A", "condition": condition, "self_pull_payoff": payoff, **header}
    name = header.pop("name", f"{payoff} {pulls}")
    return one(game(name, {"A": "m", "B": "n"}, ["A"] * pulls, **header))


DOSES = [selfish(0, 1), selfish(0.5, 3), selfish(1, 8)]


def test_the_slope_of_the_page_is_seven_tenths() -> None:
    row = rows(self_pull_slope, DOSES)[0]
    assert row.value == pytest.approx(0.7)
    assert (row.n, row.statistic, row.unit_of_resampling) == (3, "slope", "episode")
    assert row.by == {
        "seats": 2,
        "rounds": 2,
        "slots": 5,
        "topology": "complete",
        "messages": "msg-on",
        "model": "m",
    }


def test_a_slope_needs_two_payoffs_and_mixed_games() -> None:
    [row] = rows(self_pull_slope, [selfish(0.5, 3), selfish(0.5, 4)])
    assert (row.value, row.reason, row.n) == (None, "one_payoff_only", 2)
    [row] = rows(self_pull_slope, TALKING)
    assert (row.value, row.reason, row.n) == (None, "no_values", 0)
    [row] = rows(self_pull_slope, [selfish(0.5, 3, finished=False)])
    assert (row.reason, row.blocked) == ("no_values", 1)


def test_the_slope_by_round_of_example_e_is_a_quarter() -> None:
    alone = {"focal": None, "models": {"P1": "m1", "P2": "m2", "P3": "m3"}}
    found = rows(self_pull_slope_by_round, [one(changed(EXAMPLE, 0, **alone))])
    slopes = {row.by["model"]: row.value for row in found}
    assert slopes == {"m1": 0, "m2": pytest.approx(1 / 4), "m3": 0}
    assert found[0].by == {**group(one(EXAMPLE)), "model": "m1"}
    assert {row.n for row in found} == {1}


def test_a_slope_by_round_needs_two_rounds_and_a_mixed_economy() -> None:
    header: Line = {**EXAMPLE_HEADER, "rounds": 1, "slots": 1, "focal": None}
    turn = {"episode": "E", "round": 1, "slot": 1, "action": "forfeit"}
    events = [{**turn, "index": at, "seat": f"P{at + 1}"} for at in range(3)]
    found = rows(self_pull_slope_by_round, [one([header, *events])])
    assert [(row.by["model"], row.reason, row.n) for row in found] == [
        ("m1", "one_round_only", 1),
        ("m2", "one_round_only", 2),
    ]
    assert rows(self_pull_slope_by_round, TALKING) == []


def test_arms_of_a_study_are_a_further_key_where_they_can_be_compared() -> None:
    arms = [
        Filed(each.id, each.episode, each.seats, f"arm {at}", kept=each.kept)
        for at, each in enumerate(DOSES)
    ]
    assert all("arm" not in row.by for row in rows(self_pull_slope, arms))
    by_round = rows(self_pull_slope_by_round, arms)
    assert {row.by.get("arm") for row in by_round} == {None, "arm 0", "arm 1", "arm 2"}


def test_a_series_is_as_long_as_a_whole_game_or_as_is_sensible() -> None:
    whole, cut = one(EXAMPLE), changed(EXAMPLE, 0, finished=False)
    huge = one([{**cut[0], "rounds": 10**30}, *cut[1:]])
    assert [budget(each) for each in (whole, one(cut), huge)] == [6, 6, 1000]


def test_the_group_is_made_of_what_must_be_alike() -> None:
    assert group(one(EXAMPLE)) == {
        "condition": "complete/mixed/msg-on",
        "seats": 3,
        "rounds": 3,
        "slots": 2,
        "self_pull_payoff": 0.5,
    }


def test_estimators_are_total_over_logs_sound_or_not() -> None:
    logs = [random_log(seed, finished=seed % 3 > 0) for seed in range(40)]
    filed = imported([line for log in logs for line in log[:20]]).filed
    assert any(each.damaged for each in filed)
    for estimator in ESTIMATORS:
        for row in estimator(Found(filed)):
            assert (row.value is None) == (row.reason is not None)
            assert (row.low is None) == row.method.startswith("none: ")
