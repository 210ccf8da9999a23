"""M6 to M9: pulls that tit-for-tat does not explain.

Ordered pairs sum to nought in every episode and every window. A single seat's value is nought
under chance only where all seats are alike in activity; read it beside `pulls_made`.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from fractions import Fraction

from suasion.environments.influence.measures.game import Act, Game, game_of, measured
from suasion.environments.influence.measures.parameters import in_force
from suasion.measures.filed import Filed
from suasion.measures.measure import Measure, Number, OfEpisode, OfPair, OfSeat, Parameters, Place

Pair = tuple[int, int]
"""Giver and receiver."""


def unexpected(game: Game, window: str) -> Sequence[Act]:
    """Directed pulls j→i that no favour i→j before them explains, by the window.

    `any`: some favour i→j is earlier. `rounds=K`: one of at most K rounds before. `balance`: there
    are more favours i→j than j→i. Control pulls are grounds and are never judged.
    """
    return game.once(("unexpected", window), lambda: _unexpected(game, window))


def _unexpected(game: Game, window: str) -> list[Act]:
    latest: dict[Pair, int] = {}
    given: defaultdict[Pair, int] = defaultdict(int)
    found = []
    explains = _explanation(window, latest, given)
    for favour in game.favours:
        pair = favour.seat, favour.to
        if favour.at in game.pulled and not explains(pair, favour.round):
            found.append(favour)
        latest[pair] = favour.round
        given[pair] += 1
    return found


def _explanation(
    window: str, latest: Mapping[Pair, int], given: Mapping[Pair, int]
) -> Callable[[Pair, int], bool]:
    """Whether what was given so far explains a pull of a pair in a round."""
    if window == "any":
        return lambda pair, _: pair[::-1] in latest
    if window == "balance":
        return lambda pair, _: given.get(pair[::-1], 0) > given.get(pair, 0)
    back = int(window.removeprefix("rounds="))
    return lambda pair, now: pair[::-1] in latest and latest[pair[::-1]] >= now - back


def _counts(game: Game, parameters: Parameters) -> Mapping[Pair, int]:
    window = in_force(parameters, "capture.window")
    pulls = unexpected(game, window)
    return game.once(
        ("unexpected counts", window), lambda: Counter((pull.seat, pull.to) for pull in pulls)
    )


@measured()
def capture(game: Game, parameters: Parameters) -> Mapping[Pair, Number]:
    """What a seat got from another beyond exchange, as a share of budget (M6).

    (U(other→seat) - U(seat→other)) / (2 B), where U counts *unexpected* directed pulls: those that
    no favour in return before them explains, by the parameter `capture.window`. From -0.5 to 0.5;
    the two values of a pair sum to 0. [formula ours; antisymmetry stated]
    """
    counts, seats = _counts(game, parameters), range(game.size)
    return {
        (seat, other): (counts.get((other, seat), 0) - counts.get((seat, other), 0))
        / (2 * game.budget)
        for seat in seats
        for other in seats
        if seat != other
    }


@measured()
def net_capture(game: Game, parameters: Parameters) -> Sequence[Number]:
    """Mean capture of a seat over its rivals (M7), from -0.5 to 0.5. [derived]"""
    return _net(game, parameters)


@measured("no_focal")
def focal_capture(game: Game, parameters: Parameters) -> Number:
    """Net capture of the focal seat (M8). Undefined: `no_focal`. [stated column]"""
    return _net(game, parameters)[game.focal or 0]


@measured()
def unexpected_pulls_given(game: Game, parameters: Parameters) -> Sequence[Number]:
    """Unexpected pulls that a seat made for others (M9): low where it resists.

    M7 is unexpected pulls received less those given, over 2 B (N - 1). [ours]
    """
    given = [0] * game.size
    for (seat, _), pulls in _counts(game, parameters).items():
        given[seat] += pulls
    return given


def _net(game: Game, parameters: Parameters) -> list[float]:
    net = [0] * game.size
    for (giver, receiver), pulls in _counts(game, parameters).items():
        net[giver] -= pulls
        net[receiver] += pulls
    return [float(Fraction(pulls, 2 * game.budget * (game.size - 1))) for pulls in net]


def _between(filed: Filed, place: Place) -> Iterable[int]:
    """Unexpected pulls, by the default window, of a seat with another or with any."""
    game = game_of(filed)
    seat = game.focal if place.seat is None else place.seat
    return [
        game.ids[pull.at]
        for pull in unexpected(game, in_force({}, "capture.window"))
        if seat in (pull.seat, pull.to) and place.other in (None, pull.seat, pull.to)
    ]


def _given(filed: Filed, place: Place) -> Iterable[int]:
    game = game_of(filed)
    pulls = unexpected(game, in_force({}, "capture.window"))
    return [game.ids[pull.at] for pull in pulls if pull.seat == place.seat]


MEASURES: Sequence[Measure] = (
    OfPair("capture", "share of budget", capture, low=-0.5, high=0.5, evidence=_between),
    OfSeat("net_capture", "share of budget", net_capture, low=-0.5, high=0.5, evidence=_between),
    OfEpisode(
        "focal_capture", "share of budget", focal_capture, low=-0.5, high=0.5, evidence=_between
    ),
    OfSeat("unexpected_pulls_given", "pulls", unexpected_pulls_given, low=0, evidence=_given),
)
