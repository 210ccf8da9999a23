"""R7: append, commit, crash, reopen, export, contend: what was committed is kept, and no more.

The model is two dictionaries: what is on disk, and what was taken since the last commit.
"""

import shutil
import sqlite3
import tempfile
from collections import defaultdict
from collections.abc import Callable
from contextlib import ExitStack, closing
from copy import deepcopy
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, Phase, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    invariant,
    precondition,
    rule,
    run_state_machine_as_test,
)

from suasion.core.episode import Decision, Episode
from suasion.core.play import Play, drive
from suasion.environments.influence.policies import POLICIES
from suasion.environments.influence.rules import Influence
from suasion.measures.filed import Held
from suasion.runner.check import check
from suasion.runner.recorder import columns
from suasion.runner.worker import whole
from suasion.store.attempts import Came
from suasion.store.export import jsonl
from suasion.store.folder import Busy, held, manifest_bytes, new_manifest, put
from suasion.store.folder import Held as Lock
from suasion.store.planned import End, Plan
from suasion.store.rows import checked_row
from suasion.store.run import open_run
from suasion.store.writer import Writer

MEMORY = Path("/dev/shm")
"""Where a sync costs nothing: what a crash leaves here is copied, not torn."""
ENV = Influence(size=2, rounds=1, slots=2)
NAMES = ("talking_random", "grim")
GAMES: list[Episode] = [
    drive(Play(ENV, seed), [POLICIES[name]() for name in NAMES]) for seed in range(3)
]
SEATS = [Held(name, f"awaited/{policy}") for name, policy in zip(ENV.names, NAMES, strict=True)]
PLANS = [
    Plan(f"a--r{n}", "a", n, n, "smoke", "influence", "1", GAMES[n].header.settings, SEATS)
    for n in range(len(GAMES))
]


ANY = st.integers(0, len(PLANS) - 1)


@dataclass
class Known:
    """What a record holds."""

    states: dict[int, str] = field(default_factory=dict)
    decisions: defaultdict[int, list[Decision]] = field(default_factory=lambda: defaultdict(list))
    asked: defaultdict[int, list[str]] = field(default_factory=lambda: defaultdict(list))
    """The outcome of every attempt, by episode, in order."""


