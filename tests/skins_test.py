"""Skins of every environment: a seat reads and writes other words, and plays the same episode."""

from __future__ import annotations

import asyncio
import json
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from typing import Any

import pytest

from suasion import catalogue
from suasion.agents.skinned import Asks, ask_in, behind, schema_in
from suasion.core.asks import Forfeit, Json
from suasion.core.environment import STANDARD, Asked, Environment, Line, Live, Reply
from suasion.core.fork import Edit, fork
from suasion.environments.persuasion import propositions
from suasion.environments.social.rules import CORRECTION, NEWS
from suasion.environments.terrarium import bank
from suasion.measures.skin import Skin
from suasion.runner.episode import drive_async, play_one
from suasion.testing import awaited

Settings = Mapping[str, Json]
PLAYED: Mapping[str, tuple[Sequence[str], Sequence[Settings]]] = {
    "control": (["random"], [{"horizon": 4}, {"horizon": 3, "known": True}]),
    "influence": (
        ["talking_random", "tit_for_tat", "promise_breaker"],
        [
            {"size": 4, "rounds": 2, "slots": 3},
            {"size": 3, "rounds": 2, "slots": 2, "topology": "ring", "overflow": "clip"},
            {"size": 3, "rounds": 1, "slots": 2, "messages": False},
            {"size": 3, "rounds": 1, "slots": 2, "remember": True, "personas": "attacker"},
        ],
    ),
    "persuasion": (
        ["persuader", "target"],
        [
            {"total_turns": 4},
            {"side": "con"},
            {"total_turns": 2, "arm": "recon_notes", "remembers": False, "probe": "distribution"},
            {"total_turns": 2, "arm": "counter", "opener": "random", "scale": "reversed"},
            {"total_turns": 2, "also": ["vote", "allocate", "advise", "third_party", "delayed"]},
        ],
    ),
    "social": (
        ["random", "contagion"],
        [
            {"size": 5, "contact_rate": 2, "days": 3, "correction_day": 1},
            {"size": 3, "contact_rate": 1, "days": 2, "updates": "async", "post_limit": 0},
        ],
    ),
    "terrarium": (
        ["honest", "random", "published_tit_for_tat"],
        [
            {"rounds": 4, "shout_words": 5, "reputation": True, "categories": True},
            {"rounds": 4, "eavesdropper": "Sable", "rotation": 2, "auto_solve_window": 3},
            {"rounds": 2, "trades": False, "order": "simultaneous"},
        ],
    ),
}
"""Policies that take turns in the seats, and settings that between them say most of the words."""
NAMED = {
    "control": r"controller|channel|first|second|third|spen[dt]|budget|reward|step",
    "influence": r"P\d|player|lever|pull|point|beneficiar|credit|messag|action|forfeit|score",
    "persuasion": r"participant|proposition|conversation|turn|pro\b|con\b|argu|persuad|target",
    "social": r"A\d|believ|belief|doubt|post|news|official",
    "terrarium": r"vera|kip|sable|marsh|dove|flint|player|token|puzzle|clue|send_|trad|shout|solv"
    r"|pass|action|accept|offer|rating",
}
"""What no word that a seat behind a skin is given may begin with."""
CASES = [
    pytest.param(name, skin, given, id=f"{name}-{skin}-{at}")
    for name, (_, every) in PLAYED.items()
    for skin in catalogue.kit(name).skins
    for at, given in enumerate(every)
]
each = pytest.mark.parametrize(("name", "skin", "given"), CASES)
WORDED = [
    pytest.param(name, skin, {**given, "wording": wording}, id=f"{name}-{skin}-{at}-{wording}")
    for name, (_, every) in PLAYED.items()
    for skin in catalogue.kit(name).skins
    for at, given in enumerate(every)
    for wording in range(catalogue.kit(name).environment.wordings)
]
in_every_wording = pytest.mark.parametrize(("name", "skin", "given"), WORDED)


