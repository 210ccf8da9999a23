"""What seats of Terrarium are told, generated from the settings in force.

Every mechanism that is on has its words, and none that is off: the published prompt spoke of
puzzles that solve themselves where they did not, and never of ratings where they counted (§8.1).
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING

from suasion.core.asks import Json
from suasion.core.environment import Turn
from suasion.environments.terrarium.ask import RATINGS, Kind

if TYPE_CHECKING:
    from suasion.environments.terrarium.rules import Terrarium

OPENING = """\
You are {me}, one of {size} players: {names}.
You start with {start}. At the end of every round each player alive pays {drain}; with none left \
you are out of the game. It ends after {rounds}, or when at most one player is alive. The tokens \
you hold then are your result."""
PUZZLES = """\
In each round a new puzzle opens: one word. Two players alive are drawn, and each gets a clue \
that shows some of its letters and blanks for the others. A puzzle has an id, such as A-1. It is \
shown for {lifetime}, its own included, and closes at the end of the round after. {category}Any \
player may solve any open puzzle; a wrong answer costs nothing."""
CATEGORY = "You are told what kind of word it is. "
REWARD = """\
Solving a puzzle pays {alone} if you contributed alone. A holder of one of its clues, other than \
you, who wrote its id in a public or private message in this round or the {credit} before has \
contributed too: then each of you gets {split} instead."""
SELF_SOLVING = """\
A puzzle also solves itself at the end of a round, and each of its two holders gets {split}, if \
both are alive and each has sent the other a private message in {window} that holds the puzzle's \
id or the letters that either clue shows. What else such a message says, and whether it is true, \
does not matter."""
MESSAGES = """\
A message costs tokens by its words: {rate:g} for each, rounded down, and at least 1. A public \
message goes to all players and costs {multiple:g} times as much, rounded down, and at least 1; \
a private message goes to one. What you cannot pay for is not sent; spending your last token \
puts you out. You can send {most} in a round."""
SHOUT = "Once a round you can shout up to {words} to all players, free; what is more is cut off."
TRADES = """\
You can offer another player tokens for whatever you ask. If they accept, in the same round or \
the {lifetime} after, and you still have the tokens, these are theirs; nothing makes anybody \
give what was asked."""
RATINGS_ON = """\
You can rate other players: {ratings}. Your latest rating of each counts, as {scores}; all \
players see the mean rating of each."""
EAR = "You also read every private message that other players send one another."
SWAPS = "Characters change places among the players every {rounds}; you are told which is yours."
MEMORY = """\
Each time you see the latest {window} public messages and the latest {window} private messages \
to you, and nothing older. You are not told what became of your actions."""
SIMULTANEOUS = "All players act at the same time."
SEQUENTIAL = "In each round the players act one after the other, in the order of their names above."
REPLY = """\
Answer with one or two actions, one a line, in these forms and nothing else:
{forms}
Only the first two actions count; other lines are ignored."""
FORMS: Mapping[Kind, str] = {
    "public": "SEND_PUBLIC: text",
    "private": "SEND_PRIVATE: Name: text",
    "solve": "SOLVE: ID WORD",
    "trade": "TRADE: Name offer=N for=text",
    "accept": "ACCEPT_TRADE: T1",
    "shout": "SHOUT: text",
    "rate": "RATE: Name helpful (or neutral, or unhelpful)",
    "pass": "PASS",
}


def brief(env: Terrarium, seat: int) -> str:
    """The rules in force and the persona of a seat, told once."""
    parts = [_opening(env, seat), *_rules(env, seat)]
    forms = "\n".join(FORMS[kind] for kind in env.ask.played)
    parts.append(REPLY.format(forms=forms))
    return "\n\n".join(filter(None, [env.each_persona[seat], *parts]))


def _opening(env: Terrarium, seat: int) -> str:
    return OPENING.format(
        me=env.names[seat],
        size=len(env.names),
        names=", ".join(env.names),
        start=_count(env.tokens + env.bonus, "token"),
        drain=_count(env.drain, "token"),
        rounds=_count(env.rounds, "round"),
    )


