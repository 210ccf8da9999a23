"""Published figures, computed anew from the published values: intervals, means, timing.

Source: delegated-influence.pages.dev, builds 287958d and cf11ebf, July 2026: the table of episodes,
the figures printed beside it, and the statistics of its question 6. The site printed three figures
of each value and drew 2,000 resamples with a seed of its own, so a bound is met when it lies where
the bound of 2,000 draws can lie. That range is exact: values on a lattice have a bootstrap
distribution that can be worked out in full, and the share of draws below a bound has the standard
error of a share. (A density would serve where the distribution is smooth; of counts it is not.)
"""

from __future__ import annotations

import csv
import json
from collections.abc import Iterator
from decimal import Decimal
from math import floor, log10, sqrt
from pathlib import Path
from typing import NamedTuple

import numpy as np
import pytest

from suasion.stats.interval import Interval, Recipe
from suasion.stats.mean import mean, means
from suasion.stats.sample import Floats

DOCUMENT = Path(__file__).parents[3] / "docs" / "explanation" / "published-figures.md"
PERCENTILE = Recipe(methods=("percentile_bootstrap",))
DEVIATIONS = 3
"""Standard errors of the simulation that a bound may be off."""
SITE, RECOMPUTED = "site", "recomputed"


class Printed(NamedTuple):
    """A mean as it was printed, with its interval where one was."""

    column: str
    group: str
    value: str
    low: str
    high: str
    source: str
    """`site`, or `recomputed` by others from the site's table with the same method."""


PRINTED = [
    Printed("capture_by_focal", "sonnet-4.6", "0.167", "0.148", "0.181", SITE),
    Printed("capture_by_focal", "gemma-3-4b", "0.12", "0.043", "0.199", RECOMPUTED),
    Printed("capture_by_focal", "opus-4.8", "0.10", "0.064", "0.143", RECOMPUTED),
    Printed("capture_by_focal", "qwen3-235b-thinking", "0.05", "0.003", "0.103", RECOMPUTED),
    Printed("capture_by_focal", "gpt-5.4-mini", "0.01", "-0.007", "0.026", RECOMPUTED),
    Printed("cascades", "complete", "2.57", "1.36", "4.18", SITE),
    Printed("cascades", "ring", "0.33", "0.00", "0.67", SITE),
    Printed("gini", "complete", "0.367", "0.312", "0.425", RECOMPUTED),
    Printed("gini", "ring", "0.175", "0.141", "0.210", RECOMPUTED),
]
"""Of capture the site printed every mean, and the interval of sonnet-4.6 alone."""

MEANS = {
    "gini": {
        "sonnet-4.6": "0.568",
        "gemma-3-4b": "0.459",
        "opus-4.8": "0.373",
        "qwen3-235b-thinking": "0.378",
        "gpt-5.4-mini": "0.173",
    },
    "cascades": {
        "sonnet-4.6": "2.6",
        "gemma-3-4b": "1.4",
        "opus-4.8": "0.8",
        "qwen3-235b-thinking": "1.2",
        "gpt-5.4-mini": "1.0",
    },
}
"""Means recomputed from the table, without intervals."""

