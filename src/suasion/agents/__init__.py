"""Who can hold a seat, by id: a policy, a model, or another kind, of ours or of a package."""

from __future__ import annotations

import os
from collections.abc import Callable, Mapping, Sequence
from functools import cache
from importlib import import_module
from importlib.metadata import EntryPoint, entry_points
from itertools import repeat
from typing import TYPE_CHECKING

from suasion.agents.skinned import bare, behind, worn
from suasion.core.asks import Json
from suasion.core.environment import Group, Live, Policy
from suasion.core.events import NOTHING
from suasion.measures.kit import Kit
from suasion.measures.policy import BadPolicy, made

if TYPE_CHECKING:
    from suasion.models.registry import Models

GROUP = "suasion.agents"
"""Entry points: a prefix, and a function of what follows the slash and of the kit."""
NO_PLUGINS = "SUASION_NO_PLUGINS"
"""Set to anything, this environment variable hides what other packages bring."""

Hold = Callable[[str, Kit], Policy | Live | Group]
"""A kind of agent that a package brings."""
Registry = Callable[[], "Models"]
"""The models that seats are held by, made when the first is wanted."""
OURS: Mapping[str, str] = {
    "agent": "suasion.agents.http",
    "replay": "suasion.agents.replay",
    "scripted": "suasion.agents.scripted",
    "compose": "suasion.agents.drafting",
    "hybrid": "suasion.agents.hybrid",
}
"""Kinds of agent, and the modules whose `hold(name, kit, asked_with, models)` makes one."""


class UnknownAgent(ValueError):
    """An agent id that names nobody."""


def hold(
    agent: str, kit: Kit, asked_with: Mapping[str, Json] = NOTHING, models: Registry | None = None
) -> Policy | Live | Group:
    """A fresh holder of one seat for one episode.

    `asked_with` is how a model is asked, and under `skin` which skin a seat wears that is waited
    for.
    """
    holder = _held(agent, kit, bare(asked_with), models)
    try:
        skin = worn(asked_with, kit)
    except LookupError as lost:
        raise UnknownAgent(str(lost)) from None
    return holder if skin is None or not isinstance(holder, Live) else behind(holder, skin)


def _held(
    agent: str, kit: Kit, asked_with: Mapping[str, Json], models: Registry | None
) -> Policy | Live | Group:
    kind, slash, name = agent.partition("/")
    if kind == "policy" and slash:
        return policy(name, kit)
    entry = _brought().get(kind)
    if entry is not None and slash:
        brought: Hold = entry.load()
        return brought(name, kit)
    if not slash or not name:
        known = ", ".join([*KINDS, *(f"{prefix}/NAME" for prefix in sorted(_brought()))])
        raise UnknownAgent(f"no agent {agent[:80]!r}; expected one of: {known}")
    if kind in OURS:
        live: Live = import_module(OURS[kind]).hold(name, kit, asked_with, models or registry)
        return live
    return _model(agent, asked_with, models or registry)


def known(agent: str, kit: Kit, asked_with: Mapping[str, Json] = NOTHING) -> None:
    """See that an id names somebody, and that a model could be asked so; no key is needed.

    Errors: `UnknownAgent`.
    """
    if not is_model(agent):
        hold(agent, kit, asked_with)
        return
    from suasion.models.registry import BadModel

    try:
        registry().describe(agent, asked_with)
    except BadModel as bad:
        raise UnknownAgent(str(bad)) from None


KINDS = ("policy/NAME", "PROVIDER/MODEL", *(f"{kind}/NAME" for kind in OURS))


def is_model(agent: str) -> bool:
    """Whether an id is that of a model behind an endpoint."""
    kind, slash, _ = agent.partition("/")
    return bool(slash) and kind != "policy" and kind not in OURS and kind not in _brought()


def asked_in_calls(agent: str) -> bool:
    """Whether what an agent says comes by calls, of which many may be under way at once."""
    kind, slash, _ = agent.partition("/")
    return bool(slash) and kind != "policy" and kind not in _brought()


def _model(agent: str, asked_with: Mapping[str, Json], models: Registry) -> Live:
    from suasion.agents.language import seat
    from suasion.models.registry import BadModel

    try:
        return seat(agent, asked_with, models)
    except BadModel as bad:
        raise UnknownAgent(str(bad)) from None


@cache
def registry() -> Models:
    """The models of this process, by the user's own configuration."""
    from suasion.models.registry import Models

    return Models()


async def hang_up() -> None:
    """Let go of the connections that models of this process opened in this event loop."""
    if registry.cache_info().currsize:
        await registry().close()


def policy(name: str, kit: Kit) -> Policy | Group:
    """A fresh scripted agent of an environment: `NAME`, or `NAME?key=value&key=value`."""
    try:
        return made(kit, name)
    except BadPolicy as bad:
        raise UnknownAgent(str(bad)) from None


def line_up(
    agents: Sequence[str | None],
    kit: Kit,
    asked_with: Sequence[Mapping[str, Json]] = (),
    models: Registry | None = None,
) -> list[Policy | Live | Group | None]:
    """Fresh holders of all seats; a script for groups is one for all seats with its id.

    `asked_with` says of each seat how its model is asked; it may be left out where there are none.
    """
    groups: dict[str, Group] = {}
    held: list[Policy | Live | Group | None] = []
    for agent, asked in zip(agents, asked_with or repeat(NOTHING), strict=False):
        holder = None
        if agent is not None:
            holder = groups.get(agent) or hold(agent, kit, asked, models)
        if agent is not None and isinstance(holder, Group):
            groups[agent] = holder
        held.append(holder)
    return held


@cache
def _brought() -> dict[str, EntryPoint]:
    """The kinds of agent that packages bring; read from their metadata, without importing them."""
    found = {entry.name: entry for entry in entry_points(group=GROUP)}
    if os.environ.get(NO_PLUGINS):
        return {name: entry for name, entry in found.items() if entry.module.startswith("suasion.")}
    return found
