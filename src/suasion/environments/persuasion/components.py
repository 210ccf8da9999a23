"""What makes pairs differ: persuaders, targets, topics, how they go together, and chance.

And what follows from it for a panel of another size: how well it would tell persuaders apart.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from math import sqrt
from statistics import median_low
from typing import NamedTuple

import numpy as np

from suasion.core.asks import Json
from suasion.environments.persuasion.columns import Floats, Group, Places, Rows
from suasion.environments.persuasion.summaries import row
from suasion.environments.persuasion.talks import Talks
from suasion.measures.estimate import Estimate
from suasion.stats import reml

FACTORS: Sequence[tuple[str, ...]] = (
    ("persuader",),
    ("target",),
    ("topic",),
    ("persuader", "target"),
    ("target", "topic"),
    ("persuader", "topic"),
)
RESIDUAL = "residual"
FEWEST = 3
"""Levels below which a variance is not printed."""
SIZES = ((14, 15), (5, 5), (3, 10), (2, 30), (1, 15))
"""Targets and topics of the panels that are held beside one another."""
METHOD = "restricted likelihood, no interval"


class Found(NamedTuple):
    """Variances by the name of their component, or why there is none."""

    variances: Mapping[str, float]
    lacking: Mapping[str, str]
    """Reasons, by name."""
    n: int


def components(talks: Talks) -> Iterator[Estimate]:
    """The square root of each variance, and how well panels of some sizes would do."""
    rows = talks.paired
    if not len(rows):
        return
    found = fitted(rows, talks.effects.column.plain)
    every = np.flatnonzero(talks.effects.column.there)
    for name in (*map(":".join, FACTORS), RESIDUAL):
        variance = found.variances.get(name)
        value = None if variance is None else sqrt(variance)
        group = Group({**rows.by, "component": name}, every)
        why = found.lacking.get(name)
        yield row(
            rows, "variance_component", group, "sd", value, found.n, method=METHOD, reason=why
        )
    yield from _generalisability(rows, every, found)


def fitted(rows: Rows, numbers: Floats) -> Found:
    """Components of the pairs that have a number and whose record says who and what."""
    at = np.flatnonzero(~np.isnan(numbers) & (rows.places("persuader", "target", "topic") >= 0))
    lacking: dict[str, str] = {}
    codes: dict[str, Places] = {}
    seen: dict[bytes, str] = {}
    levels = {factor: len(np.unique(rows.places(factor)[at])) for (factor,) in FACTORS[:3]}
    for factors in FACTORS:
        name, code = ":".join(factors), reml.split(rows.places(*factors)[at].tolist())
        few = [factor for factor in factors if levels[factor] < FEWEST]
        alone = len(at) and int(code.max()) + 1 == len(at)
        same = seen.setdefault(code.tobytes(), name) if len(at) else name
        if few:
            lacking[name] = f"fewer_than_{FEWEST}_levels: of {few[0]}"
        elif alone:
            lacking[name] = f"one_pair_a_level: {name} is the residual"
        elif same != name:
            lacking[name] = f"confounded: with {same}"
        if not alone and same == name and min(levels[factor] for factor in factors) > 1:
            codes[name] = code
    if len(at) < FEWEST:
        every = {":".join(factors): "too_few_pairs" for factors in FACTORS}
        return Found({}, {**every, RESIDUAL: "too_few_pairs"}, len(at))
    try:
        made = reml.components(numbers[at], [code.tolist() for code in codes.values()])
    except reml.NoMaximum:
        every = {":".join(factors): "no_maximum" for factors in FACTORS}
        return Found({}, {**every, RESIDUAL: "no_maximum"}, len(at))
    variances = dict(zip(codes, made.factors, strict=True))
    shown = {name: value for name, value in variances.items() if name not in lacking}
    return Found({**shown, RESIDUAL: made.residual}, lacking, len(at))


def _generalisability(rows: Rows, every: Places, found: Found) -> Iterator[Estimate]:
    own = _own(rows, every)
    sizes = [*SIZES, *([own] if own not in SIZES else [])]
    for targets, topics in sizes:
        by: Mapping[str, Json] = {**rows.by, "targets": targets, "topics": topics}
        reason, error, share = _reliability(found, targets, topics)
        for statistic, value in (("g", share), ("relative_se", error)):
            yield row(
                rows,
                "generalisability",
                Group(by, every),
                statistic,
                value,
                found.n,
                method="from variance components",
                reason=reason,
            )


def _own(rows: Rows, every: Places) -> tuple[int, int]:
    """How many targets and topics most persuaders of a run have."""
    met = {
        kind: [len({rows.labels[kind][at] for at in group}) for group in _by_persuader(rows, every)]
        for kind in ("target", "topic")
    }
    return median_low(met["target"]), median_low(met["topic"])


def _by_persuader(rows: Rows, every: Places) -> list[list[int]]:
    found: dict[str | None, list[int]] = {}
    for at in every.tolist():
        found.setdefault(rows.labels["persuader"][at], []).append(at)
    return list(found.values()) or [[]]


def _reliability(
    found: Found, targets: int, topics: int
) -> tuple[str | None, float | None, float | None]:
    """Why there is none; the standard error of a persuader beside others; and its share."""
    names = ("persuader", "persuader:target", "persuader:topic", RESIDUAL)
    lacks = [name for name in names if name not in found.variances]
    if lacks:
        return f"no_component: {lacks[0]}", None, None
    own, by_target, by_topic, residual = (found.variances[name] for name in names)
    error = by_target / targets + by_topic / topics + residual / (targets * topics)
    return (
        None if own + error else "no_variance",
        sqrt(error),
        own / (own + error) if own + error else None,
    )