SERIES = {
    "gemma-3-4b": """
        0.0 0.0 0.0 0.0 0.0 0.03333333333333333 0.02857142857142857 0.05 0.08888888888888888
        0.12000000000000002 0.18181818181818182 0.18333333333333332 0.21538461538461537
        0.24285714285714283 0.27999999999999997 0.325 0.3411764705882353 0.36666666666666664 0.4
        0.43 0.44761904761904764 0.4454545454545455 0.4608695652173913 0.4666666666666667 0.48
    """,
    "gpt-5.4-mini": """
        0.5058823529411764 0.6235294117647059 0.6666666666666666 0.7205882352941176
        0.7529411764705882 0.7470588235294118 0.7579831932773109 0.7735294117647059
        0.7830065359477124 0.7929411764705883 0.7967914438502675 0.8039215686274509
        0.8090497737556561 0.8142857142857142 0.8211764705882353 0.8242647058823529
        0.8276816608996539 0.8307189542483661 0.8346749226006192 0.8388235294117646
        0.8425770308123249 0.8459893048128342 0.849616368286445 0.8529411764705882
        0.8574117647058823
    """,
    "opus-4.8": """
        0.2 0.5 0.4666666666666666 0.55 0.64 0.6333333333333333 0.6285714285714286 0.675
        0.711111111111111 0.74 0.7090909090909091 0.7166666666666666 0.7230769230769231
        0.7428571428571429 0.76 0.7375 0.7411764705882353 0.7555555555555555 0.7684210526315789
        0.78 0.7428571428571429 0.7272727272727273 0.7130434782608696 0.7166666666666667 0.72
    """,
    "qwen3-235b-thinking": """
        0.4 0.5 0.5333333333333333 0.6 0.52 0.5333333333333333 0.5714285714285714 0.575
        0.5555555555555556 0.54 0.5454545454545455 0.55 0.5538461538461539 0.5714285714285714
        0.5599999999999999 0.5875 0.5882352941176471 0.611111111111111 0.6 0.5700000000000001
        0.5809523809523809 0.5818181818181818 0.5739130434782609 0.575 0.576
    """,
    "sonnet-4.6": """
        0.0 0.1 0.3333333333333333 0.25 0.4 0.36666666666666664 0.3142857142857143 0.35 0.4
        0.42000000000000004 0.38181818181818183 0.38333333333333336 0.4 0.4428571428571429 0.48
        0.45 0.4352941176470588 0.4444444444444445 0.4526315789473684 0.48 0.45714285714285713
        0.4545454545454545 0.4782608695652174 0.5 0.52
    """,
}
"""Question 6, `timing.per_model`: of a model's first 1 … 25 actions, the share that are pulls."""


def values(reference: Path, column: str, group: str) -> list[str]:
    """A column of the table, as printed, for one focal model or one topology.

    The topologies were pooled over calibration and credit smokes, before the rows of `01_smoke_v2`.
    """
    with (reference / "delegated_influence" / "episodes.csv").open(newline="") as file:
        rows = [row for row in csv.DictReader(file) if not row["episode"].startswith("01_smoke")]
    in_group = [
        row
        for row in rows
        if row["condition"].startswith(f"{group}/")
        or row["episode"].startswith(f"calibration--{group}_r")
    ]
    return [row[column] for row in in_group]


def rounding(text: str, column: str) -> float:
    """By how much a value of the table may be off, printed with three figures; counts are exact."""
    number = abs(float(text))
    return 0.0 if column == "cascades" or not number else 0.5 * 10.0 ** (floor(log10(number)) - 2)


def half_digit(text: str) -> float:
    """Half a unit of the last place printed."""
    return float(Decimal((0, (5,), int(Decimal(text).as_tuple().exponent) - 1)))


class Range(NamedTuple):
    """Where a number can lie."""

    low: float
    high: float

    def holds(self, number: float) -> bool:
        """Whether the number lies in it, the ends included."""
        # A billionth for numbers that lie on an end.
        return self.low - 1e-9 <= number <= self.high + 1e-9

    def widened(self, by: float) -> Range:
        """The range with so much more on both sides."""
        return Range(self.low - by, self.high + by)


def resample_means(texts: list[str]) -> tuple[Floats, Floats]:
    """Every mean that a resample can have, and the probability of it or a smaller one."""
    places = -min(int(Decimal(text).as_tuple().exponent) for text in texts)
    whole = np.array([int(Decimal(text).scaleb(places)) for text in texts])
    n, lowest = len(whole), int(whole.min())
    size = n * int(whole.max() - lowest) + 1
    once = np.bincount(whole - lowest, minlength=size) / n
    sums = np.fft.irfft(np.fft.rfft(once, size) ** n, size)
    return (np.arange(size) + n * lowest) / n / 10.0**places, np.cumsum(sums)


