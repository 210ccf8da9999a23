"""What a step of a bandit costs alone and in a batch, and that both are the same.

Run from the checkout: python -m benchmarks.batch
"""

from __future__ import annotations

from collections.abc import Callable
from statistics import median

from benchmarks.clock import in_turns, ratio
from suasion.batch import alone, play_many
from suasion.core.play import Play, drive
from suasion.environments.control.policies import ON_ARRAYS
from suasion.environments.control.rules import Control

ENV = Control()
POLICIES = ("fixed", "random")
SIZES = (1, 10, 100, 1_000, 10_000)
THOUSAND = 1_000


def one(policy: str) -> Callable[[int], object]:
    """An episode through the whole loop: events, news, named draws, legality, the record kept."""
    return lambda seed: drive(Play(ENV, seed), [alone(ON_ARRAYS[policy]())])


def many(policy: str, size: int) -> Callable[[int], object]:
    """So many episodes at once, of which the totals are kept."""

    def play(call: int) -> object:
        seeds = range(call * size, (call + 1) * size)
        return [moment.paid for moment in play_many(ENV, ON_ARRAYS[policy](), seeds)][-1]

    return play


def main() -> None:
    """Print the figures as a table."""
    works: dict[str, tuple[Callable[[int], object], int]] = {}
    for policy in POLICIES:
        works[f"{policy}, alone"] = (one(policy), ENV.horizon)
        sizes = SIZES if policy == "fixed" else (THOUSAND,)
        for size in sizes:
            works[f"{policy}, {size:,} at once"] = (many(policy, size), ENV.horizon * size)
    for work, _ in works.values():
        work(0)
    times = in_turns(works)
    for name, each in times.items():
        cost = median(each)
        print(f"{name:24}{cost:9.3f} µs of CPU a step {1e6 / cost:12,.0f} steps a second")
    for policy in POLICIES:
        mid, low, high = ratio(times[f"{policy}, alone"], times[f"{policy}, {THOUSAND:,} at once"])
        print(f"{policy}, alone / in a thousand {mid:7.1f} ({low:.1f} to {high:.1f})")


if __name__ == "__main__":
    main()
