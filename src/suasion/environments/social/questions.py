"""What pages ask of a run: how far the news spreads, and whether seats follow whom they meet."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, NamedTuple

from suasion.core.asks import Json
from suasion.environments.social.measures import days_of, line_up
from suasion.measures.filed import Filed
from suasion.measures.panel import Link, Mark, Panel
from suasion.measures.pooling import whole
from suasion.measures.question import Example, Finding, Question, Results

if TYPE_CHECKING:
    from suasion.stats.interval import Interval

SHARE, UPTAKE, CHANCE = "believing", "uptake", "uptake_shuffled"
COLUMNS = ("condition", "series", "x", "y", "low", "high", "n", "evidence")
MET, SHUFFLED = "met a believer", "meetings shuffled"
FEW, SETTLED = 20, 0.05
"""Episodes below which a page warns; the p that settles a contrast."""
CURVES = {"susceptible": "never believed", "infected": "believe", "recovered": "no longer believe"}


class Contrast(NamedTuple):
    """How one condition differs from the first, replicate by replicate."""

    arm: str
    estimate: Interval
    p: float | None
    """Two-sided, corrected by Holm; `None` with fewer than six pairs."""

    @property
    def settled(self) -> bool:
        """Whether it may be spoken of as more or less."""
        return self.p is not None and self.p < SETTLED


@dataclass(frozen=True)
class Answer:
    """The episodes of the largest population of one kind, by condition."""

    results: Results

    @cached_property
    def able(self) -> list[Filed]:
        """The episodes that were played to their end."""
        return [each for each in self.results.filed if whole(each) and days_of(each)]

    @cached_property
    def arms(self) -> dict[str, list[Filed]]:
        """By condition; by who sat there where the run has none."""
        counts = Counter(map(_like, self.able))
        found: dict[str, list[Filed]] = {}
        for each in self.able:
            if _like(each) == counts.most_common(1)[0][0]:
                found.setdefault(each.arm or line_up(each), []).append(each)
        return found

    @cached_property
    def n(self) -> int:
        """Episodes in the figure."""
        return sum(map(len, self.arms.values()))

    def numbers(self, measure: str) -> dict[str, float]:
        """A measure by episode."""
        found = self.results.values(measure)
        return {v.episode: v.value for v in found if isinstance(v.value, int | float)}

    def interval(self, numbers: Sequence[float]) -> Interval:
        """The mean over episodes."""
        from suasion.stats.interval import Recipe
        from suasion.stats.mean import mean

        return mean(numbers, Recipe(methods=(self.results.methods[0],)))[0]

    @cached_property
    def shares(self) -> dict[str, Interval]:
        """By condition, the share of seats that believe, averaged over days."""
        numbers = self.numbers(SHARE)
        return {
            arm: self.interval([numbers[each.id] for each in filed])
            for arm, filed in self.arms.items()
        }

    @cached_property
    def contrasts(self) -> list[Contrast]:
        """Every condition less the first, over the replicates that both have."""
        from suasion.stats.holm import holm
        from suasion.stats.permutation import sign_flip

        numbers, (first, *others) = self.numbers(SHARE), self.arms
        base = {each.replicate: numbers[each.id] for each in self.arms[first]}
        apart = {
            arm: [
                numbers[each.id] - base[each.replicate]
                for each in self.arms[arm]
                if each.replicate is not None and each.replicate in base
            ]
            for arm in others
        }
        ps = holm([sign_flip(values).value for values in apart.values()])
        found = zip(apart.items(), ps, strict=True)
        return [Contrast(arm, self.interval(values), p) for (arm, values), p in found if values]

    def curve(self, arm: str, name: str) -> Iterator[Mark]:
        """The mean share of seats by day, each day linked to that of the most typical episode."""
        filed = self.arms[arm]
        typical = self.typical(arm)
        ids = [at for at, _ in typical.episode.of("day")]
        for day in range(1, max(len(days_of(each)) for each in filed) + 1):
            shares = [_share(each, name, day) for each in filed]
            made = self.interval(shares)
            link = Link(typical.id, ids[min(day, len(ids)) - 1])
            label = arm if len(self.arms) > 1 else CURVES[name]
            yield Mark(label, day, made.value, made.low, made.high, made.n, link)

    def typical(self, arm: str) -> Filed:
        """The episode nearest to the mean of its condition; of several the first."""
        numbers, mean = self.numbers(SHARE), self.shares[arm].value or 0.0
        return min(self.arms[arm], key=lambda each: abs(numbers[each.id] - mean))


def _like(filed: Filed) -> tuple[Json, ...]:
    settings = filed.episode.header.settings
    names = ("size", "seeds", "contact_rate", "days", "updates")
    return (filed.status, *(settings[name] for name in names))


def _share(filed: Filed, name: str, day: int) -> float:
    """The share of seats at the end of a day; what is over stays as it ended."""
    days = days_of(filed)
    return days[min(day, len(days)) - 1][name] / float(len(filed.seats))


def applies(results: Results) -> str | None:
    """It takes an episode that was played to its end."""
    return None if Answer(results).able else "no episode was played to its end"


def answer(results: Results) -> Finding:
    """How far does it spread?"""
    found = Answer(results)
    names = ["infected"] if len(found.arms) > 1 else list(CURVES)
    marks = [mark for arm in found.arms for name in names for mark in found.curve(arm, name)]
    return Finding(
        sentence=_sentence(found),
        panel=Panel(
            "lines", "day", marks, y="share of seats", domain=(0.0, 1.0), percent=True,
            accent=max(found.arms, key=lambda arm: found.shares[arm].value or 0.0)
            if len(found.arms) > 1 else CURVES["infected"],
        ),
        how_to_read=(
            "Each line is a mean over episodes of the share of seats at the end of each day: "
            + ("those that believe the news, a line a condition."
               if len(found.arms) > 1 else "who never believed, believes, or no longer does.")
        ),
        sureness=list(_sureness(found)),
        statistics=_statistics(found),
        columns=COLUMNS,
        rows=[[m.label, m.series or None, m.x, m.y, m.low, m.high, m.n, m.link] for m in marks],
        examples=list(_examples(found)),
        exclusions=list(_exclusions(found)),
        episodes=[each.id for filed in found.arms.values() for each in filed],
        episode_columns={
            "attack rate": {k: round(v, 4) for k, v in found.numbers("attack_rate").items()}
        },
    )  # fmt: skip


def _sentence(found: Answer) -> str:
    said = ", ".join(f"{percent(i.value)} with {arm}" for arm, i in found.shares.items())
    if len(found.arms) == 1:
        [filed] = found.arms.values()
        ever, peak = found.numbers("attack_rate"), found.numbers("peak")
        high = found.interval([peak[each.id] for each in filed]).value
        rates = [ever[each.id] for each in filed if each.id in ever]
        came = f", and {percent(found.interval(rates).value)} of the others come to believe it"
        return f"At its height {percent(high)} of seats believe the news{came if rates else ''}."
    first = next(iter(found.arms))
    parts = [
        f"{each.arm} {'less' if (each.estimate.value or 0) < 0 else 'more'} than {first}"
        if each.settled
        else f"not settled whether {each.arm} differs from {first}"
        for each in found.contrasts
    ]
    return f"On a day the mean share of seats that believe is {said}: {'; '.join(parts)}."


def _sureness(found: Answer) -> Iterator[str]:
    yield "Episodes: " + ", ".join(f"{arm} n = {i.n}" for arm, i in found.shares.items()) + "."
    methods = dict.fromkeys(interval.method for interval in found.shares.values())
    yield f"Intervals: 95%, by {', '.join(methods)}; the independent unit is the episode."
    if found.contrasts:
        ps = ", ".join(f"{each.arm} {p_value(each.p)}" for each in found.contrasts)
        yield (
            "Conditions are compared replicate by replicate with the first, by flipping signs, "
            f"two-sided, and corrected together by Holm's method: {ps}."
        )
    fewest = min(len(filed) for filed in found.arms.values())
    if fewest < FEW:
        yield f"Only {fewest} episodes in a condition: intervals are themselves uncertain."


def _statistics(found: Answer) -> dict[str, Json]:
    shares = {
        f"{SHARE} {arm}": {"value": i.value, "low": i.low, "high": i.high, "n": i.n}
        for arm, i in found.shares.items()
    }
    apart = {
        f"contrast {each.arm}": {
            "difference": each.estimate.value,
            "low": each.estimate.low,
            "high": each.estimate.high,
            "p_holm": each.p,
        }
        for each in found.contrasts
    }
    return {"episodes": found.n, **shares, **apart}


def _examples(found: Answer) -> Iterator[Example]:
    numbers = found.numbers(SHARE)
    every = [(arm, each) for arm, filed in found.arms.items() for each in filed]
    most = max(every, key=lambda both: numbers[both[1].id])
    least = min(every, key=lambda both: numbers[both[1].id])
    first = next(iter(found.arms))
    for rule, (arm, each) in (
        ("typical, nearest to the mean of the first condition", (first, found.typical(first))),
        ("extreme, the episode with most belief", most),
        ("counter-example, the episode with least belief", least),
    ):
        last = [at for at, _ in each.episode.of("day")][-1]
        words = f"{arm}: {percent(numbers[each.id])} of seats believe on a day; its last day"
        yield Example(rule, Link(each.id, last), words)


def _exclusions(found: Answer) -> Iterator[str]:
    unable = len(found.results.filed) - len(found.able)
    if unable:
        yield f"{unable} episodes cut short or with a damaged record."
    if len(found.able) > found.n:
        yield f"{len(found.able) - found.n} episodes of another population or status: never pooled."


def follows_applies(results: Results) -> str | None:
    """It takes a seat without belief that met a believer."""
    if applies(results) is None and not Answer(results).numbers(UPTAKE):
        return "no seat without belief met a believer"
    return applies(results)


def follows(results: Results) -> Finding:
    """Do seats follow whom they meet?"""
    found = Answer(results)
    seen, chance = found.numbers(UPTAKE), found.numbers(CHANCE)
    arms = {arm: [each for each in filed if each.id in seen] for arm, filed in found.arms.items()}
    arms = {arm: filed for arm, filed in arms.items() if filed}
    marks = [mark for arm, filed in arms.items() for mark in _pair(found, arm, filed)]
    ps = _holm({arm: [seen[each.id] - chance[each.id] for each in f] for arm, f in arms.items()})
    return Finding(
        sentence=_verdict(marks, ps),
        panel=Panel("pairs", "share that believe that day", marks, domain=(0.0, 1.0), percent=True),
        how_to_read=(
            "For each condition, the share of seats without belief that believe on a day on which "
            "they met a believer, and the same with the meetings of the day shuffled among them."
        ),
        sureness=list(_sure_of_pairs(arms, ps)),
        statistics={f"p_holm {arm}": p for arm, p in ps.items()},
        columns=COLUMNS,
        rows=[[m.label, m.series, m.x, m.y, m.low, m.high, m.n, m.link] for m in marks],
        exclusions=list(_exclusions(found)),
        episodes=[each.id for filed in arms.values() for each in filed],
    )


def _pair(found: Answer, arm: str, filed: Sequence[Filed]) -> Iterator[Mark]:
    """Observed and shuffled, linked to the meetings of the first day of the first episode."""
    link = Link(filed[0].id, next(at for at, _ in filed[0].episode.of("met")))
    for series, measure in ((MET, UPTAKE), (SHUFFLED, CHANCE)):
        numbers = found.numbers(measure)
        made = found.interval([numbers[each.id] for each in filed])
        yield Mark(arm, made.value or 0.0, None, made.low, made.high, made.n, link, series)


def _verdict(marks: Sequence[Mark], ps: Mapping[str, float | None]) -> str:
    said = [
        f"{met.label} {percent(met.x)} of the time, {percent(shuffled.x)} if meetings are shuffled"
        for met, shuffled in zip(marks[::2], marks[1::2], strict=True)
    ]
    settled = [arm for arm, p in ps.items() if p is not None and p < SETTLED]
    verdict = f"Settled for {', '.join(settled)}" if settled else "Not settled"
    return f"{verdict}: who does not believe and meets a believer believes {'; '.join(said)}."


def _sure_of_pairs(
    arms: Mapping[str, Sequence[Filed]], ps: Mapping[str, float | None]
) -> Iterator[str]:
    yield f"Episodes: {', '.join(f'{arm} n = {len(filed)}' for arm, filed in arms.items())}."
    tested = ", ".join(f"{arm} {p_value(p)}" for arm, p in ps.items())
    yield (
        "Intervals: 95%; the independent unit is the episode. The shuffled share is an exact mean "
        "over all shuffles. Differences are tested by flipping signs of whole episodes, two-sided, "
        f"and corrected together by Holm's method: {tested}."
    )


def _holm(apart: Mapping[str, Sequence[float]]) -> dict[str, float | None]:
    from suasion.stats.holm import holm
    from suasion.stats.permutation import sign_flip

    judged = holm([sign_flip(values).value for values in apart.values()])
    return dict(zip(apart, judged, strict=True))


def percent(share: float | None) -> str:
    """A share for people."""
    return "an unknown share" if share is None else f"{100 * share:.0f}%"


def p_value(p: float | None) -> str:
    """A p-value for people; none is made of fewer than six pairs."""
    if p is None:
        return "without a p-value, of fewer than six"
    return "p < 0.001" if p < 0.001 else f"p = {p:.3f}"


QUESTIONS: Sequence[Question] = (
    Question("spread", "How far does it spread?", applies, answer),
    Question("follows", "Do seats follow whom they meet?", follows_applies, follows),
)
