"""The two standard asides in every environment: asked where they are due, and heard by nobody."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

import pytest

from suasion import catalogue
from suasion.agents import line_up
from suasion.core.asides import BELIEF, NO_HOLDER, REALISM
from suasion.core.asks import Json
from suasion.core.environment import (
    STANDARD,
    Asked,
    BadSetting,
    Environment,
    Line,
    Live,
    Reply,
    settings,
)
from suasion.core.episode import Episode, Key
from suasion.core.fork import Edit, fork
from suasion.core.play import Play, Seats, drive, groups_of
from suasion.core.replay import replay
from suasion.runner.episode import drive_async, play_one
from suasion.testing import awaited

SMALL: Mapping[str, tuple[Sequence[str], Mapping[str, Json]]] = {
    "control": (["random"], {"horizon": 4}),
    "influence": (["talking_random", "tit_for_tat"], {"size": 3, "rounds": 2, "slots": 2}),
    "persuasion": (["persuader", "target"], {"total_turns": 4, "probe_each_turn": True}),
    "social": (["random", "contagion"], {"size": 5, "contact_rate": 2, "days": 3}),
    "terrarium": (["honest", "random"], {"rounds": 4}),
}
"""Policies of each environment that take turns in its seats, and settings in which it is soon
over.
"""


def small(name: str, **more: Json) -> Environment[Any]:
    return catalogue.make(name, None, {**SMALL[name][1], **more})


def agents(env: Environment[Any]) -> list[str]:
    names, _ = SMALL[env.name]
    return [names[at % len(names)] for at in range(len(env.seats()))]


def scripts(env: Environment[Any]) -> Seats:
    return line_up([f"policy/{name}" for name in agents(env)], catalogue.kit(env.name))


def everybody(env: Environment[Any]) -> Environment[Any]:
    seats = tuple(range(len(env.seats())))
    return replace(env, asked_aside=tuple((name, seats) for name in STANDARD))


def listening(env: Environment[Any], told: dict[Key, str]) -> list[Live]:
    """Awaited scripts, and all that they are told."""

    def hearing(inner: Live) -> Live:
        async def ask(asked: Asked, line: Line) -> Reply:
            told[asked.key] = line.told
            return await inner.ask(asked, line)

        return Live(ask, inner.resume)

    return [hearing(awaited.hold(name, catalogue.kit(env.name))) for name in agents(env)]


def heard(env: Environment[Any], seed: int = 3) -> tuple[Episode, dict[Key, str]]:
    told: dict[Key, str] = {}
    return play_one(env, listening(env, told), seed), told


def acts(episode: Episode) -> list[Json]:
    return [d.row() for d in episode.decisions if d.aside not in STANDARD]


@pytest.mark.parametrize("name", SMALL)
def test_with_and_without_asides_every_seat_hears_and_says_the_same(name: str) -> None:
    plain, told = heard(small(name))
    asked, also = heard(everybody(small(name)))
    assert acts(asked) == acts(plain)
    assert {key: words for key, words in also.items() if key[2] not in STANDARD} == told
    assert [e for e in asked.events if e.data.get("name") not in STANDARD] == list(plain.events)
    assert (asked.payoffs, asked.outcome, asked.carry) == (
        plain.payoffs,
        plain.outcome,
        plain.carry,
    )
    assert asked.draws == plain.draws


@pytest.mark.parametrize("name", SMALL)
def test_realism_is_asked_before_the_first_act_and_at_the_end_and_belief_before_each(
    name: str,
) -> None:
    episode, _ = heard(everybody(small(name)))
    turns = [(d.step, d.seat) for d in episode.decisions if not d.aside]
    beliefs = [(d.step, d.seat) for d in episode.decisions if d.aside == BELIEF]
    assert sorted(beliefs) == sorted(turns)
    end = max(step for step, _ in turns) + 1
    for seat in {seat for _, seat in turns}:
        realism = [d.step for d in episode.decisions if (d.aside, d.seat) == (REALISM, seat)]
        assert realism == [min(step for step, by in turns if by == seat), end]


@pytest.mark.parametrize("name", SMALL)
def test_an_aside_shows_the_moment_its_question_and_its_form(name: str) -> None:
    _, told = heard(everybody(small(name)))
    for (step, seat, aside, _), words in told.items():
        if aside not in STANDARD:
            continue
        act = told.get((step, seat, "", 0))
        assert ("All is over now." in words) == (act is None)
        if act is not None:
            assert words.startswith(act)
        assert ('"probability"' if aside == REALISM else '"holds"') in words


@pytest.mark.parametrize("name", SMALL)
def test_answers_aside_are_read_kept_and_told_to_nobody(name: str) -> None:
    episode, _ = heard(everybody(small(name)))
    asides = [d for d in episode.decisions if d.aside in STANDARD]
    assert asides
    for d in asides:
        assert d.raw is not None
        answer: Json = d.answer
        assert json.loads(d.raw) == answer
        assert set(answer) == (
            {"probability", "reason"} if d.aside == REALISM else {"holds", "sure"}
        )
    events = [e for e in episode.events if e.kind == "aside" and e.data["name"] in STANDARD]
    assert len(events) == len(asides)
    assert {e.to for e in events} == {()}


@pytest.mark.parametrize("name", SMALL)
def test_a_record_with_asides_replays_resumes_and_forks(name: str) -> None:
    env = everybody(small(name))
    episode, _ = heard(env)
    assert replay(env, episode).digest() == episode.digest()
    play, record = fork(env, episode, Edit(2))
    told: dict[Key, str] = {}
    again = asyncio.run(drive_async(play, listening(env, told), record))
    assert again.digest() == episode.digest()
    assert told
    assert all(step >= 2 for step, *_ in told)


@pytest.mark.parametrize("name", SMALL)
def test_a_script_is_never_asked_aside(name: str) -> None:
    plain, env = small(name), everybody(small(name))
    seats, others = scripts(env), scripts(plain)
    episode = drive(Play(env, 3, groups=groups_of(seats)), seats)
    asides = [d for d in episode.decisions if d.aside in STANDARD]
    assert asides
    assert all(d.answer == NO_HOLDER for d in asides)
    assert acts(episode) == acts(drive(Play(plain, 3, groups=groups_of(others)), others))
    assert replay(env, episode, scripts(env)).digest() == episode.digest()


def test_asides_that_do_not_exist_and_seats_that_do_not_are_refused() -> None:
    for bad in (
        (("mood", (0,)),),
        (("belief", (7,)),),
        (("belief", (0, 0)),),
        (("belief", ()),) * 2,
    ):
        with pytest.raises(BadSetting, match="asked_aside"):
            Play(replace(small("influence"), asked_aside=bad), 0)


def test_seats_that_are_not_listed_are_not_asked() -> None:
    env = replace(small("influence"), asked_aside=(("realism", (1,)),))
    episode, _ = heard(env)
    assert {(d.aside, d.seat) for d in episode.decisions if d.aside} == {("realism", 1)}


def test_a_seat_without_turns_is_asked_at_the_end_alone() -> None:
    env = everybody(small("persuasion", total_turns=1))
    episode, _ = heard(env)
    asked = [(d.step, d.seat, d.aside) for d in episode.decisions if d.aside in STANDARD]
    assert asked == [(0, 0, "belief"), (0, 0, "realism"), (1, 0, "realism"), (1, 1, "realism")]


def test_settings_without_asides_stay_as_they_were() -> None:
    assert "asked_aside" not in settings(small("control"))
    assert settings(everybody(small("control")))["asked_aside"] == [
        ["realism", [0]],
        ["belief", [0]],
    ]
