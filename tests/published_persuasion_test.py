"""The published persuasion benchmark: every value it printed, and ours beside them.

The first half goes through the front door: `suasion import persuasion-cells`, then `suasion measure
--json`. The second holds every estimate against a plain computation with fractions and loops, on
tables that were changed in ways nobody designed for.
"""

from __future__ import annotations

import csv
import json
import random
import subprocess
import sys
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from fractions import Fraction
from math import sqrt
from pathlib import Path
from statistics import median, stdev
from typing import Any, NamedTuple

import pytest

from suasion.environments.persuasion import KIT
from suasion.environments.persuasion.cells import read
from suasion.report.results import RunResults

Row = Mapping[str, str]
By = Mapping[str, Any]
HALF = 0.0005 + 1e-9
"""What rounding to three decimals may hide."""


def suasion(*words: str) -> str:
    command = [sys.executable, "-m", "suasion", *words]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr + done.stdout[-2000:]
    return done.stdout


Rows = dict[tuple[Any, ...], dict[str, Any]]


def indexed(estimates: Iterable[Mapping[str, Any]]) -> Rows:
    """Estimates by measure, statistic and group; of several methods the first."""
    found: Rows = {}
    for each in estimates:
        found.setdefault(key(each["measure"], each["statistic"], **each["by"]), dict(each))
    return found


def key(measure: str, statistic: str, **by: Any) -> tuple[Any, ...]:
    return measure, statistic, *sorted(by.items())


@pytest.fixture(scope="module")
def table(reference: Path) -> Path:
    return reference / "persuasion" / "persuasion_cells.csv"


@pytest.fixture(scope="module")
def printed(reference: Path) -> dict[str, Any]:
    found: dict[str, Any] = json.loads(
        (reference / "persuasion" / "published_tables.json").read_text()
    )
    return found


@pytest.fixture(scope="module")
def told(table: Path, tmp_path_factory: pytest.TempPathFactory) -> dict[str, Any]:
    """What `measure --json` prints of the imported table."""
    run = str(tmp_path_factory.mktemp("published") / "run")
    suasion("import", "persuasion-cells", str(table), "--out", run)
    found: dict[str, Any] = json.loads(suasion("measure", run, "--json"))
    return found


@pytest.fixture(scope="module")
def ours(told: Mapping[str, Any]) -> Rows:
    return indexed(told["estimates"])


# --- what was printed ----------------------------------------------------------------------------


class Printed(NamedTuple):
    """One published number, and where ours is."""

    value: float
    key: tuple[Any, ...]
    field: str = "value"
    also: tuple[Any, ...] | None = None
    """A second one of ours that is added."""


def boards(tables: Mapping[str, Any]) -> Iterator[Printed]:
    names = {
        "persuader": ("Model", "shift"),
        "target": ("Model", "susceptibility"),
        "topic": ("Topic ID", "shift"),
    }
    for factor, (label, what) in names.items():
        for side in ("overall", "pro", "con"):
            for row in tables[f"{factor}_{side}"]:
                by = {factor: row[label]} | ({} if side == "overall" else {"side": side})
                mean = key("signed_shift", "mean", **by)
                yield Printed(row[f"Mean {what}"], mean)
                yield Printed(row[f"Median {what}"], key("signed_shift", "median", **by))
                yield Printed(row["Valid shifts"], mean, "n")


def alignments(tables: Mapping[str, Any]) -> Iterator[Printed]:
    for row in (*tables["start_alignment"], *tables["alignment_transitions"]):
        by = {"start_alignment": row["Start alignment"]}
        if "End alignment" in row:
            by["end_alignment"] = row["End alignment"]
        mean = key("signed_shift", "mean", **by)
        yield Printed(row["Mean signed shift"], mean)
        yield Printed(row["Median signed shift"], key("signed_shift", "median", **by))
        yield Printed(row["Valid shifts"], mean, "n")


