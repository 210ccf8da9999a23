import asyncio
import socket
from pathlib import Path

import pytest

from suasion.testing.http1 import Connection, Request
from suasion.testing.unreachable import (
    NOWHERE,
    refusing,
    refusing_proxy,
    self_signed,
    unconnectable,
)


def place(url: str) -> tuple[str, int]:
    host, _, port = url.removeprefix("http://").rpartition(":")
    return host, int(port)


def test_nobody_listens_where_it_is_refused_and_nobody_else_can() -> None:
    with refusing() as url:
        with pytest.raises(ConnectionRefusedError):
            socket.create_connection(place(url), 5)
        with socket.socket() as other, pytest.raises(OSError, match="in use"):
            other.bind(place(url))


def test_a_full_queue_never_takes_up_a_connection() -> None:
    with unconnectable() as url, pytest.raises(TimeoutError):
        socket.create_connection(place(url), 0.2)


def test_the_name_resolves_to_nothing() -> None:
    with pytest.raises(socket.gaierror):
        socket.getaddrinfo(*place(NOWHERE))


def test_a_certificate_needs_the_program_that_makes_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    with pytest.raises(FileNotFoundError, match="openssl"):
        self_signed(tmp_path)


async def status_of(port: int, first: bytes) -> bytes:
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    writer.write(first + b"\r\n\r\n")
    line = await asyncio.wait_for(reader.readline(), 5)
    writer.close()
    await writer.wait_closed()
    return line.split()[1]


def test_a_proxy_turns_all_away_or_only_the_first() -> None:
    def through(request: Request, connection: Connection) -> None:
        connection.answer(200, request.path.encode())

    async def asked() -> list[bytes]:
        asks = (b"CONNECT a:443 HTTP/1.1", b"GET http://a/b HTTP/1.1", b"GET http://a/b HTTP/1.1")
        async with await refusing_proxy(502) as all_away:
            statuses = [await status_of(all_away.port, first) for first in asks]
        async with await refusing_proxy(times=2, then=through) as some:
            return [*statuses, *[await status_of(some.port, first) for first in asks]]

    assert asyncio.run(asked()) == [b"502"] * 3 + [b"407", b"407", b"200"]
