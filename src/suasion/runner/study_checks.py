"""Whether a study can be run: what it names exists, and the rules can be played with it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, Any

from suasion import catalogue, channels
from suasion.agents import UnknownAgent, known
from suasion.catalogue import Mistake
from suasion.core.asks import Json
from suasion.core.environment import Environment
from suasion.core.episode import canonical
from suasion.measures.again import again
from suasion.measures.asides import measures
from suasion.measures.design import Planned
from suasion.measures.kit import Kit
from suasion.runner.beforehand import BASELINE
from suasion.runner.cells import Cell, Names, cells
from suasion.runner.panel_checks import of_allocation, of_cross, of_panel
from suasion.runner.plain_yaml import Path
from suasion.runner.study_errors import Problem

if TYPE_CHECKING:
    from suasion.runner.study import Job, Study
    from suasion.runner.study_parts import Seats

MOST_EPISODES = 1_000_000


def unplayable(study: Study) -> Iterator[Problem]:
    """Everything that the catalogue does not have or the rules cannot be played with."""
    try:
        kit = catalogue.kit(study.environment)
    except Mistake as mistake:
        yield Problem(("environment",), str(mistake))
        return
    if study.units * len(study.block or "-") * (study.chain or 1) > MOST_EPISODES:
        yield Problem(("replicates",), f"makes more than {MOST_EPISODES:,} episodes")
        return
    yield from _of_units(study, kit)
    yield from of_panel(study, kit)
    yield from of_cross(study)
    yield from of_allocation(study, kit)
    yield from _of_design(study, kit)
    yield from _of_wording(study, kit)
    for name in study.conditions:
        yield from _of_condition(study, kit, name)
    yield from _of_measures(study, kit)


def unfit(study: Study) -> Iterator[Problem]:
    """What its environment finds missing in the design of a study that can be played.

    Replicates are looked at until they come again.
    """
    kit = catalogue.kit(study.environment)
    few = study.model_copy(update={"replicates": min(study.replicates, study.period)})
    if kit.lacking is None and kit.first is None:
        return
    jobs = few.jobs()
    if any(job.arm == BASELINE for job in jobs) and BASELINE in study.arms:
        said = f"{BASELINE} is what episodes stand under that are played beforehand: rename it"
        yield Problem(("conditions", BASELINE), said)
    if kit.lacking is not None:
        looked_at = planned(few, [job for job in jobs if job.arm in study.arms])
        yield from (Problem((), said) for said in kit.lacking(looked_at))


def planned(study: Study, jobs: Sequence[Job]) -> list[Planned]:
    """Episodes as their environment sees them before they are played."""
    names = Names(study)
    called: dict[str, str] = {}
    found = []
    for job in jobs:
        agents = [seat.agent for seat in job.seats]
        for agent in agents:
            if agent not in called:
                called[agent] = names.agent(agent)
        its = job.id, job.arm, job.replicate, job.seed, job.settings
        found.append(Planned(*its, agents, [called[agent] for agent in agents], job.cell))
    return found


def _of_units(study: Study, kit: Kit) -> Iterator[Problem]:
    """Whether replicates can be blocks or chains, where they are said to be."""
    if study.block is not None and study.chain is not None:
        yield Problem(("block",), "a replicate is a block or a chain: give only one of both keys")
    if study.chain is not None and kit.environment.carry is Environment.carry:
        said = f"{kit.environment.name} has no carry: its episodes leave nothing to inherit"
        yield Problem(("chain",), said)


def _of_design(study: Study, kit: Kit) -> Iterator[Problem]:
    """Whether the skin exists, and the arm that is the first one again has a name of its own."""
    if study.skin is not None and study.skin not in kit.skins:
        near = catalogue.nearest(study.skin, kit.skins)
        guess = f"; did you mean {near}? There are: " if near else "; there are: "
        there = ", ".join(kit.skins) or "none"
        said = f"{kit.environment.name} has no skin {study.skin[:80]!r}{guess}{there}"
        yield Problem(("skin",), said)
    if study.a_a and len(study.arms) == len(study.conditions):
        said = f"needs the name {again(next(iter(study.conditions)))}, and a condition has it"
        yield Problem(("a_a",), said)


def _of_wording(study: Study, kit: Kit) -> Iterator[Problem]:
    """Whether there are as many paraphrases as are to be drawn from, and nothing else sets one."""
    name, there = kit.environment.name, kit.environment.wordings
    if study.wording > there:
        yield Problem(
            ("wording",), f"is {study.wording}, and {name} has {there}: expected 1 to {there}"
        )
    if study.wording > 1 and any(map(_sets_wording, _settings_of(study))):
        said = "draws paraphrases, and settings name one: give only one of both"
        yield Problem(("wording",), said)


def _sets_wording(settings: Mapping[str, Json]) -> bool:
    return "wording" in settings


def _settings_of(study: Study) -> Iterator[Mapping[str, Json]]:
    """All settings that a study gives by itself, of seats too."""
    yield study.settings
    yield from (each.settings for each in study.conditions.values())
    yield from (each.settings for each in (study.block or {}).values())
    yield from (study.cross or {}, *(each.cross or {} for each in study.conditions.values()))
    for seats in (study.seats, *(each.seats or () for each in study.conditions.values())):
        yield from (seat.settings for seat in seats)


def _of_channels(study: Study, condition: str, names: Sequence[str]) -> Iterator[Problem]:
    own = study.conditions[condition].channels
    place: Path = ("channels",) if own is None else ("conditions", condition, "channels")
    for at, named in enumerate(study.delivery(condition)):
        try:
            channels.make(named, names)
        except channels.BadChannel as bad:
            yield Problem((*place, at), str(bad))


MANY = 30
"""Seats up to which each is named."""


def _of_condition(study: Study, kit: Kit, name: str) -> Iterator[Problem]:
    own = study.conditions[name].seats
    place: Path = ("seats",) if own is None else ("conditions", name, "seats")
    yield from _of_agents(study, kit, study.seats if own is None else own, place)
    for cell in _unlike(cells(study, name)):
        found = list(_of_cell(study, name, cell, place))
        yield from found
        if found:
            return


def _unlike(every: Sequence[Cell]) -> Iterator[Cell]:
    """A cell for each way of settings: of two that differ in agents alone, the first."""
    seen = set[bytes]()
    for cell in every:
        key = canonical([cell.settings, [seat.settings for seat in cell.seats]])
        if key not in seen:
            seen.add(key)
            yield cell


def _of_cell(study: Study, name: str, cell: Cell, place: Path) -> Iterator[Problem]:
    """Whether the rules can be played with every member of a block in one cell."""
    seats = study.line_up(name, cell)
    if [seat.role for seat in seats].count("focal") > 1:
        yield Problem(place, "expected one focal seat at most")
    played = []
    for member in study.members():
        try:
            env = catalogue.make(study.environment, None, study.given(name, member, cell))
            there = [seat.name for seat in env.seats()]
            yield from _of_channels(study, name, there)
            if len(there) != len(seats):
                named = ", ".join(there if len(there) <= MANY else [*there[:3], f"… {there[-1]}"])
                said = f"{len(seats)} agents for {len(there)} seats: {named}"
                yield Problem(place, said)
                continue
            played.append((member, list(study.shifts(name, member, cell))))
        except Mistake as mistake:
            yield Problem(_place(study, name, member, mistake, place), str(mistake))
    for at, (member, settings) in enumerate(played):
        twin = next((other for other, same in played[:at] if same == settings), None)
        if twin is not None:
            said = f"is the same as {twin}: expected settings in which they differ"
            yield Problem(("block", str(member)), said)


def _of_agents(study: Study, kit: Kit, seats: Seats, place: Path) -> Iterator[Problem]:
    for at, seat in enumerate(seats):
        try:
            agent = catalogue.agent(kit, study.agents.get(seat.agent, seat.agent))
            known(agent, kit, seat.asked_with)
        except (Mistake, UnknownAgent) as mistake:
            yield Problem((*place, at), str(mistake))


def _place(study: Study, condition: str, member: str | None, mistake: Mistake, seats: Path) -> Path:
    """Where in a study a mistake was made."""
    its = study.conditions[condition]
    if mistake.kind == "preset":
        return ("preset",) if its.preset is None else ("conditions", condition, "preset")
    if study.block and member is not None and mistake.name in study.block[member].settings:
        return "block", member, "settings", mistake.name
    if mistake.name in (its.cross or {}):
        return "conditions", condition, "cross", mistake.name
    if mistake.name in (study.cross or {}):
        return "cross", mistake.name
    if mistake.name in its.settings:
        return "conditions", condition, "settings", mistake.name
    if mistake.name in study.settings:
        return "settings", mistake.name
    return seats


def _of_measures(study: Study, kit: Kit) -> Iterator[Problem]:
    known = {each.id for each in (*kit.measures, *(measures(kit.stated) if study.asides else ()))}
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
    if arm is not None and arm not in study.arms:
        there = ", ".join(study.arms)
        yield Problem((*place, "arm"), f"no condition {arm[:80]!r}; there are: {there}")
    if model is not None:
        try:
            catalogue.agent(kit, study.agents.get(model, model))
        except Mistake as mistake:
            yield Problem((*place, "model"), str(mistake))


def _no_measure(name: str, known: set[str]) -> str:
    near = catalogue.nearest(name, known)
    return f"no measure {name[:80]!r}{f'; did you mean {near}?' if near else ''}"
