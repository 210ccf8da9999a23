"""Other agents for the names of a study, without editing it: scripts for models, say.

A study that is written against names (`agents`) is played by whoever these are. What is given here
stands in its place, so that the manifest of a run says who did play.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path

from suasion import catalogue
from suasion.core.asks import Json
from suasion.runner import plain_yaml
from suasion.runner.study_errors import Problem


class BadStandIn(ValueError):
    """What was given is neither NAME=AGENT nor a file of such lines."""


def stand_ins(given: Sequence[str]) -> dict[str, str]:
    """Agents by name, from `NAME=AGENT` and from YAML files of `NAME: AGENT`; the last one holds.

    A file may also be one that comes with the program, by its place such as `persuasion/scripted`.
    Errors: `BadStandIn`.
    """
    found: dict[str, str] = {}
    for each in given:
        name, is_, agent = each.partition("=")
        path = catalogue.line_up(each)
        if path is not None:
            found |= _of_file(path)
        elif is_ and name.strip() and agent.strip():
            found[name.strip()] = agent.strip()
        else:
            said = f"{each[:80]!r} is no file: expected NAME=AGENT, or a YAML file of NAME: AGENT"
            raise BadStandIn(f"{said}; there are: {', '.join(catalogue.line_ups())}")
    return found


def _of_file(path: Path) -> dict[str, str]:
    try:
        value = plain_yaml.read(path.read_bytes()[: plain_yaml.LARGEST + 1]).value
    except plain_yaml.BadYaml as bad:
        raise BadStandIn(f"{path}, line {bad.line}: {bad.said}") from None
    except OSError as error:
        raise BadStandIn(f"{path}: {error.strerror or error}") from None
    sound = isinstance(value, dict) and all(isinstance(each, str) for each in value.values())
    if not sound:
        raise BadStandIn(f"{path}: expected an agent's id for each name, and nothing else")
    return dict(value)


def stood_in(
    value: Mapping[str, Json], agents: Mapping[str, str]
) -> tuple[Mapping[str, Json], list[Problem]]:
    """A study with these agents in place of its own; names it does not have are problems."""
    own = value.get("agents") or {}
    if not agents or not isinstance(own, dict):
        return value, []
    there = ", ".join(map(str, own)) or "none"
    unknown = [name for name in agents if name not in own]
    said = (f"the study names no agent {name[:80]!r}; there are: {there}" for name in unknown)
    its = {name: agent for name, agent in agents.items() if name in own}
    return {**value, "agents": {**own, **its}}, [Problem(("agents",), each) for each in said]
