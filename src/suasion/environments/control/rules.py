"""The rules of numeric control: what spending does to hidden states, and what they pay."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from math import isfinite
from typing import TYPE_CHECKING, Any, ClassVar, NamedTuple

from suasion.batch.rules import Batch, Dial
from suasion.core.asks import Json
from suasion.core.environment import BadSetting, Belief, Turn
from suasion.core.events import Event
from suasion.environments.control import belief, words
from suasion.environments.control.wordings import WORDINGS

if TYPE_CHECKING:
    from suasion.batch.numbers import Numbers
    from suasion.batch.rules import Array, Columns

LARGEST = 1000.0
"""No gain, noise or budget may be larger: so every reward and total is finite."""
MOST = 20
"""Channels: more are no list that a seat could answer."""


class State(NamedTuple):
    """A row an episode."""

    x: Array
    """The hidden state of each channel, after the step."""
    spent: Array
    """What the step spent on each channel, within the budget."""
    reward: Array
    total: Array


@dataclass(frozen=True)
class Control(Batch[State]):
    """Settings of one dynamical linear bandit; each of a, b, c and d has a number a channel."""

    channels: tuple[str, ...] = ("first", "second", "third")
    """What the channels are called."""
    a: tuple[float, ...] = (0.2, 0.0, 0.1)
    """The share of its state that a channel keeps from step to step, between -1 and 1."""
    b: tuple[float, ...] = (0.45, 0.0, 0.1)
    """State for each unit spent."""
    c: tuple[float, ...] = (1.0, 0.0, 0.1)
    """Reward at each step for each unit of state."""
    d: tuple[float, ...] = (0.0, 0.5, 0.1)
    """Reward at once for each unit spent."""
    budget: float = 1.5
    """Units that can be spent at each step, over all channels."""
    sigma: float = 0.1
    """Standard deviation of the noise in the reward and in every state."""
    horizon: int = 50
    """Steps."""
    known: bool = False
    """Whether the seat is told a, b, c and d."""

    name: ClassVar[str] = "control"
    version: ClassVar[str] = "1"
    wordings: ClassVar[int] = len(WORDINGS)
    kind: ClassVar[str] = "reward"

    def __post_init__(self) -> None:
        names = self.channels
        if not 1 <= len(set(names)) == len(names) <= MOST or not all(n.strip() for n in names):
            raise BadSetting("channels", list(names), f"1 to {MOST} different names")
        for name in ("a", "b", "c", "d"):
            _gains(name, getattr(self, name), len(names))
        if not all(-1 < kept < 1 for kept in self.a):
            raise BadSetting("a", list(self.a), "numbers between -1 and 1: all else grows for ever")
        if not 0 < self.budget <= LARGEST:
            raise BadSetting("budget", self.budget, f"a number above 0, at most {LARGEST:g}")
        if not 0 <= self.sigma <= LARGEST:
            raise BadSetting("sigma", self.sigma, f"a number from 0 to {LARGEST:g}")
        if self.horizon < 1:
            raise BadSetting("horizon", self.horizon, "a whole number from 1 up")

    def steps(self) -> int:
        return self.horizon

    def dials(self) -> Sequence[Dial]:
        return [Dial(name, 0, 1) for name in self.channels]

    def idle(self) -> Sequence[float]:
        return [0.0] * len(self.channels)

    def begin(self, chance: Numbers) -> State:
        from numpy import zeros

        none, nought = zeros(chance.episodes), zeros((chance.episodes, len(self.channels)))
        return State(nought, nought, none, none)

    def advance(self, rows: State, actions: Array, chance: Numbers) -> State:
        from numpy import maximum

        from suasion.batch.numbers import in_order, nearly_normal

        a, b, c, d = self._gains
        spent = actions * (self.budget / maximum(in_order(actions), self.budget))[:, None]
        noise = self.sigma * nearly_normal(chance, "noise", len(self.channels) + 1)
        reward = in_order(rows.x * c + spent * d) + noise[:, -1]
        x = rows.x * a + spent * b + noise[:, :-1]
        return State(x, spent, reward, rows.total + reward)

    @cached_property
    def _gains(self) -> Sequence[Array]:
        from numpy import array

        return [array(gains, float) for gains in (self.a, self.b, self.c, self.d)]

    def told(self, rows: State) -> Columns:
        return {"spent": rows.spent, "reward": rows.reward}

    def hidden(self, rows: State) -> Columns:
        return {"state": rows.x}

    def paid(self, rows: State) -> Array:
        return rows.total

    def situation(self, step: int) -> Mapping[str, Json]:
        seen = {**super().situation(step), "budget": self.budget}
        return {**seen, "gains": self._told_gains()} if self.known else seen

    def _told_gains(self) -> dict[str, list[float]]:
        gains = {"a": self.a, "b": self.b, "c": self.c, "d": self.d}
        return {name: list(numbers) for name, numbers in gains.items()}

    def belief(self, state: Any, seat: int) -> Belief:  # noqa: ARG002 - asked the same always
        return belief.of(self.channels)

    def brief(self, seat: int) -> str:  # noqa: ARG002 - there is one
        return words.brief(self)

    def tell(self, event: Event, seat: int) -> str:  # noqa: ARG002
        return words.tell(self.channels, event)

    def now(self, turn: Turn, seat: int) -> str:  # noqa: ARG002
        return words.now(self, turn)


def _gains(name: str, numbers: Sequence[float], channels: int) -> None:
    legal = all(isfinite(x) and abs(x) <= LARGEST for x in numbers)
    if len(numbers) != channels or not legal:
        expected = f"{channels} numbers, one a channel, none beyond {LARGEST:g} in size"
        raise BadSetting(name, list(numbers), expected)