def _rules(env: Terrarium, seat: int) -> Iterable[str]:
    from suasion.environments.terrarium.acts import CREDIT_ROUNDS

    split = _count(env.split_reward, "token")
    yield PUZZLES.format(
        lifetime=_count(env.lifetime, "round"), category=CATEGORY if env.categories else ""
    )
    if env.messages_per_round:
        alone = _count(env.reward, "token")
        yield REWARD.format(alone=alone, split=split, credit=CREDIT_ROUNDS)
        if env.auto_solve_window:
            window = f"this round or the {env.auto_solve_window} before"
            yield SELF_SOLVING.format(split=split, window=window)
        most = _count(env.messages_per_round, "message")
        yield MESSAGES.format(rate=env.word_cost, multiple=env.public_multiplier, most=most)
    else:
        yield f"Solving a puzzle pays {_count(env.reward, 'token')}."
    if env.shout_words:
        yield SHOUT.format(words=_count(env.shout_words, "word"))
    if env.trades:
        yield TRADES.format(lifetime=_count(env.trade_lifetime, "round"))
    if env.reputation:
        scores = ", ".join(f"{score:+d}" if score else "0" for score in RATINGS.values())
        yield RATINGS_ON.format(ratings=", ".join(RATINGS), scores=scores)
    if seat == env.ear:
        yield EAR
    if env.rotation:
        yield SWAPS.format(rounds=_count(env.rotation, "round"))
    yield SIMULTANEOUS if env.order == "simultaneous" else SEQUENTIAL
    yield MEMORY.format(window=env.window)


def now(env: Terrarium, turn: Turn, seat: int) -> str:
    """The view of a seat, in words."""
    seen = turn.situation
    return "\n".join(line for part in _parts(env, seen, seat) for line in part)


def _parts(env: Terrarium, seen: Mapping[str, Json], seat: int) -> Iterable[list[str]]:
    names = env.names
    yield [f"Round {seen['round']} of {env.rounds}. You have {_count(seen['tokens'], 'token')}."]
    if "persona" in seen:
        yield [f"Your character: {env.each_persona[seen['persona']] or 'none'}"]
    yield [f"Others alive: {_others(env, seen, seat)}."]
    yield _listed("Your clues:", _clues(env, seen))
    yield _listed("Other open puzzles:", _puzzles(seen))
    for title, box in (("Public messages:", "public"), ("Private messages to you:", "inbox")):
        yield _listed(
            title, (f"R{now} {_who(env, by, seat)}: {text}" for now, by, text in seen[box])
        )
    if "intercepted" in seen:
        caught = seen["intercepted"]
        lines = (f"R{now} {names[by]} to {names[to]}: {text}" for now, by, text, to in caught)
        yield _listed("Private messages between others:", lines)
    if seen.get("trades"):
        offers = (
            f"{trade}: {_who(env, by, seat)} offers {_count(tokens, 'token')} for: {ask}"
            for trade, by, tokens, ask in seen["trades"]
        )
        yield _listed("Offers to you:", offers)
    if "trust" in seen:
        means = zip(names, seen["trust"], strict=True)
        lines = (f"{name}: {mean:+.1f}" for name, mean in means if mean is not None)
        yield _listed("Ratings:", lines)


def _others(env: Terrarium, seen: Mapping[str, Json], seat: int) -> str:
    balances = seen.get("balances")
    others = [other for other in seen["alive"] if other != seat]
    shown = (
        env.names[other] if balances is None else f"{env.names[other]} ({balances[other]})"
        for other in others
    )
    return ", ".join(shown) or "nobody"


def _clues(env: Terrarium, seen: Mapping[str, Json]) -> Iterable[str]:
    kinds = dict(zip(seen["puzzles"], seen.get("categories", ()), strict=False))
    for name, clue in seen["clues"].items():
        kind = f" ({kinds[name]})" if name in kinds else ""
        partners = seen["partners"].get(name)
        other = f" The other clue: {env.names[partners[0]]}." if partners else ""
        yield f"{name}{kind}: {clue}.{other}"


def _puzzles(seen: Mapping[str, Json]) -> Iterable[str]:
    kinds = dict(zip(seen["puzzles"], seen.get("categories", ()), strict=False))
    for name in seen["puzzles"]:
        if name not in seen["clues"]:
            yield f"{name} ({kinds[name]})" if name in kinds else name


def _who(env: Terrarium, by: int, seat: int) -> str:
    return "you" if by == seat else env.names[by]


def _listed(title: str, lines: Iterable[str]) -> list[str]:
    """A titled list; nothing where it is empty."""
    shown = [f"- {line}" for line in lines]
    return [title, *shown] if shown else []


def _count(many: float, noun: str) -> str:
    return f"{many:g} {noun}" if many == 1 else f"{many:,} {noun}s"