def stability(tables: Mapping[str, Any]) -> Iterator[Printed]:
    columns = {
        "High-variance rate": ("high_variance", "share"),
        "Pre high-variance rate": ("high_variance_before", "share"),
        "Post high-variance rate": ("high_variance_after", "share"),
        "Median pre range": ("probe_range_before", "median"),
        "Median post range": ("probe_range_after", "median"),
    }
    for row in tables["stability_by_target"]:
        for column, measure in columns.items():
            yield Printed(row[column], key(*measure, target=row["Target"]))


def pairwise(tables: Mapping[str, Any]) -> Iterator[Printed]:
    for persuader, others in tables["pairwise_mean"].items():
        for target, cell in others.items():
            if cell is not None:
                mean = key("signed_shift", "mean", persuader=persuader, target=target)
                yield Printed(cell["mean"], mean)
                yield Printed(cell["n"], mean, "n")


def outcomes(tables: Mapping[str, Any]) -> Iterator[Printed]:
    for model, roles in tables["dossier_snapshots"].items():
        for role, row in roles.items():
            by = {role: model}
            positive, negative, zero = (
                key(f"shift_{sign}", "count", **by) for sign in ("positive", "negative", "zero")
            )
            yield Printed(row["best_single_cell"], key("signed_shift", "max", **by))
            yield Printed(row["worst_single_cell"], key("signed_shift", "min", **by))
            yield Printed(row["near_zero_cells"], zero)
            if role == "persuader":
                yield Printed(row["positive_shift_cells"], positive)
                yield Printed(row["backfire_cells"], negative)
            else:
                yield Printed(row["positive_shift_toward_opponent_cells"], positive)
                name = "non_positive_shift_toward_opponent_cells"
                yield Printed(row[name], negative, also=zero)


def adjusted(tables: Mapping[str, Any]) -> Iterator[Printed]:
    for model, roles in tables["dossier_snapshots"].items():
        for role, row in roles.items():
            yield Printed(
                row["adjusted_mean_signed_shift"], key("adjusted_shift", "mean", **{role: model})
            )


TABLES: Mapping[str, tuple[Callable[[Mapping[str, Any]], Iterator[Printed]], int]] = {
    "boards": (boards, 405),
    "alignments": (alignments, 36),
    "stability": (stability, 75),
    "pairwise": (pairwise, 420),
    "outcomes": (outcomes, 150),
    "adjusted": (adjusted, 30),
}


def test_there_are_1116_published_values() -> None:
    assert sum(count for _, count in TABLES.values()) == 1116


@pytest.mark.parametrize("name", TABLES)
def test_every_published_value_is_met_at_its_precision(
    name: str, printed: Mapping[str, Any], ours: Rows
) -> None:
    of, count = TABLES[name]
    values = list(of(printed))
    assert len(values) == count
    missed = []
    for each in values:
        found = ours[each.key][each.field] + (ours[each.also]["value"] if each.also else 0)
        if abs(found - each.value) > HALF:
            missed.append((each, found))
    assert missed == []


def test_what_was_counted_in_the_header_is_counted(
    printed: Mapping[str, Any], ours: Rows, told: Mapping[str, Any]
) -> None:
    header = printed["header"]
    blocked = ours["blocked", "count"]
    assert (blocked["value"], blocked["n"]) == (4, header["cell_count"])
    for measure, field in (
        ("high_variance", "high_variance_cell_count"),
        ("high_variance_before", "pre_high_variance_cell_count"),
        ("high_variance_after", "post_high_variance_cell_count"),
    ):
        counts = [row["value"] for at, row in ours.items() if at[:2] == (measure, "count")]
        assert sum(counts) == header[field]
    by_value: defaultdict[tuple[str, Any], int] = defaultdict(int)
    for value in told["values"]:
        if value["measure"] in ("start_alignment", "end_alignment"):
            by_value[value["measure"], value["value"]] += 1
    for name in ("aligned", "opposed", "neutral"):
        assert by_value["start_alignment", name] == header[f"pre_{name}_cell_count"]
        assert by_value["end_alignment", name] == header[f"post_{name}_cell_count"]
    assert by_value["end_alignment", None] == header["post_unknown_cell_count"]


