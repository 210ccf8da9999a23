"""Who moved whom: the pairs of a run by line-up, with effect and drift, judged together."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from typing import TYPE_CHECKING, NamedTuple

from suasion.environments.persuasion.conversation import (
    after,
    asked,
    before,
    holder,
    lacking,
    topic,
)
from suasion.environments.persuasion.lookup import Lookup
from suasion.environments.persuasion.pairs import Pair, pairs
from suasion.environments.persuasion.rules import AFTER
from suasion.environments.persuasion.significance import p_of
from suasion.environments.persuasion.words import PERSUADER, TARGET
from suasion.measures.estimate import Estimate
from suasion.measures.filed import Filed
from suasion.measures.measure import Undefined
from suasion.measures.panel import Link
from suasion.measures.question import Results

if TYPE_CHECKING:
    from suasion.stats.interval import Interval, Recipe

EFFECT, DRIFT = "effect", "drift"
MEASURES = {EFFECT: "paired_effect", DRIFT: "paired_drift"}
SETTLED = 0.05
MANY = 12
"""Line-ups up to which each is a line of its own; of more, each persuader is."""


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

    @property
    def merged(self) -> bool:
        """Whether a line is all that a persuader did, whoever listened."""
        return len(self.ones) > MANY

    @cached_property
    def lines(self) -> list[Line]:
        """By who argued with whom, or by who argued, the strongest effect first."""
        made = self._by_persuader() if self.merged else self._by_both()
        return sorted(made, key=lambda line: -(line.effect.value or 0))

    def _by_persuader(self) -> list[Line]:
        """Means over targets and topics, which persuaders share: both are resampled."""
        from suasion.stats.holm import holm

        look, own = Lookup(self.results), self._of_persuaders()
        rows = {key: look.rows(name, "mean", "persuader") for key, name in MEASURES.items()}
        able = [who for who in own if all((who,) in of for of in rows.values())]
        few = [_fewest(own[who]) for who in able]
        ps = holm(
            [p_of(of[who,], n) for of in rows.values() for who, n in zip(able, few, strict=True)]
        )
        return [
            Line(
                _short(who),
                own[who],
                _interval(rows[EFFECT][who,]),
                _interval(rows[DRIFT][who,]),
                ps[at],
                ps[at + len(able)],
            )
            for at, who in enumerate(able)
        ]

    def _of_persuaders(self) -> dict[str, list[One]]:
        found: dict[str, list[One]] = {}
        for (persuader, _), ones in self.ones.items():
            found.setdefault(persuader, []).extend(ones)
        return found

    def _by_both(self) -> list[Line]:
        from suasion.stats.holm import holm
        from suasion.stats.interval import Recipe
        from suasion.stats.mean import mean
        from suasion.stats.permutation import sign_flip

        recipe, names = Recipe(methods=(self.results.methods[0],)), self._names
        effects = [[one.effect for one in ones] for ones in self.ones.values()]
        drifts = [[one.own_drift or 0.0 for one in ones] for ones in self.ones.values()]
        ps = holm([sign_flip(values).value for values in (*effects, *drifts)])
        return [
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


def _fewest(ones: Sequence[One]) -> int:
    """The smaller of how many topics and how many targets there are."""
    topics = {topic(one.pair.pro) for one in ones}
    return min(len(topics), len({holder(one.pair.pro, TARGET) for one in ones}))


def _interval(row: Estimate) -> Interval:
    from suasion.stats.interval import Interval

    return Interval(row.value, row.low, row.high, row.level, row.n, row.n, row.method, row.reason)


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
