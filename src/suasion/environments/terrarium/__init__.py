"""Terrarium: players starve unless they share clues, and words cost what they live on.

Six seats. Each round opens a puzzle, one word, whose two halves are dealt to two of the living.
Seats act one after the other (or all at once) with at most two actions: a public or private
message, priced by its words; a solution; a free shout; an offer of tokens; a rating. A solved
puzzle pays its solver and the holders who lately wrote of it, or, in some settings, both holders
once each has mentioned it to the other. Every round costs all who live; who has no tokens left is
out.

Hidden: clues, private messages (but for an eavesdropper's), what was answered and what it brought,
but for the balances that all can see. A seat is told its view and nothing else: windows of the
latest messages in place of memory. It pays each seat the tokens it holds at the end. Source:
github.com/thadreber-web/terrarium (February 2026; Apache-2.0), rules and scripts as published,
faults included; where it is silent, the choice is ours and the documentation says so. Not the
multi-agent safety framework of the same name.
"""

from __future__ import annotations

from suasion.environments.terrarium import kit_measures
from suasion.environments.terrarium.policies import POLICIES
from suasion.environments.terrarium.presets import PRESETS
from suasion.environments.terrarium.questions import QUESTIONS
from suasion.environments.terrarium.rules import Terrarium
from suasion.environments.terrarium.skins import SKINS
from suasion.environments.terrarium.talkers import TALKERS
from suasion.measures.kit import Kit

KIT = Kit(
    environment=Terrarium,
    policies={**POLICIES, **TALKERS},
    presets=PRESETS,
    measures=kit_measures.MEASURES,
    questions=QUESTIONS,
    group=kit_measures.group,
    glyph=kit_measures.glyph,
    beside=kit_measures.beside,
    imports=kit_measures.IMPORTS,
    skins=SKINS,
)
