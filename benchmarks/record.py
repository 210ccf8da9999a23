"""What an action costs on record, against the floor that writes its facts to SQLite as they are.

Run from the checkout: python -m benchmarks.record

Ours is everything between a seed and an episode on disk, in one process: play, digest, rows,
seal, the frame that a worker sends, and the writer's transactions, as many episodes in each as in
a run. The floor encodes each of its facts with msgspec and inserts them, a transaction a game.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Callable
from functools import partial
from itertools import count
from pathlib import Path
from statistics import median
from tempfile import TemporaryDirectory

import msgspec

from benchmarks import floor
from benchmarks.clock import in_turns, ratio
from benchmarks.engine import engine, talker
from suasion.core.play import Play, drive
from suasion.environments.influence.rules import Influence
from suasion.measures.filed import Held
from suasion.runner.frames import Whole, framed, from_worker
from suasion.runner.loop import BATCH
from suasion.runner.worker import collect_seldom, whole
from suasion.store.planned import End, Plan
from suasion.store.writer import Writer

EPISODES = 20_000
"""Planned, more than are played."""
ROUNDS = 5


class Facts:
    """The floor's record: a row a fact."""

    def __init__(self, folder: Path) -> None:
        self._db = sqlite3.connect(folder / "facts.db", isolation_level=None)
        self._db.execute("PRAGMA journal_mode=WAL")
        self._db.execute("PRAGMA synchronous=NORMAL")
        self._db.execute(
            "CREATE TABLE facts (game INTEGER, at INTEGER, kind TEXT, body BLOB,"
            " PRIMARY KEY (game, at))"
        )
        self._games, self._encode = count(), msgspec.json.Encoder().encode

    def play(self, seed: int) -> None:
        """One game, on disk."""
        game, rows, encode = next(self._games), list[tuple[int, int, str, bytes]](), self._encode
        floor.play(
            seed, ROUNDS, lambda fact: rows.append((game, fact.at, kind(fact), encode(fact)))
        )
        self._db.execute("BEGIN")
        self._db.executemany("INSERT INTO facts VALUES (?,?,?,?)", rows)
        self._db.execute("COMMIT")


def kind(fact: floor.Fact) -> str:
    """What a fact is called."""
    return type(fact).__name__


class Recorded:
    """Our record."""

    def __init__(self, folder: Path) -> None:
        self._env = Influence(rounds=ROUNDS)
        planning = Writer(folder)
        seats = [Held(seat.name, "policy/talker") for seat in self._env.seats()]
        plan = Plan("", "arm", 0, 0, "smoke", "influence", "1", {}, seats)
        planning.plan(plan for _ in range(EPISODES))
        planning.start()
        planning.close()  # what is timed begins with an empty log
        self._writer = Writer(folder)
        self._writer.start()
        self._numbers = count(1)

    def play(self, seed: int) -> None:
        """One episode, on disk."""
        number = next(self._numbers)
        episode = drive(Play(self._env, seed), [talker] * floor.SIZE)
        message = from_worker(framed(whole(number, episode))[4:])
        assert isinstance(message, Whole)
        self._writer.whole(number, End(*message.end), message.body, message.hashed)
        if number % BATCH == 0:
            self._writer.commit()


def main() -> None:
    """Print the figures as a table."""
    actions = ROUNDS * floor.SLOTS * floor.SIZE
    collect_seldom()
    with TemporaryDirectory() as folder:
        works: dict[str, tuple[Callable[[int], object], int]] = {
            "floor": (partial(floor.play, rounds=ROUNDS), actions),
            "floor, recorded": (Facts(Path(folder)).play, actions),
            "engine": (partial(engine, Influence(rounds=ROUNDS)), actions),
            "engine, recorded": (Recorded(Path(folder)).play, actions),
        }
        times = in_turns(works)
    for name, each in times.items():
        print(f"{name:24}{median(each):8.2f} µs of CPU an action")
    mid, low, high = ratio(times["engine, recorded"], times["floor, recorded"])
    print(f"engine / floor, recorded {mid:7.2f} ({low:.2f} to {high:.2f})")


if __name__ == "__main__":
    main()
