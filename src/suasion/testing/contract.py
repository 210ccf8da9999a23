"""What every environment must satisfy, as one function and as one line of a test module."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import FrozenInstanceError, is_dataclass, replace
from math import isfinite
from typing import TYPE_CHECKING, Any

from suasion.core.asides import REALISM
from suasion.core.asks import Answer, Ask, Forfeit, Json, jsonable
from suasion.core.environment import (
    Asked,
    AskedMany,
    Environment,
    Group,
    Policy,
    Said,
    settings,
    words,
)
from suasion.core.episode import Decision, Episode, canonical
from suasion.core.events import EACH, EVERYONE, Event
from suasion.core.play import Play, drive, groups_of
from suasion.core.replay import replay
from suasion.measures.policy import made
from suasion.testing.answers import anyone, nobody
from suasion.testing.hearing import parrots
from suasion.testing.leaks import LineUp, drawn, keeps_secrets, spread

if TYPE_CHECKING:
    from suasion.measures.kit import Kit


def conforms(
    env: Environment[Any],
    seats: LineUp | None = None,
    episodes: int = 3,
    twins: int = 25,
    longest: int = 100_000,
    cuts: int = 10,
) -> None:
    """Fail unless `env` keeps the promises that everything else relies on.

    `seats` are scripts that reach deeper than chance does; by default seats answer at random.
    For each of so many `episodes`, so many `twins` of each kind are tried, spread over it, and so
    many `cuts` from which it is resumed. `longest`: how many decisions it may take to end.
    Raises AssertionError, saying what was not kept.
    """
    from suasion.testing.parsers import is_total

    make = seats or (lambda: [anyone] * len(env.seats()))
    before = settings_of(env)
    _seats_have_names(env)
    _takes_forfeits(env, longest)
    _can_be_asked_aside(env)
    asks: dict[bytes, tuple[Ask, list[Json]]] = {}
    for seed in range(episodes):
        episode = _played(env, seed, make(), keep=_within(longest))
        _repeats(env, episode, make, cuts)
        _is_plain(env, episode)
        _has_words(env, episode)
        _may_be_looked_at(env, episode, make)
        keeps_secrets(env, episode, twins)
        asks |= _asks_of(env, episode)
    for ask, answers in spread(iter(asks.values()), MANY_ASKS):
        is_total(ask, samples=answers)
    _keep(settings_of(env) == before, "the settings change while it is played")


MANY_ASKS = 3
"""How many different asks are read with any text; they are spread over the play."""


def contract(
    kit: Kit, *settings: Mapping[str, Json], line_ups: Sequence[Sequence[str]] = ()
) -> Callable[..., None]:
    """A test for pytest that a kit's environment conforms: give it a name that begins with `test`.

    It is tried under the default settings, each preset and each further `settings`, with seats
    that answer at random and with each of `line_ups`, which names a policy a seat.
    """
    import pytest
    from pydantic import TypeAdapter

    reader = TypeAdapter(kit.environment)
    every = [({}, "default"), *((kit.presets[name], name) for name in kit.presets)]
    every += [(each, str(each)) for each in settings]
    cases = []
    for each, name in every:
        env = reader.validate_json(json.dumps(each), strict=True)
        cases.append(pytest.param(env, None, id=name))
        cases += [
            pytest.param(env, _line_up(kit, names), id=f"{name}-{names[0]}")
            for names in line_ups
            if len(names) == len(env.seats())
        ]

    @pytest.mark.parametrize(("env", "seats"), cases)
    def keeps_the_contract(env: Environment[Any], seats: LineUp | None) -> None:
        conforms(env, seats)

    found: Callable[..., None] = keeps_the_contract
    return found


def _line_up(kit: Kit, names: Sequence[str]) -> LineUp:
    def fresh() -> list[Policy | Group]:
        groups: dict[str, Policy | Group] = {}
        seats = []
        for name in names:
            seat = groups.get(name) or made(kit, name)
            if isinstance(seat, Group):
                groups[name] = seat
            seats.append(seat)
        return seats

    return fresh


def settings_of(env: Environment[Any]) -> dict[str, Json]:
    """The settings in force, from an environment that is data."""
    _keep(is_dataclass(env), "an environment is a frozen dataclass of settings")
    _keep(_frozen(env), "an environment is frozen")
    return settings(env)


def _frozen(env: Environment[Any]) -> bool:
    try:
        env.__setattr__("wording", env.wording)
    except FrozenInstanceError:
        return True
    return False


def _keep(kept: bool, otherwise: str) -> None:
    if not kept:
        raise AssertionError(otherwise)


def _within(limit: int) -> Callable[[object], None]:
    left = iter(range(limit))

    def count(_: object) -> None:
        _keep(next(left, None) is not None, f"no end after {limit} decisions")

    return count


def _seats_have_names(env: Environment[Any]) -> None:
    names = [seat.name for seat in env.seats()]
    _keep(bool(names) and all(names), "every seat has a name")
    _keep(len(set(names)) == len(names), f"two seats have one name: {names}")
    for seat in range(min(len(names), 30)):
        _keep(bool(env.brief(seat).strip()), f"seat {seat} is told no rules")
        _keep(env.brief(seat) == env.brief(seat), f"seat {seat} is told other rules each time")


def _takes_forfeits(env: Environment[Any], longest: int) -> None:
    """Rules must accept a forfeit wherever they ask."""
    play: Play[Any] = Play(env, 0, keep=_within(longest))
    drive(play, [nobody] * play.seats)


def _can_be_asked_aside(env: Environment[Any]) -> None:
    """What the first seats to act are asked that they hold has words, and a form to answer in."""
    seats = tuple(range(len(env.seats())))
    open_ = Play(replace(env, asked_aside=((REALISM, seats),)), 0)
    for asked in list(open_.asked.values())[:30]:
        assert isinstance(asked, Asked)
        held = env.belief(open_.state, asked.seat)
        _keep(held == env.belief(open_.state, asked.seat), "belief is asked otherwise each time")
        _keep(held is None or bool(held.question.strip()), "belief is asked without a word")
        _keep(held is None or jsonable(held.holds.schema()), "what is held has no plain schema")
        _keep(bool(words(env, asked).strip()), f"seat {asked.seat} is asked aside without a word")


def _repeats(env: Environment[Any], episode: Episode, make: LineUp, cuts: int) -> None:
    seed, digest = episode.header.seed, episode.digest()
    again = _played(env, seed, make())
    _keep(again == episode and again.digest() == digest, f"seed {seed} does not repeat")
    _keep(replay(env, episode) == episode, "the record alone does not give the episode back")
    _keep(replay(env, episode, make()) == episode, "audited scripts give another episode")
    read = Episode.from_json(json.loads(json.dumps(episode.to_json())))
    _keep(read == episode and read.digest() == digest, "the record does not survive JSON")
    _keep(replay(env, read, make()).digest() == digest, "the record read again plays otherwise")
    for cut in {0, *spread(iter(range(len(episode.decisions))), cuts), len(episode.decisions)}:
        resumed = _played(env, seed, make(), episode.decisions[:cut])
        _keep(resumed.digest() == digest, f"resumed after {cut} decisions, it is another episode")


def _is_plain(env: Environment[Any], episode: Episode) -> None:
    """Whatever is recorded survives JSON, and goes to seats that there are."""
    count = len(env.seats())
    pays = list(episode.payoffs)
    _keep(len(pays) == count, f"{len(pays)} seats are paid, and there are {count}")
    _keep(all(map(_is_number, pays)), f"payoffs are finite numbers, and not {pays}")
    _keep(jsonable(episode.outcome), "the outcome does not survive JSON")
    _keep(jsonable(episode.carry), "what is carried does not survive JSON")
    for decision in episode.decisions:
        _keep(jsonable(decision.meant), f"what was meant at {decision.key} does not survive JSON")
    for at, event in enumerate(episode.events):
        name = f"event {at} ({event.kind})"
        _keep(jsonable(event.data) and jsonable(event.truth), f"{name} does not survive JSON")
        told = () if event.to == EVERYONE else event.audience(count)
        kind = list if event.to == EACH else tuple
        _keep(isinstance(told, kind) or not told, f"{name} goes to {told!r}: expected a {kind}")
        _keep(set(told) <= set(range(count)), f"{name} goes to {told}, and there is no such seat")
        _keep(len(set(told)) == len(told), f"{name} goes to {told}: a seat twice")


def _is_number(value: object) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool) and isfinite(value)


def _has_words(env: Environment[Any], episode: Episode) -> None:
    count = len(env.seats())
    for event in episode.events:
        for seat in event.audience(count)[:30]:
            _keep(bool(_told(env, event, seat)), f"{event.kind}: no words for seat {seat}")

    def has_words(asked: Asked) -> None:
        told = words(env, asked)
        _keep(bool(told.strip()), f"seat {asked.seat} is asked without a word at {asked.key}")

    play = Play(env, episode.header.seed, drawn(episode))
    drive(play, [_looked_at(seat, has_words) for seat in parrots(episode)])


def _looked_at(seat: Policy, look: Callable[[Asked], None]) -> Policy:
    def policy(asked: Asked) -> Answer | Said:
        look(asked)
        return seat(asked)

    return policy


def _told(env: Environment[Any], event: Event, seat: int) -> str:
    told = event.told_to(seat)
    assert told is not None
    first, again = env.tell(told, seat), env.tell(told, seat)
    _keep(first == again, f"{event.kind} is told to seat {seat} in other words each time")
    return first.strip()


def _may_be_looked_at(env: Environment[Any], episode: Episode, make: LineUp) -> None:
    """Looking changes nothing, and nothing that was told changes afterwards."""
    seats = make()
    play: Play[Any] = Play(env, episode.header.seed, groups=groups_of(seats))
    facts: list[tuple[bytes, object, str]] = []

    def note(name: str, fact: object) -> None:
        facts.append((canonical(fact), fact, name))

    def look(asked: Asked | AskedMany) -> None:
        first, again = (canonical(_shown(env, play.state)) for _ in range(2))
        _keep(first == again, f"what is asked in step {asked.step} changes when looked at")
        play.episode()
        note(f"the situation at {asked.key}", asked.turn.situation)
        for event in asked.news:
            note(f"the event {event.kind}, told at {asked.key},", event.data)

    def looking(seat: Policy | Group) -> Policy | Group:
        if not isinstance(seat, Group):
            return _looked_at(seat, look)

        def answers(asked: AskedMany) -> Sequence[Json]:
            look(asked)
            return seat.answers(asked)

        return seat._replace(answers=answers)

    def kept(decision: Decision) -> None:
        note(f"the answer at {decision.key}", decision.row())

    play.keep = kept
    again = drive(play, _once_each(seats, looking))
    _keep(again.digest() == episode.digest(), "being looked at changes the episode")
    for was, fact, name in facts:
        _keep(was == canonical(fact), f"{name} changed afterwards: it is the state, and no copy")


def _shown(env: Environment[Any], state: Any) -> list[Json]:
    """All that the rules can be asked about a state."""
    asides = [(a.name, a.seat, a.turn, a.repeats) for a in env.asides(state)]
    turns = [("", seat, turn, 1) for seat, turn in env.turns(state).items()]
    asked = [
        [name, seat, repeats, turn.situation, turn.ask.schema(), turn.told_to]
        for name, seat, turn, repeats in [*asides, *turns]
    ]
    return [asked, list(env.payoffs(state)), env.outcome(state), env.carry(state)]


def _asks_of(env: Environment[Any], episode: Episode) -> dict[bytes, tuple[Ask, list[Json]]]:
    """Every different ask of an episode, with the answers that were given to it."""
    found: dict[bytes, tuple[Ask, list[Json]]] = {}

    def noting(seat: Policy) -> Policy:
        def policy(asked: Asked) -> Answer | Said:
            said = seat(asked)
            answer = said.answer if isinstance(said, Said) else said
            ask = asked.turn.ask
            _, answers = found.setdefault(canonical(ask.schema()), (ask, []))
            answers += [] if isinstance(answer, Forfeit) else [answer]
            return said

        return policy

    play = Play(env, episode.header.seed, drawn(episode))
    drive(play, [noting(seat) for seat in parrots(episode)])
    return found


def _played(
    env: Environment[Any],
    seed: int,
    seats: Sequence[Policy | Group],
    record: Sequence[Decision] = (),
    keep: Callable[[Decision], object] | None = None,
) -> Episode:
    return drive(Play(env, seed, keep=keep, groups=groups_of(seats)), seats, record)


def _once_each(
    seats: Sequence[Policy | Group], change: Callable[[Policy | Group], Policy | Group]
) -> list[Policy | Group]:
    """A line-up with every holder changed; who holds many seats stays one."""
    made: dict[int, Policy | Group] = {}
    for seat in seats:
        if id(seat) not in made:
            made[id(seat)] = change(seat)
    return [made[id(seat)] for seat in seats]
