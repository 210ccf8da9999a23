"""A stand-in for a model endpoint: every reply is a function of the bytes that were sent.

It speaks the chat completions of OpenAI, quickly enough to stand behind a benchmark, and answers
whatever JSON Schema it is held to, by `response_format` or by a tool. It has no words of its own
to say; what it says fits the schema, and the same request is always answered the same. It takes
batches too (`/v1/files`, `/v1/batches`).

    python -m suasion.testing.model_server --port 8000 --latency 2

prints one line of JSON with its `port` and its `url`, and serves until it is ended. `GET /count`
is what it was asked: `requests`, `bodies` (SHA-256 of a request to how often it came), and the
tokens it reported, `read` and `written`; `batches` lists how many requests came in each batch.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import re
import sys
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, fields
from hashlib import sha256
from random import Random
from typing import Any, Literal, NamedTuple, get_args

import msgspec

from suasion.core.asks import Json
from suasion.testing.batch_server import BATCHES, FILES, Answered, BatchEndpoint
from suasion.testing.dialects import CREATED, DIALECTS, MODEL, Dialect, Reply, completion
from suasion.testing.http1 import Connection, Request, Serving
from suasion.testing.sampler import SAYING, Unsampled, sample, words

Usage = Literal["truthful", "absent", "zero", "absurd"]
ABSURD = 2**70
CHAT, MODELS, COUNT = "/v1/chat/completions", "/v1/models", "/count"


@dataclass(frozen=True)
class Ways:
    """How a stand-in answers."""

    latency: float = 0.0
    """Seconds between a request and its reply."""
    usage: Usage = "truthful"
    """What it says of tokens."""
    times: int = 1
    """How many times the true tokens it reports."""
    characters: int = 4
    """Characters that it counts as one token."""
    size: int | None = None
    """Characters of each text in a reply, as far as its bounds allow; None is a short sentence."""
    noise: float = 1.0
    """The share of requests whose reply depends on their `seed`; at 0 none does."""
    seed: int = 0
    """Other seeds are other models."""
    dialect: Dialect = "openai"
    """Which kind of server it looks like."""
    batch_seconds: float = 0.0
    """How long a batch takes."""
    batches_expire: int = 0
    """How many batches, the first ones, expire half done."""


USUAL = Ways()


class Refused(ValueError):
    """A request that no server would take."""


class Asked(msgspec.Struct):
    """What of a request's body a reply depends on, beside its bytes."""

    messages: msgspec.Raw
    model: str = MODEL
    response_format: Any = None
    tools: list[Any] | None = None
    tool_choice: Any = None
    seed: int | None = None
    max_tokens: int | None = None
    max_completion_tokens: int | None = None
    logprobs: bool | None = None
    top_logprobs: int | None = None


class Held(NamedTuple):
    """What an answer is held to."""

    schema: Json
    tool: str | None = None


_ASKED = msgspec.json.Decoder(Asked)
_SEED = re.compile(rb'"seed"\s*:\s*-?\d+\s*,?\s*')


