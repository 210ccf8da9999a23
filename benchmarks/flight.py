"""Many episodes with a model in them at once: wall time over the ideal, CPU and memory a call.

A stand-in for a model answers in a process of its own after 50 ms or 2 s. Every episode makes 40
calls one after another, of prompts that grow by about 2 kB a turn; the ideal is 40 latencies. In
one run, each in processes of its own: the runner, the same episodes held by scripts and recorded,
bare aiohttp with the very bodies that the runner sent, and, where asked for, Inspect's own runner.

    python -m benchmarks.flight                       # 100 and 300 in flight, 50 ms and 2 s
    python -m benchmarks.flight --flight 1000 --latency 2 --inspect
"""

from __future__ import annotations

import argparse
import asyncio
import json
import os
import resource
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, NamedTuple

DECISIONS = 40
CHARACTERS = 750
"""Of a reply of the stand-in: with its echo in the news and what else is told, a turn adds 2 kB."""
FLIGHT, LATENCY = (100, 300), (0.05, 2.0)
SAMPLED = 0.2
"""Seconds between two looks at memory."""
SETTLED = 2.0
"""Seconds after which a process has started, and has hardly begun."""


class Cost(NamedTuple):
    """What some calls took."""

    wall: float
    """Seconds."""
    cpu: float
    """Seconds of CPU time of all its processes, from their start to their end."""
    memory: float
    """MiB that all its processes held at most, beyond what they held before the first call."""
    largest: float
    """The same of the one that grew most."""
    calls: int

    @property
    def each(self) -> float:
        """Milliseconds of CPU time a call."""
        return self.cpu / self.calls * 1e3


