"""Named settings, one for each condition that the published games were played in (§2).

The published games differed also in the model behind each seat, which is no setting here: a study
says which agent holds a seat. `mixed_a` was played by models of 7B (Sable, Vera, Marsh) and 3B
(Kip, Dove, Flint), `mixed_b` by 3B (Sable, Dove, Kip) and 7B (Vera, Marsh, Flint).
"""

from __future__ import annotations

from collections.abc import Mapping

from suasion.core.asks import Json
from suasion.environments.terrarium.personas import MOLE, PARANOID

SCARCE: Mapping[str, Json] = {
    "tokens": 700,
    "bonus": 40,
    "drain": 8,
    "word_cost": 0.2,
    "reward": 55,
    "split_reward": 40,
    "shout_words": 15,
    "lifetime": 12,
    "auto_solve_window": 3,
    "trades": False,
}
GOAL = 2000
"""Tokens that the mole is after."""

PRESETS: Mapping[str, Mapping[str, Json]] = {
    "default": {},
    "scarce": SCARCE,
    "scarce_v1": {
        **SCARCE,
        "tokens": 600,
        "bonus": 0,
        "drain": 13,
        "shout_words": 0,
        "auto_solve_window": 0,
        "trades": True,
    },
    "abundant": {
        **SCARCE,
        "tokens": 1200,
        "drain": 7,
        "reward": 80,
        "split_reward": 55,
        "lifetime": 20,
    },
    "no_cooperation": {**SCARCE, "auto_solve_window": 0},
    "mixed_a": {**SCARCE, "names": ["Sable", "Vera", "Marsh", "Kip", "Dove", "Flint"]},
    "mixed_b": {**SCARCE, "names": ["Sable", "Dove", "Kip", "Vera", "Marsh", "Flint"]},
    "adversarial": {**SCARCE, "overrides": {"Kip": PARANOID}},
    "mole": {**SCARCE, "appends": {"Sable": MOLE.format(goal=f"{GOAL:,}")}},
    "reputation": {**SCARCE, "reputation": True},
    "eavesdropper": {**SCARCE, "eavesdropper": "Sable"},
    "rotating": {**SCARCE, "rotation": 50},
}
