import asyncio
import gzip
import json
import struct
import time
import traceback
import tracemalloc
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from pathlib import Path
from socket import SO_LINGER, SOL_SOCKET
from ssl import SSLContext

import aiohttp
import pytest

from suasion.models.decoding import LARGEST
from suasion.models.faults import Fault
from suasion.models.hosts import BadUrl
from suasion.models.model import Model
from suasion.models.openai import OpenAI, Patience
from suasion.models.request import Completion, Request
from suasion.models.session import session
from suasion.testing.unreachable import NOWHERE, refusing, self_signed, unconnectable

KEY = "sk-planted-0123456789"
WHOLE = json.dumps(
    {"choices": [{"message": {"content": "yes"}, "finish_reason": "stop"}], "model": "m"}
).encode()


class Held:
    """A key for tests."""

    def reveal(self) -> str:
        return KEY


Reader = asyncio.StreamReader
Writer = asyncio.StreamWriter
Act = Callable[[Writer, bytes], Awaitable[None]]
"""What a server does with one request that has come whole."""


@asynccontextmanager
async def serving(act: Act, tls: SSLContext | None = None) -> AsyncIterator[str]:
    """A server that does so with every request; gives its base URL."""
    tasks: set[asyncio.Task[None]] = set()

    async def handle(reader: Reader, writer: Writer) -> None:
        task = asyncio.current_task()
        assert task is not None
        tasks.add(task)
        try:
            while head := await reader.readuntil(b"\r\n\r\n"):
                length = int(head.lower().partition(b"content-length:")[2].partition(b"\r")[0])
                await act(writer, head + await reader.readexactly(length))
                await writer.drain()
        except (OSError, asyncio.IncompleteReadError, asyncio.CancelledError):
            pass
        finally:
            writer.transport.abort()

    server = await asyncio.start_server(handle, "127.0.0.1", 0, ssl=tls)
    try:
        port = server.sockets[0].getsockname()[1]
        yield f"http{'s' if tls else ''}://127.0.0.1:{port}/v1"
    finally:
        server.close()
        for task in tasks:
            task.cancel()
        await asyncio.sleep(0.01)


def request(body: str = "hi") -> Request:
    message = json.dumps({"role": "user", "content": body}).encode()
    nobody = Model("m", "m", "openai", "h", None, OpenAI("http://h", None))
    return Request(nobody, b'{"model":"m"}', [message], body, 10)


QUICK = Patience(connect=0.3, silence=0.3, grace=0.3, slowest=50_000, stall=0.4)


async def called(
    base_url: str, seconds: float = 5.0, patience: Patience = QUICK, asked: str = "hi"
) -> Completion:
    client = OpenAI(base_url, Held(), patience=patience)
    try:
        return await client.complete(request(asked), seconds)
    finally:
        await client.close()
        await asyncio.sleep(0)


def fault(act: Act, seconds: float = 5.0, patience: Patience = QUICK) -> Fault:
    """The fault that a server's act makes of a call."""

    async def run() -> Fault:
        async with serving(act) as url:
            with pytest.raises(Fault) as raised:
                await called(url, seconds, patience)
            return raised.value

    return asyncio.run(run())


def reply(act: Act, seconds: float = 5.0) -> Completion:
    async def run() -> Completion:
        async with serving(act) as url:
            return await called(url, seconds)

    return asyncio.run(run())


def head(status: str = "200 OK", /, **headers: object) -> bytes:
    lines = "".join(f"{name.replace('_', '-')}: {value}\r\n" for name, value in headers.items())
    return f"HTTP/1.1 {status}\r\n{lines}\r\n".encode()


def sends(*parts: bytes | float, then: str = "stay") -> Act:
    """Send parts with pauses between them; then `stay`, `close`, or `reset` the connection."""

    async def act(writer: Writer, _: bytes) -> None:
        for part in parts:
            if isinstance(part, bytes):
                writer.write(part)
                await writer.drain()
            else:
                await asyncio.sleep(part)
        if then == "reset":
            linger = struct.pack("ii", 1, 0)
            writer.get_extra_info("socket").setsockopt(SOL_SOCKET, SO_LINGER, linger)
        if then != "stay":
            await asyncio.sleep(0.02)
            writer.transport.abort()

    return act


