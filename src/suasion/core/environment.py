"""The contract: who sits where, who answers when, what follows, what it pays, and its words."""

from __future__ import annotations

import json
from abc import ABC, abstractmethod
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import asdict, is_dataclass
from typing import TYPE_CHECKING, Any, ClassVar, Generic, NamedTuple, Protocol, TypeVar, cast

from suasion.core.asks import Answer, Ask, Json
from suasion.core.chance import Chance, Seeded, Source
from suasion.core.events import EVERYONE, NOTHING, Event, To

if TYPE_CHECKING:
    from suasion.core.episode import Decision

S = TypeVar("S")


class BadSetting(ValueError):
    """A setting that the rules cannot be played with."""

    def __init__(self, name: str, value: object, expected: str) -> None:
        super().__init__(f"setting {name!r} is {value!r}: expected {expected}")
        self.name, self.value, self.expected = name, value, expected


class Seat(NamedTuple):
    """A place; the rules call it by its number, people by its name."""

    name: str
    role: str = ""
    team: str = ""


class Turn(NamedTuple):
    """What a seat is asked now. Seats that are asked the same may share one."""

    ask: Ask
    situation: Mapping[str, Json] = NOTHING
    """What the seat can see now beside what it was told: scores, a window, legal targets."""
    told_to: int | None = None
    """The horizon: only events before this id are told first; `None` is all of them."""
    seconds: float | None = None
    """Advice to whoever waits for a person; the rules know no clock."""


class Aside(NamedTuple):
    """A question out of band. No seat remembers it and `step` never sees the answer."""

    name: str
    seat: int
    turn: Turn
    repeats: int = 1


class Out(Protocol):
    """Where the rules put facts, and ask what became of them."""

    @property
    def here(self) -> int:
        """The id of the next event: the horizon 'before anything that follows'."""

    def emit(
        self,
        kind: str,
        by: int | None = None,
        data: Mapping[str, Json] = NOTHING,
        to: To = EVERYONE,
        truth: Mapping[str, Json] = NOTHING,
    ) -> int:
        """Record one fact; its id. Data and truth are the event's own: never changed later."""

    def delivered(self, event: int, seat: int) -> bool:
        """Whether an event has reached a seat: it may be lost, late or sent elsewhere."""

    @property
    def direct(self) -> bool:
        """Whether every event reaches whom it is told, at once and as it is: no channels."""

    def arrived(self, seat: int, since: int) -> Sequence[Event]:
        """What has reached a seat, in its order, but for the first `since`: for rules that show
        a seat windows in place of telling it news.
        """


class Environment(ABC, Generic[S]):
    """Rules and words; a frozen dataclass of settings.

    The caller of `step` gives the state away: `step` may change it or make a new one, and
    nobody holds an older one. Nothing else is kept between calls; no clock, file or global.
    Settings that cannot be played raise `BadSetting` when the environment is made.
    """

    name: ClassVar[str]
    version: ClassVar[str] = "1"
    """Changed whenever the same settings, seed and answers could give another record."""
    postponed: ClassVar[Mapping[str, str]] = NOTHING
    """Settings that are refused by name, `name` or `name=value`, and what to say of each."""
    visible: ClassVar[tuple[str, ...]] = ()
    """Parts of a situation that show how the world stands, whatever made it so: what an answer
    changes in them is no leak, though no event told of it. What they hold, tests of their own say.
    """

    @abstractmethod
    def seats(self) -> Sequence[Seat]:
        """The seats these settings make."""

    def source(self, seed: int) -> Source:
        """Where the draws of an episode come from: a stream for each name, unless said here."""
        return Seeded(seed)

    @abstractmethod
    def open(self, chance: Chance, out: Out) -> S:
        """Deal a fresh episode."""

    @abstractmethod
    def turns(self, state: S) -> Mapping[int, Turn]:
        """Who must answer now: none when it is over, several when at the same time."""

    @abstractmethod
    def step(self, state: S, answers: Mapping[int, Answer], chance: Chance, out: Out) -> S:
        """Apply one answer, or forfeit, of each seat that was asked."""

    @abstractmethod
    def payoffs(self, state: S) -> Sequence[float]:
        """What each seat holds; final once nobody has a turn."""

    def asides(self, state: S) -> Sequence[Aside]:  # noqa: ARG002 - for those who override it
        """The rules' own probes at this moment; a study may add more."""
        return ()

    def outcome(self, state: S) -> Mapping[str, Json]:  # noqa: ARG002
        """The facts of the end; what is by seat is a list in seat order."""
        return NOTHING

    def carry(self, state: S) -> Json:  # noqa: ARG002
        """What the next episode of a chain inherits: settings by name over the study's, or null."""
        return None

    @abstractmethod
    def brief(self, seat: int) -> str:
        """The rules, told to a seat once."""

    @abstractmethod
    def tell(self, event: Event, seat: int) -> str:
        """One event, told to a seat."""

    def now(self, turn: Turn, seat: int) -> str:  # noqa: ARG002
        """The situation, and what may be answered."""
        return ""


