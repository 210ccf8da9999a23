"""Whether a study can be run: what it names exists, and the rules can be played with it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING, Any

from suasion import catalogue
from suasion.agents import UnknownAgent, hold
from suasion.catalogue import Mistake
from suasion.measures.kit import Kit
from suasion.runner.plain_yaml import Path
from suasion.runner.study_errors import Problem

if TYPE_CHECKING:
    from suasion.runner.study import Seats, Study

MOST_EPISODES = 1_000_000


def unplayable(study: Study) -> Iterator[Problem]:
    """Everything that the catalogue does not have or the rules cannot be played with."""
    try:
        kit = catalogue.kit(study.environment)
    except Mistake as mistake:
        yield Problem(("environment",), str(mistake))
        return
    if len(study.conditions) * study.replicates > MOST_EPISODES:
        yield Problem(("replicates",), f"makes more than {MOST_EPISODES:,} episodes")
        return
    for name in study.conditions:
        yield from _of_condition(study, kit, name)
    yield from _of_measures(study, kit)


def _of_condition(study: Study, kit: Kit, name: str) -> Iterator[Problem]:
    own = study.conditions[name].seats
    place: Path = ("seats",) if own is None else ("conditions", name, "seats")
    seats = study.line_up(name)
    yield from _of_agents(study, kit, seats, place)
    if [seat.role for seat in seats].count("focal") > 1:
        yield Problem(place, "expected one focal seat at most")
    try:
        given = study.given(name)
        made = catalogue.make(study.environment, None, given)
        there = [seat.name for seat in made.seats()]
        if len(there) != len(seats):
            yield Problem(place, f"{len(seats)} agents for {len(there)} seats: {', '.join(there)}")
            return
        list(study.shifts(name))
    except Mistake as mistake:
        yield Problem(_place(study, name, mistake, place), str(mistake))


def _of_agents(study: Study, kit: Kit, seats: Seats, place: Path) -> Iterator[Problem]:
    for at, seat in enumerate(seats):
        try:
            hold(catalogue.agent(kit, study.agents.get(seat.agent, seat.agent)), kit)
        except (Mistake, UnknownAgent) as mistake:
            yield Problem((*place, at), str(mistake))


def _place(study: Study, condition: str, mistake: Mistake, seats: Path) -> Path:
    """Where in a study a mistake was made."""
    its = study.conditions[condition]
    if mistake.kind == "preset":
        return ("preset",) if its.preset is None else ("conditions", condition, "preset")
    if mistake.name in its.settings:
        return "conditions", condition, "settings", mistake.name
    if mistake.name in study.settings:
        return "settings", mistake.name
    return seats


def _of_measures(study: Study, kit: Kit) -> Iterator[Problem]:
    known = {each.id for each in kit.measures}
    for at, name in enumerate(study.measures):
        if name not in known:
            yield Problem(("measures", at), _no_measure(name, known))
    for at, contrast in enumerate(study.contrasts):
        if contrast.measure not in known:
            yield Problem(("contrasts", at, "measure"), _no_measure(contrast.measure, known))
        for side in ("of", "against"):
            yield from _of_side(study, kit, getattr(contrast, side), ("contrasts", at, side))
    parameters = {each.name: each for each in kit.parameters}
    for name, value in study.parameters.items():
        if name not in parameters:
            said = f"no measure parameter {name[:80]!r}; there are: {', '.join(parameters)}"
            yield Problem(("parameters", name), said)
            continue
        try:
            parameters[name].read(value)
        except ValueError as fault:
            yield Problem(("parameters", name), f"is {value!r}: {fault}")


def _of_side(study: Study, kit: Kit, side: Mapping[Any, str], place: Path) -> Iterator[Problem]:
    arm, model = side.get("arm"), side.get("model")
    if arm is not None and arm not in study.conditions:
        there = ", ".join(study.conditions)
        yield Problem((*place, "arm"), f"no condition {arm[:80]!r}; there are: {there}")
    if model is not None:
        try:
            catalogue.agent(kit, study.agents.get(model, model))
        except Mistake as mistake:
            yield Problem((*place, "model"), str(mistake))


def _no_measure(name: str, known: set[str]) -> str:
    near = catalogue.nearest(name, known)
    return f"no measure {name[:80]!r}{f'; did you mean {near}?' if near else ''}"
