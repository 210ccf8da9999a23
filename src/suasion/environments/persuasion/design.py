"""What Persuasion says of a study before it is played: baselines, both sides, and who sits where.

A target's stance on a proposition is known from one episode of the arm `baseline`, where
conversations say `before: shared`. One side alone cannot tell persuasion from drift, so that a
study whose conversations lack their other side is refused; what is imported never is. An agent that
talks to itself does so in the arm `self_play` and nowhere else.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence

from suasion.core.asks import Json
from suasion.core.episode import canonical
from suasion.environments.persuasion.conversation import after
from suasion.environments.persuasion.presets import PRESETS
from suasion.environments.persuasion.probes import BEFORE, HIGH, KINDS, LOW
from suasion.environments.persuasion.words import PERSUADER, TARGET
from suasion.measures.design import Between, First, Planned, Shared
from suasion.measures.filed import Filed
from suasion.measures.measure import Undefined

SAME = ("proposition", "truth", "probe", "scale", "anchors", "probe_wording", "wording")
"""Settings that a target's stance before a conversation may depend on."""
WITHOUT_TALK = ("baseline", "reprobe")
SIDES = ("pro", "con")
MANY = 12
"""Cells up to which each is named."""
REMEDY = "give block: {pro: {settings: {side: pro}}, con: {settings: {side: con}}}"


def first(settings: Mapping[str, Json]) -> First | None:
    """The baseline of a conversation that shares one: its target, asked before anything is said."""
    if settings.get("before") != "shared" or settings.get("arm") == "baseline":
        return None
    also = sorted(name for name in settings.get("also", ()) if BEFORE in KINDS[name].moments)
    same = {name: settings[name] for name in SAME if name in settings}
    return First({**PRESETS["baseline"], **same, "also": also}, (TARGET, TARGET))


def lacking(planned: Sequence[Planned]) -> Iterator[str]:
    """What is wrong with a design: sides that are missing, and agents in seats they should not hold
    together.
    """
    talks = [each for each in planned if _arm(each) not in WITHOUT_TALK]
    alone = list(dict.fromkeys(_lone(talks)))
    if alone:
        each = "conversation lacks its" if len(alone) == 1 else "conversations lack their"
        yield (
            f"{len(alone):,} {each} other side, without which persuasion and drift are one:"
            f" missing are {_some(alone)}; {REMEDY}"
        )
    yield from _seated(talks)


def _lone(talks: Sequence[Planned]) -> Iterator[str]:
    """The sides that are missing, each by its cell."""
    sides: defaultdict[bytes, dict[str, Planned]] = defaultdict(dict)
    for each in talks:
        rest = {name: value for name, value in each.settings.items() if name != "side"}
        key = canonical([rest, each.agents, each.seed, each.replicate])
        sides[key][each.settings["side"]] = each
    for there in sides.values():
        yield from (
            f"{side} of {_place(next(iter(there.values())))}" for side in SIDES if side not in there
        )


def _seated(talks: Sequence[Planned]) -> Iterator[str]:
    """One agent in both seats is self-play, and nothing else is."""
    same = [each for each in talks if _alone(each) and _arm(each) != "self_play"]
    both = list(dict.fromkeys(map(_place, same)))
    if both:
        yield (
            f"one agent holds both seats in {_some(both)}: that is the arm self_play, which stays"
            " out of strength and susceptibility; give settings: {arm: self_play}"
        )
    two = [each for each in talks if not _alone(each) and _arm(each) == "self_play"]
    apart = list(dict.fromkeys(map(_place, two)))
    if apart:
        yield (
            f"two agents hold the seats of self_play in {_some(apart)}: give the same one twice,"
            " or with a panel line_ups: same"
        )


def _alone(each: Planned) -> bool:
    return each.agents[PERSUADER] == each.agents[TARGET]


def _place(each: Planned) -> str:
    """A conversation in the study's own names, whatever its side and replicate."""
    who = f"{each.called[PERSUADER]} -> {each.called[TARGET]}"
    about = str(each.settings["proposition"])
    return f"{each.condition}: {who} on {about if len(about) <= 40 else about[:39] + '…'}"


def _arm(each: Planned) -> str:
    return str(each.settings.get("arm", "plain"))


def _some(names: Sequence[str]) -> str:
    more = f" and {len(names) - MANY:,} more" if len(names) > MANY else ""
    return ", ".join(names[:MANY]) + more


def effect(block: Sequence[Filed]) -> Between:
    """Between what the paired effect of one block lies.

    Where both stances after are known it is half of PRO less CON. One that is missing, whatever
    the reason, may have been anything on the scale.
    """
    ends = {side: Between(LOW, HIGH) for side in SIDES}
    for filed in block:
        stance = after(filed)
        if not isinstance(stance, Undefined):
            ends[filed.episode.header.settings["side"]] = Between(float(stance), float(stance))
    pro, con = (ends[side] for side in SIDES)
    return Between((pro.low - con.high) / 2, (pro.high - con.low) / 2)


SHARED = Shared(PERSUADER, "paired_effect", "stance", effect)
