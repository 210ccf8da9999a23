"""The delivery chain by name: what may befall an event on its way from the rules to a seat.

Around any environment: `sanitise`, `loss`, `delay`, `eavesdrop`, `inject`, one after the other in
the order they are given. Events are recorded as they were made; what became of each copy is
recorded beside them and replays without the chain. Nobody's brief changes: a seat is not told
that somebody listens. A seat's own words never travel.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from difflib import get_close_matches
from typing import Any, NamedTuple
from urllib.parse import quote, unquote

from suasion.channels.links import Delay, Eavesdrop, Inject, Loss, Reach, Sanitise
from suasion.channels.parameters import (
    HOW,
    KINDS,
    RATE,
    SEAT,
    STEPS,
    WORDS,
    Names,
    Parameter,
    shown,
)
from suasion.core.asks import Json
from suasion.core.views import Channel

NAME = "name"
"""The key that says which channel it is."""


class BadChannel(ValueError):
    """A channel that there is none of, or one with parameters that it does not take."""

    def __init__(self, said: str, instead: str) -> None:
        super().__init__(said)
        self.instead = instead
        """One that is near, as it is written on a command line."""


class Kind(NamedTuple):
    """One kind of channel."""

    make: Callable[..., Channel]
    takes: tuple[Parameter, ...]
    about: str


def _reach(kinds: tuple[str, ...], seat: int | None = None) -> Reach:
    return Reach(kinds, seat)


CHANNELS: Mapping[str, Kind] = {
    "sanitise": Kind(
        lambda kinds, seat: Sanitise(_reach(kinds, seat)),
        (KINDS, SEAT),
        "strips control characters and breaks markers of chat templates in every text",
    ),
    "loss": Kind(
        lambda rate, kinds, seat: Loss(_reach(kinds, seat), rate),
        (RATE, KINDS, SEAT),
        "loses each copy with this chance",
    ),
    "delay": Kind(
        lambda steps, rate, kinds, seat: Delay(_reach(kinds, seat), steps, rate),
        (STEPS, RATE._replace(required=False), KINDS, SEAT),
        "delivers each copy so many steps later, with this chance",
    ),
    "eavesdrop": Kind(
        lambda seat, kinds: Eavesdrop(_reach(kinds), seat),
        (SEAT._replace(required=True), KINDS),
        "tells a seat, too, what others tell each other in private",
    ),
    "inject": Kind(
        lambda text, how, kinds, seat: Inject(_reach(kinds, seat), text, how),
        (WORDS, HOW, KINDS, SEAT),
        "adds to the words of an event, or puts others in their place",
    ),
}


def make(named: Mapping[str, Json], seats: Names = ()) -> Channel:
    """A fresh channel for one episode, from its name and parameters; `seats` are their names.

    Errors: `BadChannel`, which says what was expected and what there is.
    """
    name = named.get(NAME)
    kind = CHANNELS.get(name) if isinstance(name, str) else None
    if kind is None:
        raise _unknown(name, seats)
    known = {each.name: each for each in kind.takes}
    for key in named:
        if key != NAME and key not in known:
            raise _no_parameter(named, key, known, seats)
    return kind.make(**{key: _value(named, each, seats) for key, each in known.items()})


def parsed(text: str) -> dict[str, Json]:
    """What `NAME` or `NAME?key=value&key=value` says; `%26` in a value is an ampersand.

    Errors: `BadChannel`, where a part is no `key=value`.
    """
    name, asks, given = text.partition("?")
    takes = CHANNELS[name].takes if name in CHANNELS else ()
    reading = {each.name: each.of_text for each in takes}
    named: dict[str, Json] = {NAME: name}
    for part in given.split("&") if asks else ():
        key, equals, value = part.partition("=")
        if not key or not equals or key in named:
            why = "is given twice" if key in named else "is no key=value"
            said = f"channel {text[:80]!r}: {part[:80]!r} {why}; expected {form(name)}"
            raise BadChannel(said, _example(name))
        named[key] = reading.get(key, str)(unquote(value))
    return named


def written(named: Mapping[str, Json]) -> str:
    """A channel as it is written on a command line."""
    parts = (f"{k}={quote(shown(v), safe=' ,.:;!?/')}" for k, v in named.items() if k != NAME)
    given = "&".join(parts)
    return f"{named[NAME]}?{given}" if given else str(named[NAME])


def form(name: str) -> str:
    """How a channel is written, with every parameter."""
    keys = "&".join(f"{each.name}=…" for each in CHANNELS[name].takes) if name in CHANNELS else ""
    return f"{name}?{keys}" if keys else "NAME?key=value&key=value"


def chain(named: Sequence[Mapping[str, Json]], seats: Names) -> list[Channel]:
    """The channels of a game, fresh, in their order."""
    return [make(each, seats) for each in named]


def _value(named: Mapping[str, Json], parameter: Parameter, seats: Names) -> Any:
    key = parameter.name
    if key not in named and parameter.required:
        said = f"channel {named[NAME]} needs {key!r}: {_expected(parameter, seats)}"
        raise BadChannel(said, _mended(named, key, _usual(parameter, seats)))
    value = named.get(key, parameter.default)
    try:
        if parameter.required and value is None:
            raise TypeError
        return parameter.read(value, seats)
    except (ValueError, TypeError):
        was = f"{key!r} of channel {named[NAME]} is {str(value)[:80]!r}"
        said = f"{was}: expected {_expected(parameter, seats)}"
        raise BadChannel(said, _mended(named, key, _usual(parameter, seats))) from None


def _expected(parameter: Parameter, seats: Names) -> str:
    if parameter.name != SEAT.name:
        return parameter.expected
    return f"{parameter.expected}; there are: {', '.join(seats)}"


def _usual(parameter: Parameter, seats: Names) -> Json:
    """A value that can stand where none or a bad one does; `None` leaves it out."""
    if not parameter.required:
        return None
    return next(iter(seats), "") if parameter.name == SEAT.name else parameter.example


def _mended(named: Mapping[str, Json], key: str, value: Json) -> str:
    left = {k: v for k, v in named.items() if k != key}
    return written(left if value is None else {**left, key: value})


def _example(name: str, seats: Names = ()) -> str:
    """A channel of this kind that can be made, or of the first."""
    kind = name if name in CHANNELS else next(iter(CHANNELS))
    needed = (each for each in CHANNELS[kind].takes if each.required)
    return written({NAME: kind, **{each.name: _usual(each, seats) for each in needed}})


def _unknown(name: Json, seats: Names) -> BadChannel:
    near = get_close_matches(str(name)[:80], CHANNELS, 1)
    meant = f" (did you mean {near[0]}?)" if near else ""
    said = f"no channel {str(name)[:80]!r}{meant}; there are: {', '.join(CHANNELS)}"
    return BadChannel(said, _example(near[0] if near else "", seats))


def _no_parameter(
    named: Mapping[str, Json], key: str, known: Mapping[str, Parameter], seats: Names
) -> BadChannel:
    near = get_close_matches(str(key)[:80], known, 1)
    meant = f" (did you mean {near[0]}?)" if near else ""
    there = ", ".join(map(str, known.values()))
    said = f"channel {named[NAME]} takes no {str(key)[:80]!r}{meant}; there are: {there}"
    left = {k: v for k, v in named.items() if k != key}
    needed = {p.name: _usual(p, seats) for p in known.values() if p.required}
    return BadChannel(said, written({**left, **{k: left.get(k, v) for k, v in needed.items()}}))
