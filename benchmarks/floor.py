"""The floor the engine is held against: the same game as one hand-written loop, nothing general.

Five seats, five slots a round, random order in each slot; a turn is a pull or a private message
of 40 to 600 characters, at even odds and for anyone. The state is a frozen dataclass replaced at
every action; every fact is a frozen dataclass with the set of seats that may see it, put in their
inboxes, drained by a seat on its turn. That is what any honest engine of this game must do; no
names, no records of decisions or draws, no asks.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from random import Random

SIZE, SLOTS, LIMIT = 5, 5, 800
SEATS = tuple(range(SIZE))
OTHERS = tuple(tuple(other for other in SEATS if other != seat) for seat in SEATS)
ALL = frozenset(SEATS)
SENTENCE = """\
you and I could both gain if we agree on this round, “no tricks”, but the ledger shows what each \
of us did, so let us say who pulls first and who follows — it's only fair"""
WORDS = SENTENCE.split()


def _texts() -> tuple[str, ...]:
    draw = Random(5)
    long = (" ".join(draw.choices(WORDS, k=170)) for _ in range(256))
    return tuple(text[: 40 + 560 * at // 255] for at, text in enumerate(long))


TEXTS = _texts()
"""What is said: 256 texts, 320 characters in the mean."""


@dataclass(frozen=True, slots=True)
class Opened:
    at: int
    visible: frozenset[int]
    seed: int


@dataclass(frozen=True, slots=True)
class Ordered:
    at: int
    visible: frozenset[int]
    round: int
    slot: int
    order: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class Pulled:
    at: int
    visible: frozenset[int]
    round: int
    slot: int
    seat: int
    to: int


@dataclass(frozen=True, slots=True)
class Sent:
    at: int
    visible: frozenset[int]
    round: int
    slot: int
    seat: int
    to: int
    text: str


@dataclass(frozen=True, slots=True)
class Closed:
    at: int
    visible: frozenset[int]
    scores: tuple[int, ...]


Fact = Opened | Ordered | Pulled | Sent | Closed


@dataclass(frozen=True, slots=True)
class State:
    round: int
    slot: int
    order: tuple[int, ...]
    turn: int
    scores: tuple[int, ...]
    ledger: tuple[tuple[int, int, int, int], ...]
    letters: tuple[tuple[tuple[int, int, int, int, str], ...], ...]


@dataclass(frozen=True, slots=True)
class View:
    seat: int
    round: int
    slot: int
    scores: tuple[int, ...]
    ledger: tuple[tuple[int, int, int, int], ...]
    letters: tuple[tuple[int, int, int, int, str], ...]


@dataclass(frozen=True, slots=True)
class Pull:
    to: int


@dataclass(frozen=True, slots=True)
class Message:
    to: int
    text: str


def order_of(draw: Random) -> tuple[int, ...]:
    order = list(SEATS)
    draw.shuffle(order)
    return tuple(order)


def choose(view: View, draw: Random) -> Pull | Message:
    if draw.random() < 0.5:
        return Pull(draw.choice(OTHERS[view.seat]))
    return Message(draw.choice(OTHERS[view.seat]), draw.choice(TEXTS))


def check(seat: int, action: Pull | Message) -> None:
    if action.to == seat or not 0 <= action.to < SIZE:
        raise ValueError(action.to)
    if isinstance(action, Message) and len(action.text) > LIMIT:
        raise ValueError(len(action.text))


def step(state: State, seat: int, action: Pull | Message) -> State:
    check(seat, action)
    if isinstance(action, Pull):
        scores = list(state.scores)
        scores[action.to] += 1
        pulled = (state.round, state.slot, seat, action.to)
        ledger = (*state.ledger, pulled)
        return replace(state, turn=state.turn + 1, scores=tuple(scores), ledger=ledger)
    letter = (state.round, state.slot, seat, action.to, action.text)
    letters = list(state.letters)
    for reader in (seat, action.to):
        letters[reader] = (*letters[reader], letter)
    return replace(state, turn=state.turn + 1, letters=tuple(letters))


def play(seed: int, rounds: int, keep: Callable[[Fact], object] | None = None) -> State:
    """One game; `keep` is given every fact as it happens."""
    draw = Random(seed)
    log: list[Fact] = []
    inbox: list[list[Fact]] = [[] for _ in SEATS]

    def emit(fact: Fact) -> None:
        log.append(fact)
        for seat in fact.visible:
            inbox[seat].append(fact)
        if keep is not None:
            keep(fact)

    emit(Opened(0, ALL, seed))
    state = State(0, 0, (), 0, (0,) * SIZE, (), ((),) * SIZE)
    for turn in range(rounds * SLOTS):
        round_, slot = divmod(turn, SLOTS)
        order = order_of(draw)
        state = replace(state, round=round_, slot=slot, order=order, turn=0)
        emit(Ordered(len(log), ALL, round_, slot, order))
        for seat in order:
            news, inbox[seat] = inbox[seat], []
            if len(news) > len(log):
                raise AssertionError(seat)
            view = View(seat, round_, slot, state.scores, state.ledger, state.letters[seat])
            action = choose(view, draw)
            state = step(state, seat, action)
            if isinstance(action, Pull):
                emit(Pulled(len(log), ALL, round_, slot, seat, action.to))
            else:
                seen = frozenset((seat, action.to))
                emit(Sent(len(log), seen, round_, slot, seat, action.to, action.text))
    emit(Closed(len(log), ALL, state.scores))
    return state