def settings(env: Environment[Any]) -> dict[str, Json]:
    """The settings in force, as plain JSON: the fields of the environment."""
    fields: dict[str, Any] = asdict(env) if is_dataclass(env) and not isinstance(env, type) else {}
    return cast("dict[str, Json]", json.loads(json.dumps(fields, allow_nan=False)))


class Asked(NamedTuple):
    """All that a seat is given when it must answer."""

    step: int
    seat: int
    aside: str
    repeat: int
    turn: Turn
    news: Sequence[Event]
    """What it was told since it last answered."""
    chance: Chance
    """Its own, for a script."""

    @property
    def key(self) -> tuple[int, int, str, int]:
        """Where in the episode it belongs."""
        return self[:4]


class AskedMany(NamedTuple):
    """All that a group of seats is given when they must answer: the same turn, and columns."""

    step: int
    seat: int
    """The first of them, which stands for all in the record."""
    aside: str
    repeat: int
    turn: Turn
    news: Sequence[Event]
    """What all were told since they last answered; of events in columns, the rows of these seats
    in their order, as far as they have one."""
    chance: Chance
    """The group's own."""
    seats: tuple[int, ...]
    own: Mapping[int, Sequence[Event]]
    """What single seats were told beside, by seat."""

    @property
    def key(self) -> tuple[int, int, str, int]:
        """Where in the episode it belongs."""
        return self[:4]


class Group(NamedTuple):
    """One script for many seats: the same object at each of their places in the line-up.

    It answers for all that share a turn at once, an answer a seat and in their order. Rules and
    other seats cannot tell it from as many scripts.
    """

    answers: Callable[[AskedMany], Sequence[Json]]
    alone: Policy | None = None
    """The same script for one seat, asked as any other is: to stand in for a model, say."""


class Said(NamedTuple):
    """An answer of a script, and the truth of what it meant by it, which no seat is told."""

    answer: Answer
    meant: Mapping[str, Json]


Policy = Callable[[Asked], Answer | Said]
"""A scripted seat, fresh for every episode: told news and its turn, never the state."""


class Reply(NamedTuple):
    """What a model or a person said; the ask reads it."""

    text: str
    meant: Mapping[str, Json] = NOTHING
    """What a script behind it meant; models and people leave it empty."""


Recall = Callable[[str, Callable[[], Awaitable[str]]], Awaitable[str]]
"""`await recall(name, call)` is an inner call: taken from the record, or else made and kept."""


class Live(NamedTuple):
    """A seat that is waited for: a model or a person. Its replies are never asked for twice."""

    ask: Callable[[Asked, Recall], Awaitable[Reply]]
    resume: Callable[[Asked, Decision], None] | None = None
    """Told of every answer the record already holds, so that a seat can rebuild its memory."""


class Blocked(Exception):
    """A seat could not be asked. It is no answer: the episode waits and can be resumed."""


def words(env: Environment[Any], asked: Asked) -> str:
    """All that a seat is told before it answers, its first brief aside."""
    told = [env.tell(event, asked.seat) for event in asked.news]
    return "\n".join(filter(None, [*told, env.now(asked.turn, asked.seat)]))
