"""What ten thousand seats cost on record, against a plain loop over lists, and as seats grow more.

Run from the checkout: python -m benchmarks.social

Ours is everything between a seed and an episode on disk, in one process: play, digest, rows,
seal, the frame that a worker sends, and the writer's transaction. The plain loop draws the same
contacts from the same numbers by the same function, decides by the same rule, keeps every
exposure and every decision in lists, and writes nothing. Both are checked to be the same game.
How cost grows with seats is measured in a fresh process for each size: CPU time, and the peak of
resident memory above what the process held before (Linux only).
"""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Callable
from itertools import count
from pathlib import Path
from statistics import median
from tempfile import TemporaryDirectory
from time import process_time
from typing import NamedTuple

from benchmarks.clock import in_turns, ratio
from suasion.agents import line_up
from suasion.core.chance import Chance, Seeded
from suasion.core.episode import Episode
from suasion.core.play import Play, drive, groups_of
from suasion.environments.social import KIT
from suasion.environments.social.meetings import others
from suasion.environments.social.rules import Social
from suasion.measures.filed import Held
from suasion.runner.frames import Whole, framed, from_worker
from suasion.runner.worker import collect_seldom, whole
from suasion.store.planned import End, Plan
from suasion.store.writer import Writer

DAYS, SEATS, ZEALOTS = 15, 10_000, 2
SIZES = (1_000, 10_000, 50_000)
EPISODES = 40
"""Planned, more than are played."""


class Kept(NamedTuple):
    """What the plain loop keeps of a day."""

    met: list[list[int]]
    believed: list[list[int]]
    answers: list[str]


def plain(seed: int, size: int = SEATS) -> list[Kept]:
    """The same days as one loop over lists: any contact convinces, the last seats are zealots."""
    chance = Chance(Seeded(seed))
    belief = [0] * (size - ZEALOTS) + [1] * ZEALOTS
    kept = []
    for _ in range(DAYS):
        met = others(size, 3, chance.block("contacts", size * 3))
        believed = [[belief[other] for other in row] for row in met]
        answers = ["believe" if 1 in row else "doubt" for row in believed]
        answers[-ZEALOTS:] = ["believe"] * ZEALOTS
        belief = [int(answer == "believe") for answer in answers]
        kept.append(Kept(met, believed, answers))
    return kept


def agents(size: int) -> list[str]:
    """Who sits where."""
    return ["policy/any_contact"] * (size - ZEALOTS) + ["policy/believer"] * ZEALOTS


def played(seed: int, size: int = SEATS) -> Episode:
    """One game through the whole loop."""
    seats = line_up(agents(size), KIT)
    return drive(Play(Social(size=size), seed, groups=groups_of(seats)), seats)


class Recorded:
    """Our record."""

    def __init__(self, folder: Path, size: int, episodes: int) -> None:
        self._size = size
        names = [seat.name for seat in Social(size=size).seats()]
        held = [Held(name, agent) for name, agent in zip(names, agents(size), strict=True)]
        planning = Writer(folder)
        plan = Plan("", "arm", 0, 0, "smoke", "social", "1", {}, held)
        planning.plan(plan for _ in range(episodes))
        planning.start()
        planning.close()  # what is timed begins with an empty log
        self._writer = Writer(folder)
        self._writer.start()
        self._numbers = count(1)

    def play(self, seed: int) -> None:
        """One episode, on disk."""
        number = next(self._numbers)
        message = from_worker(framed(whole(number, played(seed, self._size)))[4:])
        assert isinstance(message, Whole)
        self._writer.whole(number, End(*message.end), message.body, message.hashed)
        assert self._writer.commit() == {}


def same_game(seed: int) -> None:
    """Fail unless the plain loop and the engine keep the same exposures and decisions."""
    episode = played(seed)
    answers = [
        [dict(pair for d in episode.decisions if d.step == day for pair in d.each())]
        for day in range(DAYS)
    ]
    met = [event.data for _, event in episode.of("met")]
    for kept, data, [answered] in zip(plain(seed), met, answers, strict=True):
        assert (kept.met, kept.believed) == (data["met"], data["believed"])
        assert kept.answers == [answered[seat] for seat in range(SEATS)]


def alone(size: int) -> None:
    """Print what one episode of this size costs, in a process that does nothing else."""
    collect_seldom()
    played(0, 1_000)
    with TemporaryDirectory() as folder:
        recorded = Recorded(Path(folder), size, 1)
        Path("/proc/self/clear_refs").write_text("5")  # the peak begins anew
        before, since = _most_resident(), process_time()
        recorded.play(1)
        micro = (process_time() - since) / size / DAYS * 1e6
    more = _most_resident() - before
    print(f"recorded {size:7,}: {micro:6.2f} µs and {more * 1024 / size / DAYS:4.0f} bytes a seat")
    print(f"                  and day; {more / 2**10:6.0f} MiB at the peak", flush=True)


def _most_resident() -> int:
    """KiB that the process has held at most."""
    lines = Path("/proc/self/status").read_text().splitlines()
    return next(int(line.split()[1]) for line in lines if line.startswith("VmHWM"))


def main() -> None:
    """Print the figures as a table."""
    if len(sys.argv) > 1:
        return alone(int(sys.argv[1]))
    collect_seldom()
    same_game(3)
    with TemporaryDirectory() as folder:
        works: dict[str, tuple[Callable[[int], object], int]] = {
            "plain loop": (plain, SEATS * DAYS),
            "engine": (played, SEATS * DAYS),
            "engine, recorded": (Recorded(Path(folder), SEATS, EPISODES).play, SEATS * DAYS),
        }
        times = in_turns(works)
    for name, each in times.items():
        print(f"{name:18}{median(each):8.2f} µs of CPU a seat and day")
    for name in ("engine", "engine, recorded"):
        mid, low, high = ratio(times[name], times["plain loop"])
        print(f"{name} / plain loop {mid:6.2f} ({low:.2f} to {high:.2f})", flush=True)
    for size in SIZES:
        subprocess.run([sys.executable, "-m", "benchmarks.social", str(size)], check=True)
    return None


if __name__ == "__main__":
    main()
