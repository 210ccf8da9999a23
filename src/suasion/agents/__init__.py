"""Who can hold a seat, by id: `policy/NAME`, or a kind that an installed package brings."""

from __future__ import annotations

import os
from collections.abc import Callable, Sequence
from functools import cache
from importlib.metadata import EntryPoint, entry_points

from suasion.core.environment import Group, Live, Policy
from suasion.measures.kit import Kit
from suasion.measures.policy import BadPolicy, made

GROUP = "suasion.agents"
"""Entry points: a prefix, and a function of what follows the slash and of the kit."""
NO_PLUGINS = "SUASION_NO_PLUGINS"
"""Set to anything, this environment variable hides what other packages bring."""

Hold = Callable[[str, Kit], Policy | Live | Group]


class UnknownAgent(ValueError):
    """An agent id that names nobody."""


def hold(agent: str, kit: Kit) -> Policy | Live | Group:
    """A fresh holder of one seat for one episode."""
    kind, slash, name = agent.partition("/")
    if kind == "policy" and slash:
        return policy(name, kit)
    entry = _brought().get(kind)
    if entry is None or not slash:
        known = ", ".join(["policy/NAME", *(f"{prefix}/NAME" for prefix in sorted(_brought()))])
        raise UnknownAgent(f"no agent {agent[:80]!r}; expected one of: {known}")
    brought: Hold = entry.load()
    return brought(name, kit)


def policy(name: str, kit: Kit) -> Policy | Group:
    """A fresh scripted agent of an environment: `NAME`, or `NAME?key=value&key=value`."""
    try:
        return made(kit, name)
    except BadPolicy as bad:
        raise UnknownAgent(str(bad)) from None


def line_up(agents: Sequence[str | None], kit: Kit) -> list[Policy | Live | Group | None]:
    """Fresh holders of all seats; a script for groups is one for all seats with its id."""
    groups: dict[str, Group] = {}
    held: list[Policy | Live | Group | None] = []
    for agent in agents:
        holder = None if agent is None else groups.get(agent) or hold(agent, kit)
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
