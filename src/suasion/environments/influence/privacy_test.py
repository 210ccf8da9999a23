"""Who is told what in Delegated Influence, and that no leak put into the rules goes unnoticed."""

from typing import Any

import pytest

from suasion.core.asks import Forfeit
from suasion.core.environment import Asked, Environment
from suasion.core.episode import Episode
from suasion.core.events import EVERYONE
from suasion.core.play import Play, drive
from suasion.environments.influence.rules import Influence
from suasion.testing import anyone, hides, mutants, survivors

SMALL = Influence(size=4, rounds=2, slots=2)


def played(env: Environment[Any], seed: int) -> Episode:
    return drive(Play(env, seed), [anyone] * len(env.seats()))


def audiences_are_as_they_should_be(env: Environment[Any]) -> None:
    """A pull is for everyone, a message for two, a forfeit for who lost the action."""
    for seed in range(5):
        for event in played(env, seed).events:
            expected = {
                "pull": EVERYONE,
                "message": (event.by, event.data.get("to")),
                "forfeit": (event.by,),
            }
            assert event.to == expected[event.kind]


def only_scores_and_the_moment_are_seen(env: Environment[Any]) -> None:
    def looking(asked: Asked) -> Any:
        assert set(asked.turn.situation) == {"round", "rounds", "slot", "left", "scores"}
        return anyone(asked)

    drive(Play(env, 0), [looking] * len(env.seats()))


def privacy(env: Environment[Any]) -> None:
    """All that the suite knows of it."""
    audiences_are_as_they_should_be(env)
    hides(env, episodes=2)


ENVIRONMENTS = [
    SMALL,
    Influence(size=5, rounds=2, slots=3, topology="ring", overflow="clip", message_limit=20),
    Influence(size=3, rounds=2, slots=2, credit="off", personas="attacker"),
    Influence(size=2, rounds=1, slots=4),
]


@pytest.mark.parametrize("env", ENVIRONMENTS)
def test_nobody_is_told_what_went_to_others(env: Influence) -> None:
    privacy(env)
    only_scores_and_the_moment_are_seen(env)


@pytest.mark.parametrize("env", ENVIRONMENTS[:3])
def test_no_leak_goes_unnoticed(env: Influence) -> None:
    assert survivors(env, privacy) == []


def test_the_leaks_tried_are_of_every_kind() -> None:
    names = [mutant.name for mutant in mutants(SMALL)]
    assert names[:4] == [
        "forfeit told to everyone",
        "forfeit told to one seat more",
        "message told to everyone",
        "message told to one seat more",
    ]
    assert len(names) == len(set(names)) == 4 + 4 * 4


def test_the_audiences_are_facts_that_the_contract_cannot_know() -> None:
    missed = survivors(SMALL, lambda env: hides(env, episodes=1))
    assert missed == [mutant.name for mutant in mutants(SMALL)][:4]


def test_a_claim_that_is_not_published_is_told_to_nobody() -> None:
    """Everyone claims a broker who never wrote: words that nobody may find anywhere."""
    heard: list[Asked] = []

    def claiming(asked: Asked) -> Any:
        heard.append(asked)
        others = [name for name in SMALL.names if name != SMALL.names[asked.seat]]
        return {"action": "pull", "beneficiary": others[0], "credit": "somebody unheard of"}

    episode = drive(Play(SMALL, 0), [claiming] * 4)
    told = str([(asked.turn, asked.news) for asked in heard])
    assert "unheard" not in told
    assert "unheard" not in "".join(
        SMALL.tell(event, seat) for asked in heard for event in asked.news for seat in range(4)
    )
    assert all(event.truth["claimed"] for event in episode.events)


def test_why_an_action_was_lost_is_told_to_its_seat_alone() -> None:
    heard: list[Asked] = []

    def sleeping(asked: Asked) -> Forfeit:
        heard.append(asked)
        return Forfeit(f"dreaming_{asked.seat}")

    drive(Play(SMALL, 0), [sleeping] * 4)
    for asked in heard:
        reasons = {event.data["reason"] for event in asked.news}
        assert reasons <= {f"dreaming_{asked.seat}"}