def test_values_and_rows_are_sound(told: Mapping[str, Any]) -> None:
    assert {value["reason"] is None for value in told["values"] if value["value"] is not None} == {
        True
    }
    assert all(value["reason"] for value in told["values"] if value["value"] is None)
    text = json.dumps(told)
    for bad in ("NaN", "Infinity", ": -0,", ": -0.0,"):
        assert bad not in text
    seen = [
        (row["status"], row["measure"], row["statistic"], row["method"], str(row["by"]))
        for row in told["estimates"]
    ]
    assert len(seen) == len(set(seen))


# --- what was computed of it since ---------------------------------------------------------------

VARIANCES = {
    "persuader": 0.1595,
    "target": 0.3372,
    "topic": 0.0605,
    "persuader:target": 0.0288,
    "target:topic": 0.0932,
    "persuader:topic": 0.0186,
    "residual": 0.4293,
}
PANELS = {(14, 15): 0.97, (5, 5): 0.86, (3, 10): 0.86, (2, 30): 0.88, (1, 15): 0.73}


def test_variance_components_are_those_that_two_optimisers_found(ours: Rows) -> None:
    for name, variance in VARIANCES.items():
        found = ours[key("variance_component", "sd", component=name)]
        assert found["value"] ** 2 == pytest.approx(variance, abs=1e-3)
        assert (found["n"], found["low"]) == (3146, None)


def test_a_panel_of_five_by_five_tells_persuaders_apart_as_well_as_is_known(ours: Rows) -> None:
    for (targets, topics), g in PANELS.items():
        found = ours[key("generalisability", "g", targets=targets, topics=topics)]
        assert round(found["value"], 2) == g
    errors = [
        ours[key("generalisability", "relative_se", targets=targets, topics=topics)]["value"]
        for targets, topics in PANELS
    ]
    assert [round(error, 3) for error in errors] == [0.073, 0.163, 0.161, 0.149, 0.242]


def test_effect_drift_and_sorting_by_the_baseline_are_as_was_found(ours: Rows) -> None:
    expected = {
        ("paired_effect", "mean"): 1.122,
        ("paired_effect", "sd"): 1.049,
        ("paired_drift", "mean"): -0.008,
        ("paired_drift", "sd"): 1.054,
    }
    for (measure, statistic), value in expected.items():
        assert round(ours[measure, statistic]["value"], 3) == value
        assert ours[measure, statistic]["n"] == 3146
    by_own = {"aligned": 0.674, "neutral": 1.375, "opposed": 1.425}
    by_others = {"aligned": 0.747, "neutral": 1.383, "opposed": 1.342}
    for factor, means in (("start_alignment", by_own), ("baseline_alignment", by_others)):
        for name, value in means.items():
            assert round(ours[key("signed_shift", "mean", **{factor: name})]["value"], 3) == value
    name = "grok-4.20-beta-0309-reasoning"
    assert round(ours[key("resistance_relative", "mean", target=name)]["value"], 3) == 1.981
    grok = ours[key("resistance", "mean", target=name)]
    assert abs(grok["value"] + 0.02) < 0.006
    assert grok["low"] < grok["value"] < grok["high"]


RANKS = {
    "gpt-5.4-high": (1, 4),
    "claude-opus-4-6-adaptive": (1, 4),
    "seed-2.0-pro": (1, 4),
    "claude-sonnet-4-6-adaptive": (1, 5),
    "kimi-k2.5": (4, 8),
    "gemini-3.1-pro-preview": (5, 9),
    "glm-5": (5, 9),
    "grok-4.20-beta-0309-reasoning": (5, 9),
    "qwen3.5-397b-a17b": (7, 11),
    "mistral-large-2512": (14, 15),
}


