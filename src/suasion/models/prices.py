"""What models cost: the user's own prices first, then a table of facts with the day of each.

A price that nobody found with a source and a day is unknown, and said to be: it is never guessed
from a model of another name.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from functools import cache
from typing import NamedTuple

from suasion.models.hosts import Place
from suasion.models.ids import ModelId
from suasion.models.model import Price
from suasion.models.providers import Provider

FREE = Price(0.0, 0.0, 0.0)
"""Of a server that people run themselves; it has no day, as it does not change."""

_SAME = {"gemini": "google", "anthropic-openai": "anthropic"}
"""Providers that sell what another sells, at its prices."""
_DATED = re.compile(r"-(?:latest|\d{8}|\d{4}-\d\d-\d\d)$")


class Listed(NamedTuple):
    """A price of the table."""

    price: Price
    source: str
    """The page it was read from."""
    up_to: int | None = None
    """Tokens of a prompt beyond which it costs more than this."""


@cache
def table() -> Mapping[str, Listed]:
    """All prices that are known, by `PROVIDER/MODEL`."""
    import tomllib
    from importlib.resources import files

    said = tomllib.loads(files("suasion.models").joinpath("prices.toml").read_text("utf-8"))
    return {
        f"{provider}/{name}": Listed(
            Price(row["read"], row["written"], row.get("cached"), row["as_of"]),
            source,
            row.get("up_to"),
        )
        for provider, rows in said.items()
        for source in [rows.pop("source")]
        for name, row in rows.items()
    }


def price(
    model: ModelId, provider: Provider, at: Place | None, own: Mapping[str, Price]
) -> Price | None:
    """What a model costs; None where that is unknown.

    `own` are the user's prices, by an id with its URL or without; `at` is where it is asked. A
    price of the table is that of the provider's own host alone; a server that people run
    themselves is free on their own machines and networks.
    """
    if (said := own.get(str(model)) or own.get(f"{model.provider}/{model.name}")) is not None:
        return said
    if provider.local:
        return FREE if at is not None and at.near else None
    if at is not None and at != provider.home and not provider.through_inspect:
        return None
    found = listed(provider.name, model.name)
    return None if found is None else found.price


def listed(provider: str, name: str) -> Listed | None:
    """A price of the table; a model by its dated name costs what it does without the day."""
    stem = f"{_SAME.get(provider, provider)}/"
    return table().get(stem + name) or table().get(stem + _DATED.sub("", name))
