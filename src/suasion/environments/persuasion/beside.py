"""What the reader shows beside a conversation: the target's stance, probe by probe."""

from __future__ import annotations

from collections.abc import Sequence
from fractions import Fraction
from itertools import groupby

from suasion.core.events import Event
from suasion.environments.persuasion.conversation import Probe, every_probe, mean, sign
from suasion.environments.persuasion.probes import HIGH, LOW
from suasion.environments.persuasion.rules import AFTER, BEFORE, COUNTERED, DURING
from suasion.environments.persuasion.words import PERSUADER, TARGET
from suasion.measures.beside import Beside, Glyph, Remark
from suasion.measures.filed import Filed
from suasion.measures.kit import by_audience
from suasion.measures.measure import Undefined

MOMENTS = (BEFORE, AFTER, DURING, COUNTERED)


def beside(filed: Filed) -> Beside:
    """The mean of the latest probes after each event, and every moment at which it was probed."""
    asked = [probe for probe in every_probe(filed) if probe.name in MOMENTS]
    moments = [list(each) for _, each in groupby(asked, key=_moment)]
    return Beside("stance", _held(filed, moments), _remarks(filed, moments), (LOW, HIGH))


def _moment(probe: Probe) -> tuple[int, str]:
    return probe.turn, probe.name


def _held(filed: Filed, moments: Sequence[Sequence[Probe]]) -> list[Sequence[float | None]]:
    """Seats hold their latest stance; only the target has one, and not before it is asked."""
    stance = {probes[-1].event: _mean(probes) for probes in moments}
    row: tuple[float | None, ...] = (None,) * len(filed.seats)
    held: list[Sequence[float | None]] = []
    for at in range(len(filed.episode.events)):
        if stance.get(at) is not None:
            row = (*row[:TARGET], stance[at], *row[TARGET + 1 :])
        held.append(row)
    return held


def _mean(probes: Sequence[Probe]) -> float | None:
    stance = mean(probes)
    return None if isinstance(stance, Undefined) else float(stance)


def _remarks(filed: Filed, moments: Sequence[Sequence[Probe]]) -> list[Remark]:
    """A remark for each moment of probing, on its first probe."""
    return [
        Remark(probes[0].event, "probe", _state(filed, probes), _words(probes))
        for probes in moments
        if probes[0].event is not None
    ]


def _state(filed: Filed, probes: Sequence[Probe]) -> str:
    """Which side of nought the target stood on, for whoever argued."""
    stance = mean(probes)
    if isinstance(stance, Undefined):
        return "unread"
    toward = sign(filed) * stance
    return "neutral" if not toward else "aligned" if toward > 0 else "opposed"


def _words(probes: Sequence[Probe]) -> str:
    """Such as `after turn 2: 1, 1, 2, mean 1.33`."""
    answers = ", ".join("unread" if p.answer is None else _signed(p.answer) for p in probes)
    stance = _mean(probes)
    mean_ = "" if stance is None else f", mean {stance:+.2f}"
    return f"{_when(probes[0])}: {answers}{mean_}"


def _when(probe: Probe) -> str:
    if probe.name == COUNTERED:
        return "after the second round"
    if probe.turn:
        return f"after turn {probe.turn}"
    return "before the first turn" if probe.name == BEFORE else "after it was asked once more"


def _signed(answer: int | Fraction) -> str:
    """A whole number as it is; what percentages come to, with two places."""
    return f"{int(answer):+d}" if answer == int(answer) else f"{float(answer):+.2f}"


_PHASES = {"recon": "first talk, ", "counter": "second round, ", "notes": "notes, "}


def glyph(event: Event) -> Glyph:
    """How an event is drawn in the lanes."""
    match event.kind:
        case "say" | "recon" | "counter":
            cut = ", cut" if event.data.get("cut") else ""
            words = f"{_PHASES.get(event.kind, '')}turn {event.data['turn']}{cut}"
            return Glyph("private", (1 - (event.by or 0),), words)
        case "aside":
            return Glyph("inner", (), f"probe out of band, {event.data['name']}")
        case "forfeit" | "unwritten":
            phase = _PHASES.get(str(event.data.get("phase")), "")
            return Glyph("lost", (), f"{phase}turn {event.data['turn']}, nothing written")
        case "notes":
            return Glyph("inner", (), "the persuader's notes")
        case "restated":
            return Glyph("inner", (), "asked once more, in band")
        case "disclosure":
            return Glyph("private", (TARGET,), "what the target is told of the other")
        case "side":
            return Glyph("private", (PERSUADER,), "the persuader's side")
        case "proposition":
            return Glyph("public", (), "proposition")
    return by_audience(event)
