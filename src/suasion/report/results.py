"""What a run gives to a question, a page and the command line: its values and estimates."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from difflib import get_close_matches
from functools import cached_property
from math import isfinite
from pathlib import Path
from typing import Protocol

from suasion.core.asks import Json
from suasion.core.events import NOTHING
from suasion.measures.common import kit_of
from suasion.measures.estimate import Estimate
from suasion.measures.filed import Filed
from suasion.measures.kit import Kit
from suasion.measures.measure import Measure, OfRun, Parameter, Value
from suasion.report.estimates import estimates
from suasion.stats.interval import METHODS, Recipe
from suasion.store.chains import missing

UNFINISHED = ("unfinished_episode", "cut_short")
"""Reasons of values that an episode would have had, had it come to its end."""


class Row(Protocol):
    """What a run knows of one episode, planned or played."""

    @property
    def id(self) -> str: ...
    @property
    def arm(self) -> str | None: ...
    @property
    def chain(self) -> str | None: ...
    @property
    def state(self) -> str: ...
    @property
    def error(self) -> str | None: ...
    @property
    def digest(self) -> str | None: ...


class Recorded(Protocol):
    """What results need of a run."""

    @property
    def path(self) -> Path:
        """Its folder."""

    @property
    def manifest(self) -> Mapping[str, Json]:
        """What was run."""

    @property
    def over(self) -> bool:
        """Whether nobody goes on with it, so that what was never played is missing."""

    def rows(self) -> Sequence[Row]:
        """What it knows of every episode."""

    def all(self) -> Iterable[Filed]:
        """Its episodes that are over."""

    def filed(self, episode: str, /) -> Filed:
        """One episode, whatever its state."""


class BadParameter(ValueError):
    """A measure parameter that does not exist, or a value it cannot have."""

    def __init__(self, name: str, said: str) -> None:
        super().__init__(said)
        self.name = name


class Unmeasurable(ValueError):
    """An episode whose record does not hold what a measure needs."""


class UnknownMeasure(LookupError):
    """A measure that the environment does not have."""


def in_force(
    parameters: Sequence[Parameter], given: Mapping[str, Json] | None = None
) -> dict[str, Json]:
    """The value of every parameter: the given one where there is one, else its default."""
    known = {each.name: each for each in parameters}
    values = {each.name: each.default for each in parameters}
    for name, value in (given or {}).items():
        if name not in known:
            raise BadParameter(name, _unknown(name, known))
        values[name] = _read(known[name], value)
    return values


def _read(parameter: Parameter, value: Json) -> Json:
    try:
        return parameter.read(value)
    except ValueError as fault:
        said = f"parameter {parameter.name!r} is {value!r}: {fault}"
        raise BadParameter(parameter.name, f"{said}; by default {parameter.default}") from None


def _unknown(name: str, known: Mapping[str, Parameter]) -> str:
    near = get_close_matches(name, known, 1)
    guess = f"; did you mean {near[0]!r}?" if near else ";"
    there = ", ".join(f"{each.name} (by default {each.default})" for each in known.values())
    return f"no measure parameter {name!r}{guess} there are: {there or 'none'}"


class RunResults:
    """Values and estimates of episodes, each computed when first asked for."""

    def __init__(
        self,
        kit: Kit,
        filed: Sequence[Filed],
        parameters: Mapping[str, Json] | None = None,
        methods: Sequence[str] = METHODS,
        beside: Mapping[str, Json] = NOTHING,
    ) -> None:
        self.kit, self.methods = kit, tuple(methods)
        self.beside = beside
        """What somebody laid beside the record, by name."""
        self.filed: Sequence[Filed] = [each for each in filed if _readable(kit, each)]
        self.unreadable = len(filed) - len(self.filed)
        """Episodes of other rules, or so damaged that these cannot place them: in no number."""
        self.parameters: Mapping[str, Json] = in_force(kit.parameters, parameters)
        self._measures = {measure.id: measure for measure in kit.measures}
        self._values: dict[str, list[Value]] = {}
        self._estimates: dict[str, list[Estimate]] = {}
        self._lost = {each.id: each.lost for each in self.filed if each.lost}

    def measure(self, name: str) -> Measure:
        """The measure of this id."""
        try:
            return self._measures[name]
        except KeyError:
            there = ", ".join(self._measures) or "none"
            raise UnknownMeasure(f"no measure {name!r}; there are: {there}") from None

    def values(self, measure: str) -> Sequence[Value]:
        """All values of one measure, by episode in the run's order."""
        if measure not in self._values:
            asked = self.measure(measure)
            found = self._of_run(asked) if isinstance(asked, OfRun) else self._of_each(asked)
            self._values[measure] = [self._sound(value) for value in found]
        return self._values[measure]

    def _sound(self, value: Value) -> Value:
        """As it is printed; of an episode that is missing, also why it is."""
        lost = self._lost.get(value.episode)
        reason = value.reason or ""
        if lost and reason.partition(":")[0] in UNFINISHED:
            return value._replace(reason=f"{reason}{'; ' if ':' in reason else ': '}{lost}")
        return _sound(value)

    def _of_each(self, measure: Measure) -> list[Value]:
        return [value for each in self.filed for value in self._of(measure, each)]

    def _of_run(self, measure: OfRun) -> list[Value]:
        try:
            return list(measure.of_run(self.filed, self.parameters))
        except Exception as fault:
            said = f"measure {measure.id!r} cannot read this run: {fault!r}"
            raise Unmeasurable(said) from fault

    def _of(self, measure: Measure, filed: Filed) -> list[Value]:
        try:
            return list(measure.values(filed, self.parameters))
        except Exception as fault:
            said = f"measure {measure.id!r} cannot read episode {filed.id!r}: {fault!r}"
            raise Unmeasurable(said) from fault

    def estimates(self, measure: str) -> Sequence[Estimate]:
        """All estimates of one measure; of the environment's own kinds too."""
        if measure in self._measures:
            return [*self._general(measure), *self._own.get(measure, ())]
        if measure in self._own:
            return self._own[measure]
        there = ", ".join([*self._measures, *self._own]) or "none"
        raise UnknownMeasure(f"no estimates of {measure!r}; there are: {there}")

    def all_values(self) -> list[Value]:
        """Every value of every measure."""
        return [value for measure in self._measures for value in self.values(measure)]

    def all_estimates(self) -> list[Estimate]:
        """Every estimate: of each measure, then of the environment's own kinds."""
        general = [row for measure in self._measures for row in self._general(measure)]
        return general + [row for rows in self._own.values() for row in rows]

    def lists(self) -> dict[str, Sequence[Json]]:
        """The environment's further lists, such as promises."""
        return {name: of(self.filed, self.parameters) for name, of in self.kit.lists.items()}

    def _general(self, measure: str) -> list[Estimate]:
        if not self.measure(measure).pooled:
            return []
        if measure not in self._estimates:
            self._estimates[measure] = estimates(
                self.measure(measure),
                self.filed,
                self.values(measure),
                self.kit.group,
                Recipe(methods=self.methods),
            )
        return self._estimates[measure]

    @cached_property
    def _own(self) -> dict[str, list[Estimate]]:
        """What the environment estimates itself, by name."""
        own: dict[str, list[Estimate]] = {}
        for estimator in self.kit.estimators:
            for row in estimator(self):
                own.setdefault(row.measure, []).append(row)
        return own


