"""A run as lines; stable ones are what the digests cover, the same bytes for the same record."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

from suasion.core.asks import Json
from suasion.core.episode import RAW
from suasion.measures.filed import Filed
from suasion.store.database import Damaged
from suasion.store.read import Attempt
from suasion.store.run import Run


def jsonl(run: Run, *, stable: bool = False) -> Iterator[bytes]:
    """A line an episode, in study order, without line ends.

    With `stable`, what the episode's digest covers and nothing else: the same bytes however many
    workers played it and however often it was killed. Otherwise also seats, arm, replicate,
    status, raw words, attempts and what an import kept.

    Errors: `Damaged`, at the first episode that does not match its seal.
    """
    for filed in _sound(run):
        yield _encode(_stable(filed) if stable else _full(run, filed)).encode()


def attempts(run: Run) -> Iterator[dict[str, Json]]:
    """A flat row an attempt, episode by episode: all but the words that were sent.

    Errors: those of `jsonl`.
    """
    for filed in _sound(run):
        names = dict(enumerate(seat.name for seat in filed.seats))
        agents = dict(enumerate(seat.agent for seat in filed.seats))
        for each in run.attempts(filed.id):
            step, seat, aside, repeat = each.key
            yield {
                "episode": filed.id,
                "condition": filed.arm,
                "replicate": filed.replicate,
                "step": step,
                "seat": names.get(seat),
                "agent": agents.get(seat),
                "aside": aside,
                "repeat": repeat,
                **_tried(each),
            }


def _tried(attempt: Attempt) -> dict[str, Json]:
    """How one attempt went."""
    return {
        "attempt": attempt.number,
        "sent": attempt.sent,
        "outcome": attempt.outcome,
        "seconds": attempt.seconds,
        "became": attempt.became,
        "request": attempt.request,
        "tokens_in": attempt.tokens_in,
        "tokens_out": attempt.tokens_out,
        "tokens_cached": attempt.tokens_cached,
        "cost": attempt.cost,
    }


def _sound(run: Run) -> Iterator[Filed]:
    """Every episode that is over, as it was recorded."""
    for filed in run.all():
        if filed.damaged and not run.row(filed.id).damaged:
            raise Damaged(f"{filed.id[:80]!r} is not what was recorded: suasion check {run.path}")
        yield filed


_encode = json.JSONEncoder(sort_keys=True, separators=(",", ":"), allow_nan=False).encode
"""In ASCII, so that lines with half a character in them are JSON for everyone."""


def _stable(filed: Filed) -> dict[str, Any]:
    rows = filed.episode.rows()
    for row in rows[1]:
        row[RAW] = None
    return {"id": filed.id, **_named(rows)}


def _full(run: Run, filed: Filed) -> dict[str, Any]:
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
        "asked_with": [dict(seat.asked_with) for seat in filed.seats],
        **_named(filed.episode.rows()),
        "attempts": [
            {**dict(zip(KEY, each.key, strict=True)), **_tried(each), "beside": dict(each.beside)}
            for each in run.attempts(filed.id)
        ],
        "kept": filed.kept,
    }


KEY = ("step", "seat", "aside", "repeat")


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
