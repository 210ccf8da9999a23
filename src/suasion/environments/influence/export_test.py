"""Facts about influence logs as they are written: nothing that was read or played is lost."""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from suasion.core.environment import Asked, Policy, Said
from suasion.core.episode import Episode
from suasion.core.play import Play, drive
from suasion.environments.influence.export import write
from suasion.environments.influence.measures.promises import rows
from suasion.environments.influence.policies import POLICIES, message, pull
from suasion.environments.influence.rules import Influence
from suasion.environments.influence.written_test import (
    EXAMPLE,
    Line,
    changed,
    imported,
    one,
    random_log,
    values,
)
from suasion.measures.filed import Filed, Held


def again(filed: Filed) -> Filed:
    """The episode, written and read."""
    return one([json.loads(line) for line in write([filed])])


def played(env: Influence, policies: Sequence[str | Policy], seed: int = 1, **kept: Any) -> Filed:
    """A game played here, as a run files it."""
    seats = [POLICIES[each]() if isinstance(each, str) else each for each in policies]
    agents = [f"policy/{each}" if isinstance(each, str) else "policy/own" for each in policies]
    held = [Held(name, agent) for name, agent in zip(env.names, agents, strict=True)]
    return Filed(f"talking--r{seed}", drive(Play(env, seed), seats), held, "talking", seed, **kept)


def test_a_log_comes_out_as_it_went_in() -> None:
    written = [json.loads(line) for line in write([one(EXAMPLE)])]
    nothing = {"slot": None, "reason": None, "text": None}
    for line, original in zip(written, EXAMPLE, strict=True):
        assert {**nothing, **line} == {**nothing, **original}


@pytest.mark.parametrize("seed", range(60))
def test_import_export_import_gives_the_same_values(seed: int) -> None:
    filed = one(random_log(seed, finished=seed % 4 > 0))
    back = again(filed)
    assert values(back, {"null.draws": 20}) == values(filed, {"null.draws": 20})
    assert rows([back], {}) == rows([filed], {})
    assert (back.seats, back.status, back.finished) == (filed.seats, filed.status, filed.finished)
    assert write([back]) == write([filed])


UNKNOWN = {"deep": [{"x": {"y": None}}], "big": 10**30, "small": 1.1e-300, "é\u2028": "\u0000"}
DEEP: list[Any] = []
for _ in range(480):
    DEEP = [DEEP]


def test_unknown_fields_come_out_again_at_any_depth() -> None:
    promise = {**EXAMPLE[1]["promise"], **UNKNOWN}
    promise["by"] = {"round": 2, "note": UNKNOWN}
    promise["condition"] = {**promise["condition"], "why": [UNKNOWN]}
    lines = [{**line, **UNKNOWN} for line in changed(EXAMPLE, 1, promise=promise)]
    lines[2]["promises"] = DEEP
    filed = one(lines)
    kept = Episode.from_json(filed.episode.to_json())
    written = [json.loads(line) for line in write([Filed("E", kept, filed.seats, kept=filed.kept)])]
    assert [{**line, **UNKNOWN} for line in written] == written
    assert written[1]["promise"] == promise
    assert written[2]["promises"] == DEEP
    assert written[0] == lines[0]
    assert values(one(written)) == values(one(EXAMPLE))


def test_a_field_that_another_action_has_is_an_unknown_one() -> None:
    lines = changed(EXAMPLE, 3, text="why", to=5, reason=None, plan={"x": 1})
    written = [json.loads(line) for line in write([one(lines)])]
    assert written[3] == {**lines[3], "index": 2}


@pytest.mark.parametrize("credit", [..., None, "P2"])
def test_a_published_credit_comes_out_as_it_was_also_where_it_disagrees(credit: str | None) -> None:
    lines = changed(EXAMPLE, 3, credit=credit)
    found = imported(lines)
    written = imported(b"".join(line + b"\n" for line in write(found.filed)))
    assert [bad.row()["line"] for bad in written.warnings] == [w.line for w in found.warnings]
    exported = json.loads(write(found.filed)[3])
    assert ("credit" in exported) is ("credit" in lines[3])


def test_a_damaged_episode_keeps_the_indices_of_what_was_sound() -> None:
    found = imported(changed(EXAMPLE, 3, round=9))
    written = [json.loads(line) for line in write(found.filed)]
    assert [line.get("index") for line in written] == [None, 0, 1, *range(3, 20)]


TALKING = ["promise_keeper", "promise_breaker", "tit_for_tat", "talking_random", "flatterer"]


