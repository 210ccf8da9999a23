"""What persuaders did and what conversation did, told apart by pairs."""

from __future__ import annotations

from collections.abc import Iterator

from suasion.environments.persuasion.columns import sd
from suasion.environments.persuasion.summaries import means, statistic
from suasion.environments.persuasion.talks import Talks
from suasion.measures.estimate import Estimate

GROUPINGS = ((), ("persuader",), ("target",), ("topic",))


def estimates(talks: Talks) -> Iterator[Estimate]:
    """Everything that is made of pairs, but for their components."""
    for of in (talks.effects, talks.drifts):
        for factors in GROUPINGS:
            yield from means(of, factors)
            yield from statistic(of, factors, "sd", sd)
        if talks.conditions:
            yield from means(of, ("condition",))
    yield from means(talks.effects, ("target",), sign=-1, name="resistance")
