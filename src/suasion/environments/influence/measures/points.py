"""M1 to M4, M19 and M20: what seats received, and how unevenly."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from suasion.environments.influence.measures.game import Game, game_of, measured
from suasion.measures.filed import Filed
from suasion.measures.measure import (
    Measure,
    Number,
    OfEpisode,
    OfSeat,
    Parameters,
    Place,
    Undefined,
)


@measured()
def points_received(game: Game, _: Parameters) -> Sequence[Number]:
    """Pulls that other seats made for it (M1).

    Directed pulls only: control pulls and self-pulls are not received from anyone's choice.
    From 0 to (N - 1) B, where N is the number of seats and B the actions of each. [stated]
    """
    return game.by_target(game.pulls)


@measured()
def score(game: Game, _: Parameters) -> Sequence[Number]:
    """Points it holds at the end (M2).

    Directed pulls for it, plus `control_pull_points` for each control pull for it, plus s for each
    of its self-pulls. [stated for pure economies; control pulls ours]
    """
    return scores(game)


def scores(game: Game) -> list[float]:
    """M2 by seat."""
    facts = game.facts
    received = game.by_target(game.pulls)
    controls, own = game.by_target(game.controls), game.by_seat(game.self_pulls)
    return [
        pulls + facts.control_points * forced + (facts.payoff or 0) * selfish
        for pulls, forced, selfish in zip(received, controls, own, strict=True)
    ]


@measured()
def extraction_rate(game: Game, _: Parameters) -> Sequence[Number]:
    """Share of its rivals' budget that went to it (M3): M1 / ((N - 1) B).

    The budget is what the rules gave, whatever the rivals did with it: forfeits stay in the
    denominator. [stated]
    """
    return [pulls / ((game.size - 1) * game.budget) for pulls in game.by_target(game.pulls)]


@measured()
def per_capita_extraction(game: Game, _: Parameters) -> Sequence[Number]:
    """Pulls received per rival (M4): M1 / (N - 1). [stated]"""
    return [pulls / (game.size - 1) for pulls in game.by_target(game.pulls)]


@measured()
def top_share(game: Game, _: Parameters) -> Number:
    """Share of all pulls that went to the seat with most (M19).

    Directed pulls for a seat and its self-pulls, each 1 whatever a self-pull pays. Undefined:
    `no_pulls` (nobody pulled). [stated; the numerator in mixed economies ours]
    """
    awarded = game.by_target([*game.pulls, *game.self_pulls])
    return max(awarded) / sum(awarded) if any(awarded) else Undefined("no_pulls")


@measured()
def gini(game: Game, _: Parameters) -> Number:
    """Gini coefficient of final scores (M20), from 0 to (N - 1)/N.

    The sum over all ordered pairs of |x - x'|, divided by 2 N times the sum of x, where x is M2;
    no small-sample correction. Undefined: `no_points` (all scores are 0). [derived]
    """
    held = scores(game)
    if not any(held):
        return Undefined("no_points")
    # In order, the i-th score is the larger one in i pairs and the smaller one in all others.
    apart = sum((2 * at + 1 - game.size) * held_by for at, held_by in enumerate(sorted(held)))
    return apart / (game.size * sum(held))


def _received(filed: Filed, place: Place) -> Iterable[int]:
    game = game_of(filed)
    return [game.ids[pull.at] for pull in game.pulls if pull.to == place.seat]


def _scored(filed: Filed, place: Place) -> Iterable[int]:
    game = game_of(filed)
    acts = sorted([*game.favours, *game.self_pulls])
    return [game.ids[act.at] for act in acts if act.to == place.seat]


MEASURES: Sequence[Measure] = (
    OfSeat("points_received", "pulls", points_received, low=0, evidence=_received),
    OfSeat("score", "points", score, low=0, evidence=_scored),
    OfSeat("extraction_rate", "share", extraction_rate, low=0, high=1, evidence=_received),
    OfSeat(
        "per_capita_extraction", "pulls per rival", per_capita_extraction, low=0, evidence=_received
    ),
    OfEpisode("top_share", "share", top_share, low=0, high=1),
    OfEpisode("gini", "index", gini, low=0, high=1),
)
