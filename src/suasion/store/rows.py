"""Between an episode and its rows: one row a decision, a draw of the rules, an event."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from functools import lru_cache
from itertools import cycle
from math import isfinite
from operator import not_
from typing import Any, NamedTuple

import msgspec

from suasion.core.asks import Forfeit, Json
from suasion.core.chance import Draw
from suasion.core.episode import Decision, Episode, Header, draw_of
from suasion.core.events import EACH, EVERYONE, NOTHING, Event, To
from suasion.core.play import INNER
from suasion.core.quick import make
from suasion.store.values import LIMIT, of_json, stored, strict_json, text_of, text_or_none, to_json

Row = Sequence[Any]
"""Values as columns hold them: None, int, float, str, bytes."""


class Body(NamedTuple):
    """The many rows of an episode, as they are packed, hashed and inserted."""

    decisions: Sequence[Row]
    draws: Sequence[Row]
    events: Sequence[Row]
    deliveries: Sequence[Row] = ()


def body_of(number: int, episode: Episode) -> Body:
    """The rows of an episode of which a digest was made, so that all of it is known to be JSON."""
    try:
        return _columns(number, episode)
    except (UnicodeEncodeError, OverflowError, ValueError, RecursionError):
        return one_by_one(number, episode)


def one_by_one(number: int, episode: Episode) -> Body:
    """The rows of an episode, whatever it holds."""
    return Body(
        [decision_row(number, decision) for decision in episode.decisions],
        [
            (number, place, stored(name), to_json(value), of, _audience(known_to), step)
            for place, (name, value, of, known_to, step) in enumerate(episode.draws)
        ],
        [
            (number, at, stored(kind), by, to_json(data), _audience(to), _unless_empty(truth))
            for at, (kind, by, data, to, truth) in enumerate(episode.events)
        ],
        _deliveries(number, episode),
    )


def _deliveries(number: int, episode: Episode) -> list[Row]:
    return [
        (number, place, event, seat, to_json(made))
        for place, (event, seat, made) in enumerate(episode.changed)
    ]


def decision_row(number: int, decision: Decision) -> Row:
    """The row of a decision."""
    step, seat, aside, repeat, answer, raw, notes, draws, meant, seats = decision
    lost = isinstance(answer, Forfeit)
    return (
        *(number, step, seat, _known(aside), repeat),
        None if lost else to_json(answer),
        stored(answer.reason) if lost else None,
        None if raw is None else stored(raw),
        *map(_unless_empty, (notes, draws, meant, seats)),
    )


def _columns(number: int, episode: Episode) -> Body:
    """The same rows, a column at a time, which takes half the time; not for awkward text."""
    step, seat, aside, repeat, answer, raw, *lists = _transposed(episode.decisions, 10)
    lost = [isinstance(said, Forfeit) for said in answer]
    decisions = _rows(
        number,
        *(step, seat, map(_known, aside), repeat),
        _lines([None if no else said for no, said in zip(lost, answer, strict=True)], lost),
        [stored(said.reason) if no else None for no, said in zip(lost, answer, strict=True)],
        [None if words is None else stored(words) for words in raw],
        *map(_lines_unless_empty, lists),
    )
    name, value, of, known_to, when = _transposed(episode.draws, 5)
    places = range(len(name))
    drawn = (places, map(_known, name), _lines(value), of, map(_audience, known_to), when)
    kind, by, data, to, truth = _transposed(episode.events, 5)
    told = map(_audience, to)
    events = (range(len(kind)), map(_known, kind), by, _lines(data), told)
    return Body(
        decisions,
        _rows(number, *drawn),
        _rows(number, *events, _lines_unless_empty(truth)),
        _deliveries(number, episode),
    )


def _rows(number: int, *columns: Iterable[object]) -> list[Row]:
    return list(zip(cycle([number]), *columns, strict=False))


def _transposed(rows: Sequence[Row], width: int) -> Sequence[Sequence[Any]]:
    return list(zip(*rows, strict=True)) if rows else [()] * width


_encode_lines = msgspec.json.Encoder().encode_lines
_known = lru_cache(maxsize=1024)(stored)
"""Names, of which there are few."""


def _lines(values: Sequence[Json], absent: Iterable[bool] | None = None) -> Sequence[str | None]:
    """Each value as JSON, or None where it is absent."""
    lines = _encode_lines(values)
    if len(lines) > LIMIT:
        raise ValueError("one of the values may be too long")
    texts = lines.decode().split("\n")[:-1]
    if absent is None:
        return texts
    return [None if no else text for no, text in zip(absent, texts, strict=True)]


def _lines_unless_empty(column: Sequence[Json]) -> Sequence[str | None]:
    """Each value as JSON, or None where it is empty; most columns are empty throughout."""
    return _lines(column, map(not_, column)) if any(column) else [None] * len(column)


def _unless_empty(value: Json) -> str | None:
    return to_json(value) if value else None


def checked_row(number: int, decision: Decision) -> Row:
    """The row of a decision that goes on disk before there is a digest; refuses what is no JSON."""
    answer = decision.answer
    meant, draws = decision.meant, decision.draws
    if _plain(answer) and (not meant or _plain(meant)) and all(map(_drawn_plainly, draws)):
        return decision_row(number, decision)
    strict_json(decision.row())
    return decision_row(number, decision)


def _plain(answer: object) -> bool:
    """Whether an answer is quickly seen to be JSON; most are."""
    if isinstance(answer, dict):
        return all(type(key) is str and type(value) in _SURE for key, value in answer.items())
    return type(answer) in _SURE


def _drawn_plainly(draw: Draw) -> bool:
    value = draw.value
    if type(value) is list:
        return all(type(place) is int for place in value)
    return type(value) is int or value is None or (type(value) is float and isfinite(value))


_SURE = frozenset((str, int, bool, type(None), Forfeit))


def decision_of(row: Row) -> Decision:
    """The decision of a row."""
    _, step, seat, aside, repeat, answer, forfeit, raw, notes, draws, meant, seats = row
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
        () if seats is None else _decode_seats(seats),
    )


def draw_of_row(row: Row) -> Draw:
    """The draw of a row."""
    _, _, name, value, of, known_to, step = row
    return Draw(text_of(name), of_json(value), of, _seats(known_to), step)


def events_of_rows(rows: Sequence[Row]) -> tuple[Event, ...]:
    """The events of rows; a run has many, so that names and audiences are read once each."""
    return tuple(
        [
            make(
                Event,
                (
                    _name(kind),
                    by,
                    _object(data),
                    _seats(to),
                    NOTHING if truth is None else _object(truth),
                ),
            )
            for _, _, kind, by, data, to, truth in rows
        ]
    )


def change_of_row(row: Row) -> Json:
    """What channels made of one delivery."""
    _, _, event, seat, made = row
    return [event, seat, of_json(made)]


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
        events_of_rows(body.events),
        tuple(payoffs),
        outcome,
        carry,
        tuple(map(change_of_row, body.deliveries)),
    )


@lru_cache(maxsize=1024)
def _audience(to: To) -> str:
    return to if isinstance(to, str) else to_json(to)


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


_name = lru_cache(maxsize=1024)(text_of)


@lru_cache(maxsize=1024)
def _seats(column: object) -> To:
    if column == EVERYONE:
        return EVERYONE
    if column == EACH:
        return EACH
    try:
        return _decode_seats(column)  # type: ignore[arg-type]
    except (msgspec.MsgspecError, TypeError) as error:
        raise ValueError(f"expected an audience: {error}") from None