def environment(name: str, given: Settings) -> Environment[Any]:
    env = catalogue.make(name, None, given)
    seats = tuple(range(len(env.seats())))
    return replace(env, asked_aside=tuple((aside, seats) for aside in STANDARD))


def agents(env: Environment[Any]) -> list[str]:
    names, _ = PLAYED[env.name]
    return [names[at % len(names)] for at in range(len(env.seats()))]


def a_skin(env: Environment[Any], name: str) -> Skin:
    found: Skin = catalogue.kit(env.name).skins[name]
    return found


def hearing(live: Live, heard: list[str]) -> Live:
    """A seat, and all that it is given."""

    async def ask(asked: Asked, line: Line) -> Reply:
        heard.extend([line.brief, line.name, line.told, json.dumps(asked.turn.ask.schema())])
        heard.append(json.dumps([asked.turn.situation, asked.news]))
        return await live.ask(asked, line)

    return Live(ask, live.resume)


def plain(env: Environment[Any]) -> list[Live]:
    return [awaited.hold(name, catalogue.kit(env.name)) for name in agents(env)]


def wearing(env: Environment[Any], skin: Skin, given: list[str]) -> list[Live]:
    return [behind(hearing(script, given), skin) for script in plain(env)]


@each
def test_behind_a_skin_the_very_same_episode_is_played(
    name: str, skin: str, given: Settings
) -> None:
    env = environment(name, given)
    worn, heard = a_skin(env, skin), list[str]()
    usual = play_one(env, plain(env), 5)
    episode = play_one(env, wearing(env, worn, heard), 5)
    assert [d._replace(raw=None) for d in episode.decisions] == [
        d._replace(raw=None) for d in usual.decisions
    ]
    assert episode.digest() == usual.digest()
    assert heard


@in_every_wording
def test_nothing_that_a_seat_behind_a_skin_is_given_names_the_game(
    name: str, skin: str, given: Settings
) -> None:
    env = environment(name, given)
    heard: list[str] = []
    play_one(env, wearing(env, a_skin(env, skin), heard), 5)
    named = re.compile(rf"(?<![a-z])(?:{NAMED[name]})\w*", re.IGNORECASE)
    assert {word for text in heard for word in named.findall(text)} == set()


@in_every_wording
def test_a_skin_has_no_word_that_is_told_without_it(name: str, skin: str, given: Settings) -> None:
    env = environment(name, given)
    heard: list[str] = []
    episode = play_one(env, [hearing(seat, heard) for seat in plain(env)], 5)
    told = "\n".join(text for text in heard if text[:1] not in "[{")
    for said in (d.answer for d in episode.decisions):
        for text in texts(said):
            told = told.replace(text, "")
    worn = {other.rstrip("#") for _, other in a_skin(env, skin).pairs}
    assert worn.isdisjoint(re.findall(r"[a-z_]+", told.lower()))


def texts(said: Json) -> Iterator[str]:
    """What a seat wrote in words of its own."""
    if isinstance(said, str):
        yield from [said] if " " in said else []
    elif isinstance(said, dict | list):
        for part in said.values() if isinstance(said, dict) else said:
            yield from texts(part)


@in_every_wording
def test_articles_fit_the_words_of_a_skin(name: str, skin: str, given: Settings) -> None:
    env = environment(name, given)
    for seat in range(len(env.seats())):
        told = a_skin(env, skin).words(env.brief(seat))
        assert re.findall(r"\ba [aeio]\w*|\ban [^aeiou\W]\w*", told) == []


@each
def test_raw_words_are_kept_as_they_were_said(name: str, skin: str, given: Settings) -> None:
    env = environment(name, given)
    worn = a_skin(env, skin)
    both = play_one(env, wearing(env, worn, []), 5), play_one(env, plain(env), 5)
    said = [(one.raw, two.raw) for one, two in zip(*(e.decisions for e in both), strict=True)]
    assert said
    assert all(one == worn.words(two or "") for one, two in said if one is not None)


