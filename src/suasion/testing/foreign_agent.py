"""A foreign agent: the smallest server that can hold a seat, as an example to be read.

It needs nothing but Python's standard library, and nothing of Suasion. Whoever writes an agent in
another language writes this again: a server that takes one POST with a JSON object,

    {"protocol": 1, "episode": "9f2c41d0", "environment": "influence", "seat": "P2", "step": 3,
     "aside": "", "repeat": 0, "brief": "…", "told": "…", "schema": {…}, "deadline_s": 60.0}

and answers with one, either of

    {"answer": …}       a value that fits `schema`
    {"text": "…"}       words, which are read as a model's would be
    {"blocked": "…"}    why it cannot answer now: the episode waits, and is asked again later

`brief` are the rules; `told` is what happened since this seat last answered, and what it is asked.
An agent may keep a memory by episode and seat. An `aside` with a name is a question out of band,
whose answer it must not remember giving. The header `Idempotency-Key` names the decision: asked
again under the same key, because a reply was lost on its way, it must give the same answer.

    python -m suasion.testing.foreign_agent --port 9000
    python -m suasion.testing.foreign_agent --function my_agent:decide

`decide` takes a `Turn`, and returns a value, or `Words`, or raises `Blocked`.
"""

from __future__ import annotations

import argparse
import json
import random
import sys
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, fields
from hashlib import sha256
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from importlib import import_module
from typing import Any

PROTOCOL = 1
LARGEST = 16 * 2**20
"""Bytes of a request that are read."""


class Words(str):
    """An answer in words, to be read as a model's would be."""

    __slots__ = ()


class Blocked(Exception):
    """No answer now, and why."""


@dataclass(frozen=True)
class Turn:
    """What a request says."""

    protocol: int
    episode: str
    environment: str
    seat: str
    step: int
    aside: str
    repeat: int
    brief: str
    told: str
    schema: Any
    deadline_s: float
    heard: tuple[str, ...] = field(default=(), compare=False)
    """Not sent: what this server was told before as the same seat of the same episode."""

    @property
    def key(self) -> str:
        """Which decision this is, where no header says so."""
        return json.dumps([self.episode, self.seat, self.step, self.aside, self.repeat])


Decide = Callable[[Turn], Any]
SENT = tuple(each.name for each in fields(Turn) if each.name != "heard")


class Agent:
    """A function that decides, what each seat has heard, and what was answered already."""

    def __init__(self, decide: Decide) -> None:
        self._decide = decide
        self._answered: dict[str, bytes] = {}
        self._heard: dict[tuple[str, str], list[str]] = {}
        self._locks: dict[tuple[str, str], threading.Lock] = {}
        self._lock = threading.Lock()
        self.requests = 0

    def reply(self, body: bytes, key: str | None = None) -> tuple[int, bytes]:
        """The status and body that answer a request; the same for the same key."""
        try:
            said = json.loads(body)
            turn = Turn(**{name: said[name] for name in SENT})
        except (ValueError, TypeError, KeyError, RecursionError) as error:
            return 400, _json({"error": f"no turn of protocol {PROTOCOL}: {error!r}"})
        if turn.protocol != PROTOCOL:
            return 400, _json({"error": f"protocol {turn.protocol!r}: only {PROTOCOL} is known"})
        with self._lock:
            self.requests += 1
            own = self._locks.setdefault((turn.episode, turn.seat), threading.Lock())
        with own:
            return self._once(key or turn.key, turn)

    def _once(self, key: str, turn: Turn) -> tuple[int, bytes]:
        if key not in self._answered:
            heard = self._heard.setdefault((turn.episode, turn.seat), [])
            try:
                answer = self._decide(Turn(**{**vars(turn), "heard": tuple(heard)}))
            except Blocked as blocked:
                return 200, _json({"blocked": str(blocked)})
            if not turn.aside:
                heard.append(turn.told)
            kind = "text" if isinstance(answer, Words) else "answer"
            self._answered[key] = _json({kind: answer})
        return 200, self._answered[key]


def _json(value: Any) -> bytes:
    return json.dumps(value).encode()


def anything(turn: Turn) -> Any:
    """An agent that gives any answer that fits, always the same to the same turn."""
    seed = sha256(f"{turn.key}\n{turn.told}".encode(errors="surrogatepass")).digest()
    return fitting(turn.schema, random.Random(seed))


def fitting(schema: dict[str, Any], chance: random.Random) -> Any:
    """A value for the schemas that Suasion sends."""
    if "enum" in schema:
        return chance.choice(schema["enum"])
    if "anyOf" in schema:
        return fitting(chance.choice(schema["anyOf"]), chance)
    match schema.get("type"):
        case "object":
            return {name: fitting(part, chance) for name, part in schema["properties"].items()}
        case "array":
            most = min(schema.get("maxItems", 3), schema.get("minItems", 0) + 3)
            many = chance.randint(schema.get("minItems", 0), most)
            return [fitting(schema["items"], chance) for _ in range(many)]
        case "integer":
            return chance.randint(schema["minimum"], schema["maximum"])
        case "number":
            low, high = schema["minimum"], schema["maximum"]
            return min(max(round(chance.uniform(low, high), 3), low), high)
        case "string":
            return "I would say so."[: schema.get("maxLength", 80)]
        case "null":
            return None
    raise Blocked(f"no answer to the schema {schema!r}")


class Handler(BaseHTTPRequestHandler):
    """One connection, kept open for the next turn."""

    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True
    agent: Agent

    def do_POST(self) -> None:
        length = int(self.headers.get("Content-Length") or 0)
        if length > LARGEST:
            self.send_error(413)
            return
        status, body = self.agent.reply(
            self.rfile.read(length), self.headers.get("Idempotency-Key")
        )
        self.send_response(status)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_: Any) -> None:
        """Says nothing."""


class Server(ThreadingHTTPServer):
    """Listens on this machine alone."""

    daemon_threads = True
    request_queue_size = 1024

    def __init__(self, decide: Decide = anything, port: int = 0) -> None:
        self.agent = Agent(decide)
        handler = type("Bound", (Handler,), {"agent": self.agent})
        super().__init__(("127.0.0.1", port), handler)

    @property
    def url(self) -> str:
        """Where turns are to be sent."""
        return f"http://127.0.0.1:{self.server_port}/"


@contextmanager
def serving(decide: Decide = anything, port: int = 0) -> Iterator[Server]:
    """A server in a thread of its own."""
    with Server(decide, port) as server:
        thread = threading.Thread(target=server.serve_forever, args=(0.05,), daemon=True)
        thread.start()
        try:
            yield server
        finally:
            server.shutdown()
            thread.join()


def function(name: str) -> Decide:
    """The function that `module:name` names."""
    module, _, attribute = name.partition(":")
    found: Decide = getattr(import_module(module), attribute)
    return found


def main() -> None:
    """Serve until ended, after one line of JSON that says where."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--port", type=int, default=0)
    parser.add_argument("--function", help="module:name of what decides")
    given = parser.parse_args()
    decide = function(given.function) if given.function else anything
    with Server(decide, given.port) as server:
        sys.stdout.write(json.dumps({"port": server.server_port, "url": server.url}) + "\n")
        sys.stdout.flush()
        server.serve_forever()


if __name__ == "__main__":
    try:
        main()
    except KeyboardInterrupt:
        sys.exit(130)
