"""Mutants: an environment with one leak put in, and which of them a check does not notice.

The contract finds what depends on a hidden draw or on words that were not told. It cannot know
that a message was meant for two only, since the audience of an event is the only statement of
that: this is a fact that the tests of the environment must hold.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, fields
from typing import Any, NamedTuple, TypeVar, cast

from suasion.core.asks import Answer, Json
from suasion.core.chance import Chance
from suasion.core.environment import Environment, Out, Turn
from suasion.core.events import EACH, EVERYONE, NOTHING, SEAT, Event, To
from suasion.core.play import Play, drive
from suasion.testing.answers import anyone

T = TypeVar("T")
Check = Callable[[Environment[Any]], object]
"""Raises where an environment is not as it should be."""
Change = Callable[[Event], Event]


class Mutant(NamedTuple):
    """An environment with one leak, and what leaks."""

    name: str
    env: Environment[Any]


def survivors(env: Environment[Any], check: Check) -> list[str]:
    """The mutants of `env` that `check` does not notice; none, in a suite that holds."""
    check(env)
    return [mutant.name for mutant in mutants(env) if _passes(check, mutant.env)]


def mutants(env: Environment[Any]) -> Iterator[Mutant]:
    """Every private event told to all, or to one more; what was not told, wherever it can leak.

    What there is to leak is looked for in a few episodes whose seats answer at random.
    """
    seats = [anyone] * len(env.seats())
    played = [drive(Play(env, seed), seats).events for seed in range(5)]
    private = {event.kind for events in played for event in events if event.to != EVERYONE}
    for kind in sorted(private - {"aside"}):
        yield Mutant(f"{kind} told to everyone", loosened(env, kind))
        yield Mutant(f"{kind} told to one seat more", widened(env, kind))
    for secret, find in SECRETS.items():
        if any(find(events, seat) for events in played for seat in range(len(seats))):
            for place in PLACES:
                yield Mutant(f"{secret} in {place}", leaking(env, secret, place))


def loosened(env: Environment[Any], kind: str) -> Environment[Any]:
    """The rules, but every event of one kind is told to everyone."""
    return _changed(env, kind, lambda event: event._replace(to=EVERYONE))


def widened(env: Environment[Any], kind: str) -> Environment[Any]:
    """The rules, but every private event of one kind is told to one seat more.

    Where every seat is told its row of columns, each is told the row of the next one.
    """
    seats = range(len(env.seats()))

    def one_more(event: Event) -> Event:
        if event.to == EVERYONE:
            return event
        told = event.audience(len(seats))
        others = [seat for seat in seats if seat not in told][-1:]
        if event.to != EACH:
            return event._replace(to=(*told, *others))
        return event._replace(data={**event.data, **_other_rows(event.data, others)})

    return _changed(env, kind, one_more)


def _other_rows(data: Mapping[str, Json], others: list[int]) -> dict[str, Json]:
    """Columns with a row more, the last one's again; or with all rows moved by one."""
    columns = {name: rows for name, rows in data.items() if isinstance(rows, list) and rows}
    if others:
        return {
            name: rows + (others if name == SEAT else rows[-1:]) for name, rows in columns.items()
        }
    return {name: rows if name == SEAT else rows[1:] + rows[:1] for name, rows in columns.items()}


def leaking(env: Environment[Any], secret: str, place: str) -> Environment[Any]:
    """The rules, but in one place each seat finds something that it was not told."""
    seen: list[Event] = []
    rules, find = type(env), SECRETS[secret]

    def open_(self: Any, chance: Chance, out: Out) -> Any:
        seen.clear()
        return rules.open(self, chance, _Addressed(out, seen=seen))

    def step(self: Any, state: Any, answers: Mapping[int, Answer], chance: Chance, out: Out) -> Any:
        return rules.step(self, state, answers, chance, _Addressed(out, seen=seen))

    def leak(seat: int) -> Json:
        return find([event for event in seen if event.by != seat], seat)

    return derived(env, open=open_, step=step, **PLACES[place](rules, leak))


def _changed(env: Environment[Any], kind: str, change: Change) -> Environment[Any]:
    rules = type(env)

    def some(event: Event) -> Event:
        return change(event) if event.kind == kind else event

    def open_(self: Any, chance: Chance, out: Out) -> Any:
        return rules.open(self, chance, _Addressed(out, some))

    def step(self: Any, state: Any, answers: Mapping[int, Answer], chance: Chance, out: Out) -> Any:
        return rules.step(self, state, answers, chance, _Addressed(out, some))

    return derived(env, open=open_, step=step)


