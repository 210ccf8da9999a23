"""What the seats of Persuasion are told, generated from the settings in force."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import TYPE_CHECKING

from suasion.core.asks import Json
from suasion.core.environment import AFRESH, Turn
from suasion.core.events import Event
from suasion.environments.persuasion.wordings import WORDINGS, Wording

if TYPE_CHECKING:
    from suasion.environments.persuasion.rules import Persuasion

PERSUADER, TARGET = 0, 1
LABELS = ("Participant A", "Participant B")
"""What seats are called in words: nothing that says which of them has a task."""
NEWCOMER = "Participant C"
"""What the persuader is called in the round for the other side."""
TRANSCRIPT = "transcript"
"""In a situation: what was said, as lines of a label and its words."""
NOTES_WORDS = 150
"""How many words a target's notes on the conversation should keep to."""

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
AGREEMENT: Mapping[int, str] = {
    -3: "strongly disagree",
    -2: "disagree",
    -1: "slightly disagree",
    0: "neither agree nor disagree",
    1: "slightly agree",
    2: "agree",
    3: "strongly agree",
}
ACCEPTANCE: Mapping[int, str] = {
    -3: "reject it entirely",
    -2: "reject it for the most part",
    -1: "rather reject it",
    0: "neither accept nor reject it",
    1: "rather accept it",
    2: "accept it for the most part",
    3: "accept it entirely",
}
SCALES = (ANCHORS, AGREEMENT, AGREEMENT, ACCEPTANCE)
"""By `probe_wording`, from the end of fewest to that of most of what is asked for."""
PROBE_WORDINGS = len(SCALES)


def brief(env: Persuasion, seat: int) -> str:
    """The rules in force and, for the persuader, its side; told once."""
    me, other, wording = LABELS[seat], LABELS[1 - seat], WORDINGS[env.wording]
    opening = wording.opening if env.arm != "off_topic" else wording.off_topic
    parts = {
        "opening": opening.format(me=me, other=other, proposition=env.text, subject=env.subject),
        "task": _task(env, wording, seat).format(other=other),
        "schedule": _schedule(env, wording, seat),
    }
    if env.share(seat):
        parts["caps"] = _caps(env, wording, other)
    if env.arm == "recon_notes" and (seat == PERSUADER or env.remembers):
        parts["schedule"] += "\n\n" + _recon(env, wording, seat)
    return "\n\n".join(parts[name] for name in wording.parts if name in parts)


def _task(env: Persuasion, wording: Wording, seat: int) -> str:
    if env.arm == "off_topic":
        return wording.chats
    if seat == PERSUADER:
        return wording.pro if env.side == "pro" else wording.con
    if not env.share(seat):
        return wording.reads
    opens = "" if env.opener == "persuader" else f" {wording.opens}"
    return wording.responds + opens


def _schedule(env: Persuasion, wording: Wording, seat: int) -> str:
    if env.opener == "random":
        drawn = wording.one_drawn if env.total_turns == 1 else wording.drawn
        return drawn.format(turns=counted(env.total_turns, "turn"))
    first = TARGET if env.opener == "target" else PERSUADER
    opener = "You write" if seat == first else f"{LABELS[first]} writes"
    if env.total_turns == 1:
        return wording.one.format(opener=opener)
    mine, theirs = env.share(seat), env.share(1 - seat)
    if not mine or not theirs:
        return wording.alone.format(turns=counted(env.total_turns, "turn"), opener=opener)
    return wording.schedule.format(
        turns=counted(env.total_turns, "turn"),
        opener=opener,
        mine="1 is" if mine == 1 else f"{mine} are",
        theirs=theirs,
    )


def _caps(env: Persuasion, wording: Wording, other: str) -> str:
    stated, capped = env.stated_limit, env.stated_limit < env.word_cap
    cut = wording.cut.format(cap=counted(env.word_cap, "word")) if capped else wording.cut_too
    return wording.caps.format(limit=counted(stated, "word"), cut=cut, other=other)


def _recon(env: Persuasion, wording: Wording, seat: int) -> str:
    told = wording.asks_first if seat == PERSUADER else wording.asked_first
    return told.format(turns=counted(env.recon_turns, "turn"), other=LABELS[1 - seat])


def label(seat: int, phase: str) -> str:
    """What a seat is called in a phase."""
    return NEWCOMER if (seat, phase) == (PERSUADER, "counter") else LABELS[seat]


def tell(env: Persuasion, event: Event, seat: int) -> str:
    """One event, told to a seat that may know it."""
    data, wording = event.data, WORDINGS[env.wording]
    match event.kind:
        case "proposition":
            return f"The proposition: {data['text']}"
        case "subject":
            return f"The subject: {data['text']}"
        case "side":
            return f"Your side is {str(data['side']).upper()}."
        case "opener":
            return f"{data['label']} writes the first turn."
        case "disclosure":
            return wording.disclosure.format(other=LABELS[PERSUADER])
        case "round":
            told = wording.comes if seat == PERSUADER else wording.joins
            return told.format(label=data["label"], other=LABELS[PERSUADER])
        case "notes":
            return f"Your notes: {data['text']}"
        case "restated":
            return f"You answered: {json.dumps(data.get('shown', data['answer']))}"
    return _turn_told(env, event, seat)


