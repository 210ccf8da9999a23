"""Games played by scripts, for the tests beside."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from suasion.core.asks import Answer, Json
from suasion.core.environment import Asked, Policy, Reply
from suasion.core.episode import Episode
from suasion.core.events import Event
from suasion.core.play import Play, drive
from suasion.environments.terrarium import KIT
from suasion.environments.terrarium.rules import Terrarium

SCRIPTS = {"C": "cooperator", "T": "published_tit_for_tat", "D": "defector"}
PASS: Json = [{"action": "pass"}]
Script = Callable[[Asked], Answer]


def line_up(seats: Sequence[str]) -> list[Policy]:
    """Fresh scripts, by their letters in the published tables or by name."""
    found = [KIT.policies[SCRIPTS.get(each, each)]() for each in seats]
    return [each for each in found if callable(each)]


def preset(name: str, **settings: Any) -> Terrarium:
    """A preset with other settings over it."""
    given: Mapping[str, Any] = {**KIT.presets[name], **settings}
    lists: Any = {k: tuple(v) if isinstance(v, list) else v for k, v in given.items()}
    return Terrarium(**lists)


def game(env: Terrarium, seats: Sequence[str], seed: int = 0) -> Episode:
    """A game of scripts."""
    return drive(Play(env, seed), line_up(seats))


def acted(env: Terrarium, script: Script, seed: int = 0) -> Episode:
    """A game in which one function answers for every seat."""
    return drive(Play(env, seed), [script] * len(env.names))


def replied(env: Terrarium, says: Callable[[Asked], str], seed: int = 0) -> Episode:
    """A game in which every seat replies with text, as a model does."""
    play: Play[Any] = Play(env, seed)
    while play.asked:
        for asked in tuple(play.asked.values()):
            assert isinstance(asked, Asked)
            play.answer(asked, Reply(says(asked)))
    return play.episode()


def of(episode: Episode, *kinds: str) -> list[Event]:
    """The events of these kinds."""
    return [event for _, event in episode.of(*kinds)]


def holders(episode: Episode, number: int = 0) -> list[int]:
    """Who was dealt the clues of a puzzle."""
    seats: list[int] = of(episode, "puzzle")[number].data["seat"]
    return seats


def test_a_game_of_these_scripts_is_played_to_its_end() -> None:
    assert game(preset("default", rounds=2), "CTTCDT").outcome["rounds"] == 2