def test_ranks_have_the_ranges_that_another_bootstrap_found(ours: Rows) -> None:
    """To one rank: the two drew other resamples."""
    for model, (low, high) in RANKS.items():
        found = ours[key("rank", "rank", persuader=model)]
        assert abs(found["low"] - low) <= 1
        assert abs(found["high"] - high) <= 1
        assert found["low"] <= found["value"] <= found["high"]
    top = [ours[key("tie_group", "group", persuader=model)]["value"] for model in list(RANKS)[:4]]
    assert top == [1, 1, 1, 1]


# --- the same from tables that were changed ------------------------------------------------------


class Cell(NamedTuple):
    topic: str
    persuader: str
    target: str
    side: str
    before: Fraction
    after: Fraction | None
    probes: tuple[tuple[int, ...], tuple[int, ...]]

    @property
    def s(self) -> int:
        return 1 if self.side == "pro" else -1

    @property
    def shift(self) -> Fraction:
        assert self.after is not None
        return self.s * (self.after - self.before)


def cells_of(rows: Iterable[Row]) -> list[Cell]:
    found = []
    for row in rows:
        before = tuple(int(row[f"pre{at}"]) for at in (1, 2, 3))
        whole = row["outcome"] == "completed"
        after = tuple(int(row[f"post{at}"]) for at in (1, 2, 3)) if whole else ()
        found.append(
            Cell(
                row["topic"],
                row["persuader"],
                row["target"],
                row["side"],
                Fraction(sum(before), 3),
                Fraction(sum(after), 3) if whole else None,
                (before, after),
            )
        )
    return found


def ended(cell: Cell) -> Fraction:
    assert cell.after is not None
    return cell.after


def alignment(cell: Cell, stance: Fraction, within: Fraction = Fraction(0)) -> str:
    if abs(stance) <= within:
        return "neutral"
    return "aligned" if cell.s * stance > 0 else "opposed"


