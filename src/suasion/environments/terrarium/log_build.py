"""From the lines of a published log to a filed episode, with all that they say.

`truth["log"]` of an event is JSON text of the fields that the event itself does not hold: unknown
ones, those of a wrong type, and names where only numbers are expected. Times are under
`kept["times"]` of the episode, one an event, as they stood.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping, Sequence
from typing import NamedTuple

from suasion.core.asks import Json
from suasion.core.episode import Episode, Header
from suasion.core.events import EACH, EVERYONE, NOBODY, NOTHING, Event, To
from suasion.environments.terrarium.log_checks import COMMON, Logged, seat_of
from suasion.environments.terrarium.log_economy import settings_of
from suasion.environments.terrarium.measures.balances import held_after
from suasion.measures.filed import Filed, Held
from suasion.measures.lines import Bad

NAME, VERSION = "terrarium", "log"
"""The environment, and what stands for the version of rules that nothing tells."""


class Places(NamedTuple):
    """The seats of a game, by name and by number."""

    names: Sequence[str]
    seats: Mapping[str, int]

    def numbered(self, value: Json) -> int:
        """The seat of `agent_3`. Errors: `Bad` where there is none."""
        seat = seat_of(value)
        if seat is None or seat >= len(self.names):
            raise Bad("unknown_seat", f"{str(value)[:80]} of {len(self.names)} seats")
        return seat

    def optional(self, value: Json) -> int | None:
        """The seat of `agent_3`, where a line names one. Errors: as `numbered`."""
        return None if value is None else self.numbered(value)

    def either(self, value: str) -> int:
        """The seat of a name, or of `agent_3`. Errors: `Bad` where there is none."""
        if seat_of(value) is not None:
            return self.numbered(value)
        if value not in self.seats:
            raise Bad("unknown_name", value[:80])
        return self.seats[value]


def places(names: Sequence[str]) -> Places:
    """The seats of these names."""
    return Places(names, {name: seat for seat, name in enumerate(names)})


def compact(value: Json) -> str:
    """A JSON value in one line."""
    return json.dumps(value, ensure_ascii=False, allow_nan=False, separators=(",", ":"))


class Made(NamedTuple):
    """What a line becomes: an event without its round, and the fields it holds."""

    kind: str
    data: dict[str, Json]
    to: To
    truth: dict[str, Json]
    used: Sequence[str]


def event_of(logged: Logged, at: Places) -> Event:
    """The event of a line. Errors: `Bad` where it names a seat that there is not."""
    by = logged.by
    if by is not None and by >= len(at.names):
        raise Bad("unknown_seat", f"agent_{by} of {len(at.names)} seats")
    if logged.type == "PERSONA_OVERRIDE":
        by = at.seats.get(logged.known["agent_name"])
    made = _MADE[logged.type](logged.known, by, at)
    truth = {key: value for key, value in made.truth.items() if value is not None}
    rest = {k: v for k, v in logged.fields.items() if k not in {*COMMON, *made.used}}
    rest |= {k: logged.fields[k] for k in made.used if k in logged.fields and k not in logged.known}
    rest |= _common(logged, at)
    if rest:
        truth["log"] = compact(rest)
    return Event(made.kind, by, {"round": logged.round, **made.data}, made.to, truth or NOTHING)


def _common(logged: Logged, at: Places) -> dict[str, Json]:
    """What the fields of all lines say beyond the event: a strange agent, round or name."""
    fields, rest = logged.fields, {}
    if "agent" in fields and fields["agent"] not in ("system", f"agent_{logged.by}"):
        rest["agent"] = fields["agent"]
    if "round" in fields and fields["round"] != logged.round:
        rest["round"] = fields["round"]
    name, target = fields.get("target_name"), seat_of(fields.get("target"))
    if "target_name" in fields and (target is None or name != at.names[target]):
        rest["target_name"] = name
    return rest


def _cost(known: Mapping[str, Json]) -> dict[str, Json]:
    names = {"cost": "token_cost", "before": "balance_before", "after": "balance_after"}
    return {name: known.get(field) for name, field in names.items()}


COST = ("token_cost", "balance_before", "balance_after")
Make = Callable[[Mapping[str, Json], "int | None", Places], Made]


def _public(kind: str) -> Make:
    def make(known: Mapping[str, Json], _: int | None, __: Places) -> Made:
        data = {"text": known["content"]}
        return Made(kind, data, EVERYONE, _cost(known), ("content", *COST))

    return make


def _private(known: Mapping[str, Json], by: int | None, at: Places) -> Made:
    to = at.numbered(known["target"])
    told = tuple(dict.fromkeys(seat for seat in (by, to) if seat is not None))
    used = ("content", "target", "target_name", *COST)
    return Made("private", {"to": to, "text": known["content"]}, told, _cost(known), used)


def _puzzle(known: Mapping[str, Json], _: int | None, at: Places) -> Made:
    clues = known["clue_holders"]
    seats = [at.either(holder) for holder in clues]
    if len(set(seats)) < len(seats):
        raise Bad("duplicate_seat", "clue_holders")
    data = {
        "puzzle": known["puzzle_id"],
        "category": known.get("category"),
        "seat": seats,
        "clue": list(clues.values()),
        "partner": [[at.names[other] for other in seats if other != seat] for seat in seats],
    }
    used = ("puzzle_id", "category", "clue_holders", "answer")
    return Made("puzzle", data, EACH, {"answer": known.get("answer")}, used)


def _solved(known: Mapping[str, Json], _: int | None, at: Places) -> Made:
    contributors = [at.either(each) for each in known["contributors"]]
    data = {
        "puzzle": known["puzzle_id"],
        "answer": known.get("answer"),
        "contributors": contributors,
        "cooperative": known.get("cooperative", len(contributors) > 1),
        "auto": known.get("auto_solved", False),
    }
    used = ("puzzle_id", "answer", "contributors", "cooperative", "auto_solved")
    return Made("solved", data, NOBODY, {}, used)


def _attempt(known: Mapping[str, Json], _: int | None, __: Places) -> Made:
    """A wrong one; no published engine logs right ones this way, so that one is its own kind."""
    kind = "right_solve" if known.get("correct") is True else "wrong_solve"
    data = {"puzzle": known.get("puzzle_id"), "answer": known.get("answer")}
    return Made(kind, data, NOBODY, {}, ("puzzle_id", "answer", "correct"))


def _offer(known: Mapping[str, Json], by: int | None, at: Places) -> Made:
    to = at.optional(known.get("target"))
    data = {
        "trade": known.get("trade_id"),
        "to": to,
        "tokens": known.get("offer_tokens"),
        "ask": known.get("ask"),
    }
    told = tuple(dict.fromkeys(seat for seat in (by, to) if seat is not None))
    return Made("offer", data, told, {}, ("trade_id", "target", "offer_tokens", "ask"))


def _accepted(known: Mapping[str, Json], _: int | None, at: Places) -> Made:
    data = {
        "trade": known.get("trade_id"),
        "from": at.optional(known.get("from")),
        "tokens": known.get("tokens_received"),
    }
    return Made("accepted", data, NOBODY, {}, ("trade_id", "from", "tokens_received"))


def _aimed(kind: str, **fields: str) -> Make:
    """An event with a target, told to nobody: `seat` names the field that holds it."""
    seat = fields.pop("seat")

    def make(known: Mapping[str, Json], _: int | None, at: Places) -> Made:
        data: dict[str, Json] = {seat: at.optional(known.get("target"))}
        data |= {name: known.get(field) for name, field in fields.items()}
        return Made(kind, data, NOBODY, {}, ("target", *fields.values()))

    return make


def _plain(kind: str, **fields: str) -> Make:
    """An event told to nobody, its fields under names of ours."""

    def make(known: Mapping[str, Json], _: int | None, __: Places) -> Made:
        data = {name: known.get(field) for name, field in fields.items()}
        return Made(kind, data, NOBODY, {}, tuple(fields.values()))

    return make


def _end(known: Mapping[str, Json], _: int | None, __: Places) -> Made:
    data = {"round": known.get("total_rounds", 0), **known}
    return Made("end", data, NOBODY, {}, tuple(known))


_MADE: Mapping[str, Make] = {
    "AGENT_MODEL": _plain("model", model="model"),
    "PERSONA_OVERRIDE": _plain("override", name="agent_name", text="persona_text"),
    "PERSONA_SWAP": _plain("persona", old="old_persona", new="new_persona"),
    "PUZZLE_CREATED": _puzzle,
    "SEND_PUBLIC": _public("public"),
    "SEND_PRIVATE": _private,
    "SHOUT": _public("shout"),
    "SOLVE_ATTEMPT": _attempt,
    "PUZZLE_SOLVED": _solved,
    "PUZZLE_EXPIRED": _plain("expired", puzzle="puzzle_id"),
    "REWARD": _plain("reward", amount="amount", reason="reason", cooperative="cooperative"),
    "TRADE_OFFERED": _offer,
    "TRADE": _aimed("trade", seat="to", tokens="amount"),
    "TRADE_ACCEPTED": _accepted,
    "PARSER_EXPLOIT": _plain("exploit", text="text", commands="injected_commands"),
    "RATE": _aimed("rated", seat="of", rating="rating", score="score"),
    "PASS": _plain("pass"),
    "DEATH": _plain("death", cause="cause"),
    "GAME_END": _end,
}


class Ended(NamedTuple):
    """How a game ended, by its events and by what the end of the log says."""

    outcome: Mapping[str, Json]
    disagrees: Sequence[str]
    """Where the two differ; what the end says stands."""


def filed_of(
    game: str,
    names: Sequence[str],
    log: Sequence[Logged],
    events: Sequence[Event],
    kept: Mapping[str, Json],
    damaged: bool,
) -> tuple[Filed, Sequence[str]]:
    """The episode of a game, and where its end contradicts its events."""
    models = {event.by: event.data["model"] for event in events if event.kind == "model"}
    header = Header(NAME, VERSION, settings_of(events, names), 0, "recorded")
    ended = _ended(events, names)
    held = held_after(events, header.settings, len(names))
    balances = ended.outcome["balances"]
    payoffs = tuple(held[-1] if balances is None and held else balances or (0,) * len(names))
    filed = Filed(
        id=game,
        episode=Episode(header, (), (), tuple(events), payoffs, ended.outcome),
        seats=[Held(name, models.get(seat)) for seat, name in enumerate(names)],
        finished=any(event.kind == "end" for event in events),
        damaged=damaged,
        kept={**kept, "times": [each.fields.get("timestamp") for each in log]},
    )
    return filed, ended.disagrees


def _ended(events: Sequence[Event], names: Sequence[str]) -> Ended:
    ends = [event.data for event in events if event.kind == "end"]
    said: Mapping[str, Json] = ends[0] if ends else {}
    deaths: dict[str, int] = {}
    for event in events:
        if event.kind == "death":
            deaths.setdefault(names[event.by or 0], event.data["round"])
    counted: dict[str, Json] = {
        "total_rounds": max((e.data["round"] for e in events if e.kind != "end"), default=0),
        "puzzles_solved": sum(event.kind == "solved" for event in events),
        "puzzles_expired": sum(event.kind == "expired" for event in events),
        "eliminated": deaths,
    }
    listed = {each["name"]: each.get("death_round") for each in said.get("eliminated", ())}
    told = {**said, "eliminated": listed} if "eliminated" in said else said
    final = said.get("final_balances")
    dead = {**deaths, **{name: at for name, at in listed.items() if at is not None}}
    outcome = {
        "balances": None if final is None else [final.get(name) for name in names],
        "death_rounds": [dead.get(name) for name in names],
        "solved": counted["puzzles_solved"],
        "expired": counted["puzzles_expired"],
        "rounds": told.get("total_rounds", counted["total_rounds"]),
    }
    disagrees = [
        f"end_disagrees: {field} is {_shown(told[field])} at the end, {_shown(value)} by events"
        for field, value in counted.items()
        if field in told and told[field] != value
    ]
    return Ended(outcome, disagrees)


def _shown(value: Json) -> str:
    return compact(value)[:200]
