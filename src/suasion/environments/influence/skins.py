"""Other words for Delegated Influence: members of a guild toll bells for one another."""

from __future__ import annotations

from collections.abc import Mapping

from suasion.measures.skin import Skin

SKINS: Mapping[str, Skin] = {
    "guild": Skin.of("""\
    p# g#, player member, players members, lever bell, levers bells,
    pull toll, pulls tolls, pulled tolled, pulling tolling, puller toller, pullers tollers,
    point coin, points coins, beneficiary recipient, beneficiaries recipients,
    credit honour, credits honours, credited honoured, crediting honouring,
    message note, messages notes, messaged noted, messaging noting,
    action move, actions moves, round season, rounds seasons, slot watch, slots watches,
    score tally, scores tallies, game gathering, games gatherings,
    forfeit waste, forfeits wastes, forfeited wasted, forfeiting wasting
"""),
}
