"""An environment whose rules are written once, on arrays with a leading episode axis."""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Mapping, Sequence
from functools import cached_property
from typing import TYPE_CHECKING, Any, ClassVar, Generic, NamedTuple, TypeVar

from suasion.core.asks import Answer, Forfeit, Json, Number, Record
from suasion.core.chance import Chance
from suasion.core.environment import Environment, Out, Seat, Turn
from suasion.core.events import EVERYONE, NOTHING

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from suasion.batch.numbers import Numbers

    Array = NDArray[Any]
    Columns = Mapping[str, Array]
    """Arrays by name, each with a row an episode: of one number, or of several."""
else:
    Array = Columns = Any  # numpy is imported when something is played, not when rules are read

R = TypeVar("R")
CONTROLLER = 0


class Dial(NamedTuple):
    """One number of an action."""

    name: str
    low: float
    high: float


class Progress(NamedTuple, Generic[R]):
    """How far a batch is, and what the rules keep of it."""

    step: int
    """Steps that were taken."""
    rows: R


class Batch(Environment[Progress[R]]):
    """An environment of one seat that is asked for numbers at every step, a fixed number of times.

    Rules see arrays of shape (episodes, …) and are played alone as a batch of one. So that a row
    depends on no other row, nor on the machine, they add, subtract, multiply, divide and compare,
    element by element and in a written order: no matrix product, no sum of a library, no function
    such as a logarithm, whose last bit is a library's choice.
    """

    kind: ClassVar[str] = "step"
    """Of the one event that each step makes."""

    @abstractmethod
    def steps(self) -> int:
        """How many steps an episode has."""

    @abstractmethod
    def dials(self) -> Sequence[Dial]:
        """The numbers of an action."""

    @abstractmethod
    def idle(self) -> Sequence[float]:
        """The action that stands in for a forfeit."""

    @abstractmethod
    def begin(self, chance: Numbers) -> R:
        """The opening rows, as many as `chance.episodes`."""

    @abstractmethod
    def advance(self, rows: R, actions: Array, chance: Numbers) -> R:
        """One step; `actions` has shape (episodes, dials)."""

    @abstractmethod
    def told(self, rows: R) -> Columns:
        """What the seat is told after a step."""

    def hidden(self, rows: R) -> Columns:  # noqa: ARG002 - for those who override it
        """What a reader and a measure may know of the step beside it, and no seat."""
        return NOTHING

    @abstractmethod
    def paid(self, rows: R) -> Array:
        """What each episode has paid so far, of shape (episodes,)."""

    def situation(self, step: int) -> Mapping[str, Json]:
        """What the seat can see now; the same in every episode."""
        return {"step": step + 1, "steps": self.steps()}

    # --- a batch of one ---

    def seats(self) -> Sequence[Seat]:
        return (Seat("controller"),)

    def open(self, chance: Chance, out: Out) -> Progress[R]:  # noqa: ARG002 - nothing happens yet
        from suasion.batch.numbers import One

        return Progress(0, self.begin(One(chance, (CONTROLLER,))))

    def turns(self, state: Progress[R]) -> Mapping[int, Turn]:
        return {CONTROLLER: self.turn(state.step)} if state.step < self.steps() else {}

    def step(
        self, state: Progress[R], answers: Mapping[int, Answer], chance: Chance, out: Out
    ) -> Progress[R]:
        from numpy import array

        from suasion.batch.numbers import One

        step, answer = state.step + 1, answers[CONTROLLER]
        if isinstance(answer, Forfeit):
            lost = {"step": step, "reason": answer.reason}
            out.emit("forfeit", CONTROLLER, lost, (CONTROLLER,))
            action = self.idle()
        else:
            action = [answer[dial.name] for dial in self.dials()]
        rows = self.advance(state.rows, array([action], float), One(chance, (CONTROLLER,)))
        data = {"step": step, **first(self.told(rows))}
        out.emit(self.kind, None, data, EVERYONE, first(self.hidden(rows)))
        return Progress(step, rows)

    def payoffs(self, state: Progress[R]) -> Sequence[float]:
        return [float(self.paid(state.rows)[0])]

    # --- of one and of many ---

    def turn(self, step: int) -> Turn:
        """What every episode is asked when so many steps were taken."""
        return Turn(self._ask, self.situation(step))

    @cached_property
    def _ask(self) -> Record:
        return Record({dial.name: Number(dial.low, dial.high) for dial in self.dials()})


def first(columns: Columns) -> dict[str, Json]:
    """The first row of each column, as plain JSON."""
    return {name: column[0].tolist() for name, column in columns.items()}
