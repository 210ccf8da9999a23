"""The ordinal model of a run: strengths and susceptibilities, and who is likely the best.

It needs the extra `bayes` and minutes rather than seconds, so that it is made only when asked for.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, NamedTuple

from suasion.core.asks import Json
from suasion.environments.persuasion.conversation import (
    BASELINE,
    arm,
    asked,
    holder,
    lacking,
    sign,
    topic,
)
from suasion.environments.persuasion.probes import HIGH, LOW
from suasion.environments.persuasion.rules import AFTER, BEFORE
from suasion.environments.persuasion.words import PERSUADER, TARGET
from suasion.measures.behind import behind
from suasion.measures.estimate import Estimate
from suasion.measures.filed import Filed
from suasion.measures.modelled import Model
from suasion.measures.question import Results

if TYPE_CHECKING:
    from suasion.environments.persuasion.talks import Talks
    from suasion.stats.convergence import Diagnostic
    from suasion.stats.hmc import Sampling
    from suasion.stats.latent import Latent
    from suasion.stats.ordinal import Answers, Panel
    from suasion.stats.sample import Floats

METHOD = "ordinal"
UNIT = "posterior draw"
FEWEST = 2
"""Persuaders, targets and topics below which nothing can be told of how they differ."""


class Named(NamedTuple):
    """What answers are of, by name, in the order of their places."""

    persuaders: Sequence[str]
    targets: Sequence[str]
    topics: Sequence[str]


class Read(NamedTuple):
    """A run's answers as the model takes them."""

    named: Named
    panel: Panel
    answers: Answers
    filed: Sequence[Filed]


def ordinal(results: Results, sampling: Sampling | None = None) -> Iterator[Estimate]:
    """The estimates of the model: for each status, arm and kind of probe on its own.

    Without enough persuaders, targets or topics, with answers that are no whole numbers, or where
    chains have not converged, every estimate is null with the reason.
    """
    from suasion.environments.persuasion.talks import scopes
    from suasion.stats.hmc import Sampling

    for talks in scopes(results):
        if not talks.self_play:
            read = reading(talks, results)
            yield from _estimates(talks, read, sampling or Sampling())


def reading(talks: Talks, results: Results) -> Read | str:
    """The answers of conversations that are whole; or why there is nothing to model."""
    filed = [each for each in talks.filed if lacking(each) is None and _named(each)]
    if talks.told.probe != "rating":
        return "not_whole_numbers: the model takes single ratings"
    named = Named(
        *(sorted({str(part(each)) for each in filed}) for part in (_persuader, _target, topic))
    )
    for what, names in named._asdict().items():
        if len(names) < FEWEST:
            return f"too_few_levels: {len(names)} {what}, at least {FEWEST} are needed"
    alone = [each for each in results.filed if arm(each) == BASELINE and _alike(each, talks)]
    return Read(named, _panel(named), _answers(named, filed, alone), filed)


def _alike(filed: Filed, talks: Talks) -> bool:
    """Whether a baseline may stand before these conversations."""
    probe = filed.episode.header.settings.get("probe", "rating")
    same = (filed.status, probe) == (talks.told.status, talks.told.probe)
    return same and lacking(filed) is None


def _named(filed: Filed) -> bool:
    return holder(filed, PERSUADER) is not None and holder(filed, TARGET) is not None


def _persuader(filed: Filed) -> str:
    return str(holder(filed, PERSUADER))


def _target(filed: Filed) -> str:
    return str(holder(filed, TARGET))


def _panel(named: Named) -> Panel:
    import numpy as np

    from suasion.stats.ordinal import Panel

    models = sorted({*named.persuaders, *named.targets})
    return Panel(
        len(models),
        np.array([models.index(name) for name in named.persuaders]),
        np.array([models.index(name) for name in named.targets]),
        len(named.topics),
    )