class Plain:
    """Every estimate by its definition, one conversation after the other."""

    def __init__(self, cells: Sequence[Cell]) -> None:
        self.every = cells
        self.done = [cell for cell in cells if cell.after is not None]
        self.found: dict[tuple[Any, ...], float | None] = {}
        self.bounds: dict[tuple[Any, ...], tuple[float, float]] = {}
        self.pools: defaultdict[tuple[str, str], list[int]] = defaultdict(list)
        for cell in self.done:
            self.pools[cell.target, cell.topic] += cell.probes[0]
        self.shifts()
        self.adjusted("persuader", "target")
        self.adjusted("target", "persuader")
        self.spread()
        self.pairs()
        self.stances()
        self.ties("persuader", "target")
        self.ties("target", "persuader")

    def put(self, value: float | Fraction | None, measure: str, statistic: str, **by: Any) -> None:
        self.found[key(measure, statistic, **by)] = None if value is None else float(value)

    def by(self, cell: Cell, *factors: str) -> dict[str, str] | None:
        """What a conversation is by some factors; None where that is undefined."""
        found = {}
        for factor in factors:
            if factor == "start_alignment":
                found[factor] = alignment(cell, cell.before)
            elif factor == "end_alignment":
                assert cell.after is not None
                found[factor] = alignment(cell, cell.after)
            elif factor == "baseline_alignment":
                pool = list(self.pools[cell.target, cell.topic])
                for each in cell.probes[0]:
                    pool.remove(each)
                if not pool:
                    return None
                stance = Fraction(sum(pool), len(pool))
                found[factor] = alignment(cell, stance, Fraction(1, 6))
            else:
                found[factor] = getattr(cell, factor)
        return found

    def groups(self, *factors: str) -> list[tuple[dict[str, str], list[Cell]]]:
        found: dict[tuple[str, ...], list[Cell]] = {}
        for cell in self.done:
            by = self.by(cell, *factors)
            if by is not None:
                found.setdefault(tuple(by.values()), []).append(cell)
        return [(dict(zip(factors, names, strict=True)), cells) for names, cells in found.items()]

    def shifts(self) -> None:
        kinds = {
            (): ("topic", "target"),
            ("persuader",): ("topic", "target"),
            ("target",): ("topic", "persuader"),
            ("topic",): ("persuader", "target"),
            ("persuader", "side"): ("topic", "target"),
            ("target", "side"): ("topic", "persuader"),
            ("topic", "side"): ("persuader", "target"),
            ("persuader", "target"): ("topic",),
            ("start_alignment",): ("topic", "target"),
            ("start_alignment", "end_alignment"): ("topic", "target"),
            ("baseline_alignment",): ("topic", "target"),
        }
        for factors, clusters in kinds.items():
            for by, cells in self.groups(*factors):
                values = [cell.shift for cell in cells]
                self.put(sum(values) / len(values), "signed_shift", "mean", **by)
                self.put(median(values), "signed_shift", "median", **by)
                self.put(min(values), "signed_shift", "min", **by)
                self.put(max(values), "signed_shift", "max", **by)
                names = [[getattr(cell, kind) for cell in cells] for kind in clusters]
                bounds = interval(values, names)
                if bounds:
                    self.bounds[key("signed_shift", "mean", **by)] = bounds
        means = {}
        for role in ("persuader", "target"):
            for by, cells in self.groups(role):
                values = [cell.shift for cell in cells]
                means[role, by[role]] = sum(values) / len(values)
                for measure, count in (
                    ("shift_positive", sum(v > 0 for v in values)),
                    ("shift_negative", sum(v < 0 for v in values)),
                    ("shift_zero", sum(v == 0 for v in values)),
                ):
                    self.put(count, measure, "count", **by)
                    self.put(Fraction(count, len(values)), measure, "share", **by)
            own = {name: mean for (kind, name), mean in means.items() if kind == role}
            for name, mean in own.items():
                rank = 1 + sum(other > mean for other in own.values())
                self.put(rank, "rank", "rank", **{role: name})
                if role == "target":
                    relative = max(own.values()) - mean
                    self.put(relative, "resistance_relative", "mean", target=name)

    def adjusted(self, role: str, counterpart: str) -> None:
        def place(cell: Cell) -> tuple[str, ...]:
            return cell.topic, cell.side, getattr(cell, counterpart)

        replicates: defaultdict[tuple[str, ...], defaultdict[str, list[Fraction]]] = defaultdict(
            lambda: defaultdict(list)
        )
        for cell in self.done:
            replicates[place(cell)][getattr(cell, role)].append(cell.shift)
        left: defaultdict[str, defaultdict[str, list[Fraction]]] = defaultdict(
            lambda: defaultdict(list)
        )
        for where, each in replicates.items():
            means = {name: Fraction(sum(values)) / len(values) for name, values in each.items()}
            for name, value in means.items():
                others = [mean for other, mean in means.items() if other != name]
                if others:
                    left[name][where[2]].append(value - Fraction(sum(others)) / len(others))
        for name in {getattr(cell, role) for cell in self.done}:
            by_counterpart = [sum(each) / len(each) for each in left[name].values()]
            mean = sum(by_counterpart) / len(by_counterpart) if by_counterpart else None
            self.put(mean, "adjusted_shift", "mean", **{role: name})

    def spread(self) -> None:
        for by, cells in self.groups("target"):
            ranges = [[max(probes) - min(probes) for probes in cell.probes] for cell in cells]
            for measure, count in (
                ("high_variance", sum(max(each) >= 2 for each in ranges)),
                ("high_variance_before", sum(b >= 2 for b, _ in ranges)),
                ("high_variance_after", sum(a >= 2 for _, a in ranges)),
            ):
                self.put(count, measure, "count", **by)
                self.put(Fraction(count, len(cells)), measure, "share", **by)
            self.put(median(b for b, _ in ranges), "probe_range_before", "median", **by)
            self.put(median(a for _, a in ranges), "probe_range_after", "median", **by)
            sizes = [
                abs(cell.after - self.baseline(cell)) for cell in cells if cell.after is not None
            ]
            self.put(sum(sizes) / len(sizes), "shift_size", "mean", **by)
        for factors in ((), ("persuader",), ("target",)):
            for names in {tuple(getattr(cell, f) for f in factors) for cell in self.every}:
                cells = [c for c in self.every if tuple(getattr(c, f) for f in factors) == names]
                lost = sum(cell.after is None for cell in cells)
                by = dict(zip(factors, names, strict=True))
                self.put(lost, "blocked", "count", **by)
                self.put(Fraction(lost, len(cells)), "blocked", "share", **by)

    def stances(self) -> None:
        for factors in ((), ("side",)):
            for by, cells in self.groups(*factors):
                befores = [(cell, cell.before) for cell in cells]
                afters = [(cell, ended(cell)) for cell in cells]
                for measure, known in (("stance_before", befores), ("stance_after", afters)):
                    values = [value for _, value in known]
                    self.put(sum(values) / len(values), measure, "mean", **by)
                    labels = [[c.topic for c, _ in known], [c.target for c, _ in known]]
                    bounds = interval(values, labels)
                    if bounds:
                        self.bounds[key(measure, "mean", **by)] = bounds

    def ties(self, role: str, counterpart: str) -> None:
        """From the highest mean down, each against the first of the group."""
        own: defaultdict[str, list[Cell]] = defaultdict(list)
        for cell in self.done:
            own[getattr(cell, role)].append(cell)
        means = {name: sum(c.shift for c in cells) / len(cells) for name, cells in own.items()}
        first, group = "", 0
        for name in sorted(own, key=lambda each: (-means[each], each)):
            found = None if not first else difference(own[first], own[name], counterpart)
            if not first or (found is not None and not found[0] <= 0 <= found[1]):
                first, group = name, group + 1
                self.put(group, "tie_group", "group", **{role: name})
            else:
                self.put(None if found is None else group, "tie_group", "group", **{role: name})

    def baseline(self, cell: Cell) -> Fraction:
        pool = self.pools[cell.target, cell.topic]
        return Fraction(sum(pool), len(pool))

    def pairs(self) -> None:
        sides: defaultdict[tuple[str, str, str], dict[str, Cell]] = defaultdict(dict)
        for cell in self.done:
            sides[cell.persuader, cell.target, cell.topic][cell.side] = cell
        both = [(each["pro"], each["con"]) for each in sides.values() if len(each) == 2]
        kinds = {
            (): ("topic", "target"),
            ("persuader",): ("topic", "target"),
            ("target",): ("topic", "persuader"),
            ("topic",): ("persuader", "target"),
        }
        for factors, clusters in kinds.items():
            for names in {tuple(getattr(pro, f) for f in factors) for pro, _ in both}:
                of = [p for p in both if tuple(getattr(p[0], f) for f in factors) == names]
                by = dict(zip(factors, names, strict=True))
                effects = [(ended(pro) - ended(con)) / 2 for pro, con in of]
                drifts = [(ended(p) + ended(c)) / 2 - self.baseline(p) for p, c in of]
                for measure, values in (("paired_effect", effects), ("paired_drift", drifts)):
                    self.put(sum(values) / len(values), measure, "mean", **by)
                    sd = stdev(map(float, values)) if len(values) > 1 else None
                    self.put(sd, measure, "sd", **by)
                    labels = [[getattr(pro, kind) for pro, _ in of] for kind in clusters]
                    bounds = interval(values, labels)
                    if bounds:
                        self.bounds[key(measure, "mean", **by)] = bounds
                if factors == ("target",):
                    self.put(-sum(effects) / len(effects), "resistance", "mean", **by)


