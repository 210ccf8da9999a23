"""Run a study into a folder, or go on with it where it was left, and say how it ended."""

from __future__ import annotations

import json
import os
import shutil
import sqlite3
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from time import monotonic
from typing import Any, NamedTuple

from suasion.core.asks import Json
from suasion.core.episode import Episode
from suasion.core.events import NOTHING
from suasion.runner import plan as planning
from suasion.runner.adaptive import Allocated, Allocating, OtherDraws
from suasion.runner.admission import Admission, spent
from suasion.runner.chains import begun
from suasion.runner.gate import Gate
from suasion.runner.loop import Runner
from suasion.runner.priced import see_prices
from suasion.runner.progress import Progress, Quiet, Tally
from suasion.runner.stopping import collected_seldom, interrupts
from suasion.runner.study_parts import Limits
from suasion.store.chains import waiting
from suasion.store.files import FOLDER as FILES
from suasion.store.files import keep
from suasion.store.folder import (
    LOCK,
    MANIFEST,
    RECORD,
    STUDY,
    NotARun,
    held,
    manifest_bytes,
    put,
    read_manifest,
)
from suasion.store.planned import PLANNED, Plan
from suasion.store.writer import Writer


@dataclass(frozen=True)
class RunResult:
    """How a run ended."""

    folder: Path
    exit_code: int
    """0 whole, 1 stopped by an error, 3 with failed, blocked or waiting ones, 4 stopped by a cap,
    130 interrupted."""
    arms: dict[str, Tally]
    """Where every condition stands."""
    errors: tuple[tuple[str, str, str], ...] = ()
    """Episode, state and reason of each that is blocked, failed, or waiting for one that is."""
    stopped: str | None = None
    """Why it ended early; None if it did not."""
    seconds: float = 0.0
    allocated: Allocated | None = None
    """Where agents stand that share a budget."""

    @property
    def tally(self) -> Tally:
        """Where the whole run stands."""
        return Tally(*map(sum, zip(*self.arms.values(), strict=True))) if self.arms else Tally(0)


def run(
    study: Any,
    out: Path,
    *,
    workers: int | None = None,
    replicates: int | None = None,
    progress: Progress | None = None,
) -> RunResult:
    """Run a study into a folder, or go on with it where it was left.

    Raises Changed where the folder holds a run of something else, Busy where another process
    writes it, NotARun where it holds other things, Unpriced where a cap on money cannot be held.
    """
    if replicates is not None and replicates != study.replicates:
        study = study.model_copy(update={"replicates": replicates})
    allocating = Allocating(study) if study.allocate else None
    plans = list(planning.plans(study.jobs(), study.status))
    manifest = planning.manifest(study.to_json(), study.environment)
    return play_plans(
        plans,
        manifest,
        Path(out),
        workers=workers,
        progress=progress,
        limits=study.limits,
        cache=study.cache,
        files=study.shown,
        allocating=allocating,
    )


def play_plans(
    plans: list[Plan],
    manifest: dict[str, Json],
    folder: Path,
    *,
    workers: int | None = None,
    progress: Progress | None = None,
    past: Past | None = None,
    limits: Limits | None = None,
    cache: bool = False,
    files: Mapping[str, bytes] = NOTHING,
    allocating: Allocating | None = None,
) -> RunResult:
    """Play what is planned into a folder, or go on with it; `past` is what forks branch off, and
    `files` are those that seats are shown, by hash. With `allocating` what is planned are all that
    could be drawn, and what is drawn is played.

    Errors: those of `run`.
    """
    began = monotonic()
    see_prices(plans, limits or Limits())
    folder.mkdir(parents=True, exist_ok=True)
    with held(folder) as lock:
        prepare(folder, manifest, files)
        workers = workers or os.cpu_count() or 1
        try:
            writer = Writer(folder, workers, lock.witness)
            terms = Terms(
                *(progress or Quiet(), past, limits or Limits(), cache, folder, bool(files)),
                allocating,
            )
            runner, stopped, standing = _run(writer, plans, workers, terms)
        except (sqlite3.OperationalError, OSError) as error:
            return RunResult(folder, 1, {}, (), disk(folder, error), monotonic() - began)
    done = ended(runner, folder, stopped, monotonic() - began)
    return replace(done, allocated=standing)


def prepare(folder: Path, manifest: dict[str, Json], files: Mapping[str, bytes] = NOTHING) -> None:
    """Make the folder a run of this study with its files, or see that it is one."""
    if (folder / MANIFEST).exists():
        found = planning.changes(read_manifest(folder), manifest)
        if found:
            raise planning.Changed(folder, found)
        keep(folder, files)
        return
    others = [path.name for path in folder.iterdir() if not ours(path.name)]
    if others:
        raise NotARun(
            f"{folder} is no run and not empty: it holds {', '.join(sorted(others)[:5])};"
            f" give --out {planning.free(folder)}"
        )
    if "study" in manifest:
        study = json.dumps(manifest["study"], indent=1, allow_nan=False)
        put(folder / STUDY, study.encode() + b"\n")
    keep(folder, files)
    put(folder / MANIFEST, manifest_bytes(manifest))


