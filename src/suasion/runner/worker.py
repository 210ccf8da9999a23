"""A worker: plays the episodes it is given, and tells the runner everything as it happens.

It is a process of its own, so that a policy that crashes, hangs or eats memory costs one episode,
and it never opens the record.
"""

from __future__ import annotations

import asyncio
import gc
import os
import signal
import socket
import sys
import traceback
from functools import lru_cache
from time import monotonic
from typing import Any

from suasion import catalogue, channels
from suasion.agents import line_up
from suasion.core.asks import Json
from suasion.core.environment import Blocked, Environment, Live
from suasion.core.episode import Decision, Episode, Key
from suasion.core.play import Play, Seats, drive, groups_of
from suasion.measures.kit import Kit
from suasion.runner.episode import drive_async
from suasion.runner.fork_branch import forked
from suasion.runner.frames import (
    HEAD,
    Arrived,
    Columns,
    FromWorker,
    Job,
    Leaving,
    OnDisk,
    Ready,
    Stuck,
    Unanswered,
    Whole,
    framed,
    size,
    to_worker,
)
from suasion.runner.remake import remake
from suasion.store.planned import End
from suasion.store.rows import body_of, checked_row, decision_of
from suasion.store.seals import body_hash, pack
from suasion.store.values import of_json, stored, strict_json

WORDS = 2000
"""Characters of an error that are kept."""


def main(descriptor: int) -> None:
    """Work until the runner closes its end, or dies."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    collect_seldom()
    asyncio.run(work(socket.socket(fileno=descriptor)))


def collect_seldom() -> None:
    """Let the cycle collector come rarely: a play makes many objects and hardly a cycle."""
    gc.freeze()
    gc.set_threshold(100_000, 50, 50)


async def work(channel: socket.socket) -> None:
    """Play one job after the other."""
    link = Link(*await asyncio.open_unix_connection(sock=channel, limit=2**20))
    link.send(Ready())
    while True:
        job = await link.jobs.get()
        await play(job, link)
        await link.flush()


class Link:
    """The runner's end of the line, as a worker sees it."""

    def __init__(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.jobs = asyncio.Queue[Job]()
        self._writer = writer
        self._acknowledged = asyncio.Queue[OnDisk]()
        self._listening = asyncio.ensure_future(self._listen(reader))

    def send(self, message: FromWorker) -> None:
        """Tell the runner."""
        self._writer.write(framed(message))

    async def flush(self) -> None:
        """Wait until the runner has taken what it was told."""
        await self._writer.drain()

    async def on_disk(self) -> None:
        """Wait until what was sent last is on disk."""
        await self._acknowledged.get()

    async def _listen(self, reader: asyncio.StreamReader) -> None:
        """Sort what comes; a runner that is gone takes its workers with it, whatever they do."""
        try:
            while True:
                message = to_worker(await reader.readexactly(size(await reader.readexactly(HEAD))))
                if isinstance(message, Job):
                    self.jobs.put_nowait(message)
                else:
                    self._acknowledged.put_nowait(message)
        except (asyncio.IncompleteReadError, OSError):
            os._exit(0)


async def play(job: Job, link: Link) -> None:
    """Play one episode, or say why it cannot go on."""
    recorder = Recorder(job, link)
    try:
        link.send(whole(job.number, await recorder.episode()))
    except Blocked as why:
        link.send(Stuck(job.number, "blocked", said(why) or "a seat could not be asked"))
    except Exception as error:  # whatever a policy, an agent or an environment does
        link.send(Stuck(job.number, "failed", described(error)))


class Recorder:
    """One episode under way: everything that is decided goes to the runner, in order."""

    def __init__(self, job: Job, link: Link) -> None:
        self.job, self.link = job, link
        self.record = [decision_of(row) for row in job.record]
        self.known = {decision.key for decision in self.record}
        self.kept: list[Columns] = []
        self.left: dict[Key, float] = {}
        """When each open attempt left."""

    async def episode(self) -> Episode:
        """Play it to its end."""
        what = of_json(self.job.what)
        env, kit = made(what["environment"], strict_json(what["settings"]))
        seats = line_up(what["seats"], kit)
        play, record = begun(env, what, seats)
        record += self.record  # on disk: the same again where a fork was stopped, and more
        if not any(isinstance(seat, Live) for seat in seats):
            return drive(play, seats, record)
        play.keep = self.keep
        try:
            return await drive_async(play, seats, record, self.leaving)
        except BaseException as error:
            self._unanswered(error)
            raise

    def keep(self, decision: Decision) -> None:
        """A decision was taken; a reply is sent at once, the rest goes with the next message."""
        key = decision.key
        if key in self.known:
            return
        self.kept.append(list(checked_row(self.job.number, decision)))
        left = self.left.pop(key, None)
        if left is not None:
            rows, self.kept = self.kept, []
            seconds = monotonic() - left
            self.link.send(Arrived(self.job.number, rows, columns(key), seconds))

    async def leaving(self, key: Key, told: str) -> None:
        """A seat is about to be asked: on disk first."""
        rows, self.kept = self.kept, []
        self.link.send(Leaving(self.job.number, rows, columns(key), stored(told)))
        await self.link.on_disk()
        self.left[key] = monotonic()

    def _unanswered(self, error: BaseException) -> None:
        why = f"blocked: {said(error)}" if isinstance(error, Blocked) else described(error)
        for key, left in self.left.items():
            seconds = monotonic() - left
            self.link.send(Unanswered(self.job.number, columns(key), why, seconds))


def begun(env: Environment[Any], what: Json, seats: Seats) -> tuple[Play[Any], list[Decision]]:
    """An episode before its first step, and of a fork the decisions that stand in it."""
    if what["fork"] is not None:
        past = Episode.from_json(what["fork"]["past"])
        return forked(env, past, what["fork"]["origin"], seats)
    names, named = [seat.name for seat in env.seats()], what["channels"]
    chain = channels.chain(named, names)
    play = Play(env, what["seed"], channels=chain, named=named, groups=groups_of(seats))
    return play, []


def columns(key: Key) -> Columns:
    """A key as columns hold it."""
    step, seat, aside, repeat = key
    return [step, seat, stored(aside), repeat]


def whole(number: int, episode: Episode) -> Whole:
    """An episode as it goes on record."""
    end = End.of(episode)
    body = pack(body_of(number, episode))
    return Whole(number, list(end), body, body_hash(body))


@lru_cache(maxsize=64)
def made(environment: str, settings: str) -> tuple[Environment[Any], Kit]:
    """The environment of some settings, and its kit."""
    parsed: Json = of_json(settings)
    return remake(environment, parsed), catalogue.kit(environment)


def said(error: BaseException) -> str:
    """What an error says, as text that can be kept."""
    return str(error)[:WORDS].encode("utf-8", "backslashreplace").decode()


def described(error: BaseException) -> str:
    """An error with the place it came from, in one line."""
    frames = traceback.extract_tb(error.__traceback__)
    at = f" (in {frames[-1].name}, line {frames[-1].lineno})" if frames else ""
    return f"{type(error).__name__}: {said(error)}{at}"


if __name__ == "__main__":
    main(int(sys.argv[1]))
