"""A study makes every episode it says, balanced and with shared seeds, or says why it cannot."""

from __future__ import annotations

from collections import Counter
from pathlib import Path
from typing import Any, get_args

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st
from jsonschema import Draft202012Validator

from suasion import catalogue
from suasion.core.asks import Json
from suasion.runner import study as studies
from suasion.runner.study import KEYS, Study
from suasion.runner.study_errors import BadStudy
from suasion.runner.study_file import load, of
from suasion.stats.interval import METHODS

SMALL: dict[str, Json] = {
    "name": "small",
    "question": "?",
    "expectation": "!",
    "environment": "influence",
    "settings": {"size": 3, "rounds": 1, "slots": 1},
    "seats": ["grim", "policy/tit_for_tat", {"agent": "extractor", "role": "focal"}],
    "replicates": 4,
}


def small(**changed: Json) -> Study:
    return of({**SMALL, **changed})


def refused(**changed: Json) -> list[str]:
    with pytest.raises(BadStudy) as told:
        small(**changed)
    return str(told.value).split("\n")


def test_bare_policies_become_whole_ids() -> None:
    job = small().jobs()[0]
    assert [seat.agent for seat in job.seats] == [
        "policy/grim",
        "policy/tit_for_tat",
        "policy/extractor",
    ]
    assert [seat.role for seat in job.seats] == ["", "", "focal"]


def test_every_condition_has_every_replicate_and_they_alternate() -> None:
    jobs = small(conditions={"a": {}, "b": {"settings": {"messages": False}}}).jobs()
    assert [job.id for job in jobs][:4] == ["a--r0", "b--r0", "a--r1", "b--r1"]
    assert Counter(job.arm for job in jobs) == {"a": 4, "b": 4}
    assert {job.settings["messages"] for job in jobs if job.arm == "b"} == {False}


def test_a_replicate_has_one_seed_in_all_conditions_and_no_other_has_it() -> None:
    jobs = small(conditions={"a": {}, "b": {}}).jobs()
    by_replicate = {k: {job.seed for job in jobs if job.replicate == k} for k in range(4)}
    assert all(len(seeds) == 1 for seeds in by_replicate.values())
    assert len(set.union(*by_replicate.values())) == 4


def test_seeds_stay_as_they_are_from_version_to_version() -> None:
    assert [small(seed=7).replicate_seed(k) for k in range(2)] == [
        926381044385793237,
        7631765994772377903,
    ]
    assert small(seed=8).replicate_seed(0) != small(seed=7).replicate_seed(0)
    assert all(0 <= small(seed=s).replicate_seed(k) < 2**63 for s in range(9) for k in range(9))


def test_more_replicates_leave_those_before_as_they_were() -> None:
    assert small(replicates=9).jobs()[:4] == small().jobs()


def test_rotation_seats_everybody_everywhere_equally_often() -> None:
    jobs = small(rotate=True, replicates=6).jobs()
    sat = Counter((at, seat.agent) for job in jobs for at, seat in enumerate(job.seats))
    assert set(sat.values()) == {2}
    assert len(sat) == 9
    assert jobs[1].seats[1].agent == jobs[0].seats[0].agent


def test_a_seat_takes_its_own_settings_with_it() -> None:
    attacker = {"agent": "grim", "settings": {"personas": "attacker"}}
    jobs = small(seats=[attacker, "grim", "grim"], rotate=True).jobs()
    assert [job.settings["personas"] for job in jobs][:3] == [
        ["attacker", "neutral", "neutral"],
        ["neutral", "attacker", "neutral"],
        ["neutral", "neutral", "attacker"],
    ]


def test_presets_then_the_study_then_the_condition() -> None:
    jobs = small(
        preset="ring",
        conditions={
            "a": {},
            "b": {"preset": "no_messages"},
            "c": {"settings": {"size": 2}, "seats": ["grim"] * 2},
        },
    ).jobs()[:3]
    found = [
        (job.settings["topology"], job.settings["messages"], job.settings["size"]) for job in jobs
    ]
    assert found == [("ring", True, 3), ("complete", False, 3), ("ring", True, 2)]


def test_names_for_agents_stand_for_their_ids() -> None:
    study = small(
        agents={"model-a": "policy/grim"},
        seats=["model-a", "model-a", "extractor"],
        contrasts=[
            {"measure": "score", "of": {"model": "model-a"}, "against": {"model": "extractor"}}
        ],
    )
    assert study.jobs()[0].seats[0].agent == "policy/grim"
    assert study.contrasts[0].of == {"model": "policy/grim"}


def test_a_study_comes_back_from_its_json() -> None:
    study = small(conditions={"a": {"seats": ["grim"] * 3}})
    assert of(study.to_json()) == study


