"""Do agents differ in when they spend?"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from itertools import combinations
from math import comb, fsum
from typing import NamedTuple

from suasion.core.asks import Json
from suasion.environments.influence.measures.game import facts_of, game_of
from suasion.environments.influence.questions.common import (
    METHODS,
    One,
    rows_of,
    short_names,
    shown,
    thin,
    typical,
    whole,
)
from suasion.measures.estimate import Estimate
from suasion.measures.filed import Filed
from suasion.measures.panel import Link, Mark, Panel
from suasion.measures.question import Example, Finding, Question, Results

MEASURE = "timing_signature"
COLUMNS = ("agent", "series", "kind", "action number", "share", "low", "high", "n", "evidence")
OWN = ("model", "action_index", "arm")
EARLY = 5
"""Actions that a beginning is made of."""


class Played(NamedTuple):
    """One seat of one game that an agent held."""

    filed: Filed
    seat: int
    series: Sequence[float]


@dataclass(frozen=True)
class Answer:
    """The lines of this question: by agent, of the largest group of like games."""

    results: Results

    @cached_property
    def group(self) -> Mapping[str, Json] | None:
        """The group with messages that has most agent-episodes."""
        sizes: Counter[str] = Counter()
        keys: dict[str, Mapping[str, Json]] = {}
        for row in self._rows:
            key = {k: v for k, v in row.by.items() if k not in OWN} | {"status": row.status}
            if row.n and row.by["action_index"] == 1 and str(key["condition"]).endswith("msg-on"):
                keys[repr(key)] = key
                sizes[repr(key)] += row.n
        return keys[sizes.most_common(1)[0][0]] if sizes else None

    @property
    def _rows(self) -> list[Estimate]:
        """Without the study's conditions, by the default method alone."""
        first: dict[tuple[str, str], Estimate] = {}
        for row in self.results.estimates(MEASURE):
            if "arm" not in row.by:
                first.setdefault((row.status, repr(row.by)), row)
        return list(first.values())

    @cached_property
    def lines(self) -> dict[str, list[Estimate]]:
        """By agent, an estimate for each action."""
        found: dict[str, list[Estimate]] = {}
        for row in self._rows:
            key = {k: v for k, v in row.by.items() if k not in OWN} | {"status": row.status}
            if key == self.group and row.n:
                found.setdefault(str(row.by["model"]), []).append(row)
        return {agent: sorted(rows, key=_place) for agent, rows in sorted(found.items())}

    @cached_property
    def played(self) -> dict[str, list[Played]]:
        """By agent, every seat it held in these games."""
        values: dict[tuple[str, str | None], list[float]] = {}
        for value in self.results.values(MEASURE):
            if isinstance(value.value, int | float):
                values.setdefault((value.episode, value.seat), []).append(value.value)
        found: dict[str, list[Played]] = {agent: [] for agent in self.lines}
        for each in filter(self._in_group, self.results.filed):
            for at, seat in enumerate(each.seats):
                series = values.get((each.id, seat.name))
                if seat.agent in found and series:
                    found[seat.agent].append(Played(each, at, series))
        return found

    def _in_group(self, filed: Filed) -> bool:
        facts, group = facts_of(filed.episode.header.settings), self.group or {}
        own = (facts.condition, len(filed.seats), facts.rounds, facts.slots, facts.payoff)
        names = ("condition", "seats", "rounds", "slots", "self_pull_payoff")
        same = own == tuple(group.get(name) for name in names)
        return same and filed.status == group.get("status") and whole(filed)

    @cached_property
    def names(self) -> dict[str, str]:
        """What figures call the agents."""
        return short_names(list(self.lines))

    def end(self, agent: str) -> float:
        """The share of an agent's whole budget that went into pulls."""
        return self.lines[agent][-1].value or 0.0

    @cached_property
    def accent(self) -> str:
        """The line that ends farthest from the mean of the others."""
        ends = {agent: self.end(agent) for agent in self.lines}

        def away(agent: str) -> float:
            others = [end for other, end in ends.items() if other != agent]
            return abs(ends[agent] - fsum(others) / len(others)) if others else 0.0

        return max(ends, key=away)

    @cached_property
    def apart(self) -> list[tuple[str, str]]:
        """Pairs whose ends differ, judged together by Holm's method."""
        from suasion.stats.holm import holm

        pairs = list(combinations(self.lines, 2))
        judged = holm([self._p(*pair) for pair in pairs])
        return [pair for pair, p in zip(pairs, judged, strict=True) if p is not None and p < 0.05]

    def _p(self, agent: str, other: str) -> float | None:
        """By flipping signs of games where two agents met, by regrouping where they never did."""
        from suasion.stats.permutation import sign_flip, two_sample

        one, two = self._ends(agent), self._ends(other)
        met = [one[game] - two[game] for game in one if game in two]
        if met:
            return sign_flip(met).value
        return two_sample(list(one.values()), list(two.values())).value

    def _ends(self, agent: str) -> dict[str, float]:
        """By game, the share of an agent's budget that went into pulls, over its seats."""
        by: dict[str, list[float]] = {}
        for played in self.played[agent]:
            by.setdefault(played.filed.id, []).append(played.series[-1])
        return {game: fsum(ends) / len(ends) for game, ends in by.items()}


