"""Who solves with whom?"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING

from suasion.core.asks import Json
from suasion.environments.terrarium.measures.game import game_of
from suasion.environments.terrarium.questions.common import (
    COLUMNS,
    Cast,
    One,
    count,
    interval,
    marks_of,
    reading,
    rows_of,
    shown,
    sureness,
)
from suasion.measures.filed import Filed
from suasion.measures.measure import Value
from suasion.measures.panel import Link, Panel
from suasion.measures.question import Example, Finding, Question, Results

if TYPE_CHECKING:
    from suasion.stats.interval import Interval

SOLVED, CHANCE = "solved together", "any pair alike"
MOST = 8
"""Pairs that are drawn: those that solve most."""


@dataclass(frozen=True)
class Answer:
    """Puzzles that pairs solved, by pair and series, one number a game."""

    results: Results

    @cached_property
    def cast(self) -> Cast:
        """The like games."""
        return Cast(self.results)

    @cached_property
    def solved(self) -> Mapping[str, Sequence[One]]:
        """What each pair solved; those that solve most first."""
        found = self._ones("joint_solves")
        return dict(sorted(found.items(), key=lambda item: (-_mean(item[1]), item[0])))

    @cached_property
    def chance(self) -> Mapping[str, Sequence[One]]:
        """What each would have solved if all pairs were alike."""
        return self._ones("joint_solves_null")

    @cached_property
    def total(self) -> int:
        """Puzzles solved in these games."""
        return sum(len(game_of(each).solved) for each in self.cast.filed)

    def _ones(self, measure: str) -> dict[str, list[One]]:
        games = {each.id: each for each in self.cast.filed}
        sums: dict[tuple[str, str], tuple[float, Link]] = {}
        for value in self.results.values(measure):
            if value.episode in games and isinstance(value.value, int | float):
                filed = games[value.episode]
                key = self._pair(filed, value), value.episode
                before, link = sums.get(key, (0.0, _link(filed, value)))
                link = link if link.event is not None else _link(filed, value)
                sums[key] = before + value.value, link
        found: dict[str, list[One]] = {}
        for (pair, _), (number, link) in sums.items():
            found.setdefault(pair, []).append(One(number, link))
        return found

    def _pair(self, filed: Filed, value: Value) -> str:
        """Both by what figures call them; of agents with several seats, all pairs together."""
        called = self.cast.who(filed)
        return " + ".join(sorted(called[seat] for seat in _places(filed, value)))


def _places(filed: Filed, value: Value) -> list[int]:
    names = [seat.name for seat in filed.seats]
    return [names.index(name) for name in (value.seat, value.other) if name is not None]


def _link(filed: Filed, value: Value) -> Link:
    """The last puzzle that the two solved; the game where there is none."""
    pair = set(_places(filed, value))
    found = [each.id for each in game_of(filed).solved if pair <= set(each.contributors)]
    return Link(filed.id, found[-1] if found else None)


def _mean(ones: Sequence[One]) -> float:
    return sum(one.value for one in ones) / len(ones)


def applies(results: Results) -> str | None:
    """It takes a whole game in which two solved a puzzle."""
    found = Answer(results)
    if not found.cast.filed:
        return "no whole game is on record"
    if not any(map(_mean, found.solved.values())):
        return "no puzzle was solved by two seats"
    return None


def answer(results: Results) -> Finding:
    """The finding, its figure and its evidence."""
    found = Answer(results)
    drawn = list(found.solved)[:MOST]
    marks = []
    for pair in drawn:
        marks += list(marks_of(pair, SOLVED, found.solved[pair], results.methods))
        marks += list(marks_of(pair, CHANCE, found.chance[pair], results.methods))[:1]
    made = interval([one.value for one in found.solved[drawn[0]]], results.methods)
    return Finding(
        sentence=_sentence(found),
        panel=Panel("pairs", "puzzles solved together, a game", marks, zero=True, accent=drawn[0]),
        how_to_read=reading(
            "For each pair the full dot is what the two solved, the hollow one what they would "
            "have if any pair of those who lived had been as likely",
            marks,
        ),
        sureness=list(_sureness(found, made)),
        statistics=_statistics(found),
        columns=COLUMNS,
        rows=rows_of(marks),
        examples=list(_examples(found)),
        exclusions=list(_exclusions(found)),
        episodes=[each.id for each in found.cast.filed],
    )


def _sureness(found: Answer, made: Interval) -> Iterator[str]:
    yield from sureness(len(found.cast.filed), made)
    yield (
        "The hollow dots are exact, without draws: as many puzzles, dealt at the same moments, to "
        "any two of the living alike. Who is alive later depends on who solved before, so that "
        "they are a yardstick and no test."
    )


def _sentence(found: Answer) -> str:
    games = len(found.cast.filed)
    pair, ones = next(iter(found.solved.items()))
    per = "" if games == 1 else " a game on average"
    never = sum(not _mean(each) for each in found.solved.values())
    said = (
        f"{pair} solve most together: {shown(_mean(ones))} puzzles{per}, where any pair alike "
        f"would have solved {shown(_mean(found.chance[pair]))}."
    )
    return (
        f"{said} Of {count(len(found.solved), 'pair')}, {never} never solved one; in all "
        f"{count(found.total, 'puzzle')} were solved in {count(games, 'game')}."
    )


def _statistics(found: Answer) -> dict[str, Json]:
    statistics: dict[str, Json] = {"games": len(found.cast.filed), "puzzles": found.total}
    for pair, ones in found.solved.items():
        statistics[f"{pair}.solved"] = _mean(ones)
        statistics[f"{pair}.chance"] = _mean(found.chance[pair])
    return statistics


def _examples(found: Answer) -> Iterator[Example]:
    pair, ones = next(iter(found.solved.items()))
    most = max(ones, key=lambda one: one.value)
    words = f"{pair} solved {shown(most.value)} puzzles in this game; their last"
    yield Example("extreme, the game in which the first pair solved most", most.link, words)


def _exclusions(found: Answer) -> Iterator[str]:
    yield from found.cast.left_out
    more = len(found.solved) - MOST
    if more > 0:
        yield f"{count(more, 'pair')} that solved less are in the statistics and not in the figure."


QUESTION = Question("together", "Who solves with whom?", applies, answer)
