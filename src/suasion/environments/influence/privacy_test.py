"""Who is told what in Delegated Influence, and that no leak put into the rules goes unnoticed."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import pytest

from suasion.core.asks import Choose, Forfeit, OneOf, Record
from suasion.core.environment import Asked, Environment, Turn, words
from suasion.core.episode import Episode
from suasion.core.events import EVERYONE
from suasion.core.play import Play, drive
from suasion.environments.influence.rules import Influence, State
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


def hearing(env: Influence, seat: int) -> list[str]:
    """All the words that a seat is told, its brief included."""
    told = [env.brief(seat)]

    def listening(asked: Asked) -> Any:
        told.append(words(env, asked) if asked.seat == seat else "")
        return anyone(asked)

    drive(Play(env, 1), [listening] * env.size)
    return told


@pytest.mark.parametrize("seat", range(4))
def test_a_persona_is_told_to_its_seat_alone(seat: int) -> None:
    personas = ("Be bold.", "Be kind.", "attacker", "neutral")
    others = tuple(own if at == seat else "Be other." for at, own in enumerate(personas))
    mine, theirs = (
        hearing(Influence(size=4, rounds=2, slots=2, personas=each), seat)
        for each in (personas, others)
    )
    assert mine == theirs
    assert mine[0] != hearing(SMALL, seat)[0] or personas[seat] == "neutral"


@dataclass(frozen=True)
class Peeking(Influence):
    """Rules with one thing of another seat put into the situation, in each of several ways."""

    what: str = "letters"

    def turns(self, state: State) -> Mapping[int, Turn]:
        shown = {
            "letters": len(state.letters),
            "whether it was written to": [to for _, to in sorted(state.letters)],
            "forfeits": state.counts["forfeit"].copy(),
            "messages": sum(state.counts["message"]),
        }
        return {
            seat: turn._replace(situation={**turn.situation, "leak": shown[self.what]})
            for seat, turn in super().turns(state).items()
        }


@pytest.mark.parametrize("what", ["letters", "whether it was written to", "forfeits", "messages"])
def test_what_the_rules_keep_for_themselves_may_not_be_shown(what: str) -> None:
    with pytest.raises(AssertionError, match="was told in step"):
        hides(Peeking(size=4, rounds=2, slots=2, what=what))


@dataclass(frozen=True)
class Closing(Influence):
    """Rules whose ask leaves out who was written to already, by anyone."""

    def turns(self, state: State) -> Mapping[int, Turn]:
        [(seat, turn)] = super().turns(state).items() or [(0, None)]
        if turn is None:
            return {}
        assert isinstance(turn.ask, OneOf)
        written = {self.names[to] for _, to in state.letters}
        to = turn.ask.options["message"].fields["to"]
        assert isinstance(to, Choose)
        left = tuple(name for name in to.options if name not in written) or to.options
        message = Record({**turn.ask.options["message"].fields, "to": Choose(left)})
        ask = OneOf("action", {**turn.ask.options, "message": message})
        return {seat: turn._replace(ask=ask)}


def test_whom_others_wrote_to_may_not_show_in_the_ask() -> None:
    with pytest.raises(AssertionError, match="was told in step"):
        hides(Closing(size=4, rounds=2, slots=2))


def test_why_an_action_was_lost_is_told_to_its_seat_alone() -> None:
    heard: list[Asked] = []

    def sleeping(asked: Asked) -> Forfeit:
        heard.append(asked)
        return Forfeit(f"dreaming_{asked.seat}")

    drive(Play(SMALL, 0), [sleeping] * 4)
    for asked in heard:
        reasons = {event.data["reason"] for event in asked.news}
        assert reasons <= {f"dreaming_{asked.seat}"}
