"""The numbers of this page, and how they are put into words."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

from suasion.core.asks import Json
from suasion.environments.persuasion.conversation import arm, holder
from suasion.environments.persuasion.dossier import conversations
from suasion.environments.persuasion.lines import ended
from suasion.environments.persuasion.lookup import Lookup, values
from suasion.environments.persuasion.pack import label, short
from suasion.environments.persuasion.rivals import Rivals
from suasion.environments.persuasion.words import PERSUADER, TARGET
from suasion.measures.estimate import Estimate
from suasion.measures.filed import Filed
from suasion.measures.panel import Link
from suasion.measures.question import Results

Rows = list[list[Json | Link]]


@dataclass(frozen=True)
class Claims:
    """The numbers of this page."""

    results: Results

    @cached_property
    def look(self) -> Lookup:
        """The run's estimates."""
        return Lookup(self.results)

    @cached_property
    def talks(self) -> list[Filed]:
        """Whole conversations that were argued as usual."""
        return [
            each
            for each in conversations(self.results)
            if arm(each) == "plain" and holder(each, PERSUADER) != holder(each, TARGET)
        ]

    @cached_property
    def shifts(self) -> dict[str, float]:
        """How far each went towards the side argued."""
        there = {each.id for each in self.talks}
        found = values(self.results, "signed_shift")
        return {id_: value for id_, value in found.items() if id_ in there}

    @cached_property
    def persuaders(self) -> Rivals:
        """Those who argued."""
        return Rivals.of(self.talks, self.shifts, PERSUADER)

    @cached_property
    def targets(self) -> Rivals:
        """Those who were argued with."""
        return Rivals.of(self.talks, self.shifts, TARGET)

    @cached_property
    def sizes(self) -> dict[str, int]:
        """How many there are of each that `LEAST` asks for."""
        cells = self.persuaders.cells
        return {
            "persuaders": len(self.persuaders.models),
            "targets": len(self.targets.models),
            "topics": len({cell.topic for cell in cells}),
        }

    @cached_property
    def topics(self) -> dict[str, str]:
        """What each topic is called, by its key."""
        return {cell.topic: label(cell.filed) for cell in self.persuaders.cells}

    def link(self, shift: float, seat: int, model: str) -> Link:
        """Where the conversation of one model ended that is nearest to a mean."""
        rivals = self.persuaders if seat == PERSUADER else self.targets
        cell = min(rivals.by_model[model], key=lambda cell: abs(cell.shift - shift))
        return ended(cell.filed)

    def group(self, number: int) -> list[str]:
        """The persuaders of one group of ties, in the order of the board."""
        of = self.look.table("tie_group", "group", "persuader")
        return [short(model) for model in self.persuaders.models if of.get((model,)) == number]


def three(row: Estimate | None) -> tuple[float | None, float | None, float | None]:
    """A number with its bounds."""
    return (None, None, None) if row is None else (row.value, row.low, row.high)


def real(value: Json | Link) -> float | None:
    """A cell of a table, where it is a number."""
    return value if isinstance(value, int | float) else None
