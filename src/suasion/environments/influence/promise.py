"""What a promise is: its form in a log and in what a script meant, read into terms.

    {"promisor", "promisee", "what", "beneficiary", "times", "by", "condition"}

Null in any field is absent; unknown fields are let be. Import and measures read promises here
and nowhere else, so that what is accepted and what is measured cannot differ.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import NamedTuple, NoReturn

from suasion.core.asks import Json

PlaceInGame = tuple[int, int]
"""Round and slot; slot 0 where an event has none."""

_BY = dict.fromkeys(("round", "slot"))
_CONDITION = {"seat": None, "pulls_for": None, "times": None, "by": _BY}
_FORM: Mapping[str, Json] = {
    **dict.fromkeys(("promisor", "promisee", "what", "beneficiary", "times")),
    "by": _BY,
    "condition": _CONDITION,
}


class BadPromise(ValueError):
    """A promise that has no terms; says which field, and what was expected."""


class Board(NamedTuple):
    """What the terms of a promise lean on."""

    seats: Mapping[str, int]
    """The number of each seat's name."""
    rounds: int
    slots: int


class Condition(NamedTuple):
    """What another seat must do first."""

    seat: int
    pulls_for: int
    times: int
    by: PlaceInGame


class Promise(NamedTuple):
    """To pull `times` times for a seat by a deadline."""

    promisor: int
    promisee: int | None
    """`None` in a post to nobody in particular."""
    beneficiary: int
    times: int
    by: PlaceInGame
    """The last place at which it can be kept."""
    condition: Condition | None


def several(value: Json) -> list[Json]:
    """The promises that an event carries: none, one, or an array of them."""
    if value is None:
        return []
    return value if isinstance(value, list) else [value]


def read(value: Json, sender: int, to: int | None, board: Board) -> Promise:
    """One promise by `sender`, in a message to `to` or in a post. Errors: `BadPromise`."""
    if not isinstance(value, dict):
        _bad("expected an object")
    if _seat(value, "promisor", board, sender) != sender:
        _bad("promisor must be the sender")
    if value.get("what") not in (None, "pull_for"):
        _bad("what must be pull_for")
    promisee = _seat(value, "promisee", board, to)
    beneficiary = _seat(value, "beneficiary", board, promisee)
    if beneficiary is None:
        _bad("beneficiary is required where there is no promisee")
    if beneficiary == sender:
        _bad("beneficiary must be another seat than the promisor")
    by = _deadline(value, board, (board.rounds, board.slots))
    condition = _condition(value.get("condition"), board, by)
    return Promise(sender, promisee, beneficiary, _times(value), by, condition)


def known(value: Json) -> Json:
    """A promise, or an array of them, without unknown fields."""
    if isinstance(value, list):
        return [known(each) for each in value]
    return _known(value, _FORM)


def _known(value: Json, form: Json) -> Json:
    if not isinstance(value, dict) or form is None:
        return value
    return {key: _known(value[key], form[key]) for key in form if key in value}


def _condition(value: Json, board: Board, default: PlaceInGame) -> Condition | None:
    if value is None:
        return None
    if not isinstance(value, dict):
        _bad("condition must be an object")
    seat = _seat(value, "seat", board, None)
    pulls_for = _seat(value, "pulls_for", board, None)
    if seat is None or pulls_for is None or seat == pulls_for:
        _bad("condition needs two different seats: seat and pulls_for")
    return Condition(seat, pulls_for, _times(value), _deadline(value, board, default))


def _seat(value: Mapping[str, Json], field: str, board: Board, default: int | None) -> int | None:
    name = value.get(field)
    if name is None:
        return default
    if not isinstance(name, str) or name not in board.seats:
        _bad(f"{field} must be a seat")
    return board.seats[name]


def _times(value: Mapping[str, Json]) -> int:
    times = value.get("times")
    if times is None:
        return 1
    if type(times) is not int or times < 1:
        _bad("times must be an integer from 1 up")
    return times


def _deadline(value: Mapping[str, Json], board: Board, default: PlaceInGame) -> PlaceInGame:
    by, end = value.get("by"), (board.rounds, board.slots)
    if by is None:
        return default
    if by == "end":
        return end
    if not isinstance(by, dict):
        _bad('by must be {"round": r}, {"round": r, "slot": k} or "end"')
    last, slot = by.get("round"), by.get("slot")
    if type(last) is not int or last < 1:
        _bad("by needs a round from 1 up")
    if slot is None:
        slot = board.slots
    if type(slot) is not int or not 1 <= slot <= board.slots:
        _bad("the slot of by must be one of the game")
    return min((last, slot), end)


def _bad(words: str) -> NoReturn:
    raise BadPromise(words)
