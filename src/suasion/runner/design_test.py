"""What a study says in one line each: asides, a skin, and the same against itself."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from suasion import catalogue
from suasion.core.asks import Json
from suasion.core.environment import STANDARD
from suasion.runner.run import run
from suasion.runner.study import Job, Study
from suasion.runner.study_errors import BadStudy
from suasion.runner.study_file import of
from suasion.store.run import Run, open_run

LIVE, SCRIPT = "awaited/talking_random", "policy/tit_for_tat"


def study(**said: Json) -> Study:
    plain: dict[str, Json] = {
        "name": "design",
        "question": "?",
        "expectation": "!",
        "environment": "influence",
        "settings": {"size": 3, "rounds": 1, "slots": 2},
        "seats": [LIVE, SCRIPT, LIVE],
        "replicates": 2,
    }
    return of({**plain, **said})


def arms(jobs: list[Job]) -> dict[str, list[Job]]:
    found: dict[str, list[Job]] = {}
    for job in jobs:
        found.setdefault(job.arm, []).append(job)
    return found


def refused(**said: Json) -> str:
    with pytest.raises(BadStudy) as bad:
        study(**said)
    return str(bad.value)


def test_asides_are_asked_of_the_seats_that_are_waited_for() -> None:
    jobs = study(asides=["realism", "belief"], rotate=True, replicates=3).jobs()
    for job in jobs:
        waited = [at for at, seat in enumerate(job.seats) if seat.agent == LIVE]
        assert job.settings["asked_aside"] == [["realism", waited], ["belief", waited]]
    assert len({str(job.settings["asked_aside"]) for job in jobs}) == 3


def test_without_asides_or_seats_to_ask_the_settings_stay_as_they_were() -> None:
    usual = [job.settings for job in study().jobs()]
    assert all("asked_aside" not in settings for settings in usual)
    scripts = [SCRIPT] * 3
    assert study(asides=["belief"], seats=scripts).jobs() == study(seats=scripts).jobs()


def test_a_skin_is_worn_by_the_seats_that_are_waited_for() -> None:
    [job, _] = study(skin="guild").jobs()
    assert [seat.asked_with for seat in job.seats] == [{"skin": "guild"}, {}, {"skin": "guild"}]


def test_the_same_against_itself_is_one_more_arm_with_the_same_seeds() -> None:
    conditions: Json = {"talking": {}, "silent": {"settings": {"messages": False}}}
    plain, more = study(conditions=conditions), study(conditions=conditions, a_a=True)
    by = arms(more.jobs())
    assert list(by) == ["talking", "silent", "talking-again"]
    assert more.episodes == len(more.jobs()) == 6
    assert [job for job in more.jobs() if job.arm != "talking-again"] == plain.jobs()
    for one, same in zip(by["talking"], by["talking-again"], strict=True):
        assert (one.settings, one.seats, one.seed) == (same.settings, same.seats, same.seed)
        assert one.id != same.id


@pytest.mark.parametrize("more", [{}, {"chain": 2, "settings": {"size": 3, "remember": True}}])
def test_an_arm_of_scripts_alone_has_seeds_of_its_own(more: dict[str, Json]) -> None:
    by = arms(study(seats=["policy/talking_random"] * 3, a_a=True, **more).jobs())
    seeds = [[job.seed for job in jobs] for jobs in by.values()]
    assert len({seed for several in seeds for seed in several}) == sum(map(len, seeds))


def test_what_there_is_not_is_refused() -> None:
    assert "influence has no skin 'gild'; did you mean guild?" in refused(skin="gild")
    taken: Json = {"main": {}, "main-again": {"settings": {"messages": False}}}
    assert "a_a: needs the name main-again" in refused(a_a=True, conditions=taken)
    assert "no measure 'suspected_test'" in refused(measures=["suspected_test"])
    assert study(measures=["suspected_test"], asides=["realism"]).measures == ["suspected_test"]
    contrast: Json = {
        "measure": "points_received",
        "of": {"arm": "main-again"},
        "against": {"arm": "main"},
    }
    assert "no condition 'main-again'" in refused(contrasts=[contrast])
    assert study(contrasts=[contrast], a_a=True).contrasts


@pytest.fixture(scope="module")
def played(tmp_path_factory: pytest.TempPathFactory) -> Run:
    folder: Path = tmp_path_factory.mktemp("design") / "run"
    run(study(asides=list(STANDARD), skin="guild", a_a=True), folder, workers=1)
    return open_run(folder)


def test_a_run_says_which_skin_was_worn(played: Run) -> None:
    assert played.manifest["study"]["skin"] == "guild"
    filed = played.filed("main--r0")
    assert [seat.asked_with.get("skin") for seat in filed.seats] == ["guild", None, "guild"]
    assert filed.seats[0].brief.startswith("You are G1, one of 3 members")
    assert filed.seats[1].brief.startswith("You are P2, one of 3 players")


def test_raw_words_are_of_the_skin_and_answers_of_the_rules(played: Run) -> None:
    acts = [d for d in played.filed("main--r0").episode.decisions if d.raw and not d.aside]
    assert acts
    for d in acts:
        answer: Any = d.answer
        assert (
            json.loads(d.raw or "")["move"] == {"pull": "toll", "message": "note"}[answer["action"]]
        )


def test_asides_go_on_record_and_are_asked_of_no_script(played: Run) -> None:
    asked = [d for d in played.filed("main--r0").episode.decisions if d.aside]
    assert {(d.aside, d.seat) for d in asked} == {(name, at) for name in STANDARD for at in (0, 2)}


def test_a_run_with_all_of_them_is_whole(played: Run) -> None:
    assert [row.state for row in played.rows()] == ["whole"] * 4


SMALL: dict[str, tuple[int, dict[str, Json]]] = {
    "control": (1, {"horizon": 2}),
    "influence": (3, {"size": 3, "rounds": 1, "slots": 1}),
    "persuasion": (2, {"total_turns": 2, "probes": 1, "arm": "self_play"}),
    "social": (3, {"size": 3, "contact_rate": 1, "days": 1}),
    "terrarium": (6, {"rounds": 1}),
}


BOTH_SIDES: Json = {side: {"settings": {"side": side}} for side in ("pro", "con")}
"""Without these no study of conversations is one; here a single one is enough."""


@pytest.mark.parametrize("name", SMALL)
def test_a_model_in_any_environment_is_asked_in_the_words_of_a_skin(
    name: str, tmp_path: Path
) -> None:
    seats, settings = SMALL[name]
    [skin] = catalogue.kit(name).skins
    asked = study(
        environment=name,
        settings=settings,
        seats=["scripted/valid"] * seats,
        replicates=1,
        asides=list(STANDARD),
        skin=skin,
        a_a=True,
        **({"block": BOTH_SIDES} if name == "persuasion" else {}),
    ).model_copy(update={"block": None})
    run(asked, tmp_path / "run", workers=1)
    found = open_run(tmp_path / "run")
    assert [row.state for row in found.rows()] == ["whole", "whole"]
    asides = [d for d in found.filed("main--r0").episode.decisions if d.aside in STANDARD]
    assert asides
    assert all(isinstance(d.answer, dict) for d in asides)
