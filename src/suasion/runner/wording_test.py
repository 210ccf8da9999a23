"""Paraphrases as a random factor of a study: balanced, paired, and no split of any estimate."""

import json
from collections import Counter
from pathlib import Path
from typing import Any

import pytest

from suasion.core.asks import Json
from suasion.core.environment import settings as settings_of
from suasion.report.results import results
from suasion.runner.run import run
from suasion.runner.study import Job, Study
from suasion.runner.study_file import of
from suasion.store.export import jsonl
from suasion.store.run import open_run


def small(**changes: Any) -> Study:
    return of(
        {
            "format": 1,
            "name": "words",
            "question": "Do the words matter?",
            "expectation": "No.",
            "environment": "influence",
            "settings": {"size": 2, "rounds": 1, "slots": 1},
            "seats": ["policy/talking_random", "policy/silent_random"],
            "conditions": {"one": {}, "two": {"settings": {"rounds": 2}}},
            "replicates": 8,
            "wording": 4,
            **changes,
        }
    )


def drawn(jobs: list[Job], arm: str) -> list[Json]:
    return [job.settings.get("wording", 0) for job in jobs if job.arm == arm]


def test_every_run_of_k_replicates_has_each_wording_once_and_all_conditions_the_same() -> None:
    study = small()
    jobs = study.jobs()
    one, two = drawn(jobs, "one"), drawn(jobs, "two")
    assert one == two
    assert sorted(one[:4]) == sorted(one[4:]) == [0, 1, 2, 3]
    assert one == [study.drawn_wording(k) for k in range(8)]


def test_the_order_is_drawn_anew_for_each_run_and_each_seed() -> None:
    study = small()
    seeded = [study.model_copy(update={"seed": seed}) for seed in range(200)]
    orders = {tuple(each.drawn_wording(k) for k in range(8)) for each in seeded}
    assert len(orders) > 150
    firsts = Counter(order[0] for order in orders)
    assert set(firsts) == {0, 1, 2, 3}
    assert max(firsts.values()) < 80
    assert sum(order[:4] == order[4:] for order in orders) < 30


def test_without_wording_every_job_is_as_it_was() -> None:
    jobs = small(wording=1).jobs()
    assert all("wording" not in job.settings for job in jobs)
    assert [job.seed for job in jobs] == [job.seed for job in small().jobs()]


def test_members_of_a_block_and_links_of_a_chain_share_it() -> None:
    blocks = small(block={"a": {}, "b": {"settings": {"slots": 2}}}).jobs()
    chains = small(chain=3, settings={"size": 2, "rounds": 1, "slots": 1, "remember": True}).jobs()
    for jobs, unit in ((blocks, "block"), (chains, "chain")):
        shared: dict[Json, set[Json]] = {}
        for job in jobs:
            shared.setdefault(getattr(job, unit), set()).add(job.settings.get("wording", 0))
        assert len(shared) == 16
        assert all(len(each) == 1 for each in shared.values())


def test_the_settings_of_a_job_are_those_of_the_environment_it_is_played_with() -> None:
    from suasion import catalogue

    for job in small().jobs():
        env = catalogue.make(job.environment, None, job.settings)
        assert settings_of(env) == job.settings


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"wording": 5}, "is 5, and influence has 4: expected 1 to 4"),
        ({"settings": {"wording": 1}}, "settings name one: give only one of both"),
        ({"conditions": {"a": {"settings": {"wording": 0}}}}, "give only one of both"),
    ],
)
def test_what_cannot_be_drawn_is_refused_by_name(changes: dict[str, Any], said: str) -> None:
    with pytest.raises(ValueError, match=said):
        small(**changes)


def test_a_fixed_wording_is_a_setting_like_any_other() -> None:
    jobs = small(wording=1, settings={"size": 2, "wording": 3}).jobs()
    assert {job.settings["wording"] for job in jobs} == {3}


PLAYS: list[dict[str, Any]] = [
    {
        "environment": "persuasion",
        "settings": {"total_turns": 2, "probes": 1},
        "seats": ["policy/persuader", "policy/target"],
        "block": {"pro": {"settings": {"side": "pro"}}, "con": {"settings": {"side": "con"}}},
        "conditions": {"one": {}},
    },
    {"seats": ["policy/talking_random", "policy/silent_random"]},
    {
        "environment": "control",
        "settings": {"horizon": 3},
        "seats": ["policy/random"],
        "conditions": {"one": {}},
    },
    {
        "environment": "social",
        "settings": {"size": 5, "days": 2},
        "seats": ["5*policy/any_contact"],
        "conditions": {"one": {}},
    },
    {
        "environment": "terrarium",
        "settings": {"rounds": 3, "names": ["a", "b"]},
        "seats": ["policy/random", "policy/honest"],
        "conditions": {"one": {}},
    },
]


@pytest.mark.parametrize("play", PLAYS, ids=lambda play: play.get("environment", "influence"))
def test_no_estimate_is_split_by_wording_and_every_episode_says_its_own(
    play: dict[str, Any], tmp_path: Path
) -> None:
    pooled = []
    for wording in (1, 4):
        study, folder = small(**play, replicates=4, wording=wording), tmp_path / str(wording)
        run(study, folder, workers=1)
        found = open_run(folder)
        rows = results(found, {}).all_estimates()
        # A baseline is of a target asked in the same words: with other words there are others.
        rows = [row for row in rows if "baseline_alignment" not in row.by]
        pooled.append({(row.measure, row.statistic, str(row.by), row.n) for row in rows})
        told = [each.episode.header.settings.get("wording", 0) for each in found.all()]
        lines = [json.loads(line)["header"] for line in jsonl(found, stable=True)]
        assert [
            f"'wording': {drawn}" in str(line) for drawn, line in zip(told, lines, strict=True)
        ] == [drawn > 0 for drawn in told]
        assert sorted(told) == sorted(job.settings.get("wording", 0) for job in study.jobs())
    assert pooled[0] == pooled[1]
    assert pooled[0]
    assert set(told) == {0, 1, 2, 3}
