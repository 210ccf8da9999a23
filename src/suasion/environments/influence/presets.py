"""Named settings, one for each arm that the published games were played in (§1.3, §5)."""

from __future__ import annotations

from collections.abc import Mapping

from suasion.core.asks import Json

PRESETS: Mapping[str, Mapping[str, Json]] = {
    "complete": {},
    "ring": {"topology": "ring"},
    "no_messages": {"messages": False},
    "all_attackers": {"personas": "attacker"},
    "arena": {"size": 25},
    "arena_ring": {"size": 25, "topology": "ring"},
}
