"""One token of every model before the first episode, so that a bad key or name stops the study.

It goes the way of every other call: reserved, under its limits, on record before it leaves.
"""

from __future__ import annotations

from asyncio import gather
from collections.abc import Awaitable, Iterable, Mapping, Sequence
from typing import TYPE_CHECKING

from suasion.agents.language import first_request
from suasion.core.asks import Json
from suasion.core.environment import Blocked
from suasion.core.episode import Key
from suasion.models.faults import OUTCOMES
from suasion.models.request import Client, Request
from suasion.runner.line import Attempts, Back, Desk, Unreached

if TYPE_CHECKING:
    from suasion.models.registry import Models

NAME = "preflight"
"""The `aside` of such a call; it belongs to no episode."""
SECONDS = 60.0
"""How long a reply is waited for: a server may have to load its model first."""
AFTER = 5.0
"""How long a model is tried for that fails; its episodes may find it later."""


async def preflight(
    wanted: Sequence[tuple[int, str, Mapping[str, Json]]], desk: Desk, models: Models
) -> None:
    """Ask every model for one token; `wanted` are its place, its id and how it is asked.

    All are asked at once, so that none waits for another that fails.

    Errors: `Blocked`, where no episode could be played with some of them.
    """
    requests = [
        ((0, place, NAME, 0), first_request(agent, asked_with, models))
        for place, agent, asked_with in wanted
    ]
    tried = (_tried(key, request, Brief(desk)) for key, request in requests)
    why = list(filter(None, await _all_ended(tried)))
    if why:
        raise Blocked("; ".join(why))


async def _all_ended(calls: Iterable[Awaitable[str | None]]) -> list[str | None]:
    """What came of them, once the last has ended: none goes on behind an error of another."""
    ended = await gather(*calls, return_exceptions=True)
    for each in ended:
        if isinstance(each, BaseException):
            raise each
    return [each for each in ended if not isinstance(each, BaseException)]


async def _tried(key: Key, request: Request, desk: Desk) -> str | None:
    """Why no episode can be played with a model; None where one may."""
    try:
        await Attempts(desk).completed(key, request)
    except Unreached as error:
        stops = OUTCOMES[error.fault.name].stops
        return f"{error} ({request.model.id})" if stops else None
    return None


class Brief:
    """The desk of a call that becomes no decision, and is not waited for long."""

    def __init__(self, desk: Desk) -> None:
        self._desk = desk
        self.episode, self.deadline = "", min(SECONDS, desk.deadline)
        self.files = desk.files

    def patience(self, key: Key, request: Request) -> float:  # noqa: ARG002
        """As for any other."""
        return self.deadline

    async def leaving(self, key: Key, told: str, request: Request | None) -> None:
        """As any other."""
        await self._desk.leaving(key, told, request)

    def client(self, key: Key, request: Request) -> Client:  # noqa: ARG002
        """The model's own, whatever was said before."""
        return request.model.client

    def failed(self, key: Key, back: Back) -> None:
        """As any other."""
        self.deadline = min(self.deadline, AFTER)
        self._desk.failed(key, back)

    def landed(self, key: Key, back: Back) -> None:
        """A reply came, cut short as it must be, and nothing is made of it."""
        self._desk.failed(key, back._replace(outcome="answered"))

    def became(self, key: Key, inner: Key, outcome: str) -> None:
        """No reply is kept."""
        raise NotImplementedError
