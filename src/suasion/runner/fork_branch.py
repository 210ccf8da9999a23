"""A fork as a worker plays it: from what branched off and what the origin of an episode says."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from typing import Any, NamedTuple

from suasion import channels
from suasion.channels.text import TEXT
from suasion.core.asks import NULL, Answer, Json
from suasion.core.environment import Environment
from suasion.core.episode import Decision, Episode, Key
from suasion.core.fork import Edit, delay, drop, fork, reroute, rewrite
from suasion.core.play import Play, Seats
from suasion.core.views import Channel
from suasion.runner.fork_past import answered, counted


def past_of(episode: Episode, through: int) -> Episode:
    """What of an episode a fork needs: all that was decided and drawn up to a step."""
    return replace(
        episode,
        decisions=tuple(d for d in episode.decisions if d.step < through),
        draws=tuple(draw for draw in episode.draws if draw.step <= through),
        events=(),
        payoffs=(),
        outcome={},
        carry=None,
    )


def forked(
    env: Environment[Any], past: Episode, origin: Mapping[str, Json], seats: Seats
) -> tuple[Play[Any], list[Decision]]:
    """A play and the decisions that stand in it."""
    names = [seat.name for seat in env.seats()]
    made = branch(past, names, origin)
    chain = channels.chain(past.header.channels, names)
    play, record = fork(env, past, made.edit, chain, seats)
    return play, [decision for decision in record if decision.key not in made.anew]


class Branch(NamedTuple):
    """A fork as it is played."""

    edit: Edit
    anew: frozenset[Key]
    """Decisions of the past that are made anew all the same: those whose own draw is changed."""


def branch(past: Episode, names: Sequence[str], origin: Mapping[str, Json]) -> Branch:
    """What the origin of an episode says, as it is played; `names` are those of the seats."""
    at, through, recorded = origin["at"], origin["through"], origin["edit"]
    plain = Edit(through, seed=origin["seed"])
    if recorded is None:
        return Branch(plain, frozenset())
    kind = recorded["kind"]
    if kind == "answer":
        seat = names.index(recorded["seat"])
        decision = answered(past, through)[seat]
        answer = _whole_answer(decision, seat, recorded["answer"])
        return Branch(replace(plain, answers={decision.key: answer}), frozenset())
    if kind == "draw":
        changed = {(recorded["name"], recorded["number"]): recorded["value"]}
        return Branch(replace(plain, draws=changed), _anew(past, recorded))
    return Branch(replace(plain, deliveries=list(_links(names, at, recorded))), frozenset())


def _whole_answer(decision: Decision, seat: int, answer: Json) -> Answer:
    """The answer in place of a decision's; of many seats, the list with one changed."""
    if not decision.seats:
        return NULL if answer is None else answer
    return [answer if each == seat else was for each, was in decision.each()]


def _anew(past: Episode, recorded: Mapping[str, Json]) -> frozenset[Key]:
    """The decision that a changed draw was made for, if it was one of a seat's own."""
    named = (recorded["name"], recorded["number"])
    owners = (each.decision for each in counted(past) if (each.name, each.number) == named)
    return frozenset(decision.key for decision in owners if decision is not None)


def _links(names: Sequence[str], at: int, recorded: Mapping[str, Json]) -> Iterator[Channel]:
    seats = [names.index(name) for name in recorded["seats"]]
    match recorded["kind"]:
        case "drop":
            yield from (drop(at, seat) for seat in seats)
        case "delay":
            yield from (delay(at, seat, recorded["steps"]) for seat in seats)
        case "rewrite":
            yield from (rewrite(at, seat, **{TEXT: recorded["text"]}) for seat in seats)
        case "reroute":
            yield reroute(at, seats[0], names.index(recorded["to"]))
            yield from (drop(at, seat) for seat in seats[1:])
