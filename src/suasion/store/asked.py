"""What each model of a run was asked: calls and their ends, tokens, cost, and what it blocked."""

from __future__ import annotations

import json
import sqlite3
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field
from pathlib import Path

from suasion.core.asks import Json
from suasion.store.chains import Told, named
from suasion.store.database import form_of, reading
from suasion.store.sound import SOUND
from suasion.store.values import text_of

_SUMS = """\
SELECT s.agent, a.outcome, count(*), sum(a.tokens_in), sum(a.tokens_out), sum(a.tokens_cached),
    sum(a.cost), sum(a.became IS NOT NULL AND (a.tokens_in IS NULL OR a.tokens_out IS NULL)),
    sum(a.became IS NOT NULL AND a.cost IS NULL), sum(a.attempt > 1),
    sum(CASE WHEN a.tokens_cached IS NOT NULL THEN a.tokens_in END)
FROM sound a JOIN seats s USING (episode, seat) WHERE a.frame IS NOT NULL GROUP BY 1, 2"""
_WAYS = "SELECT DISTINCT agent, asked_with FROM seats WHERE asked_with IS NOT NULL"
_LAST = """\
SELECT s.agent, a.outcome FROM attempts a JOIN seats s USING (episode, seat)
WHERE a.episode=? AND a.frame IS NOT NULL AND a.became IS NULL ORDER BY a.sent DESC"""


@dataclass
class Asked:
    """One model, over a whole run."""

    model: str
    outcomes: Counter[str] = field(default_factory=Counter)
    """How often each outcome came, by its name."""
    again: int = 0
    """Calls that were made because one before came to nothing, or could not be read."""
    read: int = 0
    """Tokens."""
    written: int = 0
    cached: int = 0
    """Tokens read that servers say came from a cache."""
    told_cached: int = 0
    """Tokens read of calls whose server says how many came from one."""
    cost: float = 0.0
    """US dollars, of the calls whose price and tokens are known."""
    uncounted: int = 0
    """Replies whose tokens nobody counted, or not soundly."""
    unpriced: int = 0
    """Replies that have no cost."""
    blocked: Counter[str] = field(default_factory=Counter)
    """Episodes that it blocked, by why."""
    urls: set[str] = field(default_factory=set)
    """Base URLs that the study named for it."""

    @property
    def calls(self) -> int:
        """All of them."""
        return self.outcomes.total()


def asked(folder: Path, rows: Iterable[Told]) -> list[Asked]:
    """Every model that was called, in the order of their names.

    Errors: `Damaged`.
    """
    with reading(folder) as db:
        if form_of(db) == 1:
            return []
        found: dict[str, Asked] = {}
        for agent, outcome, *sums in db.execute(SOUND + _SUMS):
            _add(found.setdefault(*_fresh(agent)), text_of(outcome), [each or 0 for each in sums])
        for agent, way in db.execute(_WAYS):
            if agent is not None and (model := found.get(text_of(agent))):
                model.urls |= _url(way)
        for number, row in enumerate(rows, 1):
            if row.state == "blocked":
                _blame(db, number, named(row), found)
    return [found[name] for name in sorted(found)]


def _fresh(agent: object) -> tuple[str, Asked]:
    name = "" if agent is None else text_of(agent)
    return name, Asked(name)


def _add(model: Asked, outcome: str, sums: list[float]) -> None:
    many, read, written, cached, cost, uncounted, unpriced, again, told = sums
    model.outcomes[outcome] += int(many)
    model.read += int(read)
    model.written += int(written)
    model.cached += int(cached)
    model.told_cached += int(told)
    model.cost += cost
    model.uncounted += int(uncounted)
    model.unpriced += int(unpriced)
    model.again += int(again)


def _blame(db: sqlite3.Connection, number: int, why: str, found: dict[str, Asked]) -> None:
    """Count a blocked episode for the model whose call came to nothing so, last of all."""
    last = [(a, text_of(outcome)) for a, outcome in db.execute(_LAST, (number,)) if a is not None]
    agent = next((a for a, outcome in last if outcome == why), last[0][0] if last else None)
    if agent is not None and (model := found.get(text_of(agent))):
        model.blocked[why] += 1


def _url(way: object) -> set[str]:
    try:
        said: Json = json.loads(text_of(way))
    except (ValueError, RecursionError):
        return set()
    url = said.get("base_url") if isinstance(said, dict) else None
    return {url} if isinstance(url, str) else set()
