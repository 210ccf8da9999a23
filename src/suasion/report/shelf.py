"""What was written about a run, and what was said in it: what a dossier's page is made of."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import NamedTuple

from suasion.measures.dossier import Dossiers, Pack, Subject
from suasion.measures.filed import SCRIPT, Filed
from suasion.measures.question import Results
from suasion.measures.quotes import Turns
from suasion.report.prose import Prose, prose
from suasion.store.writings import Written, writings


class Page(NamedTuple):
    """One subject, and every text about it, the newest first."""

    subject: Subject
    texts: Sequence[Written]


@dataclass(frozen=True, eq=False)
class Shelf:
    """All that was written about a run."""

    dossiers: Dossiers
    results: Results
    filed: Sequence[Filed]
    path: Path
    """The run's folder."""

    @cached_property
    def subjects(self) -> Sequence[Subject]:
        """Whom there is to write about."""
        return self.dossiers.subjects(self.results)

    @cached_property
    def pages(self) -> list[Page]:
        """Subjects of which something is written."""
        of: dict[str, list[Written]] = {}
        for each in writings(self.path):
            if each.text is not None:
                of.setdefault(each.subject, []).append(each)
        return [Page(subject, of[subject.id]) for subject in self.subjects if subject.id in of]

    @cached_property
    def turns(self) -> Turns:
        """All that was said in the run."""
        return Turns([turn for each in self.filed for turn in self.dossiers.spoken(each)])

    def read(self, page: Page, text: Written) -> Prose:
        """A text, its quotes looked up: with its subject first."""
        name, role = page.subject.agent.removeprefix(SCRIPT), page.subject.role
        own = [each for each in self.turns.spoken if each.agent == name]
        first = sorted(own, key=lambda each: each.role != role)
        return prose(text.text or "", self.turns, Turns(first))

    def source(self, subject: Subject) -> Pack:
        """What a text about it would be written from now."""
        return self.dossiers.pack(self.results, subject)
