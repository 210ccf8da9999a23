"""The connections of one event loop: no cookies, no ~/.netrc, no way to the machine's rights."""

from __future__ import annotations

from collections.abc import Collection
from ipaddress import ip_address
from typing import TYPE_CHECKING

from suasion.models.hosts import refused

if TYPE_CHECKING:
    from aiohttp import ClientSession

KEEP_ALIVE = 4.0
"""Seconds that a connection waits for the next call: less than the 5 after which uvicorn (vLLM,
SGLang) and llama.cpp's server hang up, so that no request meets a connection being closed."""


def session(allowed: Collection[tuple[str, int]] = ()) -> ClientSession:
    """A session of the running event loop; limits are not its business but the runner's.

    `allowed` are hosts and ports that are asked although they are link-local. The `trust_env` of
    aiohttp stays off: with it, `~/.netrc` would hand passwords to whichever host a study names.
    """
    import socket

    from aiohttp import ClientSession, DummyCookieJar, TCPConnector
    from aiohttp.abc import ResolveResult
    from aiohttp.resolver import ThreadedResolver

    class Resolver(ThreadedResolver):
        """Finds the addresses of names, but not those that give away the machine's rights."""

        async def resolve(
            self, host: str, port: int = 0, family: socket.AddressFamily = socket.AF_UNSPEC
        ) -> list[ResolveResult]:
            found = await super().resolve(host, port, family)
            kept = [each for each in found if _fine(each["host"]) or (host, port) in allowed]
            if not kept:
                raise OSError(None, f"{host} is a link-local or metadata address")
            return kept

    return ClientSession(
        connector=TCPConnector(limit=0, keepalive_timeout=KEEP_ALIVE, resolver=Resolver()),
        cookie_jar=DummyCookieJar(),
        auto_decompress=False,
    )


def _fine(address: str) -> bool:
    try:
        return not refused(ip_address(address.partition("%")[0]))
    except ValueError:
        return True
