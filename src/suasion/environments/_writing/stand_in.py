"""Who writes where no model is asked: the sentences that the source itself has computed."""

from __future__ import annotations

from collections.abc import Iterator

from suasion.core.asks import Answer
from suasion.core.environment import Asked, Policy
from suasion.measures.dossier import LINES, SENTENCES

NOTE = "No model wrote this: what follows was computed from the record by fixed rules."


def stand_in() -> Policy:
    """Copies the computed sentences of a source, then the lines it chose, as its words allow."""
    source = ""

    def write(asked: Asked) -> Answer:
        nonlocal source
        source = next((e.data["text"] for e in asked.news if e.kind == "source"), source)
        lines = [NOTE, "", *section(source, SENTENCES), "", *section(source, LINES)]
        return "\n".join(within(lines, asked.turn.situation["word_cap"])).strip() or NOTE

    return write


def section(source: str, title: str) -> Iterator[str]:
    """The lines under a heading of a source, up to the next heading."""
    inside = False
    for line in source.splitlines():
        if line.startswith("#"):
            inside = line.lstrip("#").strip() == title
        elif inside and line.strip():
            yield line


def within(lines: list[str], cap: int) -> Iterator[str]:
    """The first of these lines that have no more than so many words together."""
    words = 0
    for line in lines:
        words += len(line.split())
        if words > cap:
            return
        yield line
