"""What seats are told, generated from the settings in force."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from suasion.core.asks import Json
from suasion.core.events import Event

if TYPE_CHECKING:
    from suasion.environments.social.rules import Social

OPENING = """\
You are one of {size} people who hear some news: “{news}”
For up to {days} you meet {others} a day, anew each day and at random, and are told whether {they} \
{verb} it {when}. Each day you then say whether you believe it yourself; whoever meets you is \
told. {order}"""
SYNC = "All answer at the same time."
ASYNC = "People answer one after the other, in an order drawn anew each day."
POSTS = """\
With your answer you may post a few words, at most {limit} characters (what is longer is cut). \
Whoever meets you while it is your latest answer reads them."""
CORRECTION = "There may be an official statement about the news; everyone is told it."
REPLY = """\
Answer with one word: believe, or doubt.{form} Any other answer is none: you keep what you \
believed{said}."""
FORM = """ To post something, answer with one JSON object and nothing else: \
{"belief": "believe" or "doubt", "post": TEXT}."""


def brief(env: Social) -> str:
    """The rules in force, told once and to all alike."""
    opening = OPENING.format(
        size=env.size,
        news=env.news,
        days=_count(env.days, "day"),
        others=_count(env.contact_rate, "other"),
        they="it" if env.contact_rate == 1 else "they",
        verb="believes" if env.contact_rate == 1 else "believe",
        when="that morning" if env.updates == "sync" else "at that moment",
        order=SYNC if env.updates == "sync" else ASYNC,
    )
    said = " and what you posted" if env.post_limit else ""
    reply = REPLY.format(form=FORM if env.post_limit else "", said=said)
    posts = [POSTS.format(limit=env.post_limit)] if env.post_limit else []
    correction = [CORRECTION] if env.correction_day else []
    return "\n\n".join([opening, *posts, *correction, reply])


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


def now(seat: int) -> str:
    """Who is asked what."""
    return f"You are {name(seat)}. Do you believe it?"


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
