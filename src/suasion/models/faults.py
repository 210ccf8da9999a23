"""What can go wrong with a call, by name; what is tried again, and what reaches the rules."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Literal, NamedTuple

Retried = Literal["yes", "once", "no"]


class Kind(NamedTuple):
    """What follows from an outcome."""

    retried: Retried
    forfeits: bool = False
    """Whether it reaches the rules as a forfeit; all others block the episode."""
    stops: bool = False
    """Whether it stops the study when it is found before the first episode."""
    paid: bool = True
    """Whether the server may have counted tokens for it."""


OUTCOMES: Mapping[str, Kind] = {
    **dict.fromkeys(("connection_refused", "dns", "proxy"), Kind("yes", paid=False)),
    "connect_timeout": Kind("yes", paid=False),
    "connection_reset": Kind("yes"),
    "tls": Kind("no", paid=False),
    "read_timeout": Kind("yes"),
    "deadline": Kind("no"),
    **dict.fromkeys(("cut_body", "slow_body"), Kind("yes")),
    "rate_limit": Kind("yes", paid=False),
    **dict.fromkeys(("server_error", "overloaded", "request_timeout"), Kind("yes")),
    "quota": Kind("no", paid=False),
    **dict.fromkeys(("bad_key", "forbidden"), Kind("no", stops=True, paid=False)),
    "unknown_model": Kind("no", stops=True, paid=False),
    **dict.fromkeys(("context_overflow", "request_too_large"), Kind("no", paid=False)),
    **dict.fromkeys(("error_body", "not_json", "wrong_shape"), Kind("yes")),
    "filtered": Kind("no"),
    "reply_too_large": Kind("no"),
    "bad_request": Kind("no", paid=False),
    "declined": Kind("no", paid=False),
    "unrecognised": Kind("no"),
    "empty": Kind("once", forfeits=True),
    **dict.fromkeys(("truncated", "refused"), Kind("no", forfeits=True)),
    **dict.fromkeys(("malformed", "wrong_schema"), Kind("no", forfeits=True)),
}
"""Every outcome but `answered`. `bad_request` is a 4xx that no other name fits; `declined` is a
foreign agent that says that it cannot answer now; `unrecognised` is whatever nobody foresaw, with
the server's words."""
FORFEITS = tuple(name for name, kind in OUTCOMES.items() if kind.forfeits)


class Fault(Exception):
    """A call that came to nothing."""

    def __init__(
        self,
        name: str,
        said: str = "",
        *,
        status: int | None = None,
        retry_after: float | None = None,
    ) -> None:
        super().__init__(f"{name}: {said}" if said else name)
        self.name, self.said, self.status = name, said, status
        self.retry_after = retry_after
        """Seconds that the server asked to wait, 0 to 120; None where it asked nothing sound."""

    @property
    def kind(self) -> Kind:
        """What follows from it."""
        return OUTCOMES[self.name]
