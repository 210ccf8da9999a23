"""How a run stops when it is told to: the first time well, the second time now."""

from __future__ import annotations

import gc
import signal
import threading
from collections.abc import Iterator
from contextlib import contextmanager


class Interrupts:
    """How often the user asked to stop."""

    def __init__(self) -> None:
        self.times = 0

    def __call__(self, *_: object) -> None:
        """A signal came."""
        self.times += 1


@contextmanager
def interrupts() -> Iterator[Interrupts]:
    """Count Ctrl-C and SIGTERM instead of dying of them."""
    count = Interrupts()
    if threading.current_thread() is not threading.main_thread():
        yield count
        return
    signals = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)
    before = [signal.signal(number, count) for number in signals]
    try:
        yield count
    finally:
        for number, handler in zip(signals, before, strict=True):
            signal.signal(number, handler)


@contextmanager
def collected_seldom() -> Iterator[None]:
    """Let the cycle collector come rarely: rows are many objects, and never a cycle."""
    before = gc.get_threshold()
    gc.set_threshold(100_000, *before[1:])
    try:
        yield
    finally:
        gc.set_threshold(*before)
