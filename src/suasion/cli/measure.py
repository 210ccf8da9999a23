"""`suasion measure`: the values and estimates of a run."""

from __future__ import annotations

import gc
import os
import shlex
from collections import Counter
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from suasion.cli.errors import Failed
from suasion.cli.modelled import ended, with_model
from suasion.cli.play import pairs
from suasion.cli.runs import AsJson, RunFolder, opened
from suasion.cli.terminal import say, say_json, say_table

if TYPE_CHECKING:
    from suasion.core.asks import Json
    from suasion.measures.estimate import Estimate
    from suasion.report.results import RunResults
    from suasion.store.run import Run


def measure(
    run: RunFolder,
    as_json: AsJson = False,
    values: Annotated[bool, typer.Option("--values", help="Only the values.")] = False,
    estimates: Annotated[bool, typer.Option("--estimates", help="Only the estimates.")] = False,
    settings: Annotated[
        list[str] | None,
        typer.Option("--set", metavar="KEY=VALUE", help="What measures are asked with, as YAML."),
    ] = None,
    csv: Annotated[
        Path | None, typer.Option(metavar="DIR", help="Write the same rows as CSV files.")
    ] = None,
    parquet: Annotated[
        Path | None, typer.Option(metavar="DIR", help="Write the same rows as Parquet files.")
    ] = None,
    model: Annotated[
        str | None,
        typer.Option(metavar="NAME", help="Fit a model too; minutes. Exit 3: not converged."),
    ] = None,
) -> None:
    """Compute what a run shows: values and estimates with intervals."""
    # The matrices are small: threads of linear algebra would wait for one another, and cost more.
    os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")
    # Values are many and make no cycles: looking for some would take a tenth of the time.
    gc.set_threshold(200_000, 50, 100)
    found = opened(run)
    results = _results(found, pairs(settings, "--set"))
    with_model(found, results, model)
    if as_json or csv or parquet:
        told = described(found, results, values, estimates)
        _write(told, csv, parquet)
        if as_json:
            say_json(told)
    elif values and not estimates:
        _values(results)
    else:
        _estimates(found, results)
    ended(results, model)


def described(
    run: Run, results: RunResults, only_values: bool, only_estimates: bool
) -> dict[str, Json]:
    """What is printed for programs: both lists, or the one that was asked for."""
    both = only_values == only_estimates
    told: dict[str, Json] = {
        "run": str(run.path),
        "environment": run.manifest.get("environment"),
        "parameters": dict(results.parameters),
    }
    if both or only_values:
        told["values"] = [value.row() for value in results.all_values()]
    if both:
        told.update(results.lists())
        told.update(_a_a(run, results))
    if both or only_estimates:
        told["estimates"] = [row.row() for row in results.all_estimates()]
    return told


def _a_a(run: Run, results: RunResults) -> dict[str, Json]:
    """The checks of a study that plays its first condition once more."""
    from suasion.report.a_a import checks

    study = run.manifest.get("study")
    if not isinstance(study, dict) or not study.get("a_a"):
        return {}
    return {"a_a": [check.row() for check in checks(results, study)]}


def _results(run: Run, given: Mapping[str, str]) -> RunResults:
    from suasion import catalogue
    from suasion.report.results import results

    name = str(run.manifest.get("environment"))
    if name not in catalogue.environments():
        there = ", ".join(catalogue.environments())
        said = f"environment {name[:80]!r} is not installed; there are: {there}"
        raise Failed(said, "status", str(run.path))
    try:
        return results(run, _read(given))
    except ValueError as wrong:
        raise Failed(str(wrong), *repaired(run, given)) from None


def _read(given: Mapping[str, str]) -> dict[str, Json]:
    from suasion.runner.plain_yaml import BadYaml, value

    found = {}
    for name, text in given.items():
        try:
            found[name] = value(text)
        except BadYaml as bad:
            raise ValueError(f"parameter {name[:80]!r} is {text[:80]!r}: {bad}") from None
    return found


def repaired(run: Run, given: Mapping[str, str]) -> list[str]:
    """The command with each parameter that cannot be read mended or left out."""
    from suasion import catalogue
    from suasion.cli.play import as_yaml

    kit = catalogue.kit(str(run.manifest.get("environment")))
    known = {each.name: each for each in kit.parameters}
    words = ["measure", str(run.path)]
    for name, text in given.items():
        parameter = known.get(name) or known.get(catalogue.nearest(name, known) or "")
        if parameter is None:
            continue
        try:
            parameter.read(_read({name: text})[name])
        except ValueError:
            text = as_yaml(parameter.default)
        words += ["--set", f"{parameter.name}={text}"]
    return words


def _write(told: Mapping[str, Json], csv: Path | None, parquet: Path | None) -> None:
    from suasion.cli import tables

    lists = {name: rows for name, rows in told.items() if isinstance(rows, list)}
    for folder, form in ((csv, tables.as_csv), (parquet, tables.as_parquet)):
        if folder is not None:
            folder.mkdir(parents=True, exist_ok=True)
            for name, rows in lists.items():
                path = folder / f"{name}.{form.__name__.removeprefix('as_')}"
                tables.put(path, form(rows))
                say(str(path), error=True)


