"""A conversation as measures read it: its sides, its turns and its probes, all from the record.

Stances are averages of what was answered and are kept as exact fractions until they are printed.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from fractions import Fraction
from functools import lru_cache
from statistics import median
from typing import NamedTuple
from weakref import WeakKeyDictionary

from suasion.core.asks import Json
from suasion.environments.persuasion import probes
from suasion.environments.persuasion.probes import HIGH, LOW
from suasion.environments.persuasion.propositions import key_of
from suasion.environments.persuasion.rules import AFTER, BEFORE, DURING
from suasion.environments.persuasion.words import TARGET
from suasion.measures.filed import Filed
from suasion.measures.measure import Number, Undefined

SIGN = {"pro": 1, "con": -1}
BASELINE = "baseline"
"""The arm without a conversation."""


class Probe(NamedTuple):
    """One answer out of band."""

    name: str
    turn: int
    """Turns that were over."""
    answer: int | Fraction | None
    """The number that it is; `None` where it could not be read."""
    event: int | None = None


class Asked(NamedTuple):
    """The probes of a conversation, of any kind."""

    every: Sequence[Probe]
    """In order."""
    by_name: Mapping[str, list[Probe]]


def probes_of(filed: Filed) -> list[Probe]:
    """Every probe of stance in order; of an episode that is not over, those that were answered."""
    return [probe for probe in every_probe(filed) if probe.name in (BEFORE, AFTER, DURING)]


def every_probe(filed: Filed) -> Sequence[Probe]:
    """Every probe of any kind, in order."""
    return _asked(filed).every


def _asked(filed: Filed) -> Asked:
    """All probes. A record does not change: it is read once."""
    found = _READ.get(filed)
    if found is None:
        every = list(_of_events(filed) if filed.episode.events else _of_decisions(filed))
        by_name: dict[str, list[Probe]] = {}
        for probe in every:
            by_name.setdefault(probe.name, []).append(probe)
        found = _READ[filed] = Asked(every, by_name)
    return found


_READ: WeakKeyDictionary[Filed, Asked] = WeakKeyDictionary()


def _of_events(filed: Filed) -> Iterator[Probe]:
    over, settings = 0, filed.episode.header.settings
    rated = settings.get("probe", "rating") == "rating"
    for at, event in enumerate(filed.episode.events):
        if event.kind in ("say", "forfeit"):
            over += 1
        elif event.kind == "aside":
            name, answer = event.data.get("name"), event.data.get("answer")
            if rated and type(answer) is int and name in (BEFORE, AFTER) and LOW <= answer <= HIGH:
                yield Probe(name, over, answer, at)
            elif isinstance(name, str) and probes.kind_of(settings, name):
                yield Probe(name, over, _known(probes.read(settings, event)), at)


def _of_decisions(filed: Filed) -> Iterator[Probe]:
    settings = filed.episode.header.settings
    for each in filed.episode.decisions:
        if each.aside and probes.kind_of(settings, each.aside):
            yield Probe(each.aside, each.step, _known(probes.read_early(settings, each)))


def _known(number: Exact) -> Fraction | None:
    return None if isinstance(number, Undefined) else number


def asked(filed: Filed, name: str) -> list[Probe]:
    """The probes of one name."""
    return _asked(filed).by_name.get(name, [])


Exact = Fraction | Undefined


def mean(probes: Sequence[Probe]) -> Exact:
    """The mean of those that could be read."""
    answers = readable(probes)
    return answers if isinstance(answers, Undefined) else middling(answers)


def middling(answers: Sequence[int | Fraction]) -> Fraction:
    """The mean of answers."""
    total: int | Fraction = sum(answers)
    return Fraction(total, len(answers)) if isinstance(total, int) else total / len(answers)


def middle(probes: Sequence[Probe]) -> Exact:
    """The median of those that could be read."""
    answers = readable(probes)
    return answers if isinstance(answers, Undefined) else Fraction(median(map(Fraction, answers)))


def readable(probes: Sequence[Probe]) -> list[int | Fraction] | Undefined:
    """The answers, or why there are none."""
    answers = [probe.answer for probe in probes if probe.answer is not None]
    return answers or Undefined("no_readable_probe" if probes else "not_asked")


def before(filed: Filed) -> Exact:
    """Where the target stood before the first turn, as it was asked in this conversation."""
    return Undefined("damaged_record") if filed.damaged else mean(asked(filed, BEFORE))


def after(filed: Filed) -> Exact:
    """Where the target stood after the last turn."""
    lost = lacking(filed)
    return mean(asked(filed, AFTER)) if lost is None else lost


def lacking(filed: Filed) -> Undefined | None:
    """Why nothing can be said of a conversation as a whole, where nothing can."""
    if filed.damaged:
        return Undefined("damaged_record")
    return None if filed.finished else Undefined("unfinished_episode")


def sign(filed: Filed) -> int:
    """1 where the persuader argued for the proposition, -1 where against it."""
    return SIGN[filed.episode.header.settings["side"]]


def stances(filed: Filed) -> dict[int, list[Probe]]:
    """The probes asked after each turn of the target, by the number of the turn."""
    found: defaultdict[int, list[Probe]] = defaultdict(list)
    for probe in probes_of(filed):
        if probe.turn and (probe.name == DURING or _last_is_targets(filed, probe.turn)):
            found[probe.turn].append(probe)
    return found


def _last_is_targets(filed: Filed, turn: int) -> bool:
    """Whether the probes after a conversation stand for those after the target's last turn."""
    if arm(filed) == "dose":
        return True
    turns = [e.by for e in filed.episode.events if e.kind in ("say", "forfeit")]
    return len(turns) >= turn and turns[turn - 1] == TARGET


def plain(exact: Exact) -> Number:
    """A fraction as it is printed: a whole number where it is one, so that nought is `0`."""
    if isinstance(exact, Undefined):
        return exact
    return exact.numerator if exact.denominator == 1 else float(exact)


def holder(filed: Filed, seat: int) -> str | None:
    """The agent in a seat."""
    return filed.seats[seat].agent if len(filed.seats) > seat else None


def topic(filed: Filed) -> str:
    """What the proposition is known by: the topic that an import names, else its key."""
    settings = filed.episode.header.settings
    return str(settings["topic"]) if "topic" in settings else _key(str(settings["proposition"]))


@lru_cache(maxsize=4096)
def _key(proposition: str) -> str:
    return key_of(proposition)


def arm(filed: Filed) -> str:
    """What was done to the target: the setting, not the study's condition."""
    return str(filed.episode.header.settings.get("arm", "plain"))


def talked(filed: Filed) -> bool:
    """Whether it is a conversation, or what stands in for one: all but baselines."""
    return arm(filed) != BASELINE


def group(filed: Filed) -> Mapping[str, Json]:
    """Conversations of one status may be pooled; what all measures read must be there."""
    sign(filed)
    topic(filed)
    return {}
