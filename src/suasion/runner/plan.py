"""What a study will play, and whether a folder already holds a part of it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from importlib.metadata import entry_points
from pathlib import Path
from typing import Any, Protocol

from suasion import catalogue
from suasion.agents.skinned import told_once
from suasion.core.asks import Json
from suasion.core.environment import Environment, settings
from suasion.core.episode import canonical
from suasion.measures.filed import Held
from suasion.measures.kit import Kit
from suasion.runner.remake import remake
from suasion.store.folder import new_manifest
from suasion.store.planned import Plan


class JobSeat(Protocol):
    """Who sits in a seat."""

    @property
    def agent(self) -> str:
        """The agent's id."""

    @property
    def role(self) -> str:
        """`focal`, `background` or empty."""

    @property
    def asked_with(self) -> Mapping[str, Json]:
        """Of a model: how it is asked."""


class Job(Protocol):
    """One episode of a study."""

    @property
    def id(self) -> str: ...
    @property
    def arm(self) -> str: ...
    @property
    def replicate(self) -> int: ...
    @property
    def environment(self) -> str: ...
    @property
    def settings(self) -> Mapping[str, Json]: ...
    @property
    def seats(self) -> Sequence[JobSeat]: ...
    @property
    def seed(self) -> int: ...
    @property
    def channels(self) -> Sequence[Mapping[str, Json]]: ...
    @property
    def block(self) -> str | None: ...
    @property
    def chain(self) -> str | None: ...
    @property
    def link(self) -> int | None: ...
    @property
    def first(self) -> str | None: ...


class Changed(ValueError):
    """A run under other rules, or of another study; it stays readable, and is not gone on with."""

    def __init__(self, folder: Path, changes: Sequence[str]) -> None:
        self.folder, self.changes, self.free = folder, tuple(changes), free(folder)
        super().__init__(
            f"{folder} was run otherwise: {'; '.join(changes)};"
            f" it stays readable, and {self.free} would be a new run"
        )


def free(folder: Path) -> Path:
    """A folder name beside this one that is not taken."""
    taken = (folder.with_name(f"{folder.name}-{n}") for n in range(2, 10_000))
    return next(path for path in taken if not path.exists())


@dataclass(frozen=True)
class Played:
    """An environment in its settings, with what a plan says of it."""

    env: Environment[Any]
    settings: Json
    names: tuple[str, ...]
    briefs: tuple[str, ...]
    kit: Kit

    @classmethod
    def of(cls, job: Job) -> Played:
        """The environment that a job plays."""
        env = remake(job.environment, job.settings)
        seats = env.seats()
        briefs = tuple(env.brief(seat) for seat in range(len(seats)))
        names = tuple(seat.name for seat in seats)
        return cls(env, settings(env), names, briefs, catalogue.kit(job.environment))


def plans(jobs: Sequence[Job], status: str) -> Iterator[Plan]:
    """The jobs as the record holds them; an environment is made once for all that play it."""
    known: dict[tuple[str, bytes], Played] = {}
    for job in jobs:
        key = job.environment, canonical(job.settings)
        played = known.get(key)
        if played is None:
            played = known[key] = Played.of(job)
        yield planned(job, played, status)


def planned(job: Job, played: Played, status: str) -> Plan:
    """One job as the record holds it."""
    if len(job.seats) != len(played.names):
        raise ValueError(
            f"{job.id}: {len(job.seats)} agents for {len(played.names)} seats"
            f" ({', '.join(played.names)})"
        )
    # What seats of a later link are told depends on what it inherits: it is written as it begins.
    briefs = [""] * len(played.briefs) if job.link else played.briefs
    holders = zip(played.names, job.seats, briefs, strict=True)
    return Plan(
        id=job.id,
        arm=job.arm,
        replicate=job.replicate,
        seed=job.seed,
        status=status,
        environment=played.env.name,
        version=played.env.version,
        settings=played.settings,
        seats=[
            Held(
                *(name, seat.agent, seat.role),
                told_once(words, seat.asked_with, played.kit),
                seat.asked_with,
            )
            for name, seat, words in holders
        ],
        channels=job.channels,
        block=job.block,
        chain=job.chain,
        link=job.link,
        first=job.first,
    )


def manifest(study: Json, environment: str) -> dict[str, Json]:
    """What a run of a study says of itself before it begins."""
    return new_manifest(
        "study",
        environment=environment,
        environment_version=catalogue.kit(environment).environment.version,
        plugin=plugin(environment),
        study=study,
    )


def plugin(environment: str) -> Json:
    """The package that brought an environment, where it is not one of ours."""
    for entry in entry_points(group="suasion.environments", name=environment):
        if entry.dist is not None:
            return {"package": entry.dist.name, "version": entry.dist.version}
    return None


def changes(old: Mapping[str, Json], new: Mapping[str, Json]) -> list[str]:
    """What differs between the manifest of a run and the one that would go on with it."""
    found = [
        f"{name.replace('_', ' ')} was {old.get(name)!r}, now {new.get(name)!r}"
        for name in ("format", "kind", "environment", "environment_version")
        if old.get(name) != new.get(name)
    ]
    for name in ("study", "fork"):
        found += differences(name, _played(old.get(name)), _played(new.get(name)))
    return found


def _played(study: Json) -> Json:
    """A study without what changes nothing that is played: how fast, and for how much."""
    if not isinstance(study, dict):
        return study
    return {name: value for name, value in study.items() if name != "limits"}


def differences(name: str, old: Json, new: Json) -> Iterator[str]:
    """Where two JSON values differ, each place by its path."""
    if isinstance(old, dict) and isinstance(new, dict):
        for key in sorted(old.keys() | new.keys()):
            yield from differences(f"{name}.{key}", old.get(key), new.get(key))
    elif old != new:
        yield f"{name} was {short(old)}, now {short(new)}"


def short(value: Json) -> str:
    """A value as it fits into a sentence."""
    text = repr(value)
    return text if len(text) <= 80 else f"{text[:77]}..."
