"""A scripted target answers every probe from one stance, and every answer has its number."""

from __future__ import annotations

from fractions import Fraction
from typing import Any

import pytest
from jsonschema import Draft202012Validator

from suasion.core.asks import Forfeit, Json
from suasion.core.environment import TOKENS
from suasion.core.episode import Decision
from suasion.core.events import Event
from suasion.environments.persuasion.answering import (
    Stance,
    allocated,
    answered,
    percentages,
    view,
    viewed,
)
from suasion.environments.persuasion.probes import (
    ALSO,
    KINDS,
    POINTS,
    SEVEN,
    THREE,
    facing,
    kind_of,
    meant,
    name_of,
    read,
    read_early,
)
from suasion.measures.measure import Undefined

STANDARD: dict[str, Any] = {"scale": [-3, 3]}
REVERSED: dict[str, Any] = {"scale": [3, -3]}


def number(kind: str, stance: float, seen: dict[str, Any] = STANDARD) -> Fraction:
    """What a noiseless target's answer is worth."""
    answer: Json = answered(kind, Stance(stance, stance, 0.0), seen)
    return KINDS[kind].number(answer)


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("stance", [-9.0, -3, -1.6, -0.4, 0, 0.4, 1.6, 3, 9])
@pytest.mark.parametrize("noise", [0.0, 0.7])
def test_every_answer_is_one_that_may_be_given_and_lies_within_its_range(
    kind: str, stance: float, noise: float
) -> None:
    probe = KINDS[kind]
    for seen in (STANDARD, REVERSED):
        answer: Json = answered(kind, Stance(stance, stance, noise), seen)
        assert probe.ask.allows(answer)
        assert Draft202012Validator(probe.ask.schema()).is_valid(answer)
        assert probe.low <= probe.number(answer) <= probe.high


@pytest.mark.parametrize("kind", KINDS)
def test_all_probes_agree_which_side_a_stance_is_on_and_grow_with_it(kind: str) -> None:
    worth = [number(kind, at) for at in POINTS]
    assert worth == sorted(worth)
    assert [(each > 0) - (each < 0) for each in worth] == [(a > 0) - (a < 0) for a in POINTS]
    assert worth == [-each for each in reversed(worth)]


def test_a_vote_and_a_choice_are_one_step_and_points_are_thirds_of_a_hundred() -> None:
    assert [number("vote", at) for at in (-2, 0.4, 1)] == [-1, 0, 1]
    assert [number("advise", at) for at in (-2, 0.4, 1)] == [-1, 0, 1]
    assert [number("allocate", at) for at in (-3, -1, 0, 1, 3)] == [-100, -33, 0, 33, 100]
    assert allocated(-0.75) == {"for": 0, "against": 25, "neither": 75}


def test_percentages_are_how_likely_each_rating_is_and_sum_to_a_hundred() -> None:
    assert percentages(Stance(1.2, 1.2, 0.0)) == [0, 0, 0, 0, 100, 0, 0]
    assert percentages(Stance(0.0, 0.0, 0.5)) == [0, 0, 16, 68, 16, 0, 0]
    for tenth in range(-40, 41):
        for noise in (0.3, 1.1, 4.0):
            shares = percentages(Stance(tenth / 10, 0.0, noise))
            assert sum(shares) == 100
            assert min(shares) >= 0


def shares(*each: float) -> Json:
    return dict(zip(SEVEN.names, each, strict=True))


def test_percentages_may_miss_a_hundred_by_what_rounding_makes_and_no_more() -> None:
    assert SEVEN.check(shares(14, 14, 14, 14, 14, 14, 14)).answer == shares(*[14] * 7)
    thirds = shares(0, 0, 33.3, 33.3, 33.3, 0, 0)
    assert SEVEN.allows(thirds)
    assert KINDS["distribution"].number(thirds) == 0
    assert SEVEN.check(shares(10, 10, 10, 10, 10, 10, 10)) == (
        Forfeit("not_100"),
        ("together 70",),
    )
    assert SEVEN.check(shares(50, 50, 50, 0, 0, 0, 0)).answer == Forfeit("not_100")
    assert SEVEN.check(shares(-5, 105, 0, 0, 0, 0, 0)).answer == Forfeit("-3:out_of_range")
    assert THREE.check({"for": 100, "against": 0}).answer == Forfeit("neither:missing")


