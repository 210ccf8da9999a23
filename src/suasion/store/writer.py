"""The one writer: everything a run learns goes through this one connection.

A commit at NORMAL is safe from a killed process; one in every 0.2 s is raised to FULL, whose
sync covers all before it, so that loss of power costs at most those 0.2 s (reliability, 2).
"""

from __future__ import annotations

import os
import platform
import socket
import sqlite3
from collections.abc import Callable, Iterable, Mapping, Sequence
from contextlib import suppress
from functools import partial
from operator import itemgetter
from pathlib import Path
from time import monotonic
from typing import cast

import suasion
from suasion.core.asks import Json
from suasion.core.events import NOTHING
from suasion.measures.filed import Filed
from suasion.measures.imported import BadLine, Imported
from suasion.store import schema
from suasion.store.attempts import Came, Charge, Left
from suasion.store.database import PAGE, Damaged, create, created, open_for_writing
from suasion.store.folder import now
from suasion.store.planned import PLANNED, End, Plan, episode_seal
from suasion.store.read import filed as filed_of
from suasion.store.read import replied, row_of
from suasion.store.read import stored as of_record
from suasion.store.rows import ASIDE as _ASIDE
from suasion.store.rows import Body, Row, body_of
from suasion.store.seals import attempt_seal, body_hash, pack, seal, text_hash, unpack
from suasion.store.values import Unstorable, maybe, of_json, stored, strict_json, text_of

DURABLE = 0.2
"""Seconds after which every commit is safe from loss of power."""
REFUSALS = (sqlite3.DatabaseError, OverflowError, ValueError, TypeError)
"""Errors of what was to be recorded, once those of the disk are set apart."""

_DECISION = schema.insert("decisions", schema.DECISIONS)
_OFTEN = ("episode", "step", "seat", "aside", "repeat", "answer", "draws")
"""All that most scripted decisions have; each column that is not bound saves half a microsecond."""
_USUAL = schema.insert("decisions", _OFTEN)
_often = itemgetter(*map(schema.DECISIONS.index, _OFTEN))
_seldom = itemgetter(*(at for at, name in enumerate(schema.DECISIONS) if name not in _OFTEN))
_ABSENT = (None,) * (len(schema.DECISIONS) - len(_OFTEN))
_DRAW = schema.insert("draws", schema.DRAWS)
_EVENT = schema.insert("events", schema.EVENTS)
_DELIVERY = schema.insert("deliveries", schema.DELIVERIES)
_ATTEMPT = schema.insert("attempts", (*schema.ATTEMPTS, "seal"))
_KEYED = "episode=? AND step=? AND seat=? AND aside=? AND repeat=?"
_OLD = schema.select("decisions", schema.DECISIONS, "episode=?")
_TRIED = schema.select("attempts", schema.ATTEMPTS, f"{_KEYED} ORDER BY attempt DESC LIMIT 1")
_LAST = schema.select("attempts", ("max(attempt)",), _KEYED)
_NOT_YET = (None,) * 5
"""Of an attempt that has not come back: what was counted, what it cost, what was said beside."""
_CHARGES = """\
SELECT outcome, tokens_out IS NOT NULL AND tokens_in IS NOT NULL AS counted, count(*),
    coalesce(sum(CASE WHEN tokens_out IS NOT NULL AND tokens_in IS NOT NULL
        THEN tokens_in + tokens_out ELSE reserved END), 0),
    coalesce(sum(coalesce(cost, reserved_cost)), 0.0),
    sum(coalesce(cost, reserved_cost) IS NULL)
FROM attempts WHERE frame IS NOT NULL GROUP BY 1, 2 ORDER BY 1, 2"""
OUTCOME, BECAME = schema.ATTEMPTS.index("outcome"), schema.ATTEMPTS.index("became")
COUNTED = slice(*(schema.ATTEMPTS.index(name) for name in ("tokens_in", "branch")))
NOT_SENT = Left()


