"""Addresses where no model answers, each for its own reason.

What they stand for is what happens to a call before any server has seen it.
"""

from __future__ import annotations

import shutil
import socket
import ssl
import subprocess
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path

from suasion.testing.http1 import Connection, Handle, Request, Serving

NOWHERE = "http://nowhere.invalid:8000"
"""A name that resolves to nothing, by RFC 6761."""


@contextmanager
def refusing() -> Iterator[str]:
    """An address that refuses: its port is held, and nobody listens there."""
    with socket.socket() as held:
        held.bind(("127.0.0.1", 0))
        yield f"http://127.0.0.1:{held.getsockname()[1]}"


@contextmanager
def unconnectable() -> Iterator[str]:
    """An address that never takes up a connection: as many wait there as may (Linux)."""
    with ExitStack() as stack:
        full = stack.enter_context(socket.socket())
        full.bind(("127.0.0.1", 0))
        full.listen(0)
        for _ in range(2):
            waiting = stack.enter_context(socket.socket())
            waiting.setblocking(False)
            waiting.connect_ex(full.getsockname())
        yield f"http://127.0.0.1:{full.getsockname()[1]}"


def self_signed(folder: Path) -> ssl.SSLContext:
    """The TLS of a server whose certificate nobody has signed, made by `openssl` in `folder`.

    Errors: FileNotFoundError, where there is no openssl.
    """
    program = shutil.which("openssl")
    if program is None:
        raise FileNotFoundError("openssl, which makes the certificate, is not installed")
    key, certificate = folder / "key.pem", folder / "certificate.pem"
    made = ["-keyout", str(key), "-out", str(certificate)]
    subprocess.run(
        [
            program,
            "req",
            "-x509",
            "-newkey",
            "ec",
            "-pkeyopt",
            "ec_paramgen_curve:prime256v1",
            "-nodes",
            "-days",
            "2",
            "-subj",
            "/CN=localhost",
            *made,
        ],
        check=True,
        capture_output=True,
    )
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate, key)
    return context


async def refusing_proxy(
    status: int = 407, times: int | None = None, then: Handle | None = None
) -> Serving:
    """A proxy that answers every request and every CONNECT with `status`, and lets nobody through.

    With `times`, it turns away so many; later ones are answered by `then`.
    """
    turned_away = 0

    def handle(request: Request, connection: Connection) -> None:
        nonlocal turned_away
        if then is None or times is None or turned_away < times:
            turned_away += 1
            connection.answer(status, b"", {"Proxy-Authenticate": 'Basic realm="nobody"'})
        else:
            then(request, connection)

    return await Serving(handle).start()
