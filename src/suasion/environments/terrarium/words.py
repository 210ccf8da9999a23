"""What seats of Terrarium are told, generated from the settings in force.

Every mechanism that is on has its words, and none that is off: the published prompt spoke of
puzzles that solve themselves where they did not, and never of ratings where they counted (§8.1).
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import TYPE_CHECKING

from suasion.core.asks import Json
from suasion.core.environment import Turn
from suasion.environments.terrarium.ask import RATINGS, Kind
from suasion.environments.terrarium.wordings import WORDINGS, Wording

if TYPE_CHECKING:
    from suasion.environments.terrarium.rules import Terrarium

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
    wording = WORDINGS[env.wording]
    parts = dict(_rules(env, wording, seat))
    return "\n\n".join(parts[name] for name in wording.parts if parts.get(name))


def _rules(env: Terrarium, wording: Wording, seat: int) -> Iterator[tuple[str, str]]:
    """The parts of a brief by name, those of mechanisms that are on."""
    yield "persona", env.each_persona[seat]
    yield "opening", _opening(env, wording, seat)
    category = wording.category if env.categories else ""
    yield (
        "puzzles",
        wording.puzzles.format(lifetime=_count(env.lifetime, "round"), category=category),
    )
    if env.messages_per_round:
        yield from _writing(env, wording)
    else:
        yield "reward", wording.alone.format(alone=_count(env.reward, "token"))
    if env.shout_words:
        yield "shout", wording.shout.format(words=_count(env.shout_words, "word"))
    if env.trades:
        yield "trades", wording.trades.format(lifetime=_count(env.trade_lifetime, "round"))
    if env.reputation:
        scores = ", ".join(f"{score:+d}" if score else "0" for score in RATINGS.values())
        yield "ratings", wording.ratings.format(ratings=", ".join(RATINGS), scores=scores)
    if seat == env.ear:
        yield "ear", wording.ear
    if env.rotation:
        yield "swaps", wording.swaps.format(rounds=_count(env.rotation, "round"))
    yield "order", wording.at_once if env.order == "simultaneous" else wording.by_turns
    yield "memory", wording.memory.format(window=env.window)
    yield "reply", wording.reply.format(forms="\n".join(FORMS[kind] for kind in env.ask.played))


def _opening(env: Terrarium, wording: Wording, seat: int) -> str:
    return wording.opening.format(
        me=env.names[seat],
        size=len(env.names),
        names=", ".join(env.names),
        start=_count(env.tokens + env.bonus, "token"),
        drain=_count(env.drain, "token"),
        rounds=_count(env.rounds, "round"),
    )


def _writing(env: Terrarium, wording: Wording) -> Iterator[tuple[str, str]]:
    """The rules of games in which messages can be sent."""
    from suasion.environments.terrarium.acts import CREDIT_ROUNDS

    alone, split = _count(env.reward, "token"), _count(env.split_reward, "token")
    yield "reward", wording.reward.format(alone=alone, split=split, credit=CREDIT_ROUNDS)
    if env.auto_solve_window:
        yield "self_solving", wording.self_solving.format(split=split, window=env.auto_solve_window)
    rate, multiple = f"{env.word_cost:g}", f"{env.public_multiplier:g}"
    most = _count(env.messages_per_round, "message")
    yield "messages", wording.messages.format(rate=rate, multiple=multiple, most=most)


def now(env: Terrarium, turn: Turn, seat: int) -> str:
    """The view of a seat, in words."""
    seen = turn.situation
    return "\n".join(line for part in _parts(env, seen, seat) for line in part)


def _parts(env: Terrarium, seen: Mapping[str, Json], seat: int) -> Iterable[list[str]]:
    names, wording = env.names, WORDINGS[env.wording]
    tokens = _count(seen["tokens"], "token")
    yield [wording.moment.format(round=seen["round"], rounds=env.rounds, tokens=tokens)]
    if "persona" in seen:
        yield [wording.character.format(persona=env.each_persona[seen["persona"]] or "none")]
    yield [wording.others.format(others=_others(env, seen, seat))]
    yield _listed(wording.clues, _clues(env, wording, seen))
    yield _listed(wording.open_puzzles, _puzzles(seen))
    for title, box in ((wording.public, "public"), (wording.inbox, "inbox")):
        yield _listed(
            title, (f"R{now} {_who(env, by, seat)}: {text}" for now, by, text in seen[box])
        )
    if "intercepted" in seen:
        caught = seen["intercepted"]
        lines = (f"R{now} {names[by]} to {names[to]}: {text}" for now, by, text, to in caught)
        yield _listed(wording.between, lines)
    if seen.get("trades"):
        yield _listed(wording.offers, _offers(env, wording, seen, seat))
    if "trust" in seen:
        means = zip(names, seen["trust"], strict=True)
        lines = (f"{name}: {mean:+.1f}" for name, mean in means if mean is not None)
        yield _listed(wording.trust, lines)


def _offers(env: Terrarium, wording: Wording, seen: Mapping[str, Json], seat: int) -> Iterable[str]:
    for trade, by, tokens, ask in seen["trades"]:
        who, offered = _who(env, by, seat), _count(tokens, "token")
        yield wording.offer.format(trade=trade, who=who, tokens=offered, ask=ask)


def _others(env: Terrarium, seen: Mapping[str, Json], seat: int) -> str:
    balances = seen.get("balances")
    others = [other for other in seen["alive"] if other != seat]
    shown = (
        env.names[other] if balances is None else f"{env.names[other]} ({balances[other]})"
        for other in others
    )
    return ", ".join(shown) or "nobody"


def _clues(env: Terrarium, wording: Wording, seen: Mapping[str, Json]) -> Iterable[str]:
    kinds = dict(zip(seen["puzzles"], seen.get("categories", ()), strict=False))
    for name, clue in seen["clues"].items():
        kind = f" ({kinds[name]})" if name in kinds else ""
        partners = seen["partners"].get(name)
        other = wording.other_clue.format(name=env.names[partners[0]]) if partners else ""
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
