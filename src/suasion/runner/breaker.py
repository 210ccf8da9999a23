"""An endpoint that is down is asked by one call at a time until it answers."""

from __future__ import annotations

from math import inf

from suasion.models.faults import OUTCOMES

IN_A_ROW = 10
"""Faults without a success between them that say an endpoint is down. An endpoint that fails a
third of the time at random does so once in 60,000 calls."""
FIRST, LONGEST = 0.5, 5.0
"""Seconds between two tries: after the first that failed, doubling, at most. One call in that time
is no load, and an endpoint that fails most of the time is soon used again."""
FAILING = 3
"""Faults in a row that are worth a word."""
DOWN = frozenset(
    name for name, kind in OUTCOMES.items() if kind.retried == "yes" and name != "rate_limit"
) | {"tls", "deadline"}
"""Outcomes that an endpoint can have which is down."""
UP = frozenset(
    name for name, kind in OUTCOMES.items() if kind.forfeits or name in ("filtered", "bad_request")
) | {"answered", "context_overflow", "request_too_large", "reply_too_large"}
"""Outcomes that only an endpoint can have which works. The others say neither."""


class Breaker:
    """Whether an endpoint is down, and who tries whether it still is."""

    __slots__ = ("_delay", "_next", "_tried", "failed", "fault", "open", "probe", "since")

    def __init__(self) -> None:
        self._delay, self._next, self._tried = FIRST, 0.0, 0.0
        self.failed, self.fault = 0, ""
        """Faults since the last success, and the name of the newest."""
        self.since = 0.0
        """When it went down, while it is."""
        self.open = False
        """Whether only one call at a time is let through."""
        self.probe: int | None = None
        """The ticket of the one call that tries, while it is open."""

    def ready(self, now: float) -> float:
        """When a call may leave while it is open: `now`, later, or not before something ends."""
        return inf if self.probe is not None else max(now, self._next)

    def ended(self, ticket: int, outcome: str, now: float) -> bool:
        """A call has ended; whether this shows that an endpoint that was down works again."""
        tried = ticket == self.probe
        if tried or outcome in UP:
            self.probe = None
        if outcome in UP:
            was_open, self.open = self.open, False
            self.failed, self._delay = 0, FIRST
            return was_open
        if outcome in DOWN:
            self.failed, self.fault = self.failed + 1, outcome
        if tried or (self.failed == IN_A_ROW and not self.open):
            self.since = self.since if self.open else now
            self.open, self._tried = True, now
            self._next, self._delay = now + self._delay, min(LONGEST, 2 * self._delay)
        return False

    def lost(self, asked: float, now: float, patience: float) -> bool:
        """Whether a call that asked to leave then need not wait any longer.

        The endpoint has been down for so many seconds, and was tried in vain since it asked.
        """
        return self.open and now - self.since >= patience and self._tried >= asked

    def said(self, now: float) -> str | None:
        """What is wrong, in words; None where nothing is, or it is one of a few faults."""
        if self.open:
            return f"down for {now - self.since:.0f} s ({self.fault})"
        if self.failed >= FAILING:
            return f"failing: {self.fault}, {self.failed} in a row"
        return None
