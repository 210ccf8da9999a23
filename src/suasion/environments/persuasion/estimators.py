"""What the conversations of a run say together: of its persuaders, targets and topics.

Groupings, statistics and intervals are those of the definitions of Persuasion's measures; means of
conversations are never pooled over arms, kinds of probe or statuses. All numbers are made from the
same exact fractions that values are printed from.
"""

from __future__ import annotations

from collections.abc import Iterator

from suasion.measures.estimate import Estimate
from suasion.measures.question import Results


def everything(results: Results) -> Iterator[Estimate]:
    """Every estimate of a run."""
    from suasion.environments.persuasion import further, moved, paired, standings
    from suasion.environments.persuasion.talks import scopes

    for talks in scopes(results):
        for part in (moved.estimates, paired.estimates, standings.estimates, further.estimates):
            yield from part(talks)


ESTIMATORS = (everything,)
