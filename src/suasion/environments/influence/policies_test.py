"""What each scripted agent does, and that what it meant goes with it as hidden truth."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import pytest

from suasion.core.episode import Episode
from suasion.core.play import Play, drive
from suasion.core.replay import replay
from suasion.environments.influence.policies import ASSURANCE, HEARD, OFFER, POLICIES
from suasion.environments.influence.rules import Influence


def played(names: Sequence[str], seed: int = 0, **settings: Any) -> Episode:
    env = Influence(size=len(names), **settings)
    return drive(Play(env, seed), [POLICIES[name]() for name in names])


def by(episode: Episode, seat: int, kind: str) -> list[Any]:
    return [event for _, event in episode.of(kind) if event.by == seat]


@pytest.mark.parametrize("name", POLICIES)
@pytest.mark.parametrize(
    "settings",
    [
        {},
        {"messages": False},
        {"topology": "ring", "credit": "off"},
        {"message_limit": 3},
        {"rounds": 1, "slots": 1},
        {"remember": True, "reputation": ((3, 0), (0, 3), (2, 2))},
    ],
)
def test_every_policy_plays_under_every_rule_and_repeats_itself(
    name: str, settings: dict[str, Any]
) -> None:
    names = [name, "talking_random", "tit_for_tat"]
    episode = played(names, seed=3, **settings)
    env = Influence(size=3, **settings)
    assert replay(env, episode, [POLICIES[each]() for each in names]) == episode


def test_silent_random_always_pulls_and_for_anyone() -> None:
    episode = played(["silent_random"] * 5)
    assert len(list(episode.of("pull"))) == 125
    assert len({(e.by, e.data["beneficiary"]) for _, e in episode.of("pull")}) == 20


def test_talking_random_promises_and_credits_nothing() -> None:
    episode = played(["talking_random"] * 5)
    assert all(event.truth == {} for _, event in episode.of("message"))
    assert all(event.truth == {"claimed": None} for _, event in episode.of("pull"))
    assert 0.3 < len(list(episode.of("pull"))) / 125 < 0.7


def test_tit_for_tat_returns_every_pull_it_can() -> None:
    episode, owed, returned = played(["tit_for_tat", "silent_random"], rounds=4), 0, 0
    for event in episode.events:
        if event.by == 0 and owed > 0:
            assert event.kind == "pull"
            returned += 1
        owed += {0: -1, 1: 1}[event.by or 0] if event.kind == "pull" else 0
    assert returned > 15
    alone = played(["tit_for_tat", "extractor"], rounds=4)
    assert not by(alone, 1, "pull")


def test_the_extractor_asks_everyone_and_gives_none() -> None:
    episode = played(["extractor", "silent_random", "silent_random"])
    assert not by(episode, 0, "pull")
    asked = by(episode, 0, "message")
    assert {event.data["to"] for event in asked} == {1, 2}
    assert all(event.truth["meant"] == {"tactic": "request"} for event in asked)
    silent = played(["extractor", "silent_random"], messages=False)
    assert {event.data["reason"] for event in by(silent, 0, "forfeit")} == {"declined"}


def test_the_flatterer_praises_the_leader() -> None:
    episode = played(["flatterer", "silent_random", "silent_random"], seed=2)
    scores = [0, 0, 0]
    for event in episode.events:
        if event.kind == "pull":
            scores[event.data["beneficiary"]] += 1
        elif event.by == 0:
            assert scores[event.data["to"]] == max(scores[1:])
            assert event.truth["meant"] == {"tactic": "flattery"}


PARTY = ["promise_keeper", "promise_breaker", "tit_for_tat", "grim", "talking_random"]


def promises(episode: Episode, seat: int) -> list[tuple[int, Any]]:
    return [
        (at, event.truth["meant"]["promise"])
        for at, event in episode.of("message")
        if event.by == seat and "promise" in event.truth.get("meant", {})
    ]


def returns(episode: Episode, seat: int) -> list[tuple[bool, bool]]:
    """Of each promise of a seat: was it taken up in time, and was it returned in time."""
    found = []
    for at, promise in promises(episode, seat):
        other, due = int(promise["promisee"][1:]) - 1, promise["by"]["round"]
        taken_by = promise["condition"]["by"]["round"]
        later = [event for place, event in episode.of("pull") if place > at]
        taken = [
            e
            for e in later
            if (e.by, e.data["beneficiary"]) == (other, seat) and e.data["round"] <= taken_by
        ]
        back = [
            e
            for e in later
            if (e.by, e.data["beneficiary"]) == (seat, other) and e.data["round"] <= due
        ]
        found.append((bool(taken), bool(back)))
    return found


@pytest.mark.parametrize("seed", range(6))
def test_a_keeper_returns_what_was_taken_up_and_a_breaker_never_does(seed: int) -> None:
    episode = played(PARTY, seed=seed)
    kept, broken = returns(episode, 0), returns(episode, 1)
    assert kept
    assert broken
    assert all(back for taken, back in kept if taken)
    assert not any(back for _, back in broken)
    assert any(taken for taken, _ in broken)


def test_a_promise_says_its_terms_and_its_plan_to_nobody() -> None:
    episode = played(PARTY)
    for at, promise in promises(episode, 1):
        event = episode.events[at]
        now = event.data["round"]
        assert event.data["text"] == OFFER.format(now=now, then=now + 1)
        assert event.truth["meant"]["plan"] == "break"
        assert promise["by"] == {"round": now + 1}
        assert event.told().truth == {}


def test_no_offer_is_made_that_could_not_be_kept() -> None:
    episode = played(PARTY)
    assert {episode.events[at].data["round"] for at, _ in promises(episode, 0)} == {1, 2, 3, 4}
    assert not promises(played(PARTY, messages=False), 0)
    assert not promises(played(PARTY, message_limit=20), 0)


def test_keeper_and_breaker_are_one_policy_without_messages() -> None:
    names = ["promise_keeper", "tit_for_tat", "silent_random"]
    swapped = ["promise_breaker", *names[1:]]
    one, two = (played(each, seed=4, messages=False) for each in (names, swapped))
    assert one.events == two.events


def cheated(episode: Episode, seat: int, by_whom: int) -> int:
    """The id of the last pull of a seat for whoever cheated it; -1 if none."""
    mine = [at for at, e in episode.of("pull") if e.by == seat]
    return max((at for at in mine if episode.events[at].data["beneficiary"] == by_whom), default=-1)


def test_grim_never_pulls_again_for_a_cheat_and_tit_for_tat_forgives() -> None:
    """The cheat offers in round 1, keeps nothing in round 2, and gives from round 3 on."""

    def cheat(asked: Any) -> Any:
        to = "P2"
        if asked.turn.situation["round"] == 1:
            return {"action": "message", "to": to, "text": OFFER.format(now=1, then=2)}
        if asked.turn.situation["round"] == 2:
            return {"action": "message", "to": "P3", "text": ASSURANCE}
        return {"action": "pull", "beneficiary": to, "credit": None}

    def bystander(asked: Any) -> Any:
        return {"action": "message", "to": "P1", "text": "Hm."}

    ends = {}
    for name in ("tit_for_tat", "grim"):
        env = Influence(size=3, rounds=6, slots=2)
        episode = drive(Play(env, 1), [cheat, POLICIES[name](), bystander])
        ends[name] = episode.events[cheated(episode, 1, 0)].data["round"]
    assert ends["grim"] <= 2
    assert ends["tit_for_tat"] >= 4


def test_an_offer_is_known_by_its_sentence() -> None:
    found = HEARD.search(OFFER.format(now=12, then=13))
    assert found is not None
    assert found[1] == "12"
    assert HEARD.search("I will pull for you.") is None


def test_an_image_scorer_pulls_for_whoever_gave_most_in_all_games() -> None:
    names = ["image_scorer", "extractor", "silent_random", "silent_random"]
    known = played(
        names, rounds=1, slots=1, remember=True, reputation=((0, 0), (9, 9), (1, 1), (2, 0))
    )
    [pull] = by(known, 0, "pull")
    assert pull.data["beneficiary"] == 1
    for seed in range(10):
        game = played(names, seed, rounds=2, slots=3)
        given = [0] * 4
        for event in (event for _, event in game.of("pull")):
            to = event.data["beneficiary"]
            if event.by == 0:
                assert given[to] == max(given[1:])
            given[event.by or 0] += 1
