"""The smallest difference a study can find: from a pilot, from what is given, and by simulation."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace

import numpy as np
import pytest

from suasion.core.asks import Json
from suasion.environments.influence import KIT
from suasion.measures.filed import Filed
from suasion.measures.kit import Kit
from suasion.measures.measure import OfEpisode, Undefined
from suasion.report.contrasts import compared
from suasion.report.detectable import PILOT, Design, Given, detectable
from suasion.report.recorded_test import played
from suasion.report.results import RunResults
from suasion.stats.power import paired, two_sample

GAME = played(1)[0]
CONTRAST: Mapping[str, Json] = {"measure": "m", "of": {"arm": "b"}, "against": {"arm": "a"}}
Numbers = Mapping[str, Sequence[float | None]]
"""By condition, the number of each replicate."""
STUDIES = 500
ERROR = 4 * (0.8 * 0.2 / STUDIES) ** 0.5


def episodes(numbers: Numbers, apart: str = "") -> tuple[Kit, list[Filed]]:
    """Episodes of which one measure has these values; a condition may have seeds of its own."""
    filed, values = list[Filed](), dict[str, float | Undefined]()
    for arm, row in numbers.items():
        for k, number in enumerate(row):
            header = replace(GAME.episode.header, seed=k + 1000 * (arm == apart))
            episode = replace(GAME.episode, header=header)
            filed.append(replace(GAME, id=f"{arm}--r{k}", episode=episode, arm=arm, replicate=k))
            values[f"{arm}--r{k}"] = Undefined("none_here") if number is None else number
    measure = OfEpisode("m", "points", lambda each, _: values[each.id])
    return replace(KIT, measures=(measure,), estimators=(), lists={}), filed


def found(
    numbers: Numbers,
    replicates: int,
    given: Given = PILOT,
    contrasts: Sequence[Mapping[str, Json]] = (CONTRAST,),
    apart: str = "",
) -> list[Mapping[str, Json]]:
    kit, filed = episodes(numbers, apart)
    design = Design(kit, list(numbers), contrasts, (), {}, replicates)
    piloted = max(map(len, numbers.values()))
    return [each.row() for each in detectable(design, filed, piloted, given)]


A = [1.0, 2.0, 4.0, 3.0, 6.0]
B = [2.0, 2.5, 5.0, 4.5, 6.0]


def test_conditions_that_share_seeds_are_pairs_and_what_varies_is_their_difference() -> None:
    (row,) = found({"a": A, "b": B}, 20)
    apart = np.subtract(B, A)
    assert row["value"] == pytest.approx(paired(float(apart.std(ddof=1)), 20))
    assert (row["n"], row["design"], row["unit"]) == (20, "paired", "points")
    assert row["components"] == {
        "sd_of": pytest.approx(np.std(B, ddof=1)),
        "sd_against": pytest.approx(np.std(A, ddof=1)),
        "pairing": pytest.approx(np.corrcoef(A, B)[0, 1]),
        "sd_difference": pytest.approx(apart.std(ddof=1)),
        "pilot_units": 5,
        "source": "pilot",
    }


def test_conditions_with_seeds_of_their_own_are_two_samples() -> None:
    (row,) = found({"a": A, "b": B}, 30, apart="b")
    sds = float(np.std(B, ddof=1)), float(np.std(A, ddof=1))
    assert row["design"] == "two samples"
    assert row["value"] == pytest.approx(two_sample(sds, (30, 30)))


def test_what_is_known_already_takes_the_place_of_the_pilots() -> None:
    (row,) = found({"a": A, "b": B}, 20, Given(sd=2.0, pairing=0.5))
    assert row["value"] == pytest.approx(paired(2.0, 20))
    (row,) = found({"a": A[:2], "b": B[:2]}, 20, Given(sd=2.0))
    assert row["value"] == pytest.approx(paired(2.0 * 2**0.5, 20)), "nothing is known of pairs"


def test_a_value_that_only_some_replicates_have_is_planned_for_as_often() -> None:
    (row,) = found({"a": [*A, None, None, None, None, None], "b": [*B, *B]}, 40)
    assert row["n"] == 20


@pytest.mark.parametrize(
    ("numbers", "replicates", "why"),
    [
        ({"a": A[:3], "b": B[:3]}, 20, "the pilot has 3 units"),
        ({"a": A, "b": B}, 1, "at least 2 replicates"),
        ({"a": [1.0] * 5, "b": [2.0] * 5}, 20, "nothing varied in the pilot"),
        ({"a": A, "b": [a + 1 for a in A]}, 20, "nothing varied within a pair"),
        ({"a": A, "b": [None] * 5}, 20, "no value of it on a side"),
    ],
)
def test_where_nothing_can_be_said_the_reason_is(
    numbers: Numbers, replicates: int, why: str
) -> None:
    (row,) = found(numbers, replicates)
    assert row["value"] is None
    assert why in str(row["reason"])


def test_a_measure_that_does_not_exist_is_named() -> None:
    (row,) = found({"a": A, "b": B}, 9, contrasts=[{**CONTRAST, "measure": "lies"}])
    assert row["value"] is None
    assert "no measure 'lies'; there are: m" in str(row["reason"])


def test_without_contrasts_the_first_measure_is_compared_between_two_conditions() -> None:
    (row,) = found({"a": A, "b": B}, 20, contrasts=[])
    assert (row["measure"], row["of"], row["against"]) == ("m", "b", "a")
    assert found({"a": A}, 20, contrasts=[]) == []


def normal(seed: int, pairing: float, difference: float) -> Callable[[int], Numbers]:
    """Numbers of both conditions, of standard deviation 2."""
    stream = np.random.default_rng(seed)

    def draw(n: int) -> Numbers:
        a = stream.normal(0, 1, n)
        b = pairing * a + (1 - pairing**2) ** 0.5 * stream.normal(0, 1, n)
        return {"a": list(2 * a), "b": list(2 * b + difference)}

    return draw


@pytest.mark.parametrize(("n", "pairing"), [(6, 0.0), (15, 0.7)])
def test_studies_with_that_difference_find_it_four_times_in_five(n: int, pairing: float) -> None:
    (row,) = found({"a": A, "b": B}, n, Given(2.0, pairing))
    size = row["value"]
    assert isinstance(size, float)
    draw, settled = normal(n, pairing, size), 0
    for _ in range(STUDIES):
        made, _, _ = compared(RunResults(*episodes(draw(n)), methods=("t",)), CONTRAST)
        settled += made.low is not None and made.low > 0
    assert settled / STUDIES == pytest.approx(0.8, abs=ERROR)


def test_a_pilot_of_forty_replicates_comes_near_what_is_true() -> None:
    draw, sizes = normal(5, 0.5, 1.0), []
    for _ in range(40):
        (row,) = found(draw(40), 25)
        assert isinstance(row["value"], float)
        sizes.append(row["value"])
    true = paired(2.0, 25)
    assert np.mean(sizes) == pytest.approx(true, rel=0.05)
    assert all(0.6 * true < size < 1.5 * true for size in sizes)