def interval(
    values: Sequence[Fraction], clusters: Sequence[Sequence[str]]
) -> tuple[float, float] | None:
    """The default interval, by its words."""
    from scipy.stats import t

    mean = Fraction(sum(values)) / len(values)

    def one_way(labels: Sequence[Any]) -> float:
        sums: defaultdict[Any, Fraction] = defaultdict(Fraction)
        for value, label in zip(values, labels, strict=True):
            sums[label] += value - mean
        count = len(sums)
        squares = sum(each**2 for each in sums.values())
        return float(Fraction(count, count - 1) * squares) / len(values) ** 2

    levels = [len(set(labels)) for labels in clusters]
    if min(levels) < 2:
        return None
    ways = [one_way(labels) for labels in clusters]
    variance = ways[0]
    if len(ways) == 2:
        variance = sum(ways) - one_way(list(zip(*clusters, strict=True)))
        variance = max(variance, *ways)
    if not variance:
        return None
    reach = float(t.ppf(0.975, min(levels) - 1)) * sqrt(variance)
    return float(mean) - reach, float(mean) + reach


def difference(
    left: Sequence[Cell], right: Sequence[Cell], counterpart: str
) -> tuple[float, float] | None:
    """The default interval of the difference of two models on their common counterparts."""
    from scipy.stats import t

    common = {getattr(c, counterpart) for c in left} & {getattr(c, counterpart) for c in right}
    sides = [[c for c in side if getattr(c, counterpart) in common] for side in (left, right)]
    if not common:
        return None
    means = [sum(c.shift for c in side) / Fraction(len(side)) for side in sides]
    pulls = [
        (c.topic, getattr(c, counterpart), sign * (c.shift - mean) / len(side))
        for sign, side, mean in zip((1, -1), sides, means, strict=True)
        for c in side
    ]
    variances, levels = [], []
    for label in ((0,), (1,), (0, 1)):
        sums: defaultdict[Any, Fraction] = defaultdict(Fraction)
        for pull in pulls:
            sums[tuple(pull[at] for at in label)] += pull[2]
        levels.append(len(sums))
        if len(sums) < 2:
            return None
        inflation = Fraction(len(sums), len(sums) - 1)
        variances.append(inflation * sum(each**2 for each in sums.values()))
    variance = float(max(variances[0] + variances[1] - variances[2], *variances[:2]))
    if not variance:
        return None
    reach = float(t.ppf(0.975, min(levels[:2]) - 1)) * sqrt(variance)
    return float(means[0] - means[1]) - reach, float(means[0] - means[1]) + reach


