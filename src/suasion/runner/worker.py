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
from collections.abc import Callable
from functools import lru_cache, partial
from itertools import count
from pathlib import Path
from typing import TYPE_CHECKING, Any

from suasion import catalogue, channels
from suasion.agents import line_up
from suasion.core.asks import Json
from suasion.core.environment import Blocked, Environment, Live
from suasion.core.episode import Decision, Episode
from suasion.core.events import NOTHING
from suasion.core.play import Play, Seats, drive, groups_of
from suasion.measures.kit import Kit
from suasion.models.faults import Fault
from suasion.models.parts import File, Files, file, own
from suasion.runner.episode import drive_async
from suasion.runner.fork_branch import forked
from suasion.runner.frames import (
    HEAD,
    FromWorker,
    Job,
    NoBatches,
    OnDisk,
    Ready,
    Refused,
    Stuck,
    Whole,
    framed,
    size,
    to_worker,
)
from suasion.runner.line import DEADLINE, Unreached
from suasion.runner.recorder import Capped, Recorder, Runner
from suasion.runner.remake import remake
from suasion.store.files import kept, path_of, read
from suasion.store.folder import NotARun
from suasion.store.planned import End
from suasion.store.rows import body_of, decision_of
from suasion.store.seals import body_hash, pack
from suasion.store.values import of_json, strict_json

if TYPE_CHECKING:
    from suasion.models.batching import Batching
    from suasion.models.cache import Cache
    from suasion.models.registry import Models

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
    """Play every job: those that wait for somebody at the same time, the others as they come."""
    link = Link(*await asyncio.open_unix_connection(sock=channel, limit=2**20))
    link.send(Ready())
    tasks = set[asyncio.Task[None]]()
    while True:
        task = asyncio.ensure_future(play(await link.jobs.get(), link))
        tasks.add(task)
        task.add_done_callback(tasks.discard)
        await asyncio.sleep(0)
        await link.flush()


