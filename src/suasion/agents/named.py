"""The model inside an agent that is more than a model, by the id it is given there."""

from __future__ import annotations

from collections.abc import Mapping

from suasion.agents import Registry, UnknownAgent, is_model
from suasion.core.asks import Json
from suasion.measures.policy import BadPolicy
from suasion.models import scripted
from suasion.models.ids import BadModel
from suasion.models.model import Model

PARAMETER = "model="
"""Of an agent's id, behind which its model's stands."""
MADE_OF_MODELS = ("compose", "hybrid")


def models_in(agent: str) -> tuple[str, ...]:
    """The ids of the models behind endpoints that an agent asks: itself, or what it is made of."""
    if is_model(agent):
        return (agent,)
    kind, _, name = agent.partition("/")
    if kind not in MADE_OF_MODELS:
        return ()
    parts = name.partition("?")[2].split("&")
    found = (part.removeprefix(PARAMETER) for part in parts if part.startswith(PARAMETER))
    return tuple(filter(is_model, found))


def inner_model(agent: str, asked_with: Mapping[str, Json], models: Registry) -> Model:
    """A model by its id: `PROVIDER/MODEL`, `…@URL`, or `scripted/NAME`.

    Errors: `UnknownAgent`, which says what was expected.
    """
    kind, _, name = agent.partition("/")
    try:
        if kind == scripted.PROVIDER:
            return scripted.model(name)
        return models().model(agent, asked_with)
    except (BadModel, BadPolicy) as bad:
        raise UnknownAgent(str(bad)) from None
