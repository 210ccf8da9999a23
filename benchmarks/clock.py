"""How things are timed here: CPU time, in turns, as ratios within one run."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from statistics import median
from time import process_time

TURNS, SECONDS = 7, 0.3


def cpu(work: Callable[[int], object], units: int) -> float:
    """Microseconds of CPU time for one of the `units` that one call of `work` does."""
    calls, before = 0, process_time()
    while (spent := process_time() - before) < SECONDS:
        work(calls)
        calls += 1
    return spent / calls / units * 1e6


def in_turns(
    works: Mapping[str, tuple[Callable[[int], object], int]],
) -> dict[str, list[float]]:
    """Every work timed once in each of `TURNS` turns, so that a noisy moment hits them all."""
    times: dict[str, list[float]] = {name: [] for name in works}
    for _ in range(TURNS):
        for name, (work, units) in works.items():
            times[name].append(cpu(work, units))
    return times


def ratio(one: list[float], other: list[float]) -> tuple[float, float, float]:
    """The median of the ratios within turns, the least and the greatest."""
    ratios = sorted(a / b for a, b in zip(one, other, strict=True))
    return median(ratios), ratios[0], ratios[-1]