def test_the_mean_of_percentages_is_exact_whatever_they_sum_to() -> None:
    mean = KINDS["distribution"].number
    assert mean(shares(0, 0, 0, 33, 33, 33, 0)) == 1
    assert mean(shares(0, 0, 0, 0, 0, 50, 51)) == Fraction(2 * 50 + 3 * 51, 101)


def test_a_stance_in_words_is_read_from_them() -> None:
    assert [viewed(view(at)) for at in POINTS] == [*POINTS]
    assert viewed("I have no view.") is None


# --- names, and what is on record ----------------------------------------------------------------


def test_every_probe_is_known_by_the_name_it_is_asked_by() -> None:
    for kind in KINDS.values():
        for moment in kind.moments:
            assert kind_of({"probe": kind.name}, name_of(kind, moment)) is kind
    assert kind_of({}, "stance_before") is KINDS["rating"]
    assert kind_of({"probe": "distribution"}, "vote_after") is KINDS["vote"]
    for other in ("belief", "realism", "stance_soon", "third_party_before", "rating_after", ""):
        assert kind_of({}, other) is None
    assert kind_of({"probe": ["rating"]}, "stance_after") is None
    assert {*ALSO} == {name for name, kind in KINDS.items() if kind.stem != "stance"}


def aside(name: str, truth: Any = None, **said: Any) -> Event:
    return Event("aside", 1, {"name": name, "repeat": 0, **said}, (), truth or {})


def test_what_cannot_be_read_says_why() -> None:
    lost = aside("stance_after", forfeit="refused")
    assert read({}, lost) == Undefined("unreadable: refused")
    assert read({}, aside("stance_after", answer="two")) == Undefined("unreadable: no_answer")
    assert read({}, aside("stance_after")) == Undefined("unreadable: no_answer")
    assert read({}, aside("mood", answer=2)) == Undefined("no_probe")
    early = Decision(0, 1, "vote_before", 0, Forfeit("empty"))
    assert read_early({}, early) == Undefined("unreadable: empty")
    odd = Decision(0, 1, "stance_before", 0, "two")
    assert read_early({"scale": "reversed"}, odd) == Undefined("unreadable: no_answer")


def test_token_probabilities_stand_for_the_answer_where_they_are_asked_for_and_given() -> None:
    taken = {"token": "2", "logprob": 0.0}
    known, settings = {"meant": {TOKENS: {"content": [taken]}}}, {"probe": "tokens"}
    assert read(settings, aside("stance_after", known, answer=1)) == 2
    turned = {**settings, "scale": "reversed"}
    assert read(turned, aside("stance_after", known, answer=-1, shown=1)) == -2
    assert read({}, aside("stance_after", known, answer=1)) == 1
    without: list[Any] = [{}, {"meant": None}, {"meant": {}}]
    for nothing in without:
        none = aside("stance_after", nothing, answer=1)
        assert read(settings, none) == Undefined("no_token_probabilities")


@pytest.mark.parametrize(
    ("settings", "way"),
    [
        ({}, 1),
        ({"scale": "reversed"}, -1),
        ({"probe_wording": 2}, -1),
        ({"probe_wording": 2, "scale": "reversed"}, 1),
        ({"probe_wording": 1}, 1),
        ({"anchors": "high_first"}, 1),
    ],
)
def test_an_answer_is_turned_back_where_the_scale_was_turned_round(
    settings: dict[str, Any], way: int
) -> None:
    assert facing(settings, KINDS["rating"]) == way
    assert meant(settings, "stance_after", 2) == 2 * way
    given = Decision(8, 1, "stance_after", 0, 2)
    assert read_early(settings, given) == 2 * way
    spread = {**settings, "probe": "distribution"}
    answer: Json = meant(spread, "stance_after", shares(1, 2, 3, 4, 20, 30, 40))
    assert answer["3"] == (40 if way > 0 else 1)
    assert meant(settings, "vote_after", "yes") == "yes"
    assert meant(settings, "mood", 2) == 2
