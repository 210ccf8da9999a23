import asyncio
import json
import socket
import subprocess
import sys
import threading
from collections import Counter
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from hashlib import sha256
from typing import Any

import aiohttp
import pytest

from suasion.testing.dialects import DIALECTS, ERRORS
from suasion.testing.faults import FAULTS, FORFEITING, RELENTING
from suasion.testing.faulty import (
    Choice,
    Faulty,
    Message,
    UnknownFault,
    app,
    first,
    lasting,
    never,
    plan,
    serve,
    share,
    wanted,
)
from suasion.testing.http1 import Request, Serving, in_process
from suasion.testing.model_server import Ways, body_of, reply

BODY = json.dumps({"model": "m", "messages": [{"role": "user", "content": "Your turn."}]}).encode()
HASH = sha256(BODY).hexdigest()


def asks(choose: Choice, *bodies: bytes, path: str = "", header: str = "") -> list[str]:
    """What meets requests, by name."""
    faulty, headers = Faulty(choose), {"x-fault": header} if header else {}
    path = f"{path}/v1/chat/completions"
    return [faulty.meet(Request("POST", path, headers, body))[0] for body in bodies]


def turns(many: int) -> list[bytes]:
    """Different requests."""
    return [BODY.replace(b"Your", b"%d" % turn) for turn in range(many)]


def test_a_plan_is_kept_and_then_all_is_well() -> None:
    met = asks(plan("server_error", "not_json"), *turns(4))
    assert met == ["server_error", "not_json", "good", "good"]


def test_a_share_relents_and_is_drawn_from_the_request() -> None:
    bodies = turns(600)
    met = asks(share(1 / 3), *bodies)
    failed = sum(name != "good" for name in met)
    assert 150 < failed < 250
    assert {name for name in met if name != "good"} == set(RELENTING)
    assert asks(share(1 / 3), *reversed(bodies)) == met[::-1]
    assert asks(share(1 / 3, seed=1), *bodies) != met
    assert "good" in asks(share(0.9), *[bodies[0]] * 100)


def test_a_lasting_share_meets_the_same_request_whenever_it_comes() -> None:
    again = [asks(lasting(0.3), body, body, body) for body in turns(200)]
    assert {len(set(names)) for names in again} == {1}
    failed = [names[0] for names in again if names[0] != "good"]
    assert 40 < len(failed) < 80
    assert set(failed) == set(FORFEITING)


def test_the_first_choice_with_an_opinion_is_taken() -> None:
    met = asks(first(never, plan("quota"), plan("refused", "filtered")), *turns(3))
    assert met == ["quota", "filtered", "good"]


def test_an_address_and_a_header_say_what_meets_each_request() -> None:
    one, other = turns(2)
    path = "/ollama/fault/server_error=502,cut_body,good"
    met = asks(plan("quota"), one, other, one, one, one, path=path)
    assert met == ["server_error=502", "server_error=502", "cut_body", "good", "good"]
    assert asks(plan("quota"), one, one, header="refused") == ["refused", "refused"]
    assert wanted("/vllm/v1/models")[:3] == ("/v1/models", (), "vllm")


def test_an_unknown_fault_is_said_with_those_there_are() -> None:
    with pytest.raises(UnknownFault, match="no fault 'nothing'; there are: good, connection_reset"):
        wanted("/fault/nothing/v1/chat/completions")
    with pytest.raises(UnknownFault):
        plan("quota", "nothing")
    for some in (share, lasting):
        with pytest.raises(UnknownFault):
            some(0.5, ["nothing"])


@pytest.mark.parametrize("path", ["/fault/nothing", "/fault/connection_reset=early,nothing"])
def test_an_address_with_an_unknown_fault_is_answered(path: str) -> None:
    async def asked() -> tuple[int, Mapping[str, str], bytes]:
        async with await serve() as serving:
            return await post(f"{serving.url}{path}/v1/chat/completions")

    status, _, body = asyncio.run(asked())
    assert status == 404
    assert b"no fault 'nothing'" in body


