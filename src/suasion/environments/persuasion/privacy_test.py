"""Who is told what in Persuasion, and that no leak put into the rules goes unnoticed."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

import pytest

from suasion.core.asks import Text
from suasion.core.chance import Seeded
from suasion.core.environment import Asked, Environment, Turn, words
from suasion.core.episode import Episode, canonical
from suasion.core.events import EVERYONE, NOBODY
from suasion.core.play import Play, drive
from suasion.environments.persuasion import KIT
from suasion.environments.persuasion.policies import Persuader, Target
from suasion.environments.persuasion.probes import STANCE
from suasion.environments.persuasion.rules import Persuasion, State
from suasion.environments.persuasion.words import PERSUADER, TARGET
from suasion.measures.policy import made
from suasion.testing import anyone, conforms, hides, mutants, survivors

SMALL = Persuasion(total_turns=4, probe_each_turn=True, probes=2, word_cap=3)

ARGUING = ("persuader?strength=0.85", "target")
TALKING = ("off_topic", "contrary?drift=0.2")
ODD = Persuasion(total_turns=3, side="con", word_cap=2, probe_before=False)


@pytest.mark.parametrize(
    ("env", "line_up"),
    [(SMALL, ARGUING), (Persuasion(), TALKING), (ODD, None), (Persuasion(total_turns=1), None)],
)
def test_the_contract_holds_with_scripts_and_odd_settings(
    env: Persuasion, line_up: tuple[str, str] | None
) -> None:
    seats = None if line_up is None else lambda: [made(KIT, name) for name in line_up]
    conforms(env, seats, episodes=1, twins=10, cuts=4)


def played(env: Environment[Any], seed: int = 0) -> Episode:
    return drive(Play(env, seed), [anyone] * 2)


def audiences_are_as_they_should_be(env: Environment[Any]) -> None:
    """The side is the persuader's, a probe nobody's, and all else everyone's."""
    for seed in range(3):
        for event in played(env, seed).events:
            expected = {"side": (PERSUADER,), "aside": NOBODY}
            assert event.to == expected.get(event.kind, EVERYONE)


def only_the_moment_is_seen(env: Environment[Any]) -> None:
    def looking(asked: Asked) -> Any:
        expected = {"proposition", "scale"} if asked.aside else {"turn", "turns"}
        assert set(asked.turn.situation) == expected
        return anyone(asked)

    drive(Play(env, 0), [looking] * 2)


def only_what_was_said_is_told(env: Environment[Any]) -> None:
    """Every word, put together anew from the events, and every ask."""
    assert isinstance(env, Persuasion)
    lines: list[str] = []

    def looking(asked: Asked) -> Any:
        told = lines_of(asked, env)
        assert words(env, asked).startswith("\n".join(told))
        lines.append(words(env, asked).removeprefix("\n".join(told)).strip())
        expected = STANCE if asked.aside else Text(env.characters, "clip")
        assert asked.turn.ask.schema() == expected.schema()
        return anyone(asked)

    drive(Play(env, 0), [looking] * 2)
    moments = [f"Turn {n} of {env.total_turns} is yours: write it." for n in range(1, 5)]
    probe = env.now(Turn(STANCE, {"proposition": env.text, "scale": [-3, 3]}), TARGET)
    assert {*lines} == {*moments, probe}
    assert probe.count("leak") == probe.count("None") == 0
    assert probe.endswith("+3: strongly for it")


def lines_of(asked: Asked, env: Persuasion) -> list[str]:
    """The news of a seat, in words."""
    found = []
    for event in asked.news:
        data, who = event.data, "Participant " + "AB"[event.by or 0]
        found += {
            "proposition": [f"The proposition: {env.text}"],
            "side": [f"Your side is {env.side.upper()}."],
            "forfeit": [f"Turn {data.get('turn')}, {who}: nothing was written."],
        }.get(event.kind, [])
        if event.kind == "say":
            own = data["cut"] and event.by == asked.seat
            cut = f" [your turn was cut after {env.word_cap} words]" if own else ""
            found.append(f"Turn {data['turn']}, {who}: {data['text']}{cut}")
    return found


