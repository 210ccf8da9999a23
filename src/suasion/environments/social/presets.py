"""Named settings, one for each system that is reproduced."""

from __future__ import annotations

from collections.abc import Mapping

from suasion.core.asks import Json

PRESETS: Mapping[str, Mapping[str, Json]] = {
    "fps": {"size": 30, "seeds": 2, "contact_rate": 3, "days": 15},
}
