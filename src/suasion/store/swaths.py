"""Many episodes read at once: a query a table for each swath of them, instead of one an episode.

What is read is what `read.stored` reads of each, and held against the same seals. A swath that
cannot be read is read one by one, so that what is damaged takes no other episode with it.
"""

from __future__ import annotations

import gc
import sqlite3
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from itertools import groupby
from operator import itemgetter
from typing import NamedTuple

from suasion.measures.filed import Filed
from suasion.store import schema
from suasion.store.database import form_of
from suasion.store.read import (
    BRIEF,
    UNREADABLE,
    EpisodeRow,
    Stored,
    filed,
    stored,
    texts,
)
from suasion.store.rows import Body, Row, in_order

FIRST, MOST = 4, 512
"""Episodes in the first swath, and in any."""
ENOUGH = 2**21
"""About how many characters a swath may hold, as far as the one before it tells."""

_episode = itemgetter(0)
_IN = "episode BETWEEN ? AND ? ORDER BY episode"


class _Swath(NamedTuple):
    """The rows of some episodes, by their numbers."""

    episodes: Mapping[int, Row]
    seats: Mapping[int, list[Row]]
    decisions: Mapping[int, list[Row]]
    draws: Mapping[int, list[Row]]
    events: Mapping[int, list[Row]]
    deliveries: Mapping[int, list[Row]]
    attempts: Mapping[int, list[Row]]
    texts: Mapping[str, str]

    def of(self, number: int) -> Stored:
        """All rows of one episode."""
        seats = self.seats.get(number, [])
        body = Body(
            in_order(self.decisions.get(number, [])),
            self.draws.get(number, []),
            self.events.get(number, []),
            self.deliveries.get(number, []),
        )
        briefs = {row[BRIEF]: self.texts[row[BRIEF]] for row in seats if row[BRIEF] is not None}
        return Stored(self.episodes[number], seats, self.attempts.get(number, []), body, briefs)


def swaths(db: sqlite3.Connection, rows: Sequence[EpisodeRow]) -> Iterator[list[Filed]]:
    """Episodes as a run files them, a swath at a time; `rows` are in the order of their numbers."""
    at, size = 0, FIRST
    while at < len(rows):
        some = rows[at : at + size]
        with _uncollected():
            found = list(_each(db, [row.number for row in some]))
            made = list(map(filed, some, found))
        yield made
        at += len(some)
        size = _next(size, found)


@contextmanager
def _uncollected() -> Iterator[None]:
    """Without looking for garbage, of which reading makes none: that would take half the time."""
    was = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was:
            gc.enable()


def _next(size: int, found: Sequence[Stored | str]) -> int:
    """How many episodes to read next, after some of this length."""
    held = sum(map(_length, found)) or 1
    return max(1, min(MOST, 4 * size, ENOUGH * len(found) // held))


def _length(found: Stored | str) -> int:
    if isinstance(found, str):
        return 0
    texts = (len(row[DATA] or "") for row in found.body.events)
    return sum(texts) + 200 * (len(found.body.decisions) + len(found.attempts) + 5)


DATA = schema.EVENTS.index("data")


def _each(db: sqlite3.Connection, numbers: Sequence[int]) -> Iterator[Stored | str]:
    """All rows of each of some episodes; words where they cannot be read."""
    try:
        swath = _swath(db, numbers[0], numbers[-1])
    except UNREADABLE:
        return (stored(db, number) for number in numbers)
    return (_one(db, swath, number) for number in numbers)


def _one(db: sqlite3.Connection, swath: _Swath, number: int) -> Stored | str:
    """An episode of a swath; one that is not whole there is read by itself."""
    try:
        return swath.of(number)
    except UNREADABLE:
        return stored(db, number)


def _swath(db: sqlite3.Connection, first: int, last: int) -> _Swath:
    form = form_of(db)

    def rows(table: str, columns: Sequence[str], order: str) -> dict[int, list[Row]]:
        statement = schema.select(table, tuple(columns), f"{_IN}, {order}")
        found = groupby(db.execute(statement, (first, last)), _episode)
        return {number: list(each) for number, each in found}

    whole = (*schema.EPISODES, "seal")
    episodes = schema.select("episodes", whole, "number BETWEEN ? AND ?")
    seats = rows("seats", schema.columns("seats", schema.SEATS, form), "seat")
    attempts = (*schema.columns("attempts", schema.ATTEMPTS, form), "seal")
    named = {row[BRIEF] for each in seats.values() for row in each if row[BRIEF] is not None}
    return _Swath(
        {row[0]: row for row in db.execute(episodes, (first, last))},
        seats,
        rows("decisions", schema.DECISIONS, "step, seat, aside, repeat"),
        rows("draws", schema.DRAWS, "place"),
        rows("events", schema.EVENTS, "id"),
        rows("deliveries", schema.DELIVERIES, "place"),
        rows("attempts", attempts, schema.ATTEMPT_ORDER.removeprefix("ORDER BY ")),
        texts(db, named),
    )
