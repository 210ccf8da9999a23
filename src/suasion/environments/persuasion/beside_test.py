"""What the reader shows beside a conversation: the stance after each moment of probing."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from suasion.core.asks import Forfeit
from suasion.core.environment import Asked
from suasion.core.events import EVERYONE, Event
from suasion.core.play import Play, drive
from suasion.environments.persuasion import KIT
from suasion.environments.persuasion.beside import beside, glyph
from suasion.environments.persuasion.rules import Persuasion
from suasion.measures.filed import Filed, Held

ANSWERS = {0: (1, 0, 0), 2: (0, 0, 0), 4: (-1, Forfeit("unsure"), -2), 6: (Forfeit("unsure"),) * 3}


def seat(asked: Asked) -> object:
    return ANSWERS[asked.step][asked.repeat] if asked.aside else "some words"


def filed(side: str = "pro") -> Filed:
    env = Persuasion(side="pro" if side == "pro" else "con", total_turns=6, probe_each_turn=True)
    held = [Held("persuader", None), Held("target", None)]
    return Filed("e", drive(Play(env, 1), [seat, seat]), held)


def test_the_target_holds_its_latest_stance_and_the_persuader_nothing() -> None:
    shown = beside(filed())
    assert shown.unit == "stance"
    assert shown.ends == (-3, 3)
    assert len(shown.held) == len(filed().episode.events)
    assert {row[0] for row in shown.held} == {None}
    kinds = [event.kind for event in filed().episode.events]
    targets = [row[1] for row in shown.held]
    assert targets[:4] == [None] * 4
    assert [kinds[4], targets[4]] == ["aside", 1 / 3]
    assert dict.fromkeys(targets) == dict.fromkeys([None, 1 / 3, 0, -1.5])
    assert targets[-1] == -1.5


@pytest.mark.parametrize(("side", "first", "third"), [("pro", "aligned", "opposed"),
                                                      ("con", "opposed", "aligned")])  # fmt: skip
def test_each_moment_is_one_remark_on_its_first_probe(side: str, first: str, third: str) -> None:
    game = filed(side)
    remarks = beside(game).remarks
    assert [(r.kind, r.state, r.words) for r in remarks] == [
        ("probe", first, "before the first turn: +1, +0, +0, mean +0.33"),
        ("probe", "neutral", "after turn 2: +0, +0, +0, mean +0.00"),
        ("probe", third, "after turn 4: -1, unread, -2, mean -1.50"),
        ("probe", "unread", "after turn 6: unread, unread, unread"),
    ]
    asides = [at for at, _ in game.episode.of("aside")]
    assert [r.event for r in remarks] == asides[::3]


def test_events_are_drawn_as_what_they_are() -> None:
    game = filed()
    drawn = {event.kind: glyph(event) for event in game.episode.events}
    assert [(kind, each.shape) for kind, each in drawn.items()] == [
        ("proposition", "public"),
        ("side", "private"),
        ("aside", "inner"),
        ("say", "private"),
    ]
    first = next(event for _, event in game.episode.of("say"))
    assert glyph(first) == glyph(first)._replace(to=(1,), words="turn 1")
    cut = first._replace(by=1, data={**first.data, "cut": True})
    assert glyph(cut)[1:] == ((0,), "turn 1, cut")
    lost = glyph(Event("forfeit", 0, {"turn": 3}, EVERYONE))
    assert (lost.shape, lost.words) == ("lost", "turn 3, nothing written")
    second = glyph(Event("counter", 0, {"turn": 3, "cut": True}, EVERYONE))
    assert second == ("private", (1,), "second round, turn 3, cut")
    silent = glyph(Event("unwritten", 1, {"phase": "recon", "turn": 2}, EVERYONE))
    assert silent == ("lost", (), "first talk, turn 2, nothing written")
    assert glyph(Event("notes", 0, {"text": "Ask first."}, (0,))).shape == "inner"
    assert glyph(Event("disclosure", None, {}, (1,))).to == (1,)
    assert glyph(Event("remark", 0, {}, EVERYONE)).shape == "public"


def test_a_conversation_without_probes_has_no_strip() -> None:
    env = Persuasion(total_turns=1, probes=0)
    bare = replace(filed(), episode=drive(Play(env, 1), [seat, seat]))
    assert KIT.beside is not None
    shown = KIT.beside(bare)
    assert (shown.remarks, {tuple(row) for row in shown.held}) == ([], {(None, None)})


def test_every_moment_of_every_arm_is_named() -> None:
    def saying(asked: Asked) -> object:
        if asked.aside or "scale" in asked.turn.situation:
            return {f"{at}": 25 * (at > -1) for at in range(-3, 4)}
        return "some words"

    arms: Any = ("counter", "reprobe", "baseline")
    said = {}
    for arm in arms:
        env = Persuasion(arm=arm, total_turns=2, probe="distribution", probes=1)
        held = [Held("persuader", None), Held("target", None)]
        game = Filed("e", drive(Play(env, 1), [saying, saying]), held)
        said[arm] = [remark.words.partition(":")[0] for remark in beside(game).remarks]
        assert beside(game).remarks[0].words.endswith(": +1.50, mean +1.50")
    assert said == {
        "counter": ["before the first turn", "after turn 2", "after the second round"],
        "reprobe": ["before the first turn", "after it was asked once more"],
        "baseline": ["before the first turn"],
    }