class Writer:
    """The connection that writes. Nothing is on disk before `commit`."""

    def __init__(
        self,
        folder: Path,
        workers: int = 0,
        witness: Callable[[int], None] = lambda _: None,
        page: int = PAGE,
    ) -> None:
        self.folder, self._witness = folder, witness
        self._db = open_for_writing(folder, page)
        self._todo: list[tuple[int, Callable[[], None]]] = []
        self._synced = 0.0
        self._unsynced = False
        self._full: bool | None = None
        """Whether commits wait until they are safe from loss of power; None before the first."""
        self._open: dict[Row, list[object]] = {}
        """Attempts in flight, as they were written, by number and key."""
        self._fresh = set[int]()
        """Episodes of which nothing was on record when this process began with them."""
        self._tries: dict[int, dict[Row, int]] = {}
        """How often each decision was asked for, by episode."""
        self._session: list[object] = [
            *(None, now(), now(), None, socket.gethostname(), os.getpid()),
            *(suasion.__version__, platform.python_version(), sqlite3.sqlite_version, workers),
            *(0, 0, 0),
        ]

    # What is planned -----------------------------------------------------------------------

    @property
    def fresh(self) -> bool:
        """Whether nothing was ever planned here."""
        return not created(self._db)

    def plan(self, plans: Iterable[Plan], texts: Iterable[str] = ()) -> None:
        """Make the tables and the plan, in one commit, with texts that it names by their hashes."""
        self._db.execute("BEGIN IMMEDIATE")
        create(self._db)
        self._keep_texts(texts)
        for number, plan in enumerate(plans, 1):
            self._add_planned(number, plan)
        self._db.execute("COMMIT")

    def extend(self, plans: Sequence[Plan]) -> list[int]:
        """Add to the plan, in one commit; the numbers of what was added.

        Errors: `Unstorable`, where one cannot be recorded; then nothing is.
        """
        self.commit()
        [(last,)] = self._db.execute("SELECT coalesce(max(number), 0) FROM episodes")
        numbers = list(range(last + 1, last + 1 + len(plans)))
        at = schema.SESSIONS.index("episodes")
        self._session[at] = last + len(plans)
        each = (partial(self._add_planned, n, plan) for n, plan in zip(numbers, plans, strict=True))
        try:
            self._transaction([*each, self._put_session])
        except sqlite3.OperationalError:
            raise
        except REFUSALS as error:
            raise Unstorable(f"what is planned further cannot be recorded: {error}") from None
        return numbers

    def filed(self, number: int) -> Filed:
        """An episode as it is on record, whatever became of it."""
        row = self._row(number, (*schema.EPISODES, "seal"))
        return filed_of(row_of(row), of_record(self._db, number))

    def file(self, imported: Imported) -> None:
        """Add what an import read, and every line that it did not keep, in one commit.

        Unstorable names the first episode that cannot be recorded; then nothing is.
        """
        self._transaction([partial(self._file, imported)])

    def _file(self, imported: Imported) -> None:
        if self.fresh:
            create(self._db)
        [(last,)] = self._db.execute("SELECT coalesce(max(number), 0) FROM episodes")
        for number, filed in enumerate(imported.filed, last + 1):
            try:
                self._add_filed(number, filed)
            except (*REFUSALS, UnicodeError) as error:
                raise Unstorable(f"episode {filed.id[:80]!r} cannot be recorded: {error}") from None
        for kind, lines in (("skipped", imported.skipped), ("warning", imported.warnings)):
            for line in lines:
                self._add_bad_line(kind, line)

    def _add_filed(self, number: int, filed: Filed) -> None:
        header, episode = filed.episode.header, filed.episode
        plan = Plan(
            filed.id,
            filed.arm,
            filed.replicate,
            header.seed,
            filed.status,
            header.environment,
            header.version,
            header.settings,
            filed.seats,
            header.channels,
            filed.block,
            filed.chain,
            filed.link,
            filed.origin,
        )
        end = End.of(episode)
        body = body_of(number, episode)
        self._insert(body)
        ended = {
            "state": "whole",
            "finished": int(filed.finished),
            "damaged": int(filed.damaged),
            "kept": strict_json(filed.kept),
            "error": maybe(filed.lost or None),
            "body": body_hash(pack(body)),
            **end.columns(),
        }
        self._add_planned(number, plan, ended)

    def _add_bad_line(self, kind: str, line: BadLine) -> None:
        [(last,)] = self._db.execute("SELECT coalesce(max(number), 0) FROM bad_lines")
        row = [
            *(last + 1, kind, stored(line.file), line.line, stored(line.reason)),
            *(maybe(line.episode), line.raw),
        ]
        columns = (*schema.BAD_LINES, "seal")
        self._db.execute(schema.insert("bad_lines", columns), (*row, seal(row)))

    def _insert(self, body: Body) -> None:
        usual = [row for row in body.decisions if _seldom(row) == _ABSENT]
        if usual:
            self._db.executemany(_USUAL, map(_often, usual))
        if len(usual) < len(body.decisions):
            others = (row for row in body.decisions if _seldom(row) != _ABSENT)
            self._db.executemany(_DECISION, others)
        rest = ((_DRAW, body.draws), (_EVENT, body.events), (_DELIVERY, body.deliveries))
        for statement, rows in rest:
            if rows:  # even for none a statement costs as much as three rows
                self._db.executemany(statement, rows)

    def _add_planned(self, number: int, plan: Plan, ended: Mapping[str, object] = NOTHING) -> None:
        """Add an episode; `ended` are the columns that are known of one that is over."""
        seats = plan.seat_rows(number)
        self._keep_texts(seat.brief for seat in plan.seats if seat.brief)
        self._db.executemany(schema.insert("seats", schema.SEATS), seats)
        self._put({**plan.row(number), **ended}, seats, [])

    def _keep_texts(self, texts: Iterable[str]) -> None:
        rows = [(text_hash(column), column) for column in map(stored, texts)]
        if rows:
            self._db.executemany("INSERT OR IGNORE INTO texts VALUES (?,?)", rows)

    def start(self) -> None:
        """Say who writes now, and that what was in flight when others stopped may be paid."""
        self._db.execute("BEGIN IMMEDIATE")
        [(last, commits)] = self._db.execute(
            "SELECT coalesce(max(number), 0), coalesce(max(commits), 0) FROM sessions"
        )
        self._session[0], self._session[-1] = last + 1, commits + 1
        for at, table in ((-3, "episodes"), (-2, "bad_lines")):
            [(self._session[at],)] = self._db.execute(f"SELECT count(*) FROM {table}")  # noqa: S608
        self._put_session()
        self._mark_possibly_paid("1")
        self._db.execute("COMMIT")
        self._witness(commits + 1)

    # What happens ----------------------------------------------------------------------------

    def fresh_episode(self, number: int) -> None:
        """Take that nothing is on record of an episode that begins now."""
        self._fresh.add(number)

    def begin(self, number: int, plan: Plan) -> None:
        """Take what a link of a chain inherits, and the words that its seats are told."""
        self._take(number, lambda: self._begin(number, plan))

    def whole(self, number: int, end: End, body: bytes, hashed: str) -> None:
        """Take a finished episode; `body` is packed rows, and `hashed` their hash."""
        self._take(number, lambda: self._whole(number, end, body, hashed))

    def leaving(
        self, number: int, kept: Sequence[Row], key: Row, told: str | bytes, left: Left = NOT_SENT
    ) -> None:
        """Take what was decided so far, and that a seat is about to be asked.

        Number 0 is no episode: calls that were made before the first.
        """
        if left.frame is not None:  # of many episodes: it stays where this one cannot be recorded
            self._take(0, lambda: self._keep_frame(left))
        self._take(number, lambda: self._leaving(number, kept, key, told, left))

    def arrived(self, number: int, kept: Sequence[Row], key: Row, came: Came) -> None:
        """Take a reply; its decision is the last that was kept."""
        self._take(number, lambda: self._arrived(number, kept, key, came))

    def unanswered(self, number: int, key: Row, came: Came) -> None:
        """Take that an attempt came to nothing."""
        self._take(number, lambda: self._ended(number, key, came, None))

    def died(self, number: int, deaths: int) -> None:
        """Take that the worker which played an episode is dead."""
        self._take(number, lambda: self._mark_possibly_paid(f"episode={number:d}"))
        self.state(number, "running", None, deaths)

    def state(self, number: int, state: str, error: str | None = None, deaths: int = 0) -> None:
        """Take that an episode is running, blocked or failed."""
        self._take(number, lambda: self._state(number, state, error, deaths))

    def commit(self) -> dict[int, str]:
        """Put everything taken on disk, in one transaction.

        What cannot be recorded fails its own episode: the answer says which, and why. An error of
        the disk is raised as sqlite3.OperationalError, and nothing was written.
        """
        if not self._todo:
            return {}
        todo, self._todo = self._todo, []
        full = monotonic() - self._synced >= DURABLE
        if full is not self._full:
            self._db.execute(f"PRAGMA synchronous={'FULL' if full else 'NORMAL'}")
            self._full = full
        commits = self._session[-1] = cast("int", self._session[-1]) + 1
        refused = self._together([*todo, (0, self._put_session)])
        self._witness(commits)
        self._unsynced = not full
        if full:
            self._synced = monotonic()
        return refused

    def _take(self, number: int, step: Callable[[], None]) -> None:
        self._todo.append((number, step))

    def _together(self, todo: Sequence[tuple[int, Callable[[], None]]]) -> dict[int, str]:
        try:
            self._transaction(step for _, step in todo)
        except sqlite3.OperationalError:
            raise
        except REFUSALS:
            return self._apart(todo)
        return {}

    def _apart(self, todo: Sequence[tuple[int, Callable[[], None]]]) -> dict[int, str]:
        """Each in a transaction of its own; an episode that cannot be recorded is failed."""
        refused: dict[int, str] = {}
        for number, step in todo:
            try:
                self._transaction([step])
            except sqlite3.OperationalError:
                raise
            except REFUSALS as error:
                refused[number] = f"cannot be recorded: {error}"
        for number, why in refused.items():
            if number:  # 0 is no episode
                self._transaction([partial(self._state, number, "failed", why, 0)])
        return refused

    def _transaction(self, steps: Iterable[Callable[[], None]]) -> None:
        self._db.execute("BEGIN IMMEDIATE")
        try:
            for step in steps:
                step()
            self._db.execute("COMMIT")
        except BaseException:
            with suppress(sqlite3.Error):
                self._db.execute("ROLLBACK")
            raise

    def settle(self) -> None:
        """Make what was committed at NORMAL durable, once it is old enough."""
        if self._unsynced and monotonic() - self._synced >= DURABLE:
            self._session[2] = now()
            self._take(0, lambda: None)
            self.commit()

    @property
    def waiting(self) -> int:
        """How much was taken and is not on disk."""
        return len(self._todo)

    def abandon(self) -> None:
        """Close at once, as after an error of the disk; what was not committed is lost."""
        self._db.close()

    def close(self) -> None:
        """Commit, and leave one file that opens in a folder nobody may write."""
        self._session[2] = self._session[3] = now()
        self._take(0, lambda: self._mark_possibly_paid("1"))
        self.commit()
        self._db.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchall()
        with suppress(sqlite3.OperationalError):  # a reader is at it; the next run will do it
            self._db.execute("PRAGMA journal_mode=DELETE").fetchall()
        self._db.close()

    # What is read to go on ---------------------------------------------------------------------

    def charges(self) -> list[Charge]:
        """What calls of models took so far, by how they ended."""
        rows = self._db.execute(_CHARGES).fetchall()
        return [Charge(text_of(row[0]), bool(row[1]), *row[2:]) for row in rows]

    def reached(self) -> set[int]:
        """The places of the models that answered before the first episode, in this run."""
        replies = "'answered', 'empty', 'truncated', 'refused'"
        rows = self._db.execute(
            f"SELECT seat FROM attempts WHERE episode=0 AND outcome IN ({replies})"  # noqa: S608
        )
        return {place for (place,) in rows}

    def plans(self) -> list[tuple[int, str, str, int]]:
        """Number, id, state and deaths of every episode."""
        return self._db.execute(
            "SELECT number, id, state, deaths FROM episodes ORDER BY number"
        ).fetchall()

    def planned(self) -> list[tuple[object, Json, list[Row]]]:
        """For every episode the columns that were planned, what it inherited, and its seats."""
        columns = (*(name for name in schema.EPISODES if name in PLANNED), "carried")
        rows = self._db.execute(schema.select("episodes", columns, "1 ORDER BY number"))
        seats = schema.select("seats", schema.SEATS, "1 ORDER BY episode, seat")
        by: dict[int, list[Row]] = {}
        for row in self._db.execute(seats):
            by.setdefault(row[0], []).append(row)
        return [
            (tuple(row), None if carried is None else of_json(carried), by.get(row[0], []))
            for *row, carried in rows.fetchall()
        ]

    def carry(self, number: int) -> Json:
        """What a whole episode left for the next of its chain; Damaged if that is not so."""
        row = self._row(number, (*schema.EPISODES, "seal"))
        if episode_seal(row[:-1], self._seats(number), self._attempts(number)) != row[-1]:
            raise Damaged("the record of the episode before it is not what was written")
        return of_json(row[schema.EPISODES.index("carry")])

    def record(self, number: int) -> list[Row]:
        """What is on disk of an unfinished episode; Damaged if it is not what was written."""
        self.commit()
        decisions = self._db.execute(_OLD, (number,)).fetchall()
        by = {row[:5]: row for row in decisions}
        attempts = schema.select("attempts", (*schema.ATTEMPTS, "seal"), "episode=?")
        for *attempt, was in self._db.execute(attempts, (number,)).fetchall():
            if attempt_seal(attempt, by.get(replied(attempt))) != was:
                raise Damaged(f"the record of {attempt[:6]} is not what was written")
        return decisions

    def _begin(self, number: int, plan: Plan) -> None:
        self._keep_texts(seat.brief for seat in plan.seats if seat.brief)
        statement = schema.insert("seats", schema.SEATS).replace("INSERT", "REPLACE", 1)
        self._db.executemany(statement, plan.seat_rows(number))
        self._change(number, {"carried": plan.row(number)["carried"]})

    def _whole(self, number: int, end: End, body: bytes, hashed: str) -> None:
        rows = Body(*unpack(body))
        old = self._db.execute(_OLD, (number,)).fetchall()
        decisions = rows.decisions
        if old:
            new = {tuple(row[:5]): tuple(row) for row in decisions}
            if any(new.pop(row[:5], None) != row for row in old):
                raise Damaged(f"episode {number}: its record on disk is not what it was played on")
            decisions = list(new.values())
        self._insert(rows._replace(decisions=decisions))
        self._change(number, {"state": "whole", "finished": 1, "body": hashed, **end.columns()})
        self._tries.pop(number, None)

    def _keep_frame(self, left: Left) -> None:
        self._db.execute("INSERT OR IGNORE INTO texts VALUES (?,?)", (left.named, left.frame))

    def _leaving(
        self, number: int, kept: Sequence[Row], key: Row, told: str | bytes, left: Left
    ) -> None:
        if kept:
            self._db.executemany(_DECISION, kept)
        said = (left.named, left.request, left.reserved, left.reserved_cost)
        row = [number, *key, self._next_try(number, key), now(), told, "sent", None, None, *said]
        row += [*_NOT_YET, left.branch]
        self._db.execute(_ATTEMPT, (*row, attempt_seal(row, None)))
        self._open[number, *key] = row

    def _next_try(self, number: int, key: Row) -> int:
        """The number of the next attempt at a decision, from 1."""
        tries, place = self._tries.setdefault(number, {}), tuple(key)
        last = tries.get(place)
        if last is None:
            known = number in self._fresh
            [(last,)] = [(0,)] if known else self._db.execute(_LAST, (number, *key))
        tries[place] = made = (last or 0) + 1
        return made

    def _arrived(self, number: int, kept: Sequence[Row], key: Row, came: Came) -> None:
        self._db.executemany(_DECISION, kept)
        self._ended(number, key, came, kept[-1])

    def _ended(self, number: int, key: Row, came: Came, decision: Row | None) -> None:
        row = self._open.pop((number, *key), None)
        if row is None:
            row = list(self._db.execute(_TRIED, (number, *key)).fetchone())
        became = None if decision is None else decision[_ASIDE]
        row[OUTCOME : BECAME + 1] = came.outcome, came.seconds, became
        row[COUNTED] = came[2:]
        self._put_attempt(row, decision)

    def _put_attempt(self, row: Sequence[object], decision: Row | None) -> None:
        statement = _ATTEMPT.replace("INSERT", "REPLACE", 1)
        self._db.execute(statement, (*row, attempt_seal(row, decision)))

    def _mark_possibly_paid(self, where: str) -> None:
        columns = (*schema.ATTEMPTS, "seal")
        open_ones = schema.select("attempts", columns, f"outcome='sent' AND {where}")
        for *attempt, was in self._db.execute(open_ones).fetchall():
            if attempt_seal(attempt, None) == was:
                attempt[OUTCOME] = "possibly paid"
                self._put_attempt(attempt, None)

    def _state(self, number: int, state: str, error: str | None, deaths: int) -> None:
        self._change(number, {"state": state, "error": maybe(error), "deaths": deaths})

    def _change(self, number: int, changed: dict[str, object]) -> None:
        row = dict(zip(schema.EPISODES, self._row(number, schema.EPISODES), strict=True))
        self._put({**row, **changed}, self._seats(number), self._attempts(number))

    def _row(self, number: int, columns: tuple[str, ...]) -> Row:
        statement = schema.select("episodes", columns, "number=?")
        row: Row = self._db.execute(statement, (number,)).fetchone()
        return row

    def _seats(self, number: int) -> list[Row]:
        seats = schema.select("seats", schema.SEATS, "episode=? ORDER BY seat")
        return self._db.execute(seats, (number,)).fetchall()

    def _attempts(self, number: int) -> list[Row]:
        attempts = schema.select("attempts", schema.ATTEMPTS, f"episode=? {schema.ATTEMPT_ORDER}")
        return self._db.execute(attempts, (number,)).fetchall()

    def _put(self, columns: dict[str, object], seats: list[Row], attempts: list[Row]) -> None:
        row = [columns.get(name) for name in schema.EPISODES]
        sealed = episode_seal(row, seats, attempts)
        statement = schema.insert("episodes", (*schema.EPISODES, "seal"))
        self._db.execute(statement.replace("INSERT", "REPLACE", 1), (*row, sealed))

    def _put_session(self) -> None:
        columns = (*schema.SESSIONS, "seal")
        statement = schema.insert("sessions", columns).replace("INSERT", "REPLACE", 1)
        self._db.execute(statement, (*self._session, seal(self._session)))
