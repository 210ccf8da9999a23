"""Many values at once in words: columns of an event, and answers of many seats."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from typing import NamedTuple

from suasion.core.asks import Forfeit, Json
from suasion.core.events import EACH, SEAT, Event
from suasion.report.cast import Cast
from suasion.report.text import MINUS, counted, number

ROWS = 20
"""Rows of an event in columns that a page shows; the record has them all."""
ITEMS = 20
"""Items of a list in a line of words."""
TALLY = 5
"""Values that are counted by name."""
LONG = 40
"""Characters of a value that is still counted by name."""


class Columns(NamedTuple):
    """An event in columns."""

    size: int
    """Rows, one for each seat that is told."""
    common: str
    """What all are told alike."""
    summary: str
    """Each column in short."""
    head: Sequence[str]
    rows: Sequence[Sequence[str]]
    """The first of them, as words."""

    @property
    def left(self) -> int:
        """Rows that are not here."""
        return self.size - len(self.rows)


def columns(event: Event, cast: Cast, apart: Iterable[str] = ()) -> Columns | None:
    """An event in columns; None where it is no such event. `apart` are data already said."""
    seats = event.data.get(SEAT) if event.to == EACH else None
    if not isinstance(seats, list):
        return None
    own = {
        name: value
        for name, value in event.data.items()
        if name != SEAT and isinstance(value, list) and len(value) == len(seats)
    }
    alike = {k: v for k, v in event.data.items() if k not in own and k not in (SEAT, *apart)}
    rows = [
        [cast.name(seat), *(fact(value[at]) for value in own.values())]
        for at, seat in enumerate(seats[:ROWS])
    ]
    summary = "; ".join(f"{name}: {tally(value)}" for name, value in own.items())
    return Columns(len(seats), facts(alike), summary, ["seat", *own], rows)


def tally(values: Sequence[Json]) -> str:
    """Many values in short: how many of each or, of numbers that differ, from where to where."""
    counts = _counted(values)
    if len(counts) == 1:
        return _name(values[0])
    numbers = all(map(_is_number, values))
    if len(counts) > TALLY and numbers:
        return f"{_mean(values)}, from {number(min(values))} to {number(max(values))}"
    if len(counts) > TALLY and all(isinstance(value, list | str) for value in values):
        return _lengths(values)
    most = counts.most_common(TALLY)
    named = [f"{_name(value)} ({n:,})" for (_, value), n in most]
    rest = len(counts) - len(most)
    said = ", ".join(named) + (f" and {counted(rest, 'other value')}" if rest else "")
    return f"{_mean(values)}; {said}" if numbers else said


def _mean(values: Sequence[float]) -> str:
    return f"mean {number(sum(values) / len(values))}"


def _lengths(values: Sequence[Json]) -> str:
    if all(isinstance(value, str) for value in values):
        return f"{counted(len(values), 'text')}"
    sizes = [len(value) if isinstance(value, list) else 1 for value in values]
    if min(sizes) == max(sizes):
        return f"{counted(sizes[0], 'value')} each"
    mean = number(sum(sizes) / len(sizes))
    return f"{mean} values a seat on average, from {min(sizes)} to {max(sizes)}"


def _is_number(value: Json) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool)


def _counted(values: Sequence[Json]) -> Counter[tuple[type, Json]]:
    """How many of each; 1, 1.0, true and "1" are four things."""
    try:
        return Counter(zip(map(type, values), values, strict=True))
    except TypeError:  # lists and objects are counted by their words
        return Counter((type(value), _name(value)) for value in values)


def _name(value: Json) -> str:
    """A value as it is counted by; a forfeit by its reason."""
    if isinstance(value, Forfeit):
        return f"forfeit ({value.reason})"
    said = f"[{fact(value)}]" if isinstance(value, list) and value else fact(value)
    return said if len(said) <= LONG else f"{said[:LONG]}…"


def facts(data: Mapping[str, Json]) -> str:
    """A mapping as words: `reason too_long, slot 2`; of long lists the start, and how much more."""
    return ", ".join(_within(data, [f"{key} {fact(data[key])}" for key in list(data)[:ITEMS]]))


def fact(value: Json) -> str:
    """One value as words."""
    if isinstance(value, str):
        return value
    if isinstance(value, Mapping):
        return f"({facts(value)})"
    if isinstance(value, list | tuple):
        return ", ".join(_within(value, [fact(each) for each in value[:ITEMS]])) or "none"
    if value is None:
        return "none"
    said = json.dumps(value)
    return said.replace("-", MINUS) if _is_number(value) else said


def _within(every: Sequence[Json] | Mapping[str, Json], shown: list[str]) -> list[str]:
    more = len(every) - len(shown)
    return [*shown, f"… {more:,} more"] if more else shown


def chain_words(chain: Sequence[Mapping[str, Json]]) -> str:
    """The delivery chain by name and parameters: `loss (rate 0.1), then sanitise`."""
    named = []
    for channel in chain:
        more = facts({key: value for key, value in channel.items() if key != "name"})
        named.append(fact(channel.get("name")) + (f" ({more})" if more else ""))
    return ", then ".join(named)
