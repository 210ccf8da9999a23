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
from suasion.core.events import EVERYONE, NOTHING, Event, To
from suasion.core.play import Play, drive
from suasion.testing.answers import anyone

T = TypeVar("T")
Check = Callable[[Environment[Any]], object]
"""Raises where an environment is not as it should be."""
Audience = Callable[[Event], To]


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
    return _readdressed(env, kind, lambda _: EVERYONE)


def widened(env: Environment[Any], kind: str) -> Environment[Any]:
    """The rules, but every private event of one kind is told to one seat more."""
    seats = range(len(env.seats()))

    def one_more(event: Event) -> To:
        if isinstance(event.to, str):
            return event.to
        return (*event.to, *[seat for seat in seats if seat not in event.to][-1:])

    return _readdressed(env, kind, one_more)


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


def _readdressed(env: Environment[Any], kind: str, audience: Audience) -> Environment[Any]:
    rules = type(env)

    def to(event: Event) -> To:
        return audience(event) if event.kind == kind else event.to

    def open_(self: Any, chance: Chance, out: Out) -> Any:
        return rules.open(self, chance, _Addressed(out, to))

    def step(self: Any, state: Any, answers: Mapping[int, Answer], chance: Chance, out: Out) -> Any:
        return rules.step(self, state, answers, chance, _Addressed(out, to))

    return derived(env, open=open_, step=step)


def derived(value: T, **methods: object) -> T:
    """The same dataclass value, of a subclass with other methods."""
    of = type(value)
    other = type(f"Mutant{of.__name__}", (of,), methods)
    settings = {f.name: getattr(value, f.name) for f in fields(cast("Any", value)) if f.init}
    return cast("T", other(**settings))


@dataclass
class _Addressed:
    """Where rules put facts, with audiences changed, and facts written down."""

    out: Out
    to: Audience = field(default=lambda event: event.to)
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
        return self.out.emit(kind, by, data, self.to(event), truth)


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
