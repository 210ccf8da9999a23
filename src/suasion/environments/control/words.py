"""What the controller is told, generated from the settings in force."""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import TYPE_CHECKING

from suasion.core.environment import Turn
from suasion.core.events import Event
from suasion.environments.control.wordings import WORDINGS

if TYPE_CHECKING:
    from suasion.environments.control.rules import Control


def brief(env: Control) -> str:
    """The rules in force, told once."""
    wording = WORDINGS[env.wording]
    opening = wording.opening.format(
        steps=_count(env.horizon, "step"),
        channels=_channels(env.channels),
        budget=_amount(env.budget),
        noise=wording.noise if env.sigma else "",
    )
    form = ", ".join(f"{json.dumps(name, ensure_ascii=False)}: NUMBER" for name in env.channels)
    parts = {"opening": opening, "reply": wording.reply.format(form=f"{{{form}}}")}
    if env.known:
        parts["known"] = gains(env)
    return "\n\n".join(parts[name] for name in wording.parts if name in parts)


def gains(env: Control) -> str:
    """What each channel does, for a seat that may know."""
    wording = WORDINGS[env.wording]
    each = zip(env.channels, env.a, env.b, env.c, env.d, strict=True)
    rows = "\n".join(
        wording.row.format(name=name, a=f"{a:g}", b=f"{b:g}", c=f"{c:g}", d=f"{d:g}")
        for name, a, b, c, d in each
    )
    return wording.known.format(rows=rows)


def tell(channels: Sequence[str], event: Event) -> str:
    """One event."""
    data = event.data
    if event.kind == "forfeit":
        return f"Step {data['step']}: you gave no answer that counts ({data['reason']})."
    spent = zip(channels, data["spent"], strict=True)
    amounts = ", ".join(f"{name} {_amount(amount)}" for name, amount in spent)
    return f"Step {data['step']}: spent {amounts}. Reward {data['reward']:.4f}."


def now(env: Control, turn: Turn) -> str:
    """The moment."""
    seen = turn.situation
    step, steps, budget = seen["step"], seen["steps"], _amount(seen["budget"])
    return WORDINGS[env.wording].now.format(step=step, steps=steps, budget=budget)


def _channels(names: Sequence[str]) -> str:
    return f"{_count(len(names), 'channel')}: {', '.join(names)}"


def _amount(value: float) -> str:
    return f"{value:.4g}"


def _count(n: int, noun: str) -> str:
    return f"{n} {noun}{'' if n == 1 else 's'}"
