"""Lines of a published event log, checked: what each type of event must hold, and may hold.

What an event cannot do without makes its line a bad one; any other field that is not of its type is
a doubt about the line, and the rest of the line stands.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from typing import NamedTuple

from suasion.core.asks import Json
from suasion.measures.lines import Bad, Parsed

MOST_ROUNDS = 100_000
MOST_TOKENS = 10**12
"""The most tokens that one number may be, so that sums of them stay exact."""
MOST_SEATS = 100
_SEAT = re.compile(r"agent_(0|[1-9][0-9]?)")

Check = Callable[[Json], bool]


class Logged(NamedTuple):
    """A sound line of a log."""

    line: int
    raw: bytes
    type: str
    round: int
    """0 before the first round, and where the line has none."""
    by: int | None
    """The number of the agent; `None` for the system."""
    fields: Mapping[str, Json]
    """As they stood."""
    known: Mapping[str, Json]
    """Those of the type's own fields that are what they should be."""
    doubts: tuple[str, ...]
    """What is wrong with the others."""


def seat_of(value: Json) -> int | None:
    """The number in `agent_3`; `None` for anything else."""
    found = _SEAT.fullmatch(value) if isinstance(value, str) else None
    return int(found[1]) if found else None


def _text(value: Json) -> bool:
    return isinstance(value, str)


def _name(value: Json) -> bool:
    """Some text that is not the number of a seat."""
    return isinstance(value, str) and bool(value.strip()) and not value.startswith("agent_")


def _flag(value: Json) -> bool:
    return isinstance(value, bool)


def _tokens(value: Json) -> bool:
    return type(value) in (int, float) and abs(value) <= MOST_TOKENS


def _round(value: Json) -> bool:
    return type(value) is int and 0 <= value <= MOST_ROUNDS


def _whole(value: Json) -> bool:
    return type(value) is int and 0 <= value <= MOST_TOKENS


def _agent(value: Json) -> bool:
    return seat_of(value) is not None


def _agents(value: Json) -> bool:
    """Seats by number or by name."""
    some = isinstance(value, list) and len(value) <= MOST_SEATS
    return some and all(_agent(each) or _name(each) for each in value)


def _texts(value: Json) -> bool:
    return isinstance(value, list) and all(map(_text, value))


def _names(value: Json) -> bool:
    return isinstance(value, list) and len(value) <= MOST_SEATS and all(map(_name, value))


def _clues(value: Json) -> bool:
    """Clues by the name of who holds them, or by number."""
    if not isinstance(value, dict) or len(value) > MOST_SEATS:
        return False
    return all(_agent(each) or _name(each) for each in value) and all(map(_text, value.values()))


def _balances(value: Json) -> bool:
    return _of_names(value, _tokens)


def _of_names(value: Json, check: Check) -> bool:
    some = isinstance(value, dict) and len(value) <= MOST_SEATS
    return some and all(map(_name, value)) and all(map(check, value.values()))


def _eliminated(value: Json) -> bool:
    if not isinstance(value, list) or len(value) > MOST_SEATS:
        return False
    dead = all(isinstance(each, dict) and _name(each.get("name")) for each in value)
    return dead and all(_round(each.get("death_round", 0)) for each in value)


class Form(NamedTuple):
    """The fields of one type of event."""

    needed: Mapping[str, Check]
    other: Mapping[str, Check]
    seated: bool = True
    """Whether it is an agent's doing and never the system's."""