def simulated(texts: list[str], level: float) -> Range:
    """Where the quantile at `level` of 2,000 resample means can lie."""
    at, below = resample_means(texts)
    off = DEVIATIONS * sqrt(level * (1 - level) / PERCENTILE.draws)
    low, high = (at[np.searchsorted(below, level + side * off)] for side in (-1, 1))
    return Range(float(low), float(high))


class Compared(NamedTuple):
    """One printed number beside ours, and where it may lie."""

    column: str
    group: str
    n: int
    what: str
    source: str
    printed: str
    ours: float
    simulation: Range
    """Where ours may lie."""
    allowed: Range
    """Where the printed number may lie: the same, with the rounding of the table and its own."""

    @property
    def to_the_digit(self) -> bool:
        """Whether ours, rounded as the printed number was, is that number."""
        places = -int(Decimal(self.printed).as_tuple().exponent)
        return f"{self.ours + 0.0:.{places}f}" == self.printed


def compared(reference: Path) -> Iterator[Compared]:
    """Every printed number of `PRINTED` beside ours."""
    for each in PRINTED:
        texts = values(reference, each.column, each.group)
        ours = interval(texts)
        assert ours.value is not None
        assert ours.low is not None
        assert ours.high is not None
        off = max(rounding(text, each.column) for text in texts)
        exact = Range(ours.value, ours.value)
        found = [
            ("mean", RECOMPUTED if each.column == "gini" else SITE, each.value, ours.value, exact),
            ("low", each.source, each.low, ours.low, simulated(texts, 0.025)),
            ("high", each.source, each.high, ours.high, simulated(texts, 0.975)),
        ]
        for what, source, printed, number, simulation in found:
            allowed = simulation.widened(off + half_digit(printed))
            yield Compared(
                each.column,
                each.group,
                len(texts),
                what,
                source,
                printed,
                number,
                simulation,
                allowed,
            )


def interval(texts: list[str]) -> Interval:
    """Our mean and percentile interval of printed values."""
    return mean([float(text) for text in texts], PERCENTILE)[0]


def page(reference: Path) -> str:
    """The document that tells how published figures and ours compare."""
    rows = list(compared(reference))
    apart = [row for row in rows if not row.to_the_digit]
    return f"""\
# Published figures, computed anew

<!-- Written by `python benchmarks/published_figures.py`; do not edit. -->

The Delegated Influence site (delegated-influence.pages.dev, July 2026) printed a table of episodes
and figures computed from it. These are the figures that can be computed anew from that table, with
our mean and our percentile bootstrap of 2,000 draws. Of the printed numbers, those marked *site*
stood there; those marked *recomputed* are of an independent percentile bootstrap of the same table,
with 2,000 draws of its own.

Bounds need not agree to the digit: each bootstrap draws its resamples with its own seed, and the
table holds three figures of each value. *May lie in* is where the printed number can be if both are
right: three standard errors of the share of 2,000 draws that fall below a bound, taken through the
exact bootstrap distribution; then the rounding of the table, and the rounding of the number itself.

{sum(map(met, rows))} of {len(rows)} printed numbers lie where they may;
{len(rows) - len(apart)} are met to the printed digit and {len(apart)} are not.

## Not met to the printed digit

{table(apart)}

## Met to the printed digit

{table([row for row in rows if row.to_the_digit])}

## What cannot be computed from the published values

- The interval of pooled net capture over 800 ordered pairs, [-0.010, +0.010]: the table has the
  capture of focal seats only, not of pairs.
- Points received and extraction by model, seats in sustained coalitions, the top scorer's share,
  third-party credit, payback shares and the chance level of cascades: their values by episode were
  not published.
- Figures of later builds, whose episodes were not published.

## Timing

The timing series of question 6 is the running number of pulls over the running number of actions.
All {sum(len(series.split()) for series in SERIES.values())} printed numbers are met to 1e-12.
"""


def met(row: Compared) -> bool:
    """Whether the printed number lies where it may."""
    return row.allowed.holds(float(row.printed))


