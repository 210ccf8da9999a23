"""What is written about whom, from what: an environment's subjects, their packs and its turns.

A pack is plain Markdown made from the record alone: the same record gives the same bytes. What
seats said stands in it behind `> `, so that no turn can pass for a part of the pack.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from hashlib import sha256
from typing import Literal, NamedTuple

from suasion.measures.filed import Filed
from suasion.measures.panel import Link
from suasion.measures.question import Example, Results

SENTENCES = "In sentences"
"""The section of a pack that says in computed sentences what the others show."""
LINES = "Lines"
"""The section that holds quotes chosen by a stated rule: `- "WORDS" (SPEAKER): why`."""
SHORT = 40


class Spoken(NamedTuple):
    """One turn as it was told, with what a reader of a quote asks."""

    link: Link
    """The event."""
    agent: str
    role: str
    counterpart: str
    about: str
    """What was argued, such as a topic and a side."""
    text: str


@dataclass(frozen=True)
class Subject:
    """What one text is about."""

    id: str
    """Any text, such as `MODEL/ROLE`."""
    title: str
    form: Literal["dossier", "quotes"] = "dossier"
    """A text with headings and quotes, or a list of quotes and why each matters."""
    agent: str = ""
    role: str = ""

    @property
    def slug(self) -> str:
        """A word that is safe in file names, made of the id alone."""
        plain = re.sub(r"[^a-z0-9.]+", "-", self.id.lower()).strip("-.")
        if plain == self.id and 0 < len(plain) <= SHORT:
            return plain
        digest = sha256(self.id.encode("utf-8", "surrogatepass")).hexdigest()[:8]
        return f"{plain[:SHORT].strip('-.') or 'subject'}-{digest}"


@dataclass(frozen=True)
class Section:
    """A heading, and the lines under it."""

    title: str
    lines: Sequence[str]


@dataclass(frozen=True)
class Pack:
    """What a text is written from."""

    title: str
    sections: Sequence[Section]
    examples: Sequence[Example] = ()
    """The conversations it shows, by the rule that chose each."""

    @property
    def markdown(self) -> str:
        """The pack as its writer reads it."""
        parts = ["\n".join([f"## {one_line(s.title)}", "", *s.lines]) for s in self.sections]
        return "\n\n".join([f"# {one_line(self.title)}", *parts]) + "\n"


@dataclass(frozen=True)
class Dossiers:
    """What an environment has written about its runs."""

    subjects: Callable[[Results], Sequence[Subject]]
    """In the order in which they are listed; none where a run has nothing to write about."""
    pack: Callable[[Results, Subject], Pack]
    task: Callable[[Subject], str]
    """The prompt: what is to be written, and how quotes are marked."""
    spoken: Callable[[Filed], Iterable[Spoken]]
    """Every turn of an episode that has words."""


def one_line(text: str) -> str:
    """Text of elsewhere on one line, so that it can make no heading."""
    whole = "".join(c if c.isprintable() else " " for c in text)
    return " ".join(whole.encode("utf-8", "replace").decode().split())


def quoted(text: str) -> list[str]:
    """What a seat said, each line of it marked as said."""
    plain = text.encode("utf-8", "replace").decode()
    return [f"> {line}".rstrip() for line in plain.splitlines()]