_COST: Mapping[str, Check] = {
    "token_cost": _tokens,
    "balance_before": _tokens,
    "balance_after": _tokens,
}
FORMS: Mapping[str, Form] = {
    "AGENT_MODEL": Form({"model": _text}, {}),
    "PERSONA_OVERRIDE": Form({"agent_name": _name}, {"persona_text": _text}, seated=False),
    "PERSONA_SWAP": Form({"old_persona": _name, "new_persona": _name}, {}),
    "PUZZLE_CREATED": Form(
        {"puzzle_id": _text, "clue_holders": _clues}, {"category": _text, "answer": _text}, False
    ),
    "SEND_PUBLIC": Form({"content": _text}, _COST),
    "SEND_PRIVATE": Form({"content": _text, "target": _agent}, {"target_name": _name, **_COST}),
    "SHOUT": Form({"content": _text}, _COST),
    "SOLVE_ATTEMPT": Form({}, {"puzzle_id": _text, "answer": _text, "correct": _flag}),
    "PUZZLE_SOLVED": Form(
        {"puzzle_id": _text, "contributors": _agents},
        {"answer": _text, "cooperative": _flag, "auto_solved": _flag},
        seated=False,
    ),
    "PUZZLE_EXPIRED": Form({}, {"puzzle_id": _text}, seated=False),
    "REWARD": Form({"amount": _tokens}, {"reason": _text, "cooperative": _flag}),
    "TRADE_OFFERED": Form(
        {}, {"target": _agent, "trade_id": _text, "offer_tokens": _tokens, "ask": _text}
    ),
    "TRADE": Form({"target": _agent, "amount": _tokens}, {}),
    "TRADE_ACCEPTED": Form({}, {"trade_id": _text, "from": _agent, "tokens_received": _tokens}),
    "PARSER_EXPLOIT": Form({}, {"text": _text, "injected_commands": _texts}),
    "RATE": Form({}, {"target": _agent, "rating": _text, "score": _tokens}),
    "PASS": Form({}, {}),
    "DEATH": Form({}, {"cause": _text}),
    "GAME_END": Form(
        {},
        {
            "total_rounds": _round,
            "survivors": _names,
            "eliminated": _eliminated,
            "final_balances": _balances,
            "puzzles_solved": _whole,
            "puzzles_expired": _whole,
            "total_events": _whole,
            "deception_events": _whole,
            "promises_made": _whole,
            "promises_broken": _whole,
            "false_clues": _whole,
        },
        seated=False,
    ),
}
"""Every type that a published log holds, of any generation of the engine."""
COMMON = ("game_id", "event_type", "agent", "round", "timestamp")


def game_of(parsed: Parsed) -> str:
    """The game that a line names. Errors: `Bad`."""
    name = parsed.value.get("game_id")
    if name is None:
        raise Bad("missing_field", "game_id")
    if not isinstance(name, str) or not name.strip():
        raise Bad("wrong_type", "game_id")
    return str(name)


def check(parsed: Parsed, line: int, raw: bytes) -> Logged:
    """A line as an event of its game. Errors: `Bad`."""
    value = parsed.value
    type_ = value.get("event_type")
    if type_ is None:
        raise Bad("missing_field", "event_type")
    if not isinstance(type_, str):
        raise Bad("wrong_type", "event_type")
    if type_ not in FORMS:
        raise Bad("unknown_event_type", type_[:80])
    if parsed.beyond:
        raise Bad("bad_value", "a number beyond the largest double")
    form = FORMS[type_]
    _present(value, form)
    doubts = tuple(_doubts(value, form))
    return Logged(
        line,
        raw,
        type_,
        value.get("round", 0) if _round(value.get("round", 0)) else 0,
        seat_of(value.get("agent")),
        value,
        {
            k: v
            for k, v in value.items()
            if (k in form.needed or k in form.other) and k not in doubts
        },
        tuple(f"wrong_type: {field}" for field in doubts),
    )


def _present(value: Mapping[str, Json], form: Form) -> None:
    needed: dict[str, Check] = {"agent": _agent} if form.seated else {}
    if value["event_type"] != "GAME_END":
        needed["round"] = _round
    for field, sound in {**needed, **form.needed}.items():
        if value.get(field) is None:
            raise Bad("missing_field", field)
        if not sound(value[field]):
            raise Bad("wrong_type", field)


def _doubts(value: Mapping[str, Json], form: Form) -> Iterator[str]:
    """Fields that are not of their type; null is absent."""
    for field, sound in form.other.items():
        if value.get(field) is not None and not sound(value[field]):
            yield field
