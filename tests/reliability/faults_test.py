"""R10: every fault, as each kind of server says it, has its exact name and number of attempts.

The client, the layer that tries again and the sockets are the real ones; only the pauses between
attempts are short where no test is about them.
"""

import asyncio
import json
import ssl
import time
from collections.abc import Awaitable, Callable, Iterator, Mapping, Sequence
from contextlib import AsyncExitStack
from contextvars import ContextVar
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from hashlib import sha256
from pathlib import Path
from random import Random
from types import SimpleNamespace
from typing import Any, NamedTuple

import aiohttp
import pytest

from suasion.core.episode import Key
from suasion.models.faults import OUTCOMES, Fault
from suasion.models.model import Model
from suasion.models.openai import OpenAI, Patience
from suasion.models.request import Client, Completion, Request
from suasion.runner import line
from suasion.runner.line import Attempts, Back, Unreached, Unrecorded
from suasion.testing import faulty
from suasion.testing.dialects import ALSO, DIALECTS, Dialect
from suasion.testing.faults import BEFORE, FAULTS, HOSTILE_WAITS
from suasion.testing.faulty import Faulty, Sockets
from suasion.testing.http1 import Serving
from suasion.testing.model_server import CHAT, Ways, reply
from suasion.testing.unreachable import (
    NOWHERE,
    refusing,
    refusing_proxy,
    self_signed,
    unconnectable,
)

TABLE: Mapping[str, str] = {
    **{name: name for name in BEFORE},
    **{name: name for name in ("connection_reset", "read_timeout", "deadline", "cut_body")},
    **{name: name for name in ("slow_body", "server_error", "overloaded", "request_timeout")},
    **dict.fromkeys(("rate_limit", "rate_limit_bare", "rate_limit_hostile"), "rate_limit"),
    **{name: name for name in ("quota", "bad_key", "forbidden", "unknown_model")},
    **{name: name for name in ("context_overflow", "request_too_large", "error_body")},
    **{name: name for name in ("not_json", "wrong_shape", "truncated", "refused", "filtered")},
    **dict.fromkeys(("null_content", "empty_content"), "empty"),
    "reply_too_large": "reply_too_large",
    "unconstrained": "server_error",
}
"""The table of faults and their names, as it was decided on, and not as it is built."""
ONCE = {"empty"}
NEVER = {
    *("tls", "deadline", "quota", "bad_key", "forbidden", "unknown_model", "context_overflow"),
    *("request_too_large", "truncated", "refused", "filtered", "reply_too_large"),
}
"""Names that are tried again once, and never; all others are until the deadline."""
PAUSE = ContextVar("PAUSE", default=0.0)
"""Seconds that count as waited between attempts, and are not."""
SECONDS = 20.0
USUAL = Patience()
PATIENCE: Mapping[str, Patience] = {
    "connect_timeout": Patience(connect=0.15),
    "read_timeout": Patience(silence=0.1),
    "slow_body": Patience(grace=0.2, slowest=100_000),
}
"""Faults that are a lack of patience; all others are met with the usual one."""
KEY: Key = (1, 0, "", 0)


class Tried(NamedTuple):
    """What the layer that tries again made of one request."""

    outcomes: tuple[str, ...]
    """How each attempt ended."""
    ended: str
    """`answered` or a forfeit, where a reply stands; else the fault that it was given up with."""
    seconds: float
    waits: tuple[float, ...] = ()
    """Seconds between an attempt's end and the next."""
    said: str = ""
    completion: Completion | None = None


