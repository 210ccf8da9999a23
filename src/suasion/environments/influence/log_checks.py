"""Headers and events of a log, checked; the first fault in the order of the format is the one."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from math import inf
from typing import NamedTuple

from suasion.core.asks import Json
from suasion.environments.influence import promise
from suasion.measures.filed import STATUSES, Status
from suasion.measures.lines import Bad, Parsed

FORMAT = "influence/1"
CREDITS = ("off", "plain", "payback_clause")
MOST = 1e150
"""The most that a self-pull or a control pull may pay, so that no sum of scores overflows."""


class Header(NamedTuple):
    """An episode's header, its absent fields filled in."""

    episode: str
    condition: str
    seats: Mapping[str, int]
    """The number of each seat's name."""
    rounds: int
    slots: int
    payoff: float | None
    models: Mapping[str, str | None]
    focal: str | None
    status: Status
    finished: bool
    public_chat: bool | None
    promises_recorded: bool | None
    credit: str
    control_points: float
    seed: int | str | None
    written: Mapping[str, Json]
    """As it stood."""

    @property
    def board(self) -> promise.Board:
        """What the terms of promises lean on."""
        return promise.Board(self.seats, self.rounds, self.slots)

    @property
    def mixed(self) -> bool:
        """Whether seats may pull for themselves."""
        return self.payoff is not None

    @property
    def talk(self) -> bool:
        """Whether messages are on."""
        return self.condition.endswith("/msg-on")


Check = Callable[[Json], bool]


def _text(value: Json) -> bool:
    return isinstance(value, str)


def _whole(value: Json) -> bool:
    return type(value) is int


def _number(value: Json) -> bool:
    return type(value) in (int, float)


def _flag(value: Json) -> bool:
    return isinstance(value, bool)


def _array_of(check: Check) -> Check:
    return lambda value: isinstance(value, list) and all(map(check, value))


def _or_null(check: Check) -> Check:
    return lambda value: value is None or check(value)


def _names_of_seats(value: Json) -> bool:
    return isinstance(value, dict) and all(map(_or_null(_text), value.values()))


def _promises(value: Json) -> bool:
    return isinstance(value, dict) or _array_of(lambda each: isinstance(each, dict))(value)


def _from(least: float, most: float = inf) -> Check:
    return lambda value: bool(least <= value <= most)


def _among(options: Collection[str]) -> Check:
    return lambda value: value in options


NEEDED = ("episode", "condition", "seats", "rounds", "slots")
HEADER_TYPES: Mapping[str, Check] = {
    "episode": _text,
    "condition": _text,
    "seats": _array_of(_text),
    "rounds": _whole,
    "slots": _whole,
    "self_pull_payoff": _number,
    "models": _names_of_seats,
    "personas": _names_of_seats,
    "focal": _text,
    "status": _text,
    "finished": _flag,
    "public_chat": _flag,
    "promises_recorded": _flag,
    "credit": _text,
    "control_pull_points": _number,
    "seed": lambda value: _text(value) or _whole(value),
    "format": _text,
}
HEADER_VALUES: Mapping[str, Check] = {
    "episode": bool,
    "seats": lambda value: len(value) >= 2 and all(value),
    "rounds": _from(1),
    "slots": _from(1),
    "self_pull_payoff": _from(0, MOST),
    "status": _among(STATUSES),
    "credit": _among(CREDITS),
    "control_pull_points": _from(0, MOST),
    "format": _among((FORMAT,)),
}


def header_of(parsed: Parsed, taken: Collection[str]) -> Header:
    """The header a line holds; `taken` are the ids there are already. Errors: `Bad`."""
    value, beyond = parsed
    _present(value, NEEDED)
    _each(value, HEADER_TYPES, "wrong_type")
    _each(value, HEADER_VALUES, "bad_value")
    _finite(beyond)
    seats = {name: at for at, name in enumerate(value["seats"])}
    if len(seats) < len(value["seats"]):
        raise Bad("duplicate_seat")
    for field in ("models", "personas"):
        _known(value.get(field) or (), seats, field)
    _known(_several(value.get("focal")), seats, "focal")
    _agrees(value)
    if value["episode"] in taken:
        raise Bad("duplicate_episode")
    return _header(value, seats)


def _agrees(value: Mapping[str, Json]) -> None:
    """The condition has its three parts, and the payoff of self-pulls suits its economy."""
    parts = value["condition"].split("/")
    if len(parts) != 3 or not parts[0]:
        raise Bad("bad_condition", "expected topology/economy/messages")
    _, economy, messages = parts
    if economy not in ("pure", "mixed") or messages not in ("msg-on", "msg-off"):
        raise Bad("bad_condition", "expected pure or mixed, and msg-on or msg-off")
    if (economy == "mixed") != (value.get("self_pull_payoff") is not None):
        raise Bad("economy_disagrees", "self_pull_payoff stands exactly in a mixed economy")


