"""A model of a whole run: estimates that take minutes, made only when they are asked for."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import NamedTuple

from suasion.measures.estimate import Estimate
from suasion.measures.question import Results


class Model(NamedTuple):
    """What `suasion measure RUN --model NAME` adds to the estimates."""

    estimates: Callable[[Results], Iterable[Estimate]]
    measures: tuple[str, ...]
    """The ids of what it estimates."""
    missing: Callable[[], str | None]
    """The command that installs what it needs; None where that is there."""
