"""What a provider's library raised, under our names: by status where it has one, else by kind.

Every library has errors of its own, and none is imported here to know them: they are known by
the status they carry, and by the names of their classes and of what caused them.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import UTC, datetime
from typing import Any, Final

from suasion.models.errors import ErrorBody, name_of
from suasion.models.faults import Fault
from suasion.models.replies import Redact, as_it_is, named
from suasion.models.retry_after import retry_after

SAID: Final = 2**16
"""Characters of an error that are looked at: more than are kept, so that no key is cut in two."""
BY_KIND: Final[Mapping[str, str]] = {
    **dict.fromkeys(("AttemptTimeoutError", "ReadTimeout", "ReadTimeoutError"), "read_timeout"),
    **dict.fromkeys(("APITimeoutError", "WriteTimeout", "TimeoutError"), "read_timeout"),
    **dict.fromkeys(("ConnectTimeout", "ConnectTimeoutError", "PoolTimeout"), "connect_timeout"),
    **dict.fromkeys(("SSLError", "SSLCertVerificationError"), "tls"),
    **dict.fromkeys(("ProxyError", "ProxyConnectionError"), "proxy"),
    **dict.fromkeys(("gaierror",), "dns"),
    **dict.fromkeys(("ConnectionRefusedError",), "connection_refused"),
    **dict.fromkeys(("ConnectionResetError", "BrokenPipeError"), "connection_reset"),
    **dict.fromkeys(("ConnectError", "EndpointConnectionError"), "connection_refused"),
    **dict.fromkeys(("ReadError", "WriteError", "ConnectionClosedError"), "connection_reset"),
    **dict.fromkeys(("RemoteProtocolError", "IncompleteRead"), "cut_body"),
    **dict.fromkeys(("APIConnectionError", "NetworkError", "ConnectionError"), "connection_reset"),
    **dict.fromkeys(("JSONDecodeError", "APIResponseValidationError"), "not_json"),
    **dict.fromkeys(("NoCredentialsError", "AuthenticationError"), "bad_key"),
    **dict.fromkeys(("ModelRefusalError",), "filtered"),
}
"""Names of classes, of which those that say more are looked for first, in all causes."""
NO_KEY: Final = ("environment variable", "x-api-key", "credentials")
"""How Inspect and providers' libraries say that they have no key, before anything is sent."""


def fault_of(error: BaseException, redact: Redact = as_it_is) -> Fault:
    """The fault that an error of a provider's library is; `redact` takes keys out of its words."""
    causes = list(chain(error))
    status = next((found for each in causes if (found := status_of(each)) is not None), None)
    said = words(causes)
    name = _by_kind(causes, said) if status is None else name_of(status, ErrorBody(said))
    seconds = next((wait for each in causes if (wait := wait_of(each)) is not None), None)
    return named(name, said, redact, status, seconds)


def chain(error: BaseException) -> Iterator[BaseException]:
    """An error and what it came from, each once; of given-up retries the last attempt first."""
    seen, waiting = set[int](), [error]
    while waiting and len(seen) < 20:
        each = waiting.pop(0)
        if id(each) in seen:
            continue
        seen.add(id(each))
        yield each
        attempt: Any = getattr(each, "last_attempt", None)
        inner = None if attempt is None else attempt.exception()
        several = getattr(each, "exceptions", ())
        waiting += [e for e in (inner, each.__cause__, each.__context__, *several) if e is not None]


def status_of(error: BaseException) -> int | None:
    """The HTTP status that an error carries, wherever its library puts it."""
    response = getattr(error, "response", None)
    metadata = response.get("ResponseMetadata") if isinstance(response, dict) else None
    of_aws = metadata.get("HTTPStatusCode") if isinstance(metadata, dict) else None
    places = (
        getattr(error, "status_code", None),
        getattr(error, "http_status", None),
        getattr(response, "status_code", None),
        of_aws,
        getattr(error, "code", None),
    )
    return next((s for s in places if type(s) is int and 400 <= s <= 599), None)


def wait_of(error: BaseException) -> float | None:
    """Seconds that the server asked to wait, where the error has its headers."""
    headers = getattr(getattr(error, "response", None), "headers", None)
    if not isinstance(headers, Mapping):
        return None
    return retry_after({str(k).lower(): str(v) for k, v in headers.items()}, datetime.now(UTC))


def words(causes: list[BaseException]) -> str:
    """What the first of the errors that says anything says."""
    told = (getattr(each, "provider_message", None) or str(each) for each in reversed(causes))
    said = next(filter(None, told), type(causes[0]).__name__)
    return said[:SAID].encode("utf-8", "backslashreplace").decode()


def _by_kind(causes: list[BaseException], said: str) -> str:
    kinds = {kind.__name__ for each in causes for kind in type(each).__mro__}
    known = next((name for kind, name in BY_KIND.items() if kind in kinds), None)
    if known is not None:
        return known
    if any(word in said.lower() for word in NO_KEY):
        return "bad_key"
    asked_wrongly = name_of(400, ErrorBody(said))
    return "unrecognised" if asked_wrongly == "bad_request" else asked_wrongly
