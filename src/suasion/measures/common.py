"""What is measured and asked in any environment, because of how a run was made."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from suasion.core.asks import Json
from suasion.measures.asides import measures
from suasion.measures.filed import Filed
from suasion.measures.forked import MEASURES, estimates
from suasion.measures.forked_question import QUESTION
from suasion.measures.kit import Kit
from suasion.measures.question import Results

ONE_EPISODE = (
    "these are forks of one episode and share its past, so that they are no sample of games"
)


def kit_of(kit: Kit, manifest: Mapping[str, Json]) -> Kit:
    """A kit as it fits a run.

    Forks are compared pair by pair. Their arms are never pooled, since a fork and its twin are no
    two games; and what an environment asks or estimates of games in general is not asked of them.
    """
    if asked_aside(manifest):
        return replace(kit, measures=(*kit.measures, *measures(kit.stated)))
    if manifest.get("kind") != "fork":
        return kit

    def group(filed: Filed) -> Mapping[str, Json]:
        return {**kit.group(filed), "arm": filed.arm}

    others = (replace(question, applies=_no_sample) for question in kit.questions)
    return replace(
        kit,
        measures=(*kit.measures, *MEASURES),
        estimators=(estimates,),
        questions=(QUESTION, *others),
        group=group,
    )


def asked_aside(manifest: Mapping[str, Json]) -> bool:
    """Whether the study of a run asks seats that are waited for what they hold."""
    study = manifest.get("study")
    return isinstance(study, Mapping) and bool(study.get("asides"))


def _no_sample(results: Results) -> str | None:  # noqa: ARG001 - it is never one
    return ONE_EPISODE
