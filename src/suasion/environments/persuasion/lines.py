"""Who moved whom: the pairs of a run by line-up, with effect and drift, judged together."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from typing import TYPE_CHECKING, NamedTuple

from suasion.environments.persuasion.conversation import (
    Pair,
    after,
    asked,
    before,
    holder,
    lacking,
    pairs,
)
from suasion.environments.persuasion.rules import AFTER
from suasion.environments.persuasion.words import PERSUADER, TARGET
from suasion.measures.filed import Filed
from suasion.measures.measure import Undefined
from suasion.measures.panel import Link
from suasion.measures.question import Results

if TYPE_CHECKING:
    from suasion.stats.interval import Interval, Recipe

EFFECT, DRIFT = "effect", "drift"
MEASURES = {EFFECT: "paired_effect", DRIFT: "paired_drift"}
SETTLED = 0.05


class One(NamedTuple):
    """A pair's numbers, and where its PRO conversation ended."""

    pair: Pair
    effect: float
    drift: float
    own_drift: float | None
    """The drift from what the two said before, in place of the pooled baseline."""
    link: Link

    def of(self, series: str) -> float:
        """The effect, or the drift."""
        return self.effect if series == EFFECT else self.drift


class Line(NamedTuple):
    """What one persuader did to one target."""

    name: str
    ones: Sequence[One]
    effect: Interval
    drift: Interval
    p: float | None
    """Of no effect, two-sided, corrected by Holm over all lines' effects and drifts; `None` with
    fewer than six pairs."""
    p_drift: float | None
    """The same of no drift."""

    @property
    def settled(self) -> bool:
        """Whether the effect may be spoken of as one."""
        return self.p is not None and self.p < SETTLED

    @property
    def drifts(self) -> bool:
        """Whether the drift may be spoken of as one."""
        return self.p_drift is not None and self.p_drift < SETTLED


@dataclass(frozen=True)
class Answer:
    """The numbers of this question."""

    results: Results

    @cached_property
    def ones(self) -> dict[tuple[str, str], list[One]]:
        """Every pair with numbers, by who argued with whom."""
        of = {
            key: {v.episode: v.value for v in self.results.values(MEASURES[key])}
            for key in MEASURES
        }
        found: dict[tuple[str, str], list[One]] = {}
        for pair in pairs(self.filed):
            effect, drift = (of[key].get(pair.pro.id) for key in (EFFECT, DRIFT))
            if isinstance(effect, int | float) and isinstance(drift, int | float):
                one = One(pair, effect, drift, _own_drift(pair), ended(pair.pro))
                found.setdefault(_who(pair.pro), []).append(one)
        return found

    @cached_property
    def filed(self) -> list[Filed]:
        """The conversations of the status that most are of: others are never pooled with them."""
        statuses = [each.status for each in self.results.filed if lacking(each) is None]
        most = max(statuses, key=statuses.count, default=None)
        return [each for each in self.results.filed if each.status == most]

    @cached_property
    def lines(self) -> list[Line]:
        """By who argued with whom, the strongest effect first."""
        from suasion.stats.holm import holm
        from suasion.stats.interval import Recipe
        from suasion.stats.mean import mean
        from suasion.stats.permutation import sign_flip

        recipe, names = Recipe(methods=(self.results.methods[0],)), self._names
        effects = [[one.effect for one in ones] for ones in self.ones.values()]
        drifts = [[one.own_drift or 0.0 for one in ones] for ones in self.ones.values()]
        ps = holm([sign_flip(values).value for values in (*effects, *drifts)])
        made = [
            Line(
                names[who],
                ones,
                mean([one.effect for one in ones], recipe)[0],
                _of_drift(ones, recipe),
                ps[at],
                ps[at + len(effects)],
            )
            for at, (who, ones) in enumerate(self.ones.items())
        ]
        return sorted(made, key=lambda line: -(line.effect.value or 0))

    @property
    def _names(self) -> dict[tuple[str, str], str]:
        """What figures call a line: its condition, where each has one of its own; else who it is.

        Of who it is only the part that differs, where one does not.
        """
        arms = {who: {one.pair.pro.arm or "" for one in ones} for who, ones in self.ones.items()}
        each = [arm for several in arms.values() for arm in several]
        if all(each) and len(set(each)) == len(each) == len(arms):
            return {who: arm for who, (arm,) in arms.items()}
        persuaders, targets = ({who[at] for who in self.ones} for at in (PERSUADER, TARGET))
        return {
            who: " → ".join(
                _short(agent)
                for agent, several in zip(who, (persuaders, targets), strict=True)
                if len(several) > 1 or len(persuaders) == len(targets) == 1
            )
            for who in self.ones
        }


def _own_drift(pair: Pair) -> float | None:
    stances = [before(pair.pro), before(pair.con), after(pair.pro), after(pair.con)]
    exact = [stance for stance in stances if not isinstance(stance, Undefined)]
    return float(sum(exact[2:]) - sum(exact[:2])) / 2 if len(exact) == len(stances) else None


def _of_drift(ones: Sequence[One], recipe: Recipe) -> Interval:
    """The mean drift, with the interval it has when each pair is its own baseline.

    A pooled baseline is one number with an error of its own, which the spread of pairs about it
    does not show.
    """
    from suasion.stats.mean import mean

    made = mean([one.drift for one in ones], recipe)[0]
    own = [one.own_drift for one in ones if one.own_drift is not None]
    if len(own) < len(ones):
        return replace(made, low=None, high=None, method="none: not all were probed before")
    wide = mean(own, recipe)[0]
    if wide.low is None or wide.high is None:
        return replace(wide, value=made.value)
    by = (made.value or 0.0) - (wide.value or 0.0)
    return replace(wide, value=made.value, low=wide.low + by, high=wide.high + by)


def _who(filed: Filed) -> tuple[str, str]:
    return holder(filed, PERSUADER) or "unknown", holder(filed, TARGET) or "unknown"


def _short(agent: str) -> str:
    """The last part of an id, its parameters included."""
    kind, slash, name = agent.partition("/")
    return name if slash and kind == "policy" else agent


def ended(filed: Filed) -> Link:
    """The last probe after a conversation; the conversation where there is none."""
    events = [probe.event for probe in asked(filed, AFTER) if probe.event is not None]
    return Link(filed.id, events[-1] if events else None)
