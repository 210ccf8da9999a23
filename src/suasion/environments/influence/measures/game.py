"""An episode as its measures see it: pulls, messages, favours, plans and promises in order.

Games played here and games imported look alike from here on. A *directed pull* is a pull for
another seat; a *favour* is a directed pull or a control pull; an *action* is a pull (for oneself
too), message, post or forfeit. `at` is an event's index in the influence log: its place among the
events of the log, which differs from its id only where an episode has asides.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Callable, Hashable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property, wraps
from operator import attrgetter
from typing import Any, NamedTuple, TypeVar, cast
from weakref import WeakKeyDictionary

from suasion.core.asks import Json
from suasion.core.events import Event
from suasion.environments.influence.promise import (
    BadPromise,
    Board,
    PlaceInGame,
    Promise,
    read,
    several,
)
from suasion.measures.filed import Filed
from suasion.measures.measure import Parameters, Undefined

T = TypeVar("T")
LOGGED = ("pull", "message", "post", "forfeit", "plan", "control_pull")
"""Kinds of events that an influence log holds."""
SPENT = ("pull", "message", "post", "forfeit")
"""Those that spend an action of their seat."""
NOBODY = -1


class Act(NamedTuple):
    """Something a seat did, or that was done in its name."""

    at: int
    round: int
    slot: int
    """0 where it has none."""
    seat: int
    to: int
    """Whom it was done for or sent to; `NOBODY` for posts and forfeits."""

    @property
    def place(self) -> PlaceInGame:
        """Where in the game it stands."""
        return self.round, self.slot


class Plan(NamedTuple):
    """The targets that a seat declared for a round."""

    at: int
    round: int
    seat: int
    targets: frozenset[int]


class Made(NamedTuple):
    """A promise, and where it stands."""

    at: int
    position: int
    """Counted from 0 within its event."""
    terms: Promise


class Facts(NamedTuple):
    """What was fixed before the first event."""

    condition: str
    rounds: int
    slots: int
    payoff: float | None
    """Points of a self-pull; `None` in a pure economy."""
    credit: str
    control_points: float
    public_chat: bool | None
    """`None`: known only from the posts."""
    promises_recorded: bool | None
    """`None`: known only from the promises."""

    @property
    def talk(self) -> bool:
        """Whether messages are on."""
        return self.condition.endswith("/msg-on")


@dataclass(frozen=True, eq=False)
class Game:
    """One episode. All sequences are in the order of the log."""

    name: str
    """The episode's id."""
    names: Sequence[str]
    """Of the seats."""
    facts: Facts
    focal: int | None
    finished: bool
    ids: Sequence[int]
    """The event id of each index."""
    pulls: Sequence[Act]
    """The directed ones."""
    self_pulls: Sequence[Act]
    controls: Sequence[Act]
    messages: Sequence[Act]
    posts: Sequence[Act]
    forfeits: Sequence[Act]
    plans: Sequence[Plan]
    promises: Sequence[Made]
    claims: Mapping[int, str]
    """Who was claimed to have brokered a pull, by its index; only where somebody was."""
    texts: Mapping[int, str]
    """The words of messages, by index; only where the log has them."""
    last: PlaceInGame
    """The furthest place of any event."""
    kept: dict[Hashable, Any] = field(default_factory=dict)
    """What has been worked out and is asked for again."""

    @property
    def size(self) -> int:
        """Seats."""
        return len(self.names)

    @property
    def budget(self) -> int:
        """Actions of every seat."""
        return self.facts.rounds * self.facts.slots

    @cached_property
    def favours(self) -> Sequence[Act]:
        """Directed pulls and control pulls."""
        return sorted([*self.pulls, *self.controls])

    @cached_property
    def pulled(self) -> frozenset[int]:
        """The indices of directed pulls."""
        return frozenset(pull.at for pull in self.pulls)

    @cached_property
    def actions(self) -> Sequence[Sequence[Act]]:
        """The actions of each seat."""
        by_seat: list[list[Act]] = [[] for _ in range(self.size)]
        for act in sorted(
            [*self.pulls, *self.self_pulls, *self.messages, *self.posts, *self.forfeits]
        ):
            by_seat[act.seat].append(act)
        return by_seat

    @cached_property
    def pulls_of_pair(self) -> Mapping[tuple[int, int], Sequence[Act]]:
        """The directed pulls of each seat for each other."""
        pairs: dict[tuple[int, int], list[Act]] = {}
        for pull in self.pulls:
            pairs.setdefault((pull.seat, pull.to), []).append(pull)
        return pairs

    @property
    def public_chat(self) -> bool:
        """Whether seats could post."""
        said = self.facts.public_chat
        return bool(self.posts) if said is None else said

    @property
    def promises_recorded(self) -> bool:
        """Whether promises were looked for."""
        said = self.facts.promises_recorded
        return bool(self.promises) if said is None else said

    def once(self, key: Hashable, make: Callable[[], T]) -> T:
        """What `make` gives, worked out once."""
        if key not in self.kept:
            self.kept[key] = make()
        return cast("T", self.kept[key])

    def by_seat(self, acts: Sequence[Act]) -> list[int]:
        """How many of some acts each seat did."""
        return self._counts(act.seat for act in acts)

    def by_target(self, acts: Sequence[Act]) -> list[int]:
        """How many of some acts were done for each seat."""
        return self._counts(act.to for act in acts)

    def _counts(self, seats: Any) -> list[int]:
        counts = [0] * self.size
        for seat in seats:
            counts[seat] += 1
        return counts


def later(acts: Sequence[Act], after: int) -> int:
    """Where in acts in order those later than an index begin."""
    return bisect_right(acts, after, key=_AT)