def dripped(piece: bytes, times: int) -> list[bytes | float]:
    """A piece so many times, twenty a second."""
    return [piece, 0.05] * times


def good(body: bytes = WHOLE, **headers: object) -> Act:
    return sends(head("200 OK", Content_Length=len(body), **headers) + body)


def test_what_is_sent_is_the_body_as_it_stands_with_the_key_in_its_header() -> None:
    seen: list[bytes] = []

    async def act(writer: Writer, came: bytes) -> None:
        seen.append(came)
        await good()(writer, came)

    assert reply(act).text == "yes"
    top, _, body = seen[0].partition(b"\r\n\r\n")
    assert body == request().body
    assert top.startswith(b"POST /v1/chat/completions HTTP/1.1\r\n")
    assert f"Authorization: Bearer {KEY}".encode() in top.splitlines()
    assert b"Accept-Encoding: gzip, deflate" in top.splitlines()


def test_without_a_key_no_key_is_sent_and_own_headers_come_last() -> None:
    async def run() -> bytes:
        seen: list[bytes] = []

        async def act(writer: Writer, came: bytes) -> None:
            seen.append(came)
            await good()(writer, came)

        async with serving(act) as url:
            client = OpenAI(url + "/", None, headers={"User-Agent": "mine", "X-Title": "t"})
            await client.complete(request(), 5)
            await client.close()
        return seen[0]

    sent = asyncio.run(run())
    assert b"authorization" not in sent.lower()
    assert b"User-Agent: mine" in sent
    assert b"X-Title: t" in sent


def test_a_connection_is_used_again() -> None:
    writers = set()

    async def act(writer: Writer, came: bytes) -> None:
        writers.add(writer)
        await good()(writer, came)

    async def run() -> None:
        async with serving(act) as url:
            client = OpenAI(url, None)
            for _ in range(5):
                await client.complete(request(), 5)
            await client.close()

    asyncio.run(run())
    assert len(writers) == 1


CHUNKED: dict[str, object] = {"Transfer_Encoding": "chunked"}
ACTS: list[tuple[str, Act]] = [
    ("connection_reset", sends(then="reset")),
    ("connection_reset", sends(then="close")),
    ("cut_body", sends(b"HTTP/1.1 200 OK\r\nContent-Le", then="close")),
    ("cut_body", sends(head(Content_Length=len(WHOLE)) + WHOLE[:20], then="close")),
    ("cut_body", sends(head(Content_Length=len(WHOLE)), 0.02, WHOLE[:20], then="reset")),
    ("cut_body", sends(head(**CHUNKED) + b'5\r\n{"cho', then="close")),
    ("not_json", sends(head(**CHUNKED) + b"zz\r\nnonsense")),
    ("cut_body", good(gzip.compress(WHOLE)[:-9], Content_Encoding="gzip")),
    ("not_json", sends(b"SSH-2.0-OpenSSH_9.2\r\n")),
    ("not_json", sends(b"HTTP/1.1 abc\r\n\r\n")),
    ("not_json", sends(head(X="a" * 100_000))),
    ("not_json", good(WHOLE, Content_Encoding="br")),
    ("not_json", good(WHOLE, Content_Encoding="gzip")),
    ("not_json", good(b"<html>")),
    ("not_json", sends(head("204 No Content"))),
    ("read_timeout", sends()),
    ("read_timeout", sends(head(Content_Length=9))),
    ("slow_body", sends(head(Content_Length=len(WHOLE)) + WHOLE[:20])),
    ("slow_body", sends(head(Content_Length=9999), *dripped(b"a", 60))),
    ("slow_body", sends(head(Content_Length=9999999) + b"a" * 9999, *dripped(b"a", 300))),
    ("reply_too_large", sends(head(Content_Length=LARGEST + 1) + b"{")),
    ("reply_too_large", sends(head() + b"{", *[b" " * 2**20] * 17)),
    ("bad_request", sends(head("302 Found", Location="/v1", Content_Length=0))),
    ("bad_request", sends(head("307 X", Location="/v1/chat/completions", Content_Length=0))),
    ("bad_request", sends(head("308 X", Location="http://[", Content_Length=0))),
    ("bad_request", sends(head("304 Not Modified"))),
    ("rate_limit", sends(head("429 X", Content_Length=999) + b"{", then="close")),
    ("server_error", sends(head("500 X", Content_Length=9999), *dripped(b"a", 5), then="reset")),
    ("server_error", sends(head("503 X") + b"a" * 2**20)),
    ("bad_key", sends(head("401 X", Content_Length=6, Content_Encoding="zstd") + b"<html>")),
]