@pytest.mark.parametrize(
    ("changed", "told"),
    [
        ({"replicats": 3}, "replicats: no such key; did you mean replicates?"),
        (
            {"seats": [{"agent": "grim", "rol": "focal"}] * 3},
            "seats.0.rol: no such key; did you mean role?",
        ),
        (
            {"conditions": {"a": {"setting": {}}}},
            "conditions.a.setting: no such key; did you mean settings?",
        ),
        ({"name": "a/b"}, "name: is 'a/b': expected letters"),
        ({"name": "../up"}, "name: is '../up': expected letters"),
        ({"conditions": {"a b": {}}}, "expected letters"),
        ({"conditions": {}}, "conditions"),
        ({"status": "final"}, "status: is 'final'"),
        ({"interval": "wald"}, "interval: is 'wald'"),
        ({"replicates": 0}, "replicates: is 0"),
        ({"replicates": "4"}, "replicates: is '4'"),
        ({"replicates": True}, "replicates: is True"),
        ({"environment": "influense"}, "environment: no environment 'influense'; did you mean"),
        ({"preset": "rin"}, "preset: influence has no preset 'rin'"),
        ({"settings": {"sise": 3}}, "settings.sise: influence has no setting 'sise'"),
        ({"settings": {"size": 3, "credit": "payback_clause"}}, "settings.credit: "),
        ({"conditions": {"a": {"settings": {"rounds": 0}}}}, "conditions.a.settings.rounds: "),
        ({"seats": ["grim"]}, "seats: 1 agents for 3 seats: P1, P2, P3"),
        ({"seats": ["grim", "grim", "grimm"]}, "seats.2: influence has no agent 'policy/grimm'"),
        ({"seats": ["grim", "grim", "awaited/grimm"]}, "seats.2: "),
        ({"seats": ["grim", "grim", "nobody/x"]}, "seats.2: no agent 'nobody/x'"),
        ({"seats": [{"agent": "grim", "role": "focal"}] * 3}, "one focal seat at most"),
        (
            {"seats": [{"agent": "grim", "settings": {"size": 3}}] * 3},
            "setting 'size' is [3, 3, 3]",
        ),
        ({"measures": ["scor"]}, "measures.0: no measure 'scor'; did you mean score?"),
        ({"parameters": {"capture.windo": "any"}}, "parameters.capture.windo: "),
        ({"parameters": {"repayment.window": "x"}}, "parameters.repayment.window: is 'x'"),
        (
            {"contrasts": [{"measure": "score", "of": {"arm": "x"}, "against": {}}]},
            "no condition 'x'",
        ),
        (
            {"contrasts": [{"measure": "score", "of": {"seat": "x"}, "against": {}}]},
            "contrasts.0.of.seat",
        ),
        (
            {"replicates": 100_000, "conditions": {f"c{k}": {} for k in range(11)}},
            "more than 1,000,000",
        ),
    ],
)
def test_a_study_that_cannot_be_run_says_where_and_why(changed: dict[str, Json], told: str) -> None:
    assert [line for line in refused(**changed) if told in line]


def test_every_problem_is_told_at_once_with_its_line(tmp_path: Path) -> None:
    file = tmp_path / "bad.yaml"
    file.write_text(yaml.safe_dump({**SMALL, "replicats": 1, "status": "x"}, sort_keys=False))
    with pytest.raises(BadStudy) as told:
        load(file)
    assert [line.split(": ")[0] for line in str(told.value).split("\n")] == [
        f"{file}, line 16",
        f"{file}, line 15",
    ]


@pytest.mark.parametrize("text", ["", "5", "[a]", "a: [", "a: 1\na: 2", "\x00"])
def test_what_is_no_study_is_refused(text: str, tmp_path: Path) -> None:
    (tmp_path / "s.yaml").write_text(text)
    with pytest.raises(BadStudy, match=r"s\.yaml"):
        load(tmp_path / "s.yaml")


@given(
    st.dictionaries(
        st.sampled_from(list(KEYS[""])),
        st.recursive(
            st.none() | st.booleans() | st.integers() | st.text(max_size=5),
            lambda inner: (
                st.lists(inner, max_size=3)
                | st.dictionaries(st.text(max_size=5), inner, max_size=3)
            ),
            max_leaves=5,
        ),
    )
)
def test_any_value_for_any_key_is_a_study_or_refused(changed: dict[str, Any]) -> None:
    try:
        study = of({**SMALL, **changed})
    except BadStudy:
        return
    assert study.jobs()


@pytest.mark.parametrize("name", catalogue.studies())
def test_our_own_studies_can_be_run_and_their_agents_are_scripted(name: str) -> None:
    study = load(catalogue.studies()[name])
    assert {seat.agent.split("/")[0] for job in study.jobs() for seat in job.seats} == {"policy"}
    Draft202012Validator(studies.schema()).validate(study.to_json())


def test_the_interval_methods_are_those_there_are() -> None:
    assert get_args(Study.model_fields["interval"].annotation) == METHODS
    assert small().interval == METHODS[0]


def test_every_key_says_what_it_means() -> None:
    assert all(meaning for place in KEYS.values() for meaning in place.values())
