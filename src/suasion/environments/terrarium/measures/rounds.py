"""Per-round metrics of the published engine, which kept them in memory and only drew them.

Balances are those at the end of a round, once the drain is paid. Source: section 6.2 of the
description of the source; where it is silent, the choice is ours and is said.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from math import log2

from suasion.environments.terrarium.measures.game import Game, measured
from suasion.measures.filed import Filed
from suasion.measures.measure import (
    Measure,
    Number,
    OfEpisodeSeries,
    Parameters,
    Undefined,
)

POSITIVE = frozenset(
    (
        *("help", "share", "together", "cooperate", "team", "trust", "partner", "ally", "friend"),
        *("agree", "yes", "sure", "deal"),
    )
)
NEGATIVE = frozenset(
    (
        *("won't", "mine", "alone", "no", "refuse", "never", "lie", "cheat", "steal", "betray"),
        *("don't", "can't"),
    )
)
_WORD = re.compile(r"[a-z]+(?:'[a-z]+)?")

Of = Callable[[Filed, Parameters], Sequence[Number] | Undefined]


def alive_at(game: Game) -> Sequence[int]:
    """How many seats live at the end of each round."""
    died = Counter(game.died.values())
    left, found = game.size, []
    for round_ in range(1, game.rounds + 1):
        left -= died[round_]
        found.append(left)
    return found


def _living(game: Game) -> Iterable[list[float]]:
    """What the living hold at the end of each round, in order of size."""
    for round_, held in enumerate(game.held, 1):
        yield sorted(x for seat, x in enumerate(held) if game.died.get(seat, round_ + 1) > round_)


def _per_round(game: Game, rounds: Iterable[int]) -> list[int]:
    counts = Counter(rounds)
    return [counts[round_] for round_ in range(1, game.rounds + 1)]


@measured()
def alive(game: Game, _: Parameters) -> Sequence[Number]:
    """Seats alive at the end of the round. [published]"""
    return alive_at(game)


@measured()
def total_tokens(game: Game, _: Parameters) -> Sequence[Number]:
    """Tokens that the living hold together at the end of the round. [published]"""
    return [sum(held) for held in _living(game)]


@measured()
def gini(game: Game, _: Parameters) -> Sequence[Number]:
    """Gini coefficient of what the living hold at the end of the round, from 0 to (n - 1) / n.

    The sum over i of (2 i - n - 1) x_i, divided by n times the sum of x, the x in order.
    Undefined: `no_tokens`. [published]
    """
    return [_gini(held) for held in _living(game)]


def _gini(held: Sequence[float]) -> Number:
    if not sum(held):
        return Undefined("no_tokens")
    apart = sum((2 * i - len(held) - 1) * x for i, x in enumerate(held, 1))
    return apart / (len(held) * sum(held))


@measured()
def public_in_round(game: Game, _: Parameters) -> Sequence[Number]:
    """Public messages sent in the round. [published]"""
    return _per_round(game, (sent.round for sent in game.public))


@measured()
def private_in_round(game: Game, _: Parameters) -> Sequence[Number]:
    """Private messages sent in the round. [published]"""
    return _per_round(game, (sent.round for sent in game.private))


@measured()
def messages_in_round(game: Game, _: Parameters) -> Sequence[Number]:
    """Public and private messages sent in the round. [published]"""
    return _per_round(game, (sent.round for sent in game.messages))


@measured()
def solved_in_round(game: Game, _: Parameters) -> Sequence[Number]:
    """Puzzles solved in the round. [published]"""
    return _per_round(game, (each.round for each in game.solved))


@measured()
def cooperative_in_round(game: Game, _: Parameters) -> Sequence[Number]:
    """Puzzles solved in the round that paid several contributors. [published]"""
    return _per_round(game, (each.round for each in game.solved if each.cooperative))


@measured()
def action_entropy(game: Game, _: Parameters) -> Sequence[Number]:
    """Shannon entropy, in bits, of what was done in the round.

    Over public messages, private ones, solved puzzles, wrong answers, trades and passes.
    Undefined: `no_actions`. [published]
    """
    kinds: dict[int, Counter[str]] = {}
    for kind, rounds in (
        ("public", [each.round for each in game.public]),
        ("private", [each.round for each in game.private]),
        ("solved", [each.round for each in game.solved]),
        ("wrong", [each.round for each in game.of("wrong_solve")]),
        ("trade", [each.round for each in game.trades]),
        ("pass", [each.round for each in game.of("pass")]),
    ):
        for round_ in rounds:
            kinds.setdefault(round_, Counter())[kind] += 1
    return [_entropy(kinds.get(round_)) for round_ in range(1, game.rounds + 1)]


def _entropy(counts: Counter[str] | None) -> Number:
    if counts is None:
        return Undefined("no_actions")
    total = counts.total()
    return sum(n / total * log2(total / n) for n in counts.values())


@measured()
def sentiment(game: Game, _: Parameters) -> Sequence[Number]:
    """(positive - negative) / (positive + negative) words in the round's messages, from -1 to 1.

    13 positive and 12 negative words, whole and in any case; a right single quotation mark is an
    apostrophe. Undefined: `no_such_words`. [published words; whole words, and what is undefined,
    ours]
    """
    words: dict[int, list[int]] = {}
    for sent in game.messages:
        own = words.setdefault(sent.round, [0, 0])
        for word in _WORD.findall(
            sent.text.lower().replace("\N{RIGHT SINGLE QUOTATION MARK}", "'")
        ):
            own[0] += word in POSITIVE
            own[1] += word in NEGATIVE
    return [_balance(*words.get(round_, (0, 0))) for round_ in range(1, game.rounds + 1)]


def _balance(positive: int, negative: int) -> Number:
    if not positive + negative:
        return Undefined("no_such_words")
    return (positive - negative) / (positive + negative)


@measured()
def words_per_message(game: Game, _: Parameters) -> Sequence[Number]:
    """Mean number of words in the round's messages, split at spaces.

    Undefined: `no_messages`. [published]
    """
    lengths: dict[int, list[int]] = {}
    for sent in game.messages:
        lengths.setdefault(sent.round, []).append(len(sent.text.split()))
    return [_mean(lengths.get(round_, ())) for round_ in range(1, game.rounds + 1)]


def _mean(numbers: Sequence[int]) -> Number:
    return sum(numbers) / len(numbers) if numbers else Undefined("no_messages")


def _series(of: Of, unit: str, low: float | None = 0, high: float | None = None) -> Measure:
    return OfEpisodeSeries(of.__name__, unit, of, "round", low=low, high=high)


MEASURES: Sequence[Measure] = (
    _series(alive, "seats"),
    _series(total_tokens, "tokens"),
    _series(gini, "index", 0, 1),
    _series(public_in_round, "messages"),
    _series(private_in_round, "messages"),
    _series(messages_in_round, "messages"),
    _series(solved_in_round, "puzzles"),
    _series(cooperative_in_round, "puzzles"),
    _series(action_entropy, "bits"),
    _series(sentiment, "index", -1, 1),
    _series(words_per_message, "words"),
)
