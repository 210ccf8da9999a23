"""A listener moves by its rule, whoever reads for it."""

from typing import Any

import pytest

from suasion.core.environment import BadSetting
from suasion.core.events import Event
from suasion.core.play import Play, drive
from suasion.environments.persuasion.listener import READING, Listener, listener
from suasion.environments.persuasion.policies import Persuader
from suasion.environments.persuasion.rules import Persuasion


def say(text: str, by: int = 0) -> Event:
    return Event("say", by, {"turn": 1, "text": text, "cut": False}, "everyone", {})


def stances(target: Listener, strength: float = 1.0, turns: int = 6) -> list[float]:
    seats: list[Any] = [Persuader(strength), target]
    episode = drive(Play(Persuasion(total_turns=turns, probes=0), 3), seats)
    return [d.meant["stance"] for d in episode.decisions if d.seat == 1]


def test_each_turn_draws_it_a_share_of_the_way() -> None:
    assert stances(listener(0.0, 0.5)) == [1.5, 2.25, 2.625]


def test_force_is_strength_and_its_sign_the_end_that_is_argued_for() -> None:
    [first, *_] = stances(listener(0.0, 0.5), strength=0.4)
    assert first == pytest.approx(0.5 * 0.4 * 3)


def test_stubbornness_gives_back_a_share_of_what_moved_it() -> None:
    once = 0.5 * 0.5 * 2
    assert stances(listener(1.0, 0.5, 0.5, 0.5))[:2] == [
        pytest.approx(1 + once),
        pytest.approx(1 + 0.5 * (once + 0.5 * (3 - 1 - once))),
    ]


def test_it_is_moved_exactly_as_far_as_its_confidence_reaches() -> None:
    assert stances(listener(-1.0, 0.5, 0.5, 0.0, 4.0))[0] == 1.0
    assert stances(listener(-1.0, 0.5, 0.5, 0.0, 3.9))[0] == -1.0


def test_it_asks_once_for_words_that_it_cannot_read() -> None:
    target = listener()
    question = target.to_read(say("Trains are quieter."), 1)
    assert question is not None
    assert "Trains are quieter." in question.words
    assert READING.allows({"position": -2.5, "strength": 0.5})
    target.understood(say("Trains are quieter."), {"position": 2, "strength": 0.5})
    assert target.to_read(say("Trains are quieter."), 1) is None
    assert target.reading(say("Trains are quieter.")) == (2, 0.5)


def test_it_asks_nothing_about_its_own_words_or_the_repertoires() -> None:
    target = listener()
    assert target.to_read(say("I think so.", by=1), 1) is None
    assert target.to_read(say("It needs no invention, only a decision."), 1) is None
    assert target.to_read(Event("forfeit", 0, {"turn": 1}, "everyone", {}), 1) is None


def test_unread_words_move_nothing() -> None:
    target = listener(1.0)
    target.understood(say("Hm."), None)
    assert target.reading(say("Hm.")) == target.reading(say("Well.")) == (0, 0)


@pytest.mark.parametrize(
    ("name", "value"), [("susceptibility", 1.1), ("susceptibility", -0.1), ("confidence", 6.1)]
)
def test_a_setting_it_cannot_have_is_refused(name: str, value: float) -> None:
    with pytest.raises(BadSetting, match=name):
        listener(**{name: value})
