"""What happened, counted from the events alone."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from itertools import combinations

from suasion.environments.terrarium.measures.game import Game, Ids, game_of, ids, measured
from suasion.measures.filed import Filed
from suasion.measures.measure import (
    Measure,
    Number,
    OfEpisode,
    OfPair,
    OfSeat,
    OfUnordered,
    Parameters,
    Place,
    Undefined,
)


@measured()
def rounds(game: Game, _: Parameters) -> Number:
    """Rounds played. [published]"""
    return game.rounds


@measured(whole=True)
def survivors(game: Game, _: Parameters) -> Number:
    """Seats alive at the end. Undefined: `unfinished_episode`. [published]"""
    return game.size - len(game.died)


@measured()
def puzzles_solved(game: Game, _: Parameters) -> Number:
    """Puzzles solved, by an answer or by themselves. [published]"""
    return len(game.solved)


@measured()
def puzzles_expired(game: Game, _: Parameters) -> Number:
    """Puzzles that nobody solved in time; published reports say 0 of every game. [ours]"""
    return len(game.of("expired"))


@measured()
def public_messages(game: Game, _: Parameters) -> Number:
    """Public messages sent; shouts are not among them. [published]"""
    return len(game.public)


@measured()
def private_messages(game: Game, _: Parameters) -> Number:
    """Private messages sent, those to oneself included. [published]"""
    return len(game.private)


@measured()
def shouts(game: Game, _: Parameters) -> Number:
    """Shouts: public, free, and in no published count of messages. [ours]"""
    return len(game.shouts)


@measured(whole=True)
def final_balance(game: Game, _: Parameters) -> Sequence[Number]:
    """Tokens held at the end; 0 for the dead.

    Undefined: `unfinished_episode`, `balance_missing` (the log does not say). [published]
    """
    held = game.balances or [None] * game.size
    return [Undefined("balance_missing") if tokens is None else tokens for tokens in held]


@measured()
def death_round(game: Game, _: Parameters) -> Sequence[Number]:
    """The round in which it died. Undefined: `alive`. [published]"""
    return [game.died.get(seat, Undefined("alive")) for seat in range(game.size)]


@measured()
def messages_sent(game: Game, _: Parameters) -> Sequence[Number]:
    """Public and private messages it sent. [published]"""
    return game.count(sent.by for sent in game.messages)


@measured()
def messages_received(game: Game, _: Parameters) -> Sequence[Number]:
    """Private messages sent to it, its own to itself included. [published]"""
    return game.count(sent.to for sent in game.messages)


@measured()
def tokens_given(game: Game, _: Parameters) -> Sequence[Number]:
    """Tokens that it gave by trades and gifts. [published]"""
    return given(game, giver=True)


@measured()
def tokens_received(game: Game, _: Parameters) -> Sequence[Number]:
    """Tokens that it was given by trades and gifts. [published]"""
    return given(game, giver=False)


def given(game: Game, *, giver: bool) -> list[float]:
    """Tokens by the seat that gave them, or that got them."""
    sums: list[float] = [0] * game.size
    for trade in game.trades:
        sums[trade.by if giver else trade.to] += trade.tokens
    return sums


@measured()
def wrong_solve_attempts(game: Game, _: Parameters) -> Sequence[Number]:
    """Wrong answers that it gave to puzzles. [published, as `solve_attempts`]"""
    return game.count(each.by for each in game.of("wrong_solve"))


@measured()
def correct_solve_actions(game: Game, _: Parameters) -> Sequence[Number]:
    """Right answers that it gave; puzzles that solved themselves are nobody's. [published, as
    `solves_correct`]
    """
    return game.count(each.by for each in game.solved)


@measured()
def solve_contributions(game: Game, _: Parameters) -> Sequence[Number]:
    """Solved puzzles that it contributed to, those that solved themselves included. [ours]"""
    return game.count(seat for each in game.solved for seat in set(each.contributors))


@measured()
def joint_solves(game: Game, _: Parameters) -> Mapping[tuple[int, int], Number]:
    """Puzzles that the two solved together: both are contributors. [ours]

    Unordered: a pair is given once, to the first by seat order.
    """
    found = dict.fromkeys(combinations(range(game.size), 2), 0)
    for each in game.solved:
        for pair in combinations(sorted(set(each.contributors)), 2):
            found[pair] += 1
    return dict(found)


@measured()
def messages_between(game: Game, _: Parameters) -> Mapping[tuple[int, int], Number]:
    """Private messages from the first to the second. [ours]"""
    seats = range(game.size)
    found = {(i, j): 0 for i in seats for j in seats}
    for sent in game.private:
        found[sent.by, sent.to or 0] += 1
    return dict(found)


# --- evidence ----------------------------------------------------------------------------------


def _by_seat(found: Callable[[Game], Iterable[tuple[int, int | None]]]) -> Ids:
    """Of pairs of an event and a seat, the events of the place's seat."""

    def evidence(filed: Filed, place: Place) -> Iterable[int]:
        return [id_ for id_, seat in found(game_of(filed)) if seat == place.seat]

    return evidence


