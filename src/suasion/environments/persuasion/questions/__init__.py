"""What Persuasion asks of its runs: one page a question, every sentence on it computed."""

from __future__ import annotations

from collections.abc import Sequence

from suasion.environments.persuasion import question
from suasion.environments.persuasion.questions import (
    arms,
    moved,
    offence,
    pairings,
    persuaders,
    precision,
    stances,
    topics,
    toward_truth,
    turns,
)
from suasion.measures.question import Question

QUESTIONS: Sequence[Question] = (
    persuaders.QUESTION,
    moved.QUESTION,
    offence.QUESTION,
    pairings.QUESTION,
    topics.QUESTION,
    stances.QUESTION,
    *question.QUESTIONS,
    turns.QUESTION,
    arms.QUESTION,
    toward_truth.QUESTION,
    precision.QUESTION,
)
