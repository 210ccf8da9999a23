"""What seats are told, generated from the settings in force."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from suasion.core.asks import Json
from suasion.core.events import Event
from suasion.environments.social.wordings import WORDINGS

if TYPE_CHECKING:
    from suasion.environments.social.rules import Social


def brief(env: Social) -> str:
    """The rules in force, told once and to all alike."""
    wording, sync, one = WORDINGS[env.wording], env.updates == "sync", env.contact_rate == 1
    parts = {
        "opening": wording.opening.format(
            size=env.size,
            news=env.news,
            days=_count(env.days, "day"),
            others=_count(env.contact_rate, "other"),
            they="it" if one else "they",
            verb="believes" if one else "believe",
            when=wording.morning if sync else wording.moment,
            order=wording.at_once if sync else wording.by_turns,
        ),
        "reply": wording.reply.format(
            form=wording.form if env.post_limit else "", said=wording.said if env.post_limit else ""
        ),
    }
    if env.post_limit:
        parts["posts"] = wording.posts.format(limit=env.post_limit)
    if env.correction_day:
        parts["correction"] = wording.correction
    return "\n\n".join(parts[name] for name in wording.parts if name in parts)


def tell(event: Event) -> str:
    """One event, to a seat that is told it; the end of a day, to whoever reads a record."""
    data = event.data
    day = f"Day {data['day']}"
    if event.kind == "met":
        return f"{day}: {_met(data['own'], data['met'], data['believed'])}"
    if event.kind == "read":
        return f"{day}: {_read(data['of'], data['text'])}"
    if event.kind == "correction":
        return f"{day}, official statement: {data['text']}"
    if event.kind == "post":
        return f"{day}: you said you {data['belief']} it, and posted: {data['post']}"
    if event.kind == "forfeit":
        return f"{day}: you gave no answer that counts ({data['reason']})."
    return (
        f"{day} is over: {data['infected']} believe it, {data['recovered']} no longer do, "
        f"{data['susceptible']} never did."
    )


def now(env: Social, seat: int) -> str:
    """Who is asked what."""
    return WORDINGS[env.wording].now.format(name=name(seat))


def name(seat: int) -> str:
    """What a seat is called: A1, A2, …"""
    return f"A{seat + 1}"


def _met(own: Json, met: Sequence[Json], believed: Sequence[Json]) -> str:
    each = ", ".join(
        f"{name(other)} ({'believes' if belief else 'doubts'} it)"
        for other, belief in zip(met, believed, strict=True)
    )
    return f"you {'believe' if own else 'do not believe'} it. You meet {each}."


def _read(of: Sequence[Json], texts: Sequence[Json]) -> str:
    each = (f"{name(other)}: {text}" for other, text in zip(of, texts, strict=True))
    return "\n".join(["what they posted:", *each])


def _count(n: int, noun: str) -> str:
    return f"{n} {noun}{'' if n == 1 else 's'}"
