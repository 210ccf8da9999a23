"""How long a server asks to be left alone, in all the forms that servers use.

Whatever it says is capped or ignored, never slept on unread: a hostile header must not hold up a
study, and a clock that is wrong on either side must not either.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from math import isfinite

LONGEST = 120.0
"""Seconds; whoever asks for more is asked again after these (openai-python draws the same line)."""
EPOCH = 1e8
"""A bare number of seconds from here on is a date, not a wait: three years."""
EPOCH_MS = 1e11

RESETS = (
    ("x-ratelimit-reset-requests", "x-ratelimit-remaining-requests"),
    ("x-ratelimit-reset-tokens", "x-ratelimit-remaining-tokens"),
    ("anthropic-ratelimit-requests-reset", "anthropic-ratelimit-requests-remaining"),
    ("anthropic-ratelimit-tokens-reset", "anthropic-ratelimit-tokens-remaining"),
    ("x-ratelimit-reset", "x-ratelimit-remaining"),
    ("ratelimit-reset", "ratelimit-remaining"),
)
"""Headers that say when a budget is whole again, each with the one that says what is left of it."""

_UNITS = {"ms": 1e-3, "s": 1.0, "m": 60.0, "h": 3600.0, "d": 86400.0}
_PART = re.compile(r"(\d{1,12}(?:\.\d{1,12})?)(ms|s|m|h|d)")
_SPAN = re.compile(rf"(?:{_PART.pattern})+")
_NUMBER = re.compile(r"-?\d{1,15}(?:\.\d{1,15})?(?:e\d{1,2})?")


def retry_after(headers: Mapping[str, str], now: datetime) -> float | None:
    """Seconds to wait, from 0 to `LONGEST`; None where nothing sound is asked.

    Names of headers are found in any case only if `headers` does so. Dates are measured from the
    server's own `Date` where it has one, so that a clock that is wrong cancels out.
    """
    clock = _http_date(headers.get("date", "")) or now
    asked = (
        _sound(_milliseconds(headers.get("retry-after-ms"))),
        _sound(_seconds(headers.get("retry-after"), clock)),
        _reset(headers, clock),
    )
    return next((wait for wait in asked if wait is not None), None)


def _sound(seconds: float | None) -> float | None:
    """A wait that can be kept: past dates, negative numbers and no numbers ask nothing."""
    if seconds is None or not isfinite(seconds) or seconds < 0:
        return None
    return min(seconds, LONGEST)


def _milliseconds(value: str | None) -> float | None:
    number = _number(value)
    return None if number is None else number / 1000


def _seconds(value: str | None, now: datetime) -> float | None:
    """A number of seconds, however great; else a date or a span."""
    number = _number(value)
    return _moment(value, now) if number is None else number


def _reset(headers: Mapping[str, str], now: datetime) -> float | None:
    """The longest wait for a budget that is spent; a budget with something left asks nothing."""
    waits = [
        wait
        for reset, left in RESETS
        if _number(headers.get(left, "0")) == 0
        and (wait := _sound(_moment(headers.get(reset), now))) is not None
    ]
    return max(waits, default=None)


def _moment(value: str | None, now: datetime) -> float | None:
    """Seconds until a reset: `6m0s`, `20ms`, seconds, an epoch in s or ms, or a date."""
    text = (value or "").strip().casefold()
    number = _number(text)
    if number is not None:
        at = number / 1000 if number >= EPOCH_MS else number
        return at - now.timestamp() if at >= EPOCH else at
    if _SPAN.fullmatch(text):
        return sum(float(each) * _UNITS[unit] for each, unit in _PART.findall(text))
    return _until(_iso_date(value or "") or _http_date(value or ""), now)


def _number(value: str | None) -> float | None:
    text = (value or "").strip().casefold()
    return float(text) if _NUMBER.fullmatch(text) else None


def _until(moment: datetime | None, now: datetime) -> float | None:
    return None if moment is None else (moment - now).total_seconds()


def _http_date(value: str) -> datetime | None:
    try:
        return _aware(parsedate_to_datetime(value[:64]))
    except (ValueError, TypeError, OverflowError, IndexError):
        return None


def _iso_date(value: str) -> datetime | None:
    try:
        return _aware(datetime.fromisoformat(value.strip()[:64]))
    except ValueError:
        return None


def _aware(moment: datetime) -> datetime:
    """A date without a zone is meant as GMT (RFC 9110, 5.6.7)."""
    return moment if moment.tzinfo else moment.replace(tzinfo=UTC)