def _sent_between(filed: Filed, place: Place) -> Iterable[int]:
    sent = game_of(filed).private
    return [each.id for each in sent if (each.by, each.to) == (place.seat, place.other)]


def _solved_together(filed: Filed, place: Place) -> Iterable[int]:
    pair = {place.seat, place.other}
    return [each.id for each in game_of(filed).solved if pair <= set(each.contributors)]


def _tokens(filed: Filed, place: Place) -> Iterable[int]:
    """Whatever moved tokens of a seat."""
    events = filed.episode.events
    return [
        id_
        for id_, event in enumerate(events)
        if event.kind in ("reward", "trade", "death")
        and place.seat in (event.by, event.data.get("to"))
    ]


def _others(kind: str) -> Ids:
    return _by_seat(lambda game: ((each.id, each.by) for each in game.of(kind)))


MEASURES: Sequence[Measure] = (
    OfEpisode("rounds", "rounds", rounds, low=0),
    OfEpisode(
        "survivors",
        "seats",
        survivors,
        low=0,
        evidence=ids(lambda game: (each.id for each in game.of("death"))),
    ),
    OfEpisode(
        "puzzles_solved",
        "puzzles",
        puzzles_solved,
        low=0,
        evidence=ids(lambda game: (each.id for each in game.solved)),
    ),
    OfEpisode(
        "puzzles_expired",
        "puzzles",
        puzzles_expired,
        low=0,
        evidence=ids(lambda game: (each.id for each in game.of("expired"))),
    ),
    OfEpisode(
        "public_messages",
        "messages",
        public_messages,
        low=0,
        evidence=ids(lambda game: (each.id for each in game.public)),
    ),
    OfEpisode(
        "private_messages",
        "messages",
        private_messages,
        low=0,
        evidence=ids(lambda game: (each.id for each in game.private)),
    ),
    OfEpisode(
        "shouts",
        "shouts",
        shouts,
        low=0,
        evidence=ids(lambda game: (each.id for each in game.shouts)),
    ),
    OfSeat("final_balance", "tokens", final_balance, low=0, evidence=_tokens),
    OfSeat("death_round", "round", death_round, low=1, evidence=_others("death")),
    OfSeat(
        "messages_sent",
        "messages",
        messages_sent,
        low=0,
        evidence=_by_seat(lambda game: ((each.id, each.by) for each in game.messages)),
    ),
    OfSeat(
        "messages_received",
        "messages",
        messages_received,
        low=0,
        evidence=_by_seat(lambda game: ((each.id, each.to) for each in game.private)),
    ),
    OfSeat(
        "tokens_given",
        "tokens",
        tokens_given,
        low=0,
        evidence=_by_seat(lambda game: ((each.id, each.by) for each in game.trades)),
    ),
    OfSeat(
        "tokens_received",
        "tokens",
        tokens_received,
        low=0,
        evidence=_by_seat(lambda game: ((each.id, each.to) for each in game.trades)),
    ),
    OfSeat(
        "wrong_solve_attempts",
        "answers",
        wrong_solve_attempts,
        low=0,
        evidence=_others("wrong_solve"),
    ),
    OfSeat(
        "correct_solve_actions",
        "answers",
        correct_solve_actions,
        low=0,
        evidence=_by_seat(lambda game: ((each.id, each.by) for each in game.solved)),
    ),
    OfSeat(
        "solve_contributions",
        "puzzles",
        solve_contributions,
        low=0,
        evidence=_by_seat(
            lambda game: ((each.id, seat) for each in game.solved for seat in each.contributors)
        ),
    ),
    OfUnordered(
        "joint_solves",
        "puzzles",
        joint_solves,
        low=0,
        null="joint_solves_null",
        evidence=_solved_together,
    ),
    OfPair(
        "messages_between",
        "messages",
        messages_between,
        low=0,
        null="messages_between_null",
        evidence=_sent_between,
    ),
)
