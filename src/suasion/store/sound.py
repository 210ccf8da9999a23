"""Attempts as they may be summed: a record of strangers may hold anything where counts belong."""

from __future__ import annotations

COUNTS = ("reserved", "tokens_in", "tokens_out", "tokens_cached", "cost")
_OTHERS = ("episode", "seat", "attempt", "outcome", "became", "frame")


def _sound(name: str) -> str:
    """A count that can be one, or nothing; sums of others overflow."""
    within = f"typeof({name}) IN ('integer', 'real') AND {name} BETWEEN 0 AND 1e12"
    return f"CASE WHEN {within} THEN {name} END AS {name}"


SOUND = f"WITH sound AS (SELECT {', '.join((*_OTHERS, *map(_sound, COUNTS)))} FROM attempts)\n"  # noqa: S608
"""What a query begins with that reads `sound` in place of `attempts`."""
