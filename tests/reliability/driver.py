"""Runs a tiny study, to be killed: `driver.py OUT AGENT[-chain] WORKERS [SABOTAGE]`.

A sabotage is a planted bug that the tests around it must find.
"""

import sys
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, ClassVar, NamedTuple

from suasion.runner.frames import OnDisk
from suasion.runner.loop import Runner
from suasion.runner.run import run
from suasion.store.writer import Writer


class Seat(NamedTuple):
    agent: str
    role: str = ""
    asked_with: Mapping[str, Any] = {}


class Job(NamedTuple):
    id: str
    arm: str
    replicate: int
    environment: str
    settings: dict[str, Any]
    seats: tuple[Seat, ...]
    seed: int
    channels: tuple[dict[str, Any], ...] = ()
    block: str | None = None
    chain: str | None = None
    link: int | None = None
    first: str | None = None


@dataclass(frozen=True)
class Tiny:
    """A study without its file: reading one would take most of the time of a run this small."""

    agent: str
    status = "smoke"
    environment = "influence"
    replicates = 3
    limits = None
    cache = False
    allocate = None
    shown: ClassVar[Mapping[str, bytes]] = {}

    chained: bool = False

    def to_json(self) -> dict[str, Any]:
        return {"name": "tiny", "replicates": self.replicates}

    def jobs(self) -> list[Job]:
        names = ("talking_random", "image_scorer" if self.chained else "grim", "grim")
        seats = tuple(Seat(f"{self.agent}/{name}") for name in names)
        if self.chained:
            settings = {**SETTINGS, "remember": True}
            return [
                Job(f"{c}--{n}", "main", k, "influence", settings, seats, n, chain=c, link=n)
                for k in range(self.replicates)
                for c in [f"main--r{k}"]
                for n in range(3)
            ]
        return [
            Job(f"{arm}--r{k}", arm, k, "influence", {**SETTINGS, "messages": talk}, seats, k)
            for k in range(self.replicates)
            for arm, talk in (("talking", True), ("silent", False))
        ]


SETTINGS = {"size": 3, "rounds": 1, "slots": 2}


def sabotage(of: type, name: str, instead: Callable[..., Any]) -> None:
    """Plant a bug."""
    setattr(of, name, instead)


def acknowledge_before_commit() -> None:
    """Let calls leave before it is on disk that they will."""
    commit = Runner._commit
    turns = [0]

    def late(self: Runner) -> None:
        turns[0] += 1
        leaving, self.leaving = self.leaving, []
        for hand, ticket in leaving:
            hand.tell(OnDisk(ticket))
        if turns[0] % 10 == 0:
            commit(self)

    sabotage(Runner, "_commit", late)


def forget_what_is_on_disk() -> None:
    """Go on without the record of what was decided."""
    sabotage(Writer, "record", lambda self, number: [])


def commit_line_by_line() -> None:
    """Put every row on disk by itself."""

    def apart(_: Writer, steps: Iterable[Callable[[], None]]) -> None:
        for step in steps:
            step()

    sabotage(Writer, "_transaction", apart)


def forget_what_was_left() -> None:
    """Let a link that begins after a kill inherit nothing."""
    carry, begins = Writer.carry, Writer.start

    def start(self: Writer) -> None:
        begins(self)
        resumed = bool(self._session[0] != 1)
        sabotage(Writer, "carry", (lambda self, number: None) if resumed else carry)

    sabotage(Writer, "start", start)


SABOTAGES: dict[str, Callable[[], None]] = {
    "acknowledge_before_commit": acknowledge_before_commit,
    "forget_what_is_on_disk": forget_what_is_on_disk,
    "commit_line_by_line": commit_line_by_line,
    "forget_what_was_left": forget_what_was_left,
    "none": lambda: None,
}

if __name__ == "__main__":
    out, agent, workers, bug = sys.argv[1:]
    SABOTAGES[bug]()
    agent, _, shape = agent.partition("-")
    result = run(Tiny(agent, shape == "chain"), Path(out), workers=int(workers))
    if result.errors or result.stopped:
        sys.stdout.write(f"{result}\n")
    sys.exit(result.exit_code)
