"""Where agents stand that share a budget, for people."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from suasion.cli.terminal import one_line, say, say_table
from suasion.core.asks import Json


def standing(found: Mapping[str, Json]) -> None:
    """A row an agent, and what was not told apart; `found` is what a run's folder keeps of it."""
    why = {
        "settled": "every rank is settled",
        "spent": "the budget is spent",
        None: "more is to be drawn",
    }
    say(f"{found['spent']:,} of {found['budget']:,} blocks drawn: {why.get(found['ended'], '')}")
    level, unit = f"{100 * found['level']:g}%", one_line(str(found["unit"]))
    head = ("agent", one_line(str(found["measure"])), f"{level} sequence", "rank", "blocks")
    missing = any(place["missing"] for place in found["agents"])
    rows = [
        (*row(place), *([str(place["missing"])] if missing else [])) for place in found["agents"]
    ]
    say_table(rows, (*head, *(["without a number"] if missing else [])))
    for tie in found["ties"]:
        say(f"Not told apart in {unit}: {', '.join(one_line(str(agent)) for agent in tie)}")
    if missing:
        say("A block without a number counts as whatever it could have been.")


def row(place: Mapping[str, Json]) -> tuple[str, ...]:
    """One agent: its mean, between what it lies, and the ranks it can have."""
    low, high = place["rank"]
    mean = "none" if place["mean"] is None else f"{place['mean']:.3f}"
    return (
        one_line(str(place["agent"])),
        mean,
        between(place["low"], place["high"]),
        f"{low}" if low == high else f"{low} to {high}",
        f"{place['blocks']:,}",
    )


def between(*bounds: float | None) -> str:
    """Two ends, or that there are none yet."""
    known: Sequence[float] = [bound for bound in bounds if bound is not None]
    return f"{known[0]:.3f} to {known[1]:.3f}" if len(known) == len(bounds) else "not yet"
