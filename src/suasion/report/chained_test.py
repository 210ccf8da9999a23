"""Estimates and contrasts of chains and blocks: whole chains and blocks are what is independent."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from math import sqrt
from pathlib import Path
from random import Random

import pytest

from suasion.core.episode import Episode, Header
from suasion.environments.influence import KIT
from suasion.measures.estimate import Estimate
from suasion.measures.filed import Filed, Held
from suasion.measures.kit import one_group
from suasion.measures.measure import Number, OfEpisode, OfPair, OfSeat, OfSeries
from suasion.report.book import CHAINED, Book
from suasion.report.contrasts import Declared, declared
from suasion.report.estimates import estimates
from suasion.report.files import Folder
from suasion.report.recorded_test import InMemory, Known, played
from suasion.report.results import RunResults
from suasion.report.results import measured as measured_of
from suasion.stats.cluster import cluster_mean
from suasion.stats.interval import Recipe
from suasion.stats.permutation import sign_flip, two_sample

LINKS = 8
T = Recipe(methods=("t",))
ALL = Recipe()


def game(id_: str, seed: int = 1, arm: str = "a", k: int = 0, **unit: str | int) -> Filed:
    settings = {"topology": "ring", "messages": True, "rounds": 1, "slots": 1, "credit": "off"}
    episode = Episode(Header("influence", "1", settings, seed), (), (), (), (0, 0), {})
    seats = [Held("P1", "x"), Held("P2", "y")]
    made = Filed(id_, episode, seats, arm, k)
    return Filed(**{**vars(made), **unit})


def chains(count: int, links: int = LINKS, arm: str = "a") -> list[Filed]:
    return [
        game(f"{arm}--r{k}--{n}", 100 * k + n, arm, k, chain=f"{arm}--r{k}", link=n)
        for k in range(count)
        for n in range(links)
    ]


def blocks(count: int, arm: str = "a") -> list[Filed]:
    return [
        game(f"{arm}--r{k}--{name}", k, arm, k, block=f"{arm}--r{k}")
        for k in range(count)
        for name in ("pro", "con")
    ]


def apart(games: Sequence[Filed]) -> list[Filed]:
    """The same episodes, taken as if none had to do with another."""
    return [Filed(**{**vars(each), "chain": None, "block": None}) for each in games]


def measured(
    games: Sequence[Filed], numbers: Mapping[str, Number], recipe: Recipe = T
) -> list[Estimate]:
    measure = OfEpisode("m", "u", lambda each, _: numbers[each.id])
    values = [value for each in games for value in measure.values(each, {})]
    rows = estimates(measure, games, values, one_group, recipe)
    return [row for row in rows if "arm" not in row.by]


def test_the_mean_over_episodes_of_chains_has_the_interval_of_whole_chains() -> None:
    games, dice = chains(7), Random(1)
    numbers = {each.id: dice.random() for each in games}
    rows = measured(games, numbers, ALL)
    expected = cluster_mean(list(numbers.values()), [each.chain for each in games], ALL)
    assert [(row.value, row.low, row.high) for row in rows] == [
        (each.value, each.low, each.high) for each in expected
    ]
    assert {(row.n, row.unit_of_resampling) for row in rows} == {(7, "chain")}


def test_episodes_of_blocks_are_resampled_by_block() -> None:
    games, dice = blocks(6), Random(2)
    numbers = {each.id: dice.random() for each in games}
    [row] = measured(games, numbers)
    expected = cluster_mean(list(numbers.values()), [each.block for each in games], T)[0]
    assert (row.low, row.high) == (expected.low, expected.high)
    assert (row.n, row.unit_of_resampling) == (6, "block")


def test_one_chain_has_no_interval_however_long_it_is() -> None:
    games = chains(1, 50)
    [row] = measured(games, {each.id: float(at) for at, each in enumerate(games)})
    assert (row.n, row.low, row.method) == (1, None, "none: one cluster")


def test_seats_pairs_and_series_are_resampled_by_chain_too() -> None:
    games = chains(5)
    seats = OfSeat("m", "u", lambda each, _: [each.link or 0, 1])
    pairs = OfPair("m", "u", lambda *_: {(0, 1): 1, (1, 0): 2})
    series = OfSeries("m", "u", lambda *_: [[1, 2], [3, 4]], "k")
    for measure in (seats, pairs, series):
        values = [value for each in games for value in measure.values(each, {})]
        for row in estimates(measure, games, values, one_group, T):
            assert (row.n, row.unit_of_resampling) == (5, "chain")


def carried_on(games: Sequence[Filed], dice: Random, keeps: float) -> dict[str, float]:
    """Values of mean nought, of which each link keeps a part of the one before it."""
    numbers, fresh = dict[str, float](), sqrt(1 - keeps**2)
    last = 0.0
    for each in games:
        drawn = dice.gauss()
        last = drawn if each.link == 0 else keeps * last + fresh * drawn
        numbers[each.id] = last
    return numbers


def test_by_chain_intervals_hold_the_truth_as_often_as_they_say_and_by_episode_do_not() -> None:
    games, dice, times = chains(12), Random(2027), 400
    naive, held = apart(games), [0, 0]
    for _ in range(times):
        numbers = carried_on(games, dice, 0.8)
        for at, several in enumerate((games, naive)):
            [row] = measured(several, numbers)
            assert row.low is not None
            assert row.high is not None
            held[at] += row.low <= 0 <= row.high
    error = sqrt(0.95 * 0.05 / times)
    assert abs(held[0] / times - 0.95) < 3 * error
    assert held[1] / times < 0.95 - 10 * error


class Given(RunResults):
    """Results whose only measure has the values given."""

    def __init__(self, games: Sequence[Filed], numbers: Mapping[str, Number]) -> None:
        super().__init__(KIT, games, methods=("t",))
        measure = OfEpisode("points_received", "u", lambda each, _: numbers[each.id])
        self._values["points_received"] = [
            value for each in games if each.id in numbers for value in measure.values(each, {})
        ]


def contrast(games: Sequence[Filed], numbers: Mapping[str, Number]) -> Declared:
    sides = {"of": {"arm": "a"}, "against": {"arm": "b"}}
    [found] = declared(Given(games, numbers), [{"measure": "points_received", **sides}])
    return found


def test_two_conditions_of_chains_are_compared_link_by_link_and_judged_by_chain() -> None:
    games, dice = [*chains(7), *chains(7, arm="b")], Random(3)
    numbers = {each.id: dice.random() for each in games}
    found = contrast(games, numbers)
    of, against = ([numbers[g.id] for g in games if g.arm == arm] for arm in "ab")
    differences = [a - b for a, b in zip(of, against, strict=True)]
    means = [sum(differences[8 * k : 8 * k + 8]) / 8 for k in range(7)]
    assert found.made.value == pytest.approx(sum(means) / 7, abs=1e-12)
    assert (found.pairs, found.made.units, found.made.n) == (True, 7, 56)
    assert found.p == pytest.approx(sign_flip(means).value)


def test_five_chains_are_too_few_for_a_p_value_however_long_they_are() -> None:
    games = [*chains(5), *chains(5, arm="b")]
    found = contrast(games, {each.id: Random(each.id).random() for each in games})
    assert (found.p, found.verdict, found.made.units) == (None, "not settled", 5)


def test_both_members_of_a_block_count_in_a_contrast() -> None:
    games = [*blocks(6), *blocks(6, arm="b")]
    numbers = {
        each.id: (1.0 if each.id.endswith("pro") else 5.0) * (each.arm == "a")
        + (each.replicate or 0)
        for each in games
    }
    found = contrast(games, numbers)
    assert (found.made.value, found.made.units, found.made.n) == (3, 6, 12)


def test_chains_that_share_nothing_are_two_samples_of_chain_means() -> None:
    games = [*chains(4), *chains(5, 2, arm="b")]
    games = [Filed(**{**vars(g), "replicate": at}) for at, g in enumerate(games)]
    numbers = {each.id: Random(each.id).random() for each in games}
    found = contrast(games, numbers)
    sides = [
        [numbers[g.id] for g in games if g.chain == c]
        for c in dict.fromkeys(g.chain for g in games)
    ]
    means = [sum(side) / len(side) for side in sides]
    assert (found.pairs, found.made.units) == (False, 9)
    assert found.p == pytest.approx(two_sample(means[:4], means[4:]).value)


def test_a_question_that_counts_games_as_independent_is_not_asked_of_chains(tmp_path: Path) -> None:
    games = played(2)
    chained = [replace(each, chain=f"{each.arm}--0", link=each.replicate) for each in games]
    for filed, why in ((games, 0), (chained, len(KIT.questions))):
        book = Book(InMemory(filed, tmp_path), KIT, None, Folder(tmp_path / "site"))
        assert len([each for each in book.why_not.values() if each == CHAINED]) == why


def test_those_behind_a_stuck_link_are_missing_from_estimates_with_it(tmp_path: Path) -> None:
    games = [replace(each, chain=f"{each.arm}--0", link=each.replicate) for each in played(4)]
    talking = [each for each in games if each.arm == "talking"]

    class Stuck(InMemory):
        def rows(self) -> Sequence[Known]:
            states = ["whole", "failed", "planned", "planned"]
            return [
                Known(each.id, each.arm, state, None, each.chain)
                for each, state in zip(talking, states, strict=True)
            ]

    found = measured_of(Stuck(talking[:1], tmp_path, stuck=talking[1:]))
    assert [(each.id, each.finished) for each in found] == [
        ("talking--r0", True),
        *[(f"talking--r{k}", False) for k in (1, 2, 3)],
    ]