def derived(value: T, **methods: object) -> T:
    """The same dataclass value, of a subclass with other methods."""
    of = type(value)
    other = type(f"Mutant{of.__name__}", (of,), methods)
    settings = {f.name: getattr(value, f.name) for f in fields(cast("Any", value)) if f.init}
    return cast("T", other(**settings))


@dataclass
class _Addressed:
    """Where rules put facts, with what is told changed, and facts written down."""

    out: Out
    change: Change = field(default=lambda event: event)
    seen: list[Event] = field(default_factory=list)

    @property
    def here(self) -> int:
        return self.out.here

    def emit(
        self,
        kind: str,
        by: int | None = None,
        data: Mapping[str, Json] = NOTHING,
        to: To = EVERYONE,
        truth: Mapping[str, Json] = NOTHING,
    ) -> int:
        event = Event(kind, by, data, to, truth)
        self.seen.append(event)
        return self.out.emit(*self.change(event))

    def delivered(self, event: int, seat: int) -> bool:
        return self.out.delivered(event, seat)

    @property
    def direct(self) -> bool:
        return False  # rules must look at what arrives, since it is not what they said

    def arrived(self, seat: int, since: int) -> Sequence[Event]:
        return self.out.arrived(seat, since)


def _untold(seen: Sequence[Event], seat: int) -> list[Event]:
    return [event for event in seen if not event.reaches(seat)]


def _last_data(seen: Sequence[Event], seat: int) -> Json:
    return next((dict(event.data) for event in reversed(_untold(seen, seat))), None)


def _last_truth(seen: Sequence[Event], seat: int) -> Json:  # noqa: ARG001 - told to no seat
    return next((dict(event.truth) for event in reversed(seen) if event.truth), None)


def _kinds(seen: Sequence[Event], seat: int) -> Json:
    return [event.kind for event in _untold(seen, seat)]


def _length(seen: Sequence[Event], seat: int) -> Json:
    return sum(len(str(event.data)) for event in _untold(seen, seat))


SECRETS: Mapping[str, Callable[[Sequence[Event], int], Json]] = {
    "the last event a seat was not told": _last_data,
    "the kinds of events a seat was not told": _kinds,
    "the length of what a seat was not told": _length,
    "the last hidden truth of another": _last_truth,
}

Leak = Callable[[int], Json]


def _in_the_situation(rules: type[Environment[Any]], leak: Leak) -> Mapping[str, object]:
    def turns(self: Any, state: Any) -> Mapping[int, Turn]:
        return {
            seat: turn._replace(situation={**turn.situation, "leak": leak(seat)})
            for seat, turn in rules.turns(self, state).items()
        }

    return {"turns": turns}


def _in_the_ask(rules: type[Environment[Any]], leak: Leak) -> Mapping[str, object]:
    def turns(self: Any, state: Any) -> Mapping[int, Turn]:
        return {
            seat: turn._replace(ask=_described(turn.ask, leak(seat)))
            for seat, turn in rules.turns(self, state).items()
        }

    return {"turns": turns}


def _described(ask: Any, leak: Json) -> Any:
    schema = {**ask.schema(), "description": str(leak)}
    return derived(ask, schema=lambda _: schema)


def _in_the_words_for_a_turn(rules: type[Environment[Any]], leak: Leak) -> Mapping[str, object]:
    def now(self: Any, turn: Turn, seat: int) -> str:
        return f"{rules.now(self, turn, seat)} {leak(seat)}"

    return {"now": now}


def _in_the_words_for_an_event(rules: type[Environment[Any]], leak: Leak) -> Mapping[str, object]:
    def tell(self: Any, event: Event, seat: int) -> str:
        return f"{rules.tell(self, event, seat)} {leak(seat)}"

    return {"tell": tell}


PLACES: Mapping[str, Callable[[type[Environment[Any]], Leak], Mapping[str, object]]] = {
    "the situation": _in_the_situation,
    "the ask": _in_the_ask,
    "the words for a turn": _in_the_words_for_a_turn,
    "the words for an event": _in_the_words_for_an_event,
}


def _passes(check: Check, env: Environment[Any]) -> bool:
    try:
        check(env)
    except Exception:  # whatever stops a test is noticed
        return False
    return True
