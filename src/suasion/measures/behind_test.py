"""What is missing is counted by why, and what was lost on the way stands beside it."""

from __future__ import annotations

from dataclasses import replace

import pytest

from suasion.core.asks import Forfeit, Json
from suasion.core.episode import Decision, Episode, Header
from suasion.measures.behind import ALL_THERE, Behind, behind, cause, in_words
from suasion.measures.filed import FORFEITED, Filed, Held
from suasion.models.faults import FORFEITS

MODEL, SCRIPT = Held("A", "vllm/m"), Held("B", "policy/grim")


def filed(*answers: Json | Forfeit, seat: int = 0, aside: str = "") -> Filed:
    decisions = tuple(Decision(step, seat, aside, 0, said) for step, said in enumerate(answers))
    episode = Episode(Header("e", "1", {}, 1), decisions, (), (), (), {})
    return Filed("e", episode, [MODEL, SCRIPT])


def lost(why: str) -> Filed:
    return replace(filed(1, Forfeit("truncated")), finished=False, lost=why)


def test_the_names_of_lost_answers_are_those_that_reach_the_rules() -> None:
    assert sorted(FORFEITED) == sorted(FORFEITS)


def test_missing_episodes_are_counted_by_why_the_most_frequent_first() -> None:
    games = [filed(1), lost("quota"), lost("filtered"), lost("filtered"), lost("")]
    games.append(replace(filed(1), damaged=True))
    found = behind(games)
    assert found.blocked == 5
    assert list(found.causes.items()) == [
        ("filtered", 2),
        ("damaged", 1),
        ("quota", 1),
        ("unfinished", 1),
    ]
    assert cause(games[0]) == ""


def test_shares_of_lost_answers_are_of_the_acts_in_the_episodes_that_count() -> None:
    games = [filed(1, Forfeit("truncated")), filed(1, Forfeit("refused"), 3, 4), lost("quota")]
    assert behind(games).forfeits == {"truncated": 1 / 6, "refused": 1 / 6}


@pytest.mark.parametrize(
    "game",
    [
        filed(Forfeit("no_option")),
        filed(1, Forfeit("truncated"), aside="belief"),
        filed(1, Forfeit("truncated"), seat=1),
    ],
    ids=["its own", "aside", "script"],
)
def test_what_is_no_lost_act_of_a_seat_that_is_waited_for_is_in_no_share(game: Filed) -> None:
    assert behind([game]).forfeits == {}


def test_the_share_of_episodes_asked_again_is_of_those_with_a_seat_that_is_asked() -> None:
    games = [filed(1), replace(filed(1), retried=True), filed(1, seat=1)]
    assert behind(games).retried == 0.5
    assert behind([filed(1, seat=1)]) == ALL_THERE
    assert behind([lost("quota")]).retried is None


def test_it_is_said_in_a_line() -> None:
    found = Behind(3, {"rate_limit": 2, "failed": 1}, 0.25, {"wrong_schema": 0.012})
    assert in_words(found) == (
        "missing: 2 rate limit, 1 failed; asked again in 25% of episodes;"
        " answers lost: 1.2% wrong schema"
    )
    assert in_words(ALL_THERE) == ""
