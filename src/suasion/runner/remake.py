"""An environment again from settings that were in force: checked once, made many times."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import msgspec

from suasion import catalogue
from suasion.core.asks import Json
from suasion.core.environment import Environment, settings


def remake(name: str, in_force: Mapping[str, Json]) -> Environment[Any]:
    """The environment whose settings these are, whole and as JSON; what were tuples are again.

    A twentieth of the time of `catalogue.make`, whose checks are for what people write; whatever
    does not come back as it was is left to it.
    """
    try:
        made: Environment[Any] = msgspec.convert(in_force, catalogue.kit(name).environment)
        if settings(made) == in_force:
            return made
    except (msgspec.ValidationError, TypeError, ValueError):
        pass
    return catalogue.make(name, None, in_force)
