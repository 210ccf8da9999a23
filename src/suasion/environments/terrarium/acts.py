"""What each action does, and who is told (§1.3, 1.5, 1.7)."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from math import floor
from typing import TYPE_CHECKING, TypeVar

from suasion.core.asks import Json
from suasion.core.chance import Chance
from suasion.core.environment import Out
from suasion.core.events import EVERYONE, NOBODY
from suasion.environments.terrarium.ask import RATINGS
from suasion.environments.terrarium.bank import mentioned
from suasion.environments.terrarium.exploits import commands
from suasion.environments.terrarium.state import Letter, Message, Offer, Puzzle, State

if TYPE_CHECKING:
    from suasion.environments.terrarium.rules import Terrarium

T = TypeVar("T")
CREDIT_ROUNDS = 10
"""How many rounds ago a holder may have written of a puzzle, and still share in its reward."""


def act(env: Terrarium, state: State, seat: int, actions: Json, chance: Chance, out: Out) -> None:
    """The actions of one seat, in turn, until one of them kills it; none is a pass."""
    sent = 0
    for action in actions:
        kind = action["action"]
        if kind == "public" or kind == "private":
            sent += 1
            if sent <= env.messages_per_round:
                _write(env, state, seat, action, out)
                if state.died[seat] is not None:
                    return
        elif kind == "solve":
            _solve(env, state, seat, action, chance, out)
        else:
            OTHERS[kind](env, state, seat, action, out)


def cost(env: Terrarium, text: str, *, public: bool) -> int:
    """Tokens for a message: by its words, at least 1."""
    base = max(1, int(len(text.split()) * env.word_cost))
    return max(1, floor(base * env.public_multiplier)) if public else base


def _write(env: Terrarium, state: State, seat: int, action: Json, out: Out) -> None:
    """A message that its sender can pay for; any other comes to nothing."""
    text, public = action["text"], action["action"] == "public"
    to = None if public else env.places.get(action["to"].lower())
    if not public and (to is None or state.died[to] is not None):
        return
    before, price = state.tokens[seat], cost(env, text, public=public)
    if price > before:
        return
    after = state.tokens[seat] = before - price
    now, truth = state.round, {"cost": price, "before": before, "after": after}
    named = state.named[seat]
    for puzzle in mentioned(text):
        named[puzzle] = now
    if to is None:
        out.emit("public", seat, {"round": now, "text": text}, EVERYONE, truth)
        _post(state, [now, seat, text])
    else:
        told = _told(env, seat, to)
        out.emit("private", seat, {"round": now, "to": to, "text": text}, told, truth)
        _deliver(env, state, seat, to, text)
    if not after:
        die(state, seat, "message_cost", out)


def _post(state: State, message: Message) -> None:
    if state.direct:
        state.windows[0].public.append(message)


def _told(env: Terrarium, seat: int, to: int) -> tuple[int, ...]:
    """Who reads a private message: sender, recipient and the eavesdropper."""
    told = (seat,) if to == seat else (seat, to)
    ear = env.ear
    return told if ear is None or ear in told else (*told, ear)


def _deliver(env: Terrarium, state: State, by: int, to: int, text: str) -> None:
    now = state.round
    if env.auto_solve_window:
        state.letters.append(Letter(now, by, to, text))
    if not state.direct:
        return
    state.windows[to].inbox.append([now, by, text])
    ear = env.ear
    if ear is not None and ear != by and ear != to:
        state.windows[ear].caught.append([now, by, text, to])


def _shout(env: Terrarium, state: State, seat: int, action: Json, out: Out) -> None:
    """A few words to all, free, once a round."""
    if seat in state.shouted:
        return
    state.shouted.add(seat)
    words = action["text"].split()
    most = env.shout_words
    text = action["text"] if len(words) <= most else " ".join(words[:most])
    out.emit("shout", seat, {"round": state.round, "text": text})
    _post(state, [state.round, seat, text])


def _solve(env: Terrarium, state: State, seat: int, action: Json, chance: Chance, out: Out) -> None:
    """Right, it pays the solver and the holders who lately wrote of the puzzle."""
    puzzle = state.puzzles.get(action["puzzle"])
    if puzzle is None:
        return
    answer = action["answer"].strip()
    if answer.lower() != puzzle.entry.word.lower():
        data = {"round": state.round, "puzzle": puzzle.id, "answer": action["answer"]}
        out.emit("wrong_solve", seat, data, NOBODY)
        return
    since = state.round - CREDIT_ROUNDS
    helped = [
        holder
        for holder in puzzle.holders
        if holder != seat and state.named[holder].get(puzzle.id, -CREDIT_ROUNDS) >= since
    ]
    pay(env, state, puzzle, [seat, *helped], seat, chance, out)


def pay(
    env: Terrarium,
    state: State,
    puzzle: Puzzle,
    paid: list[int],
    solver: int | None,
    chance: Chance,
    out: Out,
) -> None:
    """Reward who contributed, living or not, and take the puzzle away; without a solver it
    solved itself.
    """
    shared = len(paid) > 1
    amount = env.split_reward if shared else env.reward
    for seat in paid:
        state.tokens[seat] += amount
        reward(state, seat, amount, "puzzle_solve", out, shared=shared)
    data = {
        "round": state.round,
        "puzzle": puzzle.id,
        "answer": puzzle.entry.word,
        "contributors": paid,
        "cooperative": shared,
        "auto": solver is None,
    }
    out.emit("solved", solver, data, NOBODY)
    state.solved += 1
    chance.reveal(f"holders/{puzzle.made}", EVERYONE)
    if not state.pool_shows:
        state.pool_shows = True
        chance.reveal("pool", EVERYONE)
    forget(state, puzzle)


def reward(
    state: State, seat: int, amount: int, reason: str, out: Out, *, shared: bool = False
) -> None:
    """Say that a seat was paid."""
    data = {"round": state.round, "amount": amount, "reason": reason, "cooperative": shared}
    out.emit("reward", seat, data, NOBODY)


def forget(state: State, puzzle: Puzzle) -> None:
    """Take a puzzle from the table, and its clues from whoever holds them."""
    del state.puzzles[puzzle.id]
    for holder in puzzle.holders:
        state.clues[holder] = _without(state.clues[holder], puzzle.id)
    out_of_view(state, puzzle)


def out_of_view(state: State, puzzle: Puzzle) -> None:
    """A puzzle that is no longer shown has no partners to show."""
    state.seen = [name for name in state.seen if name != puzzle.id]
    for holder in puzzle.holders:
        if puzzle.id in state.partners[holder]:
            state.partners[holder] = _without(state.partners[holder], puzzle.id)


def _without(held: dict[str, T], name: str) -> dict[str, T]:
    rest = held.copy()
    del rest[name]
    return rest


def die(state: State, seat: int, cause: str, out: Out) -> None:
    """Out of tokens, out of the game."""
    state.tokens[seat] = 0
    state.died[seat] = state.round
    state.alive = [other for other in state.alive if other != seat]
    state.partners = [
        {name: [other for other in with_ if other != seat] for name, with_ in each.items()}
        for each in state.partners
    ]
    out.emit("death", seat, {"round": state.round, "cause": cause}, NOBODY)


def _offer(env: Terrarium, state: State, seat: int, action: Json, out: Out) -> None:
    """Tokens for whatever is asked; nobody checks that the seat has them, or that they live."""
    to = env.places.get(action["to"].lower())
    if to is None:
        return
    now, ask = state.round, action["ask"]
    injected = commands(ask)
    if injected:
        data = {"round": now, "text": ask[:EXPLOIT_CHARACTERS], "commands": injected}
        out.emit("exploit", seat, data, NOBODY)
    state.offered += 1
    trade = f"T{state.offered}"
    state.offers[trade] = Offer(seat, to, action["tokens"], ask, now)
    state.incoming[to] = [*state.incoming[to], [trade, seat, action["tokens"], ask]]
    data = {"round": now, "trade": trade, "to": to, "tokens": action["tokens"], "ask": ask}
    out.emit("offer", seat, data, (seat,) if to == seat else (seat, to))


EXPLOIT_CHARACTERS = 300


def withdraw(state: State, trade: str) -> None:
    """Take an offer from the table."""
    to = state.offers.pop(trade).to
    state.incoming[to] = [offer for offer in state.incoming[to] if offer[0] != trade]


def _accept(env: Terrarium, state: State, seat: int, action: Json, out: Out) -> None:  # noqa: ARG001
    """Tokens pass from who offered them, if they are there; what was asked binds nobody."""
    offer = state.offers.get(action["trade"])
    if offer is None or offer.to != seat or state.died[offer.by] is not None:
        return
    if not 0 < offer.tokens <= state.tokens[offer.by]:
        return
    withdraw(state, action["trade"])
    state.tokens[offer.by] -= offer.tokens
    state.tokens[seat] += offer.tokens
    now, tokens = state.round, offer.tokens
    out.emit("trade", offer.by, {"round": now, "to": seat, "tokens": tokens}, NOBODY)
    data = {"round": now, "trade": action["trade"], "from": offer.by, "tokens": tokens}
    out.emit("accepted", seat, data, NOBODY)


def _rate(env: Terrarium, state: State, seat: int, action: Json, out: Out) -> None:
    """A word on another seat; the latest of each rater counts."""
    of = env.places.get(action["of"].lower())
    if of is None or of == seat:
        return
    score = state.ratings[seat, of] = RATINGS[action["rating"]]
    seats = range(len(state.tokens))
    given: list[list[int]] = [[] for _ in seats]
    for (_, rated), each in state.ratings.items():
        given[rated].append(each)
    state.trust = [sum(each) / len(each) if each else None for each in given]
    data = {"round": state.round, "of": of, "rating": action["rating"], "score": score}
    out.emit("rated", seat, data, NOBODY)


def _pass(env: Terrarium, state: State, seat: int, action: Json, out: Out) -> None:  # noqa: ARG001
    out.emit("pass", seat, state.now, NOBODY)


OTHERS: Mapping[str, Callable[[Terrarium, State, int, Json, Out], None]] = {
    "shout": _shout,
    "trade": _offer,
    "accept": _accept,
    "rate": _rate,
    "pass": _pass,
}