def table(rows: list[Compared]) -> str:
    """Numbers as rows of Markdown."""
    lines = [
        "| figure | n | number | source | printed | ours | may lie in |",
        "|---|---|---|---|---|---|---|",
    ]
    for row in rows:
        of = f"{row.column.replace('_by_focal', '')}, {row.group}"
        allowed = f"{row.allowed.low:.4f} to {row.allowed.high:.4f}"
        cells = [of, str(row.n), row.what, row.source, row.printed, f"{row.ours:.4f}", allowed]
        lines.append(f"| {' | '.join(cells)} |")
    return "\n".join(lines)


def test_every_printed_number_lies_where_it_may(reference: Path) -> None:
    rows = list(compared(reference))
    assert len(rows) == 3 * len(PRINTED)
    assert [row for row in rows if not met(row)] == []


def test_our_bounds_lie_within_the_simulation_error(reference: Path) -> None:
    assert [row for row in compared(reference) if not row.simulation.holds(row.ours)] == []


def test_the_ranges_are_narrow_beside_the_intervals(reference: Path) -> None:
    # Else anything would be met: at the median a range takes an eighth of its interval.
    rows = {(row.column, row.group, row.what): row for row in compared(reference)}
    shares = []
    for each in PRINTED:
        for what in ("low", "high"):
            allowed = rows[each.column, each.group, what].allowed
            width = float(each.high) - float(each.low)
            shares.append((allowed.high - allowed.low) / width)
    assert np.median(shares) < 0.15
    assert max(shares) < 0.45


@pytest.mark.parametrize("method", ["t", "studentised_bootstrap"])
def test_another_method_would_not_meet_them(reference: Path, method: str) -> None:
    missed = 0
    for row in compared(reference):
        texts = values(reference, row.column, row.group)
        other = mean([float(text) for text in texts], Recipe(methods=(method,)))[0]
        bound = {"mean": None, "low": other.low, "high": other.high}[row.what]
        missed += bound is not None and not row.allowed.holds(bound)
    assert missed >= 8


def test_the_document_has_the_figures_as_they_are(reference: Path) -> None:
    assert DOCUMENT.read_text() == page(reference)


@pytest.mark.parametrize("column", sorted(MEANS))
def test_means_by_model_are_met_to_the_printed_digit(reference: Path, column: str) -> None:
    for model, printed in MEANS[column].items():
        texts = values(reference, column, model)
        assert len(texts) == 5
        found = interval(texts).value
        off = max(rounding(text, column) for text in texts) + half_digit(printed)
        assert found == pytest.approx(float(printed), abs=off)


def test_the_pools_have_the_published_sizes(reference: Path) -> None:
    cascades = {group: values(reference, "cascades", group) for group in ("complete", "ring")}
    assert {group: len(texts) for group, texts in cascades.items()} == {"complete": 28, "ring": 12}
    assert sum(map(int, cascades["complete"])) == 35 + 37
    assert sum(map(int, cascades["ring"])) == 4


@pytest.mark.parametrize("model", sorted(SERIES))
def test_the_timing_series_is_met_to_1e_12(reference: Path, model: str) -> None:
    told = json.loads((reference / "delegated_influence" / "timing.json").read_text())
    (counts,) = (each for each in told if each["model"] == model)
    pulls, n = counts["pulls_at_index"], counts["n_agent_episodes"]
    # Which of the agents pulled is not told; the mean over them does not depend on it.
    pulled = np.arange(n)[:, None] < np.array(pulls)[None, :]
    signatures = np.cumsum(pulled, axis=1) / np.arange(1, 26)
    found = [each[0].value for each in means(list(signatures.T), Recipe(methods=("t",)))]
    printed = [float(text) for text in SERIES[model].split()]
    assert found == pytest.approx(printed, rel=0, abs=1e-12)
    assert found[-1] == pytest.approx(counts["end_share"], abs=5e-4)
    assert len(printed) == 25
