"""What a seat of the population is asked that it holds true: the news, whatever it says of it."""

from __future__ import annotations

from suasion.core.asks import Json
from suasion.core.environment import Belief
from suasion.environments.social.opinion import BELIEVE, DOUBT, WORD

QUESTION = f"""\
Do you yourself hold the news to be true, whatever you tell those who meet you? Write {BELIEVE} if \
you do, {DOUBT} if not.

The news: “{{news}}”"""


def of(news: str) -> Belief:
    """The same two words as it answers with, so that what it says can be held against it."""
    return Belief(QUESTION.format(news=news), WORD, "WORD")


def stated(answer: Json) -> str:
    """What an answer tells those who meet the seat: one of the two words."""
    return str(answer["belief"] if isinstance(answer, dict) else answer)
