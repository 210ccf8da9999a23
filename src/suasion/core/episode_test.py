"""The record: what it is as JSON, what its digest covers, and that both are the same anywhere."""

import json
import os
import subprocess
import sys
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from suasion.core.asks import Forfeit
from suasion.core.chance import Draw
from suasion.core.episode import Decision, Episode, Header, all_draws, canonical
from suasion.core.events import EVERYONE, NOBODY, Event

EPISODE = Episode(
    Header("market", "1", {"cars": 2, "on": True}, 7),
    (
        Decision(0, 0, "", 0, {"to": "ann", "n": 1}, '{"to": "ann", "n": 1}', ("fenced",)),
        Decision(0, 1, ">draft>0", 0, None, "hm"),
        Decision(0, 1, "", 0, Forfeit("no_option"), "\ud800 either"),
        Decision(1, 0, "", 0, "Ünï", None, (), (Draw("0/p", 2, 3, NOBODY, 1),), {"lie": True}),
    ),
    (
        Draw("order", [1, 0], 2, EVERYONE, 0),
        Draw("p", 0, 3, (0,), 0),
        Draw("u", 0.25, 0, NOBODY, 0),
        Draw("p", None, 0, (1,), 1),
    ),
    (
        Event("said", 0, {"text": "\ud83d \U0001f600 é"}, (0, 1), {"meant": {"lie": True}}),
        Event("end"),
        Event("aside", 1, {"answer": 0.1}, NOBODY),
    ),
    (1, 2.5),
    {"points": [1, 2.5]},
    {"price": 3},
)
GOLDEN = "b29c69c049d755f962a087a2a782a7ba7e3e7948d35c53d7358a5b6f18ae1ff1"


def test_a_record_read_again_is_the_same() -> None:
    read = Episode.from_json(json.loads(json.dumps(EPISODE.to_json())))
    assert read == EPISODE
    assert read.digest() == EPISODE.digest()
    assert read.to_json() == EPISODE.to_json()


def test_the_json_of_a_record_is_nobody_elses() -> None:
    written = EPISODE.to_json()
    written[0][2]["cars"] = 9
    assert EPISODE.header.settings["cars"] == 2


def test_events_of_some_kinds_come_with_their_ids() -> None:
    assert [at for at, _ in EPISODE.of("said", "aside")] == [0, 2]
    assert list(EPISODE.of("whisper")) == []


def test_all_draws_are_those_of_the_rules_and_of_the_seats() -> None:
    assert [draw.name for draw in all_draws(EPISODE)] == ["order", "p", "u", "p", "0/p"]


def test_a_key_says_where_a_decision_belongs() -> None:
    assert EPISODE.decisions[1].key == (0, 1, ">draft>0", 0)


def decision(at: int, **changes: Any) -> Callable[[Episode], Episode]:
    def change(episode: Episode) -> Episode:
        decisions = list(episode.decisions)
        decisions[at] = decisions[at]._replace(**changes)
        return replace(episode, decisions=tuple(decisions))

    return change


def draw(at: int, **changes: Any) -> Callable[[Episode], Episode]:
    def change(episode: Episode) -> Episode:
        draws = list(episode.draws)
        draws[at] = draws[at]._replace(**changes)
        return replace(episode, draws=tuple(draws))

    return change


def event(at: int, **changes: Any) -> Callable[[Episode], Episode]:
    def change(episode: Episode) -> Episode:
        events = list(episode.events)
        events[at] = events[at]._replace(**changes)
        return replace(episode, events=tuple(events))

    return change


def header(**changes: Any) -> Callable[[Episode], Episode]:
    return lambda episode: replace(episode, header=replace(episode.header, **changes))


def whole(**changes: Any) -> Callable[[Episode], Episode]:
    return lambda episode: replace(episode, **changes)


