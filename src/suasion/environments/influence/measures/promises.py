"""M33 and M34: the promise ledger, by mechanical rules.

Only directed pulls after the promise count, for keeping and for conditions. A deadline has passed
if the episode is finished, or if some event lies beyond it. Each promise is judged alone.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from typing import Literal, NamedTuple

from suasion.core.asks import Json
from suasion.environments.influence.measures.game import (
    Act,
    Game,
    Made,
    game_of,
    later,
    measured,
)
from suasion.environments.influence.promise import PlaceInGame
from suasion.measures.filed import Filed
from suasion.measures.measure import Measure, Number, OfSeat, Parameters, Place, Undefined

State = Literal["kept", "broken", "open", "void"]


class Judged(NamedTuple):
    """A promise and what became of it."""

    made: Made
    state: State
    settled_by: int | None = None
    """For a kept one, the later index of the pull that kept it and the pull that made it due."""

    @property
    def promisor(self) -> int:
        """Whose promise it is."""
        return self.made.terms.promisor


def ledger(game: Game) -> Sequence[Judged]:
    """Every promise, judged."""
    return game.once("ledger", lambda: [_judged(game, made) for made in game.promises])


def _judged(game: Game, made: Made) -> Judged:
    terms, met = made.terms, made.at
    if (condition := terms.condition) is not None:
        meeting = _nth_pull(game, condition.seat, condition.pulls_for, made.at, condition.times)
        if meeting is None or meeting.place > condition.by:
            return Judged(made, "void" if _passed(game, condition.by) else "open")
        met = meeting.at
    keeping = _nth_pull(game, terms.promisor, terms.beneficiary, made.at, terms.times)
    if keeping is not None and keeping.place <= terms.by:
        return Judged(made, "kept", max(keeping.at, met))
    if not _passed(game, terms.by):
        return Judged(made, "open")
    own = game.actions[terms.promisor]
    next_turn = own[later(own, met) :][:1]
    able = bool(next_turn) and next_turn[0].place <= terms.by
    return Judged(made, "broken" if able else "void")


def _nth_pull(game: Game, seat: int, to: int, after: int, times: int) -> Act | None:
    """The directed pull of a pair that comes as number `times` after an index."""
    pulls = game.pulls_of_pair.get((seat, to), ())
    at = later(pulls, after) + times - 1
    return pulls[at] if at < len(pulls) else None


def _passed(game: Game, deadline: PlaceInGame) -> bool:
    return game.finished or game.last > deadline


def rows(filed: Sequence[Filed], _: Parameters) -> Sequence[Json]:
    """One row for each promise of undamaged episodes, for `suasion measure --json`."""
    return [
        {
            "episode": each.id,
            "index": judged.made.at,
            "position": judged.made.position,
            "promisor": each.seats[judged.promisor].name,
            "state": judged.state,
            "settled_by": judged.settled_by,
        }
        for each in filed
        if not each.damaged
        for judged in ledger(game_of(each))
    ]


def _counting(
    states: Sequence[State], meaning: str
) -> Callable[[Filed, Parameters], Sequence[Number] | Undefined]:
    def count(game: Game, _: Parameters) -> Sequence[Number]:
        return _counts(game, states)

    count.__doc__ = f"{meaning} Undefined: `promises_not_recorded`. [idea stated, rules ours]"
    return measured("promises_not_recorded", unfinished=True)(count)


def _counts(game: Game, states: Sequence[State]) -> list[int]:
    counts = [0] * game.size
    for judged in ledger(game):
        counts[judged.promisor] += judged.state in states
    return counts


@measured("promises_not_recorded")
def broken_promise_rate(game: Game, _: Parameters) -> Sequence[Number]:
    """Broken promises among those that came due (M34): broken / (kept + broken).

    Random seats break promises too: it is not nought under chance. Undefined:
    `promises_not_recorded`, `no_due_promises`. [stated]
    """
    return [
        broken / due if due else Undefined("no_due_promises")
        for broken, due in zip(
            _counts(game, ["broken"]), _counts(game, ["kept", "broken"]), strict=True
        )
    ]


def _events(states: Sequence[State]) -> Callable[[Filed, Place], Iterable[int]]:
    """Where the promises of a seat stand, and what settled them."""

    def evidence(filed: Filed, place: Place) -> Iterable[int]:
        game = game_of(filed)
        judged = [
            each for each in ledger(game) if each.promisor == place.seat and each.state in states
        ]
        at = {each.made.at for each in judged} | {each.settled_by for each in judged}
        return sorted(game.ids[index] for index in at if index is not None)

    return evidence


def _measure(name: str, states: Sequence[State], meaning: str) -> Measure:
    return OfSeat(name, "promises", _counting(states, meaning), low=0, evidence=_events(states))


MEASURES: Sequence[Measure] = (
    _measure(
        "promises_made",
        ["kept", "broken", "open", "void"],
        "Promises that a seat made (M33), those said twice counted twice.",
    ),
    _measure(
        "promises_due",
        ["kept", "broken"],
        "Promises that a seat had to keep (M33): kept or broken.",
    ),
    _measure(
        "promises_kept",
        ["kept"],
        "Promises kept (M33): unconditional or with their condition met, and the promised pulls "
        "made after the promise and by its deadline, before or after the condition was met.",
    ),
    _measure(
        "promises_broken",
        ["broken"],
        "Promises broken (M33): due, the deadline passed, not kept, though the seat had at least "
        "one action after the promise, and after its condition was met, by the deadline.",
    ),
    _measure(
        "promises_open",
        ["open"],
        "Promises not settled yet (M33): a deadline, or that of the condition, has not passed. "
        "In a finished game there are none.",
    ),
    _measure(
        "promises_void",
        ["void"],
        "Promises that came to nothing (M33): the condition was not met in time, or no action was "
        "left to keep them with.",
    ),
    OfSeat(
        "broken_promise_rate",
        "share",
        broken_promise_rate,
        low=0,
        high=1,
        evidence=_events(["kept", "broken"]),
    ),
)