class Desk(Unrecorded):
    """Notes how attempts end, and when the next one leaves."""

    def __init__(self, deadline: float, leaves: Callable[[int], Awaitable[None]] | None) -> None:
        self._deadline, self._leaves = deadline, leaves
        self.ended: list[tuple[str, float]] = []
        self.left: list[float] = []
        self.said = ""

    @property
    def deadline(self) -> float:  # type: ignore[override]
        return self._deadline

    async def leaving(self, key: Key, told: str, request: Request | None) -> None:
        if self._leaves is not None:
            await self._leaves(len(self.left))
        self.left.append(time.monotonic())

    def failed(self, key: Key, back: Back) -> None:
        self.ended.append((back.outcome, time.monotonic()))
        self.said = back.fault.said if back.fault is not None else ""

    def landed(self, key: Key, back: Back) -> None:
        self.ended.append((back.outcome, time.monotonic()))


def asked_of(client: Client, words: str) -> Request:
    """A request like those of a seat."""
    model = Model("local/m", "m", "local", "127.0.0.1", None, client)
    message = json.dumps({"role": "user", "content": words}).encode()
    return Request(model, b'{"model":"m","max_tokens":200}', [message], words, 200)


async def tried(
    client: Client,
    words: str = "Your turn.",
    seconds: float = SECONDS,
    leaves: Callable[[int], Awaitable[None]] | None = None,
) -> Tried:
    """Ask once, through the layer that tries again."""
    desk, began, completion = Desk(seconds, leaves), time.monotonic(), None
    try:
        completion = await Attempts(desk).completed(KEY, asked_of(client, words))
        ended = completion.outcome
    except Unreached as unreached:
        ended = unreached.fault.name
    finally:
        await client.close()
    waits = tuple(left - end for (_, end), left in zip(desk.ended, desk.left[1:], strict=False))
    outcomes = tuple(outcome for outcome, _ in desk.ended)
    return Tried(outcomes, ended, time.monotonic() - began, waits, desk.said, completion)


class Cell(NamedTuple):
    """One fault of one server; with others after it, or another way to say it."""

    fault: str
    dialect: Dialect
    argument: str = ""

    @property
    def outcome(self) -> str:
        """The name it must have."""
        return TABLE[self.fault]

    @property
    def retried(self) -> str:
        """Whether it is tried again."""
        return "once" if self.outcome in ONCE else "no" if self.outcome in NEVER else "yes"

    @property
    def expected(self) -> tuple[str, ...]:
        """How its attempts must end: it fails twice if it is tried again, and then relents."""
        if self.fault == "read_timeout":
            return (self.outcome, "answered")
        if self.retried == "yes" and self.fault not in LASTING:
            return (self.outcome, self.outcome, "answered")
        return (self.outcome,) * LASTING.get(self.fault, 2 if self.retried == "once" else 1)


LASTING = {"dns": 3, "connect_timeout": 3}
"""Faults before any server is met, which cannot relent here: attempts until the deadline."""
CELLS = tuple(Cell(fault, dialect) for fault in TABLE for dialect in DIALECTS)
VARIANTS = (
    *(
        Cell(fault, dialect, f"also={which}")
        for fault, also in ALSO.items()
        for dialect, ways in also.items()
        for which in range(len(ways))
    ),
    *(Cell("not_json", dialect, "json") for dialect in DIALECTS),
    *(Cell("server_error", "openai", str(status)) for status in (500, 502, 503, 504, 520, 599)),
    Cell("connection_reset", "openai", "early"),
    Cell("reply_too_large", "openai", "plain"),
)


