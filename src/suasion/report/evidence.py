"""Where evidence lies, and which pages lead to it: both ways."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from suasion.measures.filed import Filed
from suasion.measures.panel import Link
from suasion.measures.question import Finding
from suasion.report.names import page_name
from suasion.report.reader import Cite


class LostLink(LookupError):
    """A figure, table or example that names an event the run does not hold."""


@dataclass(frozen=True)
class Places:
    """The pages of a run's episodes."""

    pages: Mapping[str, str]
    events: Mapping[str, int]
    """How many events each has."""

    @classmethod
    def of(cls, filed: Sequence[Filed]) -> Places:
        """Of these episodes."""
        pages = {each.id: page_name(each.id) for each in filed}
        return cls(pages, {each.id: len(each.episode.events) for each in filed})

    def href(self, link: Link) -> str:
        """From the root of the site to an event, or to an episode as a whole."""
        if link.episode not in self.pages:
            raise LostLink(f"no episode {link.episode!r} in this run")
        page = f"episodes/{self.pages[link.episode]}.html"
        if link.event is None:
            return page
        if not 0 <= link.event < self.events[link.episode]:
            raise LostLink(f"no event {link.event} in episode {link.episode!r}")
        return f"{page}#event-{link.event}"


def links(finding: Finding) -> Iterator[Link]:
    """Every link of a finding: of its marks, its rows, its listing and its examples."""
    listed = finding.listing.rows if finding.listing else ()
    yield from (mark.link for mark in finding.panel.marks if mark.link is not None)
    yield from (v for row in (*finding.rows, *listed) for v in row if isinstance(v, Link))
    yield from (example.link for example in finding.examples)
    for part in finding.parts:
        marks = part.panel.marks if part.panel else ()
        yield from (mark.link for mark in marks if mark.link is not None)
        yield from (value for row in part.rows for value in row if isinstance(value, Link))


def cited(findings: Mapping[str, tuple[str, Finding]]) -> dict[str, dict[int, list[Cite]]]:
    """By episode and event, the pages that lead there; `findings` is by slug, with its words."""
    found: dict[str, dict[int, list[Cite]]] = {}
    for slug, (words, finding) in findings.items():
        cite = Cite(f"q/{slug}.html", words)
        for link in links(finding):
            if link.event is not None:
                at = found.setdefault(link.episode, {}).setdefault(link.event, [])
                if cite not in at:
                    at.append(cite)
    return found
