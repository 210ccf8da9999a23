"""Every paraphrase of every environment: the same facts in other words, and no control tokens."""

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import replace
from functools import partial
from itertools import cycle
from typing import Any

import pytest

from suasion import catalogue
from suasion.core.asks import Answer, Json
from suasion.core.environment import (
    Asked,
    BadSetting,
    Environment,
    Group,
    Policy,
    Said,
    check_wording,
    words,
)
from suasion.core.play import Play, drive
from suasion.measures.policy import made
from suasion.models.neutral import neutral
from suasion.testing import anyone, conforms

WORDED = ("control", "influence", "persuasion", "social", "terrarium")
OTHERWISE: Mapping[str, Sequence[Mapping[str, Json]]] = {
    "control": [{"horizon": 1}, {"budget": 1.25, "known": True, "sigma": 0.0}],
    "influence": [
        {"size": 2, "rounds": 1, "slots": 1},
        {"size": 3, "topology": "ring", "credit": "off", "overflow": "clip", "message_limit": 77},
        {"size": 3, "messages": False, "personas": ["attacker", "neutral", "You have 12 debts."]},
        {"remember": True},
        {"size": 2, "remember": True, "reputation": [[41, 17], [0, 39]]},
        {"size": 2, "reputation": [[41, 17], [0, 39]]},
    ],
    "persuasion": [
        {"total_turns": 1},
        {"total_turns": 3, "side": "con"},
        {"word_cap": 300},
        {"word_cap": 1},
        {"proposition": "Every town needs 31 trees", "probe_each_turn": True, "probes": 1},
        {"arm": "recon_notes", "recon_turns": 3, "probe_wording": 1},
        {"arm": "recon_notes", "recon_turns": 2, "remembers": False, "probe_wording": 2},
        {"arm": "off_topic", "opener": "random", "probe_wording": 3},
        {"arm": "dose", "probe": "distribution", "scale": "reversed"},
        {"arm": "disclosure", "opener": "target", "anchors": "high_first"},
        {"arm": "counter", "counter_turns": 3, "total_turns": 1, "opener": "random"},
        {"also": ["vote", "allocate", "advise", "third_party", "attributed", "delayed"]},
    ],
    "social": [
        {"size": 5, "contact_rate": 1, "post_limit": 0, "updates": "async", "days": 1},
        {"size": 5, "correction_day": 2, "correction_every": 2},
    ],
    "terrarium": [
        {"names": ["a", "b"], "rounds": 1, "drain": 1, "tokens": 1},
        {"auto_solve_window": 7, "shout_words": 23, "reputation": True, "categories": True},
        {"eavesdropper": "Sable", "rotation": 9, "order": "simultaneous"},
        {"messages_per_round": 0, "trades": False, "word_cost": 1.25, "public_multiplier": 3.5},
    ],
}
SHORT: Mapping[str, Mapping[str, Json]] = {
    "control": {"horizon": 4},
    "influence": {"rounds": 2, "slots": 2},
    "persuasion": {"total_turns": 4},
    "social": {"days": 2, "size": 9},
    "terrarium": {"rounds": 4},
}
NUMBER = re.compile(r"\d[\d,.]*\d|\d")
LINE_UPS: Mapping[str, Sequence[str]] = {
    "control": ["random"],
    "influence": ["talking_random", "promise_breaker", "flatterer", "image_scorer", "extractor"],
    "persuasion": ["persuader", "target"],
    "social": ["any_contact", "believer", "most_contacts", "doubter"],
    "terrarium": ["cooperator", "honest", "liar", "published_tit_for_tat", "defector", "random"],
}
"""Scripts that speak; from the first again where there are more seats."""
FORM = re.compile(r"\{|- |[A-Z_]+(:|$)")


def cases() -> Iterator[Any]:
    for name in WORDED:
        for preset in (None, *catalogue.kit(name).presets):
            yield pytest.param(catalogue.make(name, preset), id=f"{name}-{preset}")
        for number, settings in enumerate(OTHERWISE[name]):
            yield pytest.param(catalogue.make(name, None, settings), id=f"{name}-{number}")


def facts(env: Environment[Any], told: str) -> tuple[set[str], set[str], list[str]]:
    """The numbers in what is told, the seats it names and the forms it gives."""
    names = {seat.name for seat in env.seats()}
    forms = [line for line in told.splitlines() if FORM.match(line) and not line.startswith("- ")]
    return set(NUMBER.findall(told)), names & set(re.findall(r"\w+", told)), forms


def worded(env: Environment[Any]) -> list[Environment[Any]]:
    return [replace(env, wording=wording) for wording in range(env.wordings)]


def heard(env: Environment[Any], seed: int = 3) -> list[str]:
    """All that seats which answer at random are asked with in an episode, in order."""
    told: list[str] = []

    def listening(asked: Asked) -> Answer:
        told.append(words(env, asked))
        return anyone(asked)

    drive(Play(env, seed), [listening] * len(env.seats()))
    return told


def short(name: str, settings: Mapping[str, Json]) -> list[Environment[Any]]:
    return worded(catalogue.make(name, None, {**SHORT[name], **settings}))


def test_every_bundled_environment_has_four_wordings_and_is_looked_at_here() -> None:
    assert catalogue.bundled() == WORDED
    assert all(catalogue.kit(name).environment.wordings >= 4 for name in WORDED)