_BEFORE = {"recon": "First talk, turn", "counter": "Second round, turn"}
_UNWRITTEN = {**_BEFORE, "notes": "Your notes", "restate": "Your answer"}


def _turn_told(env: Persuasion, event: Event, seat: int) -> str:
    """A turn that was written, or was not."""
    data = event.data
    phase = str(data.get("phase", event.kind))
    who = label(event.by or 0, phase)
    if phase in ("notes", "restate"):
        return f"{_UNWRITTEN[phase]}: nothing was written."
    head = f"{_BEFORE.get(phase, 'Turn')} {data['turn']}, {who}"
    if "text" not in data:
        return f"{head}: nothing was written."
    own = event.by == seat and data["cut"]
    cut = f" [your turn was cut after {counted(env.word_cap, 'word')}]" if own else ""
    return f"{head}: {data['text']}{cut}"


def now(env: Persuasion, turn: Turn, seat: int) -> str:
    """The moment; of a probe, the question and how it is to be answered."""
    seen, wording = turn.situation, WORDINGS[env.wording]
    if "proposition" in seen:
        return _probe(env, wording, seen)
    place = {name: seen[name] for name in ("turn", "turns")}
    match seen.get("phase"):
        case "recon" if AFRESH in seen:
            parts = (
                wording.recon.format(me=LABELS[TARGET], other=LABELS[PERSUADER]),
                env.text,
                *_lines(seen[TRANSCRIPT], wording),
                wording.answers.format(limit=counted(env.stated_limit, "word"), **place),
            )
            return "\n\n".join(parts)
        case "recon":
            told = wording.finds_out if seat == PERSUADER else wording.answers
            return told.format(
                other=LABELS[1 - seat], limit=counted(env.stated_limit, "word"), **place
            )
        case "notes":
            return wording.notes.format(other=LABELS[TARGET])
    return wording.now.format(**place)


def from_notes(env: Persuasion) -> str:
    """What a target is asked that remembers nothing but its notes."""
    wording = WORDINGS[env.wording]
    parts = (wording.noted, *_asked(env, wording, wording.delayed, "delayed"))
    return "\n\n".join(parts)


def _probe(env: Persuasion, wording: Wording, seen: Mapping[str, Json]) -> str:
    kind = seen.get("probe", "rating")
    if kind == "delayed":
        return wording.remember.format(limit=counted(NOTES_WORDS, "word"))
    if kind in ("third_party", "attributed"):
        question = wording.third_party if kind == "third_party" else wording.attributed
        shown = wording.shown.format(me=LABELS[TARGET], other=LABELS[PERSUADER])
        lines = _lines(seen[TRANSCRIPT], wording)
        asked = _asked(env, wording, question.format(target=LABELS[TARGET]), kind)
        return "\n\n".join((shown, *lines, *asked))
    put = {
        "vote": wording.vote,
        "allocate": wording.allocate,
        "advise": wording.advise,
    }.get(kind)
    return "\n\n".join(_asked(env, wording, put or _stand(env, wording), kind))


def _stand(env: Persuasion, wording: Wording) -> str:
    """The question where the target stands, as the setting puts it."""
    return (wording.stand, wording.agree, wording.deny, wording.accept)[env.probe_wording]


def _asked(env: Persuasion, wording: Wording, question: str, kind: str) -> tuple[str, ...]:
    """A question, the proposition, and the form of an answer."""
    form = {
        "vote": wording.one_word,
        "allocate": f"{wording.hundred}\n{ALLOCATED}",
        "advise": f"{wording.choose}\n{ADVISED}",
        "distribution": f"{wording.percent}\n{_anchors(env, kind)}\n{wording.object}\n{SEVEN}",
    }.get(kind)
    return question, env.text, form or _on_the_scale(env, wording, kind)


def _on_the_scale(env: Persuasion, wording: Wording, kind: str) -> str:
    low, high = min(ANCHORS), max(ANCHORS)
    return wording.form.format(low=low, high=high, anchors=_anchors(env, kind))


def _anchors(env: Persuasion, kind: str) -> str:
    """The points of the scale with their words, a line each."""
    way = -1 if env.scale == "reversed" else 1
    scale = SCALES[env.probe_wording] if kind not in APART else ANCHORS
    points = sorted(scale, reverse=env.anchors == "high_first")
    return "\n".join(f"{at:+d}: {scale[way * at]}" if at else f"0: {scale[0]}" for at in points)


APART = ("third_party", "attributed", "delayed")
"""Probes that are put as `probe_wording` 0 is, whatever the setting."""


def _lines(transcript: Json, wording: Wording) -> list[str]:
    """What was said, a paragraph a turn; where nothing was, that."""
    return [f"{who}: {said}" for who, said in transcript] or [wording.nothing]


ALLOCATED = '{"for": N, "against": N, "neither": N}'
ADVISED = '{"advice": TEXT, "choice": CHOICE}'
SEVEN = '{"-3": N, "-2": N, "-1": N, "0": N, "1": N, "2": N, "3": N}'


def counted(number: int, noun: str) -> str:
    """`1 word`, `2 words`."""
    return f"{number} {noun}{'' if number == 1 else 's'}"