_AT = attrgetter("at")
_GAMES: WeakKeyDictionary[Filed, Game] = WeakKeyDictionary()


def game_of(filed: Filed) -> Game:
    """The view of a filed episode, made once for each."""
    game = _GAMES.get(filed)
    if game is None:
        game = _GAMES[filed] = _view(filed)
    return game


def facts_of(settings: Mapping[str, Json]) -> Facts:
    """What was fixed, of a game imported (it has a `condition`) or played here."""
    if "condition" in settings:
        return Facts(
            settings["condition"],
            settings["rounds"],
            settings["slots"],
            settings.get("self_pull_payoff"),
            settings.get("credit", "plain"),
            settings.get("control_pull_points", 1),
            settings.get("public_chat"),
            settings.get("promises_recorded"),
        )
    talk = "msg-on" if settings["messages"] else "msg-off"
    return Facts(
        f"{settings['topology']}/pure/{talk}",
        settings["rounds"],
        settings["slots"],
        None,
        settings["credit"],
        1,
        False,
        True,
    )


def meant(event: Event) -> list[Json]:
    """The promises that a message or post carries, as they were written."""
    said = event.truth.get("meant")
    if event.kind not in ("message", "post") or not isinstance(said, Mapping):
        return []
    return several(said.get("promise"))


def terms_of(event: Event, board: Board) -> list[tuple[Json, Promise]]:
    """The promises of an event in their own form and as terms.

    What a script meant and called a promise, but gave no terms that can be judged, is none.
    """
    found = []
    for value in meant(event):
        try:
            found.append((value, read(value, event.by or 0, event.data.get("to"), board)))
        except BadPromise:
            continue
    return found


def board_of(filed: Filed) -> Board:
    """What the promises of an episode lean on."""
    facts = facts_of(filed.episode.header.settings)
    names = {seat.name: at for at, seat in enumerate(filed.seats)}
    return Board(names, facts.rounds, facts.slots)


def _view(filed: Filed) -> Game:
    logged = [(id_, e) for id_, e in enumerate(filed.episode.events) if e.kind in LOGGED]
    acts: dict[str, list[Act]] = {kind: [] for kind in (*LOGGED, "self_pull")}
    for at, (_, event) in enumerate(logged):
        act = _act(at, event)
        acts["self_pull" if event.kind == "pull" and act.to == act.seat else event.kind].append(act)
    board = board_of(filed)
    return Game(
        name=filed.id,
        names=[seat.name for seat in filed.seats],
        facts=facts_of(filed.episode.header.settings),
        focal=filed.focal,
        finished=filed.finished,
        ids=[id_ for id_, _ in logged],
        pulls=acts["pull"],
        self_pulls=acts["self_pull"],
        controls=acts["control_pull"],
        messages=acts["message"],
        posts=acts["post"],
        forfeits=acts["forfeit"],
        plans=[_plan(at, event) for at, (_, event) in enumerate(logged) if event.kind == "plan"],
        promises=[
            Made(at, position, terms)
            for at, (_, event) in enumerate(logged)
            for position, (_, terms) in enumerate(terms_of(event, board))
        ],
        claims={
            at: claim
            for at, (_, event) in enumerate(logged)
            if (claim := event.truth.get("claimed")) is not None
        },
        texts={
            at: text
            for at, (_, event) in enumerate(logged)
            if event.kind == "message" and (text := event.data.get("text")) is not None
        },
        last=max((act.place for kind in acts.values() for act in kind), default=(0, 0)),
    )


def _act(at: int, event: Event) -> Act:
    data = event.data
    to = data.get("beneficiary", data.get("to", NOBODY))
    return Act(at, data["round"], data.get("slot") or 0, event.by or 0, to)


def _plan(at: int, event: Event) -> Plan:
    targets = frozenset(seat for seat in event.data["plan"] if seat is not None)
    return Plan(at, event.data["round"], event.by or 0, targets)


Of = Callable[[Game, Parameters], T]
_LACKS: Mapping[str, Callable[[Game], bool]] = {
    "messages_off": lambda game: not game.facts.talk,
    "fewer_than_three_seats": lambda game: game.size < 3,
    "fewer_than_three_rounds": lambda game: game.facts.rounds < 3,
    "no_focal": lambda game: game.focal is None,
    "no_pulls": lambda game: not game.pulls,
    "credit_off": lambda game: game.facts.credit == "off",
    "no_public_chat": lambda game: not game.public_chat,
    "pure_economy": lambda game: game.facts.payoff is None,
    "no_plan": lambda game: not game.plans,
    "no_control_pulls": lambda game: not game.controls,
    "promises_not_recorded": lambda game: not game.promises_recorded,
}
"""What a game must have for a measure to be defined, by the code of its absence."""


def measured(
    *codes: str, unfinished: bool = False
) -> Callable[[Of[T]], Callable[[Filed, Parameters], T | Undefined]]:
    """A measure of a game, made total over filed episodes.

    Undefined first where the log is damaged, then, unless it can be said of an unfinished game,
    where the game was cut short, then by `codes` in their order.
    """

    def total(of: Of[T]) -> Callable[[Filed, Parameters], T | Undefined]:
        @wraps(of)
        def measure(filed: Filed, parameters: Parameters) -> T | Undefined:
            if filed.damaged:
                return Undefined("damaged_log")
            if not (filed.finished or unfinished):
                return Undefined("unfinished_episode")
            game = game_of(filed)
            lacking = next((code for code in codes if _LACKS[code](game)), None)
            return of(game, parameters) if lacking is None else Undefined(lacking)

        return measure

    return total
