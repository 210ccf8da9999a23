"""What the questions share: like episodes and their silent twins, contrasts, marks and words."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from functools import cached_property
from math import fsum
from typing import TYPE_CHECKING, NamedTuple

from suasion.core.asks import Json
from suasion.environments.influence.measures.game import facts_of, game_of
from suasion.measures.filed import Filed
from suasion.measures.panel import Link, Mark
from suasion.measures.question import Results

if TYPE_CHECKING:
    from suasion.stats.interval import Interval

FEW = 40
"""Episodes up to which each is drawn behind its estimate."""
THIN = 20
"""Episodes below which a page warns."""
SETTLED = 0.05
METHODS = {
    "t": "Student's t",
    "studentised_bootstrap": "the studentised bootstrap",
    "percentile_bootstrap": "the percentile bootstrap",
}
COLUMNS = ("what", "series", "kind", "x", "y", "low", "high", "n", "evidence")
"""Of the table beside a figure: a row a mark."""

Key = tuple[str, str, int, int, int, float | None]


def like(filed: Filed) -> Key:
    """What two episodes share that may stand in one figure."""
    facts = facts_of(filed.episode.header.settings)
    return (
        filed.status, facts.condition, len(filed.seats), facts.rounds, facts.slots, facts.payoff
    )  # fmt: skip


def talks(filed: Filed) -> bool:
    """Whether messages were on."""
    return facts_of(filed.episode.header.settings).talk


def whole(filed: Filed) -> bool:
    """Whether anything can be measured of it."""
    return filed.finished and not filed.damaged


class Cast:
    """The episodes of a figure: the largest set of like ones, and what was left out for it."""

    def __init__(self, results: Results, fits: Callable[[Filed], bool]) -> None:
        able = [each for each in results.filed if whole(each) and talks(each) and fits(each)]
        counts = Counter(map(like, able))
        self.key = counts.most_common(1)[0][0] if counts else None
        self.filed = [each for each in able if like(each) == self.key]
        self.other = len(able) - len(self.filed)
        self._all = results.filed

    @cached_property
    def twins(self) -> Mapping[str, Filed]:
        """By id, the episode of the same seed, seats and rules in which messages were off."""
        silent = {_play(each): each for each in self._all if whole(each) and not talks(each)}
        found = {each.id: silent.get(_play(each)) for each in self.filed}
        return {id_: twin for id_, twin in found.items() if twin is not None}

    @property
    def left_out(self) -> Iterator[str]:
        """What is not in the figure, counted."""
        cut = sum(not each.finished and not each.damaged for each in self._all)
        damaged = sum(each.damaged for each in self._all)
        if cut:
            yield f"{_count(cut, 'episode')} cut short: not comparable with whole ones."
        if damaged:
            yield f"{_count(damaged, 'episode')} with a damaged record: nothing is measured of it."
        if self.other:
            yield f"{_count(self.other, 'episode')} of other rules, sizes or status: never pooled."


def _play(filed: Filed) -> tuple[Json, ...]:
    """What a silent twin shares with the game it is the twin of."""
    facts = facts_of(filed.episode.header.settings)
    topology = facts.condition.rpartition("/")[0]
    agents = tuple((seat.name, seat.agent) for seat in filed.seats)
    return (filed.status, topology, facts.rounds, facts.slots, filed.episode.header.seed, agents)


def by_seat(results: Results, measure: str) -> dict[str, list[float | None]]:
    """A seat-level measure by episode, in seat order."""
    places = {each.id: {s.name: at for at, s in enumerate(each.seats)} for each in results.filed}
    found: dict[str, list[float | None]] = {id_: [None] * len(p) for id_, p in places.items()}
    for value in results.values(measure):
        if value.seat is not None and isinstance(value.value, int | float):
            found[value.episode][places[value.episode][value.seat]] = value.value
    return found


def mean_of(values: Sequence[float | None], seats: Sequence[int]) -> float | None:
    """The mean over some seats, where each has a value."""
    chosen = [values[seat] for seat in seats]
    numbers = [x for x in chosen if x is not None]
    return fsum(numbers) / len(numbers) if numbers and len(numbers) == len(chosen) else None


# --- estimates and contrasts -------------------------------------------------------------------


def interval(values: Sequence[float], methods: Sequence[str]) -> Interval:
    """The mean of one number an episode, by the default method."""
    from suasion.stats.interval import Recipe
    from suasion.stats.mean import mean

    return mean(values, Recipe(methods=(methods[0],)))[0]


class Contrast(NamedTuple):
    """A difference that a question sets out to test."""

    name: str
    estimate: Interval
    others: Sequence[Interval]
    """By the other interval methods."""
    p: float | None
    """Two-sided, corrected by Holm over the question's contrasts; None with fewer than six."""

    @property
    def settled(self) -> bool:
        """Whether it may be spoken of as higher or lower."""
        return self.p is not None and self.p < SETTLED

    def words(self, unit: str) -> str:
        """The difference with its interval: `9.95 fewer points (95% interval 8.85 to 11.2)`."""
        value, low, high = self.estimate.value or 0.0, self.estimate.low, self.estimate.high
        way = "more" if value > 0 else "fewer"
        said = f"{shown(abs(value))} {way} {unit}"
        if low is None or high is None:
            return f"{said} (no interval, n = {self.estimate.n})"
        if value < 0:
            low, high = -high, -low
        if low < 0:
            other = "fewer" if value > 0 else "more"
            return f"{said} (95% interval {shown(-low)} {other} to {shown(high)} {way})"
        return f"{said} (95% interval {shown(low)} to {shown(high)})"