@pytest.mark.parametrize(
    ("env", "policies"),
    [
        (Influence(), TALKING),
        (Influence(topology="ring", personas="attacker"), TALKING),
        (Influence(messages=False, credit="off"), ["silent_random"] * 4 + ["extractor"]),
        (Influence(size=3, rounds=2, slots=1, personas=("a", "b", "neutral")), ["grim"] * 3),
    ],
)
def test_a_game_played_here_has_the_same_values_as_its_log(
    env: Influence, policies: list[str]
) -> None:
    for seed in range(3):
        filed = played(env, policies, seed)
        back = again(filed)
        assert back.id == filed.id
        assert values(back) == values(filed)
        assert rows([back], {}) == rows([filed], {})
        assert list(back.episode.payoffs) == list(filed.episode.payoffs)
        assert back.episode.outcome == filed.episode.outcome
        assert [seat[:2] for seat in map(seat_of, back.seats)] == [
            seat[:2] for seat in map(seat_of, filed.seats)
        ]


def seat_of(held: Held) -> tuple[str, str | None, str]:
    return held.name, held.agent, held.role


def test_the_header_of_a_game_played_here_says_how_it_was_played() -> None:
    env = Influence(size=2, rounds=1, slots=2, personas=("attacker", "neutral"))
    filed = played(env, ["grim", "grim"], 7, status="smoke")
    seats = [Held("P1", "policy/grim", "focal"), Held("P2", None, "background")]
    filed = Filed("x", filed.episode, seats, status="smoke", finished=True)
    assert json.loads(write([filed])[0]) == {
        "episode": "x",
        "format": "influence/1",
        "condition": "complete/pure/msg-on",
        "seats": ["P1", "P2"],
        "rounds": 1,
        "slots": 2,
        "models": {"P1": "policy/grim", "P2": None},
        "personas": {"P1": "attacker", "P2": "neutral"},
        "focal": "P1",
        "status": "smoke",
        "finished": True,
        "public_chat": False,
        "promises_recorded": True,
        "credit": "plain",
        "seed": 7,
    }


def crediting(asked: Asked) -> Said:
    """Write to the next seat with a promise, some of it malformed; later pull with a claim."""
    names = [f"P{at + 1}" for at in range(5)]
    to = names[(asked.seat + 1) % 5]
    if asked.turn.situation["left"] % 2:
        promises = [{"by": {"round": 3}}, {"by": "never"}, "soon", {"times": 2}]
        return Said(message(asked, to, "hi"), {"promise": promises, "plan": "x"})
    said = {**pull(asked, to), "credit": names[asked.seat - 1]}
    return Said(said, {"promise": {"by": "end"}})


def test_what_scripts_meant_is_written_where_it_is_a_promise_with_terms() -> None:
    filed = played(Influence(), [crediting] * 5)
    back = again(filed)
    assert values(back) == values(filed)
    assert rows([back], {}) == rows([filed], {})
    assert values(filed)["promises_made"]["P1", None, None] == 13 * 2
    assert values(filed)["third_party_credit_share"][None, None, None] != 0
    assert imported(b"".join(line + b"\n" for line in write([filed]))).warnings == []


def test_a_game_with_asides_is_measured_and_written_by_the_index_of_its_log() -> None:
    """Ids of events count asides, indices of the log do not."""
    filed = played(Influence(), TALKING)
    episode = filed.episode
    aside = episode.events[0]._replace(kind="aside", data={"name": "belief", "repeat": 0}, to=())
    events = tuple(each for event in episode.events for each in (aside, event))
    probed = Filed(
        filed.id,
        Episode(episode.header, (), (), events, episode.payoffs, episode.outcome),
        filed.seats,
    )
    assert values(probed) == values(filed)
    assert rows([probed], {}) == rows([filed], {})
    assert write([probed]) == write([filed])


def test_a_game_that_is_still_being_played_is_written_as_cut_short() -> None:
    filed = played(Influence(), TALKING)
    part = Episode(filed.episode.header, (), (), filed.episode.events[:40], (0,) * 5, {})
    cut = Filed("cut", part, filed.seats, finished=False)
    back = again(cut)
    assert not back.finished
    assert values(back) == values(cut)
    assert rows([back], {}) == rows([cut], {})


TEXTS = st.text(st.characters(codec="utf-8"), max_size=8)


@settings(max_examples=60, deadline=None)
@given(TEXTS.filter(bool), TEXTS, TEXTS, st.dictionaries(TEXTS.map("x{}".format), TEXTS))
def test_any_words_come_out_as_they_went_in(
    name: str, said: str, claim: str, more: dict[str, str]
) -> None:
    header: Line = {**more, **EXAMPLE[0], "episode": name}
    lines = [header, *({**more, **line, "episode": name} for line in EXAMPLE[1:])]
    filed = one(changed(changed(lines, 1, text=said), 3, credit_claimed=claim))
    data = b"".join(line + b"\n" for line in write([filed]))
    [back] = imported(data).filed
    assert back.id == name
    assert back.episode.events == filed.episode.events
    assert json.loads(data.splitlines()[0].decode()) == header
