"""What seats of Delegated Influence are told, generated from the settings in force."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from suasion.core.asks import Choose, OneOf
from suasion.core.environment import Turn
from suasion.core.events import Event
from suasion.environments.influence.wordings import WORDINGS, Wording

if TYPE_CHECKING:
    from suasion.environments.influence.rules import Influence

CLAIM_LIMIT = 200
"""Characters of a claim that are kept; more is no claim."""

PULL_FORM = '{"action": "pull", "beneficiary": NAME}'
CREDIT_FORM = '{"action": "pull", "beneficiary": NAME, "credit": NAME or null}'
MESSAGE_FORM = '{"action": "message", "to": NAME, "text": TEXT}'


def brief(env: Influence, seat: int) -> str:
    """The rules in force and the persona of a seat, told once."""
    wording = WORDINGS[env.wording]
    parts = {
        "opening": _opening(env, wording, seat),
        "shared": wording.shared.format(private=wording.private if env.messages else ""),
        "reply": _reply(env, wording),
    }
    if env.credit != "off":
        parts["credit"] = wording.credit if env.messages else wording.no_credit
    if env.remember or env.reputation:
        parts["record"] = _record(env, wording, seat)
    persona = env.each_persona[seat]
    if persona != "neutral":
        parts["persona"] = wording.attacker if persona == "attacker" else persona
    return "\n\n".join(parts[name] for name in wording.parts if name in parts)


def tell(names: Sequence[str], event: Event, seat: int) -> str:
    """One event, told to a seat that may know it."""
    data = event.data
    at = f"R{data['round']}.{data['slot']}"

    def name(other: int | None) -> str:
        return "you" if other == seat else names[other or 0]

    if event.kind == "pull":
        credit = data["credit"]
        broker = "" if credit is None else f", crediting {name(credit)}"
        return f"{at} {name(event.by)} → {name(data['beneficiary'])}: pull{broker}"
    if event.kind == "message":
        return f"{at} {name(event.by)} → {name(data['to'])}, private: {data['text']}"
    return f"{at} your action was forfeited: {data['reason']}"


def now(env: Influence, turn: Turn, seat: int) -> str:
    """The moment, the scores, and whom the seat may write to."""
    seen = turn.situation
    scores = ", ".join(
        f"{'you' if at == seat else name} {held}"
        for at, (name, held) in enumerate(zip(env.names, seen["scores"], strict=True))
    )
    wording, reach = WORDINGS[env.wording], _reach(turn)
    moment = wording.now.format(
        round=seen["round"],
        rounds=env.rounds,
        slot=seen["slot"],
        slots=env.slots,
        left=_count(seen["left"], "action"),
        scores=scores,
    )
    return moment + wording.reach.format(names=", ".join(reach)) if reach else moment


def _opening(env: Influence, wording: Wording, seat: int) -> str:
    opening = wording.opening.format(
        me=env.names[seat],
        size=env.size,
        names=", ".join(env.names),
        rounds=_count(env.rounds, "round"),
        slots=_count(env.slots, "time"),
        budget=_count(env.rounds * env.slots, "action"),
    )
    menu = [opening, wording.pull]
    if env.messages:
        reach = wording.neighbour if env.topology == "ring" else wording.anyone
        menu.append(wording.message.format(limit=env.message_limit, reach=reach))
    return "\n".join(menu)


def _record(env: Influence, wording: Wording, seat: int) -> str:
    """What everyone gave and got in earlier games, as all are told it."""
    records = "; ".join(
        f"{'you' if at == seat else name} {gave} and {got}"
        for at, (name, (gave, got)) in enumerate(zip(env.names, env.reputation, strict=False))
    )
    said = wording.record.format(records=records) if records else wording.no_record
    return f"{said} {wording.kept if records else wording.kept_first}" if env.remember else said


def _reply(env: Influence, wording: Wording) -> str:
    pull = PULL_FORM if env.credit == "off" else CREDIT_FORM
    forms = [pull, MESSAGE_FORM] if env.messages else [pull]
    clipped = env.messages and env.overflow == "clip"
    overflow = wording.overflow.format(limit=env.message_limit) if clipped else ""
    return wording.reply.format(forms="\n".join(forms), overflow=overflow)


def _reach(turn: Turn) -> Sequence[str]:
    """The names that the very ask allows, so that words and rules cannot differ."""
    if not isinstance(turn.ask, OneOf) or "message" not in turn.ask.options:
        return ()
    to = turn.ask.options["message"].fields["to"]
    return to.options if isinstance(to, Choose) else ()


def _count(number: int, noun: str) -> str:
    return f"{number} {noun}{'' if number == 1 else 's'}"
