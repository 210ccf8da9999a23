"""Panels: a few lines make every line-up, on every topic, from both sides, and what they share."""

from __future__ import annotations

from collections import Counter
from itertools import permutations
from pathlib import Path
from time import process_time
from typing import Any

import pytest
from jsonschema import Draft202012Validator

from suasion.core.asks import Json
from suasion.runner.progress import Quiet
from suasion.runner.run import run
from suasion.runner.study import Job, Study, schema
from suasion.runner.study_errors import BadStudy
from suasion.runner.study_file import of
from suasion.store.run import open_run

TOPICS: Json = ["night_trains", "street_trees", "lottery_juries"]
BOTH: Json = {"pro": {"settings": {"side": "pro"}}, "con": {"settings": {"side": "con"}}}
AGENTS = {
    name: f"policy/participant?strength={strength}"
    for name, strength in (("strong", 0.9), ("weak", 0.2), ("fair", 0.5))
}


def plain(**said: Json) -> dict[str, Json]:
    usual: dict[str, Json] = {
        "name": "panel",
        "question": "?",
        "expectation": "!",
        "environment": "persuasion",
        "settings": {"total_turns": 2},
        "agents": AGENTS,
        "panel": {"agents": list(AGENTS)},
        "cross": {"proposition": TOPICS},
        "block": BOTH,
        "replicates": 1,
    }
    return {key: value for key, value in {**usual, **said}.items() if value is not None}


def study(**said: Json) -> Study:
    return of(plain(**said))


def refused(**said: Json) -> str:
    with pytest.raises(BadStudy) as bad:
        study(**said)
    return str(bad.value)


def agents(job: Job) -> tuple[str, ...]:
    return tuple(seat.agent for seat in job.seats)


def test_a_panel_is_every_ordered_pair_on_every_topic_from_both_sides() -> None:
    made = study(replicates=2)
    jobs = made.jobs()
    assert len(jobs) == made.episodes == 6 * 3 * 2 * 2
    cells = Counter((agents(job), job.settings["proposition"]) for job in jobs)
    assert {pair for pair, _ in cells} == set(permutations(AGENTS.values(), 2))
    assert set(cells.values()) == {4}
    blocks = Counter(job.block for job in jobs)
    assert set(blocks.values()) == {2}
    for pro, con in zip(jobs[::2], jobs[1::2], strict=True):
        assert (pro.block, pro.seed, agents(pro)) == (con.block, con.seed, agents(con))
        assert (pro.settings["side"], con.settings["side"]) == ("pro", "con")


def test_ids_are_in_the_studys_own_words_and_are_safe_in_file_names() -> None:
    ids = {job.id for job in study().jobs()}
    assert "main--strong--weak--night_trains--r0--pro" in ids
    odd = study(
        agents={},
        panel={"agents": [*AGENTS.values()]},
        cross={"proposition": ["To be, or not to be?", "Up is down / so it goes"]},
    )
    for job in odd.jobs():
        assert all(each.isalnum() or each in "-._" for each in job.id)
    assert len({job.id for job in odd.jobs()}) == len(odd.jobs())


def test_line_ups_may_be_of_one_agent_alone_and_conditions_have_their_own() -> None:
    made = study(
        conditions={
            "plain": {},
            "self": {
                "settings": {"arm": "self_play"},
                "line_ups": "same",
                "cross": {"proposition": ["night_trains"]},
            },
        }
    )
    by = Counter(job.arm for job in made.jobs())
    assert by == {"plain": 36, "self": 6}
    both = study(settings={"total_turns": 2, "arm": "reprobe"}, panel={
        "agents": list(AGENTS), "line_ups": "all"
    })  # fmt: skip
    assert both.episodes == 9 * 3 * 2


def test_a_panel_of_one_seat_stands_before_the_seats_of_the_study() -> None:
    made = study(panel={"agents": list(AGENTS), "seats": 1}, seats=["policy/target"])
    assert {agents(job)[1] for job in made.jobs()} == {"policy/target"}
    assert made.episodes == 3 * 3 * 2


def test_a_cell_has_its_own_seed_the_same_in_every_condition_and_beside_other_cells() -> None:
    conditions: Json = {"plain": {}, "off": {"settings": {"arm": "off_topic"}}}
    jobs = study(conditions=conditions, replicates=2).jobs()
    seeds: dict[object, set[int]] = {}
    for job in jobs:
        key = agents(job), job.settings["proposition"], job.replicate
        seeds.setdefault(key, set()).add(job.seed)
    assert all(len(each) == 1 for each in seeds.values())
    assert len({seed for each in seeds.values() for seed in each}) == len(seeds)
    fewer = {job.id: job.seed for job in study(cross={"proposition": TOPICS[:1]}).jobs()}
    assert {job.id: job.seed for job in study().jobs() if job.id in fewer} == fewer


def test_conditions_follow_one_another_in_every_cell_and_no_agent_is_always_last() -> None:
    conditions: Json = {"plain": {}, "off": {"settings": {"arm": "off_topic"}}}
    jobs = study(conditions=conditions, replicates=3).jobs()
    assert [job.arm for job in jobs] == ["plain", "plain", "off", "off"] * 54
    assert [job.replicate for job in jobs] == sorted(job.replicate for job in jobs)
    last = {jobs[72 * k - 1].id.partition("--r")[0] for k in (1, 2, 3)}
    assert len(last) > 1, "the order is drawn anew"


def test_a_sample_is_of_whole_blocks_and_of_the_cells_that_conditions_share() -> None:
    conditions: Json = {"plain": {}, "off": {"settings": {"arm": "off_topic"}}}
    jobs = study(conditions=conditions, sample=4).jobs()
    cells = {arm: {job.cell for job in jobs if job.arm == arm} for arm in conditions}
    assert cells["plain"] == cells["off"]
    assert len(cells["plain"]) == 4
    assert len(jobs) == 4 * 2 * 2


