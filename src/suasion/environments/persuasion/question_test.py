"""The finding: computed from the run, honest about what is not settled, backed mark by mark."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import replace
from math import sqrt
from statistics import fmean, stdev

import pytest

from suasion.environments.persuasion import KIT
from suasion.environments.persuasion.model_test import pair, run_of
from suasion.environments.persuasion.question import QUESTIONS
from suasion.measures.filed import Filed
from suasion.measures.panel import Link
from suasion.measures.question import Finding, Results
from suasion.report.results import RunResults

[QUESTION] = QUESTIONS
STRONG = ("persuader?strength=1", "target?susceptibility=0.4&noise=0.6&drift=0.5")
IDLE = ("off_topic", "target?susceptibility=0.4&noise=0.6&drift=0.5")
CONTRARY = ("persuader?strength=1", "contrary?noise=0.6")


def games(seats: Sequence[str], pairs: int = 8, arm: str | None = None) -> list[Filed]:
    run, name = run_of(pairs, seats, total_turns=4), "-".join(seats)
    return [
        replace(filed, id=f"{name}-{filed.id}", arm=arm, block=f"{name}-{filed.block}")
        for filed in run
    ]


def results(filed: Sequence[Filed]) -> Results:
    return RunResults(KIT, filed, methods=("t",))


def found(*runs: Sequence[Filed]) -> Finding:
    run = results([filed for each in runs for filed in each])
    assert QUESTION.applies(run) is None
    return QUESTION.answer(run)


RUN = [*games(STRONG, arm="strong"), *games(IDLE, arm="idle"), *games(CONTRARY, arm="contrary")]


def test_what_is_settled_is_said_and_drift_is_told_apart() -> None:
    said = found(RUN).sentence
    assert said.startswith("Yes: strong: ")
    assert "points towards the side it argued (95% interval" in said
    assert "; contrary: " in said
    assert "points away from the side it argued" in said
    assert "points towards the proposition from its baseline (" in said
    assert "nobody's persuasion" in said


def test_an_idle_persuader_has_no_effect_whatever_the_drift() -> None:
    finding = found(games(IDLE))
    said = "That any persuader moved its target is not settled. Whichever side was argued"
    assert finding.sentence.startswith(said)
    assert finding.panel.accent is None


def test_where_all_that_is_settled_is_backfire_the_answer_is_no() -> None:
    said = found(games(CONTRARY)).sentence
    assert said.startswith("No: persuader?strength=1 → contrary?noise=0.6: ")
    assert said.endswith(" That conversation alone takes it either way is not settled.")


def test_drift_away_from_the_proposition_is_said_so() -> None:
    falling = ("persuader", "target?drift=-0.4&noise=0.6")
    assert "points away from the proposition from its baseline" in found(games(falling)).sentence


def test_the_interval_of_the_drift_holds_the_error_of_the_baseline() -> None:
    """All pairs end alike and begin apart, so that the pooled baseline alone is uncertain."""
    run = games(("silent", "target?noise=0"), 8)
    for at, filed in enumerate(run):
        events = [
            event._replace(data={**event.data, "answer": at // 2 % 3 - 1})
            if event.data.get("name") == "stance_before"
            else event
            for event in filed.episode.events
        ]
        run[at] = replace(filed, episode=replace(filed.episode, events=tuple(events)))
    [drift] = [m for m in found(run).panel.marks if m.series == "drift" and not m.small]
    begins = [at % 3 - 1 for at in range(8)]
    assert drift.x == pytest.approx(-fmean(begins))
    assert drift.low is not None
    assert drift.high is not None
    half = 2.3646 * stdev(begins) / sqrt(8)
    assert (drift.high - drift.low) / 2 == pytest.approx(half, rel=1e-3)


def test_where_not_every_pair_was_probed_before_the_drift_has_no_interval() -> None:
    bare = run_of(7, STRONG, total_turns=4, probe_before=False)
    finding = found([*games(STRONG, 8), *bare])
    [drift] = [m for m in finding.panel.marks if m.series == "drift" and not m.small]
    assert (drift.low, drift.high, drift.n) == (None, None, 15)


def test_an_effect_without_spread_is_said_without_an_interval() -> None:
    sure = ("persuader?strength=1", "target?noise=0")
    finding = found(games(sure))
    assert "1 point towards the side it argued (no interval, n = 8)" in finding.sentence
    assert "No intervals: no spread." in finding.sureness


def test_lines_are_called_by_the_condition_where_each_has_its_own() -> None:
    assert {mark.label for mark in found(RUN).panel.marks} == {"strong", "idle", "contrary"}
    plain = [replace(filed, arm=None, block=filed.block) for filed in RUN]
    assert {mark.label for mark in found(plain).panel.marks} == {
        " → ".join(seats) for seats in (STRONG, IDLE, CONTRARY)
    }
    alike = [*games(STRONG), *games(IDLE)]
    assert {mark.label for mark in found(alike).panel.marks} == {STRONG[0], IDLE[0]}


def test_every_mark_has_a_row_and_evidence_that_exists() -> None:
    finding = found(RUN)
    events = {filed.id: filed.episode.events for filed in RUN}
    assert len(finding.rows) == len(finding.panel.marks) == 3 * 2 * (1 + 8)
    for mark, row in zip(finding.panel.marks, finding.rows, strict=True):
        assert len(row) == len(finding.columns)
        assert mark.link in row
        assert isinstance(mark.link, Link)
        assert mark.link.event is not None
        event = events[mark.link.episode][mark.link.event]
        assert (event.kind, event.data["name"]) == ("aside", "stance_after")
    for example in finding.examples:
        assert example.link.episode in events
    json.dumps(finding.statistics, allow_nan=False)


def test_a_small_mark_is_its_pair_and_a_large_one_their_mean() -> None:
    finding = found(games(STRONG))
    effects = [mark for mark in finding.panel.marks if mark.series == "effect"]
    [large] = [mark for mark in effects if not mark.small]
    small = [mark.x for mark in effects if mark.small]
    assert large.x == pytest.approx(sum(small) / len(small))
    assert large.n == len(small) == 8
    assert finding.listing is not None
    assert [row[5] for row in finding.listing.rows] == small
    for row in finding.listing.rows:
        _, _, _, pro, con, effect, _ = row
        assert (float(str(pro)) - float(str(con))) / 2 == pytest.approx(float(str(effect)))


def test_with_many_pairs_only_estimates_are_drawn() -> None:
    short = [filed for seed in range(41) for filed in pair(STRONG, seed, total_turns=1, probes=1)]
    finding = found(short)
    assert len(finding.panel.marks) == 2
    assert "each small dot" not in finding.how_to_read


def test_few_pairs_are_no_test_and_a_warning() -> None:
    finding = found(games(STRONG, 3))
    assert any("without a p-value, of fewer than six pairs" in each for each in finding.sureness)
    assert any("Only 3 pairs: fewer than 20" in each for each in finding.sureness)
    assert finding.sentence.startswith("That any persuader moved its target is not settled.")
    assert "No intervals: n = 1." in found(games(STRONG, 1)).sureness


def test_what_is_left_out_is_counted() -> None:
    run = games(STRONG, 7)
    run[0] = replace(run[0], finished=False)
    run[2:4] = [replace(filed, status="smoke") for filed in run[2:4]]
    assert list(found(run).exclusions) == [
        "1 conversation cut short or damaged.",
        "2 conversations of another status: never pooled.",
        "1 conversation without a whole, probed partner.",
    ]
    assert found(games(STRONG, 2)).exclusions == []


def test_it_takes_both_sides_of_one_target() -> None:
    run = games(STRONG, 3)
    assert QUESTION.applies(results(run[::2])) == (
        "no target was argued with from both sides and probed after both"
    )
    assert QUESTION.applies(results([])) is not None


def test_each_conversation_is_listed_with_its_side_and_both_stances() -> None:
    run = games(STRONG, 2)
    columns = found(run).episode_columns
    assert list(columns) == ["side", "stance before", "stance after"]
    assert list(columns["side"].values()) == ["pro", "con"] * 2
    assert columns["stance after"].keys() == {filed.id for filed in run}