def ours(name: str) -> bool:
    """Whether a file may lie in a folder that is about to become a run."""
    return name in (LOCK, STUDY, FILES) or name.startswith((f".{MANIFEST}.", f".{STUDY}.", RECORD))


class Past(NamedTuple):
    """What the episodes of a fork have in common."""

    episode: Episode
    """What of the original stands in them."""
    texts: Sequence[str] = ()
    """What their origins name by hashes."""


class Terms(NamedTuple):
    """What all episodes of a run are played with."""

    progress: Progress
    past: Past | None
    limits: Limits
    cache: bool
    folder: Path
    files: bool = False
    """Whether there are files that seats are shown."""
    allocating: Allocating | None = None

    def to_workers(self) -> dict[str, Json]:
        """What workers are told of them."""
        folder = str(self.folder.absolute())
        return {
            "deadline": self.limits.deadline_s,
            "cache": self.cache,
            "batches": folder if self.limits.batch else None,
            "files": folder if self.files else None,
        }


def _run(
    writer: Writer, plans: list[Plan], workers: int, terms: Terms
) -> tuple[Runner, str | None, Allocated | None]:
    """Play what is left; why it stopped early, if it did, and where those stand that share."""
    try:
        fresh, allocating = writer.fresh, terms.allocating
        if allocating:
            plans = drawn(allocating, [] if fresh else writer.plans(), writer.folder)
        if fresh:
            writer.plan(plans, terms.past.texts if terms.past else ())
        same_plan(writer, plans)
        writer.start()
        with interrupts() as asked_to_stop, collected_seldom():
            limits, past = terms.limits, terms.past and terms.past.episode.to_json()
            gate = Gate(limits, *spent(writer.charges()))
            admission = Admission(gate, limits.concurrency, limits.deadline_s)
            runner = Runner(writer, plans, terms.progress, asked_to_stop, admission, past)
            runner.terms = terms.to_workers()
            runner.further = allocating.further if allocating else None
            stopped = runner.run(workers)
            standing = allocating.standing(runner) if allocating else None
        writer.close()
    except BaseException:
        writer.abandon()
        raise
    return runner, stopped, standing


def drawn(
    allocating: Allocating, recorded: Sequence[tuple[int, str, str, int]], folder: Path
) -> list[Plan]:
    """What was drawn so far, from the ids on record; of a run that begins, the first round."""
    try:
        return allocating.recorded([id_ for _, id_, _, _ in recorded]) or allocating.first()
    except OtherDraws as other:
        raise planning.Changed(folder, [str(other)]) from None


def same_plan(writer: Writer, plans: list[Plan]) -> None:
    """Refuse to go on where the same study would now be played otherwise."""
    folder = writer.folder
    for number, (plan, old) in enumerate(zip(plans, writer.planned(), strict=True), 1):
        columns, carried, seats = old
        row = plan.row(number)
        if tuple(row[name] for name in PLANNED) != columns:
            raise planning.Changed(folder, [f"episode {plan.id} would be played otherwise"])
        if _told(plan, carried, folder).seat_rows(number) != seats:
            raise planning.Changed(folder, [f"the seats of {plan.id} would be told otherwise"])


def _told(plan: Plan, carried: Json, folder: Path) -> Plan:
    """The plan with the words that its seats were told when it began, if they were told any."""
    if carried is None:
        return plan
    try:
        return begun(plan, carried)
    except Exception as error:  # whatever rules that are other ones do with it
        said = f"episode {plan.id} cannot be played with what it inherited: {error}"
        raise planning.Changed(folder, [said]) from None


class Place(NamedTuple):
    """An episode, and how far it is."""

    id: str
    chain: str | None
    state: str


def disk(folder: Path, error: Exception) -> str:
    """What the disk said, with the path and what is free."""
    try:
        free = f"{shutil.disk_usage(folder).free:,} bytes free"
    except OSError:
        free = "the folder cannot be reached"
    return f"{folder / RECORD}: {error} ({free}); finished episodes are kept, and run goes on"


def ended(runner: Runner, folder: Path, stopped: str | None, seconds: float) -> RunResult:
    """How it ended."""
    places = [
        Place(plan.id, plan.chain, runner.states.get(number, "planned"))
        for number, plan in enumerate(runner.plans, 1)
    ]
    stuck = {places[number - 1]: error for number, error in runner.errors.items()}
    waits = waiting(places)
    errors = tuple(
        (place.id, "waiting", waits[place.id])
        if place.id in waits
        else (place.id, place.state, stuck[place])
        for place in places
        if place.id in waits or place in stuck
    )
    arms = runner.arms()
    done = all(tally.whole == tally.planned for tally in arms.values())
    code = stopping_code(runner) if stopped else 0 if done else 3
    return RunResult(folder, code, arms, errors, stopped, seconds)


def stopping_code(runner: Runner) -> int:
    """The exit code of a run that ended early."""
    if runner.asked_to_stop.times:
        return 130
    return 1 if runner.fatal else 4