class Store(RuleBasedStateMachine):
    """Everything that can be done to a record."""

    @initialize()
    def begin(self) -> None:
        self.root = Path(tempfile.mkdtemp(dir=MEMORY if MEMORY.is_dir() else None))
        self.lives = 0
        self.disk = Known(states=dict.fromkeys(range(1, len(PLANS) + 1), "planned"))
        self.taken = deepcopy(self.disk)
        put(self.folder / "manifest.json", manifest_bytes(new_manifest("import", environment="x")))
        self._open()
        self.writer.plan(PLANS)
        self.writer.start()

    @property
    def folder(self) -> Path:
        folder = self.root / str(self.lives)
        folder.mkdir(exist_ok=True)
        return folder

    def _open(self) -> None:
        self.stack = ExitStack()
        lock: Lock = self.stack.enter_context(held(self.folder))
        self.writer = Writer(self.folder, 1, lock.witness)

    def _left(self, number: int) -> list[Decision]:
        return list(GAMES[number - 1].decisions)[len(self.taken.decisions[number]) :]

    def _playable(self, number: int) -> bool:
        return self.taken.states[number] in ("planned", "running") and bool(self._left(number))

    def _waiting(self, number: int) -> bool:
        return self._playable(number) and self.taken.asked[number][-1:] == ["sent"]

    def _quiet(self, number: int) -> bool:
        return self._playable(number) and not self._waiting(number)

    def _over(self, number: int) -> bool:
        """Whether all that was asked is answered, or nothing was asked, as of scripts."""
        if self.taken.states[number] == "whole" or self._waiting(number):
            return False
        return not self.taken.asked[number] or not self._left(number)

    def _first(self, start: int, fits: Callable[[int], bool]) -> int | None:
        """The first episode that fits, counted from one of them."""
        turned = [(start + at) % len(PLANS) + 1 for at in range(len(PLANS))]
        return next(filter(fits, turned), None)

    @rule(start=ANY)
    def ask(self, start: int) -> None:
        """A seat is asked: if it is being asked already, its worker had died."""
        number = self._first(start, self._playable)
        if number is None:
            return
        if self._waiting(number):
            self.writer.died(number, 1)
            self.taken.asked[number][-1] = "possibly paid"
        self.writer.state(number, "running")
        self.writer.leaving(number, [], columns(self._left(number)[0].key), "You are asked.")
        self.taken.states[number] = "running"
        self.taken.asked[number].append("sent")

    @rule(start=ANY)
    def reply(self, start: int) -> None:
        """The reply of a seat that is being asked."""
        number = self._first(start, self._waiting)
        if number is None:
            return
        decision = self._left(number)[0]
        self.writer.arrived(
            number, [checked_row(number, decision)], columns(decision.key), Came("answered", 0.1)
        )
        self.taken.decisions[number].append(decision)
        self.taken.asked[number][-1] = "answered"

    @rule(start=ANY)
    def finish(self, start: int) -> None:
        """An episode comes to its end; also at once, as scripted ones do."""
        number = self._first(start, self._over)
        if number is None:
            return
        message = whole(number, GAMES[number - 1])
        self.writer.whole(number, End(*message.end), message.body, message.hashed)
        self.taken.states[number] = "whole"
        self.taken.decisions[number] = list(GAMES[number - 1].decisions)

    @rule(start=ANY, state=st.sampled_from(["blocked", "failed"]))
    def stop(self, start: int, state: str) -> None:
        """An episode cannot go on, and does when it is tried again."""
        number = self._first(start, self._quiet)
        if number is not None:
            self.writer.state(number, state, "why")
            self.writer.state(number, "running")
            self.taken.states[number] = "running"

    @rule()
    def commit(self) -> None:
        assert self.writer.commit() == {}
        self.disk = deepcopy(self.taken)
        self._agrees()

    @rule()
    def crash(self) -> None:
        """The process dies: what lies on disk is all there is."""
        before, self.lives = self.folder, self.lives + 1
        for path in before.iterdir():
            if path.suffix != ".db-shm" and not path.name.endswith("-shm"):
                shutil.copy(path, self.folder)
        self.writer.abandon()
        self.stack.close()
        shutil.rmtree(before)
        self.taken = deepcopy(self.disk)
        self._reopen()
        self._agrees()

    @rule()
    def close(self) -> None:
        self.writer.close()
        self.stack.close()
        self._in_flight_is_possibly_paid(self.taken)
        self.disk = deepcopy(self.taken)
        assert not (self.folder / "record.db-wal").exists()
        self._agrees()
        self._reopen()

    def _reopen(self) -> None:
        self._open()
        self.writer.start()
        for known in (self.disk, self.taken):
            self._in_flight_is_possibly_paid(known)

    def _in_flight_is_possibly_paid(self, known: Known) -> None:
        for asked in known.asked.values():
            asked[:] = ["possibly paid" if how == "sent" else how for how in asked]

    @rule()
    def contend(self) -> None:
        """A second writer is told who holds the run."""
        with pytest.raises(Busy, match="by process"), held(self.folder):
            pass

    @rule(start=ANY)
    def read_to_go_on(self, start: int) -> None:
        """What a resumed episode is given is what is on disk."""
        number = start + 1
        rows = self.writer.record(number)
        self.disk = deepcopy(self.taken)
        assert len(rows) == len(self.taken.decisions[number])

    @rule()
    def export(self) -> None:
        done = [n for n, state in self.disk.states.items() if state == "whole"]
        lines = list(jsonl(open_run(self.folder), stable=True))
        assert len(lines) == len(done)

    @rule()
    def look(self) -> None:
        assert check(open_run(self.folder)) == []

    @invariant()
    @precondition(lambda self: hasattr(self, "writer"))
    def holds_what_was_committed(self) -> None:
        """After every step, by plain SQL; each value is looked at when something was committed."""
        path = f"file:{self.folder}/record.db?mode=ro"
        with closing(sqlite3.connect(path, uri=True)) as db:
            states = dict(db.execute("SELECT number, state FROM episodes"))
            kept = dict(db.execute("SELECT episode, count(*) FROM decisions GROUP BY episode"))
        assert states == self.disk.states
        assert kept == {n: len(said) for n, said in self.disk.decisions.items() if said}

    def _agrees(self) -> None:
        run = open_run(self.folder)
        assert {row.number: row.state for row in run.rows()} == self.disk.states
        for row in run.rows():
            decisions = run.filed(row.id).episode.decisions
            assert list(decisions) == self.disk.decisions[row.number]
            outcomes = [attempt.outcome for attempt in run.attempts(row.id)]
            assert outcomes == self.disk.asked[row.number]
            if row.state == "whole":
                assert row.digest == GAMES[row.number - 1].digest()

    def teardown(self) -> None:
        if hasattr(self, "writer"):
            self.writer.abandon()
            self.stack.close()
            shutil.rmtree(self.root)


SHORT = settings(
    max_examples=200,
    stateful_step_count=50,
    derandomize=True,
    deadline=None,
    suppress_health_check=list(HealthCheck),
)


def test_the_store_keeps_what_was_committed_and_nothing_else() -> None:
    run_state_machine_as_test(Store, settings=SHORT)


def lose_replies(self: Writer, number: int, kept: Any, key: Any, came: Came) -> None:
    """Take that a reply came, and not the reply."""
    self._take(number, lambda: self._ended(number, key, came, kept[-1]))


def commit_at_once(self: Writer, number: int, *ignored: Any) -> None:
    """Put a state on disk before it was to be."""
    self._transaction([lambda: self._state(number, "running", None, 0)])


@pytest.mark.parametrize(("method", "bug"), [("arrived", lose_replies), ("state", commit_at_once)])
def test_the_machine_finds_a_planted_bug(
    method: str, bug: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(Writer, method, bug)
    with pytest.raises(AssertionError):
        run_state_machine_as_test(
            Store, settings=settings(SHORT, max_examples=30, phases=[Phase.generate])
        )
