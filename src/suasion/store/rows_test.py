"""Rows hold everything of an episode, whichever way they are made."""

import pytest

from suasion.core.asks import Forfeit
from suasion.core.episode import Decision, Episode
from suasion.core.play import Play, drive
from suasion.environments.influence.policies import POLICIES
from suasion.environments.influence.rules import Influence
from suasion.store.rows import body_of, decision_of, episode_of, in_order, one_by_one
from suasion.store.seals import pack


def played(policy: str, messages: bool = True) -> Episode:
    return drive(Play(Influence(messages=messages), 3), [POLICIES[policy]() for _ in range(5)])


@pytest.mark.parametrize("policy", POLICIES)
def test_rows_give_back_the_episode(policy: str) -> None:
    episode = played(policy)
    end = [list(episode.payoffs), dict(episode.outcome), episode.carry]
    assert episode_of(episode.header, body_of(1, episode), end) == episode


@pytest.mark.parametrize("policy", POLICIES)
def test_rows_made_by_column_are_those_made_one_by_one(policy: str) -> None:
    for episode in (played(policy), played(policy, messages=False)):
        assert pack(body_of(7, episode)) == pack(one_by_one(7, episode))


def test_an_episode_without_draws_or_events_has_rows() -> None:
    bare = Episode(played("grim").header, (), (), (), (), {})
    assert pack(body_of(1, bare)) == pack(one_by_one(1, bare)) == pack(([], [], [], []))


def test_rows_are_put_in_the_order_of_an_episode_asides_before_turns() -> None:
    keys = [(0, 1, "belief", 0), (0, 2, "belief", 0), (0, 0, ">draft", 0), (0, 0, "", 0)]
    keys += [(1, 0, "", 0), (1, 1, "", 0)]
    episode_order = [keys[0], keys[1], keys[3], keys[2], *keys[4:]]
    decisions = tuple(Decision(*key, Forfeit("none")) for key in episode_order)
    rows = one_by_one(1, Episode(played("grim").header, decisions, (), (), (), {})).decisions
    by_key = sorted(rows, key=lambda row: tuple(row[1:5]))
    assert [decision_of(row) for row in in_order(by_key)] == list(decisions)
