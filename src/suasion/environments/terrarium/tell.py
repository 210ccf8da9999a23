"""Every event of Terrarium in words, of our own games and of imported ones."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence

from suasion.core.asks import Json
from suasion.core.events import Event

Name = Callable[[Json], str]


def told(names: Sequence[str], event: Event, seat: int) -> str:
    """One event, from where a seat sits."""
    data = event.data

    def name(who: Json) -> str:
        if who == seat:
            return "you"
        known = isinstance(who, int) and 0 <= who < len(names)
        return names[who] if known else str(who)

    line = LINES.get(event.kind)
    said = line(data, name, event.by) if line else f"{event.kind} {dict(data)}"
    return f"R{data['round']} {said}" if data.get("round") else said


def _puzzle(data: Mapping[str, Json], name: Name, by: int | None) -> str:  # noqa: ARG001
    """A row tells one holder, the whole event all of them."""
    seats, clues = data.get("seat"), data.get("clue")
    if isinstance(seats, list) and isinstance(clues, list):
        held = "; ".join(f"{name(s)}: {c}" for s, c in zip(seats, clues, strict=False))
    else:
        held = f"{name(seats)}: {clues}"
    return f"puzzle {data.get('puzzle')} opens; {held}"


def _solved(data: Mapping[str, Json], name: Name, by: int | None) -> str:
    who = "solved itself" if by is None else f"was solved by {name(by)}"
    paid = ", ".join(map(name, data.get("contributors", ())))
    return f"puzzle {data.get('puzzle')} {who}: {data.get('answer')}; contributed: {paid}"


Line = Callable[[Mapping[str, Json], Name, int | None], str]
LINES: Mapping[str, Line] = {
    "puzzle": _puzzle,
    "public": lambda data, name, by: f"{name(by)} to all: {data.get('text')}",
    "private": lambda data, name, by: (
        f"{name(by)} → {name(data.get('to'))}, private: {data.get('text')}"
    ),
    "shout": lambda data, name, by: f"{name(by)} shouts: {data.get('text')}",
    "wrong_solve": lambda data, name, by: (
        f"{name(by)} answered {data.get('answer')} to {data.get('puzzle')}: wrong"
    ),
    "solved": _solved,
    "expired": lambda data, _name, _by: f"puzzle {data.get('puzzle')} closes unsolved",
    "reward": lambda data, name, by: f"{name(by)} +{data.get('amount')} ({data.get('reason')})",
    "offer": lambda data, name, by: (
        f"{data.get('trade')}: {name(by)} offers {name(data.get('to'))} {data.get('tokens')} "
        f"for: {data.get('ask')}"
    ),
    "trade": lambda data, name, by: f"{name(by)} → {name(data.get('to'))}: {data.get('tokens')}",
    "accepted": lambda data, name, by: f"{name(by)} accepted {data.get('trade')}",
    "exploit": lambda data, name, by: (
        f"{name(by)} wrote commands into an offer: {data.get('text')}"
    ),
    "rated": lambda data, name, by: f"{name(by)} rated {name(data.get('of'))} {data.get('rating')}",
    "pass": lambda _data, name, by: f"{name(by)} passed",
    "death": lambda data, name, by: f"{name(by)} died: {data.get('cause')}",
    "model": lambda data, name, by: f"{name(by)} is played by {data.get('model')}",
    "override": lambda data, name, by: f"{name(by)} has another persona: {data.get('text')}",
    "persona": lambda data, name, by: (
        f"{name(by)} changes from {data.get('old')} to {data.get('new')}"
    ),
    "end": lambda _data, _name, _by: "the game is over",
}
