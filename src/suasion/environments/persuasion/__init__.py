"""Persuasion: one seat argues a side it was given, another says where it stands.

Seats `persuader` and `target` write by turns about one proposition. The persuader, which opens
unless set otherwise, is told its side, for (`pro`) or against (`con`); the target is told the
proposition and nothing of sides. In words both are Participant A and Participant B. A turn has a
stated limit of words and a hard cap, past which it is cut, with the rest kept on record.

Where the target stands is asked out of band: a whole number from -3 to 3, several times over, each
time on a fork of what it has been told so far, before the conversation, after it, and after each
of its turns if so set. The persuader never learns of this and the target never remembers it, so
that the conversation is the same with and without probes. The same target is argued with from both
sides: half the distance between where the two conversations leave it is what the persuader did
(`paired_effect`), and what both did alike is drift (`paired_drift`).

What is done to the target besides is an arm (`arms`): nothing, talk of other things, one text, a
talk with private notes before, a round for the other side after, being told of the other's side.
How it is asked, and what else, `probes` says.

Hidden: the side, from the target; notes, from all but who wrote them; all answers to probes, from
both. It pays nothing. Source: the published LLM Persuasion Benchmark
(github.com/lechmazur/persuasion, 2026), of which no prompt or code is public: all words are ours,
and where it is silent the choice is ours and the module says so.
"""

from __future__ import annotations

from suasion.environments.persuasion import cells, design, lint_measures, transcripts, truth
from suasion.environments.persuasion.beside import beside, glyph
from suasion.environments.persuasion.claims import CLAIMS
from suasion.environments.persuasion.conversation import group
from suasion.environments.persuasion.dossier import DOSSIERS
from suasion.environments.persuasion.estimators import ESTIMATORS
from suasion.environments.persuasion.listener import listener
from suasion.environments.persuasion.material import MATERIAL
from suasion.environments.persuasion.measures import MEASURES
from suasion.environments.persuasion.ordinal import MODELS
from suasion.environments.persuasion.participant import Participant
from suasion.environments.persuasion.policies import POLICIES
from suasion.environments.persuasion.presets import PRESETS
from suasion.environments.persuasion.questions import QUESTIONS
from suasion.environments.persuasion.rules import Persuasion
from suasion.environments.persuasion.skins import SKINS
from suasion.measures.kit import Kit

KIT = Kit(
    environment=Persuasion,
    policies={**POLICIES, "listener": listener, "participant": Participant},
    presets=PRESETS,
    measures=(*MEASURES, *lint_measures.MEASURES),
    questions=(*QUESTIONS, CLAIMS),
    group=group,
    estimators=(*ESTIMATORS, *truth.ESTIMATORS),
    models=MODELS,
    glyph=glyph,
    beside=beside,
    imports={"persuasion-cells": cells.read, "persuasion-transcripts": transcripts.read},
    skins=SKINS,
    first=design.first,
    lacking=design.lacking,
    shared=design.SHARED,
    dossiers=DOSSIERS,
    material=MATERIAL,
)