def everything_heard(env: Environment[Any], seat: int, seats: Any) -> list[bytes]:
    """All that a seat is given, as bytes: brief, news, situation, ask and words."""
    heard = [env.brief(seat).encode()]

    def listening(holder: Any) -> Any:
        def policy(asked: Asked) -> Any:
            if asked.seat == seat:
                news = [[event.kind, event.by, event.data] for event in asked.news]
                turn = [asked.aside, asked.turn.situation, asked.turn.ask.schema()]
                heard.append(canonical([news, turn, words(env, asked)]))
            return holder(asked)

        return policy

    play: Play[Any] = Play(env, 7)
    drive(play, [listening(holder) for holder in seats])
    left = play.board.news(seat, None, False)
    return [*heard, canonical([[event.kind, event.data] for event in left])]


def same_to_the_target_whichever_the_side(env: Environment[Any]) -> None:
    """By the rules' own words: the persuader says the same for both."""
    assert isinstance(env, Persuasion)
    sides: tuple[Any, Any] = ("pro", "con")
    pro, con = (everything_heard(replace(env, side=side), TARGET, [anyone] * 2) for side in sides)
    assert pro == con


def privacy(env: Environment[Any]) -> None:
    """All that the suite knows of it."""
    audiences_are_as_they_should_be(env)
    only_the_moment_is_seen(env)
    only_what_was_said_is_told(env)
    same_to_the_target_whichever_the_side(env)
    hides(env, episodes=1)


@pytest.mark.parametrize("side", ["pro", "con"])
def test_nobody_is_told_what_is_hidden(side: Any) -> None:
    privacy(replace(SMALL, side=side))


def test_no_leak_goes_unnoticed() -> None:
    names = [mutant.name for mutant in mutants(SMALL)]
    assert names[:2] == ["side told to everyone", "side told to one seat more"]
    assert len(names) > 2 + 4 * 2
    assert survivors(SMALL, privacy) == []


def test_the_side_is_a_fact_that_the_contract_cannot_know() -> None:
    missed = survivors(SMALL, lambda env: hides(env, episodes=1))
    assert set(missed) >= {"side told to everyone", "side told to one seat more"}


@pytest.mark.parametrize("side", ["pro", "con"])
def test_the_persuader_is_told_the_same_whatever_is_probed(side: Any) -> None:
    env = replace(SMALL, side=side)

    def line_up(answer: int) -> list[Any]:
        return [Persuader(0.7), lambda asked: answer if asked.aside else "one two"]

    low, high = (everything_heard(env, PERSUADER, line_up(answer)) for answer in (-3, 3))
    silent = everything_heard(replace(env, probes=0), PERSUADER, line_up(0))
    assert low == high == silent


def test_what_a_target_means_is_told_to_nobody() -> None:
    """The latent stance stands in the hidden truth of the target's events and nowhere else."""
    env, target = replace(SMALL, word_cap=300), "target?start=0.123456&noise=0"
    episode = drive(Play(env, 1), [Persuader(0.0), made(KIT, target)])
    meant = [e.truth["meant"]["stance"] for e in episode.events if e.by == TARGET]
    assert set(meant) == {0.123456}
    for seat in (PERSUADER, TARGET):
        line_up = [Persuader(0.0), made(KIT, target)]
        assert b"0.123456" not in b"".join(everything_heard(env, seat, line_up))


@dataclass(frozen=True)
class Peeking(Persuasion):
    """Rules that let a seat see something they keep to themselves."""

    what: str = "side"

    def turns(self, state: State) -> Mapping[int, Turn]:
        shown = {"side": self.side, "probes": self.probes}[self.what]
        return {
            seat: turn._replace(situation={**turn.situation, "leak": shown})
            for seat, turn in super().turns(state).items()
        }


def test_a_side_in_the_situation_is_noticed() -> None:
    with pytest.raises(AssertionError):
        same_to_the_target_whichever_the_side(Peeking(total_turns=2))
    with pytest.raises(AssertionError):
        only_the_moment_is_seen(Peeking(total_turns=2, what="probes"))


def test_a_line_up_of_scripts_reaches_every_word() -> None:
    """What the leak tests above stand on: these scripts do argue, and do move."""
    episode = drive(
        Play(replace(SMALL, word_cap=380), 1, Seeded(1)), [Persuader(), Target(noise=0)]
    )
    stances = [e.truth["meant"]["stance"] for e in episode.events if e.by == TARGET]
    assert stances[0] < stances[-1]
