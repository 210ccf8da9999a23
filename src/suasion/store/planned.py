"""What is known of an episode before it is played, and once it is over: its row and its seal."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import NamedTuple

from suasion.core.asks import Json
from suasion.core.episode import Episode
from suasion.measures.filed import Held
from suasion.store import schema
from suasion.store.digest import digest_of
from suasion.store.rows import Row
from suasion.store.seals import seal, text_hash
from suasion.store.values import Unstorable, maybe, seed_column, stored, strict_json, to_json

PLANNED = (
    *("number", "id", "arm", "replicate", "seed", "status", "environment", "version", "settings"),
    *("channels", "block", "chain", "link", "origin"),
)
"""The columns that are written once, when the episode is planned; `carried` when it begins."""


@dataclass(frozen=True)
class Plan:
    """An episode as it is planned: what will be played, by whom, from which seed."""

    id: str
    arm: str | None
    replicate: int | None
    seed: int
    status: str
    environment: str
    version: str
    settings: Json
    seats: Sequence[Held]
    channels: Sequence[Mapping[str, Json]] = ()
    block: str | None = None
    chain: str | None = None
    link: int | None = None
    origin: Mapping[str, Json] | None = None
    carried: Mapping[str, Json] | None = None
    """Of a later link of a chain, once it begins: the settings it inherits, over its own."""
    first: str | None = None
    """The id of the episode that must be over before it begins; told by the study, not recorded."""

    @property
    def in_force(self) -> Json:
        """The settings it is played with."""
        return {**self.settings, **(self.carried or {})}

    def row(self, number: int) -> dict[str, object]:
        """Its columns."""
        return {
            "number": number,
            "id": stored(self.id),
            "arm": maybe(self.arm),
            "replicate": self.replicate,
            "seed": seed_column(self.seed),
            "status": self.status,
            "environment": stored(self.environment),
            "version": stored(self.version),
            "settings": strict_json(self.settings),
            "channels": strict_json(list(self.channels)) if self.channels else None,
            "block": maybe(self.block),
            "chain": maybe(self.chain),
            "link": self.link,
            "carried": None if self.carried is None else strict_json(self.carried),
            "origin": None if self.origin is None else strict_json(self.origin),
            "state": "planned",
            "deaths": 0,
            "finished": 0,
            "damaged": 0,
        }

    def seat_rows(self, number: int) -> list[Row]:
        """The rows of its seats; briefs are kept once, under their hashes."""
        return [
            (
                number,
                at,
                stored(seat.name),
                maybe(seat.agent),
                stored(seat.role),
                text_hash(stored(seat.brief)) if seat.brief else None,
                strict_json(dict(seat.asked_with)) if seat.asked_with else None,
            )
            for at, seat in enumerate(self.seats)
        ]


class End(NamedTuple):
    """What is known of an episode once it is whole, beside its many rows."""

    source: str
    payoffs: str
    outcome: str
    carry: str
    digest: str

    @classmethod
    def of(cls, episode: Episode) -> End:
        """That of an episode; the digest comes first, since it refuses what is no JSON."""
        try:
            digest = digest_of(episode)
        except RecursionError:
            raise Unstorable("a value is nested too deeply to be written as JSON") from None
        except (TypeError, ValueError) as error:
            raise Unstorable(f"a value is none that JSON can hold: {error}") from None
        payoffs, outcome, carry = map(to_json, (episode.payoffs, episode.outcome, episode.carry))
        return cls(episode.header.source, payoffs, outcome, carry, digest)

    def columns(self) -> dict[str, object]:
        """What is known as columns hold it."""
        return {**self._asdict(), "source": stored(self.source)}


def episode_seal(row: Sequence[object], seats: Sequence[Row], attempts: Sequence[Row]) -> str:
    """The seal of an episode: its row, its seats, and once it is whole everything else.

    The many rows come in by the hash that stands in the row. Attempts of an episode that is not
    whole carry seals of their own, since they are written one by one.
    """
    whole = row[schema.EPISODES.index("state")] == "whole"
    return seal(row, seats, attempts if whole else None)
