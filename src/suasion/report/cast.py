"""Who sits where: a lane for every seat or, where there are many, for all that an agent holds."""

from __future__ import annotations

from collections.abc import Callable, Hashable, Iterable, Sequence
from functools import cached_property
from itertools import chain, islice, zip_longest
from typing import NamedTuple

from suasion.core.asks import Json
from suasion.measures.filed import Held

FEW = 24
"""Seats that are shown each by itself; more are a crowd, gathered by who holds them."""
NAMES = 6
"""Names in a line of words; the rest are counted."""


class Lane(NamedTuple):
    """A line of the reader's map."""

    name: str
    """Of its one seat, or how many it has."""
    agent: str
    """Who holds them, whole."""
    seats: Sequence[int]


class Cast:
    """The seats of one episode as its page shows them."""

    def __init__(self, seats: Sequence[Held]) -> None:
        self.seats = seats
        self.crowd = len(seats) > FEW
        self.lanes = [_lane(seats, group) for group in _groups(seats, self.crowd)]
        self._lane = [0] * len(seats)
        for at, lane in enumerate(self.lanes):
            for seat in lane.seats:
                self._lane[seat] = at

    @cached_property
    def agents(self) -> Sequence[str]:
        """Who holds each lane: the last part of an id where that tells them apart.

        Parameters, `?key=value`, are left out where the names without them do so.
        """
        ids = [lane.agent for lane in self.lanes]
        bare = {id_: id_.partition("?")[0].rpartition("/")[2] for id_ in ids}
        named = {id_: "?".join([bare[id_], *id_.split("?")[1:]]) for id_ in ids}
        for short in (bare, named):
            if len(set(short.values())) == len(short):
                return [short[id_] for id_ in ids]
        return ids

    @cached_property
    def shown(self) -> Sequence[int]:
        """The seats as which the page can be seen; of a crowd the first few of every lane."""
        if not self.crowd:
            return range(len(self.seats))
        focal = (at for at, seat in enumerate(self.seats) if seat.role == "focal")
        turns = zip_longest(*(islice(lane.seats, FEW) for lane in self.lanes))
        inside = (seat for seat in chain.from_iterable(turns) if seat is not None)
        some = dict.fromkeys(chain(islice(focal, FEW), inside))
        return sorted(islice(some, FEW))

    def has(self, seat: Json) -> bool:
        """Whether this is the number of a seat; a record from elsewhere may say anything."""
        return isinstance(seat, int) and not isinstance(seat, bool) and 0 <= seat < len(self.seats)

    def name(self, seat: Json) -> str:
        """A seat in words."""
        return self.seats[seat].name if self.has(seat) else f"seat {seat}"

    def names(self, seats: Sequence[Json]) -> str:
        """Some seats in words; of many the first few, and how many more."""
        return some([self.name(seat) for seat in seats[:NAMES]], len(seats))

    def lane(self, seat: Json) -> int | None:
        """Where a seat's line runs."""
        return self._lane[seat] if self.has(seat) else None

    def agent(self, seat: Json) -> str:
        """Who holds a seat, in short."""
        lane = self.lane(seat)
        if lane is None:
            return ""
        own = self.seats[seat].agent or ""
        return self.agents[lane] if own == self.lanes[lane].agent else own.rpartition("/")[2]

    @property
    def words(self) -> str:
        """Who plays: every seat with its agent, or how many seats each agent holds."""
        return "; ".join(f"{lane.name} {lane.agent or 'unknown'}" for lane in self.lanes)


def some(words: Sequence[str], of: int) -> str:
    """Some words of so many things: `a, b and 3 more`."""
    said = ", ".join(words)
    return f"{said} and {of - len(words):,} more" if of > len(words) else said


def _lane(seats: Sequence[Held], group: Sequence[int]) -> Lane:
    first = seats[group[0]]
    agents = {seats[seat].agent or "" for seat in group}
    if len(group) == 1:
        return Lane(first.name, first.agent or "", group)
    name = f"{len(group):,} seats" + (f" ({first.role})" if first.role == "focal" else "")
    return Lane(name, _in_common(agents), group)


def _in_common(agents: Iterable[str]) -> str:
    several = sorted(agents)
    kinds = {agent.partition("?")[0] for agent in several}
    if len(several) == 1:
        return several[0]
    return kinds.pop() if len(kinds) == 1 else f"{len(several):,} other agents"


def _groups(seats: Sequence[Held], crowd: bool) -> list[list[int]]:
    """A group for each seat; of a crowd for each agent, of many agents for each policy."""
    if not crowd:
        return [[seat] for seat in range(len(seats))]
    keys: tuple[Callable[[Held], Hashable], ...] = (
        lambda seat: (seat.agent, seat.role),
        lambda seat: ((seat.agent or "").partition("?")[0], seat.role),
    )
    for key in keys:
        found: dict[Hashable, list[int]] = {}
        for at, seat in enumerate(seats):
            found.setdefault(key(seat), []).append(at)
        if len(found) <= FEW // 2:
            return list(found.values())
    return _largest(list(found.values()))


def _largest(groups: list[list[int]]) -> list[list[int]]:
    """The largest groups, and the others together at the end."""
    kept = sorted(groups, key=len, reverse=True)[: FEW // 2 - 1]
    apart = {group[0] for group in kept}
    rest = [seat for group in groups if group[0] not in apart for seat in group]
    return [*(group for group in groups if group[0] in apart), sorted(rest)]