def study(flight: int, url: str | None) -> dict[str, Any]:
    """The study that is played: a model, or a script in its place, against a script."""
    model = {"model": "vllm/stub", "base_url": f"{url}/v1", "max_tokens": 600}
    return {
        "name": "flight",
        "question": "What does a call cost?",
        "expectation": "Little more than the call itself.",
        "environment": "influence",
        "settings": {"size": 2, "rounds": DECISIONS // 5, "slots": 5, "message_limit": 2000},
        "seats": [model if url else "policy/talking_random", "policy/grim"],
        "replicates": flight,
        "limits": {"concurrency": flight},
    }


def play(folder: Path, flight: int, url: str | None) -> None:
    """One run of the study, in this process and its workers."""
    from suasion.runner.run import run
    from suasion.runner.study_file import of

    result = run(of(study(flight, url)), folder / "run")
    assert result.exit_code == 0, result


async def bare(url: str, bodies: list[list[bytes]]) -> None:
    """The same bodies by aiohttp alone: each chain one after another, all chains at once."""
    import aiohttp

    path, headers = f"{url}/v1/chat/completions", {"Content-Type": "application/json"}
    connector = aiohttp.TCPConnector(limit=0)
    async with aiohttp.ClientSession(connector=connector) as session:

        async def chain(each: list[bytes]) -> None:
            for body in each:
                async with session.post(path, data=body, headers=headers) as reply:
                    assert reply.status == 200
                    json.loads(await reply.read())

        await asyncio.gather(*map(chain, bodies))


def sent(folder: Path, flight: int) -> list[list[bytes]]:
    """The bodies that one recorded episode sent, for so many chains."""
    from suasion.agents.sent import Record
    from suasion.agents.sent import sent as calls
    from suasion.store.run import open_run

    run = open_run(folder / "run")
    name = run.ids()[0]
    filed, attempts = run.filed(name), run.attempts(name)
    frames = run.frames(each.frame for each in attempts if each.frame is not None)
    decisions = {decision.key: decision for decision in filed.episode.decisions}
    chain = [call.body for call in calls(Record(filed.seats, attempts, decisions, frames))]
    return [chain] * flight


async def inspected(url: str, flight: int) -> None:
    """As many samples in Inspect's own runner, each with so many calls of growing prompts."""
    from inspect_ai import Task, eval_async
    from inspect_ai.dataset import Sample
    from inspect_ai.model import ChatMessageUser, GenerateConfig, get_model
    from inspect_ai.solver import Generate, Solver, TaskState, solver

    @solver
    def talk() -> Solver:
        async def solve(state: TaskState, generate: Generate) -> TaskState:
            for turn in range(DECISIONS):
                state.messages.append(ChatMessageUser(content=f"Turn {turn}. " + "What now? " * 40))
                state = await generate(state)
            return state

        return solve

    model = get_model(
        "openai-api/stub/stub",
        base_url=f"{url}/v1",
        api_key="none",
        config=GenerateConfig(max_connections=flight, max_tokens=600),
    )
    task = Task(dataset=[Sample(input="Begin.") for _ in range(flight)], solver=talk())
    with TemporaryDirectory() as logs:
        await eval_async(task, model=model, max_samples=flight, log_dir=logs, log_format="eval")


@contextmanager
def stub(latency: float) -> Iterator[str]:
    """The stand-in for a model, and where it is."""
    process = subprocess.Popen(
        [
            *(sys.executable, "-m", "suasion.testing.model_server", "--port", "0"),
            *("--latency", str(latency), "--size", str(CHARACTERS)),
        ],
        stdout=subprocess.PIPE,
        text=True,
    )
    try:
        assert process.stdout is not None
        yield json.loads(process.stdout.readline())["url"]
    finally:
        process.kill()
        process.wait()


def measured(what: str, folder: Path, flight: int, url: str) -> Cost:
    """One part in a process of its own, watched."""
    import psutil

    arguments = [what, str(folder), str(flight), url]
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    began = time.monotonic()
    command = [sys.executable, "-m", "benchmarks.flight", "--part", *arguments]
    quiet = {**os.environ, "INSPECT_DISPLAY": "none"}
    process = subprocess.Popen(command, stdout=subprocess.DEVNULL, env=quiet)
    held: list[dict[int, float]] = []
    while process.poll() is None:
        held.append(_memory(psutil.Process(process.pid)))
        time.sleep(SAMPLED)
    assert process.returncode == 0
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    cpu = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
    settled = held[min(len(held) - 1, int(SETTLED / SAMPLED))]
    grown = [{pid: now - settled.get(pid, 0.0) for pid, now in each.items()} for each in held]
    most = max(sum(each.values()) for each in grown)
    largest = max(max(each.values(), default=0.0) for each in grown)
    return Cost(time.monotonic() - began, cpu, most, largest, flight * DECISIONS)


def _memory(process: Any) -> dict[int, float]:
    """MiB of a process and of those it has started, by their numbers."""
    import psutil

    found = {}
    for each in (process, *process.children(recursive=True)):
        try:
            found[each.pid] = each.memory_info().rss / 2**20
        except psutil.Error:
            continue
    return found


def report(flight: int, latency: float, with_inspect: bool) -> None:
    """Print one row a part."""
    ideal = DECISIONS * latency
    with TemporaryDirectory() as place, stub(latency) as url:
        folder, scripts = Path(place, "ours"), Path(place, "scripts")
        found = {"runner": measured("ours", folder, flight, url)}
        found["scripts, recorded"] = measured("scripts", scripts, flight, url)
        found["bare aiohttp"] = measured("bare", folder, flight, url)
        if with_inspect:
            found["Inspect"] = measured("inspect", folder, flight, url)
    print(f"\n{flight} episodes in flight, {latency * 1000:g} ms, {DECISIONS} calls each")
    print(f"{'':20}{'wall / ideal':>14}{'CPU a call, ms':>16}{'MiB an episode':>16}")
    for name, cost in found.items():
        wall = "" if name.startswith("scripts") else f"{cost.wall / ideal:.2f}"
        print(f"{name:20}{wall:>14}{cost.each:>16.3f}{cost.memory / flight:>16.3f}")
    floor = found["bare aiohttp"].cpu + found["scripts, recorded"].cpu
    print(f"runner / (bare aiohttp + scripts): {found['runner'].cpu / floor:.2f} of CPU time")
    ours = found["runner"]
    print(
        f"memory in flight: {ours.memory:.0f} MiB in all, {ours.largest:.0f} in the largest process"
    )


def part(what: str, folder: str, flight: str, url: str) -> None:
    """What a watched process does."""
    if what == "ours":
        play(Path(folder), int(flight), url)
    elif what == "scripts":
        play(Path(folder), int(flight), None)
    elif what == "bare":
        asyncio.run(bare(url, sent(Path(folder), int(flight))))
    else:
        asyncio.run(inspected(url, int(flight)))


def main() -> None:
    """Measure what is asked for."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--flight", type=int, nargs="*", default=FLIGHT)
    parser.add_argument("--latency", type=float, nargs="*", default=LATENCY)
    parser.add_argument("--inspect", action="store_true", help="beside Inspect's own runner")
    parser.add_argument("--part", nargs=4, help=argparse.SUPPRESS)
    given = parser.parse_args()
    if given.part:
        part(*given.part)
        return
    for latency in given.latency:
        for flight in given.flight:
            report(flight, latency, given.inspect)


if __name__ == "__main__":
    main()
