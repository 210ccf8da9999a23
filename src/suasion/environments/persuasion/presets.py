"""Named settings: the published design, a short one, one that follows the stance, and each arm."""

from __future__ import annotations

from collections.abc import Mapping

from suasion.core.asks import Json

PRESETS: Mapping[str, Mapping[str, Json]] = {
    "published": {},
    "short": {"total_turns": 2},
    "trajectory": {"probe_each_turn": True},
    "baseline": {"arm": "baseline", "probes": 30},
    "recon_notes": {"arm": "recon_notes"},
    "reprobe": {"arm": "reprobe"},
    "off_topic": {"arm": "off_topic"},
    "dose": {"arm": "dose", "total_turns": 4, "probe_each_turn": True},
    "disclosure": {"arm": "disclosure"},
    "counter": {"arm": "counter"},
    "self_play": {"arm": "self_play"},
    "consequences": {"also": ["vote", "allocate", "advise"], "probes": 1},
    "outside": {"also": ["third_party", "attributed", "delayed"], "probes": 1},
}
