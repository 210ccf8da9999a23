"""Whether a cap on money can be held: each model that a run would ask must have a price."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import TYPE_CHECKING

from suasion.core.asks import Json
from suasion.runner.caps import Capped, unpriced

if TYPE_CHECKING:
    from suasion.models.registry import Described
    from suasion.store.planned import Plan


class Unpriced(ValueError):
    """A run with a cap on money, and a model whose price nobody knows."""


def see_prices(plans: Iterable[Plan], limits: Capped) -> None:
    """Nothing, where the caps can be held.

    Errors: `Unpriced`, with the models and what to do.
    """
    if limits.max_cost is None:
        return
    why = unpriced(_described(plans), limits)
    if why is not None:
        raise Unpriced(why)


def _described(plans: Iterable[Plan]) -> Iterator[Described]:
    """Every model that would be asked; one that cannot be is told of when it is to be made."""
    from suasion.models.registry import BadModel, Models

    models, seen = Models(), set[tuple[str, Json]]()
    for plan in plans:
        for seat in plan.seats:
            for model, asked_with in _asked(seat.agent or "", seat.asked_with):
                known = model, asked_with.get("base_url")
                if known in seen:
                    continue
                seen.add(known)
                try:
                    yield models.describe(model, asked_with)
                except BadModel:
                    continue


def _asked(agent: str, asked_with: Mapping[str, Json]) -> Iterator[tuple[str, Mapping[str, Json]]]:
    from suasion.agents.named import models_in
    from suasion.agents.skinned import bare

    if agent.startswith("agent/"):
        yield agent, {}
    for model in models_in(agent):
        yield model, bare(asked_with)
