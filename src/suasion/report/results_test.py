"""Values and estimates of a run, as programs get them."""

from __future__ import annotations

import json
import re
from collections.abc import Sequence
from dataclasses import replace
from math import isnan
from pathlib import Path

import pytest

from suasion.core.asks import Json
from suasion.environments.influence import KIT
from suasion.measures.filed import Filed
from suasion.measures.kit import Kit
from suasion.measures.measure import OfEpisode, OfSeat, OfSeries, Parameter, Parameters
from suasion.report.recorded_test import STUDY, InMemory, played
from suasion.report.results import (
    BadParameter,
    RunResults,
    UnknownMeasure,
    in_force,
    measure_json,
    measured,
    methods_of,
    results,
)

GAMES = played(3)


def read_window(value: Json) -> Json:
    if value not in ("any", "one"):
        raise ValueError("expected any or one")
    return value


WINDOW = Parameter("capture.window", "one", read_window, "how far back")


def points(filed: Filed, _: Parameters) -> Sequence[float]:
    """What a seat holds."""
    return filed.episode.payoffs


def kit_of(*measures: OfEpisode | OfSeat | OfSeries) -> Kit:
    return replace(KIT, measures=measures, estimators=(), parameters=(WINDOW,), lists={})


def test_json_holds_every_part_and_no_number_that_json_has_not(tmp_path: Path) -> None:
    found = measure_json(InMemory(GAMES, tmp_path))
    text = json.dumps(found, allow_nan=False)
    assert not re.search(r"-0(\.0)?(?![.\d])", text)
    assert list(found) == ["run", "environment", "parameters", "values", "promises", "estimates"]
    again = json.loads(text)
    assert again["values"] == found["values"]


def test_a_value_has_a_reason_exactly_when_it_is_null(tmp_path: Path) -> None:
    rows = measure_json(InMemory(GAMES, tmp_path))["values"]
    assert all((row["value"] is None) == (row["reason"] is not None) for row in rows)
    assert {row["reason"] for row in rows} > {None, "messages_off"}


def test_values_of_a_series_name_their_place(tmp_path: Path) -> None:
    rows = measure_json(InMemory(GAMES[:1], tmp_path))["values"]
    places = [r["action_index"] for r in rows if r["measure"] == "timing_signature"]
    assert places == list(range(1, 26)) * 5


def test_the_default_method_of_the_study_comes_first(tmp_path: Path) -> None:
    found = results(InMemory(GAMES, tmp_path, study={**STUDY, "interval": "percentile_bootstrap"}))
    rows = [r for r in found.estimates("gini") if dict(r.by).get("arm") == "talking"]
    assert [r.method for r in rows][:2] == ["percentile_bootstrap", "t"]
    assert methods_of({"study": None})[0] == "t"


def test_a_mean_is_over_episodes_and_its_group_is_said(tmp_path: Path) -> None:
    found = results(InMemory(GAMES, tmp_path))
    model = "policy/promise_breaker"
    rows = [r for r in found.estimates("points_received") if r.by["model"] == model]
    talking = next(r for r in rows if r.by.get("arm") == "talking")
    seats = [[s.agent for s in g.seats].index(model) for g in GAMES[:3]]
    held = [g.episode.payoffs[at] for g, at in zip(GAMES, seats, strict=False)]
    assert talking.value == pytest.approx(sum(held) / 3, abs=1e-12)
    assert (talking.n, talking.unit_of_resampling, talking.status) == (3, "episode", "exploratory")
    assert talking.by["condition"] == "complete/pure/msg-on"


def test_a_measure_without_values_has_a_row_that_says_so() -> None:
    cut = [replace(each, finished=False) for each in GAMES[:2]]
    kit = kit_of(OfSeat("points", "points", points, low=0, high=100))
    rows = RunResults(kit, cut).estimates("points")
    assert {(r.value, r.n, r.reason, r.method) for r in rows} == {
        (None, 0, "no_values", "none: n = 0")
    }
    assert {(r.blocked, r.bound_low, r.bound_high) for r in rows} == {(2, 0, 100)}


def test_bounds_put_every_missing_value_at_its_worst() -> None:
    games = [GAMES[0], replace(GAMES[1], finished=False)]
    kit = kit_of(OfEpisode("most", "points", lambda f, _: max(f.episode.payoffs), low=0))
    row = next(r for r in RunResults(kit, games).estimates("most") if "arm" not in r.by)
    top = max(GAMES[0].episode.payoffs)
    assert (row.value, row.blocked, row.bound_low, row.bound_high) == (top, 1, top / 2, None)


def test_a_measure_that_wants_no_interval_has_one_row_without() -> None:
    plain = OfEpisode("most", "points", lambda f, _: max(f.episode.payoffs), interval=False)
    rows = RunResults(kit_of(plain), GAMES).estimates("most")
    assert all(r.low is None and r.high is None and r.method.startswith("none: ") for r in rows)
    keys = [(r.status, repr(r.by)) for r in rows]
    assert len(set(keys)) == len(keys)


def test_blocked_episodes_are_counted_as_missing(tmp_path: Path) -> None:
    run = InMemory(GAMES[:2], tmp_path, stuck=GAMES[2:3])
    found = measured(run)
    assert [(each.id, each.finished) for each in found][-1] == ("talking--r2", False)
    rows = [r for r in results(run).estimates("gini") if "arm" not in r.by]
    assert {(r.n, r.blocked) for r in rows} == {(2, 1)}


def test_a_number_that_is_none_is_a_fault_of_its_measure() -> None:
    kit = kit_of(OfEpisode("most", "points", lambda *_: float("nan")))
    with pytest.raises(ValueError, match="measure 'most' gave nan for 'talking--r0'"):
        RunResults(kit, GAMES[:1]).values("most")


def test_negative_noughts_are_noughts() -> None:
    kit = kit_of(OfEpisode("most", "points", lambda *_: -0.0))
    [value] = RunResults(kit, GAMES[:1]).values("most")
    assert str(value.value) == "0.0"
    assert not isnan(float(value.value or 0))


def test_parameters_are_read_and_have_defaults() -> None:
    assert in_force([WINDOW]) == {"capture.window": "one"}
    assert in_force([WINDOW], {"capture.window": "any"}) == {"capture.window": "any"}


def test_an_unknown_parameter_is_refused_with_those_there_are() -> None:
    with pytest.raises(BadParameter, match=r"did you mean 'capture.window'\? there are: capture"):
        in_force([WINDOW], {"capture.windw": "any"})
    with pytest.raises(BadParameter, match="there are: none"):
        in_force([], {"x": 1})


def test_a_bad_value_of_a_parameter_says_what_was_expected_and_the_default() -> None:
    with pytest.raises(BadParameter, match="is 'some': expected any or one; by default one"):
        in_force([WINDOW], {"capture.window": "some"})


def test_an_unknown_measure_is_named_with_those_there_are() -> None:
    found = RunResults(kit_of(OfSeat("points", "points", points)), GAMES)
    with pytest.raises(UnknownMeasure, match="no measure 'pints'; there are: points"):
        found.values("pints")
    with pytest.raises(UnknownMeasure, match="no estimates of 'pints'"):
        found.estimates("pints")


def test_estimators_of_the_environment_stand_beside_the_general_estimates(tmp_path: Path) -> None:
    found = results(InMemory(GAMES, tmp_path))
    lifts = found.estimates("persuasion_lift")
    assert lifts
    assert lifts[0] in found.all_estimates()
