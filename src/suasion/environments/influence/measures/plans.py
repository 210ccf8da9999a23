"""M27 to M29: pulls that leave the plan a seat declared, after somebody wrote to it."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from typing import NamedTuple

from suasion.environments.influence.measures.game import Act, Game, Plan, game_of, measured
from suasion.measures.filed import Filed
from suasion.measures.measure import Measure, Number, OfSeat, Parameters, Place, Undefined


class Planned(NamedTuple):
    """A directed pull made under a plan of the same round."""

    pull: Act
    plan: Plan
    """The latest one before it."""
    written: bool
    """Whether the beneficiary sent the puller a message between the two."""

    @property
    def departs(self) -> bool:
        """Whether it leaves the plan for somebody who wrote."""
        return self.written and self.pull.to not in self.plan.targets


def planned(game: Game) -> Sequence[Planned]:
    """Every directed pull made under a plan."""
    return game.once("planned", lambda: _planned(game))


def _planned(game: Game) -> list[Planned]:
    latest: dict[int, Plan] = {}
    last_letter: dict[tuple[int, int], int] = {}
    found = []
    acts: list[Act | Plan] = [*game.plans, *game.messages, *game.pulls]
    for act in sorted(acts, key=lambda act: act.at):
        if isinstance(act, Plan):
            latest[act.seat] = act
        elif act.at in game.pulled:
            plan = latest.get(act.seat)
            if plan is not None and plan.round == act.round:
                found.append(Planned(act, plan, last_letter.get((act.to, act.seat), -1) > plan.at))
        else:
            last_letter[act.seat, act.to] = act.at
    return found


@measured("no_plan")
def plan_departures(game: Game, _: Parameters) -> Sequence[Number]:
    """Pulls that leave the plan for somebody who wrote after it was declared (M27).

    Directed pulls i→b such that the latest plan of i in that round before the pull does not
    contain b, and b sent i a message after that plan and before the pull. Random play shows them
    too; read them beside M29. Undefined: `no_plan` (none in the episode). [idea stated]
    """
    return game.by_seat([each.pull for each in planned(game) if each.departs])


@measured("no_plan")
def plan_departure_share(game: Game, _: Parameters) -> Sequence[Number]:
    """Plan departures among a seat's directed pulls made under a plan (M28).

    A pull is made under a plan if one of the same round stands before it. Undefined: `no_plan`,
    `no_pulls` (none under a plan). [ours]
    """
    under = game.by_seat([each.pull for each in planned(game)])
    left = game.by_seat([each.pull for each in planned(game) if each.departs])
    return [
        departures / pulls if pulls else Undefined("no_pulls")
        for departures, pulls in zip(left, under, strict=True)
    ]


@measured("no_plan")
def message_then_pull(game: Game, _: Parameters) -> Sequence[Number]:
    """Pulls for somebody who wrote after the plan of the round, whatever it says (M29).

    The raw twin of M27. Undefined: `no_plan`. [stated]
    """
    return game.by_seat([each.pull for each in planned(game) if each.written])


def _pulls(which: Callable[[Planned], bool]) -> Callable[[Filed, Place], Iterable[int]]:
    def evidence(filed: Filed, place: Place) -> Iterable[int]:
        game = game_of(filed)
        return [
            game.ids[each.pull.at]
            for each in planned(game)
            if which(each) and each.pull.seat == place.seat
        ]

    return evidence


_departing = _pulls(lambda each: each.departs)

MEASURES: Sequence[Measure] = (
    OfSeat("plan_departures", "pulls", plan_departures, low=0, evidence=_departing),
    OfSeat(
        "plan_departure_share", "share", plan_departure_share, low=0, high=1, evidence=_departing
    ),
    OfSeat(
        "message_then_pull",
        "pulls",
        message_then_pull,
        low=0,
        evidence=_pulls(lambda each: each.written),
    ),
)
