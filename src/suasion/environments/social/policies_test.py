"""Scripted seats: what each does, and that a group is as many scripts, whoever else plays."""

from __future__ import annotations

import os
import sqlite3
import subprocess
import sys
import time
from collections.abc import Sequence
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest

from suasion.agents import line_up
from suasion.core.asks import Json
from suasion.core.environment import Group, Live, Policy
from suasion.core.episode import Decision, Episode
from suasion.core.fork import Edit, fork
from suasion.core.play import Play, drive, groups_of
from suasion.core.replay import replay
from suasion.core.views import Delivery
from suasion.environments.social import KIT
from suasion.environments.social.policies import POLICIES, told_many
from suasion.environments.social.rules import Social
from suasion.measures.policy import BadPolicy, made
from suasion.runner.check import examine
from suasion.runner.episode import play_one
from suasion.store.run import open_run

CERTAIN = ["any_contact", "any_contact?keep=true", "any_contact?heeds=1", "most_contacts"]


def grouped(names: Sequence[str]) -> list[Policy | Live | Group | None]:
    return line_up([f"policy/{name}" for name in names], KIT)


def alone(names: Sequence[str]) -> list[Policy]:
    found = []
    for name in names:
        group = made(KIT, name)
        assert isinstance(group, Group)
        assert group.alone is not None
        found.append(group.alone)
    return found


def played(env: Social, seats: Sequence[Any], seed: int = 1, **more: Any) -> Episode:
    return drive(Play(env, seed, groups=groups_of(seats), **more), seats)


def answers(episode: Episode) -> dict[tuple[int, int], Json]:
    return {(d.step, seat): answer for d in episode.decisions for seat, answer in d.each()}


def names(first: str, size: int) -> list[str]:
    return [first] * (size - 4) + ["believer", "doubter", first, "believer"]


@pytest.mark.parametrize("name", CERTAIN)
@pytest.mark.parametrize(
    "env", [Social(correction_day=2, correction_every=3), Social(size=12, days=4, updates="async")]
)
def test_a_group_is_as_many_scripts(name: str, env: Social) -> None:
    seated = names(name, env.size)
    one, many = played(env, alone(seated)), played(env, grouped(seated))
    assert one.events == many.events
    assert one.payoffs == many.payoffs
    assert one.outcome == many.outcome
    assert answers(one) == answers(many)


def test_a_group_is_asked_once_a_day_whatever_its_size() -> None:
    episode = played(Social(), grouped(names("any_contact", 30)))
    by_day = [[len(d.seats) for d in episode.decisions if d.step == day] for day in range(15)]
    assert by_day == [[27, 2, 1]] * 15


@pytest.mark.parametrize("name", [*POLICIES, "random?p=0.1", "any_contact?heeds=0.5"])
@pytest.mark.parametrize("updates", ["sync", "async"])
def test_a_record_replays_alone_and_with_its_scripts(name: str, updates: Any) -> None:
    env = Social(size=12, days=5, updates=updates, correction_day=2, correction_every=1)
    episode = played(env, grouped(names(name, 12)))
    assert replay(env, episode) == episode
    assert replay(env, episode, grouped(names(name, 12))) == episode
    assert Episode.from_json(episode.to_json()).digest() == episode.digest()


def lossy(sent: Delivery, _: object) -> list[Delivery]:
    return [] if sent.seat % 3 == 0 else [sent]