def contrasts(
    differences: Mapping[str, Sequence[float]], methods: Sequence[str]
) -> dict[str, Contrast]:
    """Contrasts of one question, corrected together; each is one difference an episode."""
    from suasion.stats.holm import holm
    from suasion.stats.interval import Recipe
    from suasion.stats.mean import mean
    from suasion.stats.permutation import sign_flip

    found = [mean(values, Recipe(methods=tuple(methods))) for values in differences.values()]
    ps = holm([sign_flip(values).value for values in differences.values()])
    named = zip(differences, found, ps, strict=True)
    return {name: Contrast(name, first, rest, p) for name, (first, *rest), p in named}


def correction(several: Sequence[Contrast]) -> str:
    """How contrasts were judged, in a sentence."""
    count = _count(len(several), "contrast")
    ps = ", ".join(f"{each.name} {p_value(each.p)}" for each in several)
    return (
        f"{count} declared by this question, tested by flipping the signs of whole games, "
        f"two-sided, and corrected together by Holm's method: {ps}."
    )


def p_value(p: float | None) -> str:
    """A p-value for people; none is made of fewer than six games."""
    if p is None:
        return "without a p-value, of fewer than six games"
    return "p < 0.001" if p < 0.001 else f"p = {p:.3f}"


def method_words(estimate: Interval) -> str:
    """How the intervals were made."""
    if estimate.method.startswith("none: "):
        return f"No intervals: {estimate.method.removeprefix('none: ')}."
    made = METHODS.get(estimate.method, estimate.method)
    unit = "the game, which gives one number"
    return f"Intervals: {estimate.level:.0%}, by {made}; the independent unit is {unit}."


def thin(n: int) -> Iterator[str]:
    """A warning, where there are few episodes."""
    if n < THIN:
        yield f"Only {_count(n, 'game')}: fewer than {THIN}, so intervals are themselves uncertain."


def bounds(estimate: Interval) -> str:
    """An interval in words."""
    if estimate.low is None or estimate.high is None:
        return f"no interval, n = {estimate.n}"
    return f"{estimate.level:.0%} interval {shown(estimate.low)} to {shown(estimate.high)}"


def shown(value: float, percent: bool = False) -> str:
    """A number for people: three digits that count."""
    if percent:
        return f"{100 * value:.0f}%".replace("-", "\N{MINUS SIGN}")
    text = f"{value:.3g}" if abs(value) < 1000 else f"{value:.0f}"
    return text.replace("-", "\N{MINUS SIGN}")


def _count(n: int, noun: str) -> str:
    return f"{n} {noun}{'' if n == 1 else 's'}"


def reading(estimate: str, marks: Sequence[Mark]) -> str:
    """How to read a forest: what the large dots are, and the small ones if there are any."""
    small = any(mark.small for mark in marks)
    return f"{estimate}{'; each small dot is one game' if small else ''}."


# --- marks and evidence ------------------------------------------------------------------------


class One(NamedTuple):
    """One episode's number, and where it can be read."""

    value: float
    link: Link


def marks_of(
    label: str, series: str, ones: Sequence[One], methods: Sequence[str]
) -> Iterator[Mark]:
    """An estimate, linked to its most typical episode, and behind it every episode if few."""
    made = interval([one.value for one in ones], methods)
    if made.value is None:
        return
    link = typical(ones, made.value).link
    yield Mark(label, made.value, None, made.low, made.high, made.n, link, series)
    if len(ones) <= FEW:
        for one in ones:
            yield Mark(label, one.value, n=1, link=one.link, series=series, small=True)


def typical(ones: Sequence[One], value: float) -> One:
    """The episode nearest to a value; of several the first."""
    return min(ones, key=lambda one: abs(one.value - value))


def rows_of(marks: Sequence[Mark]) -> list[list[Json | Link]]:
    """The table of a figure: a row a mark."""
    return [
        [
            mark.label, mark.series or None, "episode" if mark.small else "estimate",
            mark.x, mark.y, mark.low, mark.high, mark.n, mark.link,
        ]
        for mark in marks
    ]  # fmt: skip


def pulls_for(filed: Filed, seats: Sequence[int]) -> Link:
    """The last pull that one of some seats received; the episode where there is none."""
    game = game_of(filed)
    found = [game.ids[pull.at] for pull in game.pulls if pull.to in seats]
    return Link(filed.id, found[-1] if found else None)


def short_names(ids: Sequence[str]) -> dict[str, str]:
    """Agents as figures call them: the last part of an id, where that tells them apart."""
    short = {id_: id_.rpartition("/")[2] or id_ for id_ in ids}
    return short if len(set(short.values())) == len(short) else {id_: id_ for id_ in ids}
