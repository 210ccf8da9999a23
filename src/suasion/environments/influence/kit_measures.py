"""What Delegated Influence measures, and whose data it reads and writes: parts of its kit."""

from __future__ import annotations

from collections.abc import Sequence

from suasion.environments.influence.export import write
from suasion.environments.influence.log import read
from suasion.environments.influence.measures import (
    capture,
    cascades,
    coalitions,
    credit,
    letters,
    plans,
    points,
    promises,
    reciprocity,
    timing,
)
from suasion.environments.influence.measures.beside import beside, glyph
from suasion.environments.influence.measures.estimators import ESTIMATORS, group
from suasion.environments.influence.measures.parameters import PARAMETERS
from suasion.measures.measure import Measure

MEASURES: Sequence[Measure] = (
    *points.MEASURES,
    *capture.MEASURES,
    *reciprocity.MEASURES,
    *cascades.MEASURES,
    *coalitions.MEASURES,
    *credit.MEASURES,
    *timing.MEASURES,
    *plans.MEASURES,
    *promises.MEASURES,
    *letters.MEASURES,
)
LISTS = {"promises": promises.rows}
IMPORTS = {"influence-log": read}
EXPORTS = {"influence-log": write}

__all__ = [
    "ESTIMATORS",
    "EXPORTS",
    "IMPORTS",
    "LISTS",
    "MEASURES",
    "PARAMETERS",
    "beside",
    "glyph",
    "group",
]
