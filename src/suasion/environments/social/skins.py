"""Other words for social spread: villagers trust or dispute a rumour, week after week."""

from __future__ import annotations

from collections.abc import Mapping

from suasion.measures.skin import Skin

SKINS: Mapping[str, Skin] = {
    "village": Skin.of("""\
    a# v#, people villagers, news rumour,
    believe trust, believes trusts, believed trusted, believing trusting, believer truster,
    believers trusters, belief faith, beliefs faiths,
    doubt dispute, doubts disputes, doubted disputed, doubting disputing, doubter disputer,
    post pin, posts pins, posted pinned, posting pinning,
    meet encounter, meets encounters, met encountered, meeting encountering,
    day week, days weeks, morning outset, official authorised,
    statement bulletin, statements bulletins
"""),
}
