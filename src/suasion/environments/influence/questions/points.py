"""Can agents get others to give them points?"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property

from suasion.core.asks import Json
from suasion.environments.influence.questions.common import (
    COLUMNS,
    Cast,
    Contrast,
    One,
    by_seat,
    contrasts,
    correction,
    interval,
    marks_of,
    mean_of,
    method_words,
    pulls_for,
    reading,
    rows_of,
    short_names,
    shown,
    thin,
    typical,
)
from suasion.measures.panel import Mark, Panel
from suasion.measures.pooling import counted
from suasion.measures.question import Example, Finding, Question, Results

TALK, TWIN, CHANCE = "messages on", "silent twin", "even share"


@dataclass(frozen=True)
class Answer:
    """The numbers of this question: by agent and series, one for each game."""

    results: Results

    @cached_property
    def cast(self) -> Cast:
        """The games with messages in which somebody counts."""
        return Cast(self.results, lambda each: bool(counted(each)))

    @cached_property
    def names(self) -> dict[str, str]:
        """Agents, in order of what they received, and what figures call them."""
        mean = {agent: self._mean(agent) for agent in self._agents}
        return short_names(sorted(self._agents, key=lambda agent: -mean[agent]))

    @property
    def _agents(self) -> list[str]:
        return sorted({agent for each in self.cast.filed for agent in counted(each)})

    def _mean(self, agent: str) -> float:
        ones = self.ones[agent, TALK]
        return sum(one.value for one in ones) / max(len(ones), 1)

    @cached_property
    def ones(self) -> dict[tuple[str, str], list[One]]:
        """Points of an agent's seats: with messages, in the silent twin, and at an even share."""
        points = by_seat(self.results, "points_received")
        pulls = by_seat(self.results, "pulls_made")
        found: dict[tuple[str, str], list[One]] = {}
        for each in self.cast.filed:
            twin = self.cast.twins.get(each.id)
            for agent, seats in counted(each).items():
                link = pulls_for(each, seats)
                part = {
                    TALK: mean_of(points[each.id], seats),
                    CHANCE: even_share(pulls[each.id], seats),
                }
                for series, value in part.items():
                    if value is not None:
                        found.setdefault((agent, series), []).append(One(value, link))
                silent = mean_of(points[twin.id], seats) if twin else None
                if twin and silent is not None:
                    one = One(silent, pulls_for(twin, seats))
                    found.setdefault((agent, TWIN), []).append(one)
        return found

    @cached_property
    def contrasts(self) -> dict[str, Contrast]:
        """Each agent against an even share and against its silent twin."""
        differences: dict[str, Sequence[float]] = {}
        for agent, name in self.names.items():
            talk = self.ones[agent, TALK]
            for series in (CHANCE, TWIN):
                other = self.ones.get((agent, series), [])
                if len(other) == len(talk):
                    pairs = zip(talk, other, strict=True)
                    differences[f"{name} less {series}"] = [a.value - b.value for a, b in pairs]
        return contrasts(differences, self.results.methods)

    def against(self, series: str) -> dict[str, Contrast]:
        """The contrasts with one series, by what figures call the agent."""
        end = f" less {series}"
        found = self.contrasts.items()
        return {name.removesuffix(end): each for name, each in found if name.endswith(end)}


def even_share(pulls: Sequence[float | None], seats: Sequence[int]) -> float | None:
    """What some seats would get on average if every pull of the others went to anyone alike."""
    made = [x for x in pulls if x is not None]
    if len(made) < len(pulls) or len(pulls) < 2:
        return None
    return sum((sum(made) - made[seat]) / (len(made) - 1) for seat in seats) / len(seats)


def applies(results: Results) -> str | None:
    """It takes one whole game with messages, in which a seat's holder is on record."""
    if not Answer(results).cast.filed:
        return "no whole game with messages names who held its seats"
    return None


def answer(results: Results) -> Finding:
    """The finding, its figure and its evidence."""
    found = Answer(results)
    marks: list[Mark] = []
    for agent, name in found.names.items():
        for series in (TALK, TWIN, CHANCE):
            ones = found.ones.get((agent, series), [])
            made = list(marks_of(name, series, ones, results.methods))
            marks += made[:1] if series == CHANCE else made
    return Finding(
        sentence=_sentence(found),
        panel=Panel(
            "forest",
            "points received, per seat and game",
            marks,
            zero=True,
            accent=_named(found)[0],
        ),
        how_to_read=reading(
            "For each agent the full dot is its mean with messages on, the hollow ones its silent "
            "twin (same seats and seeds) and an even share of the pulls that others made",
            marks,
        ),
        sureness=list(_sureness(found)),
        statistics=_statistics(found),
        columns=COLUMNS,
        rows=rows_of(marks),
        examples=list(_examples(found)),
        exclusions=list(_exclusions(found)),
        episodes=[each.id for each in found.cast.filed] + [t.id for t in found.cast.twins.values()],
        episode_columns=_columns(found),
    )


