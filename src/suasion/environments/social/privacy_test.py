"""Who is told what in social spread, and that no leak put into the rules goes unnoticed."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pytest

from suasion.core.asks import Answer, Json
from suasion.core.chance import Draw, units
from suasion.core.environment import Asked, Environment, Group, Policy
from suasion.core.episode import Episode
from suasion.core.events import EACH, EVERYONE, NOBODY
from suasion.core.play import Play, drive
from suasion.environments.social import KIT
from suasion.environments.social.meetings import others
from suasion.environments.social.rules import Social
from suasion.measures.policy import made
from suasion.testing import anyone, conforms, hides, mutants, survivors

SMALL = Social(size=5, contact_rate=2, days=3, seeds=1, correction_day=2)
ENVIRONMENTS = [
    SMALL,
    Social(size=4, contact_rate=1, days=2, seeds=1, updates="async"),
    Social(size=3, contact_rate=2, days=3, seeds=0, post_limit=0, quiet_days=None),
]


def played(env: Environment[Any], seed: int) -> Episode:
    return drive(Play(env, seed), [anyone] * len(env.seats()))


def audiences_are_as_they_should_be(env: Environment[Any]) -> None:
    """Meetings and posts go to each its own, a forfeit to its seat, a correction to all."""
    for seed in range(5):
        for event in played(env, seed).events:
            row = event.data.get("seat")
            mine = EACH if isinstance(row, list) else (row,)
            expected = {
                "met": mine,
                "read": mine,
                "post": (event.by,),
                "forfeit": (event.by,),
                "correction": EVERYONE,
                "day": NOBODY,
            }
            assert event.to == expected[event.kind]


def each_is_told_its_own(env: Environment[Any]) -> None:
    """Its own belief, whom it meets by the day's draw, and what those posted; nothing else."""
    for seed in range(3):
        episode = played(env, seed)
        k, size = len(rows_of(episode, "met")[0]["met"]), len(env.seats())
        days = [others(size, k, units(int(d.value * 2**53), size * k)) for d in drawn(episode)]
        for row in rows_of(episode, "met"):
            assert row["met"] == days[row["day"] - 1][row["seat"]]
        for row in rows_of(episode, "read"):
            assert {*row["of"]} <= {*days[row["day"] - 1][row["seat"]]}
            assert len(row["of"]) == len(row["text"]) > 0
        firsts = {row["seat"]: row["own"] for row in rows_of(episode, "met") if row["day"] == 1}
        seeds = episode.header.settings["seeds"]
        assert [firsts[seat] for seat in range(size)] == [0] * (size - seeds) + [1] * seeds


def drawn(episode: Episode) -> list[Draw]:
    return [draw for draw in episode.draws if draw.name == "contacts"]


def rows_of(episode: Episode, kind: str) -> list[Mapping[str, Json]]:
    """What each seat was told by the events of a kind."""
    return [
        told.data
        for _, event in episode.of(kind)
        for seat in event.audience(len(episode.payoffs))
        if (told := event.told_to(seat)) is not None
    ]


def only_the_question_is_seen(env: Environment[Any]) -> None:
    def looking(asked: Asked) -> Answer:
        assert not asked.turn.situation
        told = {"day", "seat", "own", "met", "believed", "of", "text", "post", "belief", "reason"}
        assert all({*event.data} <= told for event in asked.news)
        return anyone(asked)

    drive(Play(env, 0), [looking] * len(env.seats()))


def privacy(env: Environment[Any]) -> None:
    """All that the suite knows of it."""
    audiences_are_as_they_should_be(env)
    each_is_told_its_own(env)
    only_the_question_is_seen(env)
    hides(env, episodes=2)


@pytest.mark.parametrize("env", ENVIRONMENTS)
def test_nobody_is_told_what_went_to_others(env: Social) -> None:
    privacy(env)


@pytest.mark.parametrize("env", ENVIRONMENTS[:2])
def test_no_leak_goes_unnoticed(env: Social) -> None:
    assert survivors(env, privacy) == []


def test_the_leaks_tried_are_of_every_kind() -> None:
    names = [mutant.name for mutant in mutants(SMALL)]
    assert {"met told to everyone", "day told to everyone", "post told to one seat more"} <= {
        *names
    }


@pytest.mark.parametrize("updates", ["sync", "async"])
def test_it_keeps_the_contract_with_groups(updates: Any) -> None:
    env = Social(size=6, contact_rate=2, days=3, correction_day=2, updates=updates)
    names = ["any_contact"] * 3 + ["contagion?heeds=0.5"] * 2 + ["believer"]

    def groups() -> list[Policy | Group]:
        fresh = {name: made(KIT, name) for name in names}
        return [fresh[name] for name in names]

    conforms(env, groups, episodes=1, twins=10)
    conforms(env, episodes=1, twins=10)