@pytest.mark.parametrize(("name", "act"), ACTS)
def test_whatever_happens_to_a_connection_has_its_name(name: str, act: Act) -> None:
    came = fault(act, seconds=4.0)
    assert came.name == name
    assert came.said


def test_no_answer_within_the_whole_time_is_a_deadline_and_kept_to_it() -> None:
    before = time.perf_counter()
    assert fault(sends(), seconds=0.25).name == "deadline"
    assert 0.2 < time.perf_counter() - before < 10


def test_silence_of_half_the_whole_time_is_waited_out() -> None:
    assert reply(sends(0.5, head(Content_Length=len(WHOLE)) + WHOLE), seconds=2.0).text == "yes"


def test_a_server_that_sends_empty_lines_while_it_queues_is_waited_for() -> None:
    body = head(Content_Length=len(WHOLE) + 16)
    assert reply(sends(body, *dripped(b"\n", 16), WHOLE)).text == "yes"
    assert fault(sends(head(), *dripped(b"\n", 60)), seconds=0.7).name == "deadline"


@pytest.mark.parametrize("step", [1, 7, 1000])
def test_a_reply_in_pieces_is_the_same(step: int) -> None:
    pieces = [WHOLE[at : at + step] for at in range(0, len(WHOLE), step)]
    chunks = b"".join(b"%x\r\n%b\r\n" % (len(piece), piece) for piece in pieces)
    assert reply(sends(head(**CHUNKED) + chunks + b"0\r\n\r\n")).text == "yes"
    assert reply(sends(head(), *pieces, then="close")).text == "yes"


@pytest.mark.parametrize("encoding", ["gzip", "identity"])
def test_a_large_reply_within_the_cap_is_read(encoding: str) -> None:
    text = "a" * (LARGEST - 100)
    body = json.dumps({"choices": [{"message": {"content": text}}]}).encode()
    packed = gzip.compress(body, 1) if encoding == "gzip" else body
    came = reply(good(packed, Content_Encoding=encoding), seconds=20)
    assert came.text == text


def test_a_bomb_is_named_and_memory_does_not_grow_with_it() -> None:
    bomb = gzip.compress(b"a" * 2**27, 1)
    tracemalloc.start()
    try:
        act = good(bomb, Content_Encoding="gzip")
        tracemalloc.reset_peak()
        assert fault(act).name == "reply_too_large"
        assert tracemalloc.get_traced_memory()[1] < 4 * LARGEST
    finally:
        tracemalloc.stop()


def test_a_redirect_within_the_host_is_followed_with_body_and_key() -> None:
    async def act(writer: Writer, came: bytes) -> None:
        if came.startswith(b"POST /v2/"):
            assert f"Bearer {KEY}".encode() in came
            assert came.endswith(request().body)
            await good()(writer, came)
        else:
            await sends(head("307 X", Location="/v2/chat", Content_Length=0))(writer, came)

    assert reply(act).text == "yes"


@pytest.mark.parametrize("status", [301, 302, 303, 307, 308])
def test_a_redirect_to_another_host_gets_nothing(status: int) -> None:
    reached: list[bytes] = []

    async def elsewhere(writer: Writer, came: bytes) -> None:
        reached.append(came)
        await good()(writer, came)

    async def run() -> Fault:
        async with serving(elsewhere) as other:
            there = head(f"{status} X", Location=f"{other}?key={KEY}", Content_Length=0)
            async with serving(sends(there)) as url:
                with pytest.raises(Fault) as raised:
                    await called(url)
        return raised.value

    came = asyncio.run(run())
    assert (came.name, came.status) == ("bad_request", status)
    assert not reached
    assert KEY not in came.said


