"""Who can hold a seat, by id: `policy/NAME`, or a kind that an installed package brings."""

from __future__ import annotations

import os
from collections.abc import Callable
from difflib import get_close_matches
from functools import cache
from importlib.metadata import EntryPoint, entry_points

from suasion.core.environment import Live, Policy
from suasion.measures.kit import Kit

GROUP = "suasion.agents"
"""Entry points: a prefix, and a function of what follows the slash and of the kit."""
NO_PLUGINS = "SUASION_NO_PLUGINS"
"""Set to anything, this environment variable hides what other packages bring."""

Hold = Callable[[str, Kit], Policy | Live]


class UnknownAgent(ValueError):
    """An agent id that names nobody."""


def hold(agent: str, kit: Kit) -> Policy | Live:
    """A fresh holder of one seat for one episode."""
    kind, slash, name = agent.partition("/")
    if kind == "policy" and slash:
        return policy(name, kit)
    entry = _brought().get(kind)
    if entry is None or not slash:
        known = ", ".join(["policy/NAME", *(f"{prefix}/NAME" for prefix in sorted(_brought()))])
        raise UnknownAgent(f"no agent {agent[:80]!r}; expected one of: {known}")
    made: Hold = entry.load()
    return made(name, kit)


def policy(name: str, kit: Kit) -> Policy:
    """A fresh scripted agent of an environment."""
    maker = kit.policies.get(name)
    if maker is None:
        close = get_close_matches(name, kit.policies, 1)
        meant = f" (did you mean policy/{close[0]}?)" if close else ""
        known = ", ".join(f"policy/{known}" for known in kit.policies)
        played = kit.environment.name
        raise UnknownAgent(f"{played} has no policy {name[:80]!r}{meant}; there are: {known}")
    return maker()


@cache
def _brought() -> dict[str, EntryPoint]:
    """The kinds of agent that packages bring; read from their metadata, without importing them."""
    found = {entry.name: entry for entry in entry_points(group=GROUP)}
    if os.environ.get(NO_PLUGINS):
        return {name: entry for name, entry in found.items() if entry.module.startswith("suasion.")}
    return found
