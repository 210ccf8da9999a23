"""What stands behind an estimate beside its values: what is missing, and how the rest was had.

An estimate of seats that were not reached, or were cut short, can be read only with both: episodes
that never came to an end are bounded at their worst, and answers that were lost on the way are a
part of the game that nobody chose to play.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from typing import NamedTuple

from suasion.core.asks import Json
from suasion.core.events import NOTHING
from suasion.measures.filed import FORFEITED, Filed

DAMAGED, UNFINISHED = "damaged", "unfinished"


class Behind(NamedTuple):
    """The episodes of one estimate."""

    blocked: int = 0
    """Episodes that are missing from it."""
    causes: Mapping[str, int] = NOTHING
    """How many of them by why: the name of what blocked them, or their state."""
    retried: float | None = None
    """Of those that are not missing, the share in which some seat had to be asked again; None
    where no seat was waited for."""
    forfeits: Mapping[str, float] = NOTHING
    """Of the answers in them that a model or a person gave, or should have, the share that was
    lost as each of `FORFEITED`; names that never came are left out."""

    def row(self) -> dict[str, Json]:
        """As part of a row for programs."""
        return {
            "blocked": self.blocked,
            "causes": dict(self.causes),
            "retried": self.retried,
            "forfeits": dict(self.forfeits),
        }


ALL_THERE = Behind()


def behind(filed: Sequence[Filed]) -> Behind:
    """What stands behind an estimate over these episodes."""
    lost = [why for each in filed if (why := cause(each))]
    if len(lost) == len(filed):
        return Behind(len(lost), _counts(lost))
    there = [each for each in filed if not cause(each)]
    asked = [each for each in there if each.answers]
    retried = sum(each.retried for each in asked) / len(asked) if asked else None
    return Behind(len(lost), _counts(lost), retried, _forfeits(there))


def cause(filed: Filed) -> str:
    """Why an episode is in no estimate; empty for one that is."""
    if filed.damaged:
        return DAMAGED
    return "" if filed.finished else filed.lost or UNFINISHED


def _counts(lost: Sequence[str]) -> Mapping[str, int]:
    """The most frequent first."""
    return dict(sorted(Counter(lost).items(), key=lambda pair: (-pair[1], pair[0])))


def _forfeits(there: Sequence[Filed]) -> Mapping[str, float]:
    counts: Counter[str] = Counter()
    for each in there:
        counts.update(each.answers)
    given = counts.total()
    return {name: counts[name] / given for name in FORFEITED if counts[name] and given}


def in_words(found: Behind) -> str:
    """What is missing and what was lost, in a line; empty where there is nothing to say."""
    named = ", ".join(f"{count:,} {name.replace('_', ' ')}" for name, count in found.causes.items())
    said = [f"missing: {named}"] if named else []
    if found.retried:
        said.append(f"asked again in {found.retried:.0%} of episodes")
    if found.forfeits:
        shares = ", ".join(
            f"{share:.1%} {name.replace('_', ' ')}" for name, share in found.forfeits.items()
        )
        said.append(f"answers lost: {shares}")
    return "; ".join(said)
