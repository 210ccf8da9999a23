"""What a seat sees when it must act: the published view and nothing else (§1.9).

Windows of messages in place of memory; no notice of what became of an action. Parts that several
seats see are shared, not copied: the rules replace them and never change them.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from suasion.core.asks import Json
from suasion.core.environment import Out
from suasion.environments.terrarium.state import State

if TYPE_CHECKING:
    from suasion.environments.terrarium.rules import Terrarium


def situation(env: Terrarium, state: State, seat: int) -> dict[str, Json]:
    """The view of one seat; others by their numbers."""
    windows, many = state.windows[seat], env.window
    seen: dict[str, Json] = {
        "round": state.round,
        "tokens": state.tokens[seat],
        "alive": state.alive,
        "puzzles": state.seen,
        "clues": state.clues[seat],
        "partners": state.partners[seat],
        "public": windows.public[-many:],
        "inbox": windows.inbox[-many:],
    }
    if env.transparent_balances:
        seen["balances"] = state.tokens.copy()
    if env.trades:
        seen["trades"] = state.incoming[seat]
    if env.extras:
        _add_extras(env, state, seat, seen)
    return seen


def _add_extras(env: Terrarium, state: State, seat: int, seen: dict[str, Json]) -> None:
    """The parts that few settings have."""
    if env.reputation and state.trust:
        seen["trust"] = state.trust
    if seat == env.ear:
        seen["intercepted"] = state.windows[seat].caught[-env.window :]
    if env.rotation:
        seen["persona"] = state.personas[seat]
    if env.categories:
        seen["categories"] = [state.puzzles[name].entry.category for name in state.seen]


def arrived(env: Terrarium, state: State, seat: int, out: Out) -> None:
    """Put into a seat's windows what has reached it, where a channel decides what does."""
    windows = state.windows[seat]
    for event in out.arrived(seat, windows.read):
        windows.read += 1
        if event.kind not in ("public", "private", "shout"):
            continue
        message = [event.data["round"], event.by, event.data["text"]]
        if event.kind != "private":
            windows.public.append(message)
        elif seat == env.ear and seat not in (event.by, event.data["to"]):
            windows.caught.append([*message, event.data["to"]])
        elif seat == event.data["to"] or seat != event.by:
            windows.inbox.append(message)
