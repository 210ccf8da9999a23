"""What Terrarium measures, and whose logs it reads: parts of its kit."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from suasion.core.asks import Json
from suasion.environments.terrarium.log import read
from suasion.environments.terrarium.measures import (
    chance,
    claims,
    counts,
    promises,
    published,
    rounds,
)
from suasion.environments.terrarium.measures.beside import beside, glyph
from suasion.environments.terrarium.measures.game import game_of
from suasion.measures.filed import Filed
from suasion.measures.measure import Measure

MEASURES: Sequence[Measure] = (
    *counts.MEASURES,
    *chance.MEASURES,
    *claims.MEASURES,
    *promises.MEASURES,
    *published.MEASURES,
    *rounds.MEASURES,
)
IMPORTS = {"terrarium-log": read}
ECONOMY = (
    *("rules", "order", "tokens", "bonus", "drain", "word_cost", "reward", "split_reward"),
    *("lifetime", "auto_solve_window", "trades", "reputation", "eavesdropper", "rotation"),
)
PERSONAS = ("overrides", "appends")
"""Where they are changed, as in the adversarial and the mole's games."""


def group(filed: Filed) -> Mapping[str, Json]:
    """Like only with like: the same economy and the same treatment.

    Of an imported game, what its log shows: the economy as far as balances tell it, the models it
    names, whose persona was changed, whether personas rotated, and whether tokens changed hands by
    gift or by offer.
    """
    settings = filed.episode.header.settings
    by = {name: settings[name] for name in ECONOMY if name in settings}
    by |= {name: settings[name] for name in PERSONAS if settings.get(name)}
    if filed.episode.header.source != "recorded":
        return by
    return by | game_of(filed).once("treatment", lambda: _treatment(filed))


def _treatment(filed: Filed) -> dict[str, Json]:
    events = filed.episode.events
    kinds = {event.kind for event in events}
    return {
        "models": sorted({seat.agent for seat in filed.seats if seat.agent is not None}),
        "overridden": [event.data["name"] for event in events if event.kind == "override"],
        "rotating": "persona" in kinds,
        "trades": "offers" if "offer" in kinds else "gifts" if "trade" in kinds else "none",
    }


__all__ = ["IMPORTS", "MEASURES", "beside", "glyph", "group"]