class Bench:
    """Every place where calls go wrong."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self.server: Serving
        self.faulty = Faulty()
        self.secure: Serving
        self._stack = AsyncExitStack()

    async def __aenter__(self) -> "Bench":
        sockets = Sockets(self.faulty)
        self.server = await Serving(sockets.handle, sockets.refuse).start()
        await self._stack.enter_async_context(self.server)
        self.secure = await Serving(sockets.handle).start(tls=self_signed(self._folder))
        await self._stack.enter_async_context(self.secure)
        return self

    async def __aexit__(self, *_: object) -> None:
        await self._stack.aclose()

    def client(self, cell: Cell, *then: str) -> OpenAI:
        """A client of the server that meets it with this fault, and then with others."""
        fault = f"{cell.fault}={cell.argument}" if cell.argument else cell.fault
        faults = ",".join((fault, *then))
        url = f"{self.server.url}/{cell.dialect}/fault/{faults}"
        return at(url, PATIENCE.get(cell.fault, USUAL))

    async def play(self, cell: Cell) -> Tried:
        """What one cell comes to."""
        words = f"{cell}"
        PAUSE.set(SECONDS * 0.4 if cell.fault in LASTING else 0.0)
        match cell.fault:
            case "connection_refused":
                return await self._refused(words)
            case "dns":
                return await tried(at(NOWHERE), words)
            case "tls":
                client = at(self.secure.url)
                return await tried(client, words)
            case "proxy":
                return await self._proxied(words)
            case "connect_timeout":
                with unconnectable() as url:
                    return await tried(at(url, PATIENCE[cell.fault]), words)
            case "read_timeout":
                return await tried(self.client(cell, "good"), words, 4.0)
            case "deadline":
                return await tried(self.client(cell), words, 1.0)
            case "slow_body":
                cell = cell._replace(argument="0.02")
        again = (f"{cell.fault}={cell.argument}" if cell.argument else cell.fault, "good")
        then = again if cell.retried == "yes" else () if cell.retried == "once" else ("good",)
        return await tried(self.client(cell, *then), words)

    async def _refused(self, words: str) -> Tried:
        """Nobody is there for two attempts, and then somebody comes."""
        held = refusing()
        url = held.__enter__()
        came = AsyncExitStack()

        async def leaves(attempt: int) -> None:
            if attempt == 2:
                held.__exit__(None, None, None)
                serving = await Serving(Sockets(self.faulty).handle).start(port_of(url))
                await came.enter_async_context(serving)

        async with came:
            return await tried(at(url), words, leaves=leaves)

    async def _proxied(self, words: str) -> Tried:
        """A proxy that turns two requests away, and answers the third itself."""
        async with await refusing_proxy(times=2, then=Sockets(self.faulty).handle) as proxy:
            with pytest.MonkeyPatch.context() as patch:
                patch.setenv("http_proxy", proxy.url)
                client = at(NOWHERE)
            return await tried(client, words)


def at(url: str, patience: Patience = USUAL) -> OpenAI:
    """A client of what is there."""
    return OpenAI(f"{url}/v1", None, patience=patience)


def port_of(url: str) -> int:
    return int(url.rpartition(":")[2])


@pytest.fixture(autouse=True, scope="module")
def no_proxy() -> Iterator[None]:
    """Nothing but what a test says stands between it and its server."""
    with pytest.MonkeyPatch.context() as patch:
        for name in ("http_proxy", "https_proxy", "all_proxy", "no_proxy"):
            patch.delenv(name, raising=False)
            patch.delenv(name.upper(), raising=False)
        yield


def batched(cells: Sequence[Cell], size: int) -> list[Sequence[Cell]]:
    return [cells[at : at + size] for at in range(0, len(cells), size)]


def unhurried(patch: pytest.MonkeyPatch) -> None:
    """Pauses are counted, but not waited for."""
    patch.setattr(line, "backoff", lambda *_: PAUSE.get())
    patch.setattr(line, "asyncio", SimpleNamespace(sleep=lambda _: asyncio.sleep(0)))


@pytest.fixture
def quick(monkeypatch: pytest.MonkeyPatch) -> None:
    unhurried(monkeypatch)


def matrix(folder: Path, cells: Sequence[Cell]) -> tuple[dict[Cell, Tried], Mapping[str, Any]]:
    """What all cells come to, played at the same time, and the server's own count."""

    async def play() -> tuple[dict[Cell, Tried], Mapping[str, Any]]:
        async with Bench(folder) as bench:
            came: dict[Cell, Tried] = {}
            # Those that a busy processor would time out come first, and not with many others.
            ordered = sorted(cells, key=lambda cell: cell.fault not in PATIENCE)
            for at_once in batched(ordered, 16):
                done = await asyncio.gather(*map(bench.play, at_once))
                came |= zip(at_once, done, strict=True)
            return came, bench.faulty.count()

    with pytest.MonkeyPatch.context() as patch:
        unhurried(patch)
        return asyncio.run(play())


