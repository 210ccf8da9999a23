"""What is measured and asked in any environment, because of how a run was made."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from suasion.core.asks import Json
from suasion.measures.forked import MEASURES, estimates
from suasion.measures.forked_question import QUESTION
from suasion.measures.kit import Kit


def kit_of(kit: Kit, manifest: Mapping[str, Json]) -> Kit:
    """A kit with what is common to all runs of this kind: of forks, what their change changed."""
    if manifest.get("kind") != "fork":
        return kit
    return replace(
        kit,
        measures=(*kit.measures, *MEASURES),
        estimators=(*kit.estimators, estimates),
        questions=(QUESTION, *kit.questions),
    )
