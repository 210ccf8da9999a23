"""What an action costs in the engine, against the floor, and as a game grows longer.

Run from the checkout: python -m benchmarks.engine
"""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from statistics import median

from benchmarks import floor
from benchmarks.clock import in_turns, ratio
from suasion.core.asks import Answer
from suasion.core.environment import Asked
from suasion.core.play import Play, drive
from suasion.environments.influence.policies import limit, message, options, silent_random
from suasion.environments.influence.rules import Influence


def talker(asked: Asked) -> Answer:
    """The floor's seat: a pull or a text of its pool, at even odds, for anyone."""
    if asked.chance.uniform("kind") < 0.5:
        return silent_random(asked)
    to = asked.chance.pick("to", options(asked, "message", "to"))
    return message(asked, to, asked.chance.pick("text", floor.TEXTS)[: limit(asked)])


def engine(env: Influence, seed: int) -> object:
    """One game through the whole loop: events, news, named draws, legality, the record kept."""
    return drive(Play(env, seed), [talker] * floor.SIZE)


def main() -> None:
    """Print the figures as a table."""
    short, long = 5, 50
    works: dict[str, tuple[Callable[[int], object], int]] = {}
    for rounds in (short, long):
        actions = rounds * floor.SLOTS * floor.SIZE
        works[f"floor, {rounds} rounds"] = (partial(floor.play, rounds=rounds), actions)
        env = Influence(rounds=rounds)
        works[f"engine, {rounds} rounds"] = (partial(engine, env), actions)
    times = in_turns(works)
    for name, each in times.items():
        print(f"{name:24}{median(each):8.2f} µs of CPU an action")
    for rounds in (short, long):
        mid, low, high = ratio(times[f"engine, {rounds} rounds"], times[f"floor, {rounds} rounds"])
        print(f"engine / floor, {rounds:2} rounds {mid:6.2f} ({low:.2f} to {high:.2f})")
    mid, low, high = ratio(times[f"engine, {long} rounds"], times[f"engine, {short} rounds"])
    print(f"ten times the length      {mid:6.2f} ({low:.2f} to {high:.2f})")


if __name__ == "__main__":
    main()
