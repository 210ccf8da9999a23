"""The record of an episode: what was decided and drawn, and the events that follow from it."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from hashlib import sha256
from math import inf
from typing import NamedTuple

from suasion.core.asks import Answer, Forfeit, Json
from suasion.core.chance import Draw
from suasion.core.events import NOTHING, Event, To

Key = tuple[int, int, str, int]
"""Step, seat, aside, repeat."""


class Decision(NamedTuple):
    """One answer: the unit of the record, kept when it arrives."""

    step: int
    seat: int
    aside: str
    """Empty for a turn, the name of an aside, or either with the name of an inner call after it."""
    repeat: int
    answer: Answer
    raw: str | None = None
    """What a model or a person said; `None` for a script, which gives its answer as it is."""
    notes: tuple[str, ...] = ()
    draws: tuple[Draw, ...] = ()
    """What a script drew to decide; it is run again on replay and must answer the same."""
    meant: Mapping[str, Json] = NOTHING
    """The truth of what a script meant; told to no seat."""
    seats: tuple[int, ...] = ()
    """Of a group: all that answered; `seat` is the first, and `answer` a list in this order."""

    @property
    def key(self) -> Key:
        """Where in the episode it belongs, whatever the order of arrival."""
        return self[:4]

    def each(self) -> Iterable[tuple[int, Answer]]:
        """Every seat that answered, with its answer."""
        if not self.seats:
            return ((self[1], self[4]),)
        answers: Json = self.answer
        return zip(self.seats, answers, strict=True)

    def row(self) -> list[Json]:
        """The decision as plain JSON, raw words and all; draws as their rows."""
        step, seat, aside, repeat, answer, raw, notes, draws, meant, seats = self
        said = {"forfeit": answer.reason} if isinstance(answer, Forfeit) else {"answer": answer}
        return [step, seat, aside, repeat, said, raw, notes, draws, meant, seats]

    @classmethod
    def of(cls, row: Json) -> Decision:
        """The decision that was written as `row`."""
        step, seat, aside, repeat, said, raw, notes, draws, meant, seats = row
        answer = Forfeit(said["forfeit"]) if "forfeit" in said else said["answer"]
        own = tuple(map(draw_of, draws))
        return cls(step, seat, aside, repeat, answer, raw, tuple(notes), own, meant, tuple(seats))


def draw_of(row: Json) -> Draw:
    """The draw that was written as `row`."""
    name, value, of, known_to, step = row
    return Draw(name, value, of, _audience(known_to), step)


def event_of(row: Json) -> Event:
    """The event that was written as `row`."""
    kind, by, data, to, truth = row
    return Event(kind, by, data, _audience(to), truth)


def _audience(value: Json) -> To:
    return value if isinstance(value, str) else tuple(value)


@dataclass(frozen=True)
class Header:
    """What was played."""

    environment: str
    version: str
    settings: Mapping[str, Json]
    seed: int
    source: str = "seeded"
    channels: Sequence[Mapping[str, Json]] = ()
    """The delivery chain by names and parameters; empty where every event arrives as it is."""

    def row(self) -> list[Json]:
        """The header as plain JSON."""
        channels = [dict(channel) for channel in self.channels]
        return [self.environment, self.version, self.settings, self.seed, self.source, channels]


@dataclass(frozen=True)
class Episode:
    """Everything that happened, in order, and what it paid."""

    header: Header
    decisions: tuple[Decision, ...]
    draws: tuple[Draw, ...]
    """Of the rules; a seat's own draws are with its decisions."""
    events: tuple[Event, ...]
    payoffs: tuple[float, ...]
    outcome: Mapping[str, Json]
    carry: Json = None
    changed: tuple[Json, ...] = ()
    """What channels made of events on their way: [event, seat, [[to, late, data], …]]."""

    def of(self, *kinds: str) -> Iterator[tuple[int, Event]]:
        """The events of these kinds, with their ids."""
        return ((at, event) for at, event in enumerate(self.events) if event.kind in kinds)

    def rows(self) -> list[Json]:
        """The record as plain rows: header, decisions, draws, events, changes, what it paid."""
        decisions = [decision.row() for decision in self.decisions]
        end = [self.payoffs, self.outcome, self.carry]
        return [self.header.row(), decisions, self.draws, self.events, self.changed, end]

    def to_json(self) -> Json:
        """The record as plain JSON: lists and dictionaries that nothing else holds."""
        return json.loads(json.dumps(self.rows(), allow_nan=False))

    @classmethod
    def from_json(cls, data: Json) -> Episode:
        """The record again, equal to the one written."""
        header, decisions, draws, events, changed, (payoffs, outcome, carry) = data
        environment, version, settings, seed, source, channels = header
        return cls(
            Header(environment, version, settings, seed, source, tuple(channels)),
            tuple(map(Decision.of, decisions)),
            tuple(map(draw_of, draws)),
            tuple(map(event_of, events)),
            tuple(payoffs),
            outcome,
            carry,
            tuple(changed),
        )

    def digest(self) -> str:
        """SHA-256, in hex, of all that matters; not of raw words, times or attempts."""
        rows = self.rows()
        for row in rows[1]:
            row[RAW] = None
        return sha256(canonical(rows)).hexdigest()


RAW = 5
"""Where a decision's row holds its raw words."""


def canonical(value: Json) -> bytes:
    """One way to write a JSON value: keys in order, no spaces, UTF-8; lone surrogates survive."""
    return _ENCODER.encode(value).encode("utf-8", "surrogatepass")


_ENCODER = json.JSONEncoder(
    sort_keys=True, separators=(",", ":"), allow_nan=False, ensure_ascii=False
)


def all_draws(episode: Episode, through: float = inf) -> Iterable[Draw]:
    """The draws of the rules and of the seats, up to a step."""
    own = (draw for d in episode.decisions if d.step < through for draw in d.draws)
    return (*(draw for draw in episode.draws if draw.step <= through), *own)
