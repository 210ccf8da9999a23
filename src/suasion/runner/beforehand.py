"""What is played once, before all that share it: baselines, where an environment has some.

Which episode needs which is the environment's to say (`Kit.first`). A study names nothing: what two
episodes need alike is one episode, however many conditions, replicates or line-ups they stand in.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, MutableMapping
from dataclasses import replace
from typing import TYPE_CHECKING

from suasion import catalogue
from suasion.core.episode import canonical
from suasion.runner.cells import Names
from suasion.runner.seeds import seed_of

if TYPE_CHECKING:
    from suasion.measures.design import First
    from suasion.runner.study import Job, Study

BASELINE = "baseline"
"""The condition that such episodes stand under."""

Known = MutableMapping[bytes, str]
"""The ids of what is already planned, by what it is."""


def with_first(
    study: Study, jobs: Iterable[Job], known: Known, names: Names | None = None
) -> list[Job]:
    """What the jobs need and is not known yet, and behind it the jobs, each with what it needs."""
    needs = catalogue.kit(study.environment).first
    if needs is None:
        return list(jobs)
    names = names or Names(study)
    new: list[Job] = []
    later: list[Job] = []
    found: dict[bytes, First | None] = {}
    for job in jobs:
        settings = canonical(job.settings)
        if settings not in found:
            found[settings] = needs(job.settings)
        first = found[settings]
        if first is None:
            later.append(job)
            continue
        its = _beforehand(study, job, first)
        key = canonical([its.settings, [[seat.agent, seat.asked_with] for seat in its.seats]])
        if key not in known:
            known[key] = _free(_called(study, its, names), known.values())
            seed = seed_of(study.seed, BASELINE, key.decode())
            new.append(replace(its, id=known[key], seed=seed))
        later.append(replace(job, first=known[key]))
    return [*new, *later]


def _beforehand(study: Study, job: Job, first: First) -> Job:
    """The episode that a job needs, without a name or a seed."""
    return replace(
        job,
        arm=BASELINE,
        replicate=0,
        settings=study.in_force({**first.settings, **(study.baselines or {})}),
        seats=tuple(job.seats[at]._replace(role="") for at in first.seats),
        channels=(),
        block=None,
        chain=None,
        link=None,
    )


def _called(study: Study, its: Job, names: Names) -> str:
    """Who is asked about what, in the study's own names."""
    who = dict.fromkeys(names.agent(seat.agent) for seat in its.seats)
    crossed = (key for key in study.crossed if key in its.settings)
    what = (names.value(key, its.settings[key]) for key in crossed)
    return "--".join((BASELINE, *who, *what))


def _free(name: str, ids: Collection[str]) -> str:
    taken = set(ids)
    if name not in taken:
        return name
    numbered = (f"{name}-{number}" for number in range(2, len(taken) + 3))
    return next(each for each in numbered if each not in taken)
