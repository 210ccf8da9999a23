"""What an edit changed is counted pair by pair, whatever became of the two games."""

import shlex
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from typing import Any

import pytest

from suasion.core.asks import Answer, Forfeit, Json
from suasion.core.episode import Decision, Episode, Header
from suasion.measures.common import kit_of
from suasion.measures.estimate import Estimate
from suasion.measures.filed import Filed, Held
from suasion.measures.forked import (
    CHANGED,
    EDITED,
    NULL,
    PAID,
    SHARE,
    again,
    changes,
    in_words,
    pairs_of,
)
from suasion.measures.forked_question import QUESTION
from suasion.measures.measure import OfSeat
from suasion.measures.question import Question, Results
from suasion.report.results import RunResults
from suasion.testing.lemons import KIT

SEATS = [Held("ann", "policy/a"), Held("bob", "policy/b")]
EDIT: Mapping[str, Json] = {"kind": "drop", "seats": ["bob"]}
THROUGH = 2


def fork(
    arm: str,
    pair: int,
    said: Sequence[tuple[int, int, Answer]],
    payoffs: Sequence[float] = (0, 0),
    **filed: Any,
) -> Filed:
    """A fork in which seats said something: step, seat, answer."""
    decisions = [Decision(step, seat, "", 0, answer) for step, seat, answer in said]
    header = Header("lemons", "1", {}, 0)
    episode = Episode(header, tuple(decisions), (), (), tuple(payoffs), {})
    origin = {"at": 0, "through": THROUGH, "edit": EDIT if arm == EDITED else None, "pair": pair}
    return Filed(f"{arm}--r{pair}", episode, SEATS, arm, pair, origin=origin, **filed)


def counted(edited: Sequence[Any], null: Sequence[Any]) -> list[tuple[int, int]]:
    [pairs] = pairs_of([fork(EDITED, 0, edited), fork(NULL, 0, null)])
    [pair] = pairs.whole
    return changes(pair)


def test_only_actions_after_the_fork_are_compared() -> None:
    before = [(0, 0, "x"), (1, 1, "y")]
    other = [(0, 0, "p"), (1, 1, "q")]
    later = [(2, 0, "a"), (3, 1, "b")]
    assert counted([*before, *later], [*other, *later]) == [(0, 1), (0, 1)]
    assert counted([*before, (2, 0, "z"), (3, 1, "b")], [*before, *later]) == [(1, 1), (0, 1)]


def test_an_action_is_held_against_the_same_seats_action_of_the_same_number() -> None:
    """A turn more, or another order, shifts no other seat's actions."""
    one = [(2, 0, "a"), (3, 1, "b"), (4, 1, "c")]
    other = [(2, 1, "b"), (3, 1, "c"), (5, 0, "a")]
    assert counted(one, other) == [(0, 1), (0, 2)]


def test_an_action_that_only_one_fork_has_is_changed() -> None:
    assert counted([(2, 0, "a")], [(2, 0, "a"), (3, 0, "b"), (4, 1, "c")]) == [(1, 2), (1, 1)]
    assert counted([], []) == [(0, 0), (0, 0)]


@pytest.mark.parametrize(
    ("one", "other", "differ"),
    [
        (1, 1, 0),
        (1, 1.0, 1),
        (1, True, 1),
        (None, Forfeit("null"), 1),
        (Forfeit("x"), Forfeit("x"), 0),
        (Forfeit("x"), Forfeit("y"), 1),
        ({"a": [1]}, {"a": [1]}, 0),
        ({"a": [1]}, {"a": [2]}, 1),
    ],
)
def test_answers_are_compared_whole(one: Answer, other: Answer, differ: int) -> None:
    assert counted([(2, 0, one)], [(2, 0, other)])[0] == (differ, 1)


def test_answers_out_of_band_are_no_actions_and_those_of_many_are_each_ones() -> None:
    aside = Decision(3, 0, "belief", 0, 0.5)
    many = Decision(4, 0, "", 0, ["a", "b"], seats=(0, 1))
    other = many._replace(answer=["a", "c"])
    forks = [fork(EDITED, 0, []), fork(NULL, 0, [])]
    for each, decisions in zip(forks, [(aside, many), (other,)], strict=True):
        object.__setattr__(each.episode, "decisions", decisions)
    [pairs] = pairs_of(forks)
    assert changes(pairs.whole[0]) == [(0, 1), (1, 1)]


def results(filed: Sequence[Filed]) -> RunResults:
    kit = kit_of(KIT, {"kind": "fork"})
    return RunResults(kit, filed)


def table(found: RunResults, measure: str) -> dict[str | None, Estimate]:
    """By seat, the estimate by the first method."""
    return {row.by.get("seat"): row for row in reversed(found.estimates(measure))}


