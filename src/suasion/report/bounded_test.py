"""Bounds of estimates and contrasts, by hand."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import pytest

from suasion import catalogue
from suasion.core.asks import Json
from suasion.core.environment import settings
from suasion.core.episode import Episode, Header
from suasion.environments.influence import KIT
from suasion.measures.estimate import Estimate
from suasion.measures.filed import Filed, Held
from suasion.measures.kit import one_group
from suasion.measures.measure import Measure, OfBlock, OfEpisode, OfPair, OfSeat, Undefined
from suasion.report.bounded import bounded
from suasion.report.results import RunResults

SEATS = [Held("A", "vllm/m"), Held("B", "vllm/m"), Held("C", "policy/grim")]


def filed(arm: str, replicate: int, *payoffs: float, lost: str = "") -> Filed:
    header = Header("influence", "1", {}, 100 + replicate)
    episode = Episode(header, (), (), (), payoffs, {})
    over = not lost
    return Filed(f"{arm}--r{replicate}", episode, SEATS, arm, replicate, finished=over, lost=lost)


def first(each: Filed, _: Json) -> float | Undefined:
    return each.episode.payoffs[0] if each.finished else Undefined("unfinished_episode")


def every(each: Filed, _: Json) -> Sequence[float] | Undefined:
    return each.episode.payoffs if each.finished else Undefined("unfinished_episode")


OF_EPISODE = OfEpisode("m", "points", first, low=0, high=10)


def results(measure: Measure, games: Sequence[Filed]) -> RunResults:
    kit = replace(KIT, measures=[measure], estimators=(), group=one_group, lists={}, parameters=())
    return RunResults(kit, games, methods=("t",))


def bounds(measure: Measure, games: Sequence[Filed], **by: Json) -> tuple[object, ...]:
    row = estimate(measure, games, **by)
    return row.value, row.blocked, row.bound_low, row.bound_high


def estimate(measure: Measure, games: Sequence[Filed], **by: Json) -> Estimate:
    [row] = [row for row in results(measure, games).estimates("m") if row.by == by]
    return row


def test_a_missing_episode_is_one_number_of_an_episode_and_of_each_model() -> None:
    games = [filed("a", 0, 4, 8, 1), filed("a", 1, 6, 6, 1), filed("a", 2, lost="quota")]
    assert bounds(OF_EPISODE, games) == (5, 1, 10 / 3, 20 / 3)
    seats = OfSeat("m", "points", every, low=0, high=9)
    assert bounds(seats, games, model="vllm/m") == (6, 1, 4, 7)
    assert bounds(seats, games, model="policy/grim") == (1, 1, 2 / 3, 11 / 3)


def test_a_missing_episode_is_a_number_for_every_ordered_pair() -> None:
    pairs = OfPair(
        "m",
        "count",
        lambda each, _: (
            {(i, j): 1 for i in range(3) for j in range(3) if i != j}
            if each.finished
            else Undefined("unfinished_episode")
        ),
        low=0,
        high=3,
    )
    assert bounds(pairs, [filed("a", 0), filed("a", 1, lost="quota")]) == (1, 1, 0.5, 2)


def test_all_missing_leaves_the_whole_range() -> None:
    assert bounds(OF_EPISODE, [filed("a", 0, lost="quota")]) == (None, 1, 0, 10)


def test_what_is_known_of_a_missing_episode_narrows_its_bounds() -> None:
    known = replace(OF_EPISODE, left=lambda each: (2.0, 3.0 + (each.replicate or 0)))
    games = [filed("a", 0, 4), filed("a", 1, lost="quota"), filed("a", 2, lost="quota")]
    assert bounds(known, games) == (4, 2, 8 / 3, 13 / 3)


@pytest.mark.parametrize(
    ("low", "high", "words"),
    [
        (0, None, "unbounded: m has no highest possible value"),
        (None, 0, "unbounded: m has no lowest possible value"),
        (None, None, "unbounded: m has neither a lowest nor a highest possible value"),
        (0, 1, None),
    ],
)
def test_why_there_is_no_bound_is_said(
    low: float | None, high: float | None, words: str | None
) -> None:
    measure = replace(OF_EPISODE, low=low, high=high)
    row = estimate(measure, [filed("a", 0, 1), filed("a", 1, lost="quota")])
    assert row.bound_reason == words
    assert (row.bound_low is None, row.bound_high is None) == (low is None, high is None)
    row = estimate(measure, [filed("a", 0, 1)])
    assert (row.bound_low, row.bound_high, row.bound_reason) == (None, None, None)


def test_a_row_says_what_is_missing_and_its_values_why() -> None:
    found = results(OF_EPISODE, [filed("a", 0, 1), filed("a", 1, lost="rate_limit")])
    row = found.estimates("m")[0].row()
    assert (row["blocked"], row["causes"]) == (1, {"rate_limit": 1})
    assert [v.reason for v in found.values("m")] == [None, "unfinished_episode: rate_limit"]


CONTRAST = {"measure": "m", "of": {"arm": "a"}, "against": {"arm": "b"}}


def test_missing_pairs_bound_a_contrast_within_seeds() -> None:
    games = [
        *(filed("a", 0, 4), filed("b", 0, 1)),
        *(filed("a", 1, lost="quota"), filed("b", 1, 3)),
        *(filed("a", 2, 9), filed("b", 2, lost="quota")),
        *(filed("a", 3, lost="quota"), filed("b", 3, lost="filtered")),
    ]
    found = bounded(results(OF_EPISODE, games), CONTRAST)
    assert (found.low, found.high) == ((3 - 3 - 1 - 10) / 4, (3 + 7 + 9 + 10) / 4)
    assert (found.behind.blocked, found.behind.causes) == (4, {"quota": 3, "filtered": 1})


def test_missing_episodes_bound_a_contrast_of_two_samples() -> None:
    games = [
        *(filed("a", 0, 4), filed("a", 1, 6), filed("a", 2, lost="quota")),
        *(filed("b", 10, 2), filed("b", 11, lost="quota")),
    ]
    found = bounded(results(OF_EPISODE, games), CONTRAST)
    assert found.low == pytest.approx(10 / 3 - 6)
    assert found.high == pytest.approx(20 / 3 - 1)


def test_a_contrast_without_missing_episodes_or_without_a_range_has_no_bounds() -> None:
    games = [filed("a", 0, 4), filed("b", 0, 1)]
    assert bounded(results(OF_EPISODE, games), CONTRAST)[:3] == (None, None, None)
    endless = replace(OF_EPISODE, high=None)
    found = bounded(
        results(endless, [*games, filed("a", 1, lost="quota"), filed("b", 1, 2)]), CONTRAST
    )
    assert (found.low, found.high) == ((3 + (0 - 2)) / 2, None)
    assert found.reason == "unbounded: m has no highest possible value"


def test_a_side_is_a_model_and_what_it_does_not_hold_is_not_missing_from_it() -> None:
    sides = {"of": {"arm": "a", "model": "gone"}, "against": {"arm": "b", "model": "vllm/m"}}
    games = [filed("a", 0, lost="quota"), filed("b", 0, 1)]
    assert bounded(results(OF_EPISODE, games), {"measure": "m", **sides}).behind.blocked == 0


def test_a_number_of_a_block_is_missing_once() -> None:
    block = OfBlock(
        "m",
        "points",
        lambda run, _: {
            each.id: first(each, None) if each.block != "a--r1" else Undefined("no_partner")
            for each in run
            if each.id.endswith("pro")
        },
        low=-3,
        high=3,
    )
    games = [
        replace(filed("a", at, 1), id=f"a--r{at}--{side}", block=f"a--r{at}")
        for at in range(2)
        for side in ("pro", "con")
    ]
    games[-1] = replace(games[-1], finished=False, lost="quota")
    games += [filed("b", 10, 1)]
    games[-1] = replace(games[-1], id="b--r10--pro", block="b--r10")
    found = bounded(results(block, games), CONTRAST)
    assert (found.low, found.high) == ((1 - 3) / 2 - 1, (1 + 3) / 2 - 1)


@pytest.mark.parametrize("name", catalogue.environments())
def test_an_episode_that_never_began_is_missing_in_every_environment(name: str) -> None:
    kit = catalogue.kit(name)
    env = catalogue.make(name, None, {})
    header = Header(name, env.version, settings(env), 1)
    seats = [Held(seat.name, "vllm/m") for seat in env.seats()]
    empty = Episode(header, (), (), (), (), {})
    games = [
        Filed(f"e{at}", empty, seats, replicate=at, finished=False, lost=why)
        for at, why in enumerate(("quota", "never_begun"))
    ]
    found = RunResults(kit, games)
    assert found.unreadable == 0
    rows = found.all_estimates()
    assert rows
    counted = [row for row in rows if row.statistic == "count" or row.measure == "blocked"]
    assert {row.value for row in rows if row not in counted} <= {None}
    assert {row.blocked for row in rows if row.statistic == "mean"} == {2}
    for row in rows:
        measure = next((m for m in kit.measures if m.id == row.measure), None)
        if measure is not None and row.statistic == "mean" and measure.level in ("episode", "seat"):
            assert (row.bound_low, row.bound_high) == (measure.low, measure.high)
            assert (row.bound_reason is None) == (None not in (measure.low, measure.high))
