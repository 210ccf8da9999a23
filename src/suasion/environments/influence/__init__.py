"""Delegated Influence: points come only from what others spend their scarce actions on.

Seats P1, P2, … (5) each act once in every slot (5) of every round (5), in an order drawn for
each slot. An action is a pull of the own lever, which gives another seat one point and the
puller nothing, or one private message to one seat. Pulls and scores are public; a message is
seen by its sender and its recipient. A pull may name a third seat as its broker; the credit is
published only if that seat has sent the puller a message before. An answer that is no legal
action forfeits it: the action is spent.

Hidden: messages, claims that were not published, forfeits of others. It pays each seat the pulls
that others made for it. With `remember` on, the next game of a chain is told what every seat gave
and got so far, which is ours. Source: delegated-influence.pages.dev (builds of July 2026), prompts
page; where it is silent, the choice is ours and the module says so.
"""

from __future__ import annotations

from suasion.environments.influence import kit_measures
from suasion.environments.influence.policies import POLICIES
from suasion.environments.influence.presets import PRESETS
from suasion.environments.influence.questions import QUESTIONS
from suasion.environments.influence.rules import Influence
from suasion.environments.influence.skins import SKINS
from suasion.measures.kit import Kit

KIT = Kit(
    environment=Influence,
    policies=POLICIES,
    presets=PRESETS,
    measures=kit_measures.MEASURES,
    parameters=kit_measures.PARAMETERS,
    questions=QUESTIONS,
    group=kit_measures.group,
    estimators=kit_measures.ESTIMATORS,
    glyph=kit_measures.glyph,
    beside=kit_measures.beside,
    imports=kit_measures.IMPORTS,
    exports=kit_measures.EXPORTS,
    lists=kit_measures.LISTS,
    skins=SKINS,
)