def _answers(named: Named, filed: Sequence[Filed], alone: Sequence[Filed]) -> Answers:
    import numpy as np

    from suasion.stats.ordinal import ANSWERS, Answers

    at = [{name: place for place, name in enumerate(names)} for names in named]
    before = np.zeros((len(named.targets), len(named.topics), ANSWERS))
    for each in (*filed, *alone):
        if _target(each) in at[1] and topic(each) in at[2]:
            before[at[1][_target(each)], at[2][topic(each)]] += _counts(each, BEFORE)
    return Answers(
        before,
        np.array([_counts(each, AFTER) for each in filed], dtype=np.float64),
        np.array([at[0][_persuader(each)] for each in filed]),
        np.array([at[1][_target(each)] for each in filed]),
        np.array([at[2][topic(each)] for each in filed]),
        np.array([float(sign(each)) for each in filed]),
    )


def _counts(filed: Filed, when: str) -> list[int]:
    """How often each answer was given, from the lowest to the highest."""
    answers = [probe.answer for probe in asked(filed, when)]
    return [answers.count(answer) for answer in range(LOW, HIGH + 1)]


def _estimates(talks: Talks, read: Read | str, sampling: Sampling) -> Iterator[Estimate]:
    from suasion.stats.convergence import worst
    from suasion.stats.latent import latent
    from suasion.stats.ordinal import POPULATION, sample

    if isinstance(read, str):
        yield _null(talks, read)
        return
    draws = sample(read.panel, read.answers, sampling)
    found = latent(draws)
    checked = worst([*found, *(draws.of[name] for name in POPULATION)], draws.divergences)
    yield from _told(talks, read, found, checked)


def _told(talks: Talks, read: Read, found: Latent, checked: Diagnostic) -> Iterator[Estimate]:
    row = _Row(talks, read, checked.fault)
    for at, name in enumerate(read.named.persuaders):
        yield row.interval("latent_strength", "persuader", name, found.strength[:, :, at])
    for at, name in enumerate(read.named.targets):
        yield row.interval("latent_susceptibility", "target", name, found.susceptibility[:, :, at])
    best = found.strength.argmax(axis=2)
    for at, name in enumerate(read.named.persuaders):
        share = float((best == at).mean())
        yield row.made("p_best", {"persuader": name}, "mean", None if row.fault else share)
    for name, statistic, number in (
        ("r_hat", "max", checked.r_hat),
        ("ess_bulk", "min", checked.ess_bulk),
        ("ess_tail", "min", checked.ess_tail),
        ("divergences", "count", checked.divergences),
    ):
        yield row.made("diagnostic", {"diagnostic": name}, statistic, number)


class _Row(NamedTuple):
    """What the estimates of one fit have in common."""

    talks: Talks
    read: Read
    fault: str | None

    def interval(self, measure: str, factor: str, name: str, draws: Floats) -> Estimate:
        """The mean of the posterior, with its middle 95%."""
        import numpy as np

        if self.fault:
            return self.made(measure, {factor: name}, "mean", None)
        low, high = np.quantile(draws, [0.025, 0.975]).tolist()
        return self.made(measure, {factor: name}, "mean", float(draws.mean()), low, high)

    def made(
        self,
        measure: str,
        of: dict[str, Json],
        statistic: str,
        value: float | None,
        low: float | None = None,
        high: float | None = None,
    ) -> Estimate:
        """A row; null with the reason where there is no value."""
        from math import isfinite

        if value is not None and not isfinite(value):
            value = None
        return Estimate(
            measure=measure,
            by={**self.talks.by, **of},
            statistic=statistic,
            value=value,
            low=low,
            high=high,
            n=len(self.read.filed),
            unit_of_resampling=UNIT,
            method=METHOD,
            status=self.talks.told.status,
            reason=None if value is not None else self.fault or "unbounded",
            behind=behind(self.talks.filed),
        )


def _null(talks: Talks, reason: str) -> Estimate:
    """What is said of conversations that cannot be modelled."""
    return Estimate(
        measure="latent_strength",
        by=talks.by,
        statistic="mean",
        value=None,
        low=None,
        high=None,
        n=0,
        unit_of_resampling=UNIT,
        method=f"none: {reason}",
        status=talks.told.status,
        reason=reason,
        behind=behind(talks.filed),
    )


def _missing() -> str | None:
    from suasion.stats.ordinal import missing

    return missing()


MODELS = {
    METHOD: Model(
        ordinal, ("latent_strength", "latent_susceptibility", "p_best", "diagnostic"), _missing
    )
}
