"""Whether a panel, what is crossed and an allocated budget make a design that can be played."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from typing import TYPE_CHECKING

from suasion import catalogue
from suasion.agents import UnknownAgent, known
from suasion.catalogue import Mistake
from suasion.core.episode import canonical
from suasion.measures.kit import Kit
from suasion.runner.cells import arranged, cells
from suasion.runner.plain_yaml import Path
from suasion.runner.study_errors import Problem

if TYPE_CHECKING:
    from suasion.runner.study import Study
    from suasion.runner.study_parts import Crossed


def of_panel(study: Study, kit: Kit) -> Iterator[Problem]:
    """Whether its agents are there, each once, and are enough for a line-up."""
    panel = study.panel
    if panel is None:
        places = [(name, its) for name, its in study.conditions.items() if its.line_ups]
        for name, _ in places:
            said = "there is no panel to be arranged: give panel, with its agents"
            yield Problem(("conditions", name, "line_ups"), said)
        return
    if study.rotate:
        said = "a panel holds every seat already: give only one of panel and rotate"
        yield Problem(("rotate",), said)
    many = Counter[str]()
    for at, seat in enumerate(panel.agents):
        try:
            agent = catalogue.agent(kit, study.agents.get(seat.agent, seat.agent))
            known(agent, kit, seat.asked_with)
        except (Mistake, UnknownAgent) as mistake:
            yield Problem(("panel", "agents", at), str(mistake))
            continue
        many[agent] += seat.times
        if many[agent] > 1:
            said = f"is in the panel already: {agent}; estimates know agents by their ids"
            yield Problem(("panel", "agents", at), said)
    yield from _of_line_ups(study)


def _of_line_ups(study: Study) -> Iterator[Problem]:
    """Whether each condition has a line-up at all."""
    panel = study.panel
    assert panel is not None
    for name, its in study.conditions.items():
        how = its.line_ups or panel.line_ups
        if its.seats is None and not any(arranged(panel.agents, panel.seats, how)):
            said = (
                f"{len(panel.agents)} agents for {panel.seats} seats: too few to be all different"
            )
            yield Problem(("panel", "agents"), f"{said} in {name}")


def of_cross(study: Study) -> Iterator[Problem]:
    """Whether what is crossed is set nowhere else, and no value twice."""
    crossed: list[tuple[Path, Crossed]] = [(("cross",), study.cross or {})]
    for name, its in study.conditions.items():
        crossed.append((("conditions", name, "cross"), its.cross or {}))
    fixed = [study.settings, *(each.settings for each in study.conditions.values())]
    fixed += [each.settings for each in (study.block or {}).values()]
    for place, values in crossed:
        for setting, each in values.items():
            if any(setting in settings for settings in fixed):
                said = "is crossed, and settings set it: give only one of both"
                yield Problem((*place, setting), said)
            twice = [key for key, many in Counter(map(canonical, each)).items() if many > 1]
            if twice:
                said = f"has {twice[0].decode()[:80]} twice: expected values that differ"
                yield Problem((*place, setting), said)


def of_allocation(study: Study, kit: Kit) -> Iterator[Problem]:
    """Whether there is something to share a budget between, and a number to do it by."""
    if study.allocate is None:
        return
    place = ("allocate",)
    if kit.shared is None:
        yield Problem(place, f"{kit.environment.name} has no number that a budget is shared by")
        return
    if study.panel is None or study.panel.seats <= kit.shared.seat:
        yield Problem(place, "shares blocks between the agents of a panel: give panel")
        return
    if study.sample is not None:
        yield Problem(("sample",), "draws cells, and so does allocate: give only one of both")
    if study.block is None:
        yield Problem(place, "goes by the numbers of blocks: give block")
    if len(study.arms) > 1:
        said = f"is of one condition, and there are {len(study.arms)}: {', '.join(study.arms)}"
        yield Problem(place, f"{said}; give each a study of its own")
        return
    (only,) = study.arms
    sharers = {cell.seats[kit.shared.seat].agent for cell in cells(study, only) if cell.seats}
    if len(sharers) < 2:
        yield Problem(place, "shares blocks between agents: expected two or more in the panel")
    least = len(sharers) * study.replicates
    if study.allocate.budget < least:
        said = f"is {study.allocate.budget}: {len(sharers)} agents with {study.replicates} blocks"
        yield Problem((*place, "budget"), f"{said} each before anything is shared need {least}")
