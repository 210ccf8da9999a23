"""Scripted seats of ours: one that does anything, and two that differ in the truth alone."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from suasion.core.asks import Answer, Json
from suasion.core.environment import Asked, Policy, Said
from suasion.environments.terrarium.ask import MOST_ACTIONS, PASS, RATINGS, Lines
from suasion.environments.terrarium.bank import BANK, PHRASE, mentioned
from suasion.environments.terrarium.policies import FAKES, names, overlay

REMARKS = (
    "Who is still with us?",
    "I will share what I have.",
    "Let us work together on {puzzle}.",
    "What is your clue for {puzzle}?",
    "SOLVE: {puzzle} or we both lose.",
)
CLAIM = f"My clue for {{puzzle}}: {PHRASE}{{pattern}}"


def at_random(asked: Asked) -> Answer:
    """Up to two actions of any kind that is played, with words that mention puzzles and clues.

    Every mechanism is reached: letters between partners, offers and their acceptance, ratings.
    """
    many = asked.chance.pick("many", range(MOST_ACTIONS + 1))
    return [_any_action(asked) for _ in range(many)]


def _any_action(asked: Asked) -> Json:
    ask, seen, pick = asked.turn.ask, asked.turn.situation, asked.chance.pick
    if not isinstance(ask, Lines):
        raise TypeError(f"a seat of Terrarium was asked {ask!r}")
    kind = pick("action", ask.played)
    made: dict[str, Json] = {"action": kind}
    partners = [(name, to[0]) for name, to in seen["partners"].items() if to]
    if kind == "private" and partners and asked.chance.uniform("to a partner") < 0.6:
        puzzle, to = pick("partner", partners)
        return {**made, "to": names(asked)[to], "text": f"{puzzle}: {seen['clues'][puzzle]}"}
    if kind in ("public", "private", "shout"):
        made["text"] = _text(asked)
    if kind in ("private", "trade"):
        made["to"] = pick("to", names(asked))
    if kind == "solve":
        made |= _guess(asked)
    elif kind == "trade":
        made |= {"tokens": pick("tokens", range(40)), "ask": _text(asked)}
    elif kind == "accept":
        offers = [offer[0] for offer in seen["trades"]] or ["T1"]
        made["trade"] = pick("trade", offers)
    elif kind == "rate":
        made |= {"of": pick("of", names(asked)), "rating": pick("rating", list(RATINGS))}
    return made


def _text(asked: Asked) -> str:
    seen, pick = asked.turn.situation, asked.chance.pick
    clues = seen["clues"]
    if clues and asked.chance.uniform("clue or remark") < 0.6:
        puzzle = pick("clue", list(clues))
        return f"About {puzzle}: {clues[puzzle]}"
    about = pick("about", seen["puzzles"] or ["A-1"])
    return pick("remark", REMARKS).format(puzzle=about)


def _guess(asked: Asked) -> dict[str, Json]:
    """A held puzzle with what was heard of it, or else any with any word."""
    known = completed(asked)
    if known is not None:
        return known
    puzzle = asked.chance.pick("about", asked.turn.situation["puzzles"] or ["A-1"])
    return {"puzzle": puzzle, "answer": asked.chance.pick("word", [entry.word for entry in BANK])}


def completed(asked: Asked) -> dict[str, Json] | None:
    """A held puzzle that the latest message about it completes, and its word."""
    seen = asked.turn.situation
    for _, _, text in reversed([*seen["public"], *seen["inbox"]]):
        for puzzle in seen["partners"]:
            word = overlay(seen["clues"][puzzle], text) if puzzle in mentioned(text) else ""
            if word:
                return {"puzzle": puzzle, "answer": word}
    return None


def claimant(asked: Asked, *, lies: bool) -> Answer | Said:
    """Solve what messages complete, and tell the partner in the newest puzzle held its clue.

    A liar claims a pattern of its own making instead; nothing else differs. Both say what they
    meant, and draw nothing.
    """
    seen = asked.turn.situation
    solved = completed(asked)
    done: list[Json] = [] if solved is None else [{"action": "solve", **solved}]
    puzzle = next(reversed(seen["partners"]), None)
    if puzzle is None or not seen["partners"][puzzle]:
        return done or PASS
    fake = FAKES[seen["round"] % len(FAKES)]
    pattern = fake if lies else seen["clues"][puzzle].removeprefix(PHRASE)
    to = names(asked)[seen["partners"][puzzle][0]]
    text = CLAIM.format(puzzle=puzzle, pattern=pattern)
    meant = {"claim": {"puzzle": puzzle, "pattern": pattern, "true": not lies}}
    return Said([*done, {"action": "private", "to": to, "text": text}], meant)


def honest(asked: Asked) -> Answer | Said:
    """Tells its partner in the newest puzzle its own clue, and solves what messages complete."""
    return claimant(asked, lies=False)


def liar(asked: Asked) -> Answer | Said:
    """Does as the honest one, but claims a clue of its own making."""
    return claimant(asked, lies=True)


TALKERS: Mapping[str, Callable[[], Policy]] = {
    "random": lambda: at_random,
    "honest": lambda: honest,
    "liar": lambda: liar,
}
