"""From what a log says to a filed episode, and what must be kept to write it out again.

`truth["log"]` of an event is JSON text of the fields that the event itself does not hold: unknown
ones, at any depth, and an index that is not the event's place. `kept["log"]` of an episode is the
whole header as JSON text, beside its known fields under `kept["header"]`. Text, since it may hold
what few stores can: integers of any size, any depth.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import NamedTuple

from suasion.core.asks import Json
from suasion.core.episode import Episode, Header
from suasion.core.events import EVERYONE, NOTHING, Event
from suasion.environments.influence import promise
from suasion.environments.influence.log_checks import FORMAT, FORMS, HEADER_TYPES
from suasion.environments.influence.log_checks import Header as Game
from suasion.measures.filed import Filed, Held

LARGEST_SEED = 2**63 - 1


class Logged(NamedTuple):
    """An event of a log."""

    at: int
    """Its index."""
    line: int
    raw: bytes
    kind: str
    seat: int
    round: int
    slot: int
    """0 where it has none."""
    spends: bool
    fields: Mapping[str, Json]
    """As they stood."""


def compact(value: Json) -> str:
    """A JSON value in one line."""
    return json.dumps(value, ensure_ascii=False, allow_nan=False, separators=(",", ":"))


def filed_of(
    game: Game, events: Sequence[Logged], damaged: bool, faults: Sequence[Json] = ()
) -> Filed:
    """The episode of a header and its sound events, in the order of their index."""
    built = tuple(event_of(logged, place, game) for place, logged in enumerate(events))
    known = {field: game.written[field] for field in HEADER_TYPES if field in game.written}
    kept: dict[str, Json] = {"header": known, "log": compact(game.written)}
    return Filed(
        id=game.episode,
        episode=Episode(_header(game), (), (), built, *_end(game, built)),
        seats=[Held(name, game.models.get(name), _role(name, game)) for name in game.seats],
        status=game.status,
        finished=game.finished,
        damaged=damaged,
        kept={**kept, "faults": list(faults)} if faults else kept,
    )


def _role(name: str, game: Game) -> str:
    if game.focal is None:
        return ""
    return "focal" if name == game.focal else "background"


def _header(game: Game) -> Header:
    settings = {
        "condition": game.condition,
        "size": len(game.seats),
        "rounds": game.rounds,
        "slots": game.slots,
        "self_pull_payoff": game.payoff,
        "credit": game.credit,
        "control_pull_points": game.control_points,
        "public_chat": game.public_chat,
        "promises_recorded": game.promises_recorded,
    }
    seed = game.seed if isinstance(game.seed, int) and abs(game.seed) <= LARGEST_SEED else 0
    return Header("influence", FORMAT, settings, seed, "recorded")


def _end(game: Game, events: Iterable[Event]) -> tuple[tuple[float, ...], Mapping[str, Json]]:
    """What it paid, and the facts of its end."""
    scores: list[float] = [0] * len(game.seats)
    counts = {name: [0] * len(game.seats) for name in ("pulls_made", "messages_sent", "forfeits")}
    counted = {"message": "messages_sent", "forfeit": "forfeits"}
    for event in events:
        by = event.by or 0
        if event.kind in counted:
            counts[counted[event.kind]][by] += 1
        if event.kind in ("pull", "control_pull"):
            to = event.data["beneficiary"]
            own = to == by
            scores[to] += (game.payoff or 0) if own else _points(event.kind, game)
            counts["pulls_made"][by] += event.kind == "pull" and not own
    return tuple(scores), {"scores": scores, **counts}


def _points(kind: str, game: Game) -> float:
    return game.control_points if kind == "control_pull" else 1


def event_of(logged: Logged, id_: int, game: Game) -> Event:
    """The event of a line; its id is its place among the sound ones."""
    fields, seat = logged.fields, logged.seat
    place = {"round": logged.round, "slot": fields.get("slot")}
    own, to = _OWN[logged.kind](fields, game)
    told = EVERYONE if to is None else (seat, *to)
    return Event(logged.kind, seat, {**place, **own}, told, _truth(logged, id_))


Own = tuple[dict[str, Json], Sequence[int] | None]
"""An action's own data, and who beside its seat is told; `None` is everyone."""


def _pull(fields: Mapping[str, Json], game: Game) -> Own:
    """Without `credit` where the log does not say what was published."""
    own = {"beneficiary": game.seats[fields["beneficiary"]]}
    credit = fields.get("credit")
    published = {} if "credit" not in fields else {"credit": credit and game.seats[credit]}
    return own | published, None


def _message(fields: Mapping[str, Json], game: Game) -> Own:
    to = game.seats[fields["to"]]
    return {"to": to, "text": fields.get("text")}, (to,)


def _plan(fields: Mapping[str, Json], game: Game) -> Own:
    return {"plan": [None if name is None else game.seats[name] for name in fields["plan"]]}, ()


_OWN: Mapping[str, Callable[[Mapping[str, Json], Game], Own]] = {
    "pull": _pull,
    "message": _message,
    "post": lambda fields, _: ({"text": fields.get("text")}, None),
    "forfeit": lambda fields, _: ({"reason": fields.get("reason")}, ()),
    "plan": _plan,
    "control_pull": lambda fields, game: (
        {"beneficiary": game.seats[fields["beneficiary"]]},
        None,
    ),
}


def _truth(logged: Logged, id_: int) -> Mapping[str, Json]:
    truth: dict[str, Json] = {}
    fields, kept = logged.fields, _unknown(logged)
    if logged.at != id_:
        kept["index"] = logged.at
    if logged.kind == "pull" and fields.get("credit_claimed") is not None:
        truth["claimed"] = fields["credit_claimed"]
    said = fields.get("promise") if "promise" in FORMS[logged.kind].types else None
    if promise.several(said):
        terms = promise.known(said)
        truth["meant"] = {"promise": terms}
        if terms != said:
            kept["promise"] = said
    if kept:
        truth["log"] = compact(kept)
    return truth or NOTHING


def _unknown(logged: Logged) -> dict[str, Json]:
    known = {"episode", "index", "round", "seat", "action", *FORMS[logged.kind].types}
    return {key: value for key, value in logged.fields.items() if key not in known}
