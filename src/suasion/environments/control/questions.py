"""What pages ask of a run of numeric control: whether an agent spends for later."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from math import fsum
from typing import TYPE_CHECKING, NamedTuple

from suasion.core.asks import Json
from suasion.environments.control.measures import group, model_of, pays_later
from suasion.environments.control.theory import best
from suasion.measures.filed import Filed
from suasion.measures.panel import Link, Mark, Panel
from suasion.measures.pooling import whole
from suasion.measures.question import Example, Finding, Question, Results

if TYPE_CHECKING:
    from suasion.stats.interval import Interval

SHARE, CHANCE, REGRET = "later_share", "later_share_random", "regret_per_step"
BEST, AT_RANDOM = "best steady spending", "spending at random"
COLUMNS = ("agent", "kind", "share", "low", "high", "n", "evidence")
METHODS = {
    "t": "Student's t",
    "studentised_bootstrap": "the studentised bootstrap",
    "percentile_bootstrap": "the percentile bootstrap",
}
FEW, THIN, SETTLED = 40, 20, 0.05
"""Episodes up to which each is drawn; below which a page warns; the p that settles a contrast."""


class One(NamedTuple):
    """One episode of an agent."""

    filed: Filed
    share: float
    regret: float

    @property
    def link(self) -> Link:
        """Its last step."""
        return Link(self.filed.id, [at for at, _ in self.filed.episode.of("reward")][-1])


class Agent(NamedTuple):
    """One agent: its estimates, and how its share differs from chance."""

    name: str
    ones: Sequence[One]
    share: Interval
    regret: Interval
    p: float | None
    """Two-sided, corrected by Holm over the agents; `None` with fewer than six episodes."""

    @property
    def typical(self) -> One:
        """The episode nearest to the mean share; of several the first."""
        mean = self.share.value or 0.0
        return min(self.ones, key=lambda one: abs(one.share - mean))


@dataclass(frozen=True)
class Answer:
    """The numbers of this question, from the largest set of episodes of one bandit."""

    results: Results

    @cached_property
    def _numbers(self) -> dict[str, dict[str, float]]:
        """By measure and episode."""
        return {
            measure: {
                value.episode: value.value
                for value in self.results.values(measure)
                if isinstance(value.value, int | float)
            }
            for measure in (SHARE, CHANCE, REGRET)
        }

    @cached_property
    def able(self) -> list[Filed]:
        """The whole episodes in which spending for later can be told, and who played is known."""
        shares = self._numbers[SHARE]
        return [
            each
            for each in self.results.filed
            if whole(each) and each.id in shares and each.seats[0].agent is not None
        ]

    @cached_property
    def filed(self) -> list[Filed]:
        """Those of them that are alike."""
        counts = Counter(map(_like, self.able))
        return [each for each in self.able if _like(each) == counts.most_common(1)[0][0]]

    @cached_property
    def chance(self) -> float:
        """The share of a seat that spends at random; the same in all these episodes."""
        return self._numbers[CHANCE][self.filed[0].id]

    @cached_property
    def best(self) -> float | None:
        """The share of the best steady spending; `None` where it is best to spend nothing."""
        model = model_of(self.filed[0])
        spent = best(model.worth, self.filed[0].episode.header.settings["budget"])
        if not any(spent):
            return None
        both = zip(spent, pays_later(model), strict=True)
        return fsum(amount for amount, later in both if later) / fsum(spent)

    @cached_property
    def agents(self) -> list[Agent]:
        """Every agent, the one that spends most for later first."""
        from suasion.stats.holm import holm
        from suasion.stats.permutation import sign_flip

        ones: dict[str, list[One]] = {}
        for each in self.filed:
            share, regret = (self._numbers[measure][each.id] for measure in (SHARE, REGRET))
            ones.setdefault(str(each.seats[0].agent), []).append(One(each, share, regret))
        shares = {agent: [one.share for one in its] for agent, its in ones.items()}
        ps = holm([sign_flip(its, self.chance).value for its in shares.values()])
        names = short_names(list(ones))
        found = [
            Agent(
                names[agent], its, self._interval(shares[agent]),
                self._interval([one.regret for one in its]), p,
            )
            for (agent, its), p in zip(ones.items(), ps, strict=True)
        ]  # fmt: skip
        return sorted(found, key=lambda agent: -(agent.share.value or 0.0))

    def _interval(self, values: Sequence[float]) -> Interval:
        from suasion.stats.interval import Recipe
        from suasion.stats.mean import mean

        return mean(values, Recipe(methods=(self.results.methods[0],)))[0]

    def settled(self, way: int) -> list[Agent]:
        """The agents whose share is settled above chance (1), below (-1), or not at all (0)."""
        return [agent for agent in self.agents if self._way(agent) == way]

    def _way(self, agent: Agent) -> int:
        away = (agent.share.value or 0.0) - self.chance
        if agent.p is None or agent.p >= SETTLED:
            return 0
        return 1 if away > 0 else -1


def _like(filed: Filed) -> str:
    return repr((filed.status, group(filed)))


def short_names(ids: Sequence[str]) -> dict[str, str]:
    """Agents as figures call them: the last part of an id, where that tells them apart."""
    short = {id_: id_.rpartition("/")[2] or id_ for id_ in ids}
    return short if len(set(short.values())) == len(short) else {id_: id_ for id_ in ids}


def applies(results: Results) -> str | None:
    """Some episode must have spent, on channels of both kinds."""
    if not Answer(results).able:
        return "in no whole episode was anything spent where some channels pay later and some now"
    return None


def answer(results: Results) -> Finding:
    """The finding, its figure and its evidence."""
    found = Answer(results)
    marks = list(_marks(found))
    first = found.agents[0]
    return Finding(
        sentence=_sentence(found),
        panel=Panel(
            "forest",
            "share of spending on channels that pay more later than at once",
            marks,
            accent=first.name,
            domain=(0, 1),
            percent=True,
        ),
        how_to_read=_how_to_read(marks),
        sureness=list(_sureness(found)),
        statistics=_statistics(found),
        columns=COLUMNS,
        rows=[
            [
                mark.label, "episode" if mark.small else "reference" if mark.n is None
                else "estimate", mark.x, mark.low, mark.high, mark.n, mark.link,
            ]
            for mark in marks
        ],
        examples=list(_examples(found)),
        exclusions=list(_exclusions(found)),
        episodes=[each.id for each in found.filed],
        episode_columns=_columns(found),
    )  # fmt: skip


def _marks(found: Answer) -> Iterator[Mark]:
    """Each agent with its episodes if they are few, between the best and chance."""
    link = found.agents[0].typical.link
    if found.best is not None:
        yield Mark(BEST, found.best, link=link)
    for agent in found.agents:
        made = agent.share
        yield Mark(
            agent.name, made.value or 0.0, None, made.low, made.high, made.n, agent.typical.link
        )
        if made.n <= FEW:
            for one in agent.ones:
                yield Mark(agent.name, one.share, n=1, link=one.link, small=True)
    yield Mark(AT_RANDOM, found.chance, link=link)


def _how_to_read(marks: Sequence[Mark]) -> str:
    said = "Each large dot is a mean over episodes with its 95% interval; two are exact references"
    return f"{said}{'; each small dot is one episode' if any(m.small for m in marks) else ''}."


def _sentence(found: Answer) -> str:
    parts = [f"At random, {percent(found.chance)} of what is spent is spent for later."]
    for way, words in ((1, "More is spent by"), (-1, "Less by"), (0, "Not told apart from it:")):
        if agents := found.settled(way):
            parts.append(f"{words} {', '.join(map(_in_words, agents))}.")
    return " ".join(parts)


def _in_words(agent: Agent) -> str:
    share, regret = agent.share.value or 0.0, agent.regret.value or 0.0
    return f"{agent.name} ({percent(share)}, regret {number(regret)} a step)"


def _sureness(found: Answer) -> Iterator[str]:
    yield "Episodes: " + ", ".join(f"{a.name} n = {a.share.n}" for a in found.agents) + "."
    yield from _methods(found)
    ps = ", ".join(f"{a.name} {p_value(a.p)}" for a in found.agents)
    yield (
        "Each agent's share was tested against the exact share of spending at random by flipping "
        f"the signs of whole episodes, two-sided, and corrected together by Holm's method: {ps}."
    )
    yield "Regret is against the best steady spending in the long run, noise included."
    fewest = min(agent.share.n for agent in found.agents)
    if fewest < THIN:
        yield f"Only {fewest} episodes of one agent: intervals are themselves uncertain."


def _methods(found: Answer) -> Iterator[str]:
    """How the intervals were made, and who has none."""
    made = dict.fromkeys(a.share.method for a in found.agents if a.share.low is not None)
    for method in made:
        words = METHODS.get(method, method)
        yield f"Intervals: 95%, by {words}; the independent unit is the episode."
    for agent in found.agents:
        if agent.share.low is None:
            yield f"No interval for {agent.name}: {agent.share.method.removeprefix('none: ')}."


def _statistics(found: Answer) -> dict[str, Json]:
    statistics: dict[str, Json] = {
        "episodes": len(found.filed),
        "share_at_random": found.chance,
        "share_of_best": found.best,
    }
    for agent in found.agents:
        statistics[agent.name] = {
            "share": agent.share.value,
            "low": agent.share.low,
            "high": agent.share.high,
            "n": agent.share.n,
            "regret_per_step": agent.regret.value,
            "p_holm": agent.p,
        }
    return statistics


def _examples(found: Answer) -> Iterator[Example]:
    most = found.agents[0]
    every = [(agent, one) for agent in found.agents for one in agent.ones]
    by_regret = sorted(every, key=lambda both: both[1].regret)
    for rule, agent, one in (
        ("typical, nearest to the mean of who spends most for later", most, most.typical),
        ("extreme, the episode with the least regret", *by_regret[0]),
        ("counter-example, the episode with the most regret", *by_regret[-1]),
    ):
        words = f"{agent.name} spent {percent(one.share)} for later, regret {number(one.regret)}"
        yield Example(rule, one.link, f"{words} a step; its last step")


def _exclusions(found: Answer) -> Iterator[str]:
    other = len(found.able) - len(found.filed)
    unable = len(found.results.filed) - len(found.able)
    if other:
        yield f"{other} episodes of another bandit, horizon or status: never pooled."
    if unable:
        yield f"{unable} episodes cut short, of nobody on record, or with nothing to tell."


def _columns(found: Answer) -> Mapping[str, Mapping[str, Json]]:
    ones = [one for agent in found.agents for one in agent.ones]
    return {
        "spent for later": {one.filed.id: round(one.share, 4) for one in ones},
        "regret a step": {one.filed.id: round(one.regret, 4) for one in ones},
    }


def percent(share: float) -> str:
    """A share for people."""
    return f"{100 * share:.0f}%"


def number(value: float) -> str:
    """A number for people: three digits that count."""
    return f"{value:.3g}".replace("-", "\N{MINUS SIGN}")


def p_value(p: float | None) -> str:
    """A p-value for people; none is made of fewer than six episodes."""
    if p is None:
        return "without a p-value, of fewer than six episodes"
    return "p < 0.001" if p < 0.001 else f"p = {p:.3f}"


QUESTION = Question("later", "Does it spend for later?", applies, answer)
QUESTIONS: Sequence[Question] = (QUESTION,)
