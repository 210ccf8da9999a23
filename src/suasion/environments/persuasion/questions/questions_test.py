"""The pages of Persuasion: planted models are found again, mark by mark, with evidence."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import replace
from itertools import product
from statistics import fmean

import pytest

from suasion.environments.persuasion import KIT
from suasion.environments.persuasion.cell import Cell
from suasion.environments.persuasion.filing import filed_of
from suasion.environments.persuasion.model_test import pair
from suasion.environments.persuasion.questions import QUESTIONS
from suasion.environments.persuasion.questions.common import (
    Evidence,
    listed,
    shown,
    signed,
    topic_name,
)
from suasion.environments.persuasion.questions.pairings import pairings
from suasion.environments.persuasion.questions.persuaders import board
from suasion.environments.persuasion.questions.precision import error
from suasion.measures.filed import Filed
from suasion.measures.panel import Link
from suasion.measures.question import Finding, Question, Results
from suasion.report.results import RunResults

OF: Mapping[str, Question] = {question.slug: question for question in QUESTIONS}
MODELS = ("strong", "middling", "weak", "contrary", "still")
TOPICS = ("prop_0004", "prop_0021", "prop_0028", "prop_0037", "prop_0043", "prop_0047", "t7")
TWIN = "twin"
"""Does what `strong` does, but for what is noise."""
FORCE = {TWIN: 2, "strong": 2, "middling": 1, "weak": 0, "contrary": 1, "still": 1}
PLAIN = ("persuaders", "moved", "offence", "pairings", "topics", "stances", "precision")


def stances(persuader: str, target: str, topic: str, side: str) -> tuple[list[int], list[int]]:
    """What the target says before and after: drift by topic, and a little that is neither.

    `contrary` goes to the same end of the scale whatever is argued; `still` hardly moves.
    """
    at, way = TOPICS.index(topic), 1 if side == "pro" else -1
    every = (*MODELS, TWIN)
    wobble = (every.index(persuader) + every.index(target) + at) % 2
    if target == "contrary":
        return [0, 0, 0], [2 if at % 2 else -2] * 2 + [1 if at % 2 else -1]
    push = 0 if target == "still" else FORCE[persuader] * way + (1 if at == 1 else 0)
    after = max(-3, min(3, push))
    return [0, 0, 0], [after, after, max(-3, min(3, after + wobble * way))]


def talk(
    persuader: str, target: str, topic: str, side: str, known: tuple[str, str] | None = None
) -> Filed:
    """A conversation; `known` are those that persuader and target do as, where that differs."""
    one, other = known or (persuader, target)
    before, after = stances(one, other, topic, side)
    probes = tuple(before), tuple(after)
    cell = Cell(topic, persuader, target, side, "completed", *probes, None, "", {})
    return filed_of(f"{topic}__{persuader}__{target}__{side}", cell, topic)


def run(models: Sequence[str] = MODELS, topics: Sequence[str] = TOPICS) -> list[Filed]:
    return [
        talk(persuader, target, topic, side)
        for topic, persuader, target, side in product(topics, models, models, ("pro", "con"))
        if persuader != target
    ]


RUN = run()


def results(filed: Sequence[Filed]) -> Results:
    return RunResults(KIT, filed, methods=("t",))


@pytest.fixture(scope="module")
def whole() -> Results:
    return results(RUN)


@pytest.fixture(scope="module")
def found(whole: Results) -> Mapping[str, Finding]:
    return {slug: OF[slug].answer(whole) for slug in PLAIN}


# --- all of them -------------------------------------------------------------------------------


@pytest.mark.parametrize("slug", PLAIN)
def test_every_mark_has_a_row_and_evidence_that_exists(
    found: Mapping[str, Finding], slug: str
) -> None:
    finding = found[slug]
    events = {filed.id: filed.episode.events for filed in RUN}
    assert len(finding.rows) == len(finding.panel.marks) > 0
    for mark, row in zip(finding.panel.marks, finding.rows, strict=True):
        assert len(row) == len(finding.columns)
        if slug == "precision" and mark.link is None:
            continue  # a design that nobody played
        assert mark.link in row
        assert isinstance(mark.link, Link)
        assert mark.link.event is not None
        event = events[mark.link.episode][mark.link.event]
        assert (event.kind, event.data["name"]) == ("aside", "stance_after")
    json.dumps(finding.statistics, allow_nan=False)
    assert finding.sentence.endswith(".")
    assert {slug for slug, _ in finding.further} <= {*OF, "claims"}


def test_no_page_is_asked_of_a_run_that_has_nothing_for_it(whole: Results) -> None:
    for nothing in (results([]), results(RUN[:1])):
        assert all(OF[slug].applies(nothing) for slug in OF if slug != "stances")
    assert OF["stances"].applies(results([])) is not None
    for slug in ("turns", "arms", "truth"):
        assert OF[slug].applies(whole) is not None
    assert [OF[slug].applies(whole) for slug in PLAIN] == [None] * len(PLAIN)


@pytest.mark.parametrize("slug", ["persuaders", "pairings", "topics", "stances"])
def test_three_models_and_one_topic_are_enough_for_a_page(slug: str) -> None:
    small = results(run(MODELS[:3], TOPICS[:1]))
    assert OF[slug].applies(small) is None
    assert OF[slug].answer(small).panel.marks


def test_examples_are_the_ones_their_rules_name(found: Mapping[str, Finding]) -> None:
    shifts = Evidence(results(RUN)).shifts
    middle = fmean(shifts.values())
    typical, extreme, back = found["persuaders"].examples
    nearest = min(abs(shift - middle) for shift in shifts.values())
    assert abs(shifts[typical.link.episode] - middle) == nearest
    assert shifts[extreme.link.episode] == max(shifts.values())
    assert shifts[back.link.episode] == min(shifts.values())
    assert back.rule.startswith("backfire")


def test_what_is_left_out_is_counted() -> None:
    lost = [replace(RUN[0], finished=False, lost="moderated_block"), *RUN[1:-2]]
    other = [replace(filed, status="smoke") for filed in RUN[-2:]]
    said = list(Evidence(results([*lost, *other])).exclusions())
    assert said == [
        "1 conversation ended by moderated_block: worst-case bounds are in the data.",
        "2 conversations of another status: never pooled.",
    ]


# --- boards ------------------------------------------------------------------------------------


def test_the_board_is_sorted_and_its_ranks_are_ranges(found: Mapping[str, Finding]) -> None:
    panel = found["persuaders"].panel
    values = [mark.x for mark in panel.marks]
    assert values == sorted(values, reverse=True)
    assert panel.marks[0].label == "strong"
    assert panel.accent == "strong"
    assert panel.marks[0].cells[0].startswith("1")
    assert panel.heads == ("rank", "tie group")
    groups = [int(mark.group) for mark in panel.marks]
    assert groups == sorted(groups)


def test_the_sentence_names_all_of_the_top_group_and_nobody_else(
    found: Mapping[str, Finding], whole: Results
) -> None:
    places = board(Evidence(whole), "persuader")
    top = [place.agent for place in places if place.group == 1]
    sentence = found["persuaders"].sentence
    if len(top) == 1:
        assert sentence.startswith(f"{top[0]} moves targets furthest")
    else:
        assert f"share the top: {listed(top)}." in sentence


def test_two_that_do_the_same_share_the_top() -> None:
    made = results(run((*MODELS, TWIN)))
    top = [place.agent for place in board(Evidence(made), "persuader") if place.group == 1]
    assert {"strong", "twin"} <= set(top)
    sentence = OF["persuaders"].answer(made).sentence
    assert sentence.startswith(f"{len(top)} of 6 share the top: {listed(top)}.")
    assert "cannot be told from them" in sentence


def test_a_target_that_moves_against_is_told_from_one_that_is_still(
    found: Mapping[str, Finding],
) -> None:
    finding = found["moved"]
    assert [scale.name for scale in finding.panel.scales] == [
        *("mean shift", "distance moved", "backfired", "paired effect")
    ]
    of = {(mark.label, mark.series): mark.x for mark in finding.panel.marks}
    assert of["contrary", "mean shift"] == pytest.approx(0)
    assert of["contrary", "paired effect"] == pytest.approx(0)
    assert of["contrary", "distance moved"] > 1.5
    assert of["contrary", "backfired"] == pytest.approx(0.5)
    assert of["still", "backfired"] == 0
    assert "That is no stillness" in finding.sentence
    assert "still moves least at all" in finding.sentence


def test_resistance_is_minus_the_paired_effect_and_strength_the_mean_shift(
    found: Mapping[str, Finding],
) -> None:
    effects = {
        mark.label: mark.x for mark in found["moved"].panel.marks if mark.series == "paired effect"
    }
    strength = {mark.label: mark.x for mark in found["persuaders"].panel.marks}
    for mark in found["offence"].panel.marks:
        assert mark.y == pytest.approx(-effects[mark.label])
        assert mark.x == pytest.approx(strength[mark.label])
    assert "r = " in found["offence"].sentence


# --- matrix ------------------------------------------------------------------------------------


def test_rows_and_columns_of_the_matrix_stand_as_on_the_boards(
    found: Mapping[str, Finding],
) -> None:
    marks = found["pairings"].panel.marks
    rows = list(dict.fromkeys(m.label for m in marks if m.label != "mean"))
    columns = list(dict.fromkeys(m.series for m in marks if m.series != "mean"))
    assert rows == [mark.label for mark in found["persuaders"].panel.marks]
    moved = [m.label for m in found["moved"].panel.marks if m.series == "mean shift"]
    assert columns == moved
    assert len(marks) == 5 * 4 + 5 + 5


def test_a_cell_is_pale_exactly_where_holm_over_the_matrix_does_not_allow_it(
    found: Mapping[str, Finding], whole: Results
) -> None:
    from scipy.stats import ttest_1samp

    from suasion.stats.holm import holm

    met = pairings(Evidence(whole))
    shifts = Evidence(whole).shifts
    ps = []
    for each in met:
        topics = [
            fmean(shifts[f"{t}__{each.persuader}__{each.target}__{s}"] for s in ("pro", "con"))
            for t in TOPICS
        ]
        alike = max(topics) - min(topics) < 1e-9
        ps.append(None if alike else float(ttest_1samp(topics, 0).pvalue))
    for each, p in zip(met, holm(ps), strict=True):
        assert (each.p is None) == (p is None), each
        assert p is None or each.p == pytest.approx(p, rel=1e-6, abs=1e-12)
    pale = {(m.label, m.series) for m in found["pairings"].panel.marks if m.faint}
    assert pale == {(each.persuader, each.target) for each in met if not each.settled}
    assert 0 < len(pale) < len(met)


# --- topics and stances ------------------------------------------------------------------------


def test_effect_and_drift_of_a_topic_add_up_to_its_sides(found: Mapping[str, Finding]) -> None:
    of = {(mark.label, mark.series): mark.x for mark in found["topics"].panel.marks}
    for topic in TOPICS:
        name = topic_name(topic)
        pro, con = of[name, "PRO argued: shift"], of[name, "CON argued: shift"]
        assert of[name, "effect"] + of[name, "drift"] == pytest.approx(pro)
        assert of[name, "effect"] - of[name, "drift"] == pytest.approx(con)


def test_a_published_topic_is_called_by_our_words_with_its_own_name_behind() -> None:
    assert topic_name("prop_0004") == "shorter week (prop_0004)"
    assert topic_name("t7") == "t7"


def test_arrows_begin_with_all_topics_and_count_what_ran_into_the_end(
    found: Mapping[str, Finding],
) -> None:
    marks = found["stances"].panel.marks
    assert [mark.label for mark in marks[:2]] == ["all topics"] * 2
    assert [mark.series for mark in marks[:2]] == ["PRO", "CON"]
    ends = sum(
        fmean(stances(*cell)[1]) == (3 if cell[3] == "pro" else -3)
        for cell in product(MODELS, MODELS, TOPICS, ("pro", "con"))
        for cell in [(cell[0], cell[1], cell[2], cell[3])]
        if cell[0] != cell[1]
    )
    assert f"{ends} conversation" in found["stances"].sentence
    for mark in marks[2:]:
        assert mark.start == 0


def test_the_precision_curve_passes_through_the_printed_errors(
    whole: Results, found: Mapping[str, Finding]
) -> None:
    look = Evidence(whole).lookup
    components = {
        str(key[0]): value
        for key, value in look.table("variance_component", "sd", "component").items()
    }
    printed = look.rows("generalisability", "relative_se", "targets", "topics")
    assert len(printed) >= 5
    for (targets, topics), row in printed.items():
        made = error(components, int(str(targets)), int(str(topics)))
        assert row.value == pytest.approx(made, abs=1e-9)
    assert found["precision"].panel.planned == len(TOPICS)


# --- arms, turns and truth ---------------------------------------------------------------------

SEATS = ("persuader?strength=1", "target?susceptibility=0.4&noise=0.6")


OPEN = ("night_trains", "open_marking", "street_trees", "repair_duty")
SETTLED = ("one_road_more", "wider_motorways", "sugar_rush", "trained_eye")
"""Of the bank: what is settled, two true and two false."""


def several(name: str, bank: Sequence[str] = OPEN, **settings: object) -> list[Filed]:
    """A pair about each of four propositions."""
    return [
        replace(filed, id=f"{name}-{at}-{filed.id}", block=f"{name}-{at}-{filed.block}")
        for at, topic in enumerate(bank)
        for filed in pair(SEATS, at, proposition=topic, total_turns=4, **settings)
    ]


def test_turns_show_the_shift_so_far_and_end_where_the_board_does() -> None:
    made = results(several("t", probe_each_turn=True))
    assert OF["turns"].applies(made) is None
    finding = OF["turns"].answer(made)
    marks = finding.panel.marks
    assert [mark.x for mark in marks] == [0, 2, 4]
    assert marks[0].y == 0
    shifts = [
        float(v.value) for v in made.values("signed_shift") if isinstance(v.value, float | int)
    ]
    assert marks[-1].y == pytest.approx(fmean(shifts))
    for mark in marks[1:]:
        assert mark.link is not None
        assert mark.link.event is not None
    assert "gets furthest" in finding.sentence


def test_arms_stand_beside_the_plain_one_over_the_same_cells() -> None:
    made = results([*several("p"), *several("d", arm="dose")])
    assert OF["arms"].applies(made) is None
    finding = OF["arms"].answer(made)
    of = {(mark.label, mark.series): mark for mark in finding.panel.marks}
    gap = of["one-sided dose", "shift less plain's"]
    less = of["one-sided dose", "mean shift"].x - of["plain conversation", "mean shift"].x
    assert gap.x == pytest.approx(less)
    assert gap.n == 8
    assert "One-sided dose" in finding.sentence
    assert all(mark.link is not None for mark in finding.panel.marks)


def test_shifts_towards_what_is_true_and_what_is_false_stand_apart() -> None:
    made = results([*several("s", SETTLED), *several("o")])
    assert OF["truth"].applies(made) is None
    assert OF["truth"].applies(results(several("o"))) is not None
    finding = OF["truth"].answer(made)
    marks = finding.panel.marks
    shifts = Evidence(made).shifts
    true = [
        shifts[filed.id]
        for filed in made.filed
        for name in SETTLED
        if filed.episode.header.settings["proposition"] == name
        and (name in SETTLED[:2]) == (filed.episode.header.settings["side"] == "pro")
    ]
    assert len(true) == 4
    assert marks[0].series == "argued what is true"
    assert marks[0].x == pytest.approx(fmean(true))
    assert {mark.label for mark in marks} == {"all persuaders", SEATS[0]}
    assert "8 conversations about matters that are not settled." in finding.exclusions
    assert finding.sentence.startswith("Arguing what is true moves targets ")


def test_words_of_numbers() -> None:
    assert [shown(v) for v in (1.234, -0.4, -0.001)] == ["1.23", "\N{MINUS SIGN}0.40", "0.00"]
    assert [signed(v) for v in (1.0, -1.0, 0.0)] == ["+1.00", "\N{MINUS SIGN}1.00", "0.00"]
    assert [listed(v) for v in (["a"], ["a", "b"], ["a", "b", "c"])] == [
        *("a", "a and b", "a, b and c")
    ]
