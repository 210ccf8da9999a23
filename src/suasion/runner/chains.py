"""What a link of a chain inherits: the settings that the one before it left, over the study's."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from suasion import catalogue
from suasion.agents.skinned import told_once
from suasion.core.asks import Json
from suasion.core.environment import BadSetting, settings
from suasion.measures.filed import Filed
from suasion.runner.remake import remake
from suasion.store.planned import Plan


class NoInheritance(ValueError):
    """What an episode left is none that the next can be played with."""


def begun(plan: Plan, carry: Json) -> Plan:
    """A link that knows what it inherits, with the words its seats are told by these settings.

    `carry` names settings of the environment; null leaves the study's. Errors: `NoInheritance`,
    and what making an environment raises.
    """
    if carry is not None and not isinstance(carry, dict):
        said = f"expected a JSON object of settings, or null: {str(carry)[:80]!r}"
        raise NoInheritance(said)
    left = carry or {}
    env = remake(plan.environment, {**plan.settings, **left})
    named = [seat.name for seat in env.seats()]
    if named != [seat.name for seat in plan.seats]:
        raise NoInheritance(f"it would change who is seated: to {', '.join(named)[:80]}")
    in_force, kit = settings(env), catalogue.kit(plan.environment)
    return replace(
        plan,
        carried={name: in_force[name] for name in left},
        seats=[
            replace(seat, brief=told_once(env.brief(at), seat.asked_with, kit))
            for at, seat in enumerate(plan.seats)
        ],
    )


def inherits(filed: Filed, carried: Mapping[str, Json] | None, left: Json) -> bool:
    """Whether a link was played with the settings that the episode before it left."""
    header = filed.episode.header
    if not isinstance(left or {}, dict) or (carried or {}).keys() != (left or {}).keys():
        return False
    try:
        env = remake(header.environment, {**header.settings, **(left or {})})
    except (catalogue.Mistake, BadSetting):
        return False
    return {**settings(env), **header.settings} == settings(env)
