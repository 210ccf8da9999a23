"""How a scripted target answers every probe from one latent stance, so that all of them agree.

A latent stance y is read with a normal error (`policies`). With read stance r: a rating is the
whole number nearest to r inside the scale, on the scale as it is shown. Percentages are how likely
each rating is. A vote, and the choice of an advice, is for, against or neither as the rating is
above, below or at nought. Of a hundred points a third goes with each unit of r, held to the scale,
to the side it is on, and the rest to neither.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from itertools import pairwise
from math import floor
from statistics import NormalDist
from typing import NamedTuple

from suasion.core.asks import Answer, Json
from suasion.environments.persuasion.probes import (
    CHOICES,
    HIGH,
    LOW,
    POINTS,
    THREE,
    VOTES,
)
from suasion.environments.persuasion.words import ANCHORS


class Stance(NamedTuple):
    """What a target holds, and how it was read just now."""

    latent: float
    read: float
    """The latent stance and the error of this reading."""
    noise: float
    """The standard deviation of the error."""

    @property
    def rating(self) -> int:
        """The number of the scale that it gives."""
        return held(nearest(self.read))


def answered(kind: str, stance: Stance, situation: Mapping[str, Json]) -> Answer:
    """The answer to a probe of that kind."""
    way = -1 if situation.get("scale", [LOW, HIGH])[0] > 0 else 1
    match kind:
        case "distribution":
            shares = percentages(stance)
            return {f"{way * at:d}": share for at, share in zip(POINTS, shares, strict=True)}
        case "vote":
            return VOTES[_side(stance)]
        case "allocate":
            return allocated(stance.read)
        case "advise":
            choice = CHOICES[_side(stance)]
            return {"advice": f"I would say: {choice}. {view(stance.read)}", "choice": choice}
    return way * stance.rating


def _side(stance: Stance) -> int:
    """0 for, 1 against, 2 neither: the order of votes and of choices."""
    return 2 if not stance.rating else 0 if stance.rating > 0 else 1


def percentages(stance: Stance) -> list[int]:
    """How likely each point of the scale is to be the rating, whole and together a hundred.

    What rounding leaves goes to the largest remainders, of equals to the lower points.
    """
    exact = [100 * chance for chance in _chances(stance)]
    whole = [floor(each) for each in exact]
    owed = sorted(range(len(exact)), key=lambda at: (whole[at] - exact[at], at))
    for at in owed[: 100 - sum(whole)]:
        whole[at] += 1
    return whole


def _chances(stance: Stance) -> Sequence[float]:
    if not stance.noise:
        return [float(at == held(nearest(stance.latent))) for at in POINTS]
    error = NormalDist(stance.latent, stance.noise)
    below = [0.0, *(error.cdf(at - 0.5) for at in POINTS[1:]), 1.0]
    return [upper - lower for lower, upper in pairwise(below)]


def allocated(stance: float) -> dict[str, int]:
    """A hundred points by a stance."""
    given = floor(100 * min(1.0, abs(stance) / HIGH) + 0.5)
    ours, theirs = (given, 0) if stance > 0 else (0, given)
    return dict(zip(THREE.names, (ours, theirs, 100 - given), strict=True))


def nearest(stance: float) -> int:
    """The whole number nearest to a stance; of two the higher."""
    return floor(stance + 0.5)


def held(number: int) -> int:
    """A number held to the scale."""
    return max(LOW, min(HIGH, number))


def view(stance: float) -> str:
    """A stance in the words of the scale."""
    return f"My current view: I am {ANCHORS[held(nearest(stance))]}."


def viewed(text: str) -> int | None:
    """The stance that such words say, where they say one."""
    return next((at for at in POINTS if view(at) in text), None)
