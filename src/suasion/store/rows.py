"""Between an episode and its rows: one row a decision, a draw of the rules, an event."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import lru_cache
from typing import Any, NamedTuple

import msgspec

from suasion.core.asks import Forfeit, Json
from suasion.core.chance import Draw
from suasion.core.episode import Decision, Episode, Header, draw_of
from suasion.core.events import EVERYONE, NOTHING, Event, To
from suasion.core.play import INNER
from suasion.store.values import LIMIT, of_json, stored, strict_json, text_of, text_or_none, to_json

Row = Sequence[Any]
"""Values as columns hold them: None, int, float, str, bytes."""


class Body(NamedTuple):
    """The many rows of an episode, as they are packed, hashed and inserted."""

    decisions: Sequence[Row]
    draws: Sequence[Row]
    events: Sequence[Row]


def body_of(number: int, episode: Episode) -> Body:
    """The rows of an episode of which a digest was made, so that all of it is known to be JSON."""
    try:
        return _body(number, episode, _plainly)
    except (UnicodeEncodeError, OverflowError, ValueError, RecursionError):
        return _body(number, episode, to_json)


def _body(number: int, episode: Episode, write: Callable[[Json], str]) -> Body:
    return Body(
        [_decision_row(number, decision, write) for decision in episode.decisions],
        [
            (number, place, _known(name), write(value), of, _audience(known_to), step)
            for place, (name, value, of, known_to, step) in enumerate(episode.draws)
        ],
        [
            (
                *(number, at, _known(kind), by, write(data)),
                _audience(to),
                write(truth) if truth else None,
            )
            for at, (kind, by, data, to, truth) in enumerate(episode.events)
        ],
    )


_encode = msgspec.json.Encoder().encode
_known = lru_cache(maxsize=1024)(stored)
"""Names, of which there are few."""


def _plainly(value: Json) -> str:
    """JSON of a value that holds nothing awkward and is not very long."""
    text = _encode(value)
    if len(text) > LIMIT:
        raise ValueError
    return text.decode()


def decision_row(number: int, decision: Decision) -> Row:
    """The row of a decision."""
    return _decision_row(number, decision, to_json)


def _decision_row(number: int, decision: Decision, write: Callable[[Json], str]) -> Row:
    step, seat, aside, repeat, answer, raw, notes, draws, meant = decision
    lost = isinstance(answer, Forfeit)
    return (
        *(number, step, seat, _known(aside), repeat),
        None if lost else write(answer),
        stored(answer.reason) if lost else None,
        None if raw is None else stored(raw),
        write(notes) if notes else None,
        write(draws) if draws else None,
        write(meant) if meant else None,
    )


def checked_row(number: int, decision: Decision) -> Row:
    """The row of a decision that goes on disk before there is a digest; refuses what is no JSON."""
    strict_json(decision.row())
    return decision_row(number, decision)


def decision_of(row: Row) -> Decision:
    """The decision of a row."""
    _, step, seat, aside, repeat, answer, forfeit, raw, notes, draws, meant = row
    return Decision(
        step,
        seat,
        text_of(aside) if aside else "",
        repeat,
        of_json(answer) if forfeit is None else Forfeit(text_of(forfeit)),
        text_or_none(raw),
        tuple(of_json(notes)) if notes is not None else (),
        tuple(map(draw_of, of_json(draws))) if draws is not None else (),
        _object(meant),
    )


def draw_of_row(row: Row) -> Draw:
    """The draw of a row."""
    _, _, name, value, of, known_to, step = row
    return Draw(text_of(name), of_json(value), of, _seats(known_to), step)


def event_of_row(row: Row) -> Event:
    """The event of a row."""
    _, _, kind, by, data, to, truth = row
    return Event(text_of(kind), by, _object(data), _seats(to), _object(truth))


def in_order(decisions: Sequence[Row]) -> Sequence[Row]:
    """Rows in the order of an episode: in each step the asides first, and each in key order."""
    if any(row[ASIDE] for row in decisions):
        return sorted(decisions, key=_place)
    return decisions


ASIDE = 3
"""Where a decision's row holds the name of its aside."""


def _place(row: Row) -> tuple[int, bool, int, str, int]:
    _, step, seat, aside, repeat, *_ = row
    name = text_of(aside)
    return step, not name.split(INNER)[0], seat, name, repeat


def episode_of(header: Header, body: Body, end: Sequence[Json]) -> Episode:
    """The episode of its rows; `end` is payoffs, outcome and carry."""
    payoffs, outcome, carry = end
    return Episode(
        header,
        tuple(map(decision_of, body.decisions)),
        tuple(map(draw_of_row, body.draws)),
        tuple(map(event_of_row, body.events)),
        tuple(payoffs),
        outcome,
        carry,
    )


@lru_cache(maxsize=1024)
def _audience(to: To) -> str:
    return EVERYONE if to == EVERYONE else to_json(to)


_decode_object = msgspec.json.Decoder(dict[str, Any]).decode
_decode_seats = msgspec.json.Decoder(tuple[int, ...]).decode


def _object(column: object) -> Json:
    if column is None:
        return NOTHING
    try:
        return _decode_object(column)  # type: ignore[arg-type]
    except (msgspec.MsgspecError, UnicodeEncodeError, TypeError, RecursionError):
        value = of_json(column)
    if not isinstance(value, dict):
        raise ValueError(f"expected a JSON object, found {type(value).__name__}")
    return value


def _seats(column: object) -> To:
    if column == EVERYONE:
        return EVERYONE
    try:
        return _decode_seats(column)  # type: ignore[arg-type]
    except (msgspec.MsgspecError, TypeError) as error:
        raise ValueError(f"expected an audience: {error}") from None
