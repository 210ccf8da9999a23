"""Baselines: where a target stands on a topic before anybody argues with it, over a whole run.

A target says nothing of a conversation to come, so that its probes before different conversations
are draws of one thing. Either each conversation asks anew (`before: own`) and all are pooled, or an
episode of its own asks many times and every conversation shares it (`before: shared`).
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from fractions import Fraction
from functools import cached_property

from suasion.core.asks import Json
from suasion.core.episode import canonical
from suasion.environments.persuasion.conversation import (
    Exact,
    asked,
    before,
    holder,
    lacking,
    readable,
    talked,
    topic,
)
from suasion.environments.persuasion.rules import BEFORE
from suasion.environments.persuasion.words import TARGET
from suasion.measures.filed import Filed
from suasion.measures.measure import Undefined

NO_BASELINE = Undefined("no_baseline")
SHARED = "shared"
ASKED = ("probe", "scale", "anchors", "probe_wording", "wording")
"""Settings that say how a target is asked where it stands."""
TOLD = (*ASKED, "arm", "total_turns", "word_limit", "word_cap", "subject")
"""Settings that may reach a target before the first turn."""
Key = tuple[Json, ...]
Answers = Sequence[int | Fraction]


@dataclass(frozen=True)
class Pool:
    """The answers that a baseline is made of."""

    answers: Answers

    @cached_property
    def total(self) -> int | Fraction:
        """Their sum."""
        return sum(self.answers)

    @cached_property
    def mean(self) -> Exact:
        """Their mean."""
        return Fraction(self.total) / len(self.answers) if self.answers else NO_BASELINE

    @cached_property
    def error(self) -> float:
        """The squared standard error of their mean; nought of one answer."""
        count = len(self.answers)
        if count < 2 or isinstance(self.mean, Undefined):
            return 0.0
        squares = sum((each - self.mean) ** 2 for each in self.answers)
        return float(squares / ((count - 1) * count))


EMPTY = Pool(())


@dataclass(frozen=True)
class Baselines:
    """All readable answers of each target on each topic, asked alike."""

    own: Mapping[Key, Pool]
    """Of conversations."""
    shared: Mapping[Key, Pool]
    """Of episodes that only ask."""
    _pools: dict[Filed, Pool] = field(default_factory=dict)

    @classmethod
    def of(cls, run: Sequence[Filed]) -> Baselines:
        """Those of a run: of conversations that are whole, and of episodes that only ask."""
        own: defaultdict[Key, list[int | Fraction]] = defaultdict(list)
        shared: defaultdict[Key, list[int | Fraction]] = defaultdict(list)
        for filed in run:
            if lacking(filed) is None and not shares(filed):
                found = readable(asked(filed, BEFORE))
                if not isinstance(found, Undefined):
                    (own if talked(filed) else shared)[key(filed)] += found
        one, other = ({key: Pool(each[key]) for key in each} for each in (own, shared))
        return cls(one, other)

    def pool(self, filed: Filed) -> Pool:
        """The answers that a conversation's baseline is made of."""
        if filed not in self._pools:
            pools = self.own if talked(filed) and not shares(filed) else self.shared
            self._pools[filed] = pools.get(key(filed), EMPTY)
        return self._pools[filed]

    def baseline(self, filed: Filed) -> Exact:
        """Where the target of a conversation stands on its topic before any."""
        return self.pool(filed).mean

    def before(self, filed: Filed) -> Exact:
        """Where the target stood before the first turn: asked here, or shared."""
        if filed.damaged:
            return Undefined("damaged_record")
        return self.baseline(filed) if shares(filed) else before(filed)

    def without(self, filed: Filed) -> Exact:
        """The baseline without this conversation's own answers, which do not choose it then."""
        if shares(filed) or lacking(filed) is not None:
            return self.baseline(filed)
        own = [p.answer for p in asked(filed, BEFORE) if p.answer is not None]
        pool = self.pool(filed)
        left, total = len(pool.answers) - len(own), pool.total - sum(own)
        if left <= 0:
            return NO_BASELINE
        return Fraction(total, left) if isinstance(total, int) else total / left


def shares(filed: Filed) -> bool:
    """Whether a conversation takes its stance before from an episode that only asked."""
    return filed.episode.header.settings.get("before") == SHARED and talked(filed)


def key(filed: Filed) -> Key:
    """Whose stance on what, asked how, among conversations that may be pooled.

    An import's settings beyond its arm are what its table happens to say.
    """
    header = filed.episode.header
    settings = header.settings
    names: Sequence[str] = TOLD if talked(filed) and not shares(filed) else ASKED
    if header.source == "recorded":
        names = ("arm",) if names is TOLD else ()
    asked_with = tuple(_plain(settings.get(name)) for name in names)
    return filed.status, holder(filed, TARGET), topic(filed), *asked_with


def _plain(value: Json) -> Json:
    return canonical(value) if isinstance(value, list | dict) else value
