"""Who is told what in each arm, and that no leak put into the rules goes unnoticed."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

import pytest

from suasion.core.asks import Text
from suasion.core.environment import AFRESH, TOKENS, Asked, Environment, words
from suasion.core.events import EVERYONE, NOBODY, Event, To
from suasion.core.play import Play, drive
from suasion.environments.persuasion import KIT
from suasion.environments.persuasion.probes import KINDS
from suasion.environments.persuasion.rules import Persuasion
from suasion.environments.persuasion.wordings import WORDINGS
from suasion.environments.persuasion.words import PERSUADER, TARGET, TRANSCRIPT
from suasion.measures.policy import made
from suasion.testing import anyone, conforms, hides, survivors

ALSO: Any = ("vote", "allocate", "advise", "third_party", "attributed", "delayed")
SMALL = Persuasion(total_turns=2, probes=1, word_cap=3)
ARMS: Mapping[str, Persuasion] = {
    "recon_notes": replace(SMALL, arm="recon_notes", recon_turns=2),
    "forgotten": replace(SMALL, arm="recon_notes", recon_turns=3, remembers=False),
    "reprobe": replace(SMALL, arm="reprobe", scale="reversed"),
    "off_topic": replace(SMALL, arm="off_topic"),
    "dose": replace(SMALL, arm="dose", probe_each_turn=True),
    "disclosure": replace(SMALL, arm="disclosure", opener="random"),
    "counter": replace(SMALL, arm="counter", opener="target", probe_wording=2),
    "baseline": replace(SMALL, arm="baseline", also=ALSO),
    "also": replace(SMALL, also=ALSO, probe="distribution", scale="reversed"),
    "tokens": replace(SMALL, probe="tokens", anchors="high_first"),
}
ARGUING = ("persuader?strength=0.85", "target")
PROBED = {"proposition", "scale", "probe", TOKENS, AFRESH, TRANSCRIPT}
"""All that a probe may show."""
ACTED = {"turn", "turns", "phase", AFRESH, TRANSCRIPT}
"""All that a turn may show; an answer in band shows what its probe does."""


def audience(env: Persuasion, kind: str) -> To:
    """Who is to be told of an event."""
    match kind:
        case "side" | "notes":
            return (PERSUADER,)
        case "disclosure" | "restated":
            return (TARGET,)
        case "recon" if not env.remembers:
            return (PERSUADER,)
        case "aside":
            return NOBODY
        case "proposition" if env.arm == "off_topic":
            return NOBODY
    return EVERYONE


def audiences_are_as_they_should_be(env: Environment[Any]) -> None:
    assert isinstance(env, Persuasion)
    for seed in range(3):
        for event in drive(Play(env, seed), [anyone] * 2).events:
            phase = {"recon": "recon", "notes": "notes", "restate": "restated"}
            kind = event.kind
            if kind == "unwritten":
                kind = phase.get(event.data["phase"], kind)
            assert event.to == audience(env, kind), event


def only_the_moment_is_seen(env: Environment[Any]) -> None:
    assert isinstance(env, Persuasion)
    text = Text(env.characters, "clip")
    asks = [text.schema(), *(kind.ask.schema() for kind in KINDS.values())]

    def looking(asked: Asked) -> Any:
        seen = set(asked.turn.situation)
        allowed = PROBED if asked.aside or "scale" in seen else ACTED
        assert seen <= allowed, seen
        assert seen >= ({"proposition"} if allowed is PROBED else {"turn", "turns"})
        assert asked.turn.ask.schema() in asks
        return anyone(asked)

    drive(Play(env, 0), [looking] * 2)


def only_what_was_said_is_told(env: Environment[Any]) -> None:
    """Every word of the first wording, put together anew from the events, and every moment."""
    assert isinstance(env, Persuasion)

    def looking(asked: Asked) -> Any:
        lines = [line(env, event, asked.seat) for event in asked.news]
        told = words(env, asked)
        assert told.startswith("\n".join(lines))
        moment = told.removeprefix("\n".join(lines)).lstrip("\n")
        assert MOMENT.fullmatch(moment), moment
        return anyone(asked)

    play: Play[Any] = Play(env, 0)
    drive(play, [looking] * 2)
    for seat in (PERSUADER, TARGET):
        for event in play.board.events:
            told = event.told_to(seat)
            assert told is None or env.tell(told, seat) == line(env, told, seat)


PLACE = r"Turn \d of \d"
MOMENT = re.compile(
    rf"{PLACE} is yours: write it\.|{PLACE} of the first talk is yours: ask, in at most 3 words\."
    rf"|([^\[\]]*\n\n)?{PLACE} of this talk is yours: answer in 3 words or less\."
    r"|The first talk is over\. [^\[\]]* Nobody else reads them\."
    r"|Apart from the conversation, [^\[\]]* Nothing else of it will be left to you\."
    r"|(Apart|This is a conversation)(.|\n)*\n([+-]?\d: [a-z ]+|\{[^\[\]]*\}"
    r"|Answer with one word: yes, no or abstain\.)"
)
"""What a seat is told at a moment, from its first word to its last."""
HEADS = {"say": "Turn", "recon": "First talk, turn", "counter": "Second round, turn"}


def line(env: Persuasion, event: Event, seat: int) -> str:
    """An event in words."""
    data, first = event.data, WORDINGS[0]
    phase = data.get("phase", event.kind)
    who = "Participant " + ("C" if (event.by, phase) == (0, "counter") else "AB"[event.by or 0])
    label = data.get("label", "")
    if event.kind in HEADS or (event.kind in ("forfeit", "unwritten") and phase not in OWN):
        own = event.by == seat and data.get("cut", False)
        cut = " [your turn was cut after 3 words]" if own else ""
        said = f"{data['text']}{cut}" if "text" in data else "nothing was written."
        return f"{HEADS.get(phase, 'Turn')} {data['turn']}, {who}: {said}"
    return {
        "proposition": f"The proposition: {env.text}",
        "subject": f"The subject: {env.subject}",
        "side": f"Your side is {str(data.get('side')).upper()}.",
        "opener": f"{label} writes the first turn.",
        "disclosure": first.disclosure.format(other="Participant A"),
        "round": (first.joins if seat else first.comes).format(label=label, other="Participant A"),
        "notes": f"Your notes: {data.get('text')}",
        "restated": f"You answered: {json.dumps(data.get('shown', data.get('answer')))}",
        "unwritten": f"Your {'notes' if phase == 'notes' else 'answer'}: nothing was written.",
    }[event.kind]


OWN = ("notes", "restate")
"""Phases in which a seat writes to itself."""


def transcripts_hold_what_was_said(env: Environment[Any]) -> None:
    """In what is asked afresh there is nothing but what all were told, or the talk it is of."""
    play: Play[Any] = Play(env, 0)

    def looking(asked: Asked) -> Any:
        lines = asked.turn.situation.get(TRANSCRIPT)
        if lines is not None:
            kinds = ("say", "counter") if asked.aside else ("recon",)
            said = [e.data["text"] for e in play.board.events if e.kind in kinds]
            assert [text for _, text in lines] == said
            assert {who for who, _ in lines} <= {f"Participant {letter}" for letter in "ABC"}
            assert asked.news == []
        return anyone(asked)

    drive(play, [looking] * 2)


def same_to_the_target_whichever_the_side(env: Environment[Any]) -> None:
    """By the rules' own words: the persuader says the same for both."""
    assert isinstance(env, Persuasion)
    sides: Sequence[Any] = ("pro", "con")
    pro, con = (heard(replace(env, side=side)) for side in sides)
    assert pro == con


