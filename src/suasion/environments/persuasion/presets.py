"""Named settings: the published design, a short one, and one that follows the stance."""

from __future__ import annotations

from collections.abc import Mapping

from suasion.core.asks import Json

PRESETS: Mapping[str, Mapping[str, Json]] = {
    "published": {},
    "short": {"total_turns": 2},
    "trajectory": {"probe_each_turn": True},
}
