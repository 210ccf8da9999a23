"""A run as lines; stable ones are what the digests cover, the same bytes for the same record."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

from suasion.core.episode import RAW
from suasion.measures.filed import Filed
from suasion.store.database import Damaged
from suasion.store.run import Run


def jsonl(run: Run, *, stable: bool = False) -> Iterator[bytes]:
    """A line an episode, in study order, without line ends.

    With `stable`, what the episode's digest covers and nothing else: the same bytes however many
    workers played it and however often it was killed. Otherwise also seats, arm, replicate,
    status, raw words and what an import kept.

    Raises Damaged at the first episode that does not match its seal.
    """
    for filed in run.all():
        if filed.damaged and not run.row(filed.id).damaged:
            raise Damaged(f"{filed.id[:80]!r} is not what was recorded: suasion check {run.path}")
        yield _encode(_stable(filed) if stable else _full(filed)).encode()


_encode = json.JSONEncoder(sort_keys=True, separators=(",", ":"), allow_nan=False).encode
"""In ASCII, so that lines with half a character in them are JSON for everyone."""


def _stable(filed: Filed) -> dict[str, Any]:
    rows = filed.episode.rows()
    for row in rows[1]:
        row[RAW] = None
    return {"id": filed.id, **_named(rows)}


def _full(filed: Filed) -> dict[str, Any]:
    return {
        "id": filed.id,
        "arm": filed.arm,
        "replicate": filed.replicate,
        "block": filed.block,
        "chain": filed.chain,
        "link": filed.link,
        "origin": filed.origin,
        "status": filed.status,
        "finished": filed.finished,
        "damaged": filed.damaged,
        "seats": [[seat.name, seat.agent, seat.role] for seat in filed.seats],
        **_named(filed.episode.rows()),
        "kept": filed.kept,
    }


def _named(rows: list[Any]) -> dict[str, Any]:
    header, decisions, draws, events, changed, (payoffs, outcome, carry) = rows
    return {
        "header": header,
        "decisions": decisions,
        "draws": draws,
        "events": events,
        "changed": changed,
        "payoffs": payoffs,
        "outcome": outcome,
        "carry": carry,
    }
