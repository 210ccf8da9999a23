"""Play one episode where models or people have to be waited for."""

from __future__ import annotations

import asyncio
from collections.abc import Iterable
from time import monotonic
from typing import Any

from suasion.agents import hang_up
from suasion.core.environment import Asked, Environment, Live
from suasion.core.episode import Decision, Episode
from suasion.core.play import Play, Seats, groups_of, rounds
from suasion.runner.line import Back, Desk, Line, Lines, Unrecorded


def play_one(environment: Environment[Any], seats: Seats, seed: int) -> Episode:
    """One whole episode, unrecorded; Blocked if a seat could not be asked."""
    return waited_for(Play(environment, seed, groups=groups_of(seats)), seats)


def waited_for(play: Play[Any], seats: Seats) -> Episode:
    """The episode, played to its end in an event loop of its own, unrecorded.

    Errors: `Blocked`.
    """

    async def played() -> Episode:
        try:
            return await drive_async(play, seats)
        finally:
            await hang_up()

    return asyncio.run(played())


async def drive_async(
    play: Play[Any],
    seats: Seats,
    record: Iterable[Decision] = (),
    desk: Desk | None = None,
) -> Episode:
    """Play on; seats asked at the same time are waited for at the same time.

    What `record` holds is not asked again. When a seat is Blocked, the answers of the others are
    kept before it is raised.
    """
    kept = list(record)
    known = {decision.key: decision for decision in kept}
    lines = Lines(play, known, desk or Unrecorded())
    for waiting in rounds(play, seats, kept):
        if len(waiting) == 1:  # most steps: no task is needed to wait for one
            await _ask(lines, waiting[0], seats[waiting[0].seat])
            continue
        asking = (_ask(lines, asked, seats[asked.seat]) for asked in waiting)
        for failure in await asyncio.gather(*asking, return_exceptions=True):
            if failure is not None:
                raise failure
    return play.episode()


async def _ask(lines: Lines, asked: Asked, seat: object) -> None:
    assert isinstance(seat, Live)
    line = Line(lines, asked)
    if seat.sends:
        lines.play.answer(asked, await seat.ask(asked, line))
        return
    await lines.desk.leaving(asked.key, line.told, None)
    began = monotonic()
    reply = await seat.ask(asked, line)
    lines.desk.landed(asked.key, Back("answered", monotonic() - began))
    lines.play.answer(asked, reply)