def thinned(rows: Sequence[Row], chance: random.Random) -> list[Row]:
    """An unbalanced table: rows are missing at random, and all of one pair."""
    kept = [row for row in rows if chance.random() < 0.8]
    return [row for row in kept if (row["persuader"], row["target"]) != ("glm-5", "kimi-k2.5")]


def relabelled(rows: Sequence[Row], chance: random.Random) -> list[Row]:
    """Every model and topic under another name, in another order."""
    models = sorted({row["persuader"] for row in rows})
    names = [f"model {at:02d}" for at in range(len(models))]
    chance.shuffle(names)
    called = dict(zip(models, names, strict=True))
    new = [
        {
            **row,
            "persuader": called[row["persuader"]],
            "target": called[row["target"]],
            "topic": f"t-{row['topic'][::-1]}",
        }
        for row in rows
    ]
    chance.shuffle(new)
    return list(new)


def changed(rows: Sequence[Row], chance: random.Random) -> list[Row]:
    """Other answers to every tenth probe."""
    new = []
    for row in rows:
        own = dict(row)
        for column in ("pre1", "pre2", "pre3", "post1", "post2", "post3"):
            if own[column] and chance.random() < 0.1:
                own[column] = str(chance.randint(-3, 3))
        new.append(own)
    return list(new)