Played = tuple[dict[Cell, Tried], Mapping[str, Any]]


@pytest.fixture(scope="module")
def played(tmp_path_factory: pytest.TempPathFactory) -> Played:
    return matrix(tmp_path_factory.mktemp("tls"), (*CELLS, *VARIANTS))


def test_the_table_is_whole() -> None:
    assert {*TABLE.values(), "malformed", "wrong_schema"} <= {*OUTCOMES}
    assert len(TABLE) == 32
    assert len(CELLS) == 128
    beyond = {"deep_body", "usage_zero", "usage_absent", "usage_absurd", "malformed"}
    assert set(FAULTS) - set(TABLE) == {*beyond, "wrong_schema"}
    assert {name: FAULTS[name].outcome for name in TABLE if name in FAULTS} == {
        name: outcome for name, outcome in TABLE.items() if name in FAULTS
    }


@pytest.mark.parametrize("cell", [*CELLS, *VARIANTS], ids=lambda cell: "-".join(filter(None, cell)))
def test_a_fault_has_its_name_and_its_number_of_attempts(cell: Cell, played: Played) -> None:
    came = played[0][cell]
    assert came.outcomes == cell.expected
    assert came.ended == came.outcomes[-1]


def test_nothing_is_left_unrecognised_and_nothing_asked_beyond_its_attempts(played: Played) -> None:
    cells, count = played
    outcomes = {outcome for came in cells.values() for outcome in came.outcomes}
    assert outcomes == {*TABLE.values(), "answered"}
    reached = [c for c in cells if c.fault not in BEFORE and c.argument != "early"]
    asked = {
        cell: count["bodies"][sha256(asked_of(at(NOWHERE), f"{cell}").body).hexdigest()]["asked"]
        for cell in reached
    }
    assert asked == {cell: len(cells[cell].outcomes) for cell in reached}


def test_a_server_that_cannot_constrain_is_quoted(played: Played) -> None:
    words = played[0][Cell("unconstrained", "llamacpp")].said
    assert "invalid UTF-8 byte at index 145" in words


def wrong(cells: Mapping[Cell, Tried]) -> set[str]:
    """The faults that did not come to what they must."""
    return {cell.fault for cell, came in cells.items() if came.outcomes != cell.expected}


class Mistaken:
    """A client that takes one fault for another."""

    def __init__(self, client: Client, takes: str, for_: str) -> None:
        self._client, self._takes, self._for = client, takes, for_

    async def complete(self, request: Request, seconds: float) -> Completion:
        try:
            return await self._client.complete(request, seconds)
        except Fault as fault:
            name = self._for if fault.name == self._takes else fault.name
            raise Fault(name, fault.said, status=fault.status) from None

    async def close(self) -> None:
        await self._client.close()


