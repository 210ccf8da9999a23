"""A conversation as measures read it: its sides, its turns and its probes, all from the record.

Stances are averages of whole numbers and are kept as exact fractions until they are printed.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from fractions import Fraction
from statistics import median
from typing import NamedTuple

from suasion.core.asks import Forfeit, Json
from suasion.core.episode import canonical
from suasion.environments.persuasion.propositions import key_of
from suasion.environments.persuasion.rules import AFTER, BEFORE, DURING
from suasion.environments.persuasion.words import PERSUADER, TARGET
from suasion.measures.filed import Filed
from suasion.measures.measure import Number, Undefined

SIGN = {"pro": 1, "con": -1}


class Probe(NamedTuple):
    """One answer out of band."""

    name: str
    turn: int
    """Turns that were over."""
    answer: int | None
    """`None` where it could not be read."""
    event: int | None = None


def probes_of(filed: Filed) -> list[Probe]:
    """Every probe in order; of an episode that is not over, those that were answered."""
    return list(_of_events(filed) if filed.episode.events else _of_decisions(filed))


def _of_events(filed: Filed) -> Iterator[Probe]:
    over = 0
    for at, event in enumerate(filed.episode.events):
        if event.kind in ("say", "forfeit"):
            over += 1
        elif event.kind == "aside" and event.data.get("name") in (BEFORE, AFTER, DURING):
            yield Probe(event.data["name"], over, _whole(event.data.get("answer")), at)


def _of_decisions(filed: Filed) -> Iterator[Probe]:
    for each in filed.episode.decisions:
        if each.aside in (BEFORE, AFTER, DURING):
            lost = isinstance(each.answer, Forfeit)
            yield Probe(each.aside, each.step, None if lost else _whole(each.answer))


def _whole(answer: Json) -> int | None:
    return answer if isinstance(answer, int) and not isinstance(answer, bool) else None


def asked(filed: Filed, name: str) -> list[Probe]:
    """The probes of one name."""
    return [probe for probe in probes_of(filed) if probe.name == name]


Exact = Fraction | Undefined


def mean(probes: Sequence[Probe]) -> Exact:
    """The mean of those that could be read."""
    answers = readable(probes)
    if isinstance(answers, Undefined):
        return answers
    return Fraction(sum(answers), len(answers))


def middle(probes: Sequence[Probe]) -> Exact:
    """The median of those that could be read."""
    answers = readable(probes)
    return answers if isinstance(answers, Undefined) else Fraction(median(map(Fraction, answers)))


def readable(probes: Sequence[Probe]) -> list[int] | Undefined:
    """The answers, or why there are none."""
    answers = [probe.answer for probe in probes if probe.answer is not None]
    return answers or Undefined("no_readable_probe" if probes else "not_asked")


def before(filed: Filed) -> Exact:
    """Where the target stood before the first turn."""
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
        if probe.turn and probe.turn % 2 == 0:
            found[probe.turn].append(probe)
    return found


def plain(exact: Exact) -> Number:
    """A fraction as it is printed: a whole number where it is one, so that nought is `0`."""
    if isinstance(exact, Undefined):
        return exact
    return exact.numerator if exact.denominator == 1 else float(exact)


def holder(filed: Filed, seat: int) -> str | None:
    """The agent in a seat."""
    return filed.seats[seat].agent if len(filed.seats) > seat else None


def topic(filed: Filed) -> str:
    """What the proposition is known by."""
    return key_of(str(filed.episode.header.settings["proposition"]))


def group(filed: Filed) -> Mapping[str, Json]:
    """Conversations of one status may be pooled; what all measures read must be there."""
    sign(filed)
    topic(filed)
    return {}


# --- baselines and pairs -----------------------------------------------------------------------

Baselines = Mapping[tuple[Json, ...], Fraction]


def baselines(run: Sequence[Filed]) -> Baselines:
    """The mean of all probes before of each target on each proposition, conversation or not."""
    answers: defaultdict[tuple[Json, ...], list[int]] = defaultdict(list)
    for filed in run:
        if lacking(filed) is None:
            found = readable(asked(filed, BEFORE))
            answers[_stands(filed)] += [] if isinstance(found, Undefined) else found
    return {key: Fraction(sum(each), len(each)) for key, each in answers.items() if each}


def baseline(of: Baselines, filed: Filed) -> Exact:
    """The baseline of a conversation's target on its proposition."""
    return of.get(_stands(filed), Undefined("no_baseline"))


def _stands(filed: Filed) -> tuple[Json, ...]:
    """Whose stance on what, among conversations that may be pooled."""
    return filed.status, holder(filed, TARGET), topic(filed)


class Pair(NamedTuple):
    """Two conversations that differ in the side alone."""

    pro: Filed
    con: Filed


def pairs(run: Sequence[Filed]) -> list[Pair]:
    """Every pair of a run: those of one block, then of one condition, then what is left.

    Each conversation is in one pair at most. Of several that are alike, the first PRO goes with
    the first CON.
    """
    left, found = list(run), list[Pair]()
    for key in (_of_block, _of_arm, _of_run):
        alike: defaultdict[bytes, dict[int, list[Filed]]] = defaultdict(lambda: {1: [], -1: []})
        for filed in left:
            alike[canonical(key(filed))][sign(filed)].append(filed)
        new = [
            Pair(*two) for each in alike.values() for two in zip(each[1], each[-1], strict=False)
        ]
        gone = {id(filed) for pair in new for filed in pair}
        left = [filed for filed in left if id(filed) not in gone]
        found += new
    return found


def _of_run(filed: Filed) -> list[Json]:
    header = filed.episode.header
    rest = {name: value for name, value in header.settings.items() if name != "side"}
    agents = [holder(filed, seat) for seat in (PERSUADER, TARGET)]
    return [filed.status, filed.block, header.version, header.seed, rest, agents]


def _of_arm(filed: Filed) -> list[Json]:
    return [filed.arm, filed.replicate, *_of_run(filed)]


def _of_block(filed: Filed) -> list[Json]:
    """Nothing without a block, so that it is looked for elsewhere."""
    return _of_arm(filed) if filed.block is not None else [filed.id]
