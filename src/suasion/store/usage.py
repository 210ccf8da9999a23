"""What a run asked of models and people: outcomes, tokens, cost, and what could be reused."""

from __future__ import annotations

import sqlite3
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import NamedTuple

from suasion.store.database import Damaged, form_of, reading
from suasion.store.sound import SOUND
from suasion.store.values import text_of

_OUTCOMES = "SELECT outcome, count(*) FROM attempts GROUP BY 1"
_TOKENS = """\
SELECT count(*), sum(tokens_in), sum(tokens_out), sum(tokens_cached), sum(cost),
    sum(became IS NOT NULL AND (tokens_in IS NULL OR tokens_out IS NULL)),
    sum(became IS NOT NULL AND cost IS NULL),
    sum(max(0, coalesce(tokens_in + tokens_out, 0) - reserved)),
    sum(CASE WHEN tokens_in IS NULL AND outcome IN ('sent', 'possibly paid') THEN reserved END),
    sum(CASE WHEN tokens_cached IS NOT NULL THEN tokens_in END)
FROM sound WHERE frame IS NOT NULL"""
_ACTS = """\
SELECT a.episode, a.seat, length(CAST(a.told AS BLOB)), length(CAST(d.raw AS BLOB)), s.memory
FROM attempts a JOIN decisions d USING (episode, step, seat, aside, repeat)
JOIN (SELECT episode, seat,
    CASE WHEN json_valid(asked_with) THEN json_extract(asked_with, '$.memory') END AS memory
    FROM seats) s
    USING (episode, seat)
WHERE a.aside = '' AND a.became = '' AND a.frame IS NOT NULL AND a.branch IS NULL
ORDER BY a.episode, a.seat, a.step, a.attempt"""


class Reuse(NamedTuple):
    """How much of what acts were sent had been sent before, in shares of all of it."""

    cached: float | None
    """Of the tokens read, those that servers say came from a cache; None where none says."""
    repeated: float | None
    """Of the bytes of news and replies, those that stood in the seat's prompt before it."""
    bound: float | None
    """The same, with the model's own last reply: more cannot be had where only news are new."""


_NOT_KNOWN = Reuse(None, None, None)


@dataclass(frozen=True)
class Usage:
    """What a run asked for, as far as it is recorded."""

    outcomes: Counter[str]
    """How often each outcome came, by its name."""
    calls: int = 0
    """Of models."""
    tokens_in: int = 0
    tokens_out: int = 0
    tokens_cached: int = 0
    cost: float = 0.0
    """US dollars, of the calls whose price is known."""
    usage_unknown: int = 0
    """Replies whose tokens the server did not count, or not soundly."""
    cost_unknown: int = 0
    """Replies that have no cost: the price or the tokens are unknown."""
    overrun: int = 0
    """Tokens that servers counted beyond what was reserved."""
    possibly_paid: int = 0
    """Tokens that stay reserved for calls which nobody heard the end of."""
    reuse: Reuse = _NOT_KNOWN


def usage(folder: Path) -> Usage:
    """What the record of a run says.

    Errors: `Damaged`.
    """
    with reading(folder) as db:
        try:
            every = db.execute(_OUTCOMES).fetchall()
            outcomes = Counter({text_of(name): many for name, many in every})
            return Usage(outcomes) if form_of(db) == 1 else _counted(db, outcomes)
        except (sqlite3.Error, ValueError, TypeError) as error:
            raise Damaged(f"what {folder} asked for cannot be counted: {error}") from None


def _counted(db: sqlite3.Connection, outcomes: Counter[str]) -> Usage:
    calls, *sums, told_cached = db.execute(SOUND + _TOKENS).fetchone()
    counts = [each or 0 for each in sums]
    read, written, cached, cost, usage_unknown, cost_unknown, overrun, possibly_paid = counts
    return Usage(
        outcomes,
        calls,
        read,
        written,
        cached,
        float(cost),
        usage_unknown,
        cost_unknown,
        overrun,
        possibly_paid,
        Reuse((cached / told_cached) if told_cached else None, *_repeated(db.execute(_ACTS))),
    )


def _repeated(acts: Iterable[tuple[int, int, int, int | None, str | None]]) -> Shares:
    """Shares of bytes, from the length of what was new in each act and of what was said."""
    whole = again = most = 0
    whose: tuple[int, int] | None = None
    before = last = 0
    for episode, seat, told, said, memory in acts:
        if (episode, seat) != whose:
            whose, before, last = (episode, seat), 0, 0
        full = memory in (None, "full")
        past = before + last if full else 0
        whole += past + told
        again += before if full else 0
        most += past
        before, last = past + told, said or 0
    return (again / whole, most / whole) if whole else (None, None)


Shares = tuple[float, float] | tuple[None, None]
