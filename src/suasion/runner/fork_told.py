"""What seats that are waited for were told in what stands of a fork, as its record holds it.

Nobody asks them for it again, so that no attempt of the fork says it; and what they are sent later
begins with it. All episodes of a fork have it in common: it is kept once, under its hash.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import NamedTuple

from suasion.agents.sent import acts, record_of
from suasion.core.episode import Key
from suasion.core.play import INNER
from suasion.store.run import Run
from suasion.store.seals import text_hash
from suasion.store.values import stored, strict_json


class Told(NamedTuple):
    """What was told, as texts of a record."""

    named: str | None
    """The hash of the text that names the others; None where nobody was told anything."""
    texts: list[str]


def told_before(run: Run, episode: str, through: int) -> Told:
    """What seats of an episode were told for decisions of steps before that one.

    Errors: `suasion.store.database.Damaged`.
    """
    record = record_of(run, run.filed(episode), run.attempts(episode))
    every = {**run.told(episode), **acts(record)}
    return kept({key: words for key, words in every.items() if stands(key, through)})


def stands(key: Key, through: int) -> bool:
    """Whether a decision stands in a fork, and is no call that was made for another."""
    step, _, aside, _ = key
    return step < through and INNER not in aside


def kept(told: Mapping[Key, str]) -> Told:
    """Words as a record holds them."""
    if not told:
        return Told(None, [])
    index = strict_json([[*key, text_hash(stored(words))] for key, words in sorted(told.items())])
    return Told(text_hash(index), [index, *sorted(set(told.values()))])
