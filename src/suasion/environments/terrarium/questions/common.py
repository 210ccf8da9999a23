"""What the questions share: like games, estimates over them, marks and words."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, NamedTuple

from suasion.core.asks import Json
from suasion.core.episode import canonical
from suasion.environments.terrarium.kit_measures import group
from suasion.measures.filed import Filed
from suasion.measures.panel import Link, Mark
from suasion.measures.question import Results

if TYPE_CHECKING:
    from suasion.stats.interval import Interval

FEW = 40
"""Episodes up to which each is drawn behind its estimate."""
THIN = 20
"""Episodes below which a page warns."""
FEWEST = 6
"""Episodes below which no interval is drawn: it would reach far below nothing."""
METHODS = {
    "t": "Student's t",
    "studentised_bootstrap": "the studentised bootstrap",
    "percentile_bootstrap": "the percentile bootstrap",
}
COLUMNS = ("what", "series", "kind", "x", "low", "high", "n", "evidence")
"""Of the table beside a figure: a row a mark."""


def whole(filed: Filed) -> bool:
    """Whether anything can be measured of it."""
    return filed.finished and not filed.damaged


class Cast:
    """The games of a figure: the largest set of like ones, and what was left out for it."""

    def __init__(self, results: Results) -> None:
        able = [each for each in results.filed if whole(each)]
        keys = {each.id: canonical([each.status, dict(group(each))]) for each in able}
        counts = Counter(keys.values())
        most = counts.most_common(1)[0][0] if counts else None
        self.filed = [each for each in able if keys[each.id] == most]
        self.other = len(able) - len(self.filed)
        self._all = results.filed
        agents = [[seat.agent for seat in each.seats] for each in self.filed]
        known = all(None not in each for each in agents)
        self._by_agent = known and any(len(set(each)) > 1 for each in agents)

    def who(self, filed: Filed) -> list[str]:
        """What figures call the seats of a game: by agent where several play, else by name."""
        if self._by_agent:
            return [str(seat.agent).rpartition("/")[2] for seat in filed.seats]
        return [seat.name for seat in filed.seats]

    def seats(self, filed: Filed) -> Mapping[str, Sequence[int]]:
        """The seats of a game by what figures call them."""
        found: dict[str, list[int]] = {}
        for seat, name in enumerate(self.who(filed)):
            found.setdefault(name, []).append(seat)
        return found

    @property
    def left_out(self) -> Iterator[str]:
        """What is not in the figure, counted."""
        yield from incomplete(self._all)
        if self.other:
            yield f"{count(self.other, 'game')} of other rules, treatment or status: never pooled."


def incomplete(filed: Iterable[Filed]) -> Iterator[str]:
    """Games that were cut short or are damaged, counted."""
    every = list(filed)
    cut = sum(not each.finished and not each.damaged for each in every)
    damaged = sum(each.damaged for each in every)
    if cut:
        yield f"{count(cut, 'game')} cut short: not comparable with whole ones."
    if damaged:
        yield f"{count(damaged, 'game')} with a damaged record: nothing is measured of it."


def interval(values: Sequence[float], methods: Sequence[str]) -> Interval:
    """The mean of one number a game, by the default method."""
    from suasion.stats.interval import Recipe
    from suasion.stats.mean import mean

    return mean(values, Recipe(methods=(methods[0],)))[0]


class One(NamedTuple):
    """One game's number, and where it can be read."""

    value: float
    link: Link


def marks_of(
    label: str, series: str, ones: Sequence[One], methods: Sequence[str]
) -> Iterator[Mark]:
    """An estimate, linked to its most typical game, and behind it every game if they are few."""
    made = interval([one.value for one in ones], methods)
    if made.value is None:
        return
    value = made.value
    link = min(ones, key=lambda one: abs(one.value - value)).link
    low, high = (made.low, made.high) if len(ones) >= FEWEST else (None, None)
    yield Mark(label, value, None, low, high, made.n, link, series)
    if 1 < len(ones) <= FEW:
        for one in ones:
            yield Mark(label, one.value, n=1, link=one.link, series=series, small=True)


def rows_of(marks: Sequence[Mark]) -> list[list[Json | Link]]:
    """The table of a figure: a row a mark."""
    return [
        [
            mark.label, mark.series or None, "game" if mark.small else "estimate",
            mark.x, mark.low, mark.high, mark.n, mark.link,
        ]
        for mark in marks
    ]  # fmt: skip


def reading(estimate: str, marks: Sequence[Mark]) -> str:
    """How to read a forest: what the large dots are, and the small ones if there are any."""
    small = any(mark.small for mark in marks)
    return f"{estimate}{'; each small dot is one game' if small else ''}."


def sureness(games: int, estimate: Interval) -> Iterator[str]:
    """How many games, how intervals were made, and a warning where they are few."""
    yield f"n = {games}: the independent unit is the game."
    if games < FEWEST:
        yield f"No intervals of fewer than {FEWEST} games."
    elif estimate.method.startswith("none: "):
        yield f"No intervals: {estimate.method.removeprefix('none: ')}."
    else:
        made = METHODS.get(estimate.method, estimate.method)
        yield f"Intervals: {estimate.level:.0%}, by {made}."
    if games < THIN:
        yield f"Only {count(games, 'game')}: fewer than {THIN}, so nothing general follows."


def shown(value: float) -> str:
    """A number for people: whole tokens, or three digits that count."""
    return f"{value:,.0f}" if abs(value) >= 100 or value == int(value) else f"{value:.3g}"


def count(n: int, noun: str) -> str:
    """`1 game`, `1,200 games`."""
    return f"{n:,} {noun}{'' if n == 1 else 's'}"


def all_of(names: Sequence[str]) -> str:
    """Names in a row: `a, b and c`."""
    return " and ".join(filter(None, [", ".join(names[:-1]), *names[-1:]]))
