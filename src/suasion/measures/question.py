"""A question: what a page asks of a run, and the finding that answers it, all computed."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Protocol

from suasion.core.asks import Json
from suasion.measures.estimate import Estimate
from suasion.measures.filed import Filed
from suasion.measures.measure import Value
from suasion.measures.panel import Link, Panel


class Results(Protocol):
    """What a run gives to a question."""

    @property
    def filed(self) -> Sequence[Filed]:
        """Every episode, in the run's order."""

    @property
    def parameters(self) -> Mapping[str, Json]:
        """The values in force."""

    @property
    def methods(self) -> Sequence[str]:
        """The interval methods, the study's default first."""

    @property
    def beside(self) -> Mapping[str, Json]:
        """What somebody laid beside the record, such as `quotes` to be checked; by name."""

    def values(self, measure: str) -> Sequence[Value]:
        """All values of one measure."""

    def estimates(self, measure: str) -> Sequence[Estimate]:
        """All estimates of one measure."""


@dataclass(frozen=True)
class Example:
    """A piece of evidence, chosen by a stated rule and not by hand."""

    rule: str
    """Such as `typical`, `extreme`, `counter-example`, with what was compared."""
    link: Link
    words: str


@dataclass(frozen=True)
class Listing:
    """Every case of something, not only the ones a figure shows."""

    title: str
    """A question such as `Where did they lie?`."""
    words: str
    """What is listed, by which rule; computed where it holds a number."""
    columns: Sequence[str]
    rows: Sequence[Sequence[Json | Link]]


@dataclass(frozen=True)
class Part:
    """A section of an answer that has several, with a figure or a table where it needs one."""

    slug: str
    """Where on the page it stands; never changes."""
    title: str
    words: Sequence[str]
    """A paragraph each; computed where they hold a number."""
    panel: Panel | None = None
    how_to_read: str = ""
    columns: Sequence[str] = ()
    rows: Sequence[Sequence[Json | Link]] = ()
    command: str = ""
    """What a reader could run to fill it, where something is missing; `RUN` is the run."""


@dataclass(frozen=True)
class Finding:
    """The answer to a question; every sentence with a number in it is computed."""

    sentence: str
    panel: Panel
    how_to_read: str
    """One sentence."""
    sureness: Sequence[str]
    """n, unit of resampling, interval method, corrections, limits: a sentence each."""
    statistics: Mapping[str, Json]
    """Printed as they are; `None` is shown as an em dash."""
    columns: Sequence[str]
    rows: Sequence[Sequence[Json | Link]]
    """The data of the figure, a row a mark, links included."""
    examples: Sequence[Example] = ()
    listing: Listing | None = None
    """Every case, where a reader will ask for all of them."""
    parts: Sequence[Part] = ()
    """Sections of their own, in order, between the figure and how sure it is."""
    exclusions: Sequence[str] = ()
    """What was left out and why, with counts."""
    episodes: Sequence[str] = ()
    """Ids of the episodes it rests on; all of them when empty."""
    episode_columns: Mapping[str, Mapping[str, Json]] = field(default_factory=dict)
    """Further columns of the episodes table: name to episode id to value."""
    further: Sequence[tuple[str, str]] = ()
    """Questions to read next: the slug of each, and what it says of this one."""


@dataclass(frozen=True)
class Question:
    """One question of an environment, on one page."""

    slug: str
    """`q/<slug>.html`; never changes."""
    title: str
    """The question, in words people would ask it."""
    applies: Callable[[Results], str | None]
    """`None`, or why this run cannot answer it."""
    answer: Callable[[Results], Finding]
    chains: bool = False
    """Whether its numbers are right where episodes inherit from one another."""
