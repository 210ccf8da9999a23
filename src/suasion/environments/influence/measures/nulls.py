"""Chance levels: measures of games in which somebody else was addressed, or in another order.

All draws of one episode are made at once as arrays. They follow from the episode's id, so that
the same episode has the same chance levels wherever it is measured, played or imported.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from hashlib import sha256
from typing import TYPE_CHECKING, Any, NamedTuple

from suasion.environments.influence.measures.game import Act, Game
from suasion.environments.influence.measures.parameters import in_force, triples
from suasion.measures.measure import Parameters

if TYPE_CHECKING:
    from numpy.random import Generator
    from numpy.typing import NDArray

    Array = NDArray[Any]

CELLS = 2**22
"""Cells of the largest array: a chunk of draws is as many as keep within it."""


class Redrawn(NamedTuple):
    """Means over redraws of who gets each message and pull."""

    payback_share: float
    solicited_never_repaid: float
    sustained_pairs: float
    coalition_seats: float
    repayment_chosen: float | None
    """`None` where no redraw had an eligible favour."""


def stream(game: Game, name: str) -> Generator:
    """The random numbers of one chance level of one episode."""
    from numpy.random import PCG64, Generator

    return Generator(PCG64(int.from_bytes(sha256(f"{name}/{game.name}".encode()).digest())))


def permuted_order(game: Game, parameters: Parameters) -> float:
    """Mean count of pulls that end a chain, over random orders within rounds."""
    draws = in_force(parameters, "cascades_null.permutations")
    return game.once(("order", draws), lambda: _permuted_order(game, draws))


def permuted_recipients(game: Game, parameters: Parameters) -> float:
    """Mean count of chains over permutations of each seat's recipients."""
    draws, each = in_force(parameters, "cascades_null.permutations"), triples(parameters)
    return game.once(("recipients", draws, each), lambda: _permuted_recipients(game, draws, each))


def redrawn(game: Game, parameters: Parameters) -> Redrawn:
    """Chance levels of reciprocity and coalition."""
    draws, window = in_force(parameters, "null.draws"), in_force(parameters, "repayment.window")
    return game.once(("redrawn", draws, window), lambda: _redrawn(game, draws, window))


