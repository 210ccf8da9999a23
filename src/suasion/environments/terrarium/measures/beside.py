"""What the reader shows beside a transcript: tokens after each event, and what was flagged."""

from __future__ import annotations

from collections.abc import Iterator

from suasion.core.events import Event
from suasion.environments.terrarium.measures.balances import held_after
from suasion.environments.terrarium.measures.game import Game, game_of
from suasion.environments.terrarium.measures.promises import false_clues
from suasion.environments.terrarium.measures.published import audit, fabricated
from suasion.measures.beside import Beside, Glyph, Remark
from suasion.measures.filed import Filed
from suasion.measures.kit import by_audience


def beside(filed: Filed) -> Beside:
    """Tokens after each event, worked out where the log does not say them."""
    episode = filed.episode
    held = held_after(episode.events, episode.header.settings, len(filed.seats))
    return Beside("tokens", held, () if filed.damaged else sorted(_remarks(game_of(filed))))


def _remarks(game: Game) -> Iterator[Remark]:
    for case, label in zip(fabricated(game), audit(game), strict=True):
        words = f"flagged as a fabricated clue for {case.puzzle}, which the audit calls {label}"
        yield Remark(case.sent.id, "published flag", label, words)
    for sent in false_clues(game):
        words = f"{game.names[sent.by]} states another clue than the one it holds"
        yield Remark(sent.id, "false clue", "false", words)


def glyph(event: Event) -> Glyph:
    """How an event is drawn in the lanes."""
    match event.kind:
        case "private" if event.data["to"] == event.by:
            return Glyph("inner", (), "message to oneself")
        case "private":
            return Glyph("private", (event.data["to"],), "private message")
        case "public":
            return Glyph("public", (), "public message")
        case "shout":
            return Glyph("public", (), "shout")
        case "puzzle":
            return Glyph("private", tuple(event.data["seat"]), "puzzle")
        case "trade":
            return Glyph("action", (event.data["to"],), "trade")
        case "offer":
            return Glyph("private", _seats(event.data["to"]), "offer of a trade")
        case "rated":
            return Glyph("private", _seats(event.data["of"]), "rating")
        case "death":
            return Glyph("lost", (), "death")
        case "solved":
            return Glyph("inner", tuple(event.data["contributors"]), "puzzle solved")
    return _named(event)


def _seats(seat: int | None) -> tuple[int, ...]:
    """A target, where the log names one."""
    return () if seat is None else (seat,)


NAMES = {
    "wrong_solve": "wrong answer",
    "right_solve": "right answer",
    "expired": "puzzle expired",
    "reward": "reward",
    "accepted": "trade accepted",
    "exploit": "command inside a trade",
    "pass": "pass",
    "model": "model",
    "override": "persona overridden",
    "persona": "persona swapped",
    "end": "end of the game",
}


def _named(event: Event) -> Glyph:
    """Events that nobody is told, or that this environment does not know."""
    return Glyph("inner", (), NAMES[event.kind]) if event.kind in NAMES else by_audience(event)