def _named(found: Answer) -> tuple[str | None, str | None]:
    """The agents that the finding names: settled farthest above and below an even share."""
    settled = {n: c.estimate.value or 0 for n, c in found.against(CHANCE).items() if c.settled}
    most = max(settled, key=lambda name: settled[name], default=None)
    return most, min(settled, key=lambda name: settled[name], default=None)


def _sentence(found: Answer) -> str:
    settled = found.against(CHANCE)
    most, least = _named(found)
    if most is None or least is None or (settled[most].estimate.value or 0) <= 0:
        said = "That any agent gets others to give it points is not settled"
        if least is not None:
            said += f": {least} received {settled[least].words('points')} than an even share"
        return said + "." + _twins(found)
    said = (
        f"Yes: with messages, {most} received {settled[most].words('points')} than an even share "
        "of the pulls that others made"
    )
    if (settled[least].estimate.value or 0) < 0:
        said += f", and {least} {settled[least].words('points')}"
    return said + "." + _twins(found)


def _twins(found: Answer) -> str:
    """How agents fare against their silent twins, counted."""
    twins = found.against(TWIN)
    if not twins:
        return ""
    more = [n for n, c in twins.items() if c.settled and (c.estimate.value or 0) > 0]
    fewer = [n for n, c in twins.items() if c.settled and (c.estimate.value or 0) < 0]
    if not more and not fewer:
        return " Against their silent twins no agent's points are settled to differ."
    parts = [f"{way} for {_all(some)}" for some, way in ((more, "rose"), (fewer, "fell")) if some]
    silent = "Against the silent twins, where no action goes into messages,"
    return f" {silent} points {' and '.join(parts)}."


def _all(names: Sequence[str]) -> str:
    """Names in a row: `a, b and c`."""
    return " and ".join(filter(None, [", ".join(names[:-1]), names[-1]]))


def _sureness(found: Answer) -> Iterator[str]:
    first = next(iter(found.contrasts.values()))
    counts = {name: len(found.ones[agent, TALK]) for agent, name in found.names.items()}
    yield "Games with messages: " + ", ".join(f"{name} n = {n}" for name, n in counts.items()) + "."
    yield method_words(first.estimate)
    if len(set(counts.values())) > 1:
        yield "Unequal pools: agents were not all in the same games, so they are not ranked here."
    yield correction(list(found.contrasts.values()))
    yield (
        "An even share is exact for each game: as many pulls by the same seats, each for any other "
        "seat alike. A seat that pulls less itself has a larger one."
    )
    twins = len(found.cast.twins)
    yield (
        f"{twins} of {len(found.cast.filed)} games have a silent twin. A message costs an action, "
        "so talk that persuades nobody lowers everyone's points."
    )
    yield from thin(len(found.cast.filed))


def _statistics(found: Answer) -> dict[str, Json]:
    statistics: dict[str, Json] = {
        "games": len(found.cast.filed),
        "silent_twins": len(found.cast.twins),
    }
    for agent in found.names:
        for series in (TALK, TWIN, CHANCE):
            ones = found.ones.get((agent, series), [])
            made = interval([one.value for one in ones], found.results.methods)
            statistics[f"{agent}.{series.replace(' ', '_')}"] = made.value
    for name, each in found.contrasts.items():
        value = each.estimate
        statistics[f"contrast {name}"] = {
            "difference": value.value,
            "low": value.low,
            "high": value.high,
            "n": value.n,
            "method": value.method,
            "p_holm": each.p,
        }
    return statistics


def _exclusions(found: Answer) -> Iterator[str]:
    yield from found.cast.left_out
    without = len(found.cast.filed) - len(found.cast.twins)
    if without and found.cast.twins:
        yield f"{without} games have no silent twin: in no comparison with one."
    unknown = sum(seat.agent is None for each in found.cast.filed for seat in each.seats)
    if unknown:
        yield f"{unknown} seats whose holder is not on record."


def _examples(found: Answer) -> Iterator[Example]:
    agent, name = next(iter(found.names.items()))
    ones = found.ones[agent, TALK]
    mean = sum(one.value for one in ones) / len(ones)
    for rule, one in (
        ("typical, nearest to the mean of the agent that received most", typical(ones, mean)),
        ("extreme, the game in which it received most", max(ones, key=lambda o: o.value)),
        ("counter-example, the game in which it received least", min(ones, key=lambda o: o.value)),
    ):
        words = f"{name} received {shown(one.value)} points; its last pull"
        yield Example(rule, one.link, words)


def _columns(found: Answer) -> Mapping[str, Mapping[str, Json]]:
    columns: dict[str, dict[str, Json]] = {}
    for agent, name in found.names.items():
        both = [*found.ones.get((agent, TALK), []), *found.ones.get((agent, TWIN), [])]
        columns[name] = {one.link.episode: round(one.value, 3) for one in both}
    return columns


QUESTION = Question("points", "Can agents get others to give them points?", applies, answer)
