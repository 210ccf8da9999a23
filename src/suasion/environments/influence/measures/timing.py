"""M21 to M25: when and on what seats spend their actions."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from itertools import accumulate

from suasion.environments.influence.measures.game import Act, Game, facts_of, game_of, measured
from suasion.measures.filed import Filed
from suasion.measures.measure import Measure, Number, OfSeat, OfSeries, Parameters, Place

MOST_UNSEEN = 1000
"""Places of the series that are promised where no whole game vouches for the header's budget."""


@measured()
def timing_signature(game: Game, _: Parameters) -> Sequence[Sequence[Number]]:
    """Share of directed pulls among a seat's first k actions, k = 1…B (M21).

    Self-pulls, messages, posts and forfeits spend an action and are no pulls. [stated; self-pulls
    ours]
    """
    return [
        [
            pulls / at
            for at, pulls in enumerate(accumulate(act.at in game.pulled for act in own), start=1)
        ]
        for own in game.actions
    ]


def budget(filed: Filed) -> int:
    """Actions of a seat, as far as the episode vouches for them."""
    facts = facts_of(filed.episode.header.settings)
    actions = facts.rounds * facts.slots
    return actions if filed.finished and not filed.damaged else min(actions, MOST_UNSEEN)


@measured()
def pulls_made(game: Game, _: Parameters) -> Sequence[Number]:
    """Directed pulls that a seat made (M22): how active it was. [stated]"""
    return game.by_seat(game.pulls)


@measured()
def forfeit_rate(game: Game, _: Parameters) -> Sequence[Number]:
    """Share of a seat's actions that it forfeited (M23). [ours]"""
    return _shares(game, game.forfeits)


@measured("no_public_chat")
def posting_rate(game: Game, _: Parameters) -> Sequence[Number]:
    """Share of a seat's actions that were posts to everyone (M24).

    Undefined: `no_public_chat`. [name stated, denominator ours]
    """
    return _shares(game, game.posts)


@measured("pure_economy")
def self_pull_share(game: Game, _: Parameters) -> Sequence[Number]:
    """Share of a seat's actions that were pulls for itself (M25). Undefined: `pure_economy`."""
    return _shares(game, game.self_pulls)


def _shares(game: Game, acts: Sequence[Act]) -> list[float]:
    return [count / game.budget for count in game.by_seat(acts)]


def _done(of: Callable[[Game], Sequence[Act]]) -> Callable[[Filed, Place], Iterable[int]]:
    """The events of some acts that a seat did."""

    def evidence(filed: Filed, place: Place) -> Iterable[int]:
        game = game_of(filed)
        return [game.ids[act.at] for act in of(game) if act.seat == place.seat]

    return evidence


def _early(filed: Filed, place: Place) -> Iterable[int]:
    """The pulls among a seat's first actions."""
    game = game_of(filed)
    own = game.actions[place.seat or 0][: place.at]
    return [game.ids[act.at] for act in own if act.at in game.pulled]


MEASURES: Sequence[Measure] = (
    OfSeries(
        "timing_signature",
        "share",
        timing_signature,
        "action_index",
        budget,
        low=0,
        high=1,
        evidence=_early,
    ),
    OfSeat("pulls_made", "pulls", pulls_made, low=0, evidence=_done(lambda game: game.pulls)),
    OfSeat(
        "forfeit_rate",
        "share",
        forfeit_rate,
        low=0,
        high=1,
        evidence=_done(lambda game: game.forfeits),
    ),
    OfSeat(
        "posting_rate",
        "share",
        posting_rate,
        low=0,
        high=1,
        evidence=_done(lambda game: game.posts),
    ),
    OfSeat(
        "self_pull_share",
        "share",
        self_pull_share,
        low=0,
        high=1,
        evidence=_done(lambda game: game.self_pulls),
    ),
)
