"""An episode as its measures see it: messages, puzzles, trades and deaths in order.

Games played here and games imported look alike from here on. A *message* is a public or a private
one; a shout is free and counted apart, as the published reports do.
"""

from __future__ import annotations

from collections.abc import Callable, Hashable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property, wraps
from typing import Any, NamedTuple, TypeVar, cast
from weakref import WeakKeyDictionary

from suasion.core.events import Event
from suasion.environments.terrarium.measures.balances import held_at_ends
from suasion.measures.filed import Filed
from suasion.measures.measure import Parameters, Undefined

T = TypeVar("T")


class Sent(NamedTuple):
    """A message."""

    id: int
    """Of its event."""
    round: int
    by: int
    to: int | None
    """`None` for a public one."""
    text: str


class Puzzle(NamedTuple):
    """A puzzle as it was dealt."""

    id: int
    """Of its event."""
    round: int
    name: str
    """Such as `Q-1`."""
    clues: Mapping[int, str]
    """By the seat that holds it."""


class Solved(NamedTuple):
    """A puzzle that was solved."""

    id: int
    round: int
    puzzle: str
    by: int | None
    """`None` where it solved itself."""
    contributors: Sequence[int]
    cooperative: bool


class Given(NamedTuple):
    """Tokens that changed hands."""

    id: int
    round: int
    by: int
    to: int
    tokens: float


class Did(NamedTuple):
    """Any other act of a seat."""

    id: int
    round: int
    by: int


@dataclass(frozen=True, eq=False)
class Game:
    """One episode. All sequences are in the order of events."""

    names: Sequence[str]
    agents: Sequence[str | None]
    rounds: int
    finished: bool
    messages: Sequence[Sent]
    shouts: Sequence[Sent]
    puzzles: Sequence[Puzzle]
    solved: Sequence[Solved]
    trades: Sequence[Given]
    others: Mapping[str, Sequence[Did]]
    """Wrong answers, exploits, passes and deaths by kind, and what expired."""
    models: Mapping[int, str]
    """The models that the log names, by seat."""
    death_rounds: Sequence[int | None]
    """As the end has them; those of deaths that no event tells, too."""
    balances: Sequence[float | None] | None
    """At the end; `None` where it is not on record."""
    ends: Callable[[], Sequence[Sequence[float]]]
    kept: dict[Hashable, Any] = field(default_factory=dict)
    """What has been worked out and is asked for again."""

    @property
    def size(self) -> int:
        """Seats."""
        return len(self.names)

    @cached_property
    def public(self) -> Sequence[Sent]:
        """Messages to all."""
        return [sent for sent in self.messages if sent.to is None]

    @cached_property
    def private(self) -> Sequence[Sent]:
        """Messages to one seat."""
        return [sent for sent in self.messages if sent.to is not None]

    @cached_property
    def held(self) -> Sequence[Sequence[float]]:
        """What each seat holds at the end of each round: rounds x seats."""
        return self.ends()

    @cached_property
    def died(self) -> Mapping[int, int]:
        """The round in which each of the dead died."""
        found: dict[int, int] = {}
        for death in self.of("death"):
            found.setdefault(death.by, death.round)
        listed = {seat: at for seat, at in enumerate(self.death_rounds) if at is not None}
        return {**listed, **found}

    def of(self, kind: str) -> Sequence[Did]:
        """The other acts of a kind."""
        return self.others.get(kind, ())

    def once(self, key: Hashable, make: Callable[[], T]) -> T:
        """What `make` gives, worked out once."""
        if key not in self.kept:
            self.kept[key] = make()
        return cast("T", self.kept[key])

    def count(self, seats: Iterable[int | None]) -> list[int]:
        """How often each seat occurs."""
        counts = [0] * self.size
        for seat in seats:
            if seat is not None:
                counts[seat] += 1
        return counts


_GAMES: WeakKeyDictionary[Filed, Game] = WeakKeyDictionary()


def game_of(filed: Filed) -> Game:
    """The view of a filed episode, made once for each."""
    game = _GAMES.get(filed)
    if game is None:
        game = _GAMES[filed] = _view(filed)
    return game


OTHER = ("wrong_solve", "exploit", "pass", "death", "expired")


def _view(filed: Filed) -> Game:
    episode = filed.episode
    events, outcome, size = episode.events, episode.outcome, len(filed.seats)
    others: dict[str, list[Did]] = {kind: [] for kind in OTHER}
    for id_, event in episode.of(*OTHER):
        others[event.kind].append(Did(id_, event.data["round"], event.by or 0))
    last = max((event.data.get("round", 0) for event in events), default=0)  # asides have none
    rounds = int(outcome.get("rounds", last))
    return Game(
        names=[seat.name for seat in filed.seats],
        agents=[seat.agent for seat in filed.seats],
        rounds=rounds,
        finished=filed.finished,
        messages=[_sent(id_, event) for id_, event in episode.of("public", "private")],
        shouts=[_sent(id_, event) for id_, event in episode.of("shout")],
        puzzles=[_puzzle(id_, event) for id_, event in episode.of("puzzle")],
        solved=[_solved(id_, event) for id_, event in episode.of("solved")],
        trades=[
            Given(id_, event.data["round"], event.by or 0, event.data["to"], event.data["tokens"])
            for id_, event in episode.of("trade")
        ],
        others=others,
        models={event.by or 0: event.data["model"] for _, event in episode.of("model")},
        death_rounds=outcome.get("death_rounds", ()),
        balances=outcome.get("balances"),
        ends=lambda: held_at_ends(events, episode.header.settings, size, rounds),
    )


def _sent(id_: int, event: Event) -> Sent:
    data = event.data
    return Sent(id_, data["round"], event.by or 0, data.get("to"), data["text"])


def _puzzle(id_: int, event: Event) -> Puzzle:
    data = event.data
    clues = dict(zip(data["seat"], data["clue"], strict=True))
    return Puzzle(id_, data["round"], data["puzzle"], clues)


def _solved(id_: int, event: Event) -> Solved:
    data = event.data
    by = None if data["auto"] else event.by
    return Solved(id_, data["round"], data["puzzle"], by, data["contributors"], data["cooperative"])


Of = Callable[[Game, Parameters], T]


def measured(
    *, whole: bool = False
) -> Callable[[Of[T]], Callable[[Filed, Parameters], T | Undefined]]:
    """A measure of a game, made total over filed episodes.

    Undefined where the log is damaged and, with `whole`, where the game was cut short; what can be
    counted so far is counted.
    """

    def total(of: Of[T]) -> Callable[[Filed, Parameters], T | Undefined]:
        @wraps(of)
        def measure(filed: Filed, parameters: Parameters) -> T | Undefined:
            if filed.damaged:
                return Undefined("damaged_log")
            if whole and not filed.finished:
                return Undefined("unfinished_episode")
            return of(game_of(filed), parameters)

        return measure

    return total


Ids = Callable[[Filed, Any], Iterable[int]]
"""Evidence: the ids of the events behind a value."""


def ids(found: Callable[[Game], Iterable[int]]) -> Ids:
    """Evidence of an episode: the ids of events, in order and each once."""

    def evidence(filed: Filed, _: Any) -> Sequence[int]:
        return sorted(set(found(game_of(filed))))

    return evidence
