"""Who sits where: a log gives seats by number and clues by name, and never says both at once.

In order, until nothing follows any more:

1. A private message names its target both ways, and the first persona that an agent loses by
   rotation is its own. What most lines say stands; a line that says otherwise is a doubt.
2. An agent whose round of death no other shares is the one that the end lists with that round.
3. A puzzle that solved itself has its two holders as contributors: where one is known, so is the
   other.
4. Where one number and one name are left over, they belong together.

What is still open gets the default order (Vera, Kip, Sable, Marsh, Dove, Flint), and then the order
in which names appear; that is a doubt too. In games of two models the order is another one, so
what lines say goes before it.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from typing import NamedTuple

from suasion.core.asks import Json
from suasion.environments.terrarium.log_checks import Logged, seat_of

DEFAULT = ("Vera", "Kip", "Sable", "Marsh", "Dove", "Flint")


class Doubt(NamedTuple):
    """Something a line says that is not sure."""

    line: int
    reason: str


class Seated(NamedTuple):
    """The names of the seats, in their order."""

    names: tuple[str, ...]
    doubts: Sequence[Doubt]


def seated(log: Sequence[Logged]) -> Seated:
    """The seats of a log."""
    listed = list(_listed(log))
    names = listed or list(_mentioned(log))
    size = len(listed) or max(len(names), max(_numbers(log), default=-1) + 1)
    known, doubts = _said(log, range(size), names)
    _follow(known, names, size, log)
    open_ = [seat for seat in range(size) if seat not in known]
    known |= _by_default(open_, [name for name in names if name not in known.values()])
    if open_:
        said = ", ".join(f"agent_{seat} is {known[seat]}" for seat in open_)
        end = log[-1].line
        doubts.append(Doubt(end, f"names_by_default_order: no line tells that {said}"))
    return Seated(tuple(known[seat] for seat in range(size)), doubts)


def _listed(log: Sequence[Logged]) -> Mapping[str, None]:
    """Every name that the end of the game lists."""
    found: dict[str, None] = {}
    for fields in (logged.known for logged in log if logged.type == "GAME_END"):
        found |= dict.fromkeys(fields.get("final_balances", ()))
        found |= dict.fromkeys(fields.get("survivors", ()))
        found |= dict.fromkeys(each["name"] for each in fields.get("eliminated", ()))
    return found


def _mentioned(log: Sequence[Logged]) -> Mapping[str, None]:
    """Every name that a line holds, in the order in which they appear."""
    found: dict[str, None] = {}
    for logged in log:
        fields = logged.known
        holders = fields.get("clue_holders", ())
        found |= dict.fromkeys(each for each in holders if seat_of(each) is None)
        for field in ("target_name", "agent_name", "old_persona", "new_persona"):
            if fields.get(field) is not None:
                found[fields[field]] = None
    return found


def _numbers(log: Sequence[Logged]) -> set[int]:
    """Every seat that a line mentions by its number."""
    found = {logged.by for logged in log}
    for logged in log:
        fields = logged.known
        found |= {seat_of(fields.get(field)) for field in ("target", "from")}
        found |= set(map(seat_of, fields.get("contributors", ())))
        found |= set(map(seat_of, fields.get("clue_holders", ())))
    return {seat for seat in found if seat is not None}


def _said(
    log: Sequence[Logged], seats: Sequence[int], names: Sequence[str]
) -> tuple[dict[int, str], list[Doubt]]:
    """The names that lines tell outright, and the lines that tell another."""
    told, there = list(_pairs(log)), set(names)
    sound = [(seat, name) for seat, name, _ in told if seat in seats and name in there]
    counts = Counter(sound)
    known: dict[int, str] = {}
    for (seat, name), _ in counts.most_common():
        if seat not in known and name not in known.values():
            known[seat] = name
    return known, [
        Doubt(line, f"name_disagrees: agent_{seat} is {known.get(seat, 'another')} elsewhere")
        for seat, name, line in told
        if known.get(seat) != name
    ]


def _pairs(log: Sequence[Logged]) -> Iterator[tuple[int, str, int]]:
    """Seat, name and line, wherever a line says both."""
    swapped: set[int] = set()
    for logged in log:
        target, name = seat_of(logged.known.get("target")), logged.known.get("target_name")
        if target is not None and name is not None:
            yield target, name, logged.line
        if logged.type == "PERSONA_SWAP" and logged.by is not None and logged.by not in swapped:
            swapped.add(logged.by)
            yield logged.by, logged.known["old_persona"], logged.line


def _follow(known: dict[int, str], names: Sequence[str], size: int, log: Sequence[Logged]) -> None:
    """Add every name that follows from those that are known."""
    for name, seat in _by_death(log).items():
        if seat not in known and name not in known.values():
            known[seat] = name
    pairs = list(_holders(log))
    before = -1
    while before < len(known) < size:
        before = len(known)
        for seats, holders in pairs:
            _one_left(known, seats, holders)
        _one_left(known, range(size), names)


def _by_death(log: Sequence[Logged]) -> Mapping[str, int]:
    """Those who died in a round of their own."""
    dead = [(logged.round, logged.by) for logged in log if logged.type == "DEATH"]
    listed = [
        (each["death_round"], each["name"])
        for logged in log
        for each in logged.known.get("eliminated", ())
        if each.get("death_round") is not None
    ]
    alone = {round_ for round_, n in Counter(at for at, _ in dead).items() if n == 1}
    alone &= {round_ for round_, n in Counter(at for at, _ in listed).items() if n == 1}
    seat = {at: by for at, by in dead if by is not None}
    return {name: seat[at] for at, name in listed if at in alone and at in seat}


def _holders(log: Sequence[Logged]) -> Iterator[tuple[Sequence[int], Sequence[str]]]:
    """The contributors of puzzles that solved themselves, and the holders of their clues."""
    held: dict[str, Sequence[str]] = {}
    for logged in log:
        puzzle: Json = logged.known.get("puzzle_id")
        if logged.type == "PUZZLE_CREATED":
            held[puzzle] = list(logged.known["clue_holders"])
        elif logged.type == "PUZZLE_SOLVED" and logged.known.get("auto_solved"):
            seats = [
                seat for each in logged.known["contributors"] if (seat := seat_of(each)) is not None
            ]
            names = held.get(puzzle, ())
            if len(set(seats)) == len(names):
                yield seats, names


def _one_left(known: dict[int, str], seats: Sequence[int], names: Sequence[str]) -> None:
    """Where one seat and one name of a group are open, they belong together."""
    open_ = [seat for seat in seats if seat not in known]
    taken = set(known.values())
    free = [name for name in names if name not in taken]
    if len(open_) == len(free) == 1:
        known[open_[0]] = free[0]


def _by_default(open_: Sequence[int], free: Sequence[str]) -> dict[int, str]:
    """The default order where its names are free, then the free names, then the numbers."""
    found = {seat: DEFAULT[seat] for seat in open_ if seat < len(DEFAULT) and DEFAULT[seat] in free}
    rest = iter([name for name in free if name not in found.values()])
    return found | {seat: next(rest, f"agent_{seat}") for seat in open_ if seat not in found}
