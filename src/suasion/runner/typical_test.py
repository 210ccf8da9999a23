"""Answers of a usual size: legal for every ask, as long as is said, and no two runs differ."""

from __future__ import annotations

import json
from random import Random

import pytest

from suasion import catalogue
from suasion.core.asks import Ask, Choose, Forfeit, Json, Maybe, Number, OneOf, Record, Text, UpTo
from suasion.models.registry import Models
from suasion.runner.pilot import Pilot
from suasion.runner.study import Study
from suasion.runner.typical import Size, text, typical

ASKS: dict[str, Ask] = {
    "choose": Choose(("left", "right")),
    "number": Number(-2.5, 3.5),
    "whole": Number(0, 7, whole=True),
    "text": Text(500),
    "short": Text(3),
    "maybe": Maybe(Text(80)),
    "record": Record({"to": Choose(("a", "b")), "say": Maybe(Text(200)), "sure": Number(0, 100)}),
    "one of": OneOf("do", {"wait": Record({}), "say": Record({"words": Text(90)})}),
    "list": UpTo(5, Record({"n": Number(1, 3, whole=True)})),
}
MODEL = "vllm/mock@http://localhost:1/v1"
SEATS = {"control": 1, "influence": 3, "persuasion": 2, "social": 5, "terrarium": 6}
SETTINGS: dict[str, Json] = {
    "influence": {"size": 3, "rounds": 2, "slots": 2},
    "social": {"size": 5, "days": 3},
}


@pytest.mark.parametrize("name", ASKS)
@pytest.mark.parametrize("size", [Size(1), Size(40), Size(40, longest=300)])
def test_every_kind_of_ask_gets_an_answer_that_it_allows(name: str, size: Size) -> None:
    ask, random = ASKS[name], Random(name)
    for _ in range(50):
        answer = typical(ask.schema(), random, size)
        assert ask.allows(answer), answer


def test_texts_have_the_length_that_is_said_in_the_mean_or_all_that_they_may() -> None:
    random = Random(1)
    many = [len(text(random, Size(60))) for _ in range(4000)]
    assert sum(many) / len(many) == pytest.approx(60, rel=0.05)
    assert len(text(random, Size(60, longest=10**6), most=900)) == 900
    assert len(text(random, Size(60, longest=300), most=900)) == 300


@pytest.mark.parametrize("name", catalogue.bundled())
def test_in_every_environment_what_a_stand_in_says_is_read_as_an_answer(name: str) -> None:
    """But for answers that a rule of its own forbids, which a schema cannot say."""
    assert name in SEATS, "say how many seats it has"
    of = Study.model_validate(
        {
            "name": "all",
            "question": "q",
            "expectation": "e",
            "environment": name,
            "settings": catalogue_settings(name),
            "seats": [MODEL] * SEATS[name],
            "replicates": 1,
            "asides": ["realism", "belief"],
        }
    )
    pilot = Pilot(of, Models(env={}), Size(40)).play(1)
    decisions = [d for each in pilot.episodes for d in each.filed.episode.decisions]
    assert decisions
    lost = [d.answer.reason for d in decisions if isinstance(d.answer, Forfeit)]
    assert len(lost) <= 0.05 * len(decisions), json.dumps(sorted(set(lost)))


def catalogue_settings(name: str) -> Json:
    """Settings that make few seats, where an environment has many by default."""
    return SETTINGS.get(name, {})
