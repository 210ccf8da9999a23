"""Findings: computed from the run, honest about what is not settled, and backed mark by mark."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

import pytest

from suasion.core.play import Play, drive
from suasion.environments.influence import KIT
from suasion.environments.influence.questions import QUESTIONS, common, points, promises, timing
from suasion.environments.influence.rules import Influence
from suasion.measures.filed import Filed, Held
from suasion.measures.panel import Link
from suasion.measures.question import Finding, Question, Results

LINE = ("promise_keeper", "promise_breaker", "tit_for_tat", "tit_for_tat")


def results(filed: Sequence[Filed]) -> Results:
    from suasion.report.results import RunResults

    return RunResults(KIT, filed)


def game(k: int, line: Sequence[str] = LINE, *, messages: bool = True, **settings: Any) -> Filed:
    env = Influence(size=len(line), messages=messages, **settings)
    episode = drive(Play(env, 50 + k), [KIT.policies[name]() for name in line])
    seats = [
        Held(seat.name, f"policy/{name}") for seat, name in zip(env.seats(), line, strict=True)
    ]
    return Filed(f"{'on' if messages else 'off'}-{k}", episode, seats)


TALK = [game(k) for k in range(8)]
SILENT = [game(k, messages=False) for k in range(8)]
RUN = results(TALK + SILENT)


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


def test_every_link_names_an_event_that_the_run_holds(finding: Finding) -> None:
    events = {each.id: len(each.episode.events) for each in RUN.filed}
    links = [mark.link for mark in finding.panel.marks] + [e.link for e in finding.examples]
    for link in links:
        assert isinstance(link, Link)
        assert link.event is not None
        assert 0 <= link.event < events[link.episode]


def test_the_accent_is_a_label_that_the_finding_names(finding: Finding) -> None:
    accent = finding.panel.accent
    assert accent is None or accent in {mark.label for mark in finding.panel.marks}
    if accent not in (None, promises.APART):
        assert str(accent) in finding.sentence


def test_n_the_method_and_the_correction_are_said(finding: Finding) -> None:
    said = " ".join(finding.sureness)
    assert "n = 8" in said
    assert "95%" in said
    assert "correct" in said
    assert "Only 8 games" in said


# --- promises ----------------------------------------------------------------------------------


def test_breakers_among_reciprocators_end_up_behind_and_the_difference_is_the_mean() -> None:
    found = promises.answer(RUN)
    apart = [each.episode.payoffs[1] - each.episode.payoffs[0] for each in TALK]
    mean = sum(apart) / len(apart)
    assert mean < 0
    assert found.statistics["points.difference"] == pytest.approx(mean, abs=1e-12)
    assert found.sentence.startswith("Those who break promises end up behind")
    assert f"{common.shown(-mean)} fewer points" in found.sentence


def test_the_silent_twin_stands_beside_the_difference() -> None:
    found = promises.answer(RUN)
    twins = [each.episode.payoffs[1] - each.episode.payoffs[0] for each in SILENT]
    assert found.statistics["silent_twin.difference"] == pytest.approx(sum(twins) / 8, abs=1e-12)
    assert {m.series for m in found.panel.marks if m.label == promises.APART} == {
        "messages on",
        "silent twin",
    }


def test_with_few_games_nothing_is_settled_whatever_they_show() -> None:
    found = promises.answer(results(TALK[:4]))
    assert found.sentence.startswith("Whether those who break promises end up ahead is not settled")
    assert found.statistics["points.p_holm"] is None
    assert found.statistics["silent_twin.difference"] is None


def test_sides_are_told_by_the_ledger_and_not_by_policy() -> None:
    swapped = game(0, ("promise_breaker", "promise_keeper", "tit_for_tat", "tit_for_tat"))
    assert promises.sides(TALK[0])[:2] == ([1], [0])
    assert promises.sides(swapped)[:2] == ([0], [1])


def test_the_question_needs_promises_that_came_due_on_both_sides() -> None:
    assert promises.applies(results(SILENT)) == "no promise on record came due"
    keepers = [game(k, ("promise_keeper", "tit_for_tat", "tit_for_tat")) for k in range(2)]
    assert "no game has both" in str(promises.applies(results(keepers)))


def test_games_cut_short_damaged_or_unlike_are_left_out_and_counted() -> None:
    cut, bad = replace(TALK[6], finished=False), replace(TALK[7], damaged=True)
    other = replace(game(9, rounds=4), id="other")
    found = promises.answer(results([*TALK[:6], cut, bad, other]))
    assert found.statistics["games"] == 6
    said = " ".join(found.exclusions)
    assert "1 episode cut short" in said
    assert "1 episode with a damaged record" in said
    assert "1 episode of other rules" in said


# --- points ------------------------------------------------------------------------------------


def test_an_even_share_is_what_uniform_targets_give() -> None:
    assert points.even_share([4, 6, 2], [0]) == (6 + 2) / 2
    assert points.even_share([4, 6, 2], [0, 1]) == ((6 + 2) / 2 + (4 + 2) / 2) / 2
    assert points.even_share([4, None, 2], [0]) is None


def test_points_are_compared_with_an_even_share_of_the_same_game() -> None:
    found = points.answer(RUN)
    received = [each.episode.payoffs[1] for each in TALK]
    pulls = [each.episode.outcome["pulls_made"] for each in TALK]
    share = [(sum(made) - made[1]) / 3 for made in pulls]
    contrast = found.statistics["contrast promise_breaker less even share"]
    expected = sum(a - b for a, b in zip(received, share, strict=True)) / 8
    assert contrast["difference"] == pytest.approx(expected, abs=1e-12)


def test_an_agent_is_named_only_where_its_contrast_is_settled() -> None:
    found = points.answer(RUN)
    assert found.sentence.startswith("Yes: with messages, ")
    few = points.answer(results(TALK[:4] + SILENT[:4]))
    assert few.sentence.startswith("That any agent gets others to give it points is not settled")
    assert few.panel.accent is None


def test_without_twins_the_page_says_nothing_of_them() -> None:
    found = points.answer(results(TALK))
    assert "silent twin" not in found.sentence
    assert "0 of 8 games have a silent twin" in " ".join(found.sureness)
    assert {mark.series for mark in found.panel.marks} == {"messages on", "even share"}


def test_a_twin_has_the_same_seed_seats_and_rules() -> None:
    stranger = replace(SILENT[0], episode=replace(SILENT[0].episode, header=replace(
        SILENT[0].episode.header, seed=1)))  # fmt: skip
    found = points.answer(results([*TALK, stranger, *SILENT[1:]]))
    assert found.statistics["silent_twins"] == 7
    assert "1 games have no silent twin" in " ".join(found.exclusions)


def test_seats_that_nobody_is_known_to_hold_answer_nothing() -> None:
    nobody = [replace(s, agent=None) for s in TALK[0].seats]
    unknown = results([replace(TALK[0], seats=nobody)])
    assert "names who held its seats" in str(points.applies(unknown))
    assert "names who held its seats" in str(timing.applies(unknown))


# --- timing ------------------------------------------------------------------------------------


def test_a_line_is_the_mean_share_of_pulls_so_far_and_links_to_that_action() -> None:
    found = timing.answer(RUN)
    line = [mark for mark in found.panel.marks if mark.label == "promise_keeper"]
    assert [mark.x for mark in line] == list(range(1, 26))
    pulls = [each.episode.outcome["pulls_made"][0] for each in TALK]
    assert line[-1].y == pytest.approx(sum(pulls) / 25 / 8, abs=1e-12)
    for at, mark in enumerate(line):
        assert mark.link is not None
        game_ = next(each for each in TALK if each.id == mark.link.episode)
        own = [i for i, event in enumerate(game_.episode.events) if event.by == 0]
        assert mark.link.event == own[at]


def test_the_line_farthest_from_the_others_is_the_accent() -> None:
    found = timing.answer(RUN)
    ends = {m.label: m.y for m in found.panel.marks if m.x == 25 and m.y is not None}
    away = {
        a: abs(y - sum(z for b, z in ends.items() if b != a) / (len(ends) - 1))
        for a, y in ends.items()
    }
    assert found.panel.accent == max(away, key=lambda label: away[label])


def test_lines_of_one_policy_are_not_said_to_differ() -> None:
    alike = [game(k, ("talking_random",) * 4) for k in range(8)]
    renamed = [
        replace(each, seats=[replace(s, agent=f"policy/{'ab'[at % 2]}")
                             for at, s in enumerate(each.seats)])
        for each in alike
    ]  # fmt: skip
    found = timing.answer(results(renamed))
    assert found.sentence.startswith("Whether spending rhythms differ is not settled")
    assert found.statistics["ends_apart"] == []
    assert timing.answer(RUN).sentence.startswith("Spending rhythms differ")


def test_one_agent_alone_has_no_one_to_differ_from() -> None:
    found = timing.answer(results([game(k, ("talking_random",) * 3) for k in range(3)]))
    assert found.sentence.startswith("Only one agent is on record: talking_random spends")


def test_statistics_have_the_form_of_the_published_page() -> None:
    found = timing.answer(RUN)
    one = found.statistics["timing.per_model policy/promise_breaker"]
    assert (one["n_agent_episodes"], len(one["series"])) == (8, 25)
    assert found.statistics["timing.action_index"] == list(range(1, 26))
    assert found.statistics["self_pull_slope"] is None


# --- words -------------------------------------------------------------------------------------


def test_a_difference_is_said_in_words_with_its_interval_the_same_way() -> None:
    made = common.contrasts({"x": [-3.0, -2.0, -4.0, -3.0, -2.5, -3.5, -3.0]}, ["t"])["x"]
    assert made.settled
    assert made.words("points") == "3 fewer points (95% interval 2.4 to 3.6)"
    flat = common.contrasts({"x": [-3.0, 2.0, 4.0, -3.0, 2.5, -3.5, 2.0]}, ["t"])["x"]
    assert not flat.settled
    assert flat.words("points") == "0.143 more points (95% interval 2.79 fewer to 3.08 more)"
    one = common.contrasts({"x": [2.0]}, ["t"])["x"]
    assert one.words("points") == "2 more points (no interval, n = 1)"


def test_contrasts_of_one_question_are_corrected_together() -> None:
    sample = [1.0, 2.0, 1.5, 1.2, 1.8, 2.2, 1.1]
    alone = common.contrasts({"x": sample}, ["t"])["x"]
    both = common.contrasts({"x": sample, "y": sample}, ["t"])
    assert alone.p is not None
    assert both["x"].p == pytest.approx(2 * alone.p)


def test_a_line_without_spread_differs_from_one_that_has_some() -> None:
    line_up = ("extractor", "silent_random", "talking_random", "talking_random")
    found = timing.answer(results([game(k, line_up) for k in range(8)]))
    assert ["policy/extractor", "policy/talking_random"] in found.statistics["ends_apart"]
    assert found.sentence.startswith("Spending rhythms differ: silent_random spends 100%")
