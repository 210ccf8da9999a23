"""Facts of the market for lemons, so that the contracts are tested on rules that are known."""

import pytest

from suasion.core.asks import Answer, Forfeit
from suasion.core.chance import Seeded, Twin
from suasion.core.environment import Asked, Policy
from suasion.core.episode import Episode
from suasion.core.events import EVERYONE
from suasion.core.play import Play, drive
from suasion.testing.lemons import BUYERS, SELLER, Lemons, honest, liar, trusting


def played(seller: Policy, good: bool, buyer: Policy = trusting) -> Episode:
    source = Twin(Seeded(0), {("quality", 0): 0 if good else 1})
    return drive(Play(Lemons(cars=1), 0, source), [seller, buyer, buyer])


def buying(asked: Asked) -> Answer:
    return "buy"


@pytest.mark.parametrize(
    ("seller", "good", "paid"),
    [
        (honest, True, (50, 30, 0)),
        (honest, False, (0, 0, 0)),
        (liar, True, (50, 0, 30)),
        (liar, False, (50, 0, -50)),
    ],
)
def test_who_is_paid_what(seller: Policy, good: bool, paid: tuple[float, ...]) -> None:
    assert played(seller, good).payoffs == paid
    assert played(seller, good).outcome == {"points": list(paid)}


def test_both_may_buy() -> None:
    assert played(honest, True, buying).payoffs == (100, 30, 30)


def test_who_does_not_answer_walks_away() -> None:
    episode = drive(Play(Lemons(cars=2), 0), [lambda asked: Forfeit("asleep")] * 3)
    assert episode.payoffs == (0, 0, 0)
    assert {e.data["choice"] for _, e in episode.of("chose")} == {"walk"}
    assert all(event.to == (event.by,) for _, event in episode.of("forfeit"))
    assert not list(episode.of("whisper", "found"))


def test_a_whisper_is_heard_by_two_and_its_lie_by_nobody() -> None:
    [whisper] = [event for _, event in played(liar, False).of("whisper")]
    assert whisper.to == (SELLER, 2)
    assert whisper.truth == {"quality": "lemon", "meant": {"lie": True}}


def test_only_who_bought_finds_out() -> None:
    [found] = [event for _, event in played(liar, False).of("found")]
    assert found.to == (2,)


def test_the_survey_asks_each_buyer_twice_about_each_car() -> None:
    episode = drive(Play(Lemons(survey=True), 0), [honest, trusting, trusting])
    asked = [(d.seat, d.repeat) for d in episode.decisions if d.aside == "belief"]
    assert asked == [(seat, repeat) for seat in BUYERS for repeat in (0, 1)] * 3


def test_the_survey_comes_before_the_whisper_is_read() -> None:
    heard: list[tuple[str, bool]] = []

    def listening(asked: Asked) -> Answer:
        heard.append((asked.aside, any(event.kind == "whisper" for event in asked.news)))
        return trusting(asked)

    drive(Play(Lemons(cars=1, survey=True), 0), [honest, listening, trusting])
    assert heard == [("belief", False), ("belief", False), ("", True)]


def test_chance_says_who_may_know() -> None:
    draws = drive(Play(Lemons(cars=1), 0), [honest, buying, buying]).draws
    known = {(draw.name, draw.value is None): draw.known_to for draw in draws}
    assert known == {
        ("quality", False): (SELLER,),
        ("dents", False): (SELLER,),
        ("age", False): EVERYONE,
        ("quality", True): BUYERS,
    }