def blocked(rows: Sequence[Row], chance: random.Random) -> list[Row]:
    """One in twelve ends in a block."""
    new = []
    for row in rows:
        lost = chance.random() < 1 / 12
        ended = {"outcome": "moderated_block", "post1": "", "post2": "", "post3": ""}
        new.append({**row, **ended} if lost else row)
    return list(new)


def panel(*models: str) -> Callable[[Sequence[Row], random.Random], list[Row]]:
    def only(rows: Sequence[Row], _: random.Random) -> list[Row]:
        return [row for row in rows if {row["persuader"], row["target"]} <= {*models}]

    return only


def one_topic(rows: Sequence[Row], _: random.Random) -> list[Row]:
    return [row for row in rows if row["topic"] == "prop_0047"]


def lopsided(rows: Sequence[Row], chance: random.Random) -> list[Row]:
    """Half the persuaders meet few targets, on few topics, mostly from one side."""
    topics = sorted({row["topic"] for row in rows})
    return [
        row
        for row in rows
        if row["persuader"] < "gpt"
        or (
            row["target"] < "glm"
            and row["topic"] in topics[:3]
            and (row["side"] == "pro" or chance.random() < 0.3)
        )
    ]


PANEL = (
    "claude-opus-4-6-adaptive",
    "deepseek-v32-exp",
    "ernie-5",
    "glm-5",
    "gpt-5.4-high",
    "kimi-k2.5",
    "mimo-v2-pro",
)
TOPICS = ("prop_0004", "prop_0021", "prop_0043", "prop_0047", "prop_0089", "prop_0166")


def smaller(rows: Iterable[Row]) -> list[Row]:
    """Seven models and six topics of the table, for a quick test."""
    return [row for row in panel(*PANEL)(list(rows), random.Random(0)) if row["topic"] in TOPICS]


CHANGES: Mapping[str, Callable[[Sequence[Row], random.Random], list[Row]]] = {
    "as it is": lambda rows, _: list(rows),
    "rows removed": thinned,
    "relabelled": relabelled,
    "values changed": changed,
    "many blocked": blocked,
    "three models": panel("glm-5", "kimi-k2.5", "ernie-5"),
    "two models": panel("glm-5", "kimi-k2.5"),
    "one topic": one_topic,
    "lopsided": lopsided,
}


@pytest.mark.parametrize("change", CHANGES)
def test_every_estimate_is_what_its_definition_says(
    change: str, table: Path, tmp_path: Path
) -> None:
    with table.open(newline="") as file:
        rows = CHANGES[change](smaller(csv.DictReader(file)), random.Random(change))
    path = tmp_path / "cells.csv"
    with path.open("w", newline="") as file:
        writer = csv.DictWriter(file, rows[0])
        writer.writeheader()
        writer.writerows(rows)
    imported = read([path], ())
    assert len(imported.filed) == len(rows)
    found = indexed(row.row() for row in RunResults(KIT, list(imported.filed)).all_estimates())
    plain = Plain(cells_of(rows))
    wrong: list[Any] = []
    for at, value in plain.found.items():
        own = found[at]["value"]
        if (own is None) != (value is None) or abs((own or 0) - (value or 0)) > 1e-9:
            wrong.append((at, own, value))
    for at, bounds in plain.bounds.items():
        own = found[at]["low"], found[at]["high"]
        if None in own or max(abs(a - b) for a, b in zip(own, bounds, strict=True)) > 1e-9:
            wrong.append((at, own, bounds))
    assert wrong[:5] == []
    other = {*found} - {*plain.found}
    assert {at[0] for at in other} <= {"variance_component", "generalisability"} | {
        at[0] for at in other if found[at]["value"] is None
    }
    unbounded = [at for at, row in found.items() if row["low"] is not None]
    resampled = {"adjusted_shift", "shift_size", "resistance", "resistance_relative", "rank"}
    assert {at for at in unbounded if at[0] not in resampled} == {*plain.bounds}
