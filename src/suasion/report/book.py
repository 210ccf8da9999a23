"""What every page of one site needs: the run, its results, where pages lie, and the templates."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Any, Protocol

import suasion
from suasion.core.asks import Json
from suasion.core.environment import Environment
from suasion.core.episode import Key, canonical
from suasion.measures.estimate import Estimate
from suasion.measures.filed import Filed
from suasion.measures.imported import BadLine
from suasion.measures.kit import Kit
from suasion.measures.question import Finding, Question
from suasion.report.bounded import Bounded, bounded
from suasion.report.contrasts import Declared, declared
from suasion.report.evidence import Places, cited
from suasion.report.files import Folder
from suasion.report.kin import Kin
from suasion.report.reader import Cite
from suasion.report.results import Recorded, RunResults, measured, methods_of
from suasion.report.rules import Rules, rules_of
from suasion.report.shelf import Shelf
from suasion.report.templating import templates
from suasion.report.text import clean
from suasion.store.asked import Asked
from suasion.store.chains import missing
from suasion.store.quotes import as_json as laid_beside
from suasion.store.read import Attempt

NAV = (
    ("index.html#questions", "Questions"),
    ("episodes/index.html", "Episodes"),
    ("prompts.html", "Prompts"),
    ("data.html", "Data"),
    ("method.html", "Method"),
)
CHAINED = """\
It takes episodes for independent of one another, and those of a chain are not. The estimates in \
the data take whole chains."""
Make = Callable[[str, dict[str, Any]], Environment[Any]]
"""An environment by its name and settings."""
SETTINGS = 1000
"""Rules that are kept at once."""
KINDS = {"study": "Study", "import": "Imported episodes", "fork": "Forks"}
METHOD_WORDS = {
    "t": "Student's t",
    "studentised_bootstrap": "studentised bootstrap",
    "percentile_bootstrap": "percentile bootstrap",
}


class Run(Recorded, Protocol):
    """What a site needs of a run."""

    def told(self, episode: str, /) -> Mapping[Key, str]:
        """The words that live seats were told, by the decision they led to."""

    def attempts(self, episode: str, /) -> Sequence[Attempt]:
        """Every time a seat was asked."""

    def frames(self, hashes: Iterable[str], /) -> Mapping[str, str]:
        """What stood beside messages, by hash."""

    def asked(self) -> Sequence[Asked]:
        """What each model was asked."""

    def digest(self) -> str:
        """Of the whole run."""

    def bad_lines(self) -> tuple[Sequence[BadLine], Sequence[BadLine]]:
        """What an import skipped, and what it warned of."""


@dataclass(frozen=True)
class Head:
    """What stands on every page."""

    name: str
    title: str
    kind: str
    version: str
    digest: str
    provenance: Sequence[str]
    nav: Sequence[tuple[str, str]] = NAV


class Book:
    """A site in the making."""

    def __init__(self, run: Run, kit: Kit | None, make: Any, folder: Folder) -> None:
        self.run, self.kit, self.folder = run, kit, folder
        self.filed: Sequence[Filed] = list(run.all())
        self.rows = list(run.rows())
        self.places = Places.of([*self.filed, *self.stuck])
        self.templates = templates(self.places.href)
        self._make: Make = once(make)

    @cached_property
    def stuck(self) -> Sequence[Filed]:
        """Episodes that are missing and in which something was decided, or asked, all the same."""
        found = (replace(self.run.filed(id_), lost=why) for id_, why in self.missing.items())
        return [each for each in found if each.episode.decisions or self.run.attempts(each.id)]

    @cached_property
    def digests(self) -> Mapping[str, str | None]:
        """Of each episode, as the run knows it."""
        return {row.id: row.digest for row in self.rows}

    @cached_property
    def played(self) -> bool:
        """Whether seats were asked here, so that there is a record of what they were told."""
        return self.run.manifest.get("kind") != "import"

    @cached_property
    def missing(self) -> Mapping[str, str]:
        """Why episodes are missing, by id."""
        return missing(self.rows, self.run.over)

    @cached_property
    def asked(self) -> Sequence[Asked]:
        """What each model was asked; nothing of a record that cannot be read so."""
        try:
            return self.run.asked()
        except ValueError:
            return ()

    @cached_property
    def study(self) -> Mapping[str, Json]:
        """The study as run; empty for an import."""
        study = self.run.manifest.get("study")
        return study if isinstance(study, Mapping) else {}

    @cached_property
    def forks(self) -> Mapping[str, Json] | None:
        """What a run of forks says of them; None of any other run."""
        said = self.run.manifest.get("fork")
        return said if isinstance(said, Mapping) else None

    @cached_property
    def folder_name(self) -> str:
        """What commands on these pages call the run's folder, wherever it will lie."""
        return f"runs/{self.study['name']}" if self.study.get("name") else "RUN"

    @cached_property
    def kin(self) -> Kin:
        """Which episodes belong together."""
        return Kin.of(self.filed)

    @cached_property
    def bad_lines(self) -> dict[str | None, list[tuple[str, BadLine]]]:
        """Lines of logs that were not read as they stood, by episode."""
        found: dict[str | None, list[tuple[str, BadLine]]] = {}
        try:
            skipped, warned = self.run.bad_lines()
        except ValueError:  # damaged, which `suasion check` tells of
            return found
        for kind, lines in (("skipped", skipped), ("warning", warned)):
            for line in lines:
                found.setdefault(line.episode, []).append((kind, line))
        return found

    @cached_property
    def results(self) -> RunResults | None:
        """Values and estimates; None where the environment is not installed."""
        if self.kit is None:
            return None
        parameters = self.study.get("parameters") or {}
        filed = measured(self.run, self.filed)
        methods = methods_of(self.run.manifest)
        return RunResults(self.kit, filed, parameters, methods, laid_beside(self.run.path))

    @cached_property
    def questions(self) -> Sequence[Question]:
        """What the environment asks of its runs."""
        return self.kit.questions if self.kit else ()

    @cached_property
    def why_not(self) -> dict[str, str]:
        """The questions this run cannot answer, and why, by slug."""
        found = {q.slug: self._why_not(q, self.results) for q in self.questions if self.results}
        return {slug: why for slug, why in found.items() if why is not None}

    def _why_not(self, question: Question, results: RunResults) -> str | None:
        if not question.chains and any(each.chain is not None for each in results.filed):
            return CHAINED
        return question.applies(results)

    @cached_property
    def findings(self) -> dict[str, Finding]:
        """The answers, by slug."""
        asked = [q for q in self.questions if q.slug not in self.why_not]
        return {q.slug: q.answer(self.results) for q in asked if self.results}

    @cached_property
    def cites(self) -> dict[str, dict[int, list[Cite]]]:
        """By episode and event, the pages that lead there."""
        titles = {q.slug: q.title for q in self.questions}
        return cited({slug: (titles[slug], found) for slug, found in self.findings.items()})

    @cached_property
    def shelf(self) -> Shelf | None:
        """What was written about it; None where nothing can be."""
        found = self.kit.dossiers if self.kit else None
        if found is None or self.results is None:
            return None
        return Shelf(found, self.results, self.filed, self.run.path)

    @cached_property
    def declared(self) -> Sequence[Declared]:
        """The study's own contrasts, judged."""
        contrasts = self.study.get("contrasts") or []
        return declared(self.results, contrasts) if self.results else []

    @cached_property
    def bounded(self) -> Sequence[Bounded]:
        """What the missing episodes leave open of each of these."""
        contrasts = self.study.get("contrasts") or []
        return [bounded(self.results, each) for each in contrasts] if self.results else []

    @cached_property
    def digest(self) -> str:
        """Of the whole run."""
        return self.run.digest()

    @cached_property
    def states(self) -> Counter[str]:
        """How many episodes are in each state."""
        return Counter(row.state for row in self.rows)

    @cached_property
    def done(self) -> int:
        """Episodes that are whole."""
        return self.states["whole"]

    @cached_property
    def status(self) -> str:
        """What the study says it is, of all its episodes."""
        found = sorted({each.status for each in self.filed}) or [self.study.get("status", "")]
        return ", ".join(filter(None, found))

    @cached_property
    def progress(self) -> str:
        """How far the run is."""
        if not self.done:
            return "planned"
        return "whole" if self.done == len(self.rows) else "partial"

    @cached_property
    def head(self) -> Head:
        """What stands on every page."""
        name = str(self.study.get("name") or self.run.manifest.get("environment") or "run")
        kind = KINDS.get(str(self.run.manifest.get("kind")), "Episodes")
        provenance = [
            f"run {self.digest[:12]}",
            f"suasion {suasion.__version__}",
            f"{self.done:,} of {len(self.rows):,} episodes",
            self.status,
            self.progress,
        ]
        of_fork = f"Forks of {self.forks.get('episode')}" if self.forks is not None else name
        title = str(self.study.get("title") or of_fork)
        nav_kind = f"{kind}, {self.run.manifest.get('environment')}"
        return Head(
            name, title, nav_kind, suasion.__version__, self.digest, list(filter(None, provenance))
        )

    @cached_property
    def method(self) -> str:
        """The default interval method in words."""
        return METHOD_WORDS[methods_of(self.run.manifest)[0]]

    def rules(self, filed: Filed) -> Rules:
        """How an episode was played."""
        return rules_of(filed, self.kit, self._make)

    def default_rows(self, *, arms: bool) -> list[Estimate]:
        """The estimates by the default method alone, with or without study conditions."""
        if self.results is None:
            return []
        first: dict[tuple[str, str, str], Estimate] = {}
        for row in self.results.all_estimates():
            if ("arm" in row.by) == arms:
                first.setdefault((row.measure, row.status, repr(row.by)), row)
        return list(first.values())

    def page(self, name: str, template: str, up: str = "", **values: Any) -> None:
        """Write one page."""
        made = self.templates.get_template(template)
        values.setdefault("here", "")
        text = made.render(site=self.head, up=up, **values)
        # Line ends between tags would be a third of what a browser holds of a long episode; in
        # text they cannot stand so, since there every bracket is escaped.
        self.folder.write(name, re.sub(r">\n+<", "><", text))


def once(make: Make) -> Make:
    """Rules made once for all episodes of the same settings; they hold nothing of any of them."""
    made: dict[bytes, Environment[Any] | Exception] = {}

    def remembered(name: str, settings: dict[str, Any]) -> Environment[Any]:
        key = canonical([name, settings])
        if key not in made:
            if len(made) >= SETTINGS:
                made.clear()
            try:
                made[key] = make(name, settings)
            except Exception as fault:
                made[key] = fault
        found = made[key]
        if isinstance(found, Exception):
            raise found
        return found

    return remembered


def of_words(text: str) -> list[str]:
    """The paragraphs of a docstring."""
    return [" ".join(part.split()) for part in clean(text).split("\n\n") if part.strip()]
