"""Mutants leak what they say they leak, and are else the rules they were made from."""

from typing import Any

import pytest

from suasion.core.environment import Asked, Environment, words
from suasion.core.events import EVERYONE
from suasion.core.play import Play, drive
from suasion.testing.answers import anyone, nobody
from suasion.testing.lemons import BUYERS, Lemons
from suasion.testing.mutants import PLACES, SECRETS, leaking, loosened, mutants, survivors, widened

MARKET = Lemons(survey=True)


def played(env: Environment[Any], seed: int = 0) -> Any:
    return drive(Play(env, seed), [anyone] * 3)


def test_a_loosened_kind_is_told_to_everyone_and_nothing_else_changes() -> None:
    usual, loose = played(MARKET), played(loosened(MARKET, "whisper"))
    assert [e.to for _, e in loose.of("whisper")] == [EVERYONE] * len(list(usual.of("whisper")))
    assert list(loose.of("drawn", "chose")) == list(usual.of("drawn", "chose"))
    assert loose.payoffs == usual.payoffs


def test_a_widened_kind_is_told_to_one_seat_more() -> None:
    usual, wide = played(MARKET), played(widened(MARKET, "whisper"))
    for (_, one), (_, two) in zip(usual.of("whisper"), wide.of("whisper"), strict=True):
        assert two.to == (*one.to, ({1, 2} - set(one.to)).pop())
    assert list(wide.of("chose")) == list(usual.of("chose"))
    assert played(widened(MARKET, "chose")).events == usual.events


@pytest.mark.parametrize("secret", SECRETS)
@pytest.mark.parametrize("place", PLACES)
def test_a_leak_shows_where_it_was_put(secret: str, place: str) -> None:
    def heard(env: Environment[Any]) -> list[tuple[Any, ...]]:
        told: list[tuple[Any, ...]] = []

        def listening(asked: Asked) -> Any:
            if asked.seat in BUYERS and not asked.aside:
                turn = asked.turn
                told.append((turn.situation, turn.ask.schema(), words(env, asked)))
            return anyone(asked)

        drive(Play(env, 0), [listening] * 3)
        return told

    usual, leaked = heard(MARKET), heard(leaking(MARKET, secret, place))
    parts = {
        at for one, two in zip(usual, leaked, strict=True) for at in range(3) if one[at] != two[at]
    }
    shows = {"the situation": {0}, "the ask": {1}}.get(place, {2})
    assert parts == shows


def test_a_mutant_plays_the_same_twice_in_a_row() -> None:
    for mutant in mutants(MARKET):
        assert played(mutant.env) == played(mutant.env)


def test_what_is_not_there_cannot_leak() -> None:
    names = [mutant.name for mutant in mutants(Lemons(cars=1))]
    assert any("found" in name for name in names)
    quiet = type(
        "Quiet", (Lemons,), {"step": lambda self, state, answers, chance, out: quit_(state)}
    )
    kept = [mutant.name for mutant in mutants(quiet())]
    assert kept[:2] == ["drawn told to everyone", "drawn told to one seat more"]
    assert not any("truth" in name for name in kept)


def quit_(state: Any) -> Any:
    state.car = 99
    return state


def test_a_check_that_notices_nothing_misses_every_mutant() -> None:
    missed = survivors(MARKET, lambda env: drive(Play(env, 0), [nobody] * 3))
    assert missed == [mutant.name for mutant in mutants(MARKET)]


def test_a_check_that_notices_everything_misses_none() -> None:
    def only_the_rules(env: Environment[Any]) -> None:
        assert type(env) is Lemons

    assert survivors(MARKET, only_the_rules) == []
