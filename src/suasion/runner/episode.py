"""Play one episode where models or people have to be waited for."""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import Awaitable, Callable, Iterable
from typing import Any

from suasion.core.environment import Asked, Environment, Live, words
from suasion.core.episode import Decision, Episode, Key
from suasion.core.play import Play, Seats, groups_of, inner_key, rounds

Leaving = Callable[[Key, str], Awaitable[None]]
"""`await leaving(key, told)` returns once it is on disk that this is about to be asked."""


async def _unrecorded(key: Key, told: str) -> None:
    """A play that is not recorded."""


def play_one(environment: Environment[Any], seats: Seats, seed: int) -> Episode:
    """One whole episode, unrecorded; Blocked if a seat could not be asked."""
    return asyncio.run(drive_async(Play(environment, seed, groups=groups_of(seats)), seats))


async def drive_async(
    play: Play[Any],
    seats: Seats,
    record: Iterable[Decision] = (),
    leaving: Leaving = _unrecorded,
) -> Episode:
    """Play on; seats asked at the same time are waited for at the same time.

    What `record` holds is not asked again. When a seat is Blocked, the answers of the others are
    kept before it is raised.
    """
    kept = list(record)
    known = {decision.key: decision for decision in kept}
    for waiting in rounds(play, seats, kept):
        asking = (_ask(play, asked, seats[asked.seat], known, leaving) for asked in waiting)
        for failure in await asyncio.gather(*asking, return_exceptions=True):
            if failure is not None:
                raise failure
    return play.episode()


async def _ask(
    play: Play[Any], asked: Asked, seat: object, known: dict[Key, Decision], leaving: Leaving
) -> None:
    assert isinstance(seat, Live)
    made = Counter[str]()

    async def recall(name: str, call: Callable[[], Awaitable[str]]) -> str:
        """An inner call: from the record, or made and kept."""
        key = inner_key(asked, name, made[name])
        made[name] += 1
        inner = known.get(key)
        if inner is None:
            await leaving(key, "")
            inner = Decision(*key, None, await call())
        play.note(inner)
        return inner.raw or ""

    await leaving(asked.key, words(play.env, asked))
    play.answer(asked, await seat.ask(asked, recall))