@pytest.mark.parametrize("dialect", DIALECTS)
def test_every_server_says_every_error(dialect: str) -> None:
    assert {name for name, said in ERRORS.items() if dialect not in said} == set()
    statuses = Counter(said["openai"].status // 100 for said in ERRORS.values())
    assert set(statuses) == {2, 4, 5}


async def post(url: str, body: bytes = BODY) -> tuple[int, Mapping[str, str], bytes]:
    async with aiohttp.ClientSession() as session, session.post(url, data=body) as answer:
        return answer.status, answer.headers, await answer.read()


def chat(serving: Serving, *path: str) -> str:
    return "/".join((serving.url, *path, "v1/chat/completions"))


async def count(serving: Serving) -> Any:
    async with aiohttp.ClientSession() as session, session.get(serving.url + "/count") as answer:
        return await answer.json()


def test_a_good_answer_is_that_of_the_stand_in() -> None:
    async def asked() -> bytes:
        async with await serve() as serving:
            return (await post(chat(serving, "vllm")))[2]

    ways = Ways(dialect="vllm")
    assert json.loads(asyncio.run(asked())) == body_of(reply(BODY, ways), ways)


BROKEN: Mapping[str, tuple[type[Exception], ...]] = {
    "connection_reset": (aiohttp.ClientOSError,),
    "connection_reset=early": (aiohttp.ClientOSError,),
    "cut_body": (aiohttp.ClientPayloadError,),
    "read_timeout": (asyncio.TimeoutError,),
    "slow_body=0.2": (asyncio.TimeoutError,),
}


@pytest.mark.parametrize("fault", BROKEN)
def test_a_connection_breaks_as_was_asked(fault: str) -> None:
    async def asked() -> None:
        async with await serve() as serving, asyncio.timeout(0.4):
            await post(chat(serving, "fault", fault))

    with pytest.raises(BROKEN[fault]) as raised:
        asyncio.run(asked())
    if "reset" in fault:
        assert "[Errno 104]" in str(raised.value)


def test_a_reset_before_anything_is_read_comes_first_and_is_counted_apart() -> None:
    async def asked() -> tuple[int, Any]:
        async with await serve() as serving:
            early = "connection_reset=early"
            for _ in range(2):
                with pytest.raises(aiohttp.ClientOSError):
                    await post(chat(serving, "fault", f"{early},{early},quota,good"))
            status, _, _ = await post(chat(serving, "fault", f"{early},{early},quota,good"))
            return status, await count(serving)

    status, told = asyncio.run(asked())
    assert (status, told["unread"], told["requests"]) == (429, 2, 1)


@pytest.mark.parametrize("fault", ["server_error=x", "quota=also=0", "slow_body=x"])
def test_an_argument_that_a_fault_does_not_take_is_said(fault: str) -> None:
    async def asked() -> tuple[int, Mapping[str, str], bytes]:
        async with await serve() as serving:
            return await post(chat(serving, "fault", fault))

    status, _, body = asyncio.run(asked())
    assert status == 400
    assert f"fault '{fault}' takes no such argument" in json.loads(body)["error"]["message"]


def test_a_slow_body_comes_byte_by_byte_and_whole() -> None:
    async def asked() -> tuple[int, bytes]:
        async with await serve() as serving:
            url = chat(serving, "fault", "slow_body=0.0001")
            arrived, pieces = b"", 0
            async with aiohttp.ClientSession() as session, session.post(url, data=BODY) as answer:
                async for piece, _ in answer.content.iter_chunks():
                    arrived, pieces = arrived + piece, pieces + 1
            return pieces, arrived

    pieces, arrived = asyncio.run(asked())
    assert json.loads(arrived) == body_of(reply(BODY), Ways())
    assert pieces > 20


def test_it_counts_what_came_what_it_answered_and_who_left() -> None:
    async def asked() -> Any:
        async with await serve(plan("rate_limit", "connection_reset", "read_timeout")) as serving:
            await post(chat(serving))
            with pytest.raises(aiohttp.ClientError):
                await post(chat(serving))
            with pytest.raises(asyncio.TimeoutError):
                async with asyncio.timeout(0.2):
                    await post(chat(serving))
            await post(chat(serving))
            return await count(serving)

    assert asyncio.run(asked()) == {
        "requests": 4,
        "unread": 0,
        "bodies": {
            HASH: {"asked": 4, "answered": ["rate_limit", "connection_reset", "good"], "left": 1}
        },
    }


def test_whoever_leaves_before_a_slow_reply_is_counted() -> None:
    async def asked() -> Any:
        async with await serve(ways=Ways(latency=5)) as serving:
            with pytest.raises(asyncio.TimeoutError):
                async with asyncio.timeout(0.2):
                    await post(chat(serving))
            await asyncio.sleep(0.05)
            return (await count(serving))["bodies"][HASH]

    assert asyncio.run(asked()) == {"asked": 1, "answered": [], "left": 1}


def test_no_fault_makes_what_its_name_does_not_say() -> None:
    """Every answer differs from the good one, and only usage leaves the text alone."""

    async def asked() -> dict[str, tuple[int, bytes]]:
        async with await serve() as serving:
            quick = [n for n in FAULTS if n not in ("read_timeout", "deadline", "slow_body")]
            whole = [n for n in quick if n not in ("connection_reset", "cut_body")]
            answers = {name: await post(chat(serving, "fault", name)) for name in whole}
            return {name: (status, body) for name, (status, _, body) in answers.items()}

    answers = asyncio.run(asked())
    good = body_of(reply(BODY), Ways())
    same = [name for name, (status, body) in answers.items() if body == json.dumps(good).encode()]
    assert same == []
    assert len({body[:5000] for _, body in answers.values()}) > len(answers) - 3  # 429s are alike


def test_it_runs_as_a_process_with_its_choices() -> None:
    with in_process("suasion.testing.faulty", "--plan", "bad_key", "--dialect", "ollama") as url:
        status, _, body = asyncio.run(post(f"{url}/v1/chat/completions"))
        later, _, _ = asyncio.run(post(f"{url}/v1/chat/completions"))
    assert (status, json.loads(body), later) == (401, {"error": "unauthorized"}, 200)


def test_it_lists_every_fault_and_what_it_is_recorded_as() -> None:
    command = [sys.executable, "-m", "suasion.testing.faulty", "--list"]
    listed = subprocess.run(command, check=True, capture_output=True, text=True).stdout
    rows = [tuple(row.split()) for row in listed.splitlines()]
    assert rows == [(name, fault.outcome) for name, fault in FAULTS.items()]


class Exchange:
    """One request of an ASGI application, without a server."""

    def __init__(self, path: str, body: bytes = BODY, method: str = "POST") -> None:
        self.scope = {"type": "http", "method": method, "path": path, "headers": []}
        self._incoming: list[Message] = [
            {"type": "http.request", "body": body[:9], "more_body": True},
            {"type": "http.request", "body": body[9:], "more_body": False},
            {"type": "http.disconnect"},
        ]
        self.sent: list[Message] = []

    async def receive(self) -> Message:
        return self._incoming.pop(0)

    async def send(self, message: Message) -> None:
        self.sent.append(message)

    def run(self, application: Any) -> tuple[int, bytes]:
        asyncio.run(application(self.scope, self.receive, self.send))
        if not self.sent:
            return 0, b""
        return self.sent[0]["status"], b"".join(part["body"] for part in self.sent[1:])


def test_the_application_answers_as_the_server_does() -> None:
    application = app(plan("quota"))
    assert Exchange("/v1/chat/completions").run(application)[0] == 429
    status, body = Exchange("/v1/chat/completions").run(application)
    assert (status, json.loads(body)) == (200, body_of(reply(BODY), Ways()))
    told = json.loads(Exchange("/count", b"", "GET").run(application)[1])
    assert told["bodies"][HASH]["answered"] == ["quota", "good"]


def test_the_application_cuts_drips_keeps_silent_and_owns_up_to_what_it_cannot_do() -> None:
    application = app()
    cut = Exchange("/fault/cut_body/v1/chat/completions")
    _, half = cut.run(application)
    assert cut.sent[-1]["more_body"] is True
    assert 0 < len(half) < len(body_of(reply(BODY), Ways()).__repr__())
    drip = Exchange("/fault/slow_body=0/v1/chat/completions")
    assert json.loads(drip.run(application)[1]) == body_of(reply(BODY), Ways())
    assert len(drip.sent) > 100
    assert Exchange("/fault/read_timeout/v1/chat/completions").run(application) == (0, b"")
    status, body = Exchange("/fault/connection_reset/v1/chat/completions").run(application)
    assert status == 501
    assert b"sockets" in body


@contextmanager
def in_uvicorn(application: Any) -> Iterator[str]:
    """The address of an application behind a server that others use."""
    uvicorn = pytest.importorskip("uvicorn")
    with socket.socket() as listening:
        listening.bind(("127.0.0.1", 0))
        listening.listen()
        config = uvicorn.Config(application, ws="none", log_level="critical", lifespan="on")
        server = uvicorn.Server(config)
        thread = threading.Thread(target=server.run, args=([listening],), daemon=True)
        thread.start()
        try:
            yield f"http://127.0.0.1:{listening.getsockname()[1]}"
        finally:
            server.should_exit = True
            thread.join(10)


def test_the_application_fails_as_well_behind_a_server_that_others_use() -> None:
    async def asked(url: str) -> tuple[int, bytes]:
        with pytest.raises(aiohttp.ClientPayloadError):
            await post(f"{url}/fault/cut_body/v1/chat/completions")
        status, _, _ = await post(f"{url}/fault/overloaded/v1/chat/completions")
        _, _, whole = await post(f"{url}/v1/chat/completions")
        return status, whole

    with in_uvicorn(app()) as url:
        status, whole = asyncio.run(asked(url))
    assert status == 529
    assert json.loads(whole) == body_of(reply(BODY), Ways())
