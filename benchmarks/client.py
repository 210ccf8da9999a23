"""What a call of a model costs in the client, beside bare aiohttp, with many calls in flight.

A server in another process answers each request after a while with 2 kB, of which a quarter is the
answer. Run from the checkout: python -m benchmarks.client
"""

from __future__ import annotations

import asyncio
import json
import subprocess
import sys
from collections.abc import Awaitable, Callable
from contextlib import AsyncExitStack
from statistics import median
from time import process_time

import aiohttp

from benchmarks.clock import ratio
from suasion.models.model import Model
from suasion.models.openai import OpenAI
from suasion.models.request import Request

LATENCY = 0.05
IN_FLIGHT = (32, 256, 1000)
CALLS, TURNS = 1500, 7
FRAME = b'{"model":"m","temperature":1.0,"max_tokens":200}'
TURN = b'{"role":"user","content":"' + b"What do you do, and what do you say to whom? " * 10 + b'"}'
"""A prompt of ten turns has 5 kB."""

REPLY = json.dumps(
    {
        "id": "chatcmpl-0123456789abcdef",
        "object": "chat.completion",
        "created": 1_760_000_000,
        "model": "m",
        "choices": [
            {
                "index": 0,
                "message": {
                    "role": "assistant",
                    "content": json.dumps({"to": "seat 2", "text": "I would carry that. " * 25}),
                    "refusal": None,
                    "annotations": [],
                },
                "logprobs": None,
                "finish_reason": "stop",
            }
        ],
        "usage": {
            "prompt_tokens": 1200,
            "completion_tokens": 120,
            "total_tokens": 1320,
            "prompt_tokens_details": {"cached_tokens": 1024, "audio_tokens": 0},
            "completion_tokens_details": {"reasoning_tokens": 0, "audio_tokens": 0},
        },
        "service_tier": "default",
        "system_fingerprint": "fp_0123456789",
        "padding": "." * 1000,
    }
).encode()


class Stub(asyncio.Protocol):
    """Answers whatever comes, when a request's body has come whole, after `LATENCY`."""

    ANSWER = (
        b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\n"
        b"Content-Length: %d\r\n\r\n%s" % (len(REPLY), REPLY)
    )

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        assert isinstance(transport, asyncio.Transport)
        self._transport, self._came, self._needed = transport, bytearray(), 0

    def data_received(self, data: bytes) -> None:
        self._came += data
        if not self._needed:
            head, end, _ = self._came.partition(b"\r\n\r\n")
            if not end:
                return
            length = head.lower().partition(b"content-length:")[2].partition(b"\r\n")[0]
            self._needed = len(head) + 4 + int(length)
        if len(self._came) >= self._needed:
            del self._came[: self._needed]
            self._needed = 0
            asyncio.get_running_loop().call_later(LATENCY, self._transport.write, self.ANSWER)


async def serve() -> None:
    """The stub, until it is killed; its port goes to standard output."""
    server = await asyncio.get_running_loop().create_server(Stub, "127.0.0.1", 0, backlog=4096)
    print(server.sockets[0].getsockname()[1], flush=True)
    await server.serve_forever()


Call = Callable[[], Awaitable[object]]


async def cpu(call: Call, in_flight: int) -> float:
    """Milliseconds of this process's CPU time a call, with so many in flight all the time."""
    each = max(CALLS // in_flight, 3)

    async def one_after_another() -> None:
        for _ in range(each):
            await call()

    await asyncio.gather(*(call() for _ in range(in_flight)))
    before = process_time()
    await asyncio.gather(*(one_after_another() for _ in range(in_flight)))
    return (process_time() - before) / each / in_flight * 1e3


def bare(session: aiohttp.ClientSession, url: str, body: bytes) -> Call:
    """A request and the bytes of its reply, and nothing else."""
    headers = {"Content-Type": "application/json", "Authorization": "Bearer none"}

    async def call() -> bytes:
        async with session.post(url, data=body, headers=headers) as response:
            return await response.read()

    return call


def ours(client: OpenAI, request: Request) -> Call:
    """A request, and its reply as the runner has it."""

    async def call() -> str:
        return (await client.complete(request, 600)).text

    return call


class NoKey:
    """What is sent where a key would be."""

    def reveal(self) -> str:
        """Nothing secret."""
        return "none"


async def measure(base_url: str) -> None:
    """Print the figures as a table."""
    async with AsyncExitStack() as stack:
        connector = aiohttp.TCPConnector(limit=0)
        session = await stack.enter_async_context(aiohttp.ClientSession(connector=connector))
        client = OpenAI(base_url, NoKey())
        stack.push_async_callback(client.close)
        model = Model("openai/m", "m", "openai", "127.0.0.1", None, client)
        request = Request(model, FRAME, [TURN] * 10, "", 200)
        url = f"{base_url}/chat/completions"
        works = {"bare aiohttp": bare(session, url, request.body), "ours": ours(client, request)}
        for in_flight in IN_FLIGHT:
            times: dict[str, list[float]] = {name: [] for name in works}
            for _ in range(TURNS):
                for name, call in works.items():
                    times[name].append(await cpu(call, in_flight))
            mid, low, high = ratio(times["ours"], times["bare aiohttp"])
            each = ", ".join(f"{name} {median(times[name]):.3f}" for name in works)
            print(f"{in_flight:5} in flight, ms of CPU a call: {each}; ", end="")
            print(f"ratio {mid:.2f} ({low:.2f} to {high:.2f})")


def main() -> None:
    """Start the stub in another process, and measure against it."""
    command = [
        sys.executable,
        "-c",
        "import asyncio, benchmarks.client as c; asyncio.run(c.serve())",
    ]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as stub:
        assert stub.stdout is not None
        try:
            asyncio.run(measure(f"http://127.0.0.1:{stub.stdout.readline().strip()}/v1"))
        finally:
            stub.kill()


if __name__ == "__main__":
    main()
