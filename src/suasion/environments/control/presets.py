"""Named settings: the synthetic ones of Mussi et al. (2023), which differ in noise."""

from __future__ import annotations

from collections.abc import Mapping

from suasion.core.asks import Json

PRESETS: Mapping[str, Mapping[str, Json]] = {
    "dlb": {},
    "dlb_little_noise": {"sigma": 0.01},
    "dlb_least_noise": {"sigma": 0.001},
    "dlb_known": {"known": True},
}
