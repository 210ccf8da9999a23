"""Chance levels of who writes to whom and who solves with whom; both exact, without draws."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Mapping, Sequence
from itertools import combinations
from math import comb

from suasion.environments.terrarium.measures.game import Game, measured
from suasion.measures.measure import Measure, Number, OfPair, OfUnordered, Parameters

Pairs = Mapping[tuple[int, int], Number]


class Living:
    """Who is alive before an event; games have few deaths, so that few answers are made."""

    def __init__(self, game: Game) -> None:
        self._size = game.size
        first: dict[int, int] = {}
        for death in game.of("death"):
            first.setdefault(death.by, death.id)
        self._deaths = sorted((id_, seat) for seat, id_ in first.items())
        self._at = [id_ for id_, _ in self._deaths]
        self._known: dict[int, list[int]] = {}

    def before(self, event: int) -> Sequence[int]:
        """The living seats, in order."""
        dead = bisect_left(self._at, event)
        if dead not in self._known:
            gone = {seat for _, seat in self._deaths[:dead]}
            self._known[dead] = [seat for seat in range(self._size) if seat not in gone]
        return self._known[dead]


@measured()
def messages_between_null(game: Game, _: Parameters) -> Pairs:
    """Private messages of the pair if each went to any other living seat alike.

    How many each seat sends to others, and when, stays. [ours]
    """
    seats, living = range(game.size), Living(game)
    found = {(i, j): 0.0 for i in seats for j in seats}
    for sent in (each for each in game.private if each.to != each.by):
        others = [seat for seat in living.before(sent.id) if seat != sent.by]
        for seat in others:
            found[sent.by, seat] += 1 / len(others)
    return dict(found)


@measured()
def joint_solves_null(game: Game, _: Parameters) -> Pairs:
    """Puzzles that the pair would solve together if any pair of the living were as likely.

    The living are those of the moment at which the puzzle was dealt, since holders are drawn among
    them; how many puzzles are solved, and when, stays. [ours]
    """
    living = Living(game)
    dealt = {puzzle.name: puzzle.id for puzzle in game.puzzles}
    found = dict.fromkeys(combinations(range(game.size), 2), 0.0)
    for each in game.solved:
        there = living.before(dealt.get(each.puzzle, each.id))
        together = comb(len(set(each.contributors)), 2)
        for pair in combinations(there, 2):
            found[pair] += together / comb(len(there), 2)
    return dict(found)


MEASURES: Sequence[Measure] = (
    OfPair("messages_between_null", "messages", messages_between_null, low=0),
    OfUnordered("joint_solves_null", "puzzles", joint_solves_null, low=0),
)
