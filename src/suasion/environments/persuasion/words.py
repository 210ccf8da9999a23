"""What the seats of Persuasion are told, generated from the settings in force."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

from suasion.core.environment import Turn
from suasion.core.events import Event
from suasion.environments.persuasion.wordings import WORDINGS, Wording

if TYPE_CHECKING:
    from suasion.environments.persuasion.rules import Persuasion

PERSUADER, TARGET = 0, 1
LABELS = ("Participant A", "Participant B")
"""What seats are called in words: nothing that says which of them has a task."""

ANCHORS: Mapping[int, str] = {
    -3: "strongly against it",
    -2: "against it",
    -1: "slightly against it",
    0: "neither for nor against it",
    1: "slightly for it",
    2: "for it",
    3: "strongly for it",
}
"""The wording of the scale is ours: the published one is not public."""


def brief(env: Persuasion, seat: int) -> str:
    """The rules in force and, for the persuader, its side; told once."""
    me, other, wording = LABELS[seat], LABELS[1 - seat], WORDINGS[env.wording]
    parts = {
        "opening": wording.opening.format(me=me, other=other, proposition=env.text),
        "task": _task(env, wording, seat).format(other=other),
        "schedule": _schedule(env, wording, seat),
    }
    if env.share(seat):
        parts["caps"] = _caps(env, wording, other)
    return "\n\n".join(parts[name] for name in wording.parts if name in parts)


def _task(env: Persuasion, wording: Wording, seat: int) -> str:
    if seat == PERSUADER:
        return wording.pro if env.side == "pro" else wording.con
    return wording.responds if env.share(seat) else wording.reads


def _schedule(env: Persuasion, wording: Wording, seat: int) -> str:
    opener = "You write" if seat == PERSUADER else f"{LABELS[PERSUADER]} writes"
    if env.total_turns == 1:
        return wording.one.format(opener=opener)
    mine = env.share(seat)
    return wording.schedule.format(
        turns=counted(env.total_turns, "turn"),
        opener=opener,
        mine="1 is" if mine == 1 else f"{mine} are",
        theirs=env.share(1 - seat),
    )


def _caps(env: Persuasion, wording: Wording, other: str) -> str:
    stated, capped = env.stated_limit, env.stated_limit < env.word_cap
    cut = wording.cut.format(cap=counted(env.word_cap, "word")) if capped else wording.cut_too
    return wording.caps.format(limit=counted(stated, "word"), cut=cut, other=other)


def tell(env: Persuasion, event: Event, seat: int) -> str:
    """One event, told to a seat that may know it."""
    data = event.data
    if event.kind == "proposition":
        return f"The proposition: {data['text']}"
    if event.kind == "side":
        return f"Your side is {str(data['side']).upper()}."
    who = LABELS[event.by or 0]
    if event.kind == "forfeit":
        return f"Turn {data['turn']}, {who}: nothing was written."
    own = event.by == seat and data["cut"]
    cut = f" [your turn was cut after {counted(env.word_cap, 'word')}]" if own else ""
    return f"Turn {data['turn']}, {who}: {data['text']}{cut}"


def now(env: Persuasion, turn: Turn) -> str:
    """The moment; of a probe, the question and its scale."""
    seen, wording = turn.situation, WORDINGS[env.wording]
    if "scale" not in seen:
        return wording.now.format(turn=seen["turn"], turns=seen["turns"])
    low, high = seen["scale"]
    anchors = "\n".join(
        f"{at:+d}: {words}" if at else f"0: {words}" for at, words in ANCHORS.items()
    )
    return wording.probe.format(
        proposition=seen["proposition"], low=low, high=high, anchors=anchors
    )


def counted(number: int, noun: str) -> str:
    """`1 word`, `2 words`."""
    return f"{number} {noun}{'' if number == 1 else 's'}"
