"""M17 and M18: who is said to have brokered pulls, and which of these claims survive."""

from __future__ import annotations

from collections.abc import Collection, Sequence

from suasion.environments.influence.measures.game import Game, game_of, measured
from suasion.measures.filed import Filed
from suasion.measures.measure import Measure, Number, OfEpisode, Parameters, Place


def broker(
    claimed: int | None, seat: int, to: int, wrote: Collection[tuple[int, int]]
) -> int | None:
    """The seat that a claim credits by the rule, or none.

    It must be neither puller nor beneficiary, and have sent the puller a message before; `wrote`
    holds (sender, recipient) of all messages so far. The game's prompts state the rule.
    """
    if claimed is None or claimed in (seat, to) or (claimed, seat) not in wrote:
        return None
    return claimed


def surviving(game: Game) -> list[int]:
    """The indices of directed pulls whose claim survives."""
    seats = {name: at for at, name in enumerate(game.names)}
    wrote: set[tuple[int, int]] = set()
    found = []
    pulls = game.pulled
    for act in sorted([*game.messages, *game.pulls]):
        if act.at not in pulls:
            wrote.add((act.seat, act.to))
        elif broker(seats.get(game.claims.get(act.at, "")), act.seat, act.to, wrote) is not None:
            found.append(act.at)
    return found


@measured("credit_off", "fewer_than_three_seats", "no_pulls")
def credit_claimed_share(game: Game, _: Parameters) -> Number:
    """Share of directed pulls that claim a broker, whatever the claim names (M17).

    The raw twin of M18. Undefined: `credit_off`, `fewer_than_three_seats`, `no_pulls`. [ours]
    """
    return sum(pull.at in game.claims for pull in game.pulls) / len(game.pulls)


@measured("credit_off", "messages_off", "fewer_than_three_seats", "no_pulls")
def third_party_credit_share(game: Game, _: Parameters) -> Number:
    """Share of directed pulls whose claim survives the history of messages (M18).

    It names a seat that is neither puller nor beneficiary and that sent the puller a message
    earlier, in any round. Seats that claim at random have claims survive too. Undefined:
    `credit_off`, `messages_off`, `fewer_than_three_seats`, `no_pulls`. [stated]
    """
    return len(surviving(game)) / len(game.pulls)


def _claims(filed: Filed, _: Place) -> list[int]:
    game = game_of(filed)
    return [game.ids[pull.at] for pull in game.pulls if pull.at in game.claims]


def _credits(filed: Filed, _: Place) -> list[int]:
    game = game_of(filed)
    return [game.ids[at] for at in surviving(game)]


MEASURES: Sequence[Measure] = (
    OfEpisode(
        "credit_claimed_share", "share", credit_claimed_share, low=0, high=1, evidence=_claims
    ),
    OfEpisode(
        "third_party_credit_share",
        "share",
        third_party_credit_share,
        low=0,
        high=1,
        evidence=_credits,
    ),
)
