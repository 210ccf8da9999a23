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
from suasion.runner.stand_ins import stand_ins
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


PAIR: Json = {"talking": {}, "silent": {"settings": {"messages": False}}}


def test_a_block_is_an_episode_a_member_of_one_seed_and_one_line_up() -> None:
    jobs = small(block=PAIR, conditions={"a": {}, "b": {}}, rotate=True, replicates=3).jobs()
    first, second, third = jobs[0], jobs[1], jobs[4]
    assert [job.id for job in jobs][:3] == ["a--r0--talking", "a--r0--silent", "b--r0--talking"]
    assert (first.block, second.block, third.block) == ("a--r0", "a--r0", "a--r1")
    assert (first.seed, first.seats) == (second.seed, second.seats)
    assert [job.settings["messages"] for job in jobs] == [True, False] * 6
    assert {(job.chain, job.link) for job in jobs} == {(None, None)}
    assert len(jobs) == small(block=PAIR, conditions={"a": {}, "b": {}}, replicates=3).episodes


def test_a_member_of_a_block_has_its_settings_over_those_of_its_condition() -> None:
    conditions = {"a": {"settings": {"messages": False, "slots": 2}}}
    loud: Json = {"loud": {"settings": {"messages": True}}, "quiet": {}}
    jobs = small(block=loud, conditions=conditions).jobs()[:2]
    found = [(job.settings["messages"], job.settings["slots"]) for job in jobs]
    assert found == [(True, 2), (False, 2)]


def test_a_chain_is_so_many_episodes_in_order_each_with_a_seed_of_its_own() -> None:
    jobs = small(chain=3, conditions={"a": {}, "b": {}}, rotate=True).jobs()
    assert [job.id for job in jobs][:4] == ["a--r0--0", "a--r0--1", "a--r0--2", "b--r0--0"]
    assert [(job.chain, job.link) for job in jobs[:2]] == [("a--r0", 0), ("a--r0", 1)]
    assert jobs[0].seats == jobs[1].seats == jobs[2].seats
    assert len({job.seed for job in jobs}) == len(jobs) / 2 == 12
    assert [job.seed for job in jobs[:3]] == [job.seed for job in jobs[3:6]]
    assert len(jobs) == small(chain=3, conditions={"a": {}, "b": {}}).episodes


def test_seeds_of_links_stay_as_they_are_from_version_to_version() -> None:
    assert small(seed=7).link_seed(0, 0) == 7249667277674472584
    assert all(0 <= small(seed=s).link_seed(k, j) < 2**63 for s in range(5) for k, j in [(s, 3)])


def test_a_condition_has_the_channels_of_the_study_or_its_own() -> None:
    lossy: list[Json] = [{"name": "loss", "rate": 0.5}]
    study = small(channels=lossy, conditions={"a": {}, "b": {"channels": []}})
    assert [job.channels for job in study.jobs()][:2] == [({"name": "loss", "rate": 0.5},), ()]
    assert of(study.to_json()) == study


