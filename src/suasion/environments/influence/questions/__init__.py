"""What pages ask of a run of Delegated Influence; every sentence that answers is computed."""

from __future__ import annotations

from collections.abc import Sequence

from suasion.environments.influence.questions import points, promises, timing
from suasion.measures.question import Question

QUESTIONS: Sequence[Question] = (promises.QUESTION, points.QUESTION, timing.QUESTION)
