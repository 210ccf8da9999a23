"""Having texts written about a run: a study of its own, in a folder beside the record."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from hashlib import sha256
from pathlib import Path
from typing import Any, NamedTuple

from suasion.core.asks import Json
from suasion.core.episode import canonical
from suasion.measures.dossier import Subject
from suasion.runner.study import Study
from suasion.runner.study_checks import unplayable
from suasion.runner.study_errors import BadStudy
from suasion.runner.study_file import named
from suasion.store.writings import ENVIRONMENT, FOLDER

STAND_IN = "policy/stand_in"
"""Who writes where no model is asked."""


class Wanted(NamedTuple):
    """One text to be written."""

    subject: str
    task: str
    given: str


def study_of(
    wanted: Sequence[Wanted],
    writer: str,
    word_cap: int = 500,
    asked_with: Mapping[str, Json] | None = None,
    limits: Mapping[str, Json] | None = None,
) -> Study:
    """The study in which each text is one episode, written by one seat.

    Whatever the record holds stands in it as it is: nothing in a text is looked up.

    Errors: `BadStudy`, where nobody has the writer's id.
    """
    conditions = {Subject(w.subject, "").slug: {"settings": w._asdict()} for w in wanted}
    study = Study.model_validate(
        {
            "name": f"written-{_hash(writer, word_cap, asked_with or {}, conditions)}",
            "title": "Texts about a run",
            "question": "What does the record of a run show of each of these?",
            "expectation": "None: a text is a reading of the record, and no measurement.",
            "environment": ENVIRONMENT,
            "settings": {"word_cap": word_cap},
            "seats": [{"agent": writer, **(asked_with or {})}],
            "conditions": conditions,
            "replicates": 1,
            "limits": dict(limits or {}),
        }
    )
    found = list(unplayable(study))
    if found:
        raise BadStudy("dossier", found, None)
    return named(study)


def folder_of(run: Path, study: Study) -> Path:
    """Where such a study lies: the same task of the same writer goes on where it was left."""
    writer = Subject(study.seats[0].agent, "").slug
    return run / FOLDER / f"{writer}-{study.name.rpartition('-')[2]}"


def _hash(*parts: Any) -> str:
    return sha256(canonical(list(parts))).hexdigest()[:8]