@each
def test_behind_a_skin_an_episode_is_gone_on_with(name: str, skin: str, given: Settings) -> None:
    env = environment(name, given)
    worn = a_skin(env, skin)
    whole = play_one(env, wearing(env, worn, []), 5)
    play, record = fork(env, whole, Edit(2))
    resumed: list[str] = []
    again = asyncio.run(drive_async(play, wearing(env, worn, resumed), record))
    assert again == whole
    assert resumed


@each
def test_what_is_asked_is_itself_when_swapped_twice(name: str, skin: str, given: Settings) -> None:
    env = environment(name, given)
    worn = a_skin(env, skin)

    def looking(live: Live) -> Live:
        async def ask(asked: Asked, line: Line) -> Reply:
            its = asked.turn.ask
            assert ask_in(worn, ask_in(worn, its)) == its
            assert schema_in(worn, ask_in(worn, its).schema()) == its.schema()
            asks = Asks(worn)
            assert asks.asked(asks.asked(asked)) == asked._replace(news=list(asked.news))
            return await live.ask(asked, line)

        return Live(ask, live.resume)

    play_one(env, [looking(seat) for seat in plain(env)], 5)


def answered(name: str, text: str, **given: Json) -> Json:
    """What the first seat that is asked behind the environment's skin has answered with a text."""
    env = catalogue.make(name, None, given)
    [worn] = catalogue.kit(name).skins.values()

    async def ask(asked: Asked, line: Line) -> Reply:
        return Reply(text)

    first = play_one(env, [behind(Live(ask), worn) for _ in env.seats()], 0).decisions[0]
    assert first.raw == text
    return first.answer


def test_lines_and_objects_are_read_in_the_words_of_a_skin() -> None:
    told = {"action": "private", "to": "Vera", "text": "A clue for Kip"}
    lines = "Tell_Quiet: Mirela: A hint for Jory\nSKIP"
    assert answered("terrarium", lines, rounds=1) == [told, {"action": "pass"}]
    said = '[{"deed": "quiet", "to": "Mirela", "text": "A hint for Jory"}, {"deed": "skip"}]'
    assert answered("terrarium", said, rounds=1) == [told, {"action": "pass"}]
    assert answered("social", "Dispute.", size=4, days=1) == "doubt"
    assert answered("social", '{"faith": "trust", "pin": "v2\\nv3"}', size=4, days=1) == {
        "belief": "believe",
        "post": "a2\na3",
    }
    tolls = '{"move": "toll", "recipient": "G2", "honour": "G3"}'
    pulls = {"action": "pull", "beneficiary": "P2", "credit": "P3"}
    found = [
        answered("influence", tolls.replace("G2", to), rounds=1, slots=1) for to in ("G2", "G1")
    ]
    assert pulls in found
    assert answered("control", '{"rose": 1, "mint": 0, "sage": 0.5}', horizon=1) == {
        "first": 1,
        "second": 0,
        "third": 0.5,
    }


def test_words_without_a_skin_are_not_read_behind_one() -> None:
    assert answered("social", "doubt", size=4, days=1) == Forfeit("not_json")
    assert answered("control", '{"first": 1, "second": 0, "third": 0}', horizon=1) == Forfeit(
        "rose:missing"
    )


@pytest.mark.parametrize("name", PLAYED)
def test_what_the_environment_brings_of_its_own_is_left_alone_by_its_skins(name: str) -> None:
    """Propositions, puzzles and news are no part of the game's words."""
    words = {
        "persuasion": [each.text for each in propositions.bank().values()],
        "terrarium": [text for entry in bank.BANK for text in (entry.word, *entry.clues)],
        "social": [NEWS, CORRECTION],
    }
    for skin in catalogue.kit(name).skins.values():
        assert [text for text in words.get(name, []) if skin.words(text) != text] == []
