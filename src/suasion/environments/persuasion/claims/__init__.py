"""The page *What the published numbers can and cannot support*.

A board of means says less than it seems to: models that share targets and topics are told apart by
fewer conversations than they had, two sides are never equally easy, and who ends where they began
is not who stayed. Each section sets a number as it is published beside the one that answers the
question it is quoted for, both from the same conversations. Source: the published LLM Persuasion
Benchmark (2026) for the first; ours for the second.
"""

from __future__ import annotations

from collections.abc import Iterator

from suasion.core.asks import Json
from suasion.environments.persuasion.claims import moves, order, record
from suasion.environments.persuasion.claims.numbers import Claims
from suasion.environments.persuasion.pack import short
from suasion.environments.persuasion.questions.common import listed
from suasion.environments.persuasion.rivals import Z
from suasion.environments.persuasion.words import PERSUADER
from suasion.measures.panel import Mark, Panel
from suasion.measures.question import Finding, Question, Results

LEAST = {"persuaders": 3, "targets": 3, "topics": 2}
"""Below these a page about all of them has nothing to say."""
NAIVE, TWO_WAY = "naive", "two-way"


def applies(results: Results) -> str | None:
    """It takes several of each: what is said of three models says nothing of two."""
    sizes = Claims(results).sizes
    if any(sizes[name] < least for name, least in LEAST.items()):
        wanted = ", ".join(f"{least} {name}" for name, least in LEAST.items())
        there = ", ".join(f"{many} {name}" for name, many in sizes.items())
        return f"it takes at least {wanted} with whole conversations; this run has {there}"
    return None


def answer(results: Results) -> Finding:
    """The finding, section by section."""
    found = Claims(results)
    marks = list(_means(found))
    return Finding(
        sentence=_sentence(found),
        panel=Panel("forest", "mean signed shift, in points of the scale", marks, zero=True),
        how_to_read="For each persuader its mean, the same twice: full, with the interval that is "
        "right if conversations were independent of one another (naive); hollow, with the one that "
        "knows that they share topics and targets (two-way).",
        sureness=list(_sureness(found)),
        statistics=_statistics(found),
        columns=("persuader", "series", "mean", "low", "high", "n", "nearest conversation"),
        rows=[[m.label, m.series, m.x, m.low, m.high, m.n, m.link] for m in marks],
        parts=[
            order.apart(found),
            order.order(found),
            moves.drift(found),
            moves.resistance(found),
            moves.regression(found),
            record.design(found),
            record.quotes(found),
        ],
        exclusions=list(_exclusions(found)),
        episodes=[each.id for each in found.talks],
    )


def _sentence(found: Claims) -> str:
    apart = found.persuaders.apart
    said = (
        f"Of {apart.pairs} pairs of persuaders, {apart.naive} differ if every conversation is "
        f"taken for independent, {apart.residual} by the published standard error, and "
        f"{apart.both} once shared topics and targets are reckoned with."
    )
    first = found.group(1)
    if len(first) > 1:
        said += f" {listed(first)} cannot be told apart at the top."
    return said


def _means(found: Claims) -> Iterator[Mark]:
    for model, mean in found.persuaders.means.items():
        n = len(found.persuaders.by_model[model])
        link = found.link(mean, PERSUADER, model)
        error = found.persuaders.naive[model]
        low, high = (None, None) if error is None else (mean - Z * error, mean + Z * error)
        yield Mark(short(model), mean, None, low, high, n, link, NAIVE)
        row = found.look.one("signed_shift", persuader=model)
        if row is not None and row.value is not None:
            yield Mark(short(model), row.value, None, row.low, row.high, row.n, link, TWO_WAY)


def _sureness(found: Claims) -> Iterator[str]:
    sizes = ", ".join(f"{many} {name}" for name, many in found.sizes.items())
    yield f"{len(found.shifts):,} conversations with a shift: {sizes}."
    yield (
        "Two means differ where the 95% interval of their difference leaves nought out. The naive "
        "and the published way add the squares of two standard errors; the others compare both "
        "models on their common counterparts, by a two-way cluster-robust variance and Student's t."
    )
    yield "No correction is made for the number of pairs, by any of these ways: they are compared."
    row = next(iter(found.look.rows("signed_shift", "mean", "persuader").values()), None)
    if row is not None:
        yield f"Intervals of means: {row.method.replace('_', ' ')}, over {row.unit_of_resampling}."
    yield "All of it is read off one run, and declared after it: exploratory, however sure."


def _statistics(found: Claims) -> dict[str, Json]:
    return {
        "persuaders apart": dict(found.persuaders.apart._asdict()),
        "targets apart": dict(found.targets.apart._asdict()),
        "standard errors, naive": dict(found.persuaders.naive),
        "standard errors, published": dict(found.persuaders.residual),
    }


def _exclusions(found: Claims) -> Iterator[str]:
    lost = len(found.results.filed) - len(found.talks)
    if lost:
        noun = "conversation is" if lost == 1 else "conversations are"
        yield f"{lost:,} {noun} not whole, or not argued in the usual way with another model."
    missing = len(found.talks) - len(found.shifts)
    if missing:
        yield f"{missing:,} whole conversations have no shift: some probe could not be read."


CLAIMS = Question(
    "claims",
    "What the published numbers can and cannot support",
    applies,
    answer,
)
