"""A study read from its file, or refused with every problem named."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from pydantic import ValidationError

from suasion import catalogue
from suasion.agents.named import models_in
from suasion.core.asks import Json
from suasion.core.events import NOTHING
from suasion.models.ids import parsed
from suasion.models.providers import generic, provider
from suasion.runner import plain_yaml
from suasion.runner.pack import packed
from suasion.runner.stand_ins import stood_in
from suasion.runner.study import FORMAT, KEYS, Study
from suasion.runner.study_checks import unfit, unplayable
from suasion.runner.study_errors import BadStudy, Problem, problems
from suasion.runner.study_parts import Seats, StudySeat
from suasion.runner.study_texts import resolved

Lines = Mapping[plain_yaml.Path, int]


def load(path: Path | str, pack: Path | None = None, agents: Mapping[str, str] = NOTHING) -> Study:
    """Read a study from its file, and see that it can be run; `pack` stands in place of its own,
    and `agents` in place of those it gives the same names.

    Errors: `BadStudy`, which names every problem with its line; `OSError`.
    """
    where = str(path)
    try:
        text = Path(path).read_bytes()[: plain_yaml.LARGEST + 1]
        read = plain_yaml.read(text)
    except plain_yaml.BadYaml as bad:
        line: dict[plain_yaml.Path, int] = {(): bad.line} if bad.line else {}
        raise BadStudy(where, [Problem((), bad.said)], line) from None
    if not isinstance(read.value, dict):
        said = f"is no study: expected the keys {', '.join(KEYS[''])}"
        raise BadStudy(where, [Problem((), said)], read.lines)
    value, unknown = stood_in(read.value, agents)
    if unknown:
        raise BadStudy(where, unknown, read.lines)
    return of(value, where, read.lines, Path(path).parent, pack)


def of(
    value: Mapping[str, Json],
    where: str = "study",
    lines: Lines | None = None,
    folder: Path | None = None,
    pack: Path | None = None,
) -> Study:
    """A study from plain JSON, with the whole ids of its agents; its files lie below `folder`.

    Errors: `BadStudy`.
    """
    written = value.get("format", FORMAT)
    if type(written) is not int or written != FORMAT:  # to Python, true is 1
        said = f"is {repr(written)[:40]}: this version of Suasion reads study format {FORMAT}"
        raise BadStudy(where, [Problem(("format",), said)], lines)
    with_pack = packed(value, folder, pack)
    texts = resolved(with_pack.value, folder)
    if with_pack.problems or texts.problems:
        raise BadStudy(where, [*with_pack.problems, *texts.problems], lines)
    try:
        study = Study.model_validate(texts.value)
    except ValidationError as error:
        raise BadStudy(where, problems(error, KEYS), lines) from None
    found = list(unplayable(study))
    if found:
        raise BadStudy(where, found, lines)
    whole = named(study)
    found = list(unfit(whole))
    if found:
        raise BadStudy(where, found, lines)
    return whole.showing(texts.files)


def with_pictures(seat: StudySeat) -> StudySeat:
    """The seat, saying whether its model takes pictures, so that its record says it too.

    Of a model that is asked elsewhere than where its provider is nobody knows, and of a seat that
    asks none nothing is said.
    """
    found = models_in(seat.agent)
    if not found or seat.pictures is not None:
        return seat
    ids = list(map(parsed, found))
    takes = seat.base_url is None and all(
        each.url is None and (provider(each.provider) or generic(each.provider)).pictures
        for each in ids
    )
    return seat.model_copy(update={"pictures": takes})


def named(study: Study) -> Study:
    """The study with the whole id of every agent in place of its name."""
    kit = catalogue.kit(study.environment)

    def whole(agent: str) -> str:
        return catalogue.agent(kit, study.agents.get(agent, agent))

    def seated(seats: Seats) -> Seats:
        each = (seat.model_copy(update={"agent": whole(seat.agent)}) for seat in seats)
        return [with_pictures(seat) if study.files else seat for seat in each]

    def side(by: Mapping[Any, str]) -> dict[Any, str]:
        return {key: whole(name) if key == "model" else name for key, name in by.items()}

    conditions = {
        name: each.model_copy(update={"seats": None if each.seats is None else seated(each.seats)})
        for name, each in study.conditions.items()
    }
    contrasts = [
        each.model_copy(update={"of": side(each.of), "against": side(each.against)})
        for each in study.contrasts
    ]
    panel = study.panel and study.panel.model_copy(update={"agents": seated(study.panel.agents)})
    changed = {
        "seats": seated(study.seats),
        "panel": panel,
        "conditions": conditions,
        "contrasts": contrasts,
    }
    return study.model_copy(update=changed)
