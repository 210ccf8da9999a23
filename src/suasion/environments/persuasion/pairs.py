"""Pairs of conversations that differ in the side alone."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Hashable, Sequence
from typing import NamedTuple

from suasion.core.asks import Json
from suasion.core.episode import canonical
from suasion.environments.persuasion.conversation import arm, holder, sign, talked, topic
from suasion.environments.persuasion.words import PERSUADER, TARGET
from suasion.measures.filed import Filed


class Pair(NamedTuple):
    """Two conversations that differ in the side alone."""

    pro: Filed
    con: Filed


def pairs(run: Sequence[Filed]) -> list[Pair]:
    """Every pair of a run: those of one block, then of one condition, then what is left.

    Each conversation is in one pair at most. Of several that are alike, the first PRO goes with
    the first CON.
    """
    left, found = [filed for filed in run if talked(filed)], list[Pair]()
    alike = {id(filed): _alike(filed) for filed in left}
    for within in (_block, _condition, _anywhere):
        new = _matched(left, within, alike)
        gone = {id(filed) for pair in new for filed in pair}
        left = [filed for filed in left if id(filed) not in gone]
        found += new
    return found


def _matched(
    left: Sequence[Filed], within: Callable[[Filed], Hashable], alike: dict[int, Hashable]
) -> list[Pair]:
    sides: dict[Hashable, tuple[list[Filed], list[Filed]]] = defaultdict(lambda: ([], []))
    for filed in left:
        pros, cons = sides[within(filed), alike[id(filed)]]
        (pros if sign(filed) == 1 else cons).append(filed)
    return [Pair(*two) for pros, cons in sides.values() for two in zip(pros, cons, strict=False)]


def _block(filed: Filed) -> Hashable:
    """Nothing without a block, so that it is looked for elsewhere."""
    return (filed.id,) if filed.block is None else (None, *_condition(filed))


def _condition(filed: Filed) -> tuple[Hashable, ...]:
    return filed.arm, filed.replicate


def _anywhere(filed: Filed) -> Hashable:  # noqa: ARG001 - all are in one place
    return ()


def _alike(filed: Filed) -> Hashable:
    """All that two conversations of a pair share.

    Of an import, whose settings beyond these are what its table and files happen to say, the topic
    and the arm.
    """
    header = filed.episode.header
    rest: Hashable = (topic(filed), arm(filed))
    if header.source != "recorded":
        settings = header.settings.items()
        rest = frozenset((name, _plain(value)) for name, value in settings if name != "side")
    agents = holder(filed, PERSUADER), holder(filed, TARGET)
    return filed.status, filed.block, header.version, header.seed, rest, agents


def _plain(value: Json) -> Hashable:
    return canonical(value) if isinstance(value, list | dict) else (type(value), value)
