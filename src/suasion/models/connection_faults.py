"""What goes wrong between here and a server, by name: by class and error number, not by words."""

from __future__ import annotations

import errno
import ssl

import aiohttp
from aiohttp.http import RawResponseMessage

from suasion.models.faults import Fault

BY_NUMBER = {
    errno.ECONNRESET: "connection_reset",
    errno.ECONNABORTED: "connection_reset",
    errno.EPIPE: "connection_reset",
    errno.ETIMEDOUT: "connect_timeout",
    # Too many open files: ours to mend, and no better a second later.
    errno.EMFILE: "unrecognised",
    errno.ENFILE: "unrecognised",
}
"""Why no connection came about. All others are `connection_refused`: nobody is there."""


def fault_of(error: BaseException, host: str) -> Fault:
    """The fault behind an exception of the HTTP library; `host` was to be reached."""
    return Fault(_name(error, host), _words(error))


def _name(error: BaseException, host: str) -> str:
    match error:
        case aiohttp.ConnectionTimeoutError():
            return "connect_timeout"
        case aiohttp.ServerTimeoutError():
            return "read_timeout"
        case aiohttp.ClientProxyConnectionError() | aiohttp.ClientHttpProxyError():
            return "proxy"
        case aiohttp.ClientConnectorDNSError():
            return "dns" if error.host.rstrip(".") == host else "proxy"
        case aiohttp.ClientSSLError() | ssl.SSLError() | aiohttp.ServerFingerprintMismatch():
            return "tls"
        case aiohttp.ClientConnectorError():
            return BY_NUMBER.get(error.os_error.errno or 0, "connection_refused")
        case aiohttp.ServerDisconnectedError() if isinstance(error.message, RawResponseMessage):
            return "cut_body"
        case aiohttp.ClientResponseError():
            # Whatever came instead of HTTP: the library cannot say more than that.
            return "not_json"
        case aiohttp.ClientPayloadError():
            return "cut_body"
        case aiohttp.ClientConnectionError() | OSError():
            return "connection_reset"
    return "unrecognised"


def _words(error: BaseException) -> str:
    """Its own words without addresses and headers, which may hold what nobody should read."""
    match error:
        case aiohttp.ClientConnectorCertificateError():
            cause = error.certificate_error
            return getattr(cause, "verify_message", "") or type(cause).__name__
        case aiohttp.ClientConnectorError():
            cause = error.os_error
            reason = getattr(cause, "reason", None) or cause.strerror or str(cause)
            return f"{error.host}:{error.port}: {reason}"
        case aiohttp.ClientResponseError():
            return f"{error.status}: {error.message}"
        case aiohttp.ServerDisconnectedError():
            return "the server hung up"
        case aiohttp.ConnectionTimeoutError():
            return "no connection came about in time"
        case aiohttp.ServerTimeoutError():
            return "no byte came in time"
        case OSError() if error.strerror:
            return error.strerror
        case aiohttp.ClientPayloadError():
            return "the reply ended early"
    return type(error).__name__