def reply(body: bytes, ways: Ways = USUAL) -> Reply:
    """What is said to a request. Errors: `Refused`."""
    try:
        asked = _ASKED.decode(body)
        held = _held(asked)
        random = _random(body, asked, ways)
        text = _text(held, random, ways)
    except (msgspec.DecodeError, Unsampled, KeyError, TypeError, RecursionError) as error:
        raise Refused(str(error)) from None
    most = asked.max_completion_tokens or asked.max_tokens
    whole = most is None or len(text) <= most * ways.characters
    text = text if whole else text[: (most or 0) * ways.characters]
    finish = "length" if not whole else "tool_calls" if held.tool else "stop"
    return Reply(
        text,
        asked.model,
        f"{random.getrandbits(96):024x}",
        finish,
        held.tool,
        1 + len(bytes(asked.messages)) // ways.characters,
        max(1, -(-len(text) // ways.characters)),
        logprobs=_logprobs(text, asked) if asked.logprobs else None,
    )


def _random(body: bytes, asked: Asked, ways: Ways) -> Random:
    """Where a reply's draws come from: the request, its seed apart, and by chance its seed."""
    plain = sha256(b"%d/" % ways.seed + _SEED.sub(b"", body, count=1)).digest()
    seeded = sha256(plain + repr(asked.seed).encode()).digest()
    if ways.noise >= 1 or int.from_bytes(seeded[:4]) < ways.noise * 2**32:
        return Random(seeded)
    return Random(plain)


def _held(asked: Asked) -> Held:
    if asked.tools:
        tool = _tool(asked)
        return Held(_arguments(tool, _last(asked)), tool["name"])
    form = asked.response_format or {}
    match form.get("type"):
        case "json_schema":
            return Held(form["json_schema"]["schema"])
        case "json_object":
            return Held(form.get("schema", {"type": "object", "properties": {"text": True}}))
    return Held(written_schema(_last(asked)))


def _tool(asked: Asked) -> dict[str, Json]:
    """The tool that must be called; else the one that is named last in what was said last."""
    functions: dict[str, dict[str, Json]] = {
        tool["function"]["name"]: tool["function"] for tool in asked.tools or ()
    }
    if isinstance(asked.tool_choice, dict):
        return functions[asked.tool_choice["function"]["name"]]
    said = _last(asked) if len(functions) > 1 else ""
    return functions[max(functions, key=said.rfind)]


def _arguments(tool: dict[str, Json], said: str) -> Json:
    """What a tool takes; an argument that may be anything, as the words ask for it."""
    schema = tool.get("parameters", {"type": "object"})
    parts, written = schema.get("properties", {}), written_schema(said)
    if written is None:
        return schema
    named = {name: part if SAYING & set(part) else written for name, part in parts.items()}
    return {**schema, "properties": named}


def _last(asked: Asked) -> str:
    content = msgspec.json.decode(asked.messages)[-1].get("content") or ""
    if isinstance(content, str):
        return content
    return "\n".join(part.get("text", "") for part in content)


def written_schema(text: str) -> Json:
    """The last JSON Schema that stands in a text, as an instruction; None where none does."""
    found, at, decoder = None, 0, json.JSONDecoder()
    while (at := text.find("{", at)) >= 0:
        try:
            value, at = decoder.raw_decode(text, at)
        except (ValueError, RecursionError):
            at += 1
            continue
        if isinstance(value, dict) and SAYING & set(value):
            found = value
    return found


def _text(held: Held, random: Random, ways: Ways) -> str:
    if held.schema is None:
        return words(random, ways.size)
    return json.dumps(sample(held.schema, random, ways.size), ensure_ascii=False)


def _logprobs(text: str, asked: Asked) -> Json:
    """A log-probability for each word, as if it were a token, and for what it might have been."""
    tokens = re.findall(r"\s*\S+", text)[:256]
    return {
        "content": [
            {
                **_token(token, -0.25),
                "top_logprobs": [_token(token, -0.25 - k) for k in range(asked.top_logprobs or 0)],
            }
            for token in tokens
        ],
        "refusal": None,
    }


def _token(token: str, logprob: float) -> dict[str, Json]:
    return {"token": token, "logprob": logprob, "bytes": list(token.encode())}


def body_of(said: Reply, ways: Ways) -> dict[str, Json]:
    """The reply in the server's own form, with what it says of tokens."""
    times = ways.times
    whole = completion(
        said._replace(read=said.read * times, written=said.written * times), ways.dialect
    )
    match ways.usage:
        case "absent":
            del whole["usage"]
        case "zero":
            whole["usage"] = _tokens(0, 0)
        case "absurd":
            whole["usage"] = _tokens(ABSURD, -1)
    return whole


def _tokens(read: int, written: int) -> dict[str, Json]:
    return {
        "prompt_tokens": read,
        "completion_tokens": written,
        "total_tokens": read + written,
    }


def encoded(value: Json) -> bytes:
    """JSON as it is sent."""
    return json.dumps(value, ensure_ascii=False, separators=(",", ":")).encode(
        errors="surrogatepass"
    )


def listed(model: str = MODEL) -> Json:
    """What `/v1/models` says: any name is a model here."""
    entry = {"id": model, "object": "model", "created": CREATED, "owned_by": "suasion"}
    return {"object": "list", "data": [entry]}


@dataclass
class Model:
    """A model behind an endpoint, and what it was asked."""

    ways: Ways = USUAL

    def __post_init__(self) -> None:
        self.bodies: Counter[str] = Counter()
        self.read = self.written = 0
        seconds, expire = self.ways.batch_seconds, self.ways.batches_expire
        self.batches = BatchEndpoint(self.answered, seconds, expire)

    def handle(self, request: Request, connection: Connection) -> None:
        """Answer one request."""
        match request.method, request.path:
            case "POST", path if path.endswith(CHAT):
                self._chat(request.body, connection)
            case "GET", path if path.endswith(MODELS):
                connection.answer(200, encoded(listed()))
            case "GET", "/count":
                connection.answer(200, encoded(self.count()))
            case method, path if not self.batches.handle(request, connection):
                here = f"POST {CHAT}, GET {MODELS}, GET {COUNT}, {FILES} and {BATCHES}"
                message = f"{method} {path}: there are {here}"
                connection.answer(404, encoded({"error": {"message": message}}))

    def answered(self, body: bytes) -> Answered:
        """What is said to one request for a completion."""
        self.bodies[sha256(body).hexdigest()] += 1
        try:
            said = reply(body, self.ways)
        except Refused as refused:
            error = {"message": str(refused), "type": "invalid_request_error"}
            return Answered(400, {"error": error})
        self.read += said.read * self.ways.times
        self.written += said.written * self.ways.times
        return Answered(200, body_of(said, self.ways))

    def _chat(self, body: bytes, connection: Connection) -> None:
        status, said = self.answered(body)
        answer = encoded(said)
        if self.ways.latency and status == 200:
            connection.later(self.ways.latency, lambda: connection.answer(200, answer))
        else:
            connection.answer(status, answer)

    def count(self) -> dict[str, Json]:
        """What it was asked so far."""
        return {
            "requests": self.bodies.total(),
            "bodies": dict(self.bodies),
            "read": self.read,
            "written": self.written,
            "batches": list(self.batches.sizes),
        }


async def serve(ways: Ways = USUAL, port: int = 0) -> Serving:
    """A model that listens; it ends with `async with`, or with its `close`."""
    return await Serving(Model(ways).handle).start(port)


def options(parser: argparse.ArgumentParser) -> None:
    """The options of a stand-in, for a command line."""
    parser.add_argument("--port", type=int, default=0)
    for option in fields(Ways):
        kinds: dict[str, tuple[Callable[[str], Any], tuple[str, ...] | None]] = {
            "usage": (str, get_args(Usage)),
            "dialect": (str, DIALECTS),
            "latency": (float, None),
            "batch_seconds": (float, None),
            "noise": (float, None),
        }
        kind, choices = kinds.get(option.name, (int, None))
        parser.add_argument(f"--{option.name}", type=kind, choices=choices, default=option.default)


def chosen(given: argparse.Namespace) -> Ways:
    """The ways that a command line asked for."""
    return Ways(**{option.name: getattr(given, option.name) for option in fields(Ways)})


async def forever(serving: Serving) -> None:
    """Say where it listens, and serve until this task is ended."""
    sys.stdout.write(json.dumps({"port": serving.port, "url": serving.url}) + "\n")
    sys.stdout.flush()
    async with serving:
        await asyncio.Event().wait()


async def _main() -> None:
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    options(parser)
    given = parser.parse_args()
    await forever(await serve(chosen(given), given.port))


if __name__ == "__main__":
    try:
        asyncio.run(_main())
    except KeyboardInterrupt:
        sys.exit(130)
