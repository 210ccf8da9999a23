"""Play many episodes at once: for estimates from more episodes than one would keep records of."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import NamedTuple

from suasion.batch.policy import ArrayPolicy, Rows
from suasion.batch.rules import CONTROLLER, Array, Batch, Columns, R
from suasion.core.events import NOTHING


class Moment(NamedTuple):
    """All episodes after one step."""

    step: int
    """Counted from 1."""
    actions: Array
    """As answered, of shape (episodes, dials); rows of NaN are forfeits."""
    told: Columns
    """What the seats were told."""
    hidden: Columns
    """What no seat was."""
    paid: Array
    """What each episode has paid so far."""


def play_many(env: Batch[R], policy: ArrayPolicy, seeds: Sequence[int]) -> Iterator[Moment]:
    """Every step of one episode a seed, all at once; nothing is recorded.

    Row k is, bit for bit, the episode that `env` and `alone(policy)` play with `seeds[k]`. So the
    record of any row is made by playing it alone. `policy` is fresh.
    Errors: ValueError for an action that the rules do not allow, by its episode.
    """
    from suasion.batch.numbers import Many

    chance, own = Many(seeds), Many(seeds, f"{CONTROLLER}/")
    rows, told = env.begin(chance), NOTHING
    for step in range(env.steps()):
        actions = policy(Rows(env.turn(step), told, own))
        rows = env.advance(rows, _in_force(env, actions, seeds), chance)
        sight = env.told(rows)
        yield Moment(step + 1, actions, sight, env.hidden(rows), env.paid(rows))
        told = {"step": _all(step + 1, len(seeds)), **sight}


def _all(value: int, episodes: int) -> Array:
    import numpy as np

    return np.full(episodes, value)


def _in_force(env: Batch[R], actions: Array, seeds: Sequence[int]) -> Array:
    """Legal actions as they are, and what stands in for forfeits; ValueError for any other."""
    import numpy as np

    dials = env.dials()
    if actions.shape != (len(seeds), len(dials)):
        wanted = f"expected {(len(seeds), len(dials))}, a row an episode and a column a dial"
        raise ValueError(f"a policy gave actions of shape {actions.shape}: {wanted}")
    low, high = (np.array([dial[at] for dial in dials], float) for at in (1, 2))
    lost = np.isnan(actions).all(axis=1, keepdims=True)
    within = (low <= actions) & (actions <= high) | lost
    if not within.all():
        at = int(np.argmin(within.all(axis=1)))
        asked = ", ".join(f"{dial.name} from {dial.low} to {dial.high}" for dial in dials)
        said = f"{actions[at].tolist()}: expected {asked}"
        raise ValueError(f"in the episode of seed {seeds[at]} a policy answered {said}")
    return np.where(lost, np.array(env.idle(), float), actions) if lost.any() else actions
