"""How many models can be told apart, by each way of saying how sure a mean is.

The naive way takes conversations for independent. The published way takes for independent what is
left of each once its target, topic and side are known. The third resamples topics, whose difficulty
all conversations about one share; the fourth topics and counterparts. Source of the second: the
published charts, whose formula was found by reproducing them; of the others ours.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from itertools import combinations
from math import sqrt
from statistics import fmean, stdev
from typing import TYPE_CHECKING, NamedTuple

from suasion.environments.persuasion.conversation import holder, topic
from suasion.environments.persuasion.lookup import leaves_nought_out
from suasion.environments.persuasion.words import PERSUADER, TARGET
from suasion.measures.filed import Filed

if TYPE_CHECKING:
    from suasion.stats.interval import Interval
    from suasion.stats.two_way import Crossed

Z = 1.959963984540054
"""The 97.5% point of the normal distribution, which the naive and the published way use."""


class Cell(NamedTuple):
    """What one conversation came to."""

    model: str
    other: str
    topic: str
    side: str
    shift: float
    filed: Filed


class Apart(NamedTuple):
    """Pairs of models that differ at 95%, of all pairs, by each way."""

    pairs: int
    naive: int
    residual: int
    topics: int
    both: int
    draws: int
    """As `both`, by percentiles of joint draws in place of Student's t."""


@dataclass(frozen=True)
class Rivals:
    """All models in one role, with what their conversations came to."""

    cells: Sequence[Cell]

    @classmethod
    def of(cls, talks: Sequence[Filed], shifts: Mapping[str, float], seat: int) -> Rivals:
        """Those in one seat; conversations without a shift are left out."""
        return cls(list(_cells(talks, shifts, seat)))

    @cached_property
    def by_model(self) -> Mapping[str, Sequence[Cell]]:
        """Each model's own, those with the largest mean first."""
        found: dict[str, list[Cell]] = {}
        for cell in self.cells:
            found.setdefault(cell.model, []).append(cell)
        means = {model: fmean(cell.shift for cell in cells) for model, cells in found.items()}
        return {model: found[model] for model in sorted(found, key=lambda m: (-means[m], m))}

    @cached_property
    def models(self) -> Sequence[str]:
        """The models, the largest mean first."""
        return list(self.by_model)

    @cached_property
    def means(self) -> Mapping[str, float]:
        """The mean shift of each."""
        return {model: fmean(c.shift for c in cells) for model, cells in self.by_model.items()}

    @cached_property
    def naive(self) -> Mapping[str, float | None]:
        """The standard error of each mean, with conversations taken for independent."""
        return {
            model: _error([cell.shift for cell in cells]) for model, cells in self.by_model.items()
        }

    @cached_property
    def residual(self) -> Mapping[str, float | None]:
        """The published one: of what is left of each conversation, less its rivals' mean in it."""
        return {model: _error(list(self._left(model))) for model in self.models}

    @cached_property
    def _places(self) -> Mapping[tuple[str, str, str], Mapping[str, float]]:
        """By topic, side and counterpart the mean of each model."""
        found: dict[tuple[str, str, str], dict[str, list[float]]] = {}
        for cell in self.cells:
            place = found.setdefault((cell.topic, cell.side, cell.other), {})
            place.setdefault(cell.model, []).append(cell.shift)
        return {
            place: {model: fmean(shifts) for model, shifts in models.items()}
            for place, models in found.items()
        }

    def _left(self, model: str) -> Iterator[float]:
        for cell in self.by_model[model]:
            there = self._places[cell.topic, cell.side, cell.other]
            rivals = [mean for other, mean in there.items() if other != model]
            if rivals:
                yield cell.shift - fmean(rivals)

    @cached_property
    def apart(self) -> Apart:
        """How many pairs differ."""
        pairs = list(combinations(range(len(self.models)), 2))
        return Apart(
            len(pairs),
            sum(self._differ(self.naive, *pair) for pair in pairs),
            sum(self._differ(self.residual, *pair) for pair in pairs),
            sum(map(leaves_nought_out, self._differences(pairs, 1))),
            sum(map(leaves_nought_out, self._differences(pairs, 2))),
            self._by_draws(pairs),
        )

    def _by_draws(self, pairs: Sequence[tuple[int, int]]) -> int:
        """Pairs whose difference keeps its sign in 95% of draws of topics and counterparts."""
        import numpy as np

        from suasion.stats.two_way import drawn

        made = drawn(self._crossed(2))
        apart = 0
        for one, two in pairs:
            low, high = np.nanquantile(made[one] - made[two], (0.025, 0.975))
            apart += not low <= 0 <= high
        return apart

    def _differ(self, errors: Mapping[str, float | None], one: int, two: int) -> bool:
        """Whether two means differ, each with an error of its own."""
        first, second = self.models[one], self.models[two]
        both = errors[first], errors[second]
        if both[0] is None or both[1] is None:
            return False
        return abs(self.means[first] - self.means[second]) > Z * sqrt(both[0] ** 2 + both[1] ** 2)

    def difference(self, one: str, two: str) -> Interval:
        """The mean of one less that of another, on their common counterparts."""
        at = self.models.index
        return self._differences([(at(one), at(two))], 2)[0]

    def _differences(self, pairs: Sequence[tuple[int, int]], kinds: int) -> list[Interval]:
        from suasion.stats.two_way import differences

        return differences(self._crossed(kinds), pairs) if pairs else []

    def _crossed(self, kinds: int) -> Crossed:
        """Sums by model, topic and, of two kinds of cluster, counterpart."""
        import numpy as np

        from suasion.stats.two_way import Crossed

        topics = {name: at for at, name in enumerate(dict.fromkeys(c.topic for c in self.cells))}
        others = {name: at for at, name in enumerate(dict.fromkeys(c.other for c in self.cells))}
        models = {name: at for at, name in enumerate(self.models)}
        shape = len(models), len(topics), len(others) if kinds == 2 else 1
        sums, weights = np.zeros(shape), np.zeros(shape)
        for cell in self.cells:
            place = models[cell.model], topics[cell.topic], others[cell.other] if kinds == 2 else 0
            sums[place] += cell.shift
            weights[place] += 1
        return Crossed(sums, weights, ("topic", "counterpart")[:kinds])


def _cells(talks: Sequence[Filed], shifts: Mapping[str, float], seat: int) -> Iterator[Cell]:
    for each in talks:
        model, other = holder(each, seat), holder(each, TARGET if seat == PERSUADER else PERSUADER)
        if model is not None and other is not None and model != other and each.id in shifts:
            side = str(each.episode.header.settings["side"])
            yield Cell(model, other, topic(each), side, shifts[each.id], each)


def _error(numbers: Sequence[float]) -> float | None:
    return stdev(numbers) / sqrt(len(numbers)) if len(numbers) > 1 else None
