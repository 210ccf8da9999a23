"""What the pages of a run of Terrarium ask."""

from __future__ import annotations

from collections.abc import Sequence

from suasion.environments.terrarium.questions import flags, survival, together
from suasion.measures.question import Question

QUESTIONS: Sequence[Question] = (survival.QUESTION, together.QUESTION, flags.QUESTION)
