"""Influence logs, format `influence/1`, written: games imported and games played here.

What was imported comes out with its own header and unknown fields; of a damaged episode the
sound events, with the index they had. A game played here is written with all that its measures
need, so that the log, imported again, has the same values.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence

from suasion.core.asks import Json
from suasion.core.events import Event
from suasion.environments.influence.log_build import compact
from suasion.environments.influence.log_checks import FORMAT, FORMS
from suasion.environments.influence.measures.game import LOGGED, board_of, facts_of, terms_of
from suasion.environments.influence.promise import Board
from suasion.measures.filed import Filed

_SEATS = {"beneficiary": "beneficiary", "to": "to", "credit": "credit"}
"""Fields that hold one seat."""


def write(filed: Sequence[Filed]) -> Sequence[bytes]:
    """The lines of one log, without line ends: each episode's header, then its events."""
    return [line.encode() for each in filed for line in _lines(each)]


def _lines(filed: Filed) -> Iterator[str]:
    written = filed.kept.get("log")
    yield compact(_header(filed)) if written is None else written
    board = board_of(filed)
    names = [seat.name for seat in filed.seats]
    logged = (event for event in filed.episode.events if event.kind in LOGGED)
    for at, event in enumerate(logged):
        line = {"episode": filed.id, "index": at, **_event(event, names, board)}
        yield compact({**line, **json.loads(event.truth.get("log", "{}"))})


def _header(filed: Filed) -> Mapping[str, Json]:
    """The header of a game played here."""
    header = filed.episode.header
    facts, settings = facts_of(header.settings), header.settings
    names = [seat.name for seat in filed.seats]
    personas = settings["personas"]
    each = [personas] * len(names) if isinstance(personas, str) else personas
    focal = {} if filed.focal is None else {"focal": names[filed.focal]}
    return {
        "episode": filed.id,
        "format": FORMAT,
        "condition": facts.condition,
        "seats": names,
        "rounds": facts.rounds,
        "slots": facts.slots,
        "models": {seat.name: seat.agent for seat in filed.seats},
        "personas": dict(zip(names, each, strict=True)),
        **focal,
        "status": filed.status,
        "finished": filed.finished,
        "public_chat": facts.public_chat,
        "promises_recorded": facts.promises_recorded,
        "credit": facts.credit,
        "seed": header.seed,
    }


def _event(event: Event, names: Sequence[str], board: Board) -> Mapping[str, Json]:
    data, own = event.data, FORMS[event.kind].types
    line = {
        "round": data["round"],
        "slot": data.get("slot"),
        "seat": names[event.by or 0],
        "action": event.kind,
    }
    line |= {key: _named(data[key], names) for key in own if key in data and key != "slot"}
    if event.kind == "pull" and "claimed" in event.truth:
        line["credit_claimed"] = event.truth["claimed"]
    promises = [value for value, _ in terms_of(event, board)]
    if promises:
        line["promise"] = promises[0] if len(promises) == 1 else promises
    return line


def _named(value: Json, names: Sequence[str]) -> Json:
    """Seats by name; words as they are."""
    if isinstance(value, list):
        return [_named(each, names) for each in value]
    return names[value] if isinstance(value, int) else value