def test_a_study_says_which_format_it_is_of_and_another_is_refused_with_both_versions() -> None:
    assert small().to_json()["format"] == small(format=1).format == 1
    said = refused(format=2, replicats=3)
    assert said == ["study: format: is 2: this version of Suasion reads study format 1"]


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
        ({"block": {"one": {}}}, "block: "),
        ({"block": {}}, "block: "),
        ({"block": {"a b": {}, "c": {}}}, "expected letters"),
        (
            {"block": {"a": {"setting": {}}, "b": {}}},
            "block.a.setting: no such key; did you mean settings? There are: settings",
        ),
        ({"block": {"a": {"settings": {"sise": 3}}, "b": {}}}, "block.a.settings.sise: "),
        ({"block": {"a": {"settings": {"rounds": 0}}, "b": {}}}, "block.a.settings.rounds: "),
        ({"block": {"a": {"settings": {"size": 4}}, "b": {}}}, "seats: 3 agents for 4 seats"),
        ({"block": {"a": {}, "b": {}}}, "block.b: is the same as a: expected settings in which"),
        ({"block": PAIR, "chain": 2}, "block: a replicate is a block or a chain"),
        ({"chain": 1}, "chain: is 1"),
        ({"chain": 2.0}, "chain: is 2.0"),
        ({"chain": 2, "environment": "control"}, "chain: control has no carry"),
        ({"chain": 10_000, "replicates": 1000}, "more than 1,000,000"),
        ({"channels": [{"rate": 0.1}]}, "channels.0.name: missing: a channel's name"),
        ({"channels": [{"name": "los"}]}, "channels.0: no channel 'los' (did you mean loss?)"),
        ({"channels": [{"name": "loss"}]}, "channels.0: channel loss needs 'rate'"),
        ({"channels": [{"name": "loss", "rate": 2}]}, "channels.0: 'rate' of channel loss is '2'"),
        (
            {"channels": [{"name": "eavesdrop", "seat": "P9"}]},
            "channels.0: 'seat' of channel eavesdrop is 'P9': expected",
        ),
        ({"conditions": {"a": {"channels": [{"name": 3}]}}}, "conditions.a.channels.0.name: "),
        ({"conditions": {"a": {"channels": [{"name": "los"}]}}}, "conditions.a.channels.0: no"),
        ({"format": True}, "format: is True: this version of Suasion reads study format 1"),
        ({"format": "1"}, "format: is '1': this version of Suasion reads study format 1"),
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
        ({"seats": ["grim", "grim", "nobody/x"]}, "seats.2: no provider 'nobody' of 'nobody/x'"),
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
def test_our_own_studies_can_be_run_and_their_agents_are_or_can_be_scripted(name: str) -> None:
    scripts = stand_ins(["persuasion/scripted"]) if name == "persuasion/replication" else {}
    study = load(catalogue.studies()[name], agents=scripts)
    assert {seat.agent.split("/")[0] for job in study.jobs() for seat in job.seats} == {"policy"}
    Draft202012Validator(studies.schema()).validate(study.to_json())
    Draft202012Validator(studies.schema()).validate(
        yaml.safe_load(catalogue.studies()[name].read_text())
    )


@pytest.mark.parametrize(
    "changed",
    [
        {"format": 2},
        {"chain": 1},
        {"block": {"one": {}}},
        {"block": {"a b": {}, "c": {}}},
        {"block": {"a": {"setting": {}}, "b": {}}},
        {"channels": [{"rate": 1}]},
        {"conditions": {}},
        {"conditions": {"a b": {}}},
        {"conditions": {"a": {"seats": [3]}}},
        {"seats": [{"agent": "grim", "rol": "focal"}]},
        {"replicates": 0},
        {"contrasts": [{"measure": "score"}]},
        {"contrasts": [{"measure": "score", "of": {"seat": "x"}, "against": {}}]},
        {"replicats": 3},
    ],
)
def test_the_schema_refuses_what_the_form_of_a_study_does_not_allow(changed: Json) -> None:
    schema = Draft202012Validator(studies.schema())
    schema.validate(SMALL)
    assert not schema.is_valid({**SMALL, **changed})


def test_the_interval_methods_are_those_there_are() -> None:
    assert get_args(Study.model_fields["interval"].annotation) == METHODS
    assert small().interval == METHODS[0]


def test_every_key_says_what_it_means() -> None:
    assert all(meaning for place in KEYS.values() for meaning in place.values())


@pytest.mark.parametrize("entry", ["2*grim", {"agent": "grim", "times": 2}])
def test_an_entry_can_be_many_seats(entry: Json) -> None:
    study = small(seats=["extractor", entry])
    agents = ["policy/extractor", "policy/grim", "policy/grim"]
    assert [[seat.agent for seat in job.seats] for job in study.jobs()] == [agents] * 4
    assert of(study.to_json()).jobs() == study.jobs()
    turned = small(seats=["extractor", entry], rotate=True).jobs()
    assert [[seat.agent for seat in job.seats].index(agents[0]) for job in turned] == [0, 1, 2, 0]


def test_a_mistake_in_an_entry_of_many_seats_stands_at_the_entry() -> None:
    [said] = refused(seats=["2*grim", "grimm"])
    assert "line" in said or "seats" in said
    assert "'policy/grimm'" in said
    [said] = refused(seats=["grim", "0*grim"])
    assert "'0*grim' is 0 seats: expected 1 to 1,000,000" in said
    [said] = refused(seats=["grim", "5*grim"])
    assert "6 agents for 3 seats: P1, P2, P3" in said
