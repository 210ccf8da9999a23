"""`awaited/POLICY`: a script behind the path of models, whose replies come and go one by one.

It stands in for a model wherever a run is interrupted: what it says is waited for, read by the
ask, committed when it arrives, and never asked twice.
"""

from __future__ import annotations

import asyncio
import os

from suasion.agents import UnknownAgent, policy
from suasion.agents.skinned import in_its_words, plainly
from suasion.core.asks import Answer, Forfeit
from suasion.core.chance import Chance, Seeded
from suasion.core.environment import (
    Answered,
    Asked,
    Group,
    Line,
    Live,
    Policy,
    Reply,
    Said,
    is_standard,
)
from suasion.core.events import NOTHING
from suasion.measures.kit import Kit
from suasion.testing.answers import in_words, uniform

DELAY = "SUASION_AWAITED_DELAY"
"""The environment variable with the seconds that each reply takes; none by default."""


def hold(name: str, kit: Kit) -> Live:
    """The policy of that name, as a seat that is waited for."""
    script = policy(name, kit)
    if isinstance(script, Group):
        if script.alone is None:
            raise UnknownAgent(f"policy/{name} answers only for many seats: it cannot be awaited")
        script = script.alone
    delay = float(os.environ.get(DELAY, "0"))

    async def ask(asked: Asked, line: Line) -> Reply:  # noqa: ARG001 - it makes no inner call
        reply = replied(script, asked)
        await asyncio.sleep(delay)
        return reply

    def resume(asked: Asked, answered: Answered) -> None:  # noqa: ARG001 - it comes to the same
        if not is_standard(asked):
            script(plainly(asked))

    return Live(ask, resume)


def replied(script: Policy, asked: Asked) -> Reply:
    """The answer of a script as the text a model would write; a forfeit as no text.

    Behind a skin it writes in the words of the skin.
    """
    plain = plainly(asked)
    said = aside(plain) if is_standard(plain) else script(plain)
    answer, meant = said if isinstance(said, Said) else (said, NOTHING)
    if isinstance(answer, Forfeit):
        return Reply("", meant)
    return Reply(in_words(asked.turn.ask, in_its_words(asked, answer)), meant)


def aside(asked: Asked) -> Answer:
    """An answer to a standard aside, as a model would have one; the same at the same place."""
    answer: Answer = uniform(asked.turn.ask, Chance(Seeded(asked.step * 1000 + asked.seat)))
    return answer