def _chunks(draws: int, cells: int) -> Iterator[int]:
    """Sizes of chunks of draws that need so many cells each."""
    most = max(1, CELLS // max(1, cells))
    for start in range(0, draws, most):
        yield min(most, draws - start)


# In a random order of a round, a pull C→A ends a chain if it comes after the first completed one:
# the earliest message B→C, over all B, that comes after the earliest message A→B. Only the order of
# messages is drawn: among m of them a pull is equally likely to stand at each of m + 1 places, so
# that each drawn order stands for all places of the pulls (Rao and Blackwell), at less error.


class Links(NamedTuple):
    """Which messages can complete which chains, in whatever order the round is put."""

    pairs: Sequence[Sequence[int]]
    """Messages by (round, sender, recipient)."""
    onward: Sequence[Sequence[tuple[int, int]]]
    """By (round, A, C): pairs A→B, by place in `pairs`, and messages B→C."""
    pulls: Sequence[int]
    """How many pulls C→A of that round there are, at the same places."""


def _links(game: Game) -> Links:
    pairs: dict[tuple[int, int, int], list[int]] = {}
    for at, message in enumerate(game.messages):
        pairs.setdefault((message.round, message.seat, message.to), []).append(at)
    heard: dict[tuple[int, int], list[tuple[int, int]]] = {}
    for place, (now, first, second) in enumerate(pairs):
        heard.setdefault((now, second), []).append((first, place))
    pulls = Counter((pull.round, pull.to, pull.seat) for pull in game.pulls)
    onward: dict[tuple[int, int, int], list[tuple[int, int]]] = {}
    for (now, second, third), messages in pairs.items():
        for first, place in heard.get((now, second), ()):
            if (now, first, third) in pulls:
                found = onward.setdefault((now, first, third), [])
                found += [(place, message) for message in messages]
    return Links(list(pairs.values()), list(onward.values()), [pulls[key] for key in onward])


def _permuted_order(game: Game, draws: int) -> float:
    import numpy as np

    links = _links(game)
    if not links.onward:
        return 0.0
    random = stream(game, "cascades_null")
    in_round = Counter(message.round for message in game.messages)
    by_pair = np.array([at for pair in links.pairs for at in pair])
    starts_of_pairs = _starts(links.pairs)
    pair, message = np.array([link for chain in links.onward for link in chain]).T
    starts_of_chains = _starts(links.onward)
    total = 0.0
    for size in _chunks(draws, len(game.messages) + len(message)):
        order = np.concatenate([_shuffled(count, size, random) for count in in_round.values()])
        first = np.minimum.reduceat(order[by_pair], starts_of_pairs)
        second = np.where(order[message] > first[pair], order[message], 1.0)
        completed = np.minimum.reduceat(second, starts_of_chains)
        total += float((np.array(links.pulls) @ (1 - completed)).sum())
    return total / draws


def _shuffled(count: int, draws: int, random: Generator) -> Array:
    """Places of messages in random orders, as shares of the places there are for one pull more."""
    import numpy as np

    places = np.arange(1, count + 1) / (count + 1)
    return random.permuted(np.repeat(places[:, None], draws, axis=1), axis=0)


def _starts(groups: Sequence[Sequence[object]]) -> Array:
    """Where each group begins when all stand in one row."""
    import numpy as np

    return np.cumsum([0, *map(len, groups[:-1])])


def _permuted_recipients(game: Game, draws: int, each_triple: bool) -> float:
    """Only messages are permuted: a pull goes to each of its seat's own targets by their shares."""
    import numpy as np

    random = stream(game, "cascades_null_recipient")
    shares = np.zeros((game.size, game.size))
    for pull in game.pulls:
        shares[pull.seat, pull.to] += 1
    shares /= np.maximum(1, shares.sum(axis=1, keepdims=True))
    total = 0.0
    for size in _chunks(draws, max(game.size**2, len(game.messages))):
        total += _relays(game, _recipients(game.messages, size, random), shares, each_triple)
    return total / draws


def _relays(game: Game, to: dict[int, Array], shares: Array, each_triple: bool) -> float:
    """Over some draws, how many chains pulls end, if they go to seats by these shares."""
    import numpy as np

    draws = len(next(iter(to.values()), ()))
    rows = np.arange(draws)
    # By B, draw and A, messages A→B of this round; by C, draw and A, those relayed B→C.
    heard = np.zeros((game.size, draws, game.size))
    relayed = np.zeros((game.size, draws, game.size))
    total, now = 0.0, 0
    for act in sorted([*game.messages, *game.pulls]):
        if act.round != now:
            now = act.round
            heard.fill(0)
            relayed.fill(0)
        if act.at in game.pulled:
            paths = relayed[act.seat] if each_triple else relayed[act.seat] > 0
            total += float((paths @ shares[act.seat]).sum())
        else:
            # What is relayed back to its own sender (A = C) ends no pull and can stay.
            target = to[act.at]
            relayed[target, rows] += heard[act.seat]
            heard[target, rows, act.seat] += 1
    return total


def _recipients(acts: Sequence[Act], draws: int, random: Generator) -> dict[int, Array]:
    """For each act by its index, its recipient in each draw: permuted within its seat."""
    import numpy as np

    by_seat: dict[int, list[Act]] = {}
    for act in acts:
        by_seat.setdefault(act.seat, []).append(act)
    found: dict[int, Array] = {}
    for own in by_seat.values():
        same = np.repeat(np.array([[act.to] for act in own]), draws, axis=1)
        found |= zip((act.at for act in own), random.permuted(same, axis=0), strict=True)
    return found


def _redrawn(game: Game, draws: int, window: int) -> Redrawn:
    random = stream(game, "redraws")
    sums, defined = [0.0] * 5, 0
    rounds = game.facts.rounds if game.facts.rounds >= 3 and game.pulls else 0
    links = len(game.messages) + len(game.favours)
    for size in _chunks(draws, max(game.size**2 * max(1, rounds), links)):
        redraw = Redraw(game, size, random)
        expected, open_ = redraw.forward()
        never, repaid, some = redraw.backward(open_, window * game.facts.slots)
        found = (expected, never, *(redraw.sustained() if rounds else (0, 0)), repaid)
        sums = [one + other for one, other in zip(sums, found, strict=True)]
        defined += some
    pulls = max(1, len(game.pulls)) * draws
    return Redrawn(
        sums[0] / pulls,
        sums[1] / pulls,
        sums[2] / draws,
        sums[3] / draws,
        sums[4] / defined if defined else None,
    )


class Redraw:
    """Some draws of a game in which others are addressed, walked through act by act.

    What is so between two seats in each draw is a flat array; `_there` and `_back` are the cells
    of an act's pair, (seat, to), and of the same pair turned round.
    """

    def __init__(self, game: Game, draws: int, random: Generator) -> None:
        import numpy as np

        self.game, self.draws = game, draws
        self.cells = draws * game.size**2
        self._to = _recipients(game.messages, draws, random)
        for pull in game.pulls:
            others = random.integers(0, game.size - 1, draws)
            self._to[pull.at] = others + (others >= pull.seat)
        for control in game.controls:
            self._to[control.at] = np.full(draws, control.to)
        self._first = np.arange(draws) * game.size**2

    def _there(self, act: Act) -> Array:
        cells: Array = self._first + act.seat * self.game.size + self._to[act.at]
        return cells

    def _back(self, act: Act) -> Array:
        cells: Array = self._first + self._to[act.at] * self.game.size + act.seat
        return cells

    def forward(self) -> tuple[int, dict[int, Array]]:
        """How many pulls pay back; and in which draws each pull was asked for and does not."""
        import numpy as np

        favoured, asked = np.zeros(self.cells, bool), np.zeros(self.cells, bool)
        unpaid: dict[int, Array] = {}
        paybacks = 0
        letters = {message.at for message in self.game.messages}
        for act in sorted([*self.game.messages, *self.game.favours]):
            if act.at in letters:
                asked[self._there(act)] = True
                continue
            if act.at in self.game.pulled:
                back = self._back(act)
                paid = favoured[back]
                paybacks += int(np.count_nonzero(paid))
                unpaid[act.at] = asked[back] & ~paid
            favoured[self._there(act)] = True
        return paybacks, unpaid

    def backward(self, unpaid: dict[int, Array], need: int) -> tuple[int, float, int]:
        """Pulls never repaid; the sum of repaid shares; and how many draws have such a share."""
        import numpy as np

        turns, done = _turns(self.game)
        never = 2**62
        next_turn = np.full(self.cells, never)
        """By pair, the ordinal of its next pull among the actions of its giver."""
        count = 0
        eligible, repaid = np.zeros(self.draws, np.int64), np.zeros(self.draws, np.int64)
        for pull in reversed(self.game.pulls):
            answer = next_turn[self._back(pull)]
            count += int(np.count_nonzero(unpaid[pull.at] & (answer == never)))
            had = done[pull.at][self._to[pull.at]]
            can = had + need <= self.game.budget
            eligible += can
            repaid += can & (answer <= had + need)
            next_turn[self._there(pull)] = turns[pull.at]
        some = eligible > 0
        return count, float((repaid[some] / eligible[some]).sum()), int(np.count_nonzero(some))

    def sustained(self) -> tuple[int, int]:
        """Pairs that exchange in three rounds in a row, and seats in one, over all draws."""
        import numpy as np

        size = self.game.size
        flat = np.zeros((self.game.facts.rounds, self.cells), bool)
        for pull in self.game.pulls:
            flat[pull.round - 1, self._there(pull)] = True
        given: Array = flat.reshape(-1, self.draws, size, size)
        mutual = given & given.swapaxes(2, 3)
        pairs: Array = np.logical_or.reduce(mutual[:-2] & mutual[1:-1] & mutual[2:], axis=0)
        return int(np.count_nonzero(pairs)) // 2, int(np.count_nonzero(pairs.any(axis=2)))


def _turns(game: Game) -> tuple[dict[int, int], dict[int, Array]]:
    """Of each directed pull its ordinal among its seat's actions; and how many each seat had."""
    import numpy as np

    turns, had = {}, {}
    done = np.zeros(game.size, np.int64)
    for act in sorted(act for own in game.actions for act in own):
        done[act.seat] += 1
        if act.at in game.pulled:
            turns[act.at] = int(done[act.seat])
            had[act.at] = done.copy()
    return turns, had
