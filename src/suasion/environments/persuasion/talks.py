"""The conversations of one status, arm and kind of probe, with all that is estimated from them."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from functools import cached_property
from typing import NamedTuple

import numpy as np

from suasion.core.asks import Json
from suasion.environments.persuasion.baselines import Baselines, shares
from suasion.environments.persuasion.columns import Column, Floats, Places, Rows, column
from suasion.environments.persuasion.conversation import (
    Exact,
    after,
    arm,
    holder,
    sign,
    talked,
    topic,
)
from suasion.environments.persuasion.measures import (
    FAR,
    NEUTRAL,
    alignment,
    drift,
    effect,
    room,
    size,
    toward,
)
from suasion.environments.persuasion.pairs import Pair, pairs
from suasion.environments.persuasion.probes import HIGH, LOW
from suasion.environments.persuasion.words import PERSUADER, TARGET
from suasion.measures.filed import Filed
from suasion.measures.measure import Undefined
from suasion.measures.pooling import whole
from suasion.measures.question import Results

SELF_PLAY = "self_play"
Ends = tuple[float, float]
"""Between what a missing number lies."""


class Told(NamedTuple):
    """What conversations may not be pooled over."""

    status: str
    arm: str
    probe: str


def told(filed: Filed) -> Told:
    """What tells a conversation from others that it may not stand in one estimate with."""
    probe = str(filed.episode.header.settings.get("probe", "rating"))
    return Told(filed.status, arm(filed), probe)


def scopes(results: Results) -> Iterator[Talks]:
    """The conversations of a run, apart where they must not be pooled."""
    base, found = Baselines.of(results.filed), dict[Told, list[Filed]]()
    matched: dict[Told, list[Pair]] = {}
    for filed in filter(talked, results.filed):
        found.setdefault(told(filed), []).append(filed)
    for pair in pairs(results.filed):
        matched.setdefault(told(pair.pro), []).append(pair)
    arms, probes = {key.arm for key in found}, {key.probe for key in found}
    for key, several in found.items():
        by = {"arm": key.arm} if len(arms) > 1 else {}
        by |= {"probe": key.probe} if len(probes) > 1 else {}
        yield Talks(key, by, several, matched.get(key, []), base, results)


@dataclass(frozen=True)
class Summed:
    """A measure over the rows of a table, and what is missing from it."""

    measure: str
    rows: Rows
    column: Column
    ends: Callable[[int], Ends]
    """Of a row that is missing, between what its number lies."""
    error: Callable[[Places], float] | None = None
    """Of some rows, the variance of an error that their baselines put into their mean."""


@dataclass(frozen=True)
class Talks:
    """Conversations that may be pooled, and the pairs among them."""

    told: Told
    by: Mapping[str, Json]
    filed: Sequence[Filed]
    pairs: Sequence[Pair]
    base: Baselines
    results: Results

    @property
    def self_play(self) -> bool:
        """Whether one agent sits in both seats, so that nobody's strength is shown."""
        return self.told.arm == SELF_PLAY

    @cached_property
    def rows(self) -> Rows:
        """A row a conversation."""
        filed = self.filed
        begun, ended = zip(filed, self.befores, strict=True), zip(filed, self.afters, strict=True)
        labels: dict[str, Sequence[str | None]] = {
            **self._who(filed),
            "side": [str(each.episode.header.settings["side"]) for each in filed],
            "start_alignment": [_named(alignment(*each)) for each in begun],
            "end_alignment": [_named(alignment(*each)) for each in ended],
            "baseline_alignment": [
                _named(alignment(each, self.base.without(each), NEUTRAL)) for each in filed
            ],
        }
        return Rows(self.told.status, self.by, labels, [(each,) for each in filed])

    @cached_property
    def befores(self) -> list[Exact]:
        """Where each target stood before."""
        return [self.base.before(each) for each in self.filed]

    @cached_property
    def afters(self) -> list[Exact]:
        """Where each stood after."""
        return [after(each) for each in self.filed]

    @cached_property
    def paired(self) -> Rows:
        """A row a pair."""
        pros = [pair.pro for pair in self.pairs]
        return Rows(self.told.status, self.by, self._who(pros), list(self.pairs))

    def _who(self, filed: Sequence[Filed]) -> dict[str, list[str | None]]:
        return {
            "persuader": [holder(each, PERSUADER) for each in filed],
            "target": [holder(each, TARGET) for each in filed],
            "topic": [topic(each) for each in filed],
            "condition": [each.arm for each in filed],
        }

    @cached_property
    def conditions(self) -> bool:
        """Whether the study tells these conversations apart."""
        return len({each.arm for each in self.filed}) > 1

    # --- of conversations ------------------------------------------------------------------------

    @cached_property
    def shifts(self) -> Summed:
        """How far each target moved towards the side that was argued."""
        three = zip(self.filed, self.befores, self.afters, strict=True)
        exact = [toward(*each) for each in three]
        error = self._baseline_error(self.filed, [-sign(filed) for filed in self.filed])
        return Summed("signed_shift", self.rows, column(exact), self._room, error)

    def _room(self, row: int) -> Ends:
        return room(self.filed[row], self.befores[row])

    @cached_property
    def sizes(self) -> Summed:
        """How far each ended from its baseline."""
        both = zip(self.filed, self.afters, strict=True)
        exact = [size(now, self.base.baseline(filed)) for filed, now in both]
        return Summed("shift_size", self.rows, column(exact), self._farthest)

    def _farthest(self, row: int) -> Ends:
        base = self.base.baseline(self.filed[row])
        return 0.0, float(FAR if isinstance(base, Undefined) else HIGH + abs(base))

    # --- of pairs --------------------------------------------------------------------------------

    @cached_property
    def effects(self) -> Summed:
        """How far apart each pair ended, halved."""
        exact = [self._halves(pair, effect) for pair in self.pairs]
        return Summed("paired_effect", self.paired, column(exact), lambda _: (LOW, HIGH))

    @cached_property
    def drifts(self) -> Summed:
        """Where each pair was taken alike."""
        exact = [self._halves(pair, drift) for pair in self.pairs]
        pros = [pair.pro for pair in self.pairs]
        error = self._baseline_error(pros, [-1] * len(pros))
        return Summed("paired_drift", self.paired, column(exact), lambda _: (-FAR, FAR), error)

    def _halves(self, pair: Pair, of: Callable[[Fraction, Fraction, Exact], Exact]) -> Exact:
        pro, con = after(pair.pro), after(pair.con)
        if isinstance(pro, Undefined):
            return pro
        return con if isinstance(con, Undefined) else of(pro, con, self.base.baseline(pair.pro))

    def _baseline_error(
        self, filed: Sequence[Filed], signs: Sequence[int]
    ) -> Callable[[Places], float] | None:
        """The variance that shared baselines put into the mean of some rows; None without any."""
        if not any(map(shares, filed)):
            return None
        seen: dict[int, int] = {}
        keys = [seen.setdefault(id(self.base.pool(each)), len(seen)) for each in filed]
        codes, weights = np.array(keys), np.array(signs, dtype=np.float64)
        first = {key: at for at, key in reversed([*enumerate(keys)])}
        errors = np.array([self.base.pool(filed[first[key]]).error for key in range(len(seen))])
        apart: Floats = np.array([shares(each) and whole(each) for each in filed], np.float64)

        def error(rows: Places) -> float:
            pulls = np.bincount(codes[rows], (weights * apart)[rows], len(errors))
            there = max(float(apart[rows].sum()), 1.0)
            return float(((pulls / there) ** 2 * errors).sum())

        return error


def _named(found: str | Undefined) -> str | None:
    return None if isinstance(found, Undefined) else found
