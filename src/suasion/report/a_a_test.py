"""The same against itself: intervals that should hold nought do, and a real difference is found."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import replace
from typing import Any

import numpy as np
import pytest

from suasion.core.asks import Json
from suasion.core.episode import Episode, Header
from suasion.environments.social import KIT
from suasion.measures.filed import Filed, Held
from suasion.measures.kit import one_group
from suasion.measures.measure import OfEpisode
from suasion.report.a_a import NO_VARIANCE, Check, checks, summed_up, table
from suasion.report.contrasts import compared, declared
from suasion.report.results import RunResults

N = 80
"""Replicates in each arm: half a standard deviation is found with a power of about 0.88."""
STUDIES = 200
AGENT = "scripted/noisy"
MEASURES = [OfEpisode("noise", "units", lambda filed, _: filed.kept["noise"])]
NOISY = replace(KIT, measures=MEASURES, parameters=(), estimators=(), group=one_group)
STUDY: Mapping[str, Json] = {"a_a": True, "conditions": {"main": {}, "other": {}}}
EPISODES = [Episode(Header("social", "1", {}, k), (), (), (), (), {}) for k in range(N)]
SEATS = [Held("A1", AGENT)]

Floats = Any
"""A list or an array of numbers."""
Draw = Callable[[np.random.Generator, int], Any]
DRAWS: Mapping[str, Draw] = {
    "normal": lambda stream, n: stream.normal(0, 1, n),
    "whole numbers": lambda stream, n: np.clip(np.rint(stream.normal(1, 1, n)), -3, 3),
    "skewed": lambda stream, n: stream.exponential(1, n),
}


def arm(name: str, values: Floats) -> Iterator[Filed]:
    for k, value in enumerate(values):
        yield Filed(f"{name}--r{k}", EPISODES[k], SEATS, name, k, kept={"noise": float(value)})


def played(**arms: Floats) -> RunResults:
    filed = [each for name, values in arms.items() for each in arm(name.replace("_", "-"), values)]
    return RunResults(NOISY, filed)


def simulated(draw: Draw, stream: np.random.Generator) -> Check:
    [check] = checks(played(main=draw(stream, N), main_again=draw(stream, N)), STUDY)
    return check


@pytest.mark.parametrize("noise", DRAWS)
def test_of_200_studies_91_to_99_in_a_hundred_intervals_cover_nought(noise: str) -> None:
    stream = np.random.default_rng(2026)
    covers = [simulated(DRAWS[noise], stream).covers for _ in range(STUDIES)]
    assert 0.91 <= np.mean([cover is True for cover in covers]) <= 0.99


@pytest.mark.parametrize("noise", DRAWS)
def test_of_200_planted_halves_of_a_standard_deviation_80_in_a_hundred_are_found(
    noise: str,
) -> None:
    stream, draw = np.random.default_rng(2027), DRAWS[noise]
    deviation = float(np.std(draw(np.random.default_rng(1), 100_000)))
    contrast = {"measure": "noise", "of": {"arm": "other"}, "against": {"arm": "main"}}
    lows = [
        compared(
            played(main=draw(stream, N), other=draw(stream, N) + deviation / 2), contrast
        ).made.low
        for _ in range(STUDIES)
    ]
    assert np.mean([low is not None and low > 0 for low in lows]) >= 0.8


def test_a_check_is_no_part_of_the_declared_contrasts() -> None:
    stream = np.random.default_rng(3)
    results = played(main=stream.normal(0, 1, 9), main_again=stream.normal(0, 1, 9))
    assert declared(results, STUDY.get("contrasts", [])) == []
    [check] = checks(results, STUDY)
    assert (check.of, check.against) == ({"arm": "main-again"}, {"arm": "main"})
    assert check.row()["covers_nought"] is check.covers is True
    assert (check.row()["n"], check.row()["within_seeds"]) == (9, True)


def test_what_does_not_vary_is_said_to() -> None:
    [check] = checks(played(main=[1, 2, 3], main_again=[1, 2, 3]), STUDY)
    assert (check.covers, check.words) == (None, NO_VARIANCE)
    assert "no interval tells" in summed_up([check])


def test_a_difference_that_nothing_made_is_said_to_be_one() -> None:
    stream = np.random.default_rng(4)
    found = checks(played(main=stream.normal(0, 1, 20), main_again=stream.normal(9, 1, 20)), STUDY)
    assert [check.covers for check in found] == [False]
    assert "0 of 1 intervals cover nought" in summed_up(found)
    shown = table(found)
    assert shown is not None
    assert shown["rows"][0][-1] == "leaves nought out, as one check in twenty does by chance"


def test_arms_of_scripts_are_two_samples() -> None:
    stream = np.random.default_rng(5)
    filed = [
        *arm("main", stream.normal(0, 1, 9)),
        *(
            replace(each, episode=replace(each.episode, header=Header("social", "1", {}, 99)))
            for each in arm("main-again", stream.normal(0, 1, 9))
        ),
    ]
    found = checks(RunResults(NOISY, filed), STUDY)
    assert [(check.pairs, check.made.n) for check in found] == [(False, 18)]
    assert "Only scripts sit there" in summed_up(found)


def test_checks_are_of_what_the_contrasts_name() -> None:
    results = played(main=[1, 2, 3], main_again=[2, 3, 5])
    sides = {"of": {"model": AGENT}, "against": {"model": "nobody/else"}}
    study = {**STUDY, "contrasts": [{"measure": "noise", **sides}] * 2}
    assert [check.of for check in checks(results, study)] == [{"model": AGENT, "arm": "main-again"}]
    assert checks(results, {**study, "a_a": False}) == []
    assert checks(results, {**STUDY, "measures": ["noise"]}) == checks(results, STUDY)
    assert table([]) is None


def test_an_arm_that_was_not_played_cannot_be_told_of() -> None:
    [check] = checks(played(main=[1, 2, 3]), STUDY)
    assert check.words == "cannot be told: no_values"