def _values(results: RunResults) -> None:
    rows = []
    for value in results.all_values():
        of = " over ".join(filter(None, (value.seat, value.other)))
        if value.event is not None:
            of = f"event {value.event}"
        if value.series is not None and value.series[1] is not None:
            of += f", {value.series[0]} {value.series[1]}"
        said = f"undefined: {value.reason}" if value.reason else _number(value.value)
        rows.append((value.episode, value.measure, of, said, value.unit))
    say_table(rows, ("episode", "measure", "of", "value", "unit"))


def _estimates(run: Run, results: RunResults) -> None:
    """One row an estimate, by the study's own interval method; what is the same is said once."""
    every = _chosen(run, results)
    if not every:
        return say("no estimates: no episode is whole")
    rows = _shown(every)
    shared = {key: value for key, value in rows[0].by.items() if _same(rows, key, value)}
    everywhere = [f"{key} {value}" for key, value in shared.items() if value is not None]
    if everywhere:
        say(f"Everywhere: {', '.join(everywhere)}")
    lost = any(row.blocked for row in rows)
    others = any(row.statistic != "mean" for row in rows)
    table = [
        (
            row.measure,
            *((row.statistic,) if others else ()),
            _group(row, shared),
            *_found(row),
            *(_missing(row) if lost else ()),
        )
        for row in rows
    ]
    names = ("measure", *(("statistic",) if others else ()), "group", "value", "95% interval")
    say_table(table, (*names, "n", "method", *(("missing", "at worst") if lost else ())))
    if len(rows) < len(every):
        left = f"{len(every) - len(rows):,} estimates of finer groups, or without an interval"
        say(f"{left}, are not shown: suasion measure {shlex.quote(str(run.path))} --csv DIR")
    for words in dict.fromkeys(_behind(row, shared) for row in rows):
        if words:
            say(words)
    return _say_a_a(run, results)


MOST = 150
"""Estimates that are all printed for people."""
FEW = 10
"""Of one measure, however many there are of others."""


def _shown(rows: Sequence[Estimate]) -> Sequence[Estimate]:
    """All of a few; of many those with an interval, of groups by one factor at most.

    Measures of a few rows are shown whole.
    """
    if len(rows) <= MOST:
        return rows
    counts = Counter(row.measure for row in rows)
    return [row for row in rows if counts[row.measure] <= FEW or _plain(row)]


def _plain(row: Estimate) -> bool:
    return row.low is not None and len({*row.by} - {"arm", "probe"}) <= 1


def _behind(row: Estimate, shared: Mapping[str, Json]) -> str:
    """What stands behind the estimates of one group, in a line."""
    from dataclasses import replace

    from suasion.measures.behind import in_words

    words = in_words(row.behind)
    group = _group(replace(row, by={k: v for k, v in row.by.items() if k != "model"}), shared)
    return f"{group or 'everywhere'}: {words}" if words else ""


def _missing(row: Estimate) -> tuple[str, str]:
    """How many episodes are missing, and between what the value lies with all at their worst."""
    if not row.blocked:
        return "0", ""
    low, high = (
        "unbounded" if end is None else _number(end) for end in (row.bound_low, row.bound_high)
    )
    return str(row.blocked), f"{low} to {high}"


def _say_a_a(run: Run, results: RunResults) -> None:
    from suasion.report.a_a import checks, summed_up

    study = run.manifest.get("study")
    words = summed_up(checks(results, study)) if isinstance(study, dict) else ""
    if words:
        say(f"A/A: {words}")


def _chosen(run: Run, results: RunResults) -> list[Estimate]:
    """The first method's row of every estimate; of the measures the study names, if it does.

    Of forks: what the edit changed.
    Where the study has conditions these are shown, and not the same episodes again without them.
    """
    from suasion.measures.forked import MEASURES

    study = run.manifest.get("study")
    named = study.get("measures") if isinstance(study, dict) else None
    if run.manifest.get("kind") == "fork" and results.estimates(MEASURES[0].id):
        named = [measure.id for measure in MEASURES]
    first: dict[tuple[str, str, str, str], Estimate] = {}
    for row in results.all_estimates():
        if not named or row.measure in named:
            key = row.measure, row.statistic, row.status, repr(sorted(row.by.items()))
            if key not in first or (first[key].low is None and first[key].value is not None):
                first[key] = row
    with_arms = {(row.measure, row.status) for row in first.values() if "arm" in row.by}
    return [
        row
        for row in first.values()
        if "arm" in row.by or (row.measure, row.status) not in with_arms
    ]


def _same(rows: Sequence[Estimate], key: str, value: Json) -> bool:
    return all(key in row.by and row.by[key] == value for row in rows)


def _group(row: Estimate, shared: Mapping[str, Json]) -> str:
    own = ((key, value) for key, value in row.by.items() if key not in shared)
    return ", ".join(f"{key} {value}" for key, value in own if value is not None)


def _found(row: Estimate) -> tuple[str, str, str, str]:
    if row.value is None:
        return f"undefined: {row.reason}", "", str(row.n), row.method
    bounds = "" if row.low is None else f"{_number(row.low)} to {_number(row.high)}"
    return _number(row.value), bounds, str(row.n), row.method


def _number(value: Any) -> str:
    return f"{value:.4g}" if isinstance(value, float) else str(value)