def _place(row: Estimate) -> int:
    return int(row.by["action_index"])


def applies(results: Results) -> str | None:
    """It takes a whole game with messages, in which a seat's holder is on record."""
    if Answer(results).group is None:
        return "no whole game with messages names who held its seats"
    return None


def answer(results: Results) -> Finding:
    """The finding, its figure and its evidence."""
    found = Answer(results)
    marks = [mark for agent in found.lines for mark in _marks(found, agent)]
    last = max(len(rows) for rows in found.lines.values())
    return Finding(
        sentence=_sentence(found),
        panel=Panel(
            "lines",
            f"action number (each seat takes {last})",
            marks,
            y="share of actions so far spent as pulls",
            accent=found.names[found.accent],
            domain=(0.0, 1.0),
            percent=True,
        ),
        how_to_read=(
            f"Each line follows one agent through its {last} actions: of everything it has done so "
            "far, the share that is pulls rather than messages; lines are named at their ends, and "
            "the line that ends farthest from the others is coloured."
        ),
        sureness=list(_sureness(found)),
        statistics=_statistics(found),
        columns=COLUMNS,
        rows=rows_of(marks),
        examples=list(_examples(found)),
        exclusions=list(_exclusions(found)),
        episodes=list(dict.fromkeys(p.filed.id for some in found.played.values() for p in some)),
        episode_columns=_columns(found),
    )


def _marks(found: Answer, agent: str) -> Iterator[Mark]:
    """A mark an action, each linked to that very action of the most typical seat."""
    middle = _typical(found, agent)
    for row in found.lines[agent]:
        at = _place(row)
        link = _action(middle, at)
        yield Mark(found.names[agent], at, row.value, row.low, row.high, row.n, link)


def _typical(found: Answer, agent: str) -> Played:
    """The seat whose series ends nearest to the line's."""
    return min(found.played[agent], key=lambda played: abs(played.series[-1] - found.end(agent)))


def _action(played: Played, at: int) -> Link:
    game = game_of(played.filed)
    return Link(played.filed.id, game.ids[game.actions[played.seat][at - 1].at])


def _sentence(found: Answer) -> str:
    low, high = _extremes(found)
    if low == high:
        return f"Only one agent is on record: {_course(found, low)}."
    if found.apart:
        verdict = "Spending rhythms differ"
    else:
        verdict = "Whether spending rhythms differ is not settled"
    return (
        f"{verdict}: {_course(found, high)}, while {_course(found, low)}. It says when budgets "
        "move, not what was said."
    )


def _extremes(found: Answer) -> tuple[str, str]:
    """Who ends lowest and highest: the widest pair that differs, or of all where none does."""
    named: Sequence[str] = list(found.lines)
    if found.apart:
        named = max(found.apart, key=lambda two: abs(found.end(two[0]) - found.end(two[1])))
    ends = sorted(named, key=found.end)
    return ends[0], ends[-1]


