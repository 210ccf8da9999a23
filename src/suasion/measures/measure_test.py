"""Measures that take several episodes to tell, and series with gaps."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

import pytest

from suasion.measures.filed import Filed
from suasion.measures.kit import Kit
from suasion.measures.measure import (
    CATEGORY,
    Measure,
    Number,
    OfBlock,
    OfEpisode,
    OfRun,
    OfSeries,
    Parameters,
    Series,
    Undefined,
)
from suasion.measures.pooling import Sample, of_episodes, pools, samples
from suasion.measures.pooling_test import filed
from suasion.report.results import RunResults, Unmeasurable
from suasion.testing.lemons import KIT

NAMES = ("a", "b", "c", "d")


def rank(run: Sequence[Filed], _: Parameters) -> Mapping[str, Number]:
    """How many others of the run there are, and none for the last."""
    return {each.id: len(run) - 1 for each in run[:-1]}


def spread(run: Sequence[Filed], _: Parameters) -> Mapping[str, Number]:
    """The size of a block, given to its first episode."""
    blocks: dict[str, list[Filed]] = {}
    for each in run:
        blocks.setdefault(each.block or each.id, []).append(each)
    return {
        several[0].id: len(several) if all(e.finished for e in several) else Undefined("cut_short")
        for several in blocks.values()
    }


RANK, SPREAD = OfRun("rank", "others", rank), OfBlock("spread", "episodes", spread, low=0, high=9)


def kit_of(*measures: Measure) -> Kit:
    """The market for lemons, whose name these episodes bear, with other measures."""
    return replace(KIT, measures=measures)


def run_of(*blocks: str | None, chain: str | None = None) -> list[Filed]:
    return [
        replace(of_lemons(name), block=block, chain=chain)
        for name, block in zip(NAMES, blocks, strict=False)
    ]


def of_lemons(name: str) -> Filed:
    each = filed(name)
    header = replace(each.episode.header, environment="lemons")
    return replace(each, episode=replace(each.episode, header=header))


def test_a_number_of_the_run_is_told_from_all_its_episodes_at_once() -> None:
    found = RunResults(kit_of(RANK), run_of(None, None, None)).values("rank")
    assert [(v.episode, v.value, v.seat) for v in found] == [("a", 2, None), ("b", 2, None)]
    assert (RANK.level, SPREAD.level) == ("episode", "block")
    assert RANK.meaning.startswith("How many others")


def test_of_an_episode_alone_it_is_that_of_a_run_of_one() -> None:
    [one, *_] = run_of("x", "x")
    assert [value.value for value in SPREAD.values(one, {})] == [1]
    assert list(RANK.values(one, {})) == []


def test_a_number_of_a_block_is_given_to_one_of_it_and_resampled_by_block() -> None:
    run = run_of("x", "y", "x", "y")
    found = RunResults(kit_of(SPREAD), run, methods=("t",))
    assert [(v.episode, v.value) for v in found.values("spread")] == [("a", 2), ("b", 2)]
    [row] = found.estimates("spread")
    assert (row.value, row.n, row.unit_of_resampling, row.blocked) == (2, 2, "block", 0)


def test_without_blocks_its_unit_is_still_the_block_and_in_a_chain_the_chain() -> None:
    [row] = RunResults(kit_of(SPREAD), run_of(None, None), methods=("t",)).estimates("spread")
    assert (row.n, row.unit_of_resampling) == (2, "block")
    [sample] = made(SPREAD, run_of("x", "y", "x", "y", chain="one"))
    assert (sample.unit, list(sample.clusters), sample.n) == ("chain", [0, 0], 1)


def made(measure: OfRun, run: Sequence[Filed]) -> list[Sample]:
    of = of_episodes(run, list(measure.of_run(run, {})))
    return [s for pool in pools(run, lambda _: {}) for s in samples(measure, pool, of)]


def test_a_block_that_lost_an_episode_is_missing_and_bounded() -> None:
    run = run_of("x", "y", "x", "y")
    run[3] = replace(run[3], finished=False)
    [row] = RunResults(kit_of(SPREAD), run, methods=("t",)).estimates("spread")
    assert (row.value, row.n, row.blocked) == (2, 1, 1)
    assert (row.bound_low, row.bound_high) == (1, 5.5)


def test_a_measure_that_cannot_read_a_run_is_named() -> None:
    def broken(run: Sequence[Filed], _: Parameters) -> Mapping[str, Number]:
        raise KeyError(run[0].id)

    with pytest.raises(Unmeasurable, match="measure 'odd' cannot read this run: KeyError"):
        RunResults(kit_of(OfRun("odd", "u", broken)), run_of(None)).values("odd")


def test_a_category_has_values_and_no_estimate() -> None:
    measure = OfEpisode("mood", CATEGORY, lambda *_: "glad")
    found = RunResults(kit_of(measure), run_of(None, None))
    assert [value.value for value in found.values("mood")] == ["glad", "glad"]
    assert found.estimates("mood") == []


def series(*each: Series) -> OfSeries:
    return OfSeries("m", "u", lambda *_: each, "k")


@pytest.mark.parametrize(
    ("own", "expected"),
    [
        ([5, 6], [(1, 5), (2, 6)]),
        ({2: 5, 7: 6}, [(2, 5), (7, 6)]),
        ((), []),
        (Undefined("not_asked"), [(None, None)]),
    ],
)
def test_a_series_may_have_gaps_or_not_be_there(own: Any, expected: list[Any]) -> None:
    found = [
        (v.series[1] if v.series else None, v.value)
        for v in series((), (), own).values(filed("a"), {})
    ]
    assert found == expected


def test_a_series_with_gaps_has_estimates_at_its_own_places_and_for_who_has_one() -> None:
    run = run_of(None, None)
    rows = RunResults(kit_of(series((), (), {2: 1.0, 4: 3.0})), run, methods=("t",)).estimates("m")
    assert [(row.by["model"], row.by["k"], row.value) for row in rows] == [("b", 2, 1), ("b", 4, 3)]