COVERED = {
    "environment": header(environment="other"),
    "version": header(version="2"),
    "settings": header(settings={"cars": 2, "on": 1}),
    "seed": header(seed=8),
    "source": header(source="recorded"),
    "step": decision(0, step=1),
    "seat": decision(0, seat=1),
    "aside": decision(0, aside="belief"),
    "repeat": decision(0, repeat=1),
    "answer": decision(0, answer={"to": "ann", "n": 1.0}),
    "answer to forfeit": decision(3, answer=Forfeit("Ünï")),
    "forfeit to answer": decision(2, answer="no_option"),
    "reason": decision(2, answer=Forfeit("several_options")),
    "notes": decision(0, notes=()),
    "own draws": decision(3, draws=()),
    "meant": decision(3, meant={"lie": False}),
    "no decision": whole(decisions=EPISODE.decisions[:-1]),
    "order of decisions": whole(decisions=EPISODE.decisions[::-1]),
    "draw name": draw(1, name="q"),
    "draw value": draw(1, value=1),
    "draw value kind": draw(1, value=0.0),
    "draw of": draw(1, of=4),
    "draw known_to": draw(1, known_to=EVERYONE),
    "draw step": draw(1, step=1),
    "reveal": draw(3, known_to=(0, 1)),
    "event kind": event(0, kind="shouted"),
    "event by": event(0, by=1),
    "event data": event(0, data={"text": "\ud83d \U0001f600 e"}),
    "event to": event(0, to=EVERYONE),
    "event truth": event(0, truth={}),
    "no event": whole(events=EPISODE.events[1:]),
    "payoffs": whole(payoffs=(1, 2.0)),
    "outcome": whole(outcome={}),
    "carry": whole(carry=None),
}


@pytest.mark.parametrize("change", COVERED.values(), ids=COVERED.keys())
def test_the_digest_covers_everything_that_matters(change: Callable[[Episode], Episode]) -> None:
    assert change(EPISODE).digest() != EPISODE.digest()


def test_no_two_changes_have_one_digest() -> None:
    assert len({change(EPISODE).digest() for change in COVERED.values()}) == len(COVERED)


def test_the_digest_does_not_cover_raw_words() -> None:
    assert decision(0, raw="x")(EPISODE).digest() == EPISODE.digest()
    assert decision(1, raw=None)(EPISODE).digest() == EPISODE.digest()


def test_the_digest_does_not_depend_on_the_order_of_keys() -> None:
    turned = header(settings={"on": True, "cars": 2})(EPISODE)
    assert turned.digest() == EPISODE.digest()


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(), inner, max_size=3),
    max_leaves=6,
).filter(lambda value: "Infinity" not in json.dumps(value))


@given(JSON)
def test_the_canonical_form_is_json_of_the_same_value(value: Any) -> None:
    form = canonical(value).decode("utf-8", "surrogatepass")
    assert json.loads(form) == value
    assert canonical(json.loads(form)) == canonical(value)


def test_two_halves_of_a_character_are_not_the_character() -> None:
    assert canonical("\ud83d\ude00") != canonical("\U0001f600")


@pytest.mark.parametrize("value", [float("nan"), float("inf"), {1, 2}])
def test_what_is_no_json_has_no_canonical_form(value: object) -> None:
    with pytest.raises((ValueError, TypeError)):
        canonical(value)


def test_the_digest_is_what_it_has_always_been() -> None:
    assert EPISODE.digest() == GOLDEN


PLAYED = """
from suasion.core.asks import Number, Text, Record
from suasion.core.play import Play, drive
from suasion.testing.lemons import Lemons, liar, trusting
from suasion.testing.answers import HOSTILE, anyone
from suasion.core.episode import canonical
from hashlib import sha256

for env, seats in ((Lemons(survey=True), [anyone] * 3), (Lemons(), [liar, trusting, trusting])):
    for seed in range(3):
        print(drive(Play(env, seed), seats).digest())
asks = [Number(-5, 5), Text(20, "clip"), Record({"a": Number(0, 9)})]
read = [[str(part) for part in ask.parse(text)] for ask in asks for text in HOSTILE]
print(sha256(canonical(read)).hexdigest())
"""


def played(python: str, **environ: str) -> list[str]:
    root = Path(__file__).parents[2]
    found = subprocess.run(
        [python, "-c", PLAYED],
        env={**os.environ, "PYTHONPATH": str(root), **environ},
        capture_output=True,
        text=True,
        check=True,
    )
    return found.stdout.split()


def test_episodes_do_not_depend_on_how_python_hashes() -> None:
    first = played(sys.executable, PYTHONHASHSEED="1")
    assert len(set(first)) == 7
    assert first == played(sys.executable, PYTHONHASHSEED="2")


def test_episodes_and_replies_are_the_same_on_another_python(other_python: str) -> None:
    assert played(other_python) == played(sys.executable)
