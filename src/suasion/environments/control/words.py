"""What the controller is told, generated from the settings in force."""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import TYPE_CHECKING

from suasion.core.environment import Turn
from suasion.core.events import Event

if TYPE_CHECKING:
    from suasion.environments.control.rules import Control

OPENING = """\
You decide at each of {steps} how much to spend on {channels}. On each you can spend any \
amount from 0 to 1; at each step {budget} in all. If you name more, all amounts are scaled down \
alike until they sum to {budget}. What you do not spend is lost.
After each step you are told one reward for all channels together. What a channel pays for \
an amount can come at once, over the steps that follow, or both{noise}. Your result is the sum of \
all rewards: make it as large as you can."""
NOISE = ", and every reward has some noise that nobody can foresee"
KNOWN = """\
This is how it works. Each channel has a state x that you are not told, 0 at first. The amount u \
that you spend on a channel adds to the reward of this step, and to its state for the next step; \
at each step the state adds to the reward, and a share of it stays for the next:
{rows}"""
REPLY = """\
Answer with one JSON object and nothing else, a number from 0 to 1 for each:
{form}
Any other answer spends nothing at that step."""


def brief(env: Control) -> str:
    """The rules in force, told once."""
    opening = OPENING.format(
        steps=_count(env.horizon, "step"),
        channels=_channels(env.channels),
        budget=_amount(env.budget),
        noise=NOISE if env.sigma else "",
    )
    form = ", ".join(f"{json.dumps(name, ensure_ascii=False)}: NUMBER" for name in env.channels)
    reply = REPLY.format(form=f"{{{form}}}")
    return "\n\n".join([opening, gains(env), reply] if env.known else [opening, reply])


def gains(env: Control) -> str:
    """What each channel does, for a seat that may know."""
    each = zip(env.channels, env.a, env.b, env.c, env.d, strict=True)
    rows = "\n".join(
        f"- {name}: u adds {d:g} u at once and {b:g} u to its state; a state of x adds {c:g} x; "
        f"{a:g} x stays"
        for name, a, b, c, d in each
    )
    return KNOWN.format(rows=rows)


def tell(channels: Sequence[str], event: Event) -> str:
    """One event."""
    data = event.data
    if event.kind == "forfeit":
        return f"Step {data['step']}: you gave no answer that counts ({data['reason']})."
    spent = zip(channels, data["spent"], strict=True)
    amounts = ", ".join(f"{name} {_amount(amount)}" for name, amount in spent)
    return f"Step {data['step']}: spent {amounts}. Reward {data['reward']:.4f}."


def now(turn: Turn) -> str:
    """The moment."""
    seen = turn.situation
    return f"Step {seen['step']} of {seen['steps']}: at most {_amount(seen['budget'])} in all."


def _channels(names: Sequence[str]) -> str:
    return f"{_count(len(names), 'channel')}: {', '.join(names)}"


def _amount(value: float) -> str:
    return f"{value:.4g}"


def _count(n: int, noun: str) -> str:
    return f"{n} {noun}{'' if n == 1 else 's'}"
