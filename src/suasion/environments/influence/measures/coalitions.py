"""M15 and M16: pairs that keep exchanging, and who is in one."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence

from suasion.environments.influence.measures.game import Game, game_of, measured
from suasion.environments.influence.measures.nulls import redrawn
from suasion.measures.filed import Filed
from suasion.measures.measure import Measure, Number, OfEpisode, Parameters, Place


def sustained(game: Game) -> dict[tuple[int, int], set[int]]:
    """Unordered pairs that pull for each other in three rounds in a row, and those rounds."""
    rounds: defaultdict[tuple[int, int], set[int]] = defaultdict(set)
    for pull in game.pulls:
        rounds[pull.seat, pull.to].add(pull.round)
    found = {}
    for (seat, other), given in rounds.items():
        if seat < other:
            mutual = given & rounds.get((other, seat), set())
            starts = [now for now in mutual if {now + 1, now + 2} <= mutual]
            if starts:
                found[seat, other] = {now + more for now in starts for more in range(3)}
    return found


@measured("fewer_than_three_rounds")
def sustained_pairs(game: Game, _: Parameters) -> Number:
    """Unordered pairs of seats that exchange pulls in three consecutive rounds (M15).

    In each of the three rounds both directed pulls a→b and b→a occur. Undefined:
    `fewer_than_three_rounds`. [stated]
    """
    return len(sustained(game))


@measured("fewer_than_three_rounds")
def coalition_seats(game: Game, _: Parameters) -> Number:
    """Seats in at least one sustained pair (M16). Undefined: as M15. [stated]"""
    return len({seat for pair in sustained(game) for seat in pair})


@measured("fewer_than_three_rounds")
def sustained_pairs_null(game: Game, parameters: Parameters) -> Number:
    """Chance level of `sustained_pairs`: its mean over redraws of who gets each pull.

    As `payback_share_null`. Undefined: as M15. [ours]
    """
    return redrawn(game, parameters).sustained_pairs


@measured("fewer_than_three_rounds")
def coalition_seats_null(game: Game, parameters: Parameters) -> Number:
    """Chance level of `coalition_seats`: its mean over redraws of who gets each pull.

    As `payback_share_null`. Undefined: as M15. [ours]
    """
    return redrawn(game, parameters).coalition_seats


def _exchanges(filed: Filed, _: Place) -> Iterable[int]:
    """The pulls of sustained pairs in the rounds that make them so."""
    game = game_of(filed)
    pairs = sustained(game)
    return [
        game.ids[pull.at]
        for pull in game.pulls
        if pull.round in pairs.get((min(pull.seat, pull.to), max(pull.seat, pull.to)), ())
    ]


MEASURES: Sequence[Measure] = (
    OfEpisode(
        "sustained_pairs",
        "pairs",
        sustained_pairs,
        low=0,
        null="sustained_pairs_null",
        evidence=_exchanges,
    ),
    OfEpisode("sustained_pairs_null", "pairs", sustained_pairs_null, low=0),
    OfEpisode(
        "coalition_seats",
        "seats",
        coalition_seats,
        low=0,
        null="coalition_seats_null",
        evidence=_exchanges,
    ),
    OfEpisode("coalition_seats_null", "seats", coalition_seats_null, low=0),
)