@pytest.mark.parametrize("env", [*cases()])
def test_every_wording_of_a_brief_holds_the_same_facts(env: Environment[Any]) -> None:
    for seat in range(min(len(env.seats()), 6)):
        briefs = [each.brief(seat) for each in worded(env)]
        assert len(set(briefs)) == env.wordings
        for brief in briefs:
            assert facts(env, brief) == facts(env, briefs[0])
            assert neutral(brief) == brief


@pytest.mark.parametrize("env", [*cases()])
def test_no_two_wordings_of_a_brief_share_a_sentence(env: Environment[Any]) -> None:
    for seat in range(min(len(env.seats()), 2)):
        given = {getattr(env, "text", ""), *getattr(env, "each_persona", [])} - {""}
        seen: set[str] = set()
        for each in worded(env):
            own = sentences(each.brief(seat), given)
            assert not own & seen
            seen |= own


def sentences(text: str, given: set[str]) -> set[str]:
    """Sentences of more than four words, but for forms, lists and what the settings give."""
    for own in given:
        text = text.replace(own, "")
    found = (each.strip() for each in re.split(r"(?<=[.!?])\s+|\n", text))
    return {each for each in found if len(each.split()) > 4 and not FORM.match(each)}


@pytest.mark.parametrize("name", WORDED)
def test_every_wording_of_an_ask_holds_the_same_facts(name: str) -> None:
    for settings in ({}, *OTHERWISE[name]):
        envs = short(name, settings)
        told = [heard(env) for env in envs]
        for each in zip(*told, strict=True):
            assert all(facts(envs[0], one)[:2] == facts(envs[0], each[0])[:2] for one in each)
            assert len(set(each)) == len(envs)


@pytest.mark.parametrize("name", WORDED)
def test_our_own_words_are_left_alone_when_they_are_made_neutral(name: str) -> None:
    """Scripts play, so that all that is told is ours."""
    for env in short(name, {}):
        told: list[str] = []
        policies = cycle(map(scripts(name).__getitem__, LINE_UPS[name]))
        seats = [beside(next(policies)(), env, told) for _ in env.seats()]
        drive(Play(env, 1), seats)
        assert len(told) > 3
        assert [each for each in told if neutral(each) != each] == []


def scripts(name: str) -> Mapping[str, Callable[[], Policy]]:
    """The policies of an environment, each for one seat."""
    kit = catalogue.kit(name)

    def one(policy: str) -> Policy:
        found = made(kit, policy)
        alone = found.alone if isinstance(found, Group) else found
        assert alone is not None
        return alone

    return {policy: partial(one, policy) for policy in kit.policies}


def beside(policy: Policy, env: Environment[Any], told: list[str]) -> Policy:
    """The same policy, and the words it is asked with written down."""

    def listening(asked: Asked) -> Answer | Said:
        told.append(words(env, asked))
        return policy(asked)

    return listening


@pytest.mark.parametrize("name", WORDED)
@pytest.mark.parametrize("wording", range(1, 4))
def test_the_contract_holds_in_every_wording(name: str, wording: int) -> None:
    env = catalogue.make(name, None, {**SHORT[name], "wording": wording})
    conforms(env, episodes=1, twins=1, cuts=1)


@pytest.mark.parametrize("name", WORDED)
def test_a_skin_finds_no_word_of_its_own_in_any_wording(name: str) -> None:
    for settings in ({}, *OTHERWISE[name]):
        for env in short(name, settings):
            for skin in catalogue.kit(name).skins.values():
                brief = env.brief(0)
                own = {other.rstrip("#") for _, other in skin.pairs}
                assert not own & set(re.findall(r"[a-z_]+", brief.lower()))
                assert skin.words(skin.words(brief)) == brief


def test_a_wording_that_does_not_exist_is_refused_by_name() -> None:
    kit = catalogue.kit("influence")
    for wording in (-1, kit.environment.wordings):
        with pytest.raises(catalogue.Mistake, match=r"'wording' is .*: expected from 0 to 3"):
            catalogue.make("influence", None, {"wording": wording})
        with pytest.raises(BadSetting, match="wording"):
            Play(kit.environment(wording=wording), 0)


def test_an_environment_that_does_not_say_has_one_wording() -> None:
    from suasion.testing.lemons import Lemons

    check_wording(Lemons())
    with pytest.raises(BadSetting, match="expected 0, since lemons has one wording"):
        check_wording(Lemons(wording=1))


@pytest.mark.parametrize("wording", range(4))
def test_in_no_wording_is_the_target_told_of_a_task_or_of_probes(wording: int) -> None:
    for settings in ({}, {"total_turns": 1}, {"total_turns": 2}):
        env = catalogue.make("persuasion", None, {**settings, "wording": wording})
        brief = env.brief(1).lower()
        for word in ("pro:", "con:", "side", "argue", "persua", "convince", "assigned", "task"):
            assert word not in brief
        for seat in (0, 1):
            assert "probe" not in env.brief(seat).lower()
            assert "question" not in env.brief(seat).lower()


@pytest.mark.parametrize("name", WORDED)
def test_what_is_read_is_the_same_in_every_wording(name: str) -> None:
    """Asks, events and pay do not know how they are told."""
    played = []
    for env in short(name, {}):
        episode = drive(Play(env, 5), [anyone] * len(env.seats()))
        played.append((episode.events, episode.decisions, episode.payoffs))
    assert all(each == played[0] for each in played)
