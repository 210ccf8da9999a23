"""Recorded replies put back: the same words at the same place, and nothing made up."""

import asyncio
from pathlib import Path
from typing import Any

import pytest

from suasion.agents import UnknownAgent, hold, registry
from suasion.catalogue import kit
from suasion.core.asks import Json
from suasion.core.environment import Blocked, Environment
from suasion.core.episode import Episode
from suasion.core.play import Play
from suasion.environments.influence.rules import Influence
from suasion.environments.persuasion.rules import Persuasion
from suasion.measures.filed import Filed, Held
from suasion.measures.imported import Imported
from suasion.runner.episode import drive_async
from suasion.runner.line import Unrecorded
from suasion.store import file

ENV = Influence(size=2, rounds=2, slots=2)


class Named(Unrecorded):
    def __init__(self, episode: str) -> None:
        self.episode = episode


def played(
    agents: list[str], episode: str, env: Environment[Any] = ENV, seed: int = 1, **asked_with: Json
) -> Episode:
    seats = [hold(agent, kit(env.name), asked_with, registry) for agent in agents]
    return asyncio.run(drive_async(Play(env, seed), seats, (), Named(episode)))


@pytest.fixture
def here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A working directory with a run of two episodes; in one, answers were repaired."""
    monkeypatch.chdir(tmp_path)
    said = {"environment": "influence", "environment_version": "1"}
    repaired = played(["scripted/wrong", "scripted/valid"], "a--r0", repair=1, seed=3)
    chatted = played(["scripted/valid"] * 2, "chat", Persuasion(total_turns=2))
    filed = [
        Filed(name, each, [Held(n, None, "", "") for n in ("one", "two")], status="calibration")
        for name, each in (("a--r0", repaired), ("chat", chatted))
    ]
    file(Imported(filed, []), tmp_path / "old", said)
    return tmp_path


def test_every_reply_comes_again_inner_calls_and_all(here: Path) -> None:
    was = played(["scripted/wrong", "scripted/valid"], "a--r0", repair=1, seed=3)
    assert any(">unread>" in decision.aside for decision in was.decisions)
    again = played(["replay/old"] * 2, "a--r0", seed=3)
    assert [d.raw for d in again.decisions] == [d.raw for d in was.decisions]
    assert again.digest() == was.digest()


def test_asides_come_again(here: Path) -> None:
    env = Persuasion(total_turns=2)
    was = played(["scripted/valid"] * 2, "chat", env)
    assert [d for d in was.decisions if d.aside]
    assert played(["replay/old"] * 2, "chat", env) == was


def test_an_episode_of_another_name_can_be_said(here: Path) -> None:
    again = played(["replay/old?episode=a--r0"] * 2, "b--r0", seed=3)
    assert again.digest() == played(["replay/old"] * 2, "a--r0", seed=3).digest()


def test_what_the_record_does_not_hold_blocks_and_is_named(here: Path) -> None:
    with pytest.raises(Blocked, match=r"no episode 'b--r0' in old.*replay/old\?episode=ID"):
        played(["replay/old"] * 2, "b--r0")
    with pytest.raises(Blocked, match="was played in persuasion, not influence"):
        played(["replay/old"] * 2, "chat")
    longer = Influence(size=2, rounds=2, slots=3)
    with pytest.raises(Blocked, match=r"no reply of seat \d at step 8 \(its turn\) of .*a--r0"):
        played(["replay/old"] * 2, "a--r0", longer, seed=3)


def test_an_answer_that_may_no_longer_be_given_is_read_anew(here: Path) -> None:
    other = Influence(size=2, rounds=2, slots=2, messages=False)
    again = played(["scripted/valid", "replay/old"], "a--r0", other, seed=3)
    assert len(again.decisions) == 8


def test_a_damaged_episode_is_not_used(here: Path) -> None:
    import sqlite3

    with sqlite3.connect(here / "old" / "record.db") as db:
        db.execute("UPDATE decisions SET raw='{}' WHERE step=0")
    db.close()
    with pytest.raises(Blocked, match="not what was written"):
        played(["replay/old"] * 2, "a--r0", seed=3)


@pytest.mark.parametrize("path", ["/etc", "../old", "a/../../old", "", "a\x00b"])
def test_a_run_from_elsewhere_is_not_read(path: str) -> None:
    with pytest.raises(UnknownAgent):
        hold(f"replay/{path}", kit("influence"), {}, registry)


def test_what_is_no_run_is_said_when_the_seat_is_filled(here: Path) -> None:
    for name, words in (
        ("replay/olt", "no run at olt; there are: old"),
        ("replay/old?episode=x", "no episode 'x' in old"),
        ("replay/old?step=1", "there are: episode"),
    ):
        with pytest.raises(UnknownAgent, match=words):
            hold(name, kit("influence"), {}, registry)