def _header(value: Mapping[str, Json], seats: Mapping[str, int]) -> Header:
    said = {key: each for key, each in value.items() if each is not None}
    return Header(
        episode=said["episode"],
        condition=said["condition"],
        seats=seats,
        rounds=said["rounds"],
        slots=said["slots"],
        payoff=said.get("self_pull_payoff"),
        models=said.get("models", {}),
        focal=said.get("focal"),
        status=said.get("status", "exploratory"),
        finished=said.get("finished", True),
        public_chat=said.get("public_chat"),
        promises_recorded=said.get("promises_recorded"),
        credit=said.get("credit", "plain"),
        control_points=said.get("control_pull_points", 1),
        seed=said.get("seed"),
        written=value,
    )


class Form(NamedTuple):
    """The fields of one action."""

    needed: Sequence[str]
    types: Mapping[str, Check]
    spends: bool = True


COMMON = ("index", "round", "seat", "action")
COMMON_TYPES: Mapping[str, Check] = {"index": _whole, "round": _whole, "seat": _text}
_SAID: Mapping[str, Check] = {"slot": _whole, "text": _text, "promise": _promises}
FORMS: Mapping[str, Form] = {
    "pull": Form(
        ("slot", "beneficiary"),
        {"slot": _whole, "beneficiary": _text, "credit_claimed": _text, "credit": _text},
    ),
    "message": Form(("slot", "to"), {"to": _text, **_SAID}),
    "post": Form(("slot",), _SAID),
    "forfeit": Form(("slot",), {"slot": _whole, "reason": _text}),
    "plan": Form(("plan",), {"plan": _array_of(_or_null(_text)), "slot": _whole}, False),
    "control_pull": Form(("beneficiary",), {"beneficiary": _text, "slot": _whole}, False),
}
SEATS = ("seat", "beneficiary", "to", "credit", "plan")
"""Fields of events that hold seats."""


def form_of(value: Mapping[str, Json]) -> Form:
    """The form that an event must have. Errors: `Bad`."""
    _present(value, COMMON)
    action = value["action"]
    if not isinstance(action, str) or action not in FORMS:
        raise Bad("unknown_action")
    return FORMS[action]


def check_event(parsed: Parsed, header: Header) -> Form:
    """All that is right or wrong with an event by itself. Errors: `Bad`."""
    value, beyond = parsed
    form = form_of(value)
    _present(value, form.needed)
    _each(value, {**COMMON_TYPES, **form.types}, "wrong_type")
    slot = {"slot": _from(1, header.slots)} if "slot" in form.types else {}
    _each(value, {"index": _from(0), "round": _from(1, header.rounds), **slot}, "bad_value")
    _finite(beyond)
    for field in SEATS:
        if field == "seat" or field in form.types:
            _known(_several(value.get(field)), header.seats, field)
    _allowed(value, header)
    _check_promises(value, header)
    return form


def _allowed(value: Mapping[str, Json], header: Header) -> None:
    """What the settings rule out."""
    action, seat = value["action"], value["seat"]
    if action == "message" and value["to"] == seat:
        raise Bad("self_message")
    own = value.get("beneficiary") == seat
    if own and (action == "control_pull" or (action == "pull" and not header.mixed)):
        raise Bad("self_pull_not_allowed")
    if action == "message" and not header.talk:
        raise Bad("message_when_off")
    if action == "post" and header.public_chat is False:
        raise Bad("post_when_off")


def _check_promises(value: Mapping[str, Json], header: Header) -> None:
    made = promise.several(value.get("promise"))
    if not made:
        return
    if value["action"] not in ("message", "post"):
        raise Bad("bad_promise", "it stands on a message or a post")
    if header.promises_recorded is False:
        raise Bad("bad_promise", "promises_recorded is false")
    to = header.seats[value["to"]] if value["action"] == "message" else None
    for each in made:
        try:
            promise.read(each, header.seats[value["seat"]], to, header.board)
        except promise.BadPromise as error:
            raise Bad("bad_promise", str(error)) from None


def _present(value: Mapping[str, Json], fields: Iterable[str]) -> None:
    """Null in a required field is missing."""
    for field in fields:
        if value.get(field) is None:
            raise Bad("missing_field", field)


def _each(value: Mapping[str, Json], checks: Mapping[str, Check], code: str) -> None:
    """Every field that there is passes its check; null in an optional one is absent."""
    for field, check in checks.items():
        if value.get(field) is not None and not check(value[field]):
            raise Bad(code, field)


def _finite(beyond: bool) -> None:
    if beyond:
        raise Bad("bad_value", "a number beyond the largest double")


def _several(value: Json) -> Iterable[str]:
    """The seats that a field names."""
    return [name for name in (value if isinstance(value, list) else [value]) if name is not None]


def _known(names: Iterable[str], seats: Mapping[str, int], field: str) -> None:
    if any(name not in seats for name in names):
        raise Bad("unknown_seat", field)
