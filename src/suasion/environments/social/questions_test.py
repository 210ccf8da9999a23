"""Findings: computed from the run, honest about what is not settled, and backed mark by mark."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import pytest

from suasion.environments.social import KIT
from suasion.environments.social.measures import days_of
from suasion.environments.social.measures_test import filed
from suasion.environments.social.questions import QUESTIONS, answer, applies, follows, percent
from suasion.measures.filed import Filed
from suasion.measures.panel import Link
from suasion.measures.question import Finding, Question, Results

AGENTS = ["contagion?catch=0.4&heeds=1"] * 10 + ["believer"] * 2


def results(games: Sequence[Filed]) -> Results:
    from suasion.report.results import RunResults

    return RunResults(KIT, games)


def arm(name: str, count: int, first: int = 0) -> list[Filed]:
    day = {"plain": 0, "corrected": 2}[name]
    return [
        replace(
            filed(AGENTS, seed, days=6, correction_day=day, correction_every=min(day, 1)),
            id=f"{name}--r{seed}",
            arm=name,
            replicate=seed,
        )
        for seed in range(first, first + count)
    ]


PLAIN, CORRECTED = arm("plain", 9), arm("corrected", 9)
BOTH = results([*PLAIN, *CORRECTED])


@pytest.fixture(params=QUESTIONS, ids=lambda question: str(question.slug))
def finding(request: pytest.FixtureRequest) -> Finding:
    question: Question = request.param
    assert question.applies(BOTH) is None
    return question.answer(BOTH)


def test_every_mark_has_a_row_and_an_event_that_the_run_holds(finding: Finding) -> None:
    events = {each.id: len(each.episode.events) for each in BOTH.filed}
    assert len(finding.rows) == len(finding.panel.marks) > 0
    for mark, row in zip(finding.panel.marks, finding.rows, strict=True):
        assert len(row) == len(finding.columns)
        assert isinstance(mark.link, Link)
        assert mark.link in row
        assert mark.link.event is not None
        assert 0 <= mark.link.event < events[mark.link.episode]


def test_n_the_method_and_the_correction_are_said(finding: Finding) -> None:
    said = " ".join(finding.sureness)
    assert "plain n = 9" in said
    assert "95%" in said
    assert "Holm" in said


def test_a_correction_that_everyone_heeds_is_found_to_help() -> None:
    found = answer(BOTH)
    shares = {
        name: sum(day["infected"] for each in games for day in days_of(each)) / (9 * 6 * 12)
        for name, games in (("plain", PLAIN), ("corrected", CORRECTED))
    }
    assert all(len(days_of(each)) == 6 for each in BOTH.filed)
    assert found.statistics["believing plain"]["value"] == pytest.approx(shares["plain"])
    apart = found.statistics["contrast corrected"]
    assert apart["difference"] == pytest.approx(shares["corrected"] - shares["plain"])
    assert apart["p_holm"] < 0.05
    assert found.sentence.endswith("corrected less than plain.")
    assert percent(shares["plain"]) in found.sentence


def test_few_replicates_settle_nothing() -> None:
    found = answer(results([*PLAIN[:4], *CORRECTED[:4]]))
    assert "not settled whether corrected differs from plain" in found.sentence
    assert "Only 4 episodes in a condition" in " ".join(found.sureness)


def test_one_condition_alone_shows_all_three_curves() -> None:
    found = answer(results(PLAIN))
    assert {m.label for m in found.panel.marks} == {
        "never believed",
        "believe",
        "no longer believe",
    }
    for day in range(1, 7):
        assert sum(m.y or 0 for m in found.panel.marks if m.x == day) == pytest.approx(1)
    assert found.sentence.startswith("At its height ")


def test_games_cut_short_and_of_other_populations_are_left_out_and_counted() -> None:
    cut = replace(PLAIN[8], finished=False)
    other = replace(filed(["believer"] * 5), id="other")
    found = answer(results([*PLAIN[:8], cut, other]))
    assert found.statistics["episodes"] == 8
    assert len(found.exclusions) == 2
    assert applies(results([cut])) == "no episode was played to its end"


def test_seats_that_follow_are_told_from_seats_that_believe_anyway() -> None:
    assert follows(results(PLAIN)).sentence.startswith("Settled for plain: ")
    random = [replace(filed(["random"] * 12, k, days=5), id=str(k), arm="any") for k in range(9)]
    assert follows(results(random)).sentence.startswith("Not settled: ")


def test_without_an_exposed_seat_nobody_can_follow() -> None:
    doubters = results([filed(["doubter"] * 5, seeds=0)])
    assert QUESTIONS[1].applies(doubters) == "no seat without belief met a believer"