def heard(env: Persuasion) -> list[Any]:
    """All that the target is given."""
    found: list[Any] = [env.brief(TARGET)]

    def listening(asked: Asked) -> Any:
        if asked.seat == TARGET:
            events = [(each.kind, each.by, each.data) for each in asked.news]
            turn = asked.turn
            asks = [dict(turn.situation), turn.ask.schema(), words(env, asked)]
            found.append((asked.aside, events, *asks))
        return anyone(asked)

    play: Play[Any] = Play(env, 7)
    drive(play, [listening] * 2)
    left = [(each.kind, each.data) for each in play.board.news(TARGET, None, False)]
    return [*found, left]


def privacy(env: Environment[Any]) -> None:
    audiences_are_as_they_should_be(env)
    only_the_moment_is_seen(env)
    only_what_was_said_is_told(env)
    transcripts_hold_what_was_said(env)
    same_to_the_target_whichever_the_side(env)
    hides(env, episodes=1, twins=12)


@pytest.mark.parametrize("arm", ARMS)
@pytest.mark.parametrize("side", ["pro", "con"])
def test_nobody_is_told_what_is_hidden(arm: str, side: Any) -> None:
    privacy(replace(ARMS[arm], side=side))


@pytest.mark.parametrize("arm", ["recon_notes", "forgotten", "reprobe", "disclosure", "counter"])
def test_no_leak_goes_unnoticed(arm: str) -> None:
    assert survivors(ARMS[arm], privacy) == []


@pytest.mark.parametrize("arm", ARMS)
def test_the_contract_holds_in_every_arm(arm: str) -> None:
    env = ARMS[arm]
    scripts = None if arm in AT_RANDOM else lambda: [made(KIT, name) for name in ARGUING]
    conforms(env, scripts, episodes=1, twins=2, cuts=2)


AT_RANDOM = ("forgotten", "reprobe", "off_topic", "tokens")
"""Arms that are tried with seats that answer at random, and now and then not at all."""


def test_the_persuader_is_told_the_same_whatever_is_probed() -> None:
    """However much is asked of the target, and whatever it answers."""
    for arm in ("counter", "recon_notes", "disclosure"):
        never = replace(ARMS[arm], probes=0)
        often = replace(ARMS[arm], probes=2, also=ALSO, probe_each_turn=True)
        assert persuader_hears(never) == persuader_hears(often)


def persuader_hears(env: Persuasion) -> list[Any]:
    found: list[Any] = [env.brief(PERSUADER)]
    target = made(KIT, "target?noise=0")

    def listening(asked: Asked) -> Any:
        found.append((asked.news, dict(asked.turn.situation), env.now(asked.turn, PERSUADER)))
        return "You are wrong."

    seats: Any = [listening, target]
    drive(Play(env, 3), seats)
    return found
