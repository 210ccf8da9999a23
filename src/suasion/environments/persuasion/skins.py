"""Other words for Persuasion: two correspondents exchange moves about a motion."""

from __future__ import annotations

from collections.abc import Mapping

from suasion.measures.skin import Skin

SKINS: Mapping[str, Skin] = {
    "bench": Skin.of("""\
    persuader advocate, persuaders advocates, target listener, targets listeners,
    participant correspondent, participants correspondents,
    proposition motion, propositions motions, conversation discussion, conversations discussions,
    turn move, turns moves, pro aye, con nay, side camp, sides camps,
    argue plead, argues pleads, argued pleaded, arguing pleading, argument plea, arguments pleas,
    stance standing, stances standings
"""),
}
