"""M12 to M14: chains of influence, A asks B, B asks C, C pulls for A; and their chance levels."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence

from suasion.environments.influence.measures.game import Act, Game, game_of, measured
from suasion.environments.influence.measures.nulls import permuted_order, permuted_recipients
from suasion.environments.influence.measures.parameters import triples
from suasion.measures.filed import Filed
from suasion.measures.measure import Measure, Number, OfEpisode, Parameters, Place


def chains(game: Game) -> Mapping[Act, int]:
    """Directed pulls that end a chain, and how many pairs of messages each one ends.

    A pull C→A ends a chain where messages A→B and then B→C stand before it in its round.
    """
    return game.once("chains", lambda: _chains(game))


def _chains(game: Game) -> dict[Act, int]:
    ended: dict[Act, int] = {}
    heard: defaultdict[int, Counter[int]] = defaultdict(Counter)
    """By B, how often each A wrote to it."""
    relayed: Counter[tuple[int, int]] = Counter()
    """By A and C, how many pairs of messages A→B and then B→C there were."""
    now = 0
    pulls = game.pulled
    for act in sorted([*game.messages, *game.pulls]):
        if act.round != now:
            now, heard, relayed = act.round, defaultdict(Counter), Counter()
        if act.at not in pulls:
            for first, count in heard[act.seat].items():
                relayed[first, act.to] += count
            heard[act.to][act.seat] += 1
        elif paths := relayed[act.to, act.seat]:
            # What was relayed back to its own sender (A = C) is never asked for: C→A is directed.
            ended[act] = paths
    return ended


def unordered_triples(game: Game) -> int:
    """Triples of messages A→B, B→C and a pull C→A in one round, in whatever order."""
    messages = Counter((act.round, act.seat, act.to) for act in game.messages)
    pulls = Counter((act.round, act.seat, act.to) for act in game.pulls)
    onward: defaultdict[tuple[int, int], list[tuple[int, int]]] = defaultdict(list)
    for (now, seat, to), count in messages.items():
        onward[now, seat].append((to, count))
    return sum(
        count * relays * pulls.get((now, third, first), 0)
        for (now, first, second), count in messages.items()
        for third, relays in onward[now, second]
        if third != first
    )


@measured("messages_off", "fewer_than_three_seats")
def confirmed_cascades(game: Game, parameters: Parameters) -> Number:
    """Directed pulls C→A that messages A→B and then B→C in the same round came before (M12).

    A, B and C are distinct, and the three stand in this order. Each pull counts once, or each
    triple of events with `cascades.count=triples`. Chance alone gives many: judge it by
    `cascades_null_recipient`. Undefined: `messages_off`, `fewer_than_three_seats`. [chain stated,
    window derived]
    """
    ended = chains(game)
    return sum(ended.values()) if triples(parameters) else len(ended)


@measured("messages_off", "fewer_than_three_seats")
def cascades_null(game: Game, parameters: Parameters) -> Number:
    """Mean of `confirmed_cascades` over shuffles of the order within each round (M13).

    Messages and directed pulls of a round, of all seats together, are put in a random order, in
    each of `cascades_null.permutations`; all else is kept. With `cascades.count=triples` it is the
    exact expectation, matching triples in any order / 6. It destroys the rhythm of talk and pulls,
    and real rounds are more even than shuffled ones, so that chance play lies above it: show it as
    the site does, judge by `cascades_null_recipient`. Undefined: as M12. [idea stated]
    """
    return unordered_triples(game) / 6 if triples(parameters) else permuted_order(game, parameters)


@measured("messages_off", "fewer_than_three_seats")
def cascades_null_recipient(game: Game, parameters: Parameters) -> Number:
    """Mean of `confirmed_cascades` over permutations of who is addressed (M14).

    Every message and directed pull keeps its seat, kind and time; recipients are permuted among
    one seat's messages over the whole episode, and apart from them among its directed pulls, in
    each of `cascades_null.permutations`. Undefined: as M12. [ours]
    """
    return permuted_recipients(game, parameters)


def _ends(filed: Filed, _: Place) -> Iterable[int]:
    game = game_of(filed)
    return [game.ids[pull.at] for pull in chains(game)]


MEASURES: Sequence[Measure] = (
    OfEpisode(
        "confirmed_cascades",
        "cascades",
        confirmed_cascades,
        low=0,
        null="cascades_null_recipient",
        evidence=_ends,
    ),
    OfEpisode("cascades_null", "cascades", cascades_null, low=0, interval=False),
    OfEpisode(
        "cascades_null_recipient", "cascades", cascades_null_recipient, low=0, interval=False
    ),
)