def _course(found: Answer, agent: str) -> str:
    rows = found.lines[agent]
    early = rows[min(EARLY, len(rows)) - 1]
    return (
        f"{found.names[agent]} spends {shown(early.value or 0, percent=True)} of its first "
        f"{_place(early)} actions on pulls and ends at {shown(found.end(agent), percent=True)}"
    )


def _sureness(found: Answer) -> Iterator[str]:
    counts = {found.names[agent]: rows[0].n for agent, rows in found.lines.items()}
    yield (
        "Agent-episodes, one for each seat an agent held: "
        + ", ".join(f"{name} n = {n}" for name, n in counts.items())
        + "."
    )
    row = next(iter(found.lines.values()))[-1]
    made = METHODS.get(row.method, row.method)
    yield (
        f"Intervals: {row.level:.0%}, by {made}; the independent unit is the game, with all seats "
        "of an agent together."
    )
    pairs = comb(len(found.lines), 2)
    if pairs:
        yield (
            "Whether lines differ is judged at their ends alone, by flipping the signs of whole "
            f"games, two-sided, corrected by Holm's method: {len(found.apart)} of {pairs} pairs "
            "differ. No order is claimed elsewhere."
        )
    if len(set(counts.values())) > 1:
        yield "Unequal pools: lines over more agent-episodes are smoother; they are not ranked."
    roles = {seat.role for some in found.played.values() for p in some for seat in p.filed.seats}
    if "focal" in roles:
        yield (
            "Agents pool all their seats, focal and background; those with background seats only "
            "have no line."
        )
    yield "Forfeits are spent actions that are no pulls. Nothing here reads a message."
    yield from thin(min(counts.values()))


def _statistics(found: Answer) -> dict[str, Json]:
    """In the form of the published page: a series an agent; what nobody measured is None."""
    group = found.group or {}
    longest = max(len(rows) for rows in found.lines.values())
    return {
        "group": dict(group),
        "timing.action_index": list(range(1, longest + 1)),
        **{
            f"timing.per_model {agent}": {
                "n_agent_episodes": rows[0].n,
                "series": [row.value for row in rows],
            }
            for agent, rows in found.lines.items()
        },
        "ends_apart": [list(pair) for pair in found.apart],
        "self_pull_slope": _slope(found.results),
    }


def _slope(results: Results) -> Json:
    """Of mixed economies only; None where none was played."""
    try:
        rows = results.estimates("self_pull_slope")
    except LookupError:
        return None
    found = [row.value for row in rows if row.value is not None]
    return found or None


def _exclusions(found: Answer) -> Iterator[str]:
    cut = sum(not whole(each) for each in found.results.filed)
    if cut:
        yield f"{cut} games that were cut short or whose record is damaged."
    inside = {p.filed.id for some in found.played.values() for p in some}
    other = sum(whole(each) and each.id not in inside for each in found.results.filed)
    if other:
        yield (
            f"{other} games of another condition, size or status: never pooled; with messages off "
            "every action is a pull or lost."
        )


def _examples(found: Answer) -> Iterator[Example]:
    agent = found.accent
    ones = [One(p.series[-1], _action(p, len(p.series))) for p in found.played[agent]]
    name = found.names[agent]
    far = max(ones, key=lambda one: abs(one.value - found.end(agent)))
    for rule, one in (
        ("typical, its end nearest to the line's", typical(ones, found.end(agent))),
        ("extreme, its end farthest from the line's", far),
    ):
        words = f"{name} ended at {shown(one.value, percent=True)}; its last action"
        yield Example(rule, one.link, words)


def _columns(found: Answer) -> dict[str, dict[str, Json]]:
    columns: dict[str, dict[str, Json]] = {}
    for agent, several in found.played.items():
        ends: dict[str, list[float]] = {}
        for played in several:
            ends.setdefault(played.filed.id, []).append(played.series[-1])
        columns[f"pulls, {found.names[agent]}"] = {
            id_: round(fsum(some) / len(some), 3) for id_, some in ends.items()
        }
    return columns


QUESTION = Question("timing", "Do agents differ in when they spend?", applies, answer)