def test_six_thousand_episodes_are_planned_in_seconds() -> None:
    many = {f"m{n}": f"policy/participant?strength={n / 100}" for n in range(15)}
    topics = [f"It is better to have {n} of them than one more." for n in range(15)]
    began = process_time()
    made = study(agents=many, panel={"agents": list(many)}, cross={"proposition": topics})
    assert len(made.jobs()) == made.episodes == 6300
    assert process_time() - began < 20, "about two on a quiet machine"


def test_the_schema_of_study_files_knows_panels() -> None:
    check = Draft202012Validator(schema()).validate
    said = plain(baselines={"probes": 5}, sample=3)
    check(said)
    check(of(said).to_json())


@pytest.mark.parametrize(
    ("said", "words"),
    [
        ({"panel": {"agents": ["strong", "weak", "nobody"]}}, "panel.agents.2: persuasion has no"),
        ({"panel": {"agents": ["strong", "strong"]}}, "panel.agents.1: is in the panel already"),
        ({"panel": {"agents": ["strong"]}}, "panel.agents: 1 agents for 2 seats: too few"),
        ({"panel": {"agents": ["strong", "weak"], "lineups": "same"}}, "did you mean line_ups?"),
        ({"rotate": True}, "rotate: a panel holds every seat already"),
        ({"seats": ["weak"]}, "seats: 3 agents for 2 seats: persuader, target"),
        ({"cross": {"propostion": ["a b"]}}, "cross.propostion: persuasion has no setting"),
        ({"cross": {"side": ["pro"]}}, "cross.side: is crossed, and settings set it"),
        ({"cross": {"probes": [1, 1]}}, "cross.probes: has 1 twice"),
        ({"cross": {"probes": []}}, "cross.probes: is []"),
        ({"conditions": {"a": {"line_ups": "both"}}}, "conditions.a.line_ups: is 'both'"),
    ],
)
def test_what_is_no_design_is_refused_with_its_place(said: Any, words: str) -> None:
    assert words in refused(**said)


def test_ways_to_arrange_need_a_panel() -> None:
    said = refused(panel=None, seats=["strong", "weak"], conditions={"self": {"line_ups": "same"}})
    assert "conditions.self.line_ups: there is no panel" in said


def test_studies_without_panels_have_the_names_and_seeds_they_always_had() -> None:
    made = study(panel=None, cross=None, seats=["strong", "weak"], replicates=2)
    assert [job.id for job in made.jobs()] == [
        *("main--r0--pro", "main--r0--con", "main--r1--pro", "main--r1--con")
    ]
    assert [job.seed for job in made.jobs()[::2]] == [made.replicate_seed(k) for k in (0, 1)]
    said = made.to_json()
    assert isinstance(said, dict)
    assert not {"panel", "cross", "sample", "allocate", "baselines"} & said.keys()
    assert "line_ups" not in said["conditions"]["main"]


# --- what is played beforehand -------------------------------------------------------------------

SHARED: Json = {"total_turns": 2, "before": "shared"}


def test_a_baseline_is_played_once_for_all_that_share_it_and_before_them() -> None:
    conditions: Json = {"plain": {}, "off": {"settings": {"arm": "off_topic"}}}
    jobs = study(settings=SHARED, conditions=conditions, replicates=2).jobs()
    first = [job for job in jobs if job.arm == "baseline"]
    assert jobs[: len(first)] == first
    assert {(agents(job)[1], job.settings["proposition"]) for job in first} == {
        (agent, topic) for agent in AGENTS.values() for topic in TOPICS
    }
    assert len(first) == 9
    assert {job.settings["probes"] for job in first} == {30}
    by = {job.id: job for job in first}
    for job in jobs[9:]:
        its = by[job.first or ""]
        assert agents(its)[1] == agents(job)[1]
        assert its.settings["proposition"] == job.settings["proposition"]


def test_how_a_target_is_asked_makes_another_baseline_and_its_number_is_a_setting() -> None:
    conditions: Json = {"plain": {}, "turned": {"settings": {"scale": "reversed"}}}
    made = study(settings=SHARED, conditions=conditions, baselines={"probes": 4}, wording=2,
                 replicates=4)  # fmt: skip
    first = [job for job in made.jobs() if job.arm == "baseline"]
    assert len(first) == 9 * 2 * 2 == made.episodes - len(made.jobs()) + len(first)
    assert {job.settings["probes"] for job in first} == {4}
    assert len({job.id for job in first}) == len(first)


def test_conversations_that_ask_for_themselves_need_no_baseline() -> None:
    assert all(job.first is None for job in study().jobs())
    said = refused(settings=SHARED, conditions={"baseline": {}})
    assert "conditions.baseline: baseline is what episodes stand under" in said


def test_a_run_plays_baselines_first_and_shares_their_answers(tmp_path: Path) -> None:
    made = study(settings=SHARED, baselines={"probes": 6}, sample=4)
    done = run(made, tmp_path / "run", workers=2, progress=Quiet())
    assert done.exit_code == 0
    played = list(open_run(tmp_path / "run").all())
    asked = Counter(
        (filed.arm, event.data["name"])
        for filed in played
        for event in filed.episode.events
        if event.kind == "aside"
    )
    many = sum(filed.arm == "baseline" for filed in played)
    assert asked == {("baseline", "stance_before"): 6 * many, ("main", "stance_after"): 3 * 8}
    assert run(made, tmp_path / "run", workers=1, progress=Quiet()).tally.whole == len(played)