@pytest.mark.parametrize("name", CERTAIN)
def test_with_channels_a_group_is_as_many_scripts_too(name: str) -> None:
    env = Social(size=12, days=4, correction_day=2)
    seated = names(name, 12)
    one = played(env, alone(seated), channels=[lossy])
    many = played(env, grouped(seated), channels=[lossy])
    assert one.events == many.events
    assert answers(one) == answers(many)
    assert all(answers(many)[step, 0] == "doubt" for step in range(len(many.decisions) // 5))


# --- what each does ---


def next_day(name: str, own: int, believed: list[int], **settings: Any) -> float:
    """The share of 400 seats that believe after one day on which each was told the same."""
    from suasion.core.chance import Chance, Seeded
    from suasion.core.environment import AskedMany, Turn
    from suasion.core.events import EACH, Event
    from suasion.environments.social.opinion import WORD

    size = 400
    data = {"day": 1, "seat": [*range(size)], "own": [own] * size, "believed": [believed] * size}
    news = [Event("met", None, data, EACH)]
    if settings.get("corrected"):
        news.insert(0, Event("correction", None, {"day": 1, "text": "No."}))
    chance = Chance(Seeded(7))
    asked = AskedMany(0, 0, "", 0, Turn(WORD), news, chance, (*range(size),), {})
    group = made(KIT, name)
    assert isinstance(group, Group)
    return [*group.answers(asked)].count("believe") / size


@pytest.mark.parametrize(
    ("name", "own", "believed", "share"),
    [
        ("any_contact", 0, [0, 0, 1], 1),
        ("any_contact", 1, [0, 0, 0], 0),
        ("any_contact?keep=true", 1, [0, 0, 0], 1),
        ("any_contact?keep=true", 0, [0, 0, 0], 0),
        ("most_contacts", 0, [0, 1, 1], 1),
        ("most_contacts", 1, [0, 0, 1], 0),
        ("most_contacts", 1, [0, 1], 1),
        ("most_contacts", 0, [0, 1], 0),
        ("believer", 0, [0, 0, 0], 1),
        ("doubter", 1, [1, 1, 1], 0),
        ("contagion", 0, [0, 0, 0], 0),
        ("contagion?recover=0", 1, [0, 0, 0], 1),
        ("contagion?catch=1", 0, [1, 0, 0], 1),
    ],
)
def test_what_is_certain_needs_no_draw(
    name: str, own: int, believed: list[int], share: float
) -> None:
    assert next_day(name, own, believed) == share


@pytest.mark.parametrize(
    ("name", "own", "believed", "share"),
    [
        ("random", 0, [0], 0.5),
        ("random?p=0.1", 1, [1], 0.1),
        ("contagion?catch=0.3", 0, [1, 1, 0], 1 - 0.7**2),
        ("contagion?recover=0.4", 1, [1, 1, 1], 0.6),
    ],
)
def test_chances_are_what_the_parameters_say(
    name: str, own: int, believed: list[int], share: float
) -> None:
    assert next_day(name, own, believed) == pytest.approx(share, abs=0.08)


@pytest.mark.parametrize(("name", "share"), [("any_contact", 1), ("any_contact?heeds=0.75", 0.25)])
def test_who_heeds_a_correction_doubts_that_day(name: str, share: float) -> None:
    assert next_day(name, 1, [1, 1, 1], corrected=True) == pytest.approx(share, abs=0.07)


@pytest.mark.parametrize("name", ["random?p=1.1", "contagion?catch=-1", "any_contact?heeds=2"])
def test_a_chance_is_from_nought_to_one(name: str) -> None:
    with pytest.raises(BadPolicy, match="a number from 0 to 1"):
        made(KIT, name)


# --- awaited seats among scripted ones ---

AMONG = Social(size=303, days=4, seeds=5)
SEATED = ["awaited/any_contact"] * 3 + ["policy/any_contact"] * 295 + ["policy/believer"] * 5


def test_awaited_seats_among_scripted_ones_play_the_same_game() -> None:
    mixed = play_one(AMONG, line_up(SEATED, KIT), 5)
    scripted = played(AMONG, grouped([agent.partition("/")[2] for agent in SEATED]), 5)
    assert mixed.events == scripted.events
    assert answers(mixed) == answers(scripted)
    assert [len(d.seats) for d in mixed.decisions[:5]] == [0, 0, 0, 295, 5]


STUDY = """
name: mixed
status: smoke
question: Does it come to the same record?
expectation: It does.
environment: social
settings: {size: 303, days: 5, seeds: 5}
seats: [3*awaited/any_contact, 295*policy/any_contact, {agent: policy/believer, times: 5}]
replicates: 2
"""


def start(study: Path, out: Path, delay: float) -> subprocess.Popen[bytes]:
    return subprocess.Popen(
        [sys.executable, "-m", "suasion", "run", str(study), "--out", str(out)],
        env={**os.environ, "SUASION_AWAITED_DELAY": str(delay)},
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
    )


def answered(out: Path) -> int:
    """How many replies are on disk."""
    try:
        with closing(sqlite3.connect(f"file:{out / 'record.db'}?mode=ro", uri=True)) as db:
            query = "SELECT count(*) FROM attempts WHERE outcome='answered'"
            return int(db.execute(query).fetchone()[0])
    except sqlite3.Error:
        return 0


def test_a_mixed_run_that_is_killed_and_resumed_comes_to_the_same_record(tmp_path: Path) -> None:
    study = tmp_path / "mixed.yaml"
    study.write_text(STUDY)
    whole, killed = tmp_path / "whole", tmp_path / "killed"
    calm = start(study, whole, 0)
    said = calm.communicate(timeout=60)[0].decode()
    assert calm.returncode == 0, said
    process, deadline = start(study, killed, 0.5), time.monotonic() + 60
    while answered(killed) < 6 and process.poll() is None and time.monotonic() < deadline:
        time.sleep(0.02)
    process.kill()
    process.communicate()
    assert 6 <= answered(killed) < 30
    again = start(study, killed, 0)
    said = again.communicate(timeout=60)[0].decode()
    assert again.returncode == 0, said
    assert open_run(killed).digest() == open_run(whole).digest()
    assert not [found for found in examine(killed) if found.damage]


# --- forks ---


def test_a_fork_with_nothing_changed_is_the_same_game() -> None:
    env, seated = Social(size=12, days=6), names("contagion", 12)
    episode = played(env, grouped(seated))
    seats = grouped(seated)
    play, record = fork(env, episode, Edit(through=3), seats=seats)
    assert drive(play, seats, record).digest() == episode.digest()


def test_an_answer_changed_in_a_fork_changes_what_its_contacts_are_told_and_nothing_before() -> (
    None
):
    env, seated = Social(size=12, days=6), names("any_contact", 12)
    episode = played(env, grouped(seated))
    at = next(at for at, d in enumerate(episode.decisions) if d.step == 1 and len(d.seats) > 2)
    old = episode.decisions[at]
    said = [answer for _, answer in old.each()]
    other = "doubt" if said[0] == "believe" else "believe"
    seats = grouped(seated)
    edit = Edit(2, answers={old.key: [other, *said[1:]]})
    play, record = fork(env, episode, edit, seats=seats)
    forked = drive(play, seats, record)
    day = {event.data["day"]: at for at, event in episode.of("day")}
    assert forked.events[: day[2]] == episode.events[: day[2]]
    first, then = (e.events[day[2] + 1].data for e in (episode, forked))
    assert first["met"] == then["met"]
    apart = [
        seat
        for seat in range(12)
        if (first["own"][seat], first["believed"][seat])
        != (then["own"][seat], then["believed"][seat])
    ]
    changed = old.seats[0]
    assert apart == [s for s in range(12) if s == changed or changed in first["met"][s]]


def test_a_decision_of_a_group_is_one_row() -> None:
    episode = played(Social(size=12, days=1), grouped(names("any_contact", 12)))
    decision = episode.decisions[0]
    assert decision.seats == (0, 1, 2, 3, 4, 5, 6, 7, 10)
    assert Decision.of(decision.row()) == decision


def test_what_a_seat_is_told_by_itself_goes_before_its_row() -> None:
    from suasion.core.chance import Chance, Seeded
    from suasion.core.environment import AskedMany, Turn
    from suasion.core.events import EACH, Event
    from suasion.environments.social.opinion import WORD

    def met(seat: Json, own: Json, believed: Json, to: Any) -> Event:
        return Event("met", None, {"day": 2, "seat": seat, "own": own, "believed": believed}, to)

    columns = met([1, 2, 3], [1, 0, 1], [[1, 1], [0, 1], [0, 0]], EACH)
    correction = Event("correction", None, {"day": 2, "text": "No."})
    own = {1: [met(1, 0, [0, 0], (1,))], 3: [correction], 4: [met(4, 1, [1], (4,)), correction]}
    asked = AskedMany(
        1, 1, "", 0, Turn(WORD), [columns], Chance(Seeded(0)), (1, 2, 3, 4, 5), own
    )  # fmt: skip
    told = told_many(asked)
    assert told.own == [0, 0, 1, 1, 0]
    assert told.believed == [[0, 0], [0, 1], [0, 0], [1], ()]
    assert told.corrected == [False, False, True, True, False]