class Link(Runner):
    """The runner's end of the line, as a worker sees it."""

    def __init__(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.jobs = asyncio.Queue[Job]()
        self._writer = writer
        self._unsent: list[bytes] = []
        self._waiting: dict[int, asyncio.Future[None]] = {}
        self._tickets = count()
        self._texts = set[str]()
        self._models: Models | None = None
        self._cache: Cache | None = None
        self._batching: Batching | None = None
        self._kept: frozenset[str] | None = None
        self._files = dict[str, File]()
        self._no_batches: Callable[[], Exception] | None = None
        self._listening = asyncio.ensure_future(self._listen(reader))

    def send(self, message: FromWorker) -> None:
        """Tell the runner; what is said in one turn of the loop goes together."""
        if not self._unsent:
            asyncio.get_running_loop().call_soon(self._write)
        self._unsent.append(framed(message))

    def _write(self) -> None:
        unsent, self._unsent = self._unsent, []
        if unsent:
            self._writer.write(b"".join(unsent))

    async def flush(self) -> None:
        """Wait until the runner has taken what it was told."""
        self._write()
        await self._writer.drain()

    def ticket(self) -> int:
        """A number for an attempt that no other of this worker has."""
        return next(self._tickets)

    async def admitted(self, ticket: int) -> None:
        """Wait until an attempt is on disk and may leave."""
        waiting = self._waiting[ticket] = asyncio.get_running_loop().create_future()
        try:
            await waiting
        finally:
            del self._waiting[ticket]

    def first(self, named: str) -> bool:
        """Whether a text was never sent to the runner before."""
        if named in self._texts:
            return False
        self._texts.add(named)
        return True

    @property
    def models(self) -> Models:
        """The models that seats are held by; one connection pool for all of them."""
        if self._models is None:
            from suasion.models.registry import Models

            self._models = Models()
        return self._models

    @property
    def cache(self) -> Cache:
        """The replies of other runs, where a study wants them again."""
        if self._cache is None:
            from suasion.models.cache import Cache, usual_place

            self._cache = Cache(usual_place())
        return self._cache

    def batching(self, folder: str) -> Batching:
        """The batches of a run that lies in this folder."""
        if self._batching is None:
            from suasion.models.batching import Batching

            self._batching = Batching(Path(folder), lambda: self.models)
            if self._no_batches is not None:
                self._batching.stop(self._no_batches)
        return self._batching

    def files(self, what: Json) -> Files:
        """Those that briefs of an episode may show: its own settings name them.

        Errors: `NotARun`, where one is not what was kept.
        """
        folder = what.get("files")
        if folder is None or "settings" not in what:
            return NOTHING
        if self._kept is None:
            self._kept = kept(Path(folder))
        names = own(what["settings"], what.get("carried", ()))
        return {name: self._file(folder, name) for name in sorted(names & self._kept)}

    def _file(self, folder: str, name: str) -> File:
        """A file, read once for all episodes."""
        if name not in self._files:
            read_now = file(read(Path(folder), name))
            if read_now is None:
                raise NotARun(f"{path_of(name)} is of no kind that is known")
            self._files[name] = read_now
        return self._files[name]

    def clean(self, words: str) -> str:
        """Words without any key, where there are models that have some."""
        return words if self._models is None else self._models.redact(words)

    async def _listen(self, reader: asyncio.StreamReader) -> None:
        """Sort what comes; a runner that is gone takes its workers with it, whatever they do."""
        try:
            while True:
                message = to_worker(await reader.readexactly(size(await reader.readexactly(HEAD))))
                match message:
                    case Job():
                        self.jobs.put_nowait(message)
                    case OnDisk(ticket):
                        self._told(ticket, None)
                    case Refused(ticket, why, fault):
                        stop = Unreached(Fault(fault, why)) if fault else Capped(why)
                        self._told(ticket, stop)
                    case NoBatches(why):
                        self._no_batches = partial(Capped, why)
                        if self._batching is not None:
                            self._batching.stop(self._no_batches)
        except (asyncio.IncompleteReadError, OSError):
            os._exit(0)
        except BaseException:  # a worker that hears nothing any more would wait for ever
            traceback.print_exc()
            os._exit(70)

    def _told(self, ticket: int, stop: Exception | None) -> None:
        """What became of an attempt; whoever waited for it may be gone."""
        waiting = self._waiting.get(ticket)
        if waiting is None or waiting.done():
            return
        if stop is None:
            waiting.set_result(None)
        else:
            waiting.set_exception(stop)


async def play(job: Job, link: Link) -> None:
    """Play one episode, or say why it cannot go on."""
    try:
        what = of_json(job.what)
        record = [decision_of(row) for row in job.record]
        recorder = recording(job, what, record, link)
    except Exception as error:  # a cache that cannot be opened, a record that cannot be read
        link.send(Stuck(job.number, "failed", link.clean(described(error))))
        return
    try:
        if "preflight" in what:
            from suasion.runner.preflight import preflight

            await preflight(what["preflight"], recorder, link.models)
            link.send(Stuck(job.number, "whole", ""))
        else:
            link.send(whole(job.number, await episode(what, record, recorder, link)))
    except Capped as why:
        recorder.abandoned("withdrawn")
        link.send(Stuck(job.number, "running", said(why)))
    except Blocked as why:
        words = link.clean(said(why))
        recorder.abandoned(f"blocked: {words}")
        link.send(Stuck(job.number, "blocked", words or "a seat could not be asked"))
    except Exception as error:  # whatever a policy, an agent or an environment does
        words = link.clean(described(error))
        recorder.abandoned(words)
        link.send(Stuck(job.number, "failed", words))


def recording(job: Job, what: Json, record: list[Decision], link: Link) -> Recorder:
    """Where what happens in an episode goes."""
    known = {decision.key: decision for decision in record}
    deadline, cache = what.get("deadline", DEADLINE), link.cache if what.get("cache") else None
    batches = "preflight" not in what and what.get("batches")
    batching = link.batching(batches) if batches else None
    recorder = Recorder(job.number, what.get("id", ""), link, known, deadline, cache, batching)
    recorder.files = link.files(what)
    return recorder


async def episode(what: Json, record: list[Decision], recorder: Recorder, link: Link) -> Episode:
    """Play it to its end; what is on disk is not asked again."""
    env, kit = made(what["environment"], strict_json(what["settings"]))
    seats = line_up(what["seats"], kit, what.get("asked_with", ()), lambda: link.models)
    play, stands = begun(env, what, seats)
    stands += record  # on disk: the same again where a fork was stopped, and more
    if not any(isinstance(seat, Live) for seat in seats):
        return drive(play, seats, stands)
    play.keep = recorder.keep
    return await drive_async(play, seats, stands, recorder)


def begun(env: Environment[Any], what: Json, seats: Seats) -> tuple[Play[Any], list[Decision]]:
    """An episode before its first step, and of a fork the decisions that stand in it."""
    if what["fork"] is not None:
        past = Episode.from_json(what["fork"]["past"])
        return forked(env, past, what["fork"]["origin"], seats)
    names, named = [seat.name for seat in env.seats()], what["channels"]
    chain = channels.chain(named, names)
    play = Play(env, what["seed"], channels=chain, named=named, groups=groups_of(seats))
    return play, []


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
