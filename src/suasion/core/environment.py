"""The contract: who sits where, who answers when, what follows, what it pays, and its words."""

from __future__ import annotations

import json
from abc import ABC, abstractmethod
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import asdict, dataclass, field, fields
from typing import TYPE_CHECKING, Any, ClassVar, Final, Generic, NamedTuple, Protocol, TypeVar, cast

from suasion.core.asks import Answer, Ask, Json, Parsed
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


STANDARD: Final = ("realism", "belief")
"""What is asked aside in any environment, by setting."""
QUESTION: Final = "question, asked aside"
"""In the situation of a standard aside: all its words, and the moment that it is asked in."""
AFRESH: Final = "asked afresh"
"""In a situation, where a seat is asked as one that was told nothing before: not its brief, not
what happened, and nothing of this later. Its value is empty where what is told is all there is;
else what is told asks the seat, with all that it remembers, for notes, and the value is what it is
then asked with these notes alone. A seat that cannot forget forfeits by the name `CANNOT_FORGET`.
"""
CANNOT_FORGET: Final = "cannot_forget"
TOKENS: Final = "with token probabilities"
"""In a situation, where the log-probabilities of the tokens of an answer are kept as part of it:
under this name in what was meant by it, as the server gave them, where it gave any."""


class Belief(NamedTuple):
    """How a seat is asked what it holds true, apart from what it says."""

    question: str
    holds: Ask
    """What it may hold: where it can be, something that its statements can be compared with."""
    form: str
    """How that is written, in words: `"yes" or "no"`, say."""


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


@dataclass(frozen=True)
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
    changes in them is no leak, though no event told of it. Nor is what a seat is shown in them that
    is asked afresh, in place of what it would remember. What they hold, tests of their own say.
    """

    gained: ClassVar[tuple[str, ...]] = ()
    """Settings that these rules have gained, whose defaults leave an episode as it was before: they
    stand in a record only where they are not at them, so that its digest stays too."""
    wordings: ClassVar[int] = 1
    """How many paraphrases of its words there are; `brief` and `now` follow `wording`."""

    wording: int = field(default=0, kw_only=True)
    """Which paraphrase of its words seats are told; every environment has at least the first."""
    asked_aside: tuple[tuple[str, tuple[int, ...]], ...] = field(default=(), kw_only=True)
    """Standard asides that are asked, by name, and of which seats (`suasion.core.asides`)."""

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

    def recorded(self, aside: str, answer: Json) -> Mapping[str, Json]:  # noqa: ARG002
        """What the event of an answer out of band holds: the answer, unless said here."""
        return {"answer": answer}

    def belief(self, state: S, seat: int) -> Belief | None:  # noqa: ARG002
        """What a seat that acts now is asked that it holds true; `None` for the usual question."""
        return None

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


def check_wording(env: Environment[Any]) -> None:
    """Whether the paraphrase that is set exists; for all environments, in one place.

    Errors: `BadSetting`.
    """
    if not 0 <= env.wording < env.wordings:
        last = env.wordings - 1
        expected = f"from 0 to {last}" if last else f"0, since {env.name} has one wording"
        raise BadSetting("wording", env.wording, expected)


def settings(env: Environment[Any]) -> dict[str, Json]:
    """The settings in force, as plain JSON: the fields of the environment.

    Those that every environment has, and those that these rules have gained, stand there only where
    they are not at their defaults.
    """
    usual = {**USUAL, **gained(env)}
    given = {name: value for name, value in asdict(env).items() if value != usual.get(name, ...)}
    return cast("dict[str, Json]", json.loads(json.dumps(given, allow_nan=False)))


def gained(env: Environment[Any] | type[Environment[Any]]) -> dict[str, Any]:
    """The settings that rules have gained, with their defaults."""
    if not env.gained:
        return {}
    rules: Any = env
    return {each.name: each.default for each in fields(rules) if each.name in env.gained}


USUAL: Mapping[str, Any] = {each.name: each.default for each in fields(Environment)}
"""The settings that every environment has, and their defaults."""


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
    read: Parsed | None = None
    """What the text became, where whoever holds the seat has read it; else the ask reads it."""


class Line(Protocol):
    """How a seat that is waited for reaches outside, so that all it gets is on record first."""

    @property
    def brief(self) -> str:
        """What the seat was told once, before everything else."""

    @property
    def told(self) -> str:
        """The words it is asked with: what happened since it last answered, and the ask."""

    @property
    def name(self) -> str:
        """What the seat is called."""

    @property
    def episode(self) -> str:
        """The episode's id, the same at every resume; empty where nothing is recorded."""

    @property
    def files(self) -> Mapping[str, Any]:
        """Files that its brief may show, by the hashes that it names them by."""

    def recall(self, name: str, call: Callable[[], Awaitable[str]]) -> Awaitable[str]:
        """An inner call: its words from the record, or else made and kept."""

    def send(self, request: Any, name: str = "") -> Awaitable[Any]:
        """One call of a model, tried again where that helps: a `Request`, and its `Completion`.

        Without a name it is the answer itself; with one an inner call, which is taken from the
        record where it is there.

        Errors: `Blocked`, where it came to nothing.
        """

    def keep(self, name: str, text: str, outcome: str) -> None:
        """Keep a reply that has just come as an inner call: it is not the answer, and why."""

    def kept(self, name: str) -> str | None:
        """What the record holds under that name; None where it holds nothing."""


class Answered(NamedTuple):
    """An answer that the record already holds."""

    decision: Decision
    told: str
    """The words it was asked with."""
    inner: Sequence[Decision] = ()
    """The calls that were made to answer."""


class Live(NamedTuple):
    """A seat that is waited for: a model or a person. Its replies are never asked for twice."""

    ask: Callable[[Asked, Line], Awaitable[Reply]]
    resume: Callable[[Asked, Answered], None] | None = None
    """Told of every answer the record already holds, so that a seat can rebuild its memory."""
    sends: bool = False
    """Whether all it says comes by `Line.send`, where each attempt has a record of its own."""


class Blocked(Exception):
    """A seat could not be asked. It is no answer: the episode waits and can be resumed."""


def is_standard(asked: Asked | AskedMany) -> bool:
    """Whether it is a standard aside, and no act and no probe of the rules."""
    return asked.aside in STANDARD and QUESTION in asked.turn.situation


def words(env: Environment[Any], asked: Asked) -> str:
    """All that a seat is told before it answers, its first brief aside."""
    told = [env.tell(event, asked.seat) for event in asked.news]
    turn = asked.turn
    moment = turn.situation[QUESTION] if is_standard(asked) else env.now(turn, asked.seat)
    return "\n".join(filter(None, [*told, moment]))
