"""How long a call waits before it is tried again: full jitter, or what the server asked for."""

from __future__ import annotations

from collections.abc import Callable

FIRST, DOUBLED, LONGEST = 0.5, 2.0, 30.0
"""Seconds: the most that is waited after the first fault, its growth with each, and its cap."""
ASKED = 120.0
"""Seconds that a server may ask for, at most."""
LATER = 1.1
"""The most of what the server asked for that is waited, so that not all come back at once."""

Uniform = Callable[[float, float], float]
"""A number between two others, such as `random.Random(seed).uniform`."""


def backoff(attempt: int, retry_after: float | None, uniform: Uniform) -> float:
    """Seconds to wait after the fault of an attempt; attempts count from 1.

    What the server asks for is kept, or up to a tenth more is waited, but never over 120 seconds.
    Where it asks for nothing, or for no time at all, the wait is drawn from all of 0 to a bound
    that doubles: of many clients that failed together, few come back together. (Full jitter:
    Brooker, "Exponential backoff and jitter", AWS Architecture Blog, 2015.)
    """
    if retry_after:
        return min(ASKED, min(ASKED, retry_after) * uniform(1.0, LATER))
    doublings = min(max(attempt, 1) - 1, 60)  # beyond the cap, and before floats overflow
    return uniform(0.0, min(LONGEST, FIRST * DOUBLED**doublings))
