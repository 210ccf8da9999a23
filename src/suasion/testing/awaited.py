"""`awaited/POLICY`: a script behind the path of models, whose replies come and go one by one.

It stands in for a model wherever a run is interrupted: what it says is waited for, read by the
ask, committed when it arrives, and never asked twice.
"""

from __future__ import annotations

import asyncio
import os

from suasion.agents import UnknownAgent, policy
from suasion.core.asks import Forfeit
from suasion.core.environment import Asked, Group, Live, Policy, Recall, Reply, Said
from suasion.core.episode import Decision
from suasion.core.events import NOTHING
from suasion.measures.kit import Kit
from suasion.testing.answers import in_words

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

    async def ask(asked: Asked, recall: Recall) -> Reply:  # noqa: ARG001 - it makes no inner call
        reply = replied(script, asked)
        await asyncio.sleep(delay)
        return reply

    def resume(asked: Asked, decided: Decision) -> None:  # noqa: ARG001 - it comes to the same
        script(asked)

    return Live(ask, resume)


def replied(script: Policy, asked: Asked) -> Reply:
    """The answer of a script as the text a model would write; a forfeit as no text."""
    said = script(asked)
    answer, meant = said if isinstance(said, Said) else (said, NOTHING)
    return Reply("" if isinstance(answer, Forfeit) else in_words(asked.turn.ask, answer), meant)
