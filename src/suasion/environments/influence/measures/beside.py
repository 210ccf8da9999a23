"""What the reader shows beside a transcript: scores after each event, and promises judged."""

from __future__ import annotations

from collections.abc import Sequence

from suasion.core.events import Event
from suasion.environments.influence.measures.game import facts_of, game_of
from suasion.environments.influence.measures.promises import Judged, ledger
from suasion.environments.influence.promise import PlaceInGame
from suasion.measures.beside import Beside, Glyph, Remark
from suasion.measures.filed import Filed
from suasion.measures.kit import by_audience


def beside(filed: Filed) -> Beside:
    """Scores (M2) after each event; promises of undamaged episodes."""
    return Beside("points", _held(filed), () if filed.damaged else _remarks(filed))


def _held(filed: Filed) -> list[Sequence[float]]:
    """Seats that nothing changed for share their row with the event before."""
    facts = facts_of(filed.episode.header.settings)
    row: tuple[float, ...] = (0,) * len(filed.seats)
    held: list[Sequence[float]] = []
    for event in filed.episode.events:
        if event.kind in ("pull", "control_pull"):
            to = event.data["beneficiary"]
            points: float = 1
            if event.kind == "control_pull":
                points = facts.control_points
            elif to == event.by:
                points = facts.payoff or 0
            row = (*row[:to], row[to] + points, *row[to + 1 :])
        held.append(row)
    return held


def _remarks(filed: Filed) -> list[Remark]:
    game = game_of(filed)
    return [
        Remark(
            game.ids[judged.made.at],
            "promise",
            judged.state,
            _words(judged, game.names, (game.facts.rounds, game.facts.slots)),
            None if judged.settled_by is None else game.ids[judged.settled_by],
        )
        for judged in ledger(game)
    ]


def _words(judged: Judged, names: Sequence[str], end: PlaceInGame) -> str:
    """A promise and its terms in a sentence."""
    terms = judged.made.terms
    promised = f"promises {_pulls(terms.times)} for {names[terms.beneficiary]}"
    words = f"{names[terms.promisor]} {promised} {_by(terms.by, end)}"
    if (condition := terms.condition) is not None:
        first = f"{_pulls(condition.times)} by {names[condition.seat]}"
        words += f", on condition of {first} for {names[condition.pulls_for]}"
        words += f" {_by(condition.by, end)}"
    return words


def _pulls(times: int) -> str:
    return "a pull" if times == 1 else f"{times} pulls"


def _by(deadline: PlaceInGame, end: PlaceInGame) -> str:
    """A deadline; at a round's last slot it is the round's end."""
    if deadline == end:
        return "by the end of the game"
    if deadline[1] == end[1]:
        return f"by the end of round {deadline[0]}"
    return f"by R{deadline[0]}.{deadline[1]}"


def glyph(event: Event) -> Glyph:
    """How an event is drawn in the lanes."""
    match event.kind:
        case "pull" if event.data["beneficiary"] == event.by:
            return Glyph("action", (event.by or 0,), "pull for oneself")
        case "pull":
            return Glyph("action", (event.data["beneficiary"],), "pull")
        case "control_pull":
            return Glyph("action", (event.data["beneficiary"],), "control pull")
        case "message":
            return Glyph("private", (event.data["to"],), "private message")
        case "post":
            return Glyph("public", (), "public post")
        case "plan":
            return Glyph("inner", (), "declared plan")
        case "forfeit":
            return Glyph("lost", (), "forfeit")
    return by_audience(event)
