"""Findings of Terrarium: computed from the run, and backed mark by mark."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import pytest

from suasion.environments.terrarium import KIT
from suasion.environments.terrarium.measures.played_test import HONEST, LINE, game
from suasion.environments.terrarium.questions import QUESTIONS, flags, survival, together
from suasion.environments.terrarium.written_test import GAME, imported, line, one, private
from suasion.measures.filed import Filed
from suasion.measures.panel import Link
from suasion.measures.question import Finding, Question, Results


def results(filed: Sequence[Filed]) -> Results:
    from suasion.report.results import RunResults

    return RunResults(KIT, filed)


PLAYED = [game(seed) for seed in range(3)]
RUN = results(PLAYED)


@pytest.fixture(scope="module", params=QUESTIONS, ids=lambda question: str(question.slug))
def finding(request: pytest.FixtureRequest) -> Finding:
    question: Question = request.param
    assert question.applies(RUN) is None
    return question.answer(RUN)


def test_the_table_has_a_row_for_every_mark(finding: Finding) -> None:
    assert len(finding.rows) == len(finding.panel.marks) > 0
    for mark, row in zip(finding.panel.marks, finding.rows, strict=True):
        assert mark.link in row
        assert mark.x in row
        assert len(row) == len(finding.columns)
    listing = finding.listing
    assert listing is None or all(len(row) == len(listing.columns) for row in listing.rows)


def test_every_link_names_an_event_that_the_run_holds(finding: Finding) -> None:
    events = {each.id: len(each.episode.events) for each in RUN.filed}
    listed = [] if finding.listing is None else [row[-1] for row in finding.listing.rows]
    marks = [mark.link for mark in finding.panel.marks]
    for link in [*marks, *listed, *(each.link for each in finding.examples)]:
        assert isinstance(link, Link)
        assert link.event is None or 0 <= link.event < events[link.episode]


def test_how_many_games_it_rests_on_is_said(finding: Finding) -> None:
    said = " ".join(finding.sureness)
    assert "n = 3" in said
    assert "Only 3 games" in said
    assert finding.statistics["games"] == 3


def test_intervals_take_six_games() -> None:
    few = survival.answer(RUN)
    assert {mark.low for mark in few.panel.marks} == {None}
    assert "No intervals of fewer than 6 games." in few.sureness
    more = survival.answer(results([game(seed) for seed in range(6)]))
    spans = [
        (mark.low, mark.x, mark.high)
        for mark in more.panel.marks
        if mark.low is not None and mark.high is not None
    ]
    assert len(spans) == 3
    assert all(low < x < high for low, x, high in spans)


def test_a_run_without_a_whole_game_answers_nothing() -> None:
    cut = results([replace(PLAYED[0], finished=False)])
    for question in QUESTIONS:
        assert question.applies(cut) == "no whole game is on record"


# --- survival ------------------------------------------------------------------------------------


def test_agents_are_compared_by_what_their_seats_hold_at_the_end() -> None:
    found = survival.answer(RUN)
    held = [each.episode.outcome["balances"] for each in PLAYED]
    both = [(row[0] + row[3]) / 2 for row in held]
    assert found.statistics["cooperator.tokens"] == pytest.approx(sum(both) / 3)
    alive = sum(row[at] is None for row in _deaths() for at in (1, 2, 5))
    assert found.statistics["published_tit_for_tat.lived"] == alive
    assert found.statistics["published_tit_for_tat.seats"] == 9
    assert found.sentence.startswith("cooperator survives in ")


def _deaths() -> list[Sequence[int | None]]:
    return [each.episode.outcome["death_rounds"] for each in PLAYED]


def test_of_one_game_the_living_and_the_first_death_are_named() -> None:
    found = survival.answer(results([one(GAME)]))
    assert found.sentence == (
        "Alive at the end: Vera with 50 tokens and Kip with 50 tokens; "
        "the first to die is Sable, in round 2 of 2."
    )
    assert found.listing is not None
    assert found.listing.rows[2][-1] == Link("g", 10)


def test_games_of_another_treatment_are_left_out_and_counted_but_listed() -> None:
    other = game(0, preset="default")
    found = survival.answer(results([*PLAYED, other]))
    assert found.statistics["games"] == 3
    assert "1 game of other rules" in " ".join(found.exclusions)
    assert found.listing is not None
    assert len(found.listing.rows) == 4 * 6


def test_games_of_one_log_are_never_pooled_with_a_treated_one() -> None:
    override = line("PERSONA_OVERRIDE", 0, agent_name="Kip", persona_text="p")
    treated = [{**each, "game_id": "h"} for each in (override, *GAME)]
    found = survival.answer(results([*imported(GAME).filed, *imported(treated).filed]))
    assert found.statistics["games"] == 1


# --- together ------------------------------------------------------------------------------------


def test_pairs_are_held_against_any_pair_alike() -> None:
    found = together.answer(RUN)
    pairs = {key.removesuffix(".solved") for key in found.statistics if key.endswith(".solved")}
    assert "cooperator + cooperator" in pairs
    solved = [found.statistics[f"{pair}.solved"] for pair in pairs]
    chance = [found.statistics[f"{pair}.chance"] for pair in pairs]
    assert sum(map(float, map(str, solved))) == pytest.approx(sum(map(float, map(str, chance))))
    top = max(pairs, key=lambda pair: float(str(found.statistics[f"{pair}.solved"])))
    assert found.sentence.startswith(f"{top} solve most together: ")


def test_without_a_joint_solve_the_question_is_not_asked() -> None:
    lonely = one([each for each in GAME if each["event_type"] != "PUZZLE_SOLVED"])
    assert together.applies(results([lonely])) == "no puzzle was solved by two seats"


# --- flags ---------------------------------------------------------------------------------------


def test_what_is_flagged_is_listed_with_what_can_be_said_of_it() -> None:
    never = private(2, 2, 1, "Need clue for Y-9")
    found = flags.answer(results([one([*GAME[:8], never, *GAME[8:]])]))
    assert found.sentence == (
        "In 1 game, 2 cases of a fabricated clue are flagged: 2 name a puzzle that had not been "
        "dealt and 2 show no letters, so that no clue is stated; by the clue that senders hold, "
        "0 claims are false."
    )
    assert found.listing is not None
    assert [row[:5] for row in found.listing.rows] == [
        ["g", 2, "Sable", "Kip", "Y-9"],
        ["g", 2, "Vera", "Sable", "Z-9"],
    ]


def test_liars_whom_the_published_rule_cannot_see_are_counted_by_ours() -> None:
    found = flags.answer(RUN)
    assert found.statistics[flags.FLAGGED] == 0
    assert int(str(found.statistics[flags.OURS])) > 15
    honest = flags.answer(results([game(seed, HONEST) for seed in range(2)]))
    assert honest.statistics[flags.OURS] == 0
    assert "no message is flagged" in honest.sentence.lower()
    assert LINE != HONEST