def before_any_server(url: str, seconds: float = 5.0) -> Fault:
    async def run() -> Fault:
        with pytest.raises(Fault) as raised:
            await called(url, seconds)
        return raised.value

    return asyncio.run(run())


def test_nobody_at_a_port_is_a_connection_refused() -> None:
    with refusing() as url:
        assert before_any_server(url).name == "connection_refused"


def test_a_name_that_leads_nowhere_is_named() -> None:
    assert before_any_server(NOWHERE).name == "dns"


def test_a_connection_that_is_never_taken_up_times_out() -> None:
    with unconnectable() as url:
        assert before_any_server(url).name == "connect_timeout"
        assert before_any_server(url, seconds=0.2).name == "connect_timeout"


def test_a_certificate_that_nobody_signed_is_refused(tmp_path: Path) -> None:
    tls = self_signed(tmp_path)

    async def run() -> Fault:
        async with serving(good(), tls) as url:
            with pytest.raises(Fault) as raised:
                await called(url)
            return raised.value

    came = asyncio.run(run())
    assert came.name == "tls"
    assert "self-signed" in came.said


def test_a_server_without_tls_is_named() -> None:
    async def answer(reader: Reader, writer: Writer) -> None:
        await reader.read(10)
        writer.write(b"HTTP/1.1 400 Bad Request\r\n\r\n")
        await writer.drain()
        writer.close()

    async def run() -> Fault:
        server = await asyncio.start_server(answer, "127.0.0.1", 0)
        port = server.sockets[0].getsockname()[1]
        with pytest.raises(Fault) as raised:
            await called(f"https://127.0.0.1:{port}")
        server.close()
        await asyncio.sleep(0.01)
        return raised.value

    assert asyncio.run(run()).name == "tls"


