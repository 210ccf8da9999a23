"""How many episodes of a panel are alike, by line-up: what each would take is put together by seat.

A pilot plays a few of the line-ups. What a seat takes depends on who holds it, under which
condition, and hardly on who else sits there: stand-ins write alike.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING, NamedTuple

from suasion import catalogue
from suasion.runner.beforehand import BASELINE
from suasion.runner.cells import cells
from suasion.runner.pilot import Metered, Pilot, agent_of

if TYPE_CHECKING:
    from suasion.runner.study import Job, JobSeat, Study


class Place(NamedTuple):
    """What episodes are planned alike by: more than one replicate has it."""

    arm: str
    within: str | None
    """The member of a block, or the link of a chain."""
    shift: int
    """Where the line-up begins; of a panel, which line-up it is."""


class Line(NamedTuple):
    """Who sits down in a place of a panel."""

    seats: tuple[JobSeat, ...]
    many: int
    """Episodes in one replicate."""


Lines = Mapping[Place, Line]


def within(job: Job) -> str | None:
    """The member of a block or the link of a chain that an episode is."""
    if job.link is not None:
        return str(job.link)
    return None if job.block is None else job.id.removeprefix(f"{job.block}--")


def lines(study: Study) -> Lines:
    """The line-ups of one replicate, and of what is played beforehand; none without cells."""
    if not (study.panel or study.cross or study.beforehand()):
        return {}
    found: dict[Place, Line] = {}
    known: dict[object, int] = {}
    once = study.model_copy(update={"replicates": 1}).jobs()
    for job in (*study.beforehand(), *(job for job in once if job.arm != BASELINE)):
        who = tuple(map(agent_of, job.seats))
        place = Place(job.arm, within(job), known.setdefault(who, len(known)))
        found[place] = Line(job.seats, found[place].many + 1 if place in found else 1)
    return found


def evenly(study: Study, of: Lines) -> dict[Place, float]:
    """Episodes by place; a budget that is allocated is shared evenly."""
    if study.allocate is None:
        once = dict(_beforehand(of))
        return {place: once.get(place, line.many * study.replicates) for place, line in of.items()}
    each = study.allocate.budget / len(sharers(study))
    return _shared(study, of, dict.fromkeys(sharers(study), each))


def unevenly(study: Study, of: Lines, agent: str) -> dict[Place, float]:
    """The same where one agent gets all that is shared, and the others what all get at first."""
    assert study.allocate is not None
    others = dict.fromkeys(sharers(study), float(study.replicates))
    rest = study.allocate.budget - study.replicates * (len(others) - 1)
    return _shared(study, of, {**others, agent: float(rest)})


def _shared(study: Study, of: Lines, blocks: Mapping[str, float]) -> dict[Place, float]:
    """Episodes by place, where agents get so many blocks, each from any of its cells."""
    (only,) = study.arms
    seat = _seat(study)
    many: dict[str, int] = {}
    for cell in cells(study, only):
        agent = cell.seats[seat].agent
        many[agent] = many.get(agent, 0) + 1
    found: dict[Place, float] = dict(_beforehand(of))
    for place, line in of.items():
        if place not in found:
            agent = line.seats[seat].agent
            found[place] = blocks[agent] * line.many / many[agent]
    return found


def _beforehand(of: Lines) -> Iterator[tuple[Place, float]]:
    """What is played once, however many replicates there are."""
    return ((place, line.many) for place, line in of.items() if place.arm == BASELINE)


def _seat(study: Study) -> int:
    shared = catalogue.kit(study.environment).shared
    assert shared is not None
    return shared.seat


def sharers(study: Study) -> list[str]:
    """The agents that share a budget."""
    (only,) = study.arms
    return list(dict.fromkeys(cell.seats[_seat(study)].agent for cell in cells(study, only)))


def rounds(study: Study) -> int:
    """How many rounds come after the first, one after the other, if nothing is ever settled."""
    if study.allocate is None:
        return 0
    many = len(sharers(study))
    rest = study.allocate.budget - many * study.replicates
    return -(-rest // (many * study.allocate.each))


def held(pilot: Pilot) -> dict[tuple[object, ...], list[Metered]]:
    """Episodes of a pilot by who held a seat, in which place; also by the condition alone."""
    found: dict[tuple[object, ...], list[Metered]] = {}
    for each in pilot.episodes:
        for at, seat in enumerate(each.job.seats):
            for inner in dict.fromkeys((within(each.job), None)):
                key = each.job.arm, inner, at, agent_of(seat)
                found.setdefault(key, []).append(each)
    return found


def seated(study: Study, arm: str) -> tuple[str, ...]:
    """Who sits down in a condition, as the study says it."""
    if arm == BASELINE and arm not in study.arms:
        return ()
    own = study.arms[arm].seats
    if study.panel is None or own is not None:
        return tuple(seat.agent for seat in study.line_up(arm))
    each = f"each of {len(study.panel.agents)}"
    return (each,) * study.panel.seats + tuple(seat.agent for seat in study.line_up(arm))