A, B = [(2, 0, "a"), (3, 1, "b")], [(2, 0, "a"), (3, 1, "z")]
RUN = [
    *(fork(EDITED, 0, A, (5, 0)), fork(NULL, 0, A, (3, 1))),
    *(fork(EDITED, 1, B, (4, 0)), fork(NULL, 1, A, (3, 1))),
    *(fork(EDITED, 2, B, (6, 0)), fork(NULL, 2, A, (3, 1))),
]


def test_values_stand_with_the_edited_fork_for_all_seats_and_for_each() -> None:
    rows = results(RUN).values(CHANGED)
    assert [(v.episode, v.seat, v.value) for v in rows if v.episode == "edited--r1"] == [
        ("edited--r1", None, 1),
        ("edited--r1", "ann", 0),
        ("edited--r1", "bob", 1),
    ]
    assert {v.episode for v in rows} == {"edited--r0", "edited--r1", "edited--r2"}


def test_estimates_are_means_over_pairs_which_are_resampled() -> None:
    found = results(RUN)
    number, share, paid = (table(found, name) for name in (CHANGED, SHARE, PAID))
    assert {seat: round(row.value or 0, 6) for seat, row in number.items()} == {
        None: round(2 / 3, 6), "ann": 0, "bob": round(2 / 3, 6)
    }  # fmt: skip
    assert round(share[None].value or 0, 6) == round(1 / 3, 6)
    assert (paid["ann"].value, paid["bob"].value) == (2, -1)
    assert None not in paid
    every = number[None]
    assert (every.n, every.unit_of_resampling, every.by, every.blocked) == (3, "pair", {}, 0)
    assert every.low is not None
    assert every.low < 2 / 3 < (every.high or 0)
    assert next(row.method for row in found.estimates(CHANGED) if not row.by) == "t"


def test_the_arms_are_not_pooled_into_estimates_of_their_own() -> None:
    assert all(set(row.by) <= {"seat"} for row in results(RUN).estimates(CHANGED))


def test_a_share_of_no_actions_is_undefined_and_no_nought() -> None:
    rows = results([fork(EDITED, 0, [(2, 0, "a")]), fork(NULL, 0, [(2, 0, "a")])]).values(SHARE)
    bob = next(v for v in rows if v.seat == "bob")
    assert (bob.value, bob.reason) == (None, "no_later_actions")


@pytest.mark.parametrize("how", [{"finished": False}, {"damaged": True}, None])
def test_a_pair_that_is_not_whole_is_missing_and_bounds_say_what_it_could_be(
    how: Mapping[str, Any] | None,
) -> None:
    lost = [] if how is None else [fork(NULL, 3, A, **how)]
    found = results([*RUN, fork(EDITED, 3, B), *lost])
    every = table(found, SHARE)[None]
    assert (every.n, every.blocked) == (3, 1)
    assert every.bound_low == pytest.approx(1 / 4)
    assert every.bound_high == pytest.approx((1 + 1) / 4)
    number = table(found, CHANGED)[None]
    assert number.bound_low == pytest.approx(2 / 4)
    assert number.bound_high is None


def test_null_forks_alone_are_no_pairs_and_nothing_is_lost() -> None:
    found = results([fork(NULL, 0, A), fork(NULL, 1, A)])
    assert list(found.estimates(CHANGED)) == []
    assert QUESTION.applies(found) is not None


def test_statuses_are_never_pooled() -> None:
    found = results([*RUN, fork(EDITED, 4, B, status="smoke"), fork(NULL, 4, A, status="smoke")])
    assert [(row.status, row.n) for row in found.estimates(CHANGED) if not row.by][::3] == [
        ("exploratory", 3),
        ("smoke", 1),
    ]


def test_the_question_says_what_was_changed_and_how_sure_it_is() -> None:
    found = QUESTION.answer(results(RUN))
    assert found.sentence == (
        "Where the copy of event 0 to bob is lost, 0.667 of 2 later actions differ from the null "
        "fork's, 33% of them, on average over 3 pairs (95% interval -0.768 to 2.1); most of them "
        "bob's."
    )
    assert [mark.label for mark in found.panel.marks] == ["all seats", "ann", "bob"]
    assert any("3 pairs: fewer than 20" in line for line in found.sureness)
    assert not any("models answer otherwise" in line for line in found.sureness)
    assert len(found.episodes) == 6