@pytest.fixture(autouse=True)
def _no_proxy_of_this_machine(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("http_proxy", "https_proxy", "all_proxy", "no_proxy"):
        monkeypatch.delenv(name, raising=False)
        monkeypatch.delenv(name.upper(), raising=False)


def test_a_proxy_that_is_not_there_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    with refusing() as nobody:
        monkeypatch.setenv("HTTP_PROXY", nobody)
        assert before_any_server("http://model.invalid").name == "proxy"
        monkeypatch.setenv("HTTP_PROXY", NOWHERE)
        assert before_any_server("http://model.invalid").name == "proxy"


@pytest.mark.parametrize("scheme", ["http", "https"])
def test_a_proxy_that_lets_nobody_through_is_named(
    scheme: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def refuse(reader: Reader, writer: Writer) -> None:
        await reader.readuntil(b"\r\n\r\n")
        writer.write(head("407 Proxy Authentication Required", Content_Length=0))
        await writer.drain()
        writer.close()

    async def run() -> Fault:
        server = await asyncio.start_server(refuse, "127.0.0.1", 0)
        port = server.sockets[0].getsockname()[1]
        monkeypatch.setenv(f"{scheme.upper()}_PROXY", f"http://user:{KEY}@127.0.0.1:{port}")
        with pytest.raises(Fault) as raised:
            await called(f"{scheme}://model.invalid")
        server.close()
        await asyncio.sleep(0.01)
        return raised.value

    came = asyncio.run(run())
    assert came.name == "proxy"
    assert KEY not in came.said


def test_no_proxy_is_heeded(monkeypatch: pytest.MonkeyPatch) -> None:
    with refusing() as nobody:
        monkeypatch.setenv("HTTP_PROXY", nobody)
        monkeypatch.setenv("NO_PROXY", "127.0.0.1")
        assert reply(good()).text == "yes"


def test_the_key_is_in_no_fault_and_no_traceback() -> None:
    async def echo(writer: Writer, came: bytes) -> None:
        body = json.dumps({"error": {"message": came.decode()}}).encode()
        await sends(head("401 X", Content_Length=len(body)) + body)(writer, came)

    async def run(act: Act) -> str:
        async with serving(act) as url:
            client = OpenAI(url, Held(), redact=lambda text: text.replace(KEY, "[removed]"))
            try:
                await client.complete(request(), 1.0)
            except Fault as error:
                told = traceback.TracebackException.from_exception(error, capture_locals=True)
                return "".join(told.format())
            finally:
                await client.close()
        raise AssertionError("no fault")

    for act in (echo, sends(then="close"), sends(), sends(b"nonsense\r\n")):
        assert KEY not in asyncio.run(run(act))
    assert "[removed]" in asyncio.run(run(echo))
    assert KEY not in repr(OpenAI("http://h", Held()))


def test_a_model_that_is_not_there_says_where_to_look() -> None:
    async def run(dialect: str) -> str:
        async with serving(sends(head("404 X", Content_Length=0))) as url:
            client = OpenAI(url, None, dialect=dialect)
            with pytest.raises(Fault, match="unknown_model") as raised:
                await client.complete(request(), 5)
            await client.close()
            return raised.value.said.replace(url, "URL")

    assert "URL/models" in asyncio.run(run("vllm"))
    assert "`ollama list`" in asyncio.run(run("ollama"))


def test_a_call_that_is_called_off_leaves_nothing_behind() -> None:
    async def run() -> None:
        left = asyncio.Event()

        async def act(writer: Writer, _: bytes) -> None:
            writer.write(head(Content_Length=10**6))
            try:
                while True:
                    writer.write(b" ")
                    await writer.drain()
                    await asyncio.sleep(0.01)
            except ConnectionError:
                left.set()

        async with serving(act) as url:
            client = OpenAI(url, None)
            call = asyncio.create_task(client.complete(request(), 5))
            await asyncio.sleep(0.1)
            call.cancel()
            with pytest.raises(asyncio.CancelledError):
                await call
            await asyncio.wait_for(left.wait(), 2)
            await client.close()

    asyncio.run(run())


def test_a_large_prompt_is_sent_without_a_warning() -> None:
    lengths: list[int] = []

    async def act(writer: Writer, came: bytes) -> None:
        lengths.append(len(came.partition(b"\r\n\r\n")[2]))
        await good()(writer, came)

    async def run() -> None:
        async with serving(act) as url:
            await called(url, asked="a" * 2**21)

    asyncio.run(run())
    assert lengths == [len(request("a" * 2**21).body)]


def test_a_session_that_was_given_is_used_and_left_open() -> None:
    async def run() -> None:
        async with serving(good()) as url, session() as ours:
            given: list[aiohttp.ClientSession] = []

            def give() -> aiohttp.ClientSession:
                given.append(ours)
                return ours

            client = OpenAI(url, None, session=give)
            assert (await client.complete(request(), 5)).text == "yes"
            await client.close()
            assert given
            assert not ours.closed

    asyncio.run(run())


def test_a_client_that_was_closed_can_be_used_again() -> None:
    async def run() -> None:
        async with serving(good()) as url:
            client = OpenAI(url, None)
            for _ in range(2):
                assert (await client.complete(request(), 5)).text == "yes"
                await client.close()

    asyncio.run(run())


@pytest.mark.parametrize("url", ["", "h", "ftp://h", "http://", f"http://u:{KEY}@h", "http://h?a"])
def test_a_base_url_that_is_none_is_refused_and_not_repeated(url: str) -> None:
    with pytest.raises(BadUrl) as raised:
        OpenAI(url, None)
    assert KEY not in str(raised.value)


def test_many_calls_at_once_need_no_more_than_themselves() -> None:
    async def run() -> None:
        async with serving(sends(0.2, head(Content_Length=len(WHOLE)) + WHOLE)) as url:
            client = OpenAI(url, None)
            before = time.perf_counter()
            replies = await asyncio.gather(*(client.complete(request(), 10) for _ in range(150)))
            assert time.perf_counter() - before < 5
            assert {each.text for each in replies} == {"yes"}
            await client.close()

    asyncio.run(run())
