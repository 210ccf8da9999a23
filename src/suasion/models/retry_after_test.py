from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from suasion.models.retry_after import LONGEST, RESETS, retry_after

NOW = datetime(2026, 11, 21, 12, 0, 0, tzinfo=UTC)


def asked(**headers: str) -> float | None:
    return retry_after({name.replace("_", "-"): value for name, value in headers.items()}, NOW)


@pytest.mark.parametrize(
    ("value", "seconds"),
    [
        ("0", 0.0),
        ("7", 7.0),
        (" 1.5 ", 1.5),
        ("120", 120.0),
        ("121", LONGEST),
        ("1e9", LONGEST),
        ("30s", 30.0),
        ("Sat, 21 Nov 2026 12:00:20 GMT", 20.0),
        ("Saturday, 21-Nov-26 12:00:20 GMT", 20.0),
        ("Sat Nov 21 12:00:20 2026", 20.0),
        ("Fri, 31 Dec 9999 23:59:59 GMT", LONGEST),
    ],
)
def test_a_sound_wait_is_read_in_every_form_and_capped(value: str, seconds: float) -> None:
    assert asked(retry_after=value) == seconds


@pytest.mark.parametrize(
    "value",
    [
        *("-5", "nan", "inf", "-inf", "1e999", "soon", "", "0x10", "1_0", "9" * 400, "1,5", "--1"),
        *("Wed, 21 Oct 2015 07:28:00 GMT", "Sat, 99 Nov 2026 12:00:20 GMT", "-0x1"),
    ],
)
def test_a_wait_that_is_none_asks_nothing(value: str) -> None:
    assert asked(retry_after=value) is None


def test_milliseconds_come_before_seconds() -> None:
    assert asked(retry_after_ms="250", retry_after="9") == 0.25
    assert asked(retry_after_ms="nan", retry_after="9") == 9.0


def test_a_date_is_measured_from_the_clock_of_the_server() -> None:
    late = {"retry_after": "Sat, 21 Nov 2026 15:00:20 GMT", "date": "Sat, 21 Nov 2026 15:00:00 GMT"}
    assert asked(**late) == 20.0


@pytest.mark.parametrize(
    ("value", "seconds"),
    [
        ("20ms", 0.02),
        ("6m0s", LONGEST),
        ("1m2.5s", 62.5),
        ("1h", LONGEST),
        ("12", 12.0),
        (str(NOW.timestamp() + 9), 9.0),
        (str(int(NOW.timestamp() * 1000) + 9000), 9.0),
        ("2026-11-21T12:00:30Z", 30.0),
        ("2026-11-21T11:00:30Z", None),
        ("6m0", None),
        ("-3s", None),
        ("m", None),
    ],
)
def test_the_reset_of_a_spent_budget_is_read_in_every_form(
    value: str, seconds: float | None
) -> None:
    wait = asked(x_ratelimit_reset_tokens=value)
    assert wait == (None if seconds is None else pytest.approx(seconds, abs=1e-3))


def test_a_budget_with_something_left_asks_nothing() -> None:
    both = {"x_ratelimit_reset_requests": "50s", "x_ratelimit_reset_tokens": "3s"}
    assert asked(**both) == 50.0
    assert asked(**both, x_ratelimit_remaining_requests="7") == 3.0
    assert (
        asked(**both, x_ratelimit_remaining_requests="7", x_ratelimit_remaining_tokens="1") is None
    )


@given(
    st.dictionaries(
        st.sampled_from(["retry-after", "retry-after-ms", "date", *(each[0] for each in RESETS)]),
        st.text() | st.floats().map(str) | st.integers().map(str) | st.dates().map(str),
    )
)
def test_whatever_is_asked_is_nothing_or_a_wait_within_bounds(headers: dict[str, str]) -> None:
    wait = retry_after(headers, NOW)
    assert wait is None or 0 <= wait <= LONGEST