def test_of_very_many_seats_the_figure_shows_those_whose_actions_changed_most() -> None:
    several = [Held(f"s{at}", "policy/a") for at in range(50)]
    said = [(2, seat, "a") for seat in range(50)]
    other = [(2, seat, "b" if seat % 2 else "a") for seat in range(50)]
    forks = [replace(fork(EDITED, 0, other, [0] * 50), seats=several)]
    forks.append(replace(fork(NULL, 0, said, [0] * 50), seats=several))
    found = QUESTION.answer(results(forks))
    shown = [mark.label for mark in found.panel.marks]
    assert len(shown) == 31
    assert {f"s{at}" for at in range(1, 50, 2)} < set(shown)
    assert found.exclusions == ["20 seats that changed less: in the data, and not in the figure."]


def test_arms_are_never_pooled_and_forks_of_one_episode_are_no_sample_of_games() -> None:
    payoff = OfSeat("payoff", "points", lambda filed, _: list(filed.episode.payoffs))

    def of_games(_: Results) -> Iterator[Estimate]:
        raise AssertionError("forks are no games of their own")

    asked = Question("any", "Who wins?", lambda _: None, QUESTION.answer)
    kit = replace(KIT, measures=[payoff], questions=[asked], estimators=[of_games])
    found = RunResults(kit_of(kit, {"kind": "fork"}), RUN)
    rows = [row for row in found.estimates("payoff") if row.method in ("t", "none: no spread")]
    assert {(row.by["arm"], row.by["model"]): (row.value, row.n) for row in rows} == {
        (EDITED, "policy/a"): (5, 3),
        (EDITED, "policy/b"): (0, 3),
        (NULL, "policy/a"): (3, 3),
        (NULL, "policy/b"): (1, 3),
    }
    assert len(rows) == 4
    first, second = found.kit.questions
    assert first is QUESTION
    assert "forks of one episode" in str(second.applies(found))


def test_a_run_of_a_study_has_none_of_this() -> None:
    assert kit_of(KIT, {"kind": "study"}) is KIT


ORIGINS = [
    (None, "nothing is changed", ""),
    ({"kind": "drop", "seats": ["bob"]}, "the copy of event 4 to bob is lost", "--drop --to bob"),
    ({"kind": "drop", "seats": ["a", "b"]}, "the copy of event 4 to a, b is lost", "--drop"),
    (
        {"kind": "delay", "seats": ["bob"], "steps": 3},
        "the copy of event 4 to bob is 3 steps late",
        "--delay 3 --to bob",
    ),
    (
        {"kind": "reroute", "seats": ["bob"], "to": "ann"},
        "the copy of event 4 to bob goes to ann",
        "--reroute ann --to bob",
    ),
    (
        {"kind": "rewrite", "seats": ["bob"], "text": "it's"},
        "the copy of event 4 to bob has other words",
        '--rewrite "it\'s" --to bob',
    ),
    (
        {"kind": "answer", "seat": "ann", "answer": None},
        "the answer of ann before event 4 is taken out",
        "--answer ann=null",
    ),
    (
        {"kind": "answer", "seat": "ann", "answer": {"a": 1}},
        "another answer of ann leads to event 4",
        "--answer 'ann={\"a\": 1}'",
    ),
    (
        {"kind": "draw", "name": "die", "number": 7, "value": 2, "as": "die#1"},
        "the draw die before event 4 comes out otherwise",
        "--draw die#1=2",
    ),
]


@pytest.mark.parametrize(("edit", "said", "options"), ORIGINS)
def test_an_edit_is_told_in_words_and_as_the_command_that_makes_it(
    edit: Json, said: str, options: str
) -> None:
    assert in_words({"at": 4, "edit": edit}) == said
    manifest = {"episode": "main--r0", "at": 4, "edit": edit, "times": 5, "seed": 0}
    assert again(manifest) == shlex.split(
        f"suasion fork RUN main--r0 --at 4 {options} --times 5 --out RUN2"
    )


@pytest.mark.parametrize(
    "origin",
    [{}, {"pair": [0], "through": 1}, {"pair": 0, "through": "x"}, {"pair": True, "through": 1}],
)
def test_what_a_stranger_calls_a_fork_is_in_no_pair(origin: Json) -> None:
    one = [fork(EDITED, 0, []), fork(NULL, 0, [])]
    odd = [replace(each, origin=origin) for each in one]
    assert pairs_of(odd) == []
    [status] = pairs_of(one)
    assert len(status.whole) == 1
    fewer = [one[0], replace(one[1], seats=one[1].seats[:1])]
    assert [(len(each.whole), each.lost) for each in pairs_of(fewer)] == [(0, 1)]


@pytest.mark.parametrize("fork", [{}, {"edit": 3}, {"edit": {}}, {"edit": {"kind": "x; rm"}}])
def test_the_command_of_what_a_stranger_calls_a_fork_is_still_words(fork: Json) -> None:
    words = again(fork)
    assert words[:3] == ["suasion", "fork", "RUN"]
    assert all(isinstance(word, str) for word in words)
