"""A model behind an endpoint: its name there, who is asked, with which key, at what price."""

from __future__ import annotations

from dataclasses import dataclass

from suasion.models.request import Client

BATCHES = " batches"
"""How the name of a lane ends whose calls go by batch."""
BATCH_FACTOR = 0.5
"""What a call costs by batch, of its price by itself (OpenAI, Groq)."""


@dataclass(frozen=True)
class Price:
    """What a million tokens cost, in US dollars."""

    read: float
    written: float
    cached: float | None = None
    """Of tokens read from a cache; None where they cost what others do."""
    as_of: str = ""
    """The date of the price, as YYYY-MM-DD."""

    @property
    def by_batch(self) -> Price:
        """What the same tokens cost in a batch."""
        cached = None if self.cached is None else self.cached * BATCH_FACTOR
        return Price(self.read * BATCH_FACTOR, self.written * BATCH_FACTOR, cached, self.as_of)


@dataclass(frozen=True, eq=False)
class Model:
    """One model of one endpoint."""

    id: str
    """As it stands in a study: `PROVIDER/MODEL` or `PROVIDER/MODEL@URL`."""
    name: str
    """What the endpoint calls it."""
    provider: str
    host: str
    """`host:port` that is talked to."""
    key: str | None
    """The name of the variable that holds the key; None where none is sent."""
    client: Client
    price: Price | None = None
    by_batch: bool = False
    """Whether it is asked many calls at a time, at a price of its own."""

    @property
    def lane(self) -> str:
        """What limits are held by: one endpoint with one key; batches apart."""
        return f"{self.provider} {self.host} {self.key or '-'}{BATCHES if self.by_batch else ''}"
