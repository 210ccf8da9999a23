"""What the contract gives an environment that says no more than it must."""

from dataclasses import dataclass
from typing import Any

import pytest

from suasion.core.asks import Choose
from suasion.core.environment import (
    Asked,
    BadSetting,
    Environment,
    Seat,
    Turn,
    settings,
    words,
)
from suasion.core.play import Play, drive
from suasion.testing.lemons import Lemons


@dataclass(frozen=True)
class Bare(Environment[int]):
    """One seat says yes once."""

    names: tuple[str, ...] = ("a",)
    name = "bare"

    def seats(self) -> Any:
        return [Seat(name) for name in self.names]

    def open(self, chance: Any, out: Any) -> int:
        out.emit("hello")
        return 0

    def turns(self, state: int) -> Any:
        return {} if state else {0: Turn(Choose(("yes",)))}

    def step(self, state: int, answers: Any, chance: Any, out: Any) -> int:
        return 1

    def payoffs(self, state: int) -> Any:
        return [state]

    def brief(self, seat: int) -> str:
        raise NotImplementedError

    def tell(self, event: Any, seat: int) -> str:
        return "Hello."


def test_what_an_environment_does_not_say_is_empty() -> None:
    episode = drive(Play(Bare(), 0), [lambda asked: "yes"])
    assert (episode.outcome, episode.carry, episode.payoffs) == ({}, None, (1,))
    assert (Bare.version, Bare.postponed, Seat("a").role, Seat("a").team) == ("1", {}, "", "")


def test_settings_are_plain_json() -> None:
    assert settings(Bare(("a", "b"))) == {"names": ["a", "b"]}
    assert settings(Lemons())["price"] == 50


def test_rules_without_settings_have_none() -> None:
    class Plain(Bare):
        __dataclass_fields__ = None  # type: ignore[assignment]

    del Plain.__dataclass_fields__
    assert settings(Plain()) == {"names": ["a"]}


def test_words_are_the_news_and_then_the_turn_without_gaps() -> None:
    heard = []

    def listening(asked: Asked) -> str:
        heard.append(words(Bare(), asked))
        return "yes"

    drive(Play(Bare(), 0), [listening])
    assert heard == ["Hello."]


def test_a_bad_setting_says_what_it_is_and_what_was_expected() -> None:
    with pytest.raises(ValueError, match="setting 'size' is 1: expected two or more") as caught:
        raise BadSetting("size", 1, "two or more")
    assert (caught.value.name, caught.value.value) == ("size", 1)  # type: ignore[attr-defined]
