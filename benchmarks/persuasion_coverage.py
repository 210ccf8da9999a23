"""Measure how often the intervals of persuasion hold, and write the tables of their page.

Takes some minutes:

    python benchmarks/persuasion_coverage.py

With `--page` the tables of `docs/explanation/persuasion-intervals.md` are written from the figures
as they were recorded, without measuring. The rows on the published run need its cells, whose path
`SUASION_REFERENCE` leads to; without them the recorded rows are kept.
"""

import csv
import json
import os
import sys
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import asdict
from pathlib import Path

import numpy as np

from suasion.stats.bootstrap import generator
from suasion.stats.planted_panel import Plan, coverage, grid, nothing, panels
from suasion.stats.sample import Floats
from suasion.stats.stopping import METHODS, Rule, stopped

ROOT = Path(__file__).parent.parent
PAGE = ROOT / "docs" / "explanation" / "persuasion-intervals.md"
FIGURES = ROOT / "docs" / "reference" / "persuasion-intervals.json"
PANELS, STUDIES = 2_000, 1_000
DRIFT = 1.2
"""Where conversation takes targets, whichever side is argued, in the panels without effect."""
WORDS = {
    "two_way_cluster_t": "two-way *t*, the default",
    "two_way_percentile_bootstrap": "two-way percentile bootstrap",
    "naive": "naive: every pair independent",
}
Row = dict[str, str | int | float]


def held() -> Iterator[Row]:
    """Coverage of each form, at each size."""
    for at, plan in enumerate(grid()):
        told(f"{plan.models} x {plan.topics}, noise {plan.noise}")
        for each in coverage(plan, PANELS, seed=100 + at):
            yield asdict(each)


def without_effect() -> Iterator[Row]:
    """Persuaders of no effect, where conversation alone moves targets."""
    for plan in grid():
        told(f"no effect, {plan.models} x {plan.topics}, noise {plan.noise}")
        found = nothing(Plan(plan.models, plan.topics, drift=DRIFT, noise=plan.noise), PANELS, 200)
        probes = "whole" if plan.noise else "exact"
        yield {"models": plan.models, "topics": plan.topics, "probes": probes, **found._asdict()}


def stops() -> Iterator[Row]:
    """Studies that stop when they like what they see."""
    for name, populations, rule in arms():
        told(name)
        for method in METHODS:
            found = stopped(populations, rule, STUDIES, 300, method)
            yield {"arms": name, "budget": rule.budget, "method": method, **asdict(found)}


def arms() -> Iterator[tuple[str, Floats, Rule]]:
    """What is drawn from, in each kind of study."""
    sixths = np.round(6 * panels(Plan(), 1, generator(9)).effects[0].reshape(15, -1)) / 6
    planted = np.clip(sixths, -3, 3)
    rare = np.zeros((2, 10))
    rare[:, 0] = 3
    yield "two persuaders alike", planted[[0, 0]], Rule(600)
    yield "two alike, effect 3 in one of ten, else 0", rare, Rule(600)
    yield (
        "two alike, one of them the other way round",
        np.array([rare[0], 0.6 - rare[0]]),
        Rule(600),
    )
    yield "5 planted persuaders", planted[:5], Rule(1_050, every=2)
    yield "15 planted persuaders", planted, Rule(6_300, every=5)
    if cells := published():
        size = min(map(len, cells))
        real = np.array([each[:size] for each in cells])
        yield "two alike, the published effects of one", real[[0, 0]], Rule(600)
        yield "15 published persuaders", real, Rule(6_300, every=5)


def published() -> list[list[float]]:
    """The paired effects of each persuader of the published run, where its cells are there."""
    folder = Path(os.environ.get("SUASION_REFERENCE", ROOT.parent / "shared" / "reference"))
    table = folder / "persuasion" / "persuasion_cells.csv"
    if not table.exists():
        return []
    after: dict[tuple[str, ...], dict[str, float]] = defaultdict(dict)
    with table.open() as lines:
        for row in csv.DictReader(lines):
            if row["outcome"] == "completed":
                probes = [int(row[f"post{at}"]) for at in (1, 2, 3)]
                key = row["persuader"], row["target"], row["topic"]
                after[key][row["side"]] = sum(probes) / 3
    effects: dict[str, list[float]] = defaultdict(list)
    for (persuader, *_), sides in sorted(after.items()):
        if len(sides) == 2:
            effects[persuader].append((sides["pro"] - sides["con"]) / 2)
    return list(effects.values())


def tables(figures: dict[str, list[Row]]) -> dict[str, str]:
    """The tables of the page, by name."""
    return {
        "held": "\n".join(_held(figures["held"])),
        "nothing": "\n".join(_nothing(figures["nothing"])),
        "stops": "\n".join(_stops(figures["stops"])),
    }


def _held(rows: list[Row]) -> Iterator[str]:
    yield "| models x topics | stances | of | form | covered, % |"
    yield "|---|---|---|---|---|"
    for row in rows:
        share = int(row["held"]) / int(row["intervals"])
        error = (share * (1 - share) / int(row["panels"])) ** 0.5
        size = f"{row['models']} x {row['topics']}"
        form = WORDS[str(row["form"])]
        told = f"{100 * share:.1f} ± {100 * error:.1f}"
        yield f"| {size} | {row['probes']} | {row['of']} | {form} | {told} |"


def _nothing(rows: list[Row]) -> Iterator[str]:
    yield "| models x topics | stances | paired interval holds 0, % | both one-sided miss it, % |"
    yield "|---|---|---|---|"
    for row in rows:
        size = f"{row['models']} x {row['topics']}"
        shares = (f"{100 * float(row[name]):.1f}" for name in ("paired_held", "both_sides_missed"))
        yield f"| {size} | {row['probes']} | {' | '.join(shares)} |"


def _stops(rows: list[Row]) -> Iterator[str]:
    shown = ("all hold at the stop, %", "some order wrong, %", "own mean missed, %", "draws")
    yield f"| arms | budget | bounds | {' | '.join(shown)} |"
    yield "|" + "---|" * 7
    for row in rows:
        n = int(row["simulations"])
        shares = (
            f"{100 * share:.1f}"
            for share in (
                1 - int(row["missed"]) / n,
                int(row["reversed"]) / n,
                float(row["arms_missed"]),
            )
        )
        numbers = " | ".join(shares)
        yield (
            f"| {row['arms']} | {row['budget']} | {row['method']} | {numbers} |"
            f" {float(row['draws']):.0f} |"
        )


def put(page: str, name: str, table: str) -> str:
    """The page with a table between its marks."""
    begin, end = f"<!-- table: {name} -->", f"<!-- end: {name} -->"
    before, _, rest = page.partition(begin)
    _, _, after = rest.partition(end)
    return f"{before}{begin}\n\n{table}\n\n{end}{after}"


def told(words: str) -> None:
    """Say how far it is."""
    print(words, file=sys.stderr, flush=True)


def main() -> None:
    """Record the figures, unless they are only to be written as tables."""
    if "--page" not in sys.argv:
        found = {"held": list(held()), "nothing": list(without_effect()), "stops": list(stops())}
        FIGURES.write_text(json.dumps(found, indent=1) + "\n")
    page = PAGE.read_text()
    for name, table in tables(json.loads(FIGURES.read_text())).items():
        page = put(page, name, table)
    PAGE.write_text(page)


if __name__ == "__main__":
    main()
