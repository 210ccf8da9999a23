"""A kit: everything an environment hands upward, found by looking in its folder."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from suasion.core.asks import Json
from suasion.core.environment import Environment, Group, Policy
from suasion.core.events import EACH, EVERYONE, Event
from suasion.measures.beside import Beside, Glyph
from suasion.measures.design import Lacking, Needs, Shared
from suasion.measures.dossier import Dossiers
from suasion.measures.estimate import Estimate
from suasion.measures.filed import Filed
from suasion.measures.imported import Exporter, Importer
from suasion.measures.material import Material
from suasion.measures.measure import Measure, Parameter, Parameters
from suasion.measures.modelled import Model
from suasion.measures.question import Question, Results
from suasion.measures.skin import Skin

Estimator = Callable[[Results], Iterable[Estimate]]
"""Estimates of the environment's own that are no mean over episodes, such as a lift."""

Stated = Callable[[Json], Json]
"""Of an answer, what it says of the matter that `Environment.belief` asks for; None for nothing."""


def one_group(filed: Filed) -> Mapping[str, Json]:  # noqa: ARG001 - others look at it
    """All episodes of one status are alike."""
    return {}


def by_audience(event: Event) -> Glyph:
    """How an event is drawn when its environment does not say: by who was told."""
    if event.to == EVERYONE:
        return Glyph("public", (), event.kind)
    if event.to == EACH:
        return Glyph("each", (), event.kind)
    told = tuple(seat for seat in event.to if isinstance(seat, int) and seat != event.by)
    return Glyph("private" if told else "inner", told, event.kind)


@dataclass(frozen=True)
class Kit:
    """Rules, policies, presets, measures and questions of one environment.

    The module or package of an environment holds one, under the name `KIT`. Whatever is heavy
    (numpy, say) is imported inside the functions named here.
    """

    environment: type[Environment[Any]]
    policies: Mapping[str, Callable[..., Policy | Group]] = field(default_factory=dict)
    """Scripted agents by name: makers, since a policy is fresh for every episode. An argument with
    a default that is a number, a word or true and false is a parameter: `NAME?key=value`."""
    presets: Mapping[str, Mapping[str, Json]] = field(default_factory=dict)
    """Named settings, one for each system it reproduces."""
    measures: Sequence[Measure] = ()
    parameters: Sequence[Parameter] = ()
    questions: Sequence[Question] = ()
    group: Callable[[Filed], Mapping[str, Json]] = one_group
    """The keys under which an estimate may pool this episode: like only with like."""
    estimators: Sequence[Estimator] = ()
    models: Mapping[str, Model] = field(default_factory=dict)
    """Estimates that take minutes, by the name under which `suasion measure --model` makes them."""
    glyph: Callable[[Event], Glyph] = by_audience
    beside: Callable[[Filed], Beside] | None = None
    """What the reader shows beside the transcript."""
    imports: Mapping[str, Importer] = field(default_factory=dict)
    """Formats of others that it reads."""
    exports: Mapping[str, Exporter] = field(default_factory=dict)
    """Formats of others that it writes."""
    first: Needs | None = None
    """What must be played before an episode, once for all that share it, such as a baseline."""
    lacking: Lacking | None = None
    """What makes a study's design no design: it is refused before anything is played."""
    shared: Shared | None = None
    """What a study's `allocate` goes by; None where budgets cannot be allocated."""
    material: Material | None = None
    """What it can be played about, by name: its own, and what anyone brings in packs."""
    stated: Stated | None = None
    """Where answers say something that seats are asked aside too: a lie is what differs."""
    skins: Mapping[str, Skin] = field(default_factory=dict)
    """Other words for seats, units and actions, by name, for seats that may know these by heart."""
    dossiers: Dossiers | None = None
    """What is written about whom in its runs."""
    lists: Mapping[str, Callable[[Sequence[Filed], Parameters], Sequence[Json]]] = field(
        default_factory=dict
    )
    """Further lists that `suasion measure --json` prints, such as `promises`."""