@pytest.mark.parametrize(
    ("takes", "for_"), [("quota", "rate_limit"), ("server_error", "bad_request")]
)
def test_a_client_that_takes_one_fault_for_another_is_found(
    takes: str, for_: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def mistaken(url: str, patience: Patience) -> Mistaken:
        return Mistaken(OpenAI(f"{url}/v1", None, patience=patience), takes, for_)

    cells = [Cell(fault, "vllm") for fault in ("quota", "server_error", "forbidden", "rate_limit")]
    monkeypatch.setitem(globals(), "at", mistaken)
    assert wrong(matrix(tmp_path, cells)[0]) == {takes}


def ask(path: str, seconds: float = 20.0, patience: Patience = USUAL) -> Tried:
    """One request to a server of its own, with the pauses that are real."""

    async def asked() -> Tried:
        async with await faulty.serve() as serving:
            return await tried(at(f"{serving.url}/{path}", patience), seconds=seconds)

    return asyncio.run(asked())


def in_seconds(seconds: int) -> str:
    return format_datetime(datetime.now(UTC) + timedelta(seconds=seconds), usegmt=True)


WAITS: Mapping[str, Callable[[], tuple[str, float]]] = {
    "seconds": lambda: ("7", 7.0),
    "a fraction": lambda: ("0.25", 0.25),
    "milliseconds": lambda: ("1500ms", 1.5),
    "the most": lambda: ("120", 120.0),
    "too many": lambda: ("3600", 120.0),
    "a date": lambda: (in_seconds(61), 60.0),
    "a date too far": lambda: (in_seconds(3600), 120.0),
}


@pytest.mark.parametrize("form", WAITS)
def test_what_a_server_asks_to_wait_is_kept_within_a_tenth(
    form: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    pauses: list[float] = []

    async def sleep(seconds: float) -> None:
        pauses.append(seconds)

    async def asked(wait: str) -> Tried:
        fault = f"rate_limit={wait}"
        async with await faulty.serve(faulty.plan(fault, fault)) as serving:
            return await tried(at(serving.url), seconds=600.0)

    monkeypatch.setattr(line, "asyncio", SimpleNamespace(sleep=sleep))
    wait, seconds = WAITS[form]()
    assert asyncio.run(asked(wait)).outcomes == ("rate_limit", "rate_limit", "answered")
    slack = 1.0 if form == "a date" else 0.0  # dates are whole seconds, and time goes on
    assert all(seconds - slack <= pause <= min(1.1 * (seconds + slack), 120.0) for pause in pauses)
    assert len(pauses) == 2


def test_a_wait_is_waited_for() -> None:
    came = ask("fault/rate_limit=0.6,good")
    assert came.outcomes == ("rate_limit", "answered")
    assert came.waits[0] >= 0.6


@pytest.mark.parametrize("wait", HOSTILE_WAITS, ids=lambda wait: wait[:12])
def test_what_nobody_should_wait_for_is_capped_or_ignored(wait: str) -> None:
    async def asked() -> tuple[Tried, Fault]:
        async with await faulty.serve(faulty.plan(f"rate_limit_hostile={wait}")) as serving:
            client = at(serving.url)
            with pytest.raises(Fault) as raised:
                await client.complete(asked_of(client, "first"), 5)
            await client.close()
        async with await faulty.serve(faulty.plan(f"rate_limit_hostile={wait}")) as serving:
            came = await tried(at(serving.url), seconds=4.0)
        return came, raised.value

    came, fault = asyncio.run(asked())
    assert fault.retry_after is None or 0 <= fault.retry_after <= 120
    capped = fault.retry_after is not None and fault.retry_after > 4
    assert came.ended == ("rate_limit" if capped else "answered")
    assert came.seconds < 4
    assert capped == (wait in ("1e9", "Fri, 31 Dec 9999 23:59:59 GMT"))


def test_every_decision_ends_at_its_deadline() -> None:
    for path in ("fault/server_error", "fault/read_timeout", "fault/slow_body=0.02"):
        came = ask(path, 1.0, Patience(silence=0.1, grace=0.2, slowest=100_000))
        assert came.ended in ("server_error", "read_timeout", "slow_body", "deadline")
        assert came.seconds < 1.5


def test_a_plaintext_server_that_is_spoken_to_in_tls_is_tls() -> None:
    async def asked() -> Tried:
        async with await faulty.serve() as serving:
            return await tried(at(serving.url.replace("http:", "https:")))

    assert asyncio.run(asked()).outcomes == ("tls",)


def test_a_proxy_that_is_not_there_is_the_proxy(
    quick: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    with refusing() as url:
        monkeypatch.setenv("http_proxy", url)
        client = at(NOWHERE)

        async def asked() -> Tried:
            PAUSE.set(SECONDS * 0.4)
            return await tried(client)

        assert asyncio.run(asked()).outcomes == ("proxy",) * 3


@pytest.mark.parametrize("usage", ["usage_zero", "usage_absent", "usage_absurd"])
@pytest.mark.parametrize("dialect", DIALECTS)
def test_an_answer_stands_whatever_is_said_of_its_tokens(usage: str, dialect: Dialect) -> None:
    came = ask(f"{dialect}/fault/{usage}")
    body = asked_of(at(NOWHERE), "Your turn.").body
    assert came.outcomes == ("answered",)
    assert came.completion is not None
    assert came.completion.text == reply(body, Ways(dialect=dialect)).text
    assert came.completion.usage == (None, None, None, None)


MIXED = tuple(
    fault for fault in TABLE if fault not in (*BEFORE, "read_timeout", "deadline", "slow_body")
)


def foretold(faults: Sequence[str]) -> tuple[str, ...]:
    """How attempts must end that meet these faults one after another, and then a good answer."""
    ends: list[str] = []
    for fault in faults:
        ends.append(TABLE[fault])
        if ends[-1] in NEVER or (ends[-1] in ONCE and ends.count(ends[-1]) > 1):
            return tuple(ends)
    return (*ends, "answered")


def test_mixes_of_faults_end_as_their_names_say(quick: None) -> None:
    chance = Random(10)
    mixes = [tuple(chance.choices(MIXED, k=chance.randint(1, 6))) for _ in range(120)]

    async def play() -> list[Tried]:
        async with await faulty.serve() as serving:
            at_once = asyncio.Semaphore(8)

            async def one(number: int, mix: Sequence[str]) -> Tried:
                dialect = DIALECTS[number % 4]
                url = f"{serving.url}/{dialect}/fault/{','.join((*mix, 'good'))}"
                async with at_once:
                    return await tried(at(url), f"{number}")

            return await asyncio.gather(*(one(n, mix) for n, mix in enumerate(mixes)))

    came = asyncio.run(play())
    differ = {
        mix: each.outcomes
        for mix, each in zip(mixes, came, strict=True)
        if each.outcomes != foretold(mix)
    }
    assert differ == {}
    assert max(len(each.outcomes) for each in came) >= 4


def test_a_share_of_faults_is_accounted_for_on_both_sides(quick: None) -> None:
    """What the layer that tries again saw is what the server says it did, request by request."""
    choose = faulty.first(faulty.lasting(0.1), faulty.share(1 / 3))

    async def play() -> tuple[list[Tried], Any]:
        async with await faulty.serve(choose) as serving:
            came = await asyncio.gather(*(tried(at(serving.url), f"{n}") for n in range(100)))
            url = f"{serving.url}/count"
            async with aiohttp.ClientSession() as session, session.get(url) as answer:
                return came, await answer.json()

    came, count = asyncio.run(play())
    assert count["requests"] == sum(len(each.outcomes) for each in came)
    for number, each in enumerate(came):
        body = asked_of(at(NOWHERE), f"{number}").body
        told = count["bodies"][sha256(body).hexdigest()]
        names = [FAULTS[n].outcome if n in FAULTS else "answered" for n in told["answered"]]
        assert list(each.outcomes) == names
    assert sum(each.ended == "answered" for each in came) > 80


def test_the_certificate_of_the_test_is_refused_for_what_it_is(tmp_path: Path) -> None:
    """With the certificate trusted, the same server is reached: nothing else was wrong with it."""

    async def asked() -> int:
        tls = self_signed(tmp_path)
        trusting = ssl.create_default_context(cafile=str(tmp_path / "certificate.pem"))
        trusting.check_hostname = False
        body = asked_of(at(NOWHERE), "x").body
        async with (
            await faulty.serve(tls=tls) as serving,
            aiohttp.ClientSession() as session,
            session.post(serving.url + CHAT, data=body, ssl=trusting) as answer,
        ):
            return answer.status

    assert asyncio.run(asked()) == 200