def _readable(kit: Kit, filed: Filed) -> bool:
    """Whether an episode is of these rules; a record from elsewhere may say anything."""
    if filed.episode.header.environment != kit.environment.name:
        return False
    try:
        kit.group(filed)
    except (LookupError, TypeError, ValueError, AttributeError):
        return False
    return True


def _sound(value: Value) -> Value:
    """The value without a negative zero; not a number is a fault of the measure."""
    number = value.value
    if isinstance(number, float):
        if not isfinite(number):
            raise ValueError(f"measure {value.measure!r} gave {number} for {value.episode!r}")
        if number == 0:
            return value._replace(value=0.0)
    return value


def methods_of(manifest: Mapping[str, Json]) -> tuple[str, ...]:
    """The interval methods, the study's default first."""
    study = manifest.get("study")
    first = study.get("interval") if isinstance(study, Mapping) else None
    if first not in METHODS:
        return METHODS
    return (first, *(method for method in METHODS if method != first))


def results(run: Recorded, parameters: Mapping[str, Json] | None = None) -> RunResults:
    """The results of a run; its study's parameters hold where none are given here.

    Errors: `BadParameter`; what `catalogue.kit` raises where the environment is not installed.
    """
    from suasion import catalogue

    kit = kit_of(catalogue.kit(run.manifest["environment"]), run.manifest)
    study = run.manifest.get("study") or {}
    asked = {**(study.get("parameters") or {}), **(parameters or {})}
    return RunResults(kit, measured(run), asked, methods_of(run.manifest))


def measured(run: Recorded, whole: Iterable[Filed] | None = None) -> list[Filed]:
    """Every episode that is over or missing, in the run's order; a missing one says why.

    Missing are those that are blocked or failed, those of a chain behind one that is, and of a run
    that was left, those that were never played to their end.
    """
    over = {each.id: each for each in (run.all() if whole is None else whole)}
    lost = missing(run.rows(), run.over)
    found = []
    for row in run.rows():
        if row.id in over:
            found.append(over[row.id])
        elif row.id in lost:
            found.append(replace(run.filed(row.id), finished=False, lost=lost[row.id]))
    return found


def measure_json(run: Recorded, parameters: Mapping[str, Json] | None = None) -> dict[str, Json]:
    """What `suasion measure RUN --json` prints."""
    found = results(run, parameters)
    return {
        "run": str(run.path),
        "environment": run.manifest["environment"],
        "parameters": dict(found.parameters),
        "values": [value.row() for value in found.all_values()],
        **found.lists(),
        "estimates": [row.row() for row in found.all_estimates()],
    }
